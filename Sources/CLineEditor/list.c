#define _GNU_SOURCE  // wcwidth

#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "internal.h"

/// How many candidates are listed; the rest is counted.
enum { LIST_LIMIT = 200 };

/// The columns between a candidate and what stands beside it, and the least that a description is
/// worth showing in.
enum { GAP = 2, LEAST_DESCRIPTION = 16 };

void forget_candidates(line_editor *editor) {
  free_candidates(editor->candidates, editor->candidate_count);
  editor->candidates = NULL;
  editor->candidate_count = 0;
}

/// Writes as much of the text as fits into `room` columns, the last one an ellipsis where something
/// is cut, without anything that acts on the terminal; says how many columns it took.
int write_safely(const char *text, int room, bool write) {
  wchar_t *wide = wide_of(text, strlen(text));
  if (!wide) return 0;
  int columns = 0, kept_columns = 0;
  size_t kept = 0, count = 0;
  for (; wide[count]; count++) {
    if (!iswprint((wint_t)wide[count])) wide[count] = L'?';
    int width = wcwidth(wide[count]);
    columns += width > 0 ? width : 0;
    if (columns < room) {
      kept = count + 1;
      kept_columns = columns;
    }
  }
  if (columns > room) {
    wide[kept] = L'…';
    count = kept + 1;
    columns = kept_columns + 1;
  }
  size_t length;
  char *safe = write ? utf8_of(wide, count, &length) : NULL;
  if (safe) fputs(safe, stdout);
  free(safe);
  free(wide);
  return columns;
}

static int widest_of(const struct candidate *candidates, size_t count, int room) {
  int widest = 0;
  for (size_t i = 0; i < count; i++) {
    int width = write_safely(candidates[i].text, room, false);
    if (width > widest) widest = width;
  }
  return widest;
}

/// Rows of candidates on the way to the screen; full screens wait for a key.
struct pages {
  line_editor *editor;
  int row;
  bool left;  // by a key: nothing more is written
};

/// Asks for a key: a blank goes on by a screen, Enter by a row, any other leaves.
static void ask_for_more(struct pages *pages) {
  line_editor *editor = pages->editor;
  editor->question = "-- more (space), Enter, q --";
  fputs(editor->question, stdout);
  fflush(stdout);
  unsigned char key = 'q';
  int got = next_byte(editor, -1, &key);
  editor->question = NULL;
  fputs("\r\033[K", stdout);
  if (got == 1 && key == ' ') pages->row = 0;
  else if (got == 1 && (key == '\r' || key == '\n')) pages->row--;
  else pages->left = true;
}

static void end_row(struct pages *pages, bool is_last) {
  putchar('\n');
  if (++pages->row >= terminal_rows() - 1 && !is_last) ask_for_more(pages);
}

/// Writes the candidates in columns, ordered downwards.
static void write_columns(struct pages *pages, const struct candidate *candidates, size_t count) {
  int room = terminal_columns() - 1;
  int widest = widest_of(candidates, count, room);
  size_t columns = (size_t)((room + GAP) / (widest + GAP));
  if (columns == 0) columns = 1;
  size_t rows = (count + columns - 1) / columns;
  for (size_t row = 0; row < rows && !pages->left; row++) {
    for (size_t i = row; i < count; i += rows) {
      int width = write_safely(candidates[i].text, room, true);
      if (i + rows < count) printf("%*s", widest + GAP - width, "");
    }
    end_row(pages, row + 1 == rows);
  }
}

/// Writes one candidate a row, with what it is behind it, cut at the end of the row.
static void write_described(struct pages *pages, const struct candidate *candidates,
                            size_t count) {
  int room = terminal_columns() - 1;
  int widest = widest_of(candidates, count, room - GAP - LEAST_DESCRIPTION);
  bool colors = pages->editor->callbacks.color != NULL;
  for (size_t i = 0; i < count && !pages->left; i++) {
    int width = write_safely(candidates[i].text, widest, true);
    if (candidates[i].description) {
      printf("%*s%s", widest + GAP - width, "", colors ? "\033[90m" : "");
      write_safely(candidates[i].description, room - widest - GAP, true);
      if (colors) fputs("\033[0m", stdout);
    }
    end_row(pages, i + 1 == count);
  }
}

static bool any_described(const struct candidate *candidates, size_t count) {
  if (terminal_columns() < 2 * LEAST_DESCRIPTION) return false;
  for (size_t i = 0; i < count; i++) {
    if (candidates[i].description) return true;
  }
  return false;
}

/// Lists the candidates below the line, and then draws the line anew below them.
unsigned char list_candidates(EditLine *el, int key) {
  (void)key;
  line_editor *editor = editor_of(el);
  size_t count = editor->candidate_count;
  if (count == 0) return CC_NORM;
  size_t shown = count < LIST_LIMIT ? count : LIST_LIMIT;
  struct pages pages = {.editor = editor};
  putchar('\n');
  if (any_described(editor->candidates, shown)) {
    write_described(&pages, editor->candidates, shown);
  } else {
    write_columns(&pages, editor->candidates, shown);
  }
  if (shown < count && !pages.left) printf("… and %zu more\n", count - shown);
  forget_candidates(editor);
  el_cursor(el, editor->cursor_before_list - el_cursor(el, 0));
  fit_to_window(editor);  // which may have changed while a key was waited for
  return CC_NORM;
}
