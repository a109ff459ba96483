// The bodies of the functions of coverage.h. Included once by each variant, from bodies.h.

#include <float.h>

// Values made at a time: they stay in the nearest cache.
enum { PART = 256 };

// Sums side by side in double: enough for two vectors of the widest kind.
enum { DOUBLE_LANES = 16 };

static double sum_of_double_lanes(const double *lanes) {
#pragma clang fp contract(off)
  double halves[LANES];
  for (size_t k = 0; k < LANES; k++) halves[k] = lanes[k] + lanes[k + LANES];
  return sum_of_lanes(halves);
}

static double widen(const float *restrict row, double multiplier, size_t count,
                    double *restrict wide) {
#pragma clang fp contract(off)
  double lanes[DOUBLE_LANES] = {0};
  size_t j = 0;
  for (; j + DOUBLE_LANES <= count; j += DOUBLE_LANES) {
    for (size_t k = 0; k < DOUBLE_LANES; k++) {
      const double value = multiplier * (double)row[j + k];
      wide[j + k] = value;
      lanes[k] += value * value;
    }
  }
  for (size_t k = 0; j < count; j++, k++) {
    wide[j] = multiplier * (double)row[j];
    lanes[k] += wide[j] * wide[j];
  }
  return sum_of_double_lanes(lanes);
}

static inline int is_near(double square, double near, double both) { return !(square > near * both); }

static size_t squares_of_dots(double own, const double *restrict squares, double near, size_t count,
                              double *restrict entries, uint32_t *restrict places) {
#pragma clang fp contract(off)
  size_t written = 0;
  for (size_t first = 0; first < count; first += GROUP) {
    const size_t end = count - first < GROUP ? count : first + GROUP;
    int64_t any = 0;
    for (size_t j = first; j < end; j++) {
      const double both = own + squares[j];
      entries[j] = both - 2 * entries[j];
      any += is_near(entries[j], near, both);
    }
    if (any == 0) continue;
    for (size_t j = first; j < end; j++) {
      if (is_near(entries[j], near, own + squares[j])) places[written++] = (uint32_t)j;
    }
  }
  return written;
}

// exp of -x for x >= 0, without branches so that it is vectorised: x = n ln 2 - r with |r| <= ln 2 / 2,
// e^r by its series up to r^13 / 13!, whose remainder is below 2^-57, and 2^-n from bits. ln 2 is taken
// away in two parts, of which the first has so few digits that n times it is exact.
static inline double exp_of_minus(double x) {
#pragma clang fp contract(off)
  const double capped = x < 708 ? x : 708;
  // The sum with 1.5 * 2^52 leaves the nearest whole number in the low bits.
  const double shifted = capped * 0x1.71547652b82fep0 + 0x1.8p52;
  const double n = shifted - 0x1.8p52;
  const double r = (n * 0x1.62e42feep-1 - capped) + n * 0x1.a39ef35793c76p-33;
  double sum = 1.0 / 6227020800;
  sum = sum * r + 1.0 / 479001600;
  sum = sum * r + 1.0 / 39916800;
  sum = sum * r + 1.0 / 3628800;
  sum = sum * r + 1.0 / 362880;
  sum = sum * r + 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  sum = sum * r + 1;
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  const uint64_t power = (1023 - (bits & 0x7ff)) << 52;
  double scale;
  memcpy(&scale, &power, sizeof scale);
  const double value = sum * scale;
  return x < 708 ? value : 0;
}

// Unlike sqrt this sets no errno, so that it is vectorised.
static inline double root(double x) { return __builtin_elementwise_sqrt(x); }

// One loop for each shape, so that no loop asks which it is.
#define FOR_SHAPE(expression)              \
  for (size_t j = 0; j < count; j++) {     \
    const double t = ratios[j];            \
    const double value = (expression);     \
    values[j] = value > least ? value : least; \
  }                                        \
  break

static void values_of_ratios(ck_kernel_shape shape, double least, const double *restrict ratios,
                             size_t count, double *restrict values) {
#pragma clang fp contract(off)
  switch (shape) {
    case CK_RBF: FOR_SHAPE(exp_of_minus(t));
    case CK_TOPHAT: FOR_SHAPE(t < 1 ? 1.0 : 0.0);
    case CK_STUDENT: FOR_SHAPE(1 / (root(1 + 2 * t) * root(root(1 + 2 * t))));
    case CK_LAPLACE: FOR_SHAPE(exp_of_minus(root(t)));
    case CK_CAUCHY: FOR_SHAPE(1 / (1 + t));
    case CK_RATIONAL: FOR_SHAPE(1 / (1 + t * 0.5));
    case CK_NEGNORM: FOR_SHAPE(-root(t));
  }
}

