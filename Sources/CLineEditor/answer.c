#include <stdlib.h>
#include <string.h>

#include "internal.h"

void line_editor_replace(line_editor_answer *answer, size_t start, size_t end) {
  answer->start = start;
  answer->end = end;
}

void line_editor_add(line_editor_answer *answer, const char *text) {
  line_editor_add_described(answer, text, NULL);
}

void line_editor_add_described(line_editor_answer *answer, const char *text,
                               const char *description) {
  if (answer->count == answer->capacity) {
    size_t capacity = answer->capacity ? 2 * answer->capacity : 16;
    struct candidate *candidates = realloc(answer->candidates, capacity * sizeof *candidates);
    if (!candidates) return;
    answer->candidates = candidates;
    answer->capacity = capacity;
  }
  struct candidate added = {.text = strdup(text)};
  if (!added.text) return;
  if (description && *description) added.description = strdup(description);
  answer->candidates[answer->count++] = added;
}

void line_editor_color(line_editor_answer *answer, size_t start, size_t end, const char *code) {
  if (answer->stretch_count == answer->stretch_capacity) {
    size_t capacity = answer->stretch_capacity ? 2 * answer->stretch_capacity : 16;
    struct stretch *stretches = realloc(answer->stretches, capacity * sizeof *stretches);
    if (!stretches) return;
    answer->stretches = stretches;
    answer->stretch_capacity = capacity;
  }
  answer->stretches[answer->stretch_count++] =
      (struct stretch){.start = start, .end = end, .code = code};
}

void free_candidates(struct candidate *candidates, size_t count) {
  for (size_t i = 0; i < count; i++) {
    free(candidates[i].text);
    free(candidates[i].description);
  }
  free(candidates);
}

void answer_free(line_editor_answer *answer) {
  free_candidates(answer->candidates, answer->count);
  free(answer->stretches);
}
