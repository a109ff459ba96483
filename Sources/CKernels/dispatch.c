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

size_t ck_entries_again(const ck_points *points, const float *row, float factor, float inner,
                        float outer, int32_t *ids, size_t count, size_t *looked_at) {
  return chosen->entries_again(points, row, factor, inner, outer, ids, count, looked_at);
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

double ck_widen(const float *row, double multiplier, size_t count, double *wide) {
  return chosen->widen(row, multiplier, count, wide);
}

size_t ck_squares_of_dots(double own, const double *squares, double near, size_t count,
                          double *entries, uint32_t *places) {
  return chosen->squares_of_dots(own, squares, near, count, entries, places);
}

void ck_kernel_values(const ck_kernel *kernel, const double *squares, size_t count,
                      double *values) {
  chosen->kernel_values(kernel, squares, count, values);
}

size_t ck_close_squares(const double *squares, const double *limits, double limit, double edge,
                        double slack, size_t count, uint32_t *places) {
  return chosen->close_squares(squares, limits, limit, edge, slack, count, places);
}

double ck_kernel_gain(const double *squares, const double *values, ck_targets targets,
                      size_t count) {
  return chosen->kernel_gain(squares, values, targets, count);
}

void ck_kernel_add(const double *squares, const double *values, size_t count, double nearest,
                   double covered, double weight, double *gains) {
  chosen->kernel_add(squares, values, count, nearest, covered, weight, gains);
}

void ck_keep_values(const double *values, size_t count, float *kept, size_t step) {
  chosen->keep_values(values, count, kept, step);
}

double ck_kept_gain(const float *kept, const double *covered, const double *weights,
                    size_t count) {
  return chosen->kept_gain(kept, covered, weights, count);
}

void ck_kept_add(const float *kept, size_t count, double covered, double weight,
                 double covered_then, double weight_then, double *gains) {
  chosen->kept_add(kept, count, covered, weight, covered_then, weight_then, gains);
}

size_t ck_kept_above(const float *kept, const double *covered, size_t count, uint32_t *places) {
  return chosen->kept_above(kept, covered, count, places);
}
