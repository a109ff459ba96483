#include <stdlib.h>
#include <string.h>

#include "internal.h"

static const char paste_end[] = "\033[201~";

struct bytes {
  char *start;
  size_t count, capacity;
};

static bool append(struct bytes *bytes, char byte) {
  if (bytes->count + 1 >= bytes->capacity) {
    size_t capacity = bytes->capacity ? 2 * bytes->capacity : 1024;
    char *start = realloc(bytes->start, capacity);
    if (!start) return false;
    bytes->start = start;
    bytes->capacity = capacity;
  }
  bytes->start[bytes->count++] = byte;
  bytes->start[bytes->count] = '\0';
  return true;
}

/// How long the rest of a paste that is given up may pause, in milliseconds.
enum { PASTE_PAUSE = 200 };

static bool ends_paste(const struct bytes *pasted) {
  const size_t end = sizeof paste_end - 1;
  return pasted->count >= end &&
         memcmp(pasted->start + pasted->count - end, paste_end, end) == 0;
}

/// Drops what is still coming of a paste, which would otherwise be typed and run as commands.
static void drop_rest(line_editor *editor, struct bytes *pasted) {
  line_editor_event ending = editor->ending;
  editor->ending = LINE_EDITOR_LINE;
  unsigned char byte;
  while (next_byte(editor, PASTE_PAUSE, &byte) == 1) {
    if (append(pasted, (char)byte) && ends_paste(pasted)) break;
  }
  if (editor->ending == LINE_EDITOR_LINE) editor->ending = ending;
}

/// Reads up to the end of the paste, however much that is. False when the line is to be given up
/// or memory ran out.
static bool read_paste(line_editor *editor, struct bytes *pasted) {
  do {
    unsigned char byte;
    if (next_byte(editor, -1, &byte) < 0 || !append(pasted, (char)byte)) {
      drop_rest(editor, pasted);
      return false;
    }
  } while (!ends_paste(pasted));
  pasted->count -= sizeof paste_end - 1;
  pasted->start[pasted->count] = '\0';
  return true;
}

/// Makes every line end a newline, drops those at the end (the user presses Enter), and drops
/// control characters, which would act on the line or the terminal.
static void clean(struct bytes *pasted) {
  size_t kept = 0;
  for (size_t i = 0; i < pasted->count; i++) {
    char byte = pasted->start[i];
    if (byte == '\r') {
      if (i + 1 < pasted->count && pasted->start[i + 1] == '\n') continue;
      byte = '\n';
    }
    bool control = (unsigned char)byte < 0x20 || byte == 0x7f;
    if (!control || byte == '\n' || byte == '\t') pasted->start[kept++] = byte;
  }
  while (kept > 0 && pasted->start[kept - 1] == '\n') kept--;
  pasted->count = kept;
  pasted->start[kept] = '\0';
}

/// Inserts what the terminal pastes, all lines of it, into the line; nothing runs before Enter.
unsigned char paste(EditLine *el, int key) {
  (void)key;
  line_editor *editor = editor_of(el);
  struct bytes pasted = {0};
  unsigned char result = CC_ERROR;
  if (read_paste(editor, &pasted)) {
    clean(&pasted);
    line_editor_answer composed = {0};
    editor->callbacks.compose(editor->callbacks.context, pasted.start, pasted.count, &composed);
    const char *text = composed.count > 0 ? composed.candidates[0].text : pasted.start;
    wchar_t *wide = wide_of(text, strlen(text));
    if (wide) make_room(editor, rows_of(wide, wcslen(wide)));
    if (wide && (wide[0] == L'\0' || el_winsertstr(el, wide) == 0)) result = CC_REFRESH;
    free(wide);
    answer_free(&composed);
  }
  free(pasted.start);
  return result;
}
