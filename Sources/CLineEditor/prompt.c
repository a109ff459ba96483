#include <stdlib.h>
#include <string.h>

#include "internal.h"

/// The mark that libedit wants around what a prompt holds and the screen does not show.
enum { ESCAPE_MARK = '\001' };

static char *prompt_of(EditLine *el) {
  line_editor *editor = editor_of(el);
  static char none[] = "";
  // Before the first character is asked for, libedit draws for a window that is not the last word.
  bool drawn = editor->rows > 0 || !editor->editing;
  return editor->prompt && drawn ? editor->prompt : none;
}

/// How many bytes the escape sequence at `text` has.
static size_t escape_length(const char *text) {
  if (text[1] == '\0') return 1;
  if (text[1] != '[') return 2;
  size_t length = 2;
  while (text[length] && !(text[length] >= 0x40 && text[length] <= 0x7e)) length++;
  return text[length] ? length + 1 : length;
}

/// Moves a run of escapes from the end, where libedit would lose it, to before the last visible
/// character, into the run that may be there. There is room for one more mark.
///
/// @param run   where the run begins, its first mark; it has no second one
/// @param last  the last visible character; NULL where there is none, and the run is dropped
static void move_trailing_run(char *run, char *last, const char *marked) {
  char *escapes = strdup(run + 1);
  *run = '\0';
  if (!escapes || !last) {
    free(escapes);
    return;
  }
  size_t length = strlen(escapes);
  bool joins = last > marked && last[-1] == ESCAPE_MARK;
  char *place = joins ? last - 1 : last;
  size_t room = joins ? length : length + 2;
  memmove(place + room, place, strlen(place) + 1);
  if (!joins) {
    *place++ = ESCAPE_MARK;
    place[length] = ESCAPE_MARK;
  }
  memcpy(place, escapes, length);
  free(escapes);
}

/// Writes the prompt with marks around escapes, as libedit likes them: one run of them before a
/// visible character, never two in a row, none at the very end. `marked` has room for three times
/// the prompt and four bytes.
static void mark_escapes(const char *prompt, char *marked) {
  char *out = marked, *last = NULL, *run = NULL;
  while (*prompt) {
    if (*prompt == '\033') {
      size_t length = escape_length(prompt);
      if (!run) *(run = out++) = ESCAPE_MARK;
      memcpy(out, prompt, length);
      out += length;
      prompt += length;
    } else if ((unsigned char)*prompt < 0x20 || *prompt == 0x7f) {
      prompt++;
    } else {
      if (run) *out++ = ESCAPE_MARK;
      run = NULL;
      last = out;
      do *out++ = *prompt++;
      while (((unsigned char)*prompt & 0xc0) == 0x80);
    }
  }
  *out = '\0';
  if (run) move_trailing_run(run, last, marked);
}

void set_prompt(line_editor *editor, const char *prompt) {
  free(editor->prompt);
  editor->prompt = malloc(3 * strlen(prompt) + 4);
  if (editor->prompt) mark_escapes(prompt, editor->prompt);
  el_set(editor->el, EL_PROMPT_ESC, prompt_of, ESCAPE_MARK);
}
