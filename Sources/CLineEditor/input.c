#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/// How long an ESC waits for the rest of a key's sequence, in milliseconds: longer than a terminal
/// takes, shorter than a person does.
enum { ESCAPE_WAIT = 50 };

/// How often a line that is given up is ended by a newline before it is ended by an error.
enum { NUDGE_LIMIT = 32 };

/// The length of the last row of the text where that is libedit's search (^R), `bck:` and what is
/// searched; 0 when nothing is.
size_t search_length(line_editor *editor) {
  const LineInfoW *line = el_wline(editor->el);
  const wchar_t *row = line->lastchar;
  while (row > line->buffer && row[-1] != L'\n') row--;
  if (row == line->buffer || line->lastchar - row < 4) return 0;
  bool named = wcsncmp(row, L"bck", 3) == 0 || wcsncmp(row, L"fwd", 3) == 0;
  return named && (row[3] == L':' || row[3] == L'?') ? (size_t)(line->lastchar - row) : 0;
}

/// Whether more has been typed already than libedit has been told of.
bool keys_wait(line_editor *editor) {
  struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
  return editor->unread_count > 0 || poll(&keys, 1, 0) != 0;
}

/// Where a hint stands, these keys take it; else they go to the end, and right.
enum { CONTROL_E = 5, CONTROL_F = 6 };

/// libedit's buffer for what is searched has 1,024 characters, which it does not check.
enum { SEARCH_LIMIT = 1000 };

static void react(line_editor *editor) {
  uint64_t count;
  while (read(editor->event_descriptor, &count, sizeof count) == -1 && errno == EINTR) continue;
  unsigned news = editor->callbacks.wake(editor->callbacks.context);
  if (news & LINE_EDITOR_TERMINATE) {
    editor->ending = LINE_EDITOR_TERMINATED;
  } else if (news & LINE_EDITOR_INTERRUPT) {
    editor->ending = LINE_EDITOR_INTERRUPTED;
  } else {
    if (news & LINE_EDITOR_RESUMED) {
      // Whoever had the terminal meanwhile has set it to modes of its own.
      el_set(editor->el, EL_PREP_TERM, 0);
      el_set(editor->el, EL_PREP_TERM, 1);
      if (editor->editing) fputs("\033[?2004h", stdout);
    }
    if (news & (LINE_EDITOR_RESUMED | LINE_EDITOR_RESIZED)) draw_again(editor);
  }
}

/// Waits for one byte from the terminal, or for news.
///
/// @param milliseconds  how long to wait, -1 for ever
/// @return 1 with the byte; 0 when the time is over; -1 when the line is to be given up, for the
///     reason now in `ending`
int next_byte(line_editor *editor, int milliseconds, unsigned char *byte) {
  if (editor->unread_count > 0) {
    *byte = editor->unread[--editor->unread_count];
    return 1;
  }
  while (editor->ending == LINE_EDITOR_LINE) {
    struct pollfd sources[2] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = editor->event_descriptor, .events = POLLIN},
    };
    int ready = poll(sources, 2, milliseconds);
    if (ready == 0) return 0;
    if (ready < 0 && errno != EINTR) editor->ending = LINE_EDITOR_END_OF_FILE;
    if (ready <= 0) continue;
    if (sources[1].revents) {
      react(editor);
      continue;
    }
    ssize_t got = read(STDIN_FILENO, byte, 1);
    if (got == 1) return 1;
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    editor->ending = LINE_EDITOR_END_OF_FILE;
  }
  return -1;
}

/// What libedit is told once the line is given up. A newline makes it go below the text and leave
/// whatever it is in the middle of (a search, a half-typed key); the text is dropped afterwards.
static int give_up(line_editor *editor, wchar_t *character) {
  *character = L'\0';
  if (editor->ending == LINE_EDITOR_END_OF_FILE) return 0;
  if (editor->nudges++ >= NUDGE_LIMIT) return -1;
  *character = L'\n';
  return 1;
}

/// Puts the bytes back, to be read again in the same order.
static void unread(line_editor *editor, const char *bytes, size_t count) {
  while (count > 0 && editor->unread_count < UNREAD_LIMIT) {
    editor->unread[editor->unread_count++] = (unsigned char)bytes[--count];
  }
}

/// Instead of a key: the line is to be given up; nothing was typed that means anything.
enum { GIVEN_UP = -1, DROPPED = -2 };

/// Whether an ESC and these bytes are, or may become, one key's sequence (CSI or SS3) or a
/// terminal's answer.
static bool may_go_on(const char *sequence, size_t count) {
  char last = sequence[count - 1];
  if (sequence[0] == '_' && count > 1) return sequence[1] == 'G' && !reply_length(sequence, count);
  if (sequence[0] == '_') return true;
  bool is_key = sequence[0] == '[' || sequence[0] == 'O';
  return is_key && (count == 1 || last < 0x40 || last > 0x7e);
}

