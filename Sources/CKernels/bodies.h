// The bodies of all kernels. Included once by each variant, which names itself by VARIANT, its table
// by VARIANT_TABLE, and sets the instructions that the compiler may use.

#include <math.h>
#include <string.h>

#include "variants.h"

// Columns looked at together. Most such groups hold no entry below the limit, so that the vector test
// for "none here" decides the speed.
enum { GROUP = 32 };

// Sums kept side by side. The order of additions is the same in all variants because it is written
// down here, and eight lanes are enough for every vector width.
enum { LANES = 8 };

static inline float value_at(const ck_distances *row, size_t j) {
  return row->squares[j] + (row->factor * row->multipliers[j]) * row->dots[j];
}

static inline size_t entry_below(float value, float inner, float outer, int32_t id, int32_t *out) {
  if (value < inner) {
    *out = id;
    return 1;
  }
  if (value > outer) return 0;
  *out = ~id;
  return 1;
}

// The entries of a group of which some are not certainly outside.
#ifdef COMPRESS_IN_HARDWARE
static inline size_t group_below(const float *values, float inner, float outer, int32_t first_id,
                                 int32_t *ids) {
  const __m512i places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  size_t written = 0;
  for (int k = 0; k < GROUP; k += 16) {
    const __m512 sixteen = _mm512_loadu_ps(values + k);
    const __mmask16 below = _mm512_cmp_ps_mask(sixteen, _mm512_set1_ps(inner), _CMP_LT_OQ);
    const __mmask16 above = _mm512_cmp_ps_mask(sixteen, _mm512_set1_ps(outer), _CMP_GT_OQ);
    const __mmask16 kept = (__mmask16)(below | ~above);
    const __m512i own = _mm512_add_epi32(places, _mm512_set1_epi32(first_id + k));
    const __m512i marked = _mm512_mask_xor_epi32(own, (__mmask16)~below, own, _mm512_set1_epi32(-1));
    // Sixteen numbers are written, of which the last do not count: there is room, since no more were
    // written before than entries looked at.
    _mm512_storeu_si512(ids + written, _mm512_maskz_compress_epi32(kept, marked));
    written += (size_t)__builtin_popcount(kept);
  }
  return written;
}
#else
static inline size_t group_below(const float *values, float inner, float outer, int32_t first_id,
                                 int32_t *ids) {
  size_t written = 0;
  for (int32_t k = 0; k < GROUP; k++) {
    written += entry_below(values[k], inner, outer, first_id + k, ids + written);
  }
  return written;
}
#endif

static size_t entries_below(const ck_distances *row, float inner, float outer, int32_t first_id,
                            int32_t *ids) {
  const ck_distances r = *row;
  size_t written = 0, j = 0;
  for (; j + GROUP <= r.count; j += GROUP) {
    float values[GROUP];
    int32_t near = 0;
    for (size_t k = 0; k < GROUP; k++) {
      values[k] = value_at(&r, j + k);
      near += !(values[k] > outer);
    }
    if (near == 0) continue;
    written += group_below(values, inner, outer, first_id + (int32_t)j, ids + written);
  }
  for (; j < r.count; j++) {
    written += entry_below(value_at(&r, j), inner, outer, first_id + (int32_t)j, ids + written);
  }
  return written;
}

static float dot(const float *x, const float *y, size_t count) {
  // Wide enough for two vectors of the widest kind under way at once.
  enum { WIDE = 32 };
  float lanes[WIDE] = {0};
  size_t i = 0;
  for (; i + WIDE <= count; i += WIDE) {
    for (size_t k = 0; k < WIDE; k++) lanes[k] += x[i + k] * y[i + k];
  }
  float sum = 0;
  for (; i < count; i++) sum += x[i] * y[i];
  for (size_t half = WIDE / 2; half > 0; half /= 2) {
    for (size_t k = 0; k < half; k++) lanes[k] += lanes[k + half];
  }
  return sum + lanes[0];
}

static size_t entries_again(const ck_points *points, const float *row, float factor, float inner,
                            float outer, int32_t *ids, size_t count, size_t *looked_at) {
  const ck_points p = *points;
  size_t kept = 0, looked = 0;
  for (size_t at = 0; at < count; at++) {
    const int32_t id = ids[at];
    if (id >= 0) {
      ids[kept++] = id;
      continue;
    }
    looked++;
    const size_t j = (size_t)~id;
    const float product = dot(row, p.rows + j * p.dimensions, p.dimensions);
    const float value = p.squares[j] + (factor * p.multipliers[j]) * product;
    kept += entry_below(value, inner, outer, (int32_t)j, ids + kept);
  }
  *looked_at = looked;
  return kept;
}

