// The table of one variant's functions. Every kernels_*.c fills one from bodies.h.
#ifndef CKERNELS_VARIANTS_H
#define CKERNELS_VARIANTS_H

#include "CKernels.h"

typedef struct {
  const char *name;
  size_t (*entries_below)(const ck_distances *, float, float, int32_t, int32_t *);
  size_t (*entries_again)(const ck_points *, const float *, float, float, float, int32_t *, size_t,
                          size_t *);
  float (*least_entry)(const ck_distances *);
  double (*squared_distance)(const float *, double, const float *, double, size_t);
  double (*squared_norm)(const float *, size_t);
  size_t (*position_of_largest)(const float *, size_t);
  double (*softmax_gradient)(const float *, size_t, size_t, float, float *);
  void (*floats_of_halves)(const void *, size_t, float *);
  void (*floats_of_brain_floats)(const void *, size_t, float *);
  size_t (*position_not_finite)(const float *, size_t);
  double (*widen)(const float *, double, size_t, double *);
  size_t (*squares_of_dots)(double, const double *, double, size_t, double *, uint32_t *);
  void (*kernel_values)(const ck_kernel *, const double *, size_t, double *);
  size_t (*close_squares)(const double *, const double *, double, double, double, size_t,
                          uint32_t *);
  double (*kernel_gain)(const double *, const double *, ck_targets, size_t);
  void (*kernel_add)(const double *, const double *, size_t, double, double, double, double *);
  void (*keep_values)(const double *, size_t, float *, size_t);
  double (*kept_gain)(const float *, const double *, const double *, size_t);
  void (*kept_add)(const float *, size_t, double, double, double, double, double *);
  size_t (*kept_above)(const float *, const double *, size_t, uint32_t *);
} ck_variant;

extern const ck_variant ck_variant_default;
#if defined(__x86_64__)
extern const ck_variant ck_variant_avx2;
extern const ck_variant ck_variant_avx512;
#endif

#endif
