// Chooses the variant once, before anything runs, and forwards every call to it.

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "variants.h"

static const ck_variant *chosen = &ck_variant_default;

#if defined(__x86_64__)
// A constructor, so that no call has to ask whether the choice was made: it is written before the
// program has a second thread, and only read afterwards.
__attribute__((constructor)) static void choose(void) {
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("f16c");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f");
  chosen = avx512 ? &ck_variant_avx512 : avx2 ? &ck_variant_avx2 : &ck_variant_default;
  const char *wanted = getenv("WINNOW_KERNELS");
  if (wanted == NULL) return;
  if (strcmp(wanted, "default") == 0) chosen = &ck_variant_default;
  if (strcmp(wanted, "avx2") == 0 && avx2) chosen = &ck_variant_avx2;
  if (strcmp(wanted, "avx512") == 0 && avx512) chosen = &ck_variant_avx512;
}
#endif

const char *ck_kernels_name(void) { return chosen->name; }

size_t ck_entries_below(const ck_distances *row, float inner, float outer, int32_t first_id,
                        int32_t *ids) {
  return chosen->entries_below(row, inner, outer, first_id, ids);
}

float ck_least_entry(const ck_distances *row) { return chosen->least_entry(row); }

double ck_squared_distance(const float *x, double x_scale, const float *y, double y_scale,
                           size_t count) {
  return chosen->squared_distance(x, x_scale, y, y_scale, count);
}

double ck_squared_norm(const float *x, size_t count) { return chosen->squared_norm(x, count); }

size_t ck_position_of_largest(const float *values, size_t count) {
  return chosen->position_of_largest(values, count);
}

double ck_softmax_gradient(const float *logits, size_t count, size_t label, float weight,
                           float *gradient) {
  return chosen->softmax_gradient(logits, count, label, weight, gradient);
}

void ck_floats_of_halves(const void *halves, size_t count, float *floats) {
  chosen->floats_of_halves(halves, count, floats);
}

void ck_floats_of_brain_floats(const void *brain_floats, size_t count, float *floats) {
  chosen->floats_of_brain_floats(brain_floats, count, floats);
}

size_t ck_position_not_finite(const float *values, size_t count) {
  return chosen->position_not_finite(values, count);
}
