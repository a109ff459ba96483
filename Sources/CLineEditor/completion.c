#include <stdlib.h>
#include <string.h>

#include "internal.h"

/// How many bytes all candidates begin with, ending where a character ends.
static size_t common_prefix(const struct candidate *candidates, size_t count) {
  const char *first = candidates[0].text;
  size_t length = strlen(first);
  for (size_t i = 1; i < count; i++) {
    size_t same = 0;
    while (same < length && candidates[i].text[same] == first[same]) same++;
    length = same;
  }
  while (length > 0 && ((unsigned char)first[length] & 0xc0) == 0x80) length--;
  return length;
}

/// How many characters the bytes of valid UTF-8 are.
static int characters(const char *bytes, size_t count) {
  int sum = 0;
  for (size_t i = 0; i < count; i++) sum += ((unsigned char)bytes[i] & 0xc0) != 0x80;
  return sum;
}

bool insert_text(EditLine *el, const char *text, size_t length) {
  wchar_t *wide = wide_of(text, length);
  if (wide) make_room(editor_of(el), rows_of(wide, wcslen(wide)));
  bool inserted = wide && (wide[0] == L'\0' || el_winsertstr(el, wide) == 0);
  free(wide);
  return inserted;
}

/// Puts `text` in the place of the bytes [start, end) of `line`, the cursor behind it.
static bool replace(EditLine *el, const char *line, size_t start, size_t end, const char *text,
                    size_t length) {
  el_cursor(el, characters(line, end) - el_cursor(el, 0));
  size_t kept = end - start;
  // What is there already stays there: deleting it would put it into the buffer of ^Y.
  if (kept > length || memcmp(line + start, text, kept) != 0) {
    el_deletestr(el, characters(line + start, kept));
    kept = 0;
  }
  return insert_text(el, text + kept, length - kept);
}

static bool wants_blank(const char *candidate, char next) {
  size_t length = strlen(candidate);
  char last = length > 0 ? candidate[length - 1] : '\0';
  return last != '=' && last != '/' && next != ' ';
}

static unsigned char insert_only_candidate(EditLine *el, const char *line, size_t length,
                                           const line_editor_answer *answer) {
  const char *candidate = answer->candidates[0].text;
  if (!replace(el, line, answer->start, answer->end, candidate, strlen(candidate))) return CC_ERROR;
  char next = answer->end < length ? line[answer->end] : '\0';
  if (wants_blank(candidate, next)) insert_text(el, " ", 1);
  return CC_REFRESH;
}

/// Lists below the line: first the cursor goes to its end, then `list_candidates` writes.
static unsigned char begin_list(EditLine *el, line_editor_answer *answer) {
  line_editor *editor = editor_of(el);
  forget_candidates(editor);
  editor->candidates = answer->candidates;
  editor->candidate_count = answer->count;
  *answer = (line_editor_answer){0};
  editor->cursor_before_list = el_cursor(el, 0);
  const LineInfoW *line = el_wline(el);
  el_cursor(el, (int)(line->lastchar - line->cursor));
  push_key(el, KEY_LIST);
  return CC_CURSOR;
}

static unsigned char apply(EditLine *el, const char *line, size_t length,
                           line_editor_answer *answer) {
  if (answer->count == 0 || answer->start > answer->end || answer->end > length) return CC_ERROR;
  if (answer->count == 1) return insert_only_candidate(el, line, length, answer);
  size_t typed = answer->end - answer->start;
  size_t common = common_prefix(answer->candidates, answer->count);
  bool same = common == typed && memcmp(line + answer->start, answer->candidates[0].text, typed) == 0;
  if (common < typed || same) return begin_list(el, answer);
  if (!replace(el, line, answer->start, answer->end, answer->candidates[0].text, common)) return CC_ERROR;
  return CC_REFRESH;
}

/// Completes the word at the cursor as far as the candidates agree; where they already do, lists
/// them. A beep says that there are none.
unsigned char complete_word(EditLine *el, int key) {
  (void)key;
  line_editor *editor = editor_of(el);
  const LineInfoW *wide = el_wline(el);
  size_t length, cursor;
  char *line = utf8_of(wide->buffer, (size_t)(wide->lastchar - wide->buffer), &length);
  char *before = utf8_of(wide->buffer, (size_t)(wide->cursor - wide->buffer), &cursor);
  unsigned char result = CC_ERROR;
  if (line && before) {
    line_editor_answer answer = {.start = cursor, .end = cursor};
    editor->callbacks.complete(editor->callbacks.context, line, length, cursor, &answer);
    result = apply(el, line, length, &answer);
    answer_free(&answer);
  }
  free(before);
  free(line);
  return result;
}
