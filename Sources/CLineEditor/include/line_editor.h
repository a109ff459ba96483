#ifndef WINNOW_LINE_EDITOR_H
#define WINNOW_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

// Lines typed at a terminal, with editing, history, completion and pasting.
//
// This target exists because libedit's calls are variadic, its hooks are C functions and its
// streams are C globals, none of which Swift 6 accepts. It owns all of libedit's state. Everything
// here is called from one thread. All text is UTF-8.

/// One editor on the process's stdin and stdout, which must both be terminals. libedit keeps its
/// output stream in a global: no more than one may be open at a time.
typedef struct line_editor line_editor;

/// Where a callback puts its answer; it lives no longer than the call.
typedef struct line_editor_answer line_editor_answer;

/// How a line ended.
typedef enum {
  LINE_EDITOR_LINE,
  LINE_EDITOR_INTERRUPTED,
  LINE_EDITOR_END_OF_FILE,
  LINE_EDITOR_TERMINATED,
  LINE_EDITOR_BACK,  ///< for the lines above it, which are to be edited together with it
} line_editor_event;

/// What has happened since `wake` was last asked; a sum of these.
enum {
  LINE_EDITOR_INTERRUPT = 1,  ///< give up this line
  LINE_EDITOR_TERMINATE = 2,  ///< give up this line, the program ends
  LINE_EDITOR_RESIZED = 4,    ///< the window has another size
  LINE_EDITOR_RESUMED = 8,    ///< the process was stopped and goes on
};

/// What the program does for the editor. `context` is handed through untouched.
typedef struct {
  void *context;

  /// Says what has happened; asked whenever the event descriptor becomes readable.
  unsigned (*wake)(void *context);

  /// Completes the word at `cursor`, a byte offset into `line`: calls `line_editor_replace` once
  /// and `line_editor_add` for each candidate, in the order in which they are to be shown.
  void (*complete)(void *context, const char *line, size_t length, size_t cursor,
                   line_editor_answer *answer);

  /// Composes accents in pasted text (NFC), without which libedit's cursor goes astray: calls
  /// `line_editor_add` once.
  void (*compose)(void *context, const char *text, size_t length, line_editor_answer *answer);

  /// Says what could follow the line, to be shown in grey behind the cursor: calls
  /// `line_editor_add` once, or not at all. NULL for no hints.
  void (*hint)(void *context, const char *line, size_t length, line_editor_answer *answer);

  /// Says how the line is to be coloured, the cursor being at byte offset `cursor`: calls
  /// `line_editor_color` for each stretch. NULL for no colours.
  void (*color)(void *context, const char *line, size_t length, size_t cursor,
                line_editor_answer *answer);
} line_editor_callbacks;

/// Opens the editor and reads the user's `.editrc`.
///
/// @param event_descriptor  an eventfd that becomes readable when `wake` has something to say, or
///     -1. The editor empties it.
/// @return NULL where the terminal cannot be edited on (no clear-to-end-of-line, as on TERM=dumb)
///     or memory ran out; the terminal is then as it was.
line_editor *line_editor_open(const char *program, int event_descriptor,
                              line_editor_callbacks callbacks);

/// How a line begins.
typedef struct {
  const char *prompt;  ///< may hold ANSI escapes
  const char *text;    ///< stands there already; may have newlines in it
  size_t cursor;       ///< where in it the cursor stands, a byte offset
  bool continues;      ///< goes on with the text of the last line read
} line_editor_start;

/// Reads one line. The prompt begins at the left, in the place of what an unfinished line has there
/// (the echo of keys pressed during a command). Between two calls the terminal is in the mode for
/// running commands, and what is typed then waits for the next call.
///
/// @param line  on LINE_EDITOR_LINE the text without the final newline, NUL-terminated, valid until
///     the next call; a pasted text may have newlines in it. On LINE_EDITOR_BACK, which only a line
///     that continues ends with, what has been typed of it; it and the lines before it have then
///     gone from the screen, as far as they were still on it.
line_editor_event line_editor_read(line_editor *editor, line_editor_start start,
                                   const char **line, size_t *length);

/// Whether vi's keys are in force, else emacs's.
bool line_editor_has_vi_keys(const line_editor *editor);

/// Takes vi's keys or emacs's for the lines to come, whatever the user's `.editrc` chooses. It is
/// read again all the same: what else it binds holds, unless it is for the other keys.
void line_editor_use_keys(line_editor *editor, bool vi);

/// Appends to the history. The same line twice in a row is kept once.
void line_editor_remember(line_editor *editor, const char *line);

/// Asks the terminal of the editor that is open, between two lines, and waits for its answer, which
/// is not echoed. What is typed meanwhile is for the next line, as is an answer that comes too late:
/// it is dropped there. Where something is typed already nothing is asked.
///
/// @param question  ends with the request for device attributes (`ESC [ c`), which every terminal
///     answers, and after all that stands before it
/// @param milliseconds  how long to wait
/// @param answer  gets the answers, each from its ESC on: those on device attributes (`ESC [ ? … c`)
///     and those of kitty's graphics protocol (`ESC _ G … ESC \`); not NUL-terminated
/// @return the number of bytes in `answer`; 0 where nothing came; -1 where nothing was asked
int line_editor_ask(const char *question, int milliseconds, char *answer, size_t room);

/// Gives the terminal back as it was found. NULL is fine.
void line_editor_close(line_editor *editor);

/// Sets the bytes [start, end) of the line that a candidate replaces.
void line_editor_replace(line_editor_answer *answer, size_t start, size_t end);

/// Adds a candidate, or is the composed text.
void line_editor_add(line_editor_answer *answer, const char *text);

/// Adds a candidate with a line that says what it is, which is listed beside it.
void line_editor_add_described(line_editor_answer *answer, const char *text,
                               const char *description);

/// Colours the bytes [start, end) of the line; of stretches that overlap the last one counts.
///
/// @param code  parameters of the escape sequence that chooses a colour, such as "1;34"; it must
///     outlive the line
void line_editor_color(line_editor_answer *answer, size_t start, size_t end, const char *code);

#endif
