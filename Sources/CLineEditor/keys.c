#include <string.h>

#include "internal.h"

struct binding {
  int key;
  const char *function;
};

/// What each private key does, in every key map.
static const struct binding bindings[] = {
    {KEY_HOME, "winnow-home"},
    {KEY_END, "winnow-end"},
    {KEY_DELETE, "ed-delete-next-char"},
    {KEY_NEXT_WORD, "em-next-word"},
    {KEY_PREVIOUS_WORD, "ed-prev-word"},
    {KEY_NEXT_CHARACTER, "ed-next-char"},
    {KEY_PREVIOUS_CHARACTER, "ed-prev-char"},
    {KEY_UP, "winnow-up"},
    {KEY_DOWN, "winnow-down"},
    {KEY_IGNORED, "winnow-ignore"},
    {KEY_PASTE, "winnow-paste"},
    {KEY_LIST, "winnow-list"},
    {KEY_CLEAR, "ed-start-over"},
    {KEY_ACCEPT, "winnow-accept"},
    {KEY_BEGIN, "winnow-begin"},
    {KEY_COMPOSE, "winnow-compose"},
    {KEY_NEWLINE, "winnow-newline"},
};

struct sequence {
  const char *bytes;  // after the ESC
  int key;
};

/// What terminals send for the keys beyond the letters (xterm, VTE, rxvt, Linux console, tmux).
/// Keys without a use are here so that they do not type junk.
static const struct sequence sequences[] = {
    {"[200~", KEY_PASTE}, {"[201~", KEY_IGNORED}, {"\r", KEY_NEWLINE}, {"\n", KEY_NEWLINE},
    {"[A", KEY_UP}, {"OA", KEY_UP}, {"[B", KEY_DOWN}, {"OB", KEY_DOWN},
    {"[C", KEY_NEXT_CHARACTER}, {"OC", KEY_NEXT_CHARACTER},
    {"[D", KEY_PREVIOUS_CHARACTER}, {"OD", KEY_PREVIOUS_CHARACTER},
    {"[H", KEY_HOME}, {"OH", KEY_HOME}, {"[1~", KEY_HOME}, {"[7~", KEY_HOME},
    {"[F", KEY_END}, {"OF", KEY_END}, {"[4~", KEY_END}, {"[8~", KEY_END},
    {"[1;5H", KEY_HOME}, {"[1;5F", KEY_END},
    {"[3~", KEY_DELETE},
    {"[1;5C", KEY_NEXT_WORD}, {"[1;3C", KEY_NEXT_WORD}, {"[5C", KEY_NEXT_WORD},
    {"Oc", KEY_NEXT_WORD},
    {"[1;5D", KEY_PREVIOUS_WORD}, {"[1;3D", KEY_PREVIOUS_WORD}, {"[5D", KEY_PREVIOUS_WORD},
    {"Od", KEY_PREVIOUS_WORD},
    {"[Z", KEY_IGNORED}, {"[2~", KEY_IGNORED}, {"[5~", KEY_IGNORED}, {"[6~", KEY_IGNORED},
    {"[3;5~", KEY_IGNORED}, {"[1;2A", KEY_IGNORED}, {"[1;2B", KEY_IGNORED},
    {"[1;2C", KEY_NEXT_CHARACTER}, {"[1;2D", KEY_PREVIOUS_CHARACTER},
    {"[1;3A", KEY_IGNORED}, {"[1;3B", KEY_IGNORED},
    {"[1;5A", KEY_IGNORED}, {"[1;5B", KEY_IGNORED},
    {"OP", KEY_IGNORED}, {"OQ", KEY_IGNORED}, {"OR", KEY_IGNORED}, {"OS", KEY_IGNORED},
    {"[11~", KEY_IGNORED}, {"[12~", KEY_IGNORED}, {"[13~", KEY_IGNORED}, {"[14~", KEY_IGNORED},
    {"[15~", KEY_IGNORED}, {"[17~", KEY_IGNORED}, {"[18~", KEY_IGNORED}, {"[19~", KEY_IGNORED},
    {"[20~", KEY_IGNORED}, {"[21~", KEY_IGNORED}, {"[23~", KEY_IGNORED}, {"[24~", KEY_IGNORED},
    {"[I", KEY_IGNORED}, {"[O", KEY_IGNORED},
};

enum {
  BINDING_COUNT = sizeof bindings / sizeof bindings[0],
  SEQUENCE_COUNT = sizeof sequences / sizeof sequences[0],
};

/// The private key for what came after an ESC; 0 if it is none that is known.
int key_of_sequence(const char *bytes) {
  for (int i = 0; i < SEQUENCE_COUNT; i++) {
    if (strcmp(sequences[i].bytes, bytes) == 0) return sequences[i].key;
  }
  return 0;
}