static float least_entry(const ck_distances *row) {
  const ck_distances r = *row;
  float least[LANES];
  for (size_t k = 0; k < LANES; k++) least[k] = INFINITY;
  size_t j = 0;
  for (; j + LANES <= r.count; j += LANES) {
    for (size_t k = 0; k < LANES; k++) {
      float value = value_at(&r, j + k);
      least[k] = value < least[k] ? value : least[k];
    }
  }
  for (; j < r.count; j++) {
    float value = value_at(&r, j);
    least[0] = value < least[0] ? value : least[0];
  }
  for (size_t k = 1; k < LANES; k++) least[0] = least[k] < least[0] ? least[k] : least[0];
  return least[0];
}

static double sum_of_lanes(const double *lanes) {
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

static double squared_distance(const float *x, double x_scale, const float *y, double y_scale,
                               size_t count) {
#pragma clang fp contract(off)
  double lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (size_t k = 0; k < LANES; k++) {
      double difference = x_scale * (double)x[i + k] - y_scale * (double)y[i + k];
      lanes[k] += difference * difference;
    }
  }
  for (size_t k = 0; i < count; i++, k++) {
    double difference = x_scale * (double)x[i] - y_scale * (double)y[i];
    lanes[k] += difference * difference;
  }
  return sum_of_lanes(lanes);
}

static double squared_norm(const float *x, size_t count) {
#pragma clang fp contract(off)
  double lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (size_t k = 0; k < LANES; k++) lanes[k] += (double)x[i + k] * (double)x[i + k];
  }
  for (size_t k = 0; i < count; i++, k++) lanes[k] += (double)x[i] * (double)x[i];
  return sum_of_lanes(lanes);
}

static size_t position_of_largest(const float *values, size_t count) {
  size_t best = 0;
  for (size_t i = 1; i < count; i++) {
    if (values[i] > values[best]) best = i;
  }
  return best;
}

static double softmax_gradient(const float *logits, size_t count, size_t label, float weight,
                               float *gradient) {
  const float largest = logits[position_of_largest(logits, count)];
  const double at_label = (double)(logits[label] - largest);
  double sum = 0;
  for (size_t c = 0; c < count; c++) {
    gradient[c] = expf(logits[c] - largest);
    sum += (double)gradient[c];
  }
  const float share = (float)((double)weight / sum);
  for (size_t c = 0; c < count; c++) gradient[c] *= share;
  gradient[label] -= weight;
  return log(sum) - at_label;
}

static inline uint32_t bits_at(const unsigned char *bytes, size_t i) {
  uint16_t half;
  memcpy(&half, bytes + 2 * i, sizeof half);
  return half;
}

static inline float float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

#ifdef HALVES_IN_HARDWARE
static void floats_of_halves(const void *halves, size_t count, float *floats) {
  const unsigned char *bytes = halves;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i eight = _mm_loadu_si128((const __m128i *)(bytes + 2 * i));
    _mm256_storeu_ps(floats + i, _mm256_cvtph_ps(eight));
  }
  for (; i < count; i++) floats[i] = _cvtsh_ss((unsigned short)bits_at(bytes, i));
}
#else
// Exponent and mantissa are moved to where a float has them and the difference of the biases is
// multiplied away, which also makes subnormal halves right. Nothing branches, so it is vectorised.
static void floats_of_halves(const void *halves, size_t count, float *floats) {
  const unsigned char *bytes = halves;
  for (size_t i = 0; i < count; i++) {
    const uint32_t half = bits_at(bytes, i);
    const uint32_t magnitude = half & 0x7fff;
    float value = float_of_bits(magnitude << 13) * 0x1p112f;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    // An infinity or a NaN keeps its mantissa; a NaN becomes a quiet one.
    const uint32_t special = 0x7f800000 | (magnitude & 0x3ff) << 13 | (magnitude > 0x7c00) << 22;
    bits = magnitude >= 0x7c00 ? special : bits;
    floats[i] = float_of_bits(bits | (half & 0x8000) << 16);
  }
}
#endif

static void floats_of_brain_floats(const void *brain_floats, size_t count, float *floats) {
  const unsigned char *bytes = brain_floats;
  for (size_t i = 0; i < count; i++) floats[i] = float_of_bits(bits_at(bytes, i) << 16);
}

static size_t position_not_finite(const float *values, size_t count) {
  size_t i = 0;
  for (; i + GROUP <= count; i += GROUP) {
    uint32_t largest = 0;
    for (size_t k = 0; k < GROUP; k++) {
      uint32_t bits;
      memcpy(&bits, values + i + k, sizeof bits);
      bits &= 0x7fffffff;
      largest = bits > largest ? bits : largest;
    }
    if (largest >= 0x7f800000) break;
  }
  while (i < count && isfinite(values[i])) i++;
  return i;
}

#include "coverage_bodies.h"

const ck_variant VARIANT_TABLE = {
    VARIANT,
    entries_below,
    entries_again,
    least_entry,
    squared_distance,
    squared_norm,
    position_of_largest,
    softmax_gradient,
    floats_of_halves,
    floats_of_brain_floats,
    position_not_finite,
    widen,
    squares_of_dots,
    kernel_values,
    close_squares,
    kernel_gain,
    kernel_add,
    keep_values,
    kept_gain,
    kept_add,
    kept_above,
};
