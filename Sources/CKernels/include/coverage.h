/// Loops over pairs of samples for kernel coverage: values of a kernel for the squares of distances,
/// what a row of values adds to what is covered already, and rows of values that are kept.
///
/// The order of all additions is fixed and nothing is fused, so that no variant differs from another.
#ifndef CKERNELS_COVERAGE_H
#define CKERNELS_COVERAGE_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  CK_RBF,       ///< exp(-t)
  CK_TOPHAT,    ///< 1 for t < 1, else 0
  CK_STUDENT,   ///< (1 + 2 t)^(-3/4)
  CK_LAPLACE,   ///< exp(-sqrt t)
  CK_CAUCHY,    ///< 1 / (1 + t)
  CK_RATIONAL,  ///< 1 / (1 + t / 2)
  CK_NEGNORM    ///< -sqrt t
} ck_kernel_shape;

/// A kernel of t, the square of distance over width.
typedef struct {
  ck_kernel_shape shape;
  int is_squared;  ///< whether t is the square of factor * square, else that itself
  double factor;
  double least;  ///< values below are raised to it
} ck_kernel;

/// Targets in a row and how well they are covered.
typedef struct {
  const double *nearest;  ///< the squares under the distances to their nearest coverers
  const double *covered;  ///< the kernel's values for these
  const double *weights;  ///< what they count, none below 0
} ck_targets;

/// wide[j] = multiplier * row[j], in double.
/// @returns the sum of the squares.
double ck_widen(const float *row, double multiplier, size_t count, double *wide);

/// Turns dot products into squares of distances: entries[j] = (own + squares[j]) - 2 entries[j], and
/// lists the places at which that is not above near * (own + squares[j]), or is no number.
/// @param places room for `count`.
/// @returns how many were written, ascending.
size_t ck_squares_of_dots(double own, const double *squares, double near, size_t count,
                          double *entries, uint32_t *places);

/// values[j] = the kernel at squares[j], within some units in the last place.
/// @param squares at least 0; infinity counts as infinitely far.
void ck_kernel_values(const ck_kernel *kernel, const double *squares, size_t count, double *values);

/// Lists the places whose square is within `slack` of limits[j], of `limit` or of `edge` (or for which
/// one of the differences is no number, except the one to an `edge` that is none).
/// @param places room for `count`.
/// @returns how many were written, ascending.
size_t ck_close_squares(const double *squares, const double *limits, double limit, double edge,
                        double slack, size_t count, uint32_t *places);

/// The sum over the targets j with squares[j] < nearest[j] of weights[j] max(values[j] - covered[j], 0).
double ck_kernel_gain(const double *squares, const double *values, ck_targets targets, size_t count);

/// Adds weight * max(values[j] - covered, 0) to gains[j] for all j with squares[j] < nearest.
void ck_kernel_add(const double *squares, const double *values, size_t count, double nearest,
                   double covered, double weight, double *gains);

/// kept[j * step] = a float that is not below values[j] and hardly above.
void ck_keep_values(const double *values, size_t count, float *kept, size_t step);

/// The sum over all targets of weights[j] max(kept[j] - covered[j], 0).
double ck_kept_gain(const float *kept, const double *covered, const double *weights, size_t count);

/// Adds weight * max(kept[j] - covered, 0) - weight_then * max(kept[j] - covered_then, 0) to gains[j].
void ck_kept_add(const float *kept, size_t count, double covered, double weight,
                 double covered_then, double weight_then, double *gains);

/// Lists the places with kept[j] > covered[j], ascending; how many they are.
size_t ck_kept_above(const float *kept, const double *covered, size_t count, uint32_t *places);

#endif
