#define _GNU_SOURCE  // wcwidth

#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "internal.h"

// libedit knows no colours. What it has drawn is written again in the same cells, in colour, while
// nothing is typed; what it changes afterwards it writes without, and so the whole text is coloured
// before each wait. Colours may stay on the screen meanwhile: the characters are the ones that it
// believes to be there. It is wrong about them, and about the cursor's column, once it has inserted
// before wide characters, and it never draws accents that are characters of their own: a text that
// has some of either is written again even without colours.

/// What is written on the screen over libedit's own, and where the cursor of the terminal is.
struct pen {
  struct place at;
  bool is_sure;      // of the column, too
  const char *code;  // of the colour in force; NULL for none
};

static void move(struct pen *pen, struct place to) {
  int down = to.row - pen->at.row;
  if (pen->is_sure && down == 0 && to.column == pen->at.column) return;
  if (down > 0) printf("\033[%dB", down);
  if (down < 0) printf("\033[%dA", -down);
  putchar('\r');
  if (to.column > 0) printf("\033[%dC", to.column);
  pen->at = to;
  pen->is_sure = true;
}

static void choose(struct pen *pen, const char *code) {
  bool same = code == pen->code || (code && pen->code && strcmp(code, pen->code) == 0);
  if (same) return;
  if (code) printf("\033[0;%sm", code);
  else fputs("\033[0m", stdout);
  pen->code = code;
}

static void write_character(struct pen *pen, wchar_t character) {
  size_t length;
  char *bytes = utf8_of(&character, 1, &length);
  if (!bytes) return;
  fputs(bytes, stdout);
  pen->at.column += wcwidth(character);
  free(bytes);
}

/// Asks for the colours of the text.
static void ask(line_editor *editor, const wchar_t *text, size_t count, size_t cursor,
                line_editor_answer *answer) {
  size_t length, before;
  char *line = utf8_of(text, count, &length);
  char *head = utf8_of(text, cursor < count ? cursor : count, &before);
  if (line && head) {
    editor->callbacks.color(editor->callbacks.context, line, length, before, answer);
  }
  free(head);
  free(line);
}

/// The colour of each character; NULL where memory ran out.
static const char **codes_of(const wchar_t *text, size_t count, const line_editor_answer *answer) {
  const char **codes = calloc(count + 1, sizeof *codes);
  size_t *starts = calloc(count + 1, sizeof *starts);
  for (size_t i = 0; starts && i < count; i++) {
    size_t length = 0;
    free(utf8_of(text + i, 1, &length));
    starts[i + 1] = starts[i] + length;
  }
  for (size_t s = 0; codes && starts && s < answer->stretch_count; s++) {
    const struct stretch *stretch = &answer->stretches[s];
    size_t low = 0, high = count;
    while (low < high) {
      size_t middle = (low + high) / 2;
      if (starts[middle] < stretch->start) low = middle + 1;
      else high = middle;
    }
    for (; low < count && starts[low] < stretch->end; low++) codes[low] = stretch->code;
  }
  free(starts);
  return codes;
}

/// Writes an accent over the character just written.
static void write_mark(struct pen *pen, wchar_t mark) {
  int column = pen->at.column;
  write_character(pen, mark);
  pen->at.column = column;
}

static void clear_rest_of_row(struct pen *pen, struct place place) {
  choose(pen, NULL);
  move(pen, place);
  fputs("\033[K", stdout);
}

/// Whether the character stands in a cell that is written as it is.
static bool is_plain(wchar_t character) {
  return iswprint((wint_t)character) && wcwidth(character) > 0;
}

/// Writes one character of the text over itself.
static void write_cell(struct pen *pen, const wchar_t *character, bool is_first,
                       struct place place, const char *code) {
  if (*character == L'\n') {
    clear_rest_of_row(pen, place);
  } else if (is_plain(*character)) {
    move(pen, place);
    choose(pen, code);
    write_character(pen, *character);
  } else if (wcwidth(*character) == 0 && !is_first && is_plain(character[-1])) {
    write_mark(pen, *character);
  }
}

/// Writes the text over itself, and leaves the cursor where it belongs.
static void write_over(line_editor *editor, const LineInfoW *line, const char **codes) {
  int columns = terminal_columns();
  size_t count = (size_t)(line->lastchar - line->buffer);
  struct place cursor = place_behind(editor, line->buffer, (size_t)(line->cursor - line->buffer));
  struct place at = start_of_text(editor);
  struct pen pen = {.at = cursor};
  for (size_t i = 0; i < count; i++) {
    struct place place = place_of(&at, line->buffer[i], columns);
    write_cell(&pen, &line->buffer[i], i == 0, place, codes[i]);
  }
  clear_rest_of_row(&pen, at);
  move(&pen, cursor);
  fflush(stdout);
}

/// Whether all rows of the text are on the screen: what has gone beyond its top cannot be reached.
static bool is_within_reach(line_editor *editor, const LineInfoW *line) {
  struct place end = place_behind(editor, line->buffer, (size_t)(line->lastchar - line->buffer));
  size_t rows = (size_t)end.row + 1;
  if (rows > editor->tallest) editor->tallest = rows;
  return editor->tallest <= (size_t)terminal_rows();
}

/// Whether there are characters of other than one column.
static bool has_uneven(const wchar_t *text, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int width = wcwidth(text[i]);
    if (width > 1 || (width == 0 && text[i] != L'\0')) return true;
  }
  return false;
}

/// Colours the text on the screen. What libedit searches for, behind it, has no colour.
void draw_colors(line_editor *editor) {
  const LineInfoW *line = el_wline(editor->el);
  size_t count = (size_t)(line->lastchar - line->buffer);
  if (count == 0 && !editor->rewritten) return;
  if (!is_within_reach(editor, line)) return;
  size_t searched = search_length(editor);
  size_t colored = searched > 0 ? count - searched - 1 : count;
  line_editor_answer answer = {0};
  if (editor->callbacks.color) {
    ask(editor, line->buffer, colored, (size_t)(line->cursor - line->buffer), &answer);
  }
  bool needed = answer.stretch_count > 0 || has_uneven(line->buffer, count);
  if (needed || editor->rewritten) {
    const char **codes = codes_of(line->buffer, count, &answer);
    if (codes) write_over(editor, line, codes);
    free(codes);
  }
  editor->rewritten = needed;
  answer_free(&answer);
}