/// Reads what may follow an ESC as far as it is one key's sequence (CSI or SS3), and says which key
/// it is. In emacs's maps only a paste is taken here, and all else goes to libedit, for which
/// `.editrc` may have bound it, except in a search, which an ESC would end, the rest being typed; in
/// vi's, where it would be commands, keys that are not known are dropped. So is what a terminal
/// answers, as one may long after it was asked.
///
/// @return the key; `ESC` itself; GIVEN_UP; or DROPPED
static int key_after_escape(line_editor *editor) {
  char sequence[UNREAD_LIMIT / 2];
  size_t count = 0;
  bool goes_on = true;
  while (goes_on && count + 1 < sizeof sequence) {
    unsigned char byte;
    int got = next_byte(editor, ESCAPE_WAIT, &byte);
    if (got < 0) return GIVEN_UP;
    if (got == 0) break;
    sequence[count++] = (char)byte;
    goes_on = may_go_on(sequence, count);
  }
  sequence[count] = '\0';
  if (reply_length(sequence, count) > 0) return DROPPED;
  bool complete = !goes_on && count > 1 && sequence[0] != '_';
  int key = complete ? key_of_sequence(sequence) : 0;
  if (editor->hint && (key == KEY_NEXT_CHARACTER || key == KEY_END)) return KEY_ACCEPT;
  if (key && (key == KEY_PASTE || editor->vi || search_length(editor) > 0)) return key;
  if (complete && editor->vi) return KEY_IGNORED;
  unread(editor, sequence, count);
  return '\033';
}

/// Reads the rest of the character that begins with `first`.
///
/// @return the character, U+FFFD for bytes that are none, or -1 when the line is to be given up
static wint_t rest_of_character(line_editor *editor, unsigned char first) {
  char bytes[4] = {(char)first};
  size_t needed = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (size_t count = 1; count < needed; count++) {
    unsigned char byte;
    int got = next_byte(editor, -1, &byte);
    if (got < 0) return (wint_t)-1;
    if ((byte & 0xc0) != 0x80) {
      unread(editor, (const char *)&byte, 1);
      return 0xFFFD;
    }
    bytes[count] = (char)byte;
  }
  wchar_t character;
  mbstate_t state = {0};
  size_t used = mbrtowc(&character, bytes, needed, &state);
  return used == needed || first == 0 ? (wint_t)character : 0xFFFD;
}

/// Sees to it that libedit will not write outside of its buffers: where the cursor is outside of the
/// text, as some of vi's commands leave it; where the text no longer fits its picture of the
/// screen. False where what is searched grows too long: the search must end.
static bool keep_sound(line_editor *editor) {
  const LineInfoW *line = el_wline(editor->el);
  if (line->cursor > line->lastchar) el_cursor(editor->el, -1);
  if (line->cursor < line->buffer) el_cursor(editor->el, 1);
  make_room(editor, 0);
  return search_length(editor) < SEARCH_LIMIT;
}

/// The key that begins with `byte`, once the rest of it is read.
static int key_of(line_editor *editor, unsigned char byte) {
  if (editor->hint && (byte == CONTROL_E || byte == CONTROL_F)) return KEY_ACCEPT;
  if (byte == '\033' && editor->editing) return key_after_escape(editor);
  wint_t read = rest_of_character(editor, byte);
  if (read == (wint_t)-1) return GIVEN_UP;
  if (read >= KEY_FIRST && read <= KEY_LAST) return DROPPED;
  if (!editor->editing || !is_mark(editor, read)) return (int)read;
  editor->mark = (wchar_t)read;
  return KEY_COMPOSE;
}

/// Waits for the next key; colours and the hint stand on the screen meanwhile.
static int wait_for_key(line_editor *editor) {
  int key = DROPPED;
  while (key == DROPPED) {
    unsigned char byte;
    redraw(editor);
    int got = next_byte(editor, -1, &byte);
    hide_hint(editor);
    key = got < 0 ? GIVEN_UP : key_of(editor, byte);
  }
  return key;
}

/// libedit's source of characters (EL_GETCFN): 1 with a character, 0 at the end of file, -1 on
/// failure. Unlike the built-in one it sees signals at once, on any thread.
int read_character(EditLine *el, wchar_t *character) {
  line_editor *editor = editor_of(el);
  int key;
  if (editor->editing && editor->ending == LINE_EDITOR_LINE && !keep_sound(editor)) {
    key = '\a';  // ends the search
  } else if (editor->initial && editor->editing) {
    key = KEY_BEGIN;
  } else {
    key = wait_for_key(editor);
  }
  if (key == GIVEN_UP) return give_up(editor, character);
  *character = (wchar_t)key;
  return 1;
}
