/// Loops that the Swift compiler leaves scalar: reductions over floats, and filters that write only
/// the entries that pass a comparison; and the widening of half floats, for which processors have an
/// instruction that the portable Swift build may not use. Everything else is written in Swift.
///
/// Each function exists three times, compiled from one body for the plain processor, for AVX2 with
/// fused multiply-add and half floats (F16C), and for AVX-512. One of the three is chosen when the program starts: the one
/// that the environment variable WINNOW_KERNELS names (default, avx2, avx512) where the processor
/// has it, else the best that it has. The choice holds for the whole process and all its threads.
///
/// No function allocates, locks, or keeps anything. All may be called from any thread.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "coverage.h"
#include "plan.h"
#include "rounded.h"

/// The variant in use: "default", "avx2" or "avx512".
const char *ck_kernels_name(void);

/// What one row of dot products says about squared distances.
///
/// Entry j stands for the value  squares[j] + factor * multipliers[j] * dots[j].  With
/// factor = -2 m for the row's own multiplier m, this is the squared distance of the two scaled rows
/// less the squared norm of this row.
typedef struct {
  const float *dots;         ///< count dot products of this row with the columns
  const float *multipliers;  ///< count multipliers of the columns
  const float *squares;      ///< count squared norms of the scaled columns; NaN: never certain
  size_t count;
  float factor;
} ck_distances;

/// Lists the entries that are below a limit, and marks those too close to it to tell.
///
/// An entry below `inner` is written as its id (first_id + j); one that is neither below `inner` nor
/// above `outer` (a NaN is neither) is written as the complement of its id, ~id, a negative number.
/// Entries are written in ascending order of j.
///
/// @param ids room for `count` ids.
/// @returns how many were written.
size_t ck_entries_below(const ck_distances *row, float inner, float outer, int32_t first_id,
                        int32_t *ids);

/// Points, of which one is compared with some others; point i's values are the i-th row.
typedef struct {
  const float *rows;
  const float *multipliers;
  const float *squares;  ///< squared norms of the scaled rows; NaN: never certain
  size_t dimensions;
} ck_points;

/// What ck_entries_below says of these points, for the entries among `ids` that are complements: their
/// dot products with `row` are made of floats now. The others stay as they are.
///
/// @param factor, inner, outer as for ck_entries_below.
/// @param looked_at how many complements there were.
/// @returns how many entries are left; they stand at the front, in the order they had.
size_t ck_entries_again(const ck_points *points, const float *row, float factor, float inner,
                        float outer, int32_t *ids, size_t count, size_t *looked_at);

/// The least of the values; NaN entries are passed over. Infinity where there is no other.
float ck_least_entry(const ck_distances *row);

/// The sum over k of (x_scale x[k] - y_scale y[k])^2, in double.
///
/// Exchanging x and y changes no bit of the result, and no variant differs from another: the order
/// of the additions is fixed and nothing is fused.
double ck_squared_distance(const float *x, double x_scale, const float *y, double y_scale,
                           size_t count);

/// The sum over k of x[k]^2, in double, with the same promise as ck_squared_distance.
double ck_squared_norm(const float *x, size_t count);

/// The position of the largest of `count` values, the lowest where several are equal; 0 for none.
/// A NaN is never the largest, unless it stands at position 0.
size_t ck_position_of_largest(const float *values, size_t count);

/// Cross-entropy of one sample and its gradient with respect to the logits.
///
/// Writes gradient[c] = (softmax(logits)[c] - [c == label]) * weight for all `count` classes;
/// `gradient` may be `logits` itself. The largest logit is subtracted first, so nothing overflows.
///
/// @returns log(sum of exp(logits)) - logits[label], in double.
double ck_softmax_gradient(const float *logits, size_t count, size_t label, float weight,
                           float *gradient);

/// Widens `count` half floats, little-endian and not necessarily aligned, to floats, exactly; a NaN
/// stays one. The same bits in all variants.
void ck_floats_of_halves(const void *halves, size_t count, float *floats);

/// The same for bfloat16, each of which is the upper half of the bits of a float.
void ck_floats_of_brain_floats(const void *brain_floats, size_t count, float *floats);

/// The position of the first value that is infinite or no number; `count` where there is none.
size_t ck_position_not_finite(const float *values, size_t count);

#endif