static void kernel_values(const ck_kernel *kernel, const double *squares, size_t count,
                          double *values) {
#pragma clang fp contract(off)
  const ck_kernel k = *kernel;
  for (size_t first = 0; first < count; first += PART) {
    const size_t part = count - first < PART ? count - first : PART;
    double ratios[PART];
    for (size_t j = 0; j < part; j++) {
      const double ratio = k.factor * squares[first + j];
      ratios[j] = k.is_squared ? ratio * ratio : ratio;
    }
    values_of_ratios(k.shape, k.least, ratios, part, values + first);
  }
}

static inline int is_close(double square, double limit, double other, double edge, double slack) {
  return !(fabs(square - limit) > slack) | !(fabs(square - other) > slack) |
         (fabs(square - edge) <= slack);
}

static size_t close_squares(const double *squares, const double *limits, double limit, double edge,
                            double slack, size_t count, uint32_t *places) {
  size_t written = 0, j = 0;
  for (; j + GROUP <= count; j += GROUP) {
    int64_t close = 0;
    for (size_t k = 0; k < GROUP; k++) {
      close += is_close(squares[j + k], limits[j + k], limit, edge, slack);
    }
    if (close == 0) continue;
    for (size_t k = j; k < j + GROUP; k++) {
      if (is_close(squares[k], limits[k], limit, edge, slack)) places[written++] = (uint32_t)k;
    }
  }
  for (; j < count; j++) {
    if (is_close(squares[j], limits[j], limit, edge, slack)) places[written++] = (uint32_t)j;
  }
  return written;
}

static inline double rise(double value, double covered) {
  return value > covered ? value - covered : 0;
}

static double kernel_gain(const double *squares, const double *values, ck_targets targets,
                          size_t count) {
#pragma clang fp contract(off)
  double lanes[DOUBLE_LANES] = {0};
  size_t j = 0;
  for (; j + DOUBLE_LANES <= count; j += DOUBLE_LANES) {
    for (size_t k = 0; k < DOUBLE_LANES; k++) {
      const double more = targets.weights[j + k] * rise(values[j + k], targets.covered[j + k]);
      lanes[k] += squares[j + k] < targets.nearest[j + k] ? more : 0;
    }
  }
  for (size_t k = 0; j < count; j++, k++) {
    const double more = targets.weights[j] * rise(values[j], targets.covered[j]);
    lanes[k] += squares[j] < targets.nearest[j] ? more : 0;
  }
  return sum_of_double_lanes(lanes);
}

static void kernel_add(const double *restrict squares, const double *restrict values, size_t count,
                       double nearest, double covered, double weight, double *restrict gains) {
#pragma clang fp contract(off)
  for (size_t j = 0; j < count; j++) {
    const double more = weight * rise(values[j], covered);
    gains[j] += squares[j] < nearest ? more : 0;
  }
}

// The conversion may round down by half a unit in the last place; two units are added.
static void keep_values(const double *values, size_t count, float *kept, size_t step) {
#pragma clang fp contract(off)
  for (size_t j = 0; j < count; j++) {
    const float value = (float)values[j];
    kept[j * step] = value + (fabsf(value) * 0x1p-22f + FLT_MIN);
  }
}

static double kept_gain(const float *kept, const double *covered, const double *weights,
                        size_t count) {
#pragma clang fp contract(off)
  double lanes[DOUBLE_LANES] = {0};
  size_t j = 0;
  for (; j + DOUBLE_LANES <= count; j += DOUBLE_LANES) {
    for (size_t k = 0; k < DOUBLE_LANES; k++) {
      lanes[k] += weights[j + k] * rise((double)kept[j + k], covered[j + k]);
    }
  }
  for (size_t k = 0; j < count; j++, k++) lanes[k] += weights[j] * rise((double)kept[j], covered[j]);
  return sum_of_double_lanes(lanes);
}

static void kept_add(const float *restrict kept, size_t count, double covered, double weight,
                     double covered_then, double weight_then, double *restrict gains) {
#pragma clang fp contract(off)
  for (size_t j = 0; j < count; j++) {
    const double value = (double)kept[j];
    gains[j] += weight * rise(value, covered) - weight_then * rise(value, covered_then);
  }
}

static size_t kept_above(const float *kept, const double *covered, size_t count, uint32_t *places) {
  size_t written = 0, j = 0;
  for (; j + GROUP <= count; j += GROUP) {
    int64_t above = 0;
    for (size_t k = 0; k < GROUP; k++) above += (double)kept[j + k] > covered[j + k];
    if (above == 0) continue;
    for (size_t k = j; k < j + GROUP; k++) {
      if ((double)kept[k] > covered[k]) places[written++] = (uint32_t)k;
    }
  }
  for (; j < count; j++) {
    if ((double)kept[j] > covered[j]) places[written++] = (uint32_t)j;
  }
  return written;
}
