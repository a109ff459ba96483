#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

line_editor *editor_of(EditLine *el) {
  void *editor = NULL;
  el_wget(el, EL_CLIENTDATA, &editor);
  return editor;
}

/// The text in UTF-8, NUL-terminated, to be freed; NULL when memory ran out.
char *utf8_of(const wchar_t *text, size_t count, size_t *length) {
  char *bytes = malloc(count * MB_LEN_MAX + 1);
  if (!bytes) return NULL;
  size_t used = 0;
  for (size_t i = 0; i < count; i++) {
    mbstate_t state = {0};
    size_t width = wcrtomb(bytes + used, text[i], &state);
    if (width != (size_t)-1) used += width;
  }
  bytes[used] = '\0';
  *length = used;
  return bytes;
}

/// The text in wide characters, to be freed; NULL when memory ran out. A byte that is no UTF-8
/// becomes U+FFFD: nothing vanishes unseen. Without any NUL, which libedit takes for the end.
wchar_t *wide_of(const char *text, size_t length) {
  wchar_t *wide = malloc((length + 1) * sizeof *wide);
  if (!wide) return NULL;
  size_t count = 0;
  for (size_t i = 0; i < length;) {
    mbstate_t state = {0};
    size_t used = mbrtowc(&wide[count], text + i, length - i, &state);
    if (used == (size_t)-1 || used == (size_t)-2) {
      wide[count] = 0xFFFD;
      used = 1;
    }
    if (used > 0) count++;
    i += used ? used : 1;
  }
  wide[count] = L'\0';
  return wide;
}

/// Has libedit take `key` as the next thing typed.
void push_key(EditLine *el, int key) {
  const wchar_t keys[2] = {(wchar_t)key, L'\0'};
  el_wpush(el, keys);
}
