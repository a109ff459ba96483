#define _GNU_SOURCE  // wcwidth

#include <stdlib.h>
#include <string.h>

#include "internal.h"

// What could follow the line stands behind the cursor in grey while nothing is typed. libedit does
// not know of it: it is gone from the screen before libedit hears of the next key.

void forget_hint(line_editor *editor) {
  free(editor->hint);
  editor->hint = NULL;
}

/// How many columns are free behind the cursor in its row, the last one aside; 0 where the cursor is
/// not at the end of the text, or nothing has been typed of it.
static int free_columns(line_editor *editor, const LineInfoW *line) {
  size_t count = (size_t)(line->lastchar - line->buffer);
  bool begun = count > 0 || editor->continues;
  if (!begun || line->cursor != line->lastchar || search_length(editor) > 0) return 0;
  return terminal_columns() - 1 - place_behind(editor, line->buffer, count).column;
}

/// Asks for what could follow, into `hint`.
static void ask(line_editor *editor, const LineInfoW *line) {
  size_t length;
  char *text = utf8_of(line->buffer, (size_t)(line->lastchar - line->buffer), &length);
  if (!text) return;
  line_editor_answer answer = {0};
  editor->callbacks.hint(editor->callbacks.context, text, length, &answer);
  if (answer.count > 0) editor->hint = strdup(answer.candidates[0].text);
  answer_free(&answer);
  free(text);
}

/// Writes as much of the hint as fits and goes back to where the cursor was.
static void write_hint(line_editor *editor, int room) {
  wchar_t *wide = wide_of(editor->hint, strlen(editor->hint));
  size_t count = 0, length;
  int columns = 0;
  for (; wide && wide[count]; count++) {
    int width = wcwidth(wide[count]);
    if (width < 0 || columns + width > room) break;
    columns += width;
  }
  char *shown = wide ? utf8_of(wide, count, &length) : NULL;
  if (shown && columns > 0) {
    printf("\033[90m%s\033[0m\033[%dD", shown, columns);
    fflush(stdout);
  } else {
    forget_hint(editor);
  }
  free(shown);
  free(wide);
}

/// Shows what could follow, where there is such a thing and room for it.
void show_hint(line_editor *editor) {
  const LineInfoW *line = el_wline(editor->el);
  int room = free_columns(editor, line);
  if (room <= 0) return;
  ask(editor, line);
  if (editor->hint) write_hint(editor, room);
}

/// Takes it from the screen; it can still be accepted by the key that was pressed.
void hide_hint(line_editor *editor) {
  if (!editor->hint) return;
  fputs("\033[K", stdout);
  fflush(stdout);
}

unsigned char accept_hint(EditLine *el, int key) {
  (void)key;
  line_editor *editor = editor_of(el);
  if (!editor->hint) return CC_NORM;
  bool inserted = insert_text(el, editor->hint, strlen(editor->hint));
  forget_hint(editor);
  return inserted ? CC_REFRESH : CC_ERROR;
}