static const char *function_of(int key) {
  for (int i = 0; i < BINDING_COUNT; i++) {
    if (bindings[i].key == key) return bindings[i].function;
  }
  return "winnow-ignore";
}

static unsigned char ignore(EditLine *el, int key) {
  (void)el;
  (void)key;
  return CC_NORM;
}

/// Goes to the first character of the row; libedit's own goes to that of the whole text.
static unsigned char go_home(EditLine *el, int key) {
  (void)key;
  const LineInfoW *line = el_wline(el);
  const wchar_t *at = line->cursor;
  while (at > line->buffer && at[-1] != L'\n') at--;
  el_cursor(el, (int)(at - line->cursor));
  return CC_CURSOR;
}

/// Goes behind the last character of the row; libedit's own goes to the end of the whole text, and
/// in vi's insert mode before its last character.
static unsigned char go_to_end(EditLine *el, int key) {
  (void)key;
  const LineInfoW *line = el_wline(el);
  const wchar_t *at = line->cursor;
  while (at < line->lastchar && *at != L'\n') at++;
  el_cursor(el, (int)(at - line->cursor));
  return CC_CURSOR;
}

/// Makes our functions known to libedit. Once per editor, before anything is bound to them.
void add_functions(EditLine *el) {
  el_set(el, EL_ADDFN, "winnow-complete", "Complete the word", complete_word);
  el_set(el, EL_ADDFN, "winnow-list", "List the candidates", list_candidates);
  el_set(el, EL_ADDFN, "winnow-paste", "Insert what is pasted", paste);
  el_set(el, EL_ADDFN, "winnow-up", "Line above, or older line", go_up);
  el_set(el, EL_ADDFN, "winnow-down", "Line below, or newer line", go_down);
  el_set(el, EL_ADDFN, "winnow-home", "Go to the row's beginning", go_home);
  el_set(el, EL_ADDFN, "winnow-end", "Go to the row's end", go_to_end);
  el_set(el, EL_ADDFN, "winnow-accept", "Insert the hint", accept_hint);
  el_set(el, EL_ADDFN, "winnow-begin", "Insert the first text", begin);
  el_set(el, EL_ADDFN, "winnow-compose", "Compose an accent", compose_mark);
  el_set(el, EL_ADDFN, "winnow-newline", "Insert a line end", insert_newline);
  el_set(el, EL_ADDFN, "winnow-ignore", "Do nothing", ignore);
}

/// Binds what the user's `.editrc`, read next, may bind otherwise.
void bind_preferences(EditLine *el, bool vi) {
  el_set(el, EL_BIND, "^O", "winnow-newline", NULL);
  if (vi) return;
  el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
  el_set(el, EL_BIND, "^A", "winnow-home", NULL);
  el_set(el, EL_BIND, "^E", "winnow-end", NULL);
  for (int i = 0; i < SEQUENCE_COUNT; i++) {
    if (sequences[i].key == KEY_PASTE) continue;
    char bytes[16];
    snprintf(bytes, sizeof bytes, "\\e%s", sequences[i].bytes);
    el_set(el, EL_BIND, bytes, function_of(sequences[i].key), NULL);
  }
}

static void bind_everywhere(EditLine *el, const char *key, const char *function) {
  el_set(el, EL_BIND, key, function, NULL);
  el_set(el, EL_BIND, "-a", key, function, NULL);
}

/// Binds what must work whatever `.editrc` did: `bind -v` there has wiped everything. Where libedit
/// would go through the history, we do, since its way loses lines.
void bind_requirements(EditLine *el, bool vi) {
  el_set(el, EL_BIND, "^I", "winnow-complete", NULL);
  bind_everywhere(el, "^P", "winnow-up");
  bind_everywhere(el, "^N", "winnow-down");
  for (int digit = 0; digit <= 9; digit++) {
    // A million times the next character is more than any screen that libedit could be told of.
    const char number[] = {'\\', 'e', (char)('0' + digit), '\0'};
    if (!vi) el_set(el, EL_BIND, number, "winnow-ignore", NULL);
  }
  if (vi) {
    el_set(el, EL_BIND, "-a", "k", "winnow-up", NULL);
    el_set(el, EL_BIND, "-a", "j", "winnow-down", NULL);
    bind_everywhere(el, "^R", "em-inc-search-prev");
  }
  for (int i = 0; i < BINDING_COUNT; i++) {
    char key[8];
    snprintf(key, sizeof key, "\\%03o", (unsigned)bindings[i].key);
    bool types = bindings[i].key == KEY_COMPOSE;
    bind_everywhere(el, key, bindings[i].function);
    if (vi && types) el_set(el, EL_BIND, "-a", key, "winnow-ignore", NULL);
  }
}
