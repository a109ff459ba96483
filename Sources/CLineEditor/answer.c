#include <stdlib.h>
#include <string.h>

#include "internal.h"

void line_editor_replace(line_editor_answer *answer, size_t start, size_t end) {
  answer->start = start;
  answer->end = end;
}

void line_editor_add(line_editor_answer *answer, const char *text) {
  if (answer->count == answer->capacity) {
    size_t capacity = answer->capacity ? 2 * answer->capacity : 16;
    char **texts = realloc(answer->texts, capacity * sizeof *texts);
    if (!texts) return;
    answer->texts = texts;
    answer->capacity = capacity;
  }
  char *copy = strdup(text);
  if (copy) answer->texts[answer->count++] = copy;
}

void answer_free(line_editor_answer *answer) {
  for (size_t i = 0; i < answer->count; i++) free(answer->texts[i]);
  free(answer->texts);
}
