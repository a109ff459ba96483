#define _GNU_SOURCE  // clock_gettime

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

/// How many bytes behind an ESC are a terminal's answer, which no key sends: `[?…c`, what kind of
/// terminal it is, and `_G…` up to `ESC \`, what it says of a graphic; 0 where they are none, or
/// only the beginning of one.
size_t reply_length(const char *text, size_t count) {
  size_t at = 2;
  if (count > 2 && text[0] == '[' && text[1] == '?') {
    while (at < count && (text[at] == ';' || (text[at] >= '0' && text[at] <= '9'))) at++;
    return at < count && text[at] == 'c' ? at + 1 : 0;
  }
  if (count > 2 && text[0] == '_' && text[1] == 'G') {
    while (at + 1 < count && (text[at] != '\033' || text[at + 1] != '\\')) at++;
    return at + 1 < count ? at + 2 : 0;
  }
  return 0;
}

/// Keeps what was typed for the next line, behind what is kept already.
static void keep(line_editor *editor, char byte) {
  memmove(editor->unread + 1, editor->unread, (size_t)editor->unread_count);
  editor->unread[0] = (unsigned char)byte;
  editor->unread_count++;
}

/// The first answer at or behind `at` in what was heard, its ESC included; false where none is whole.
static bool next_reply(const char *heard, size_t count, size_t *at, size_t *length) {
  for (; *at < count; ++*at) {
    if (heard[*at] != '\033') continue;
    *length = reply_length(heard + *at + 1, count - *at - 1);
    if (*length > 0) return ++*length, true;
  }
  return false;
}

/// Whether the answer is there that comes last.
static bool has_ended(const char *heard, size_t count) {
  size_t length = 0;
  for (size_t at = 0; next_reply(heard, count, &at, &length); at += length) {
    if (heard[at + length - 1] == 'c') return true;
  }
  return false;
}

static long milliseconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

/// Reads until the last answer is there, the time is over, or there is no more room.
static size_t listen_for(long milliseconds, char *heard, size_t room) {
  struct timespec start;
  clock_gettime(CLOCK_MONOTONIC, &start);
  size_t count = 0;
  while (count < room && !has_ended(heard, count)) {
    long left = milliseconds - milliseconds_since(&start);
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready = left > 0 ? poll(&keys, 1, (int)left) : 0;
    if (ready < 0 && errno == EINTR) continue;
    ssize_t got = ready > 0 ? read(STDIN_FILENO, heard + count, room - count) : 0;
    if (got <= 0) break;
    count += (size_t)got;
  }
  return count;
}

/// What was heard but for the answers was typed meanwhile.
static size_t sort_out(line_editor *editor, const char *heard, size_t count, char *answer,
                       size_t room) {
  size_t answered = 0, typed = 0, at = 0, length = 0;
  while (next_reply(heard, count, &at, &length)) {
    while (typed < at) keep(editor, heard[typed++]);
    if (answered + length <= room) {
      memcpy(answer + answered, heard + at, length);
      answered += length;
    }
    typed = at += length;
  }
  while (typed < count) keep(editor, heard[typed++]);
  return answered;
}

int line_editor_ask(const char *question, int milliseconds, char *answer, size_t room) {
  line_editor *editor = open_editor;
  struct termios ordinary;
  if (!editor || !editor->editing || editor->reading || keys_wait(editor)) return -1;
  if (tcgetpgrp(STDIN_FILENO) != getpgrp() || tcgetattr(STDIN_FILENO, &ordinary) != 0) return -1;
  struct termios listening = ordinary;
  listening.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  listening.c_cc[VMIN] = 1;
  listening.c_cc[VTIME] = 0;
  if (tcsetattr(STDIN_FILENO, TCSANOW, &listening) != 0) return -1;
  int answered = -1;
  if (!keys_wait(editor)) {  // not even a part of a line, which shows only now
    char heard[UNREAD_LIMIT];
    fflush(stdout);
    bool asked = write(STDOUT_FILENO, question, strlen(question)) == (ssize_t)strlen(question);
    size_t count = asked ? listen_for(milliseconds, heard, sizeof heard) : 0;
    answered = (int)sort_out(editor, heard, count, answer, room);
    // A terminal that does not know what it was asked may have written it.
    fputs("\r\033[K", stdout);
    fflush(stdout);
  }
  tcsetattr(STDIN_FILENO, TCSANOW, &ordinary);
  return answered;
}
