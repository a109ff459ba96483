#ifndef WINNOW_LINE_EDITOR_INTERNAL_H
#define WINNOW_LINE_EDITOR_INTERNAL_H

#include <histedit.h>
#include <stdbool.h>
#include <stdio.h>
#include <termios.h>
#include <wchar.h>

#include "line_editor.h"

/// Characters that no keyboard sends (C1 controls, dropped from input), each bound to a function
/// in every key map. A multi-byte key cannot be bound in vi's insert map: it would make ESC the
/// start of a sequence, and ESC could no longer leave insert mode.
enum {
  KEY_FIRST = 0x80,
  KEY_HOME = KEY_FIRST,
  KEY_END,
  KEY_DELETE,
  KEY_NEXT_WORD,
  KEY_PREVIOUS_WORD,
  KEY_NEXT_CHARACTER,
  KEY_PREVIOUS_CHARACTER,
  KEY_UP,
  KEY_DOWN,
  KEY_IGNORED,
  KEY_PASTE,
  KEY_LIST,
  KEY_CLEAR,
  KEY_ACCEPT,
  KEY_BEGIN,
  KEY_COMPOSE,
  KEY_NEWLINE,
  KEY_LAST = 0x9f,
};

/// As much as a terminal keeps of what is typed ahead.
enum { UNREAD_LIMIT = 4096 };

struct line_editor {
  EditLine *el;
  History *history;
  line_editor_callbacks callbacks;
  int event_descriptor;
  struct termios found;  // the terminal's mode when the editor was opened
  bool vi;               // the user's .editrc chose vi keys
  bool editing;          // false where .editrc says "edit off"

  char *prompt;  // with libedit's marks around escapes
  char *line;    // the last line read

  wchar_t *initial;    // to be put into the line before the first key
  int initial_cursor;  // characters of it before the cursor
  bool continues;      // the lines above belong to the same text
  int rows_above;      // of theirs, right above the prompt; 0 where something stands between

  wchar_t mark;  // an accent typed behind its letter, to be composed with it

  bool reading;
  line_editor_event ending;  // why the line is being given up; LINE_EDITOR_LINE if it is not
  int nudges;                // how often libedit was handed a newline to make it give up

  unsigned char unread[UNREAD_LIMIT];  // bytes looked at and put back, last one first
  int unread_count;

  int position;    // which line of the history stands there: 1 the newest, 0 none of it
  wchar_t *draft;  // the line that was left by going up in the history

  size_t rows;     // of the window, as libedit has been told; 0 when it may think otherwise
  size_t longest;  // the rows of the longest text so far

  struct candidate *candidates;  // to be listed below the line
  size_t candidate_count;
  int cursor_before_list;
  const char *question;  // stands below the list and waits for a key; NULL while none does

  char *hint;     // what stands behind the cursor in grey, or stood there until the last key
  bool rewritten;  // whether something stands on the screen that libedit does not know of
  size_t tallest;  // the most rows that the text has had since it was drawn anew
};

struct candidate {
  char *text;
  char *description;  // NULL where there is none
};

/// Bytes of the line in a colour of their own.
struct stretch {
  size_t start, end;
  const char *code;
};

struct line_editor_answer {
  size_t start, end;
  struct candidate *candidates;
  size_t count, capacity;
  struct stretch *stretches;
  size_t stretch_count, stretch_capacity;
};

/// Where a character stands, from the first row of the prompt.
struct place {
  int row, column;
};

// answer.c
void answer_free(line_editor_answer *answer);
void free_candidates(struct candidate *candidates, size_t count);

// color.c
void draw_colors(line_editor *editor);

// input.c
size_t search_length(line_editor *editor);
bool keys_wait(line_editor *editor);
int read_character(EditLine *el, wchar_t *character);
int next_byte(line_editor *editor, int milliseconds, unsigned char *byte);

// question.c
size_t reply_length(const char *text, size_t count);

// keys.c
void add_functions(EditLine *el);
void bind_preferences(EditLine *el, bool vi);
void bind_requirements(EditLine *el, bool vi);
int key_of_sequence(const char *sequence);

// completion.c
unsigned char complete_word(EditLine *el, int key);
bool insert_text(EditLine *el, const char *text, size_t length);

// list.c
unsigned char list_candidates(EditLine *el, int key);
void forget_candidates(line_editor *editor);
int write_safely(const char *text, int room, bool write);

// layout.c
struct place start_of_text(line_editor *editor);
struct place place_of(struct place *at, wchar_t character, int columns);
struct place place_behind(line_editor *editor, const wchar_t *text, size_t count);

// hint.c
unsigned char accept_hint(EditLine *el, int key);
void show_hint(line_editor *editor);
void hide_hint(line_editor *editor);
void forget_hint(line_editor *editor);

// text_keys.c
unsigned char begin(EditLine *el, int key);
unsigned char compose_mark(EditLine *el, int key);
unsigned char insert_newline(EditLine *el, int key);
bool is_mark(line_editor *editor, wint_t character);

// paste.c
unsigned char paste(EditLine *el, int key);

// recall.c
unsigned char go_up(EditLine *el, int key);
unsigned char go_down(EditLine *el, int key);
void forget_draft(line_editor *editor);

// screen.c
int terminal_columns(void);
int terminal_rows(void);
void redraw(line_editor *editor);
void draw_again(line_editor *editor);
size_t rows_of(const wchar_t *text, size_t count);
void make_room(line_editor *editor, size_t added);
void fit_to_window(line_editor *editor);

// prompt.c
void set_prompt(line_editor *editor, const char *prompt);

// line_editor.c
extern line_editor *open_editor;

// text.c
line_editor *editor_of(EditLine *el);
char *utf8_of(const wchar_t *text, size_t count, size_t *length);
wchar_t *wide_of(const char *text, size_t length);
void push_key(EditLine *el, int key);

#endif
