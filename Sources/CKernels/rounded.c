// Products of rows rounded to bfloat16.

#include "rounded.h"

#include <string.h>

#include "CKernels.h"

enum { ROWS = ck_rounded_rows };

static uint32_t rounded(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits += 0x7fff + ((bits >> 16) & 1);
  return (bits & 0x7f800000) == 0 ? 0 : bits >> 16;
}

static double residual(float value, uint32_t upper_half) {
  const uint32_t bits = upper_half << 16;
  float near;
  memcpy(&near, &bits, sizeof near);
  const double difference = (double)value - (double)near;
  return difference * difference;
}

void ck_round_rows(const float *rows, size_t count, size_t dimensions, uint32_t *panel,
                   double *residuals) {
  const size_t pairs = (dimensions + 1) / 2;
  memset(panel, 0, ROWS * pairs * sizeof *panel);
  for (size_t i = 0; i < count; i++) {
    const float *row = rows + i * dimensions;
    double sum = 0;
    for (size_t k = 0; k < dimensions; k++) {
      const uint32_t half = rounded(row[k]);
      sum += residual(row[k], half);
      panel[k / 2 * ROWS + i] |= half << (k % 2 * 16);
    }
    residuals[i] = sum;
  }
}

#if defined(__x86_64__)
#include <immintrin.h>

// Six rows by four vectors of sixteen columns are 24 sums: with the four vectors and one pair of
// values for all columns they fill the registers.
enum { TOGETHER = 6, VECTORS = ROWS / 16 };

#pragma clang attribute push(__attribute__((target("avx512f,avx512bf16"))), apply_to = function)

__attribute__((always_inline)) static inline void some_rows(
    const int count, const uint32_t *rows, const uint32_t *columns, size_t pairs, float *dots,
    size_t leading) {
  __m512 sums[TOGETHER][VECTORS];
  for (int i = 0; i < count; i++) {
    for (int j = 0; j < VECTORS; j++) sums[i][j] = _mm512_setzero_ps();
  }
  for (size_t k = 0; k < pairs; k++) {
    __m512bh values[VECTORS];
    for (int j = 0; j < VECTORS; j++) {
      values[j] = (__m512bh)_mm512_loadu_si512(columns + k * ROWS + 16 * j);
    }
    for (int i = 0; i < count; i++) {
      const __m512bh own = (__m512bh)_mm512_set1_epi32((int)rows[k * ROWS + i]);
      for (int j = 0; j < VECTORS; j++) {
        sums[i][j] = _mm512_dpbf16_ps(sums[i][j], own, values[j]);
      }
    }
  }
  for (int i = 0; i < count; i++) {
    for (int j = 0; j < VECTORS; j++) _mm512_storeu_ps(dots + i * leading + 16 * j, sums[i][j]);
  }
}

void ck_rounded_products(const uint32_t *rows, const uint32_t *columns, size_t pairs, float *dots,
                         size_t leading) {
  int i = 0;
  for (; i + TOGETHER <= ROWS; i += TOGETHER) {
    some_rows(TOGETHER, rows + i, columns, pairs, dots + i * leading, leading);
  }
  some_rows(ROWS % TOGETHER, rows + i, columns, pairs, dots + i * leading, leading);
}

#pragma clang attribute pop

bool ck_multiplies_rounded(void) {
  return __builtin_cpu_supports("avx512bf16") && strcmp(ck_kernels_name(), "avx512") == 0;
}

#else

// Nothing asks for these products here; they are right all the same.
void ck_rounded_products(const uint32_t *rows, const uint32_t *columns, size_t pairs, float *dots,
                         size_t leading) {
  for (size_t i = 0; i < ROWS; i++) {
    for (size_t j = 0; j < ROWS; j++) {
      float sum = 0;
      for (size_t k = 0; k < pairs; k++) {
        for (int half = 0; half < 2; half++) {
          const uint32_t x = rows[k * ROWS + i] >> (16 * half) << 16;
          const uint32_t y = columns[k * ROWS + j] >> (16 * half) << 16;
          float a, b;
          memcpy(&a, &x, sizeof a);
          memcpy(&b, &y, sizeof b);
          sum += a * b;
        }
      }
      dots[i * leading + j] = sum;
    }
  }
}

bool ck_multiplies_rounded(void) { return false; }

#endif
