#define _GNU_SOURCE  // wcwidth

#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

// libedit keeps a picture of the screen with as many rows as the window has, and writes past its
// end once a text has more rows than that and the cursor moves about. So it is told of a window
// that any text fits into. The columns are the true ones; what goes below the last row scrolls,
// as it would anyway.

/// Rows that libedit is told of at least, and what is added for what one key may insert.
enum { ROWS_AT_LEAST = 1000 };

int terminal_columns(void) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1) return size.ws_col;
  return 80;
}

int terminal_rows(void) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0) return size.ws_row;
  return 24;
}

/// No fewer rows than libedit needs to show the text.
size_t rows_of(const wchar_t *text, size_t count) {
  const size_t widest = 8;  // a tab, and a character that libedit shows as its number
  size_t cells = 0, newlines = 0;
  for (size_t i = 0; i < count; i++) {
    int width = wcwidth(text[i]);
    cells += width >= 0 && text[i] != L'\t' ? (size_t)width : widest;
    newlines += text[i] == L'\n';
  }
  // A wide character may leave the last column of a row empty.
  return cells / (size_t)(terminal_columns() - 1) + newlines + 1;
}

/// Sees to it that the text fits, and still does when as much is inserted again, or `added` rows,
/// or the longest text there has been: one key may bring that back. Draws it where that is news.
void make_room(line_editor *editor, size_t added) {
  if (!editor->editing) return;
  const LineInfoW *line = el_wline(editor->el);
  size_t rows = rows_of(line->buffer, (size_t)(line->lastchar - line->buffer));
  if (rows > editor->longest) editor->longest = rows;
  if (added > editor->longest) editor->longest = added;
  size_t needed = rows + 2 * editor->longest + ROWS_AT_LEAST;
  if (needed <= editor->rows) return;
  editor->rows = needed + ROWS_AT_LEAST;
  char number[24];
  snprintf(number, sizeof number, "%zu", editor->rows);
  fputs("\r\033[J", stdout);
  el_set(editor->el, EL_SETTC, "li", number, NULL);
  el_set(editor->el, EL_REFRESH);
}

/// Takes the window's true size and draws the text anew.
void fit_to_window(line_editor *editor) {
  if (!editor->editing) return;
  el_resize(editor->el);
  editor->rows = 0;
  editor->tallest = 0;
  editor->rows_above = 0;  // they may have other rows now
  make_room(editor, 0);
}

/// Draws anew what waits for a key, after the window or whoever had it meanwhile changed the screen:
/// the text, or what is asked below a list, after which the text is drawn anyway.
void draw_again(line_editor *editor) {
  if (editor->question) {
    printf("\r\033[J%s", editor->question);
    fflush(stdout);
  } else {
    fit_to_window(editor);
    redraw(editor);
  }
}

/// Adds to the screen what libedit does not know of, while nobody types: colours, then the hint.
void redraw(line_editor *editor) {
  forget_hint(editor);
  if (!editor->editing || editor->ending != LINE_EDITOR_LINE || keys_wait(editor)) return;
  draw_colors(editor);
  if (editor->callbacks.hint) show_hint(editor);
}
