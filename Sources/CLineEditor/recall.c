#include <stdlib.h>
#include <string.h>

#include "internal.h"

// libedit's own way through the history loses lines: going down from a line that was never left
// puts an older text in its place, and a line of more than 1,024 characters comes back cut.

void forget_draft(line_editor *editor) {
  free(editor->draft);
  editor->draft = NULL;
  editor->position = 0;
}

static void keep_draft(line_editor *editor, const LineInfoW *line) {
  size_t length = (size_t)(line->lastchar - line->buffer);
  free(editor->draft);
  editor->draft = malloc((length + 1) * sizeof *editor->draft);
  if (!editor->draft) return;
  wmemcpy(editor->draft, line->buffer, length);
  editor->draft[length] = L'\0';
}

/// The line at `position`, 1 being the newest; NULL beyond the end. Until the next call.
static const char *entry_at(line_editor *editor, int position) {
  HistEvent event;
  int failed = history(editor->history, &event, H_FIRST);
  while (!failed && --position > 0) failed = history(editor->history, &event, H_NEXT);
  return failed ? NULL : event.str;
}

/// The newest line that reads `text`; 0 where there is none.
static int position_of_text(line_editor *editor, const char *text) {
  HistEvent event;
  int failed = history(editor->history, &event, H_FIRST);
  for (int position = 1; !failed; position++) {
    if (strcmp(event.str, text) == 0) return position;
    failed = history(editor->history, &event, H_NEXT);
  }
  return 0;
}

/// Where in the history the line stands: where we went, or, when a search has put another line
/// there, at the newest one that reads the same. 0 is the line that is in no history yet.
static int position_of(line_editor *editor, const LineInfoW *line) {
  size_t length;
  char *text = utf8_of(line->buffer, (size_t)(line->lastchar - line->buffer), &length);
  int position = editor->position;
  const char *known = position > 0 ? entry_at(editor, position) : NULL;
  if (text && length > 0 && !(known && strcmp(known, text) == 0)) {
    int found = position_of_text(editor, text);
    if (found > 0) position = found;
  }
  free(text);
  return position;
}

static unsigned char show(EditLine *el, const wchar_t *text) {
  if (text[0] == L'\0') {
    // An empty text cannot be put in, and deleting would go into the buffer of ^Y.
    push_key(el, KEY_CLEAR);
    return CC_NORM;
  }
  make_room(editor_of(el), rows_of(text, wcslen(text)));
  if (el_wreplacestr(el, text) != 0) return CC_ERROR;
  const LineInfoW *line = el_wline(el);
  el_cursor(el, (int)(line->lastchar - line->cursor));
  return CC_REFRESH;
}

static unsigned char show_entry(EditLine *el, const char *entry) {
  wchar_t *text = wide_of(entry, strlen(entry));
  unsigned char result = text ? show(el, text) : CC_ERROR;
  free(text);
  return result;
}

static const wchar_t *start_of_row(const LineInfoW *line, const wchar_t *at) {
  while (at > line->buffer && at[-1] != L'\n') at--;
  return at;
}

static const wchar_t *end_of_row(const LineInfoW *line, const wchar_t *at) {
  while (at < line->lastchar && *at != L'\n') at++;
  return at;
}

/// Moves the cursor to the same column of the row that begins at `row`, or to its end.
static unsigned char go_to_row(EditLine *el, const LineInfoW *line, const wchar_t *row) {
  long column = line->cursor - start_of_row(line, line->cursor);
  long width = end_of_row(line, row) - row;
  el_cursor(el, (int)(row + (column < width ? column : width) - line->cursor));
  return CC_CURSOR;
}

/// Takes the line, and the rows of its text above it, from the screen, and ends it: whoever reads
/// lets all of the text be edited.
static unsigned char go_back(EditLine *el) {
  line_editor *editor = editor_of(el);
  const LineInfoW *line = el_wline(el);
  size_t length;
  free(editor->line);
  editor->line = utf8_of(line->buffer, (size_t)(line->lastchar - line->buffer), &length);
  size_t before = (size_t)(line->cursor - line->buffer);
  int up = place_behind(editor, line->buffer, before).row + editor->rows_above;
  if (up > 0) printf("\033[%dA", up);
  fputs("\r\033[J", stdout);
  editor->ending = LINE_EDITOR_BACK;
  return CC_NEWLINE;
}

/// The row above in a text of several; on the first one, the lines that this one goes on with, or
/// else the history's older line.
unsigned char go_up(EditLine *el, int key) {
  (void)key;
  line_editor *editor = editor_of(el);
  const LineInfoW *line = el_wline(el);
  const wchar_t *row = start_of_row(line, line->cursor);
  if (row > line->buffer) return go_to_row(el, line, start_of_row(line, row - 1));
  if (editor->continues && editor->position == 0) return go_back(el);
  int position = position_of(editor, line) + 1;
  const char *older = entry_at(editor, position);
  if (!older) return CC_ERROR;
  if (editor->position == 0) keep_draft(editor, line);
  editor->position = position;
  return show_entry(el, older);
}

/// The row below in a text of several; on the last one, the history's newer line, and after the
/// newest the line that was left by going up. Where that was never left, it stays as it is.
unsigned char go_down(EditLine *el, int key) {
  (void)key;
  line_editor *editor = editor_of(el);
  const LineInfoW *line = el_wline(el);
  const wchar_t *end = end_of_row(line, line->cursor);
  if (end < line->lastchar) return go_to_row(el, line, end + 1);
  if (!editor->draft || editor->position == 0) return CC_ERROR;
  int position = position_of(editor, line) - 1;
  editor->position = position > 0 ? position : 0;
  if (position <= 0) return show(el, editor->draft);
  const char *newer = entry_at(editor, position);
  return newer ? show_entry(el, newer) : CC_ERROR;
}
