#define _GNU_SOURCE  // wcwidth

#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "internal.h"

// Where libedit puts each character of the text. It does not say so, and whoever writes over what
// it has drawn must know. These are its rules: `re_addc` and `re_putc` in its refresh.c.

/// The columns of the prompt, without what stands between marks.
static int columns_of_prompt(const char *prompt) {
  wchar_t *wide = prompt ? wide_of(prompt, strlen(prompt)) : NULL;
  int columns = 0;
  bool marked = false;
  for (const wchar_t *at = wide; at && *at; at++) {
    if (*at == L'\001') {
      marked = !marked;
    } else if (!marked) {
      int width = wcwidth(*at);
      columns += width > 0 ? width : 0;
    }
  }
  free(wide);
  return columns;
}

/// Where the first character of the text stands.
struct place start_of_text(line_editor *editor) {
  int columns = terminal_columns(), prompt = columns_of_prompt(editor->prompt);
  return (struct place){.row = prompt / columns, .column = prompt % columns};
}

static void next_row(struct place *at) {
  at->row++;
  at->column = 0;
}

/// Puts a cell of `width` columns; one that does not fit in what is left of a row begins the next.
static struct place put(struct place *at, int width, int columns) {
  if (at->column + width > columns) next_row(at);
  struct place place = *at;
  at->column += width;
  if (at->column >= columns) next_row(at);
  return place;
}

/// How many cells libedit shows a character in that has no picture: ^A, \U+1F, \U+10FFFF.
static int cells_of_unprintable(wchar_t character) {
  if (character < 0x100 && iswcntrl((wint_t)character)) return 2;
  return character > 0xffff ? 8 : 7;
}

/// Where the character stands, `at` being the place behind the one before; moves `at` behind it.
struct place place_of(struct place *at, wchar_t character, int columns) {
  struct place place = *at;
  if (character == L'\n') {
    next_row(at);
  } else if (character == L'\t') {
    do put(at, 1, columns);
    while (at->column % 8 != 0);
  } else if (!iswprint((wint_t)character)) {
    for (int left = cells_of_unprintable(character); left > 0; left--) put(at, 1, columns);
  } else {
    int width = wcwidth(character);
    place = put(at, width > 0 ? width : 0, columns);
  }
  return place;
}

/// The place behind a text that begins behind the prompt.
struct place place_behind(line_editor *editor, const wchar_t *text, size_t count) {
  struct place at = start_of_text(editor);
  int columns = terminal_columns();
  for (size_t i = 0; i < count; i++) place_of(&at, text[i], columns);
  return at;
}
