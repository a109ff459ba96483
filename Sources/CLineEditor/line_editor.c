#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

enum { HISTORY_LIMIT = 100000 };

/// The editor that is open, for whom none is handed to.
line_editor *open_editor;

/// libedit drops every byte from 0x80 up unless characters are UTF-8. Only their classification is
/// touched: numbers and messages stay those of the C locale.
static void choose_characters(void) {
  if (setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return;
  setlocale(LC_CTYPE, "C.UTF-8");
}

static void end_pasting(line_editor *editor) {
  if (editor->editing) fputs("\033[?2004l", stdout);
  fflush(stdout);
  editor->reading = false;
}

/// Whoever leaves by `exit` leaves a usable terminal, too.
static void restore_at_exit(void) {
  if (!open_editor) return;
  if (open_editor->reading) end_pasting(open_editor);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &open_editor->found);
}

static bool start_history(line_editor *editor) {
  editor->history = history_init();
  if (!editor->history) return false;
  HistEvent event;
  history(editor->history, &event, H_SETSIZE, HISTORY_LIMIT);
  history(editor->history, &event, H_SETUNIQUE, 1);
  el_set(editor->el, EL_HIST, history, editor->history);
  return true;
}

static bool can_edit(EditLine *el) {
  char *clear_to_end = NULL;
  return el_get(el, EL_GETTC, "ce", &clear_to_end) == 0 && clear_to_end && *clear_to_end;
}

static bool has_vi_keys(EditLine *el) {
  const char *keys = NULL;
  return el_get(el, EL_EDITOR, &keys) == 0 && keys && strcmp(keys, "vi") == 0;
}

/// Binds keys anew: ours, the user's, and ours that must be.
static void set_keys(line_editor *editor, bool vi) {
  EditLine *el = editor->el;
  el_set(el, EL_EDITOR, vi ? "vi" : "emacs");
  bind_preferences(el, vi);
  el_source(el, NULL);
}

static void finish_keys(line_editor *editor) {
  int editing = 1;
  el_get(editor->el, EL_EDITMODE, &editing);
  editor->vi = has_vi_keys(editor->el);
  bind_requirements(editor->el, editor->vi);
  editor->editing = editing != 0;
}

bool line_editor_has_vi_keys(const line_editor *editor) { return editor->vi; }

void line_editor_use_keys(line_editor *editor, bool vi) {
  set_keys(editor, vi);
  if (has_vi_keys(editor->el) != vi) {
    // Choosing wipes all keys, so that what `.editrc` binds for the others is lost.
    el_set(editor->el, EL_EDITOR, vi ? "vi" : "emacs");
    bind_preferences(editor->el, vi);
  }
  finish_keys(editor);
}

line_editor *line_editor_open(const char *program, int event_descriptor,
                              line_editor_callbacks callbacks) {
  choose_characters();
  line_editor *editor = calloc(1, sizeof *editor);
  if (!editor) return NULL;
  editor->callbacks = callbacks;
  editor->event_descriptor = event_descriptor;
  if (tcgetattr(STDIN_FILENO, &editor->found) == 0) {
    editor->el = el_init(program, stdin, stdout, stderr);
  }
  if (!editor->el || !can_edit(editor->el) || !start_history(editor)) {
    line_editor_close(editor);
    return NULL;
  }
  el_set(editor->el, EL_CLIENTDATA, editor);
  el_set(editor->el, EL_SIGNAL, 0);
  el_set(editor->el, EL_GETCFN, read_character);
  add_functions(editor->el);
  set_keys(editor, false);
  finish_keys(editor);
  static bool registered;
  if (!registered) registered = atexit(restore_at_exit) == 0;
  open_editor = editor;
  return editor;
}

void line_editor_close(line_editor *editor) {
  if (!editor) return;
  if (open_editor == editor) open_editor = NULL;
  if (editor->el) {
    el_set(editor->el, EL_PREP_TERM, 0);
    // Otherwise el_end throws away what was typed ahead; the terminal's mode is put back below.
    el_set(editor->el, EL_EDITMODE, 0);
    el_end(editor->el);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &editor->found);
  }
  if (editor->history) history_end(editor->history);
  forget_candidates(editor);
  forget_draft(editor);
  forget_hint(editor);
  free(editor->prompt);
  free(editor->line);
  free(editor->initial);
  free(editor);
}

void line_editor_remember(line_editor *editor, const char *line) {
  HistEvent event;
  if (!*line) return;
  history(editor->history, &event, H_ENTER, line);
  wchar_t *wide = wide_of(line, strlen(line));
  size_t rows = wide ? rows_of(wide, wcslen(wide)) : 0;
  if (rows > editor->longest) editor->longest = rows;
  free(wide);
}

/// The line as libedit gave it, without the final newline, in `line`.
static bool take_line(line_editor *editor, const wchar_t *text, size_t count, size_t *length) {
  if (count > 0 && text[count - 1] == L'\n') count--;
  free(editor->line);
  editor->line = utf8_of(text, count, length);
  return editor->line != NULL;
}

static void set_start(line_editor *editor, line_editor_start start) {
  set_prompt(editor, start.prompt);
  editor->continues = start.continues;
  if (!start.continues) editor->rows_above = 0;
  free(editor->initial);
  editor->initial = NULL;
  if (!start.text || !*start.text) return;
  editor->initial = wide_of(start.text, strlen(start.text));
  wchar_t *before = wide_of(start.text, start.cursor);
  editor->initial_cursor = before ? (int)wcslen(before) : 0;
  free(before);
}

/// Takes what libedit returned, or why it returned nothing.
static void finish(line_editor *editor, const wchar_t *text, int count, size_t *length) {
  if (editor->ending == LINE_EDITOR_BACK) {
    *length = editor->line ? strlen(editor->line) : 0;
  } else if (editor->ending == LINE_EDITOR_LINE) {
    bool ended = text && count > 0 && take_line(editor, text, (size_t)count, length);
    if (!ended) editor->ending = LINE_EDITOR_END_OF_FILE;
    else editor->rows_above += place_behind(editor, text, (size_t)count - 1).row + 1;
  }
  if (editor->ending == LINE_EDITOR_END_OF_FILE) putchar('\n');
}

line_editor_event line_editor_read(line_editor *editor, line_editor_start start,
                                   const char **line, size_t *length) {
  set_start(editor, start);
  editor->ending = LINE_EDITOR_LINE;
  editor->nudges = 0;
  editor->reading = true;
  editor->rows = 0;  // libedit looks at the window anew
  editor->tallest = 0;
  editor->rewritten = false;
  // What is typed as soon as the prompt stands there must find the editor's mode.
  el_set(editor->el, EL_PREP_TERM, 1);
  if (editor->editing) fputs("\033[?2004h", stdout);
  fflush(stdout);
  int count = 0;
  const wchar_t *text = el_wgets(editor->el, &count);
  finish(editor, text, count, length);
  forget_draft(editor);
  forget_candidates(editor);
  end_pasting(editor);
  *line = editor->line;
  return editor->ending;
}
