#define _GNU_SOURCE  // wcwidth

#include <stdlib.h>
#include <string.h>

#include "internal.h"

// Keys that put text into the line other than their own character.

/// Puts in what the line begins with.
unsigned char begin(EditLine *el, int key) {
  (void)key;
  line_editor *editor = editor_of(el);
  wchar_t *text = editor->initial;
  editor->initial = NULL;
  if (!text) return CC_NORM;
  int count = (int)wcslen(text);
  make_room(editor, rows_of(text, (size_t)count));
  bool inserted = count == 0 || el_winsertstr(el, text) == 0;
  free(text);
  if (!inserted) return CC_ERROR;
  el_cursor(el, editor->initial_cursor - count);
  return CC_REFRESH;
}

/// Whether the character is one without columns of its own behind a letter that it may belong to.
bool is_mark(line_editor *editor, wint_t character) {
  const LineInfoW *line = el_wline(editor->el);
  return character >= 0x300 && wcwidth((wchar_t)character) == 0 && line->cursor > line->buffer &&
         search_length(editor) == 0;
}

/// Composes an accent with the letter before the cursor, where there is one character for both.
unsigned char compose_mark(EditLine *el, int key) {
  (void)key;
  line_editor *editor = editor_of(el);
  const wchar_t pair[] = {el_wline(el)->cursor[-1], editor->mark, L'\0'};
  size_t length;
  char *typed = utf8_of(pair, 2, &length);
  if (!typed) return CC_ERROR;
  line_editor_answer answer = {0};
  editor->callbacks.compose(editor->callbacks.context, typed, length, &answer);
  const char *composed = answer.count > 0 ? answer.candidates[0].text : typed;
  wchar_t *wide = wide_of(composed, strlen(composed));
  bool is_one = wide && wcslen(wide) == 1;
  if (is_one) el_deletestr(el, 1);
  bool inserted = wide && el_winsertstr(el, is_one ? wide : pair + 1) == 0;
  free(wide);
  answer_free(&answer);
  free(typed);
  return inserted ? CC_REFRESH : CC_ERROR;
}

/// A further row of the same text.
unsigned char insert_newline(EditLine *el, int key) {
  (void)key;
  return insert_text(el, "\n", 1) ? CC_REFRESH : CC_ERROR;
}
