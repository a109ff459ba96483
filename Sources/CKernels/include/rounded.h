/// Products of rows rounded to bfloat16, for a first look at pairs of which only a few have to be
/// looked at closely: on processors with AVX512_BF16 in half the time of products of floats.
#ifndef CKERNELS_ROUNDED_H
#define CKERNELS_ROUNDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How many rows a panel of rounded rows has.
enum { ck_rounded_rows = 64 };

/// Whether the processor multiplies bfloat16, and the variant in use is the one for AVX-512.
bool ck_multiplies_rounded(void);

/// Rounds up to 64 rows of `dimensions` floats to the nearest bfloat16, ties to even, magnitudes
/// below 2^-126 to 0, and lays them out for ck_rounded_products: of each row in turn two values, then
/// the next two. Rows and values that are missing count as zeros.
///
/// @param panel 64 * ((dimensions + 1) / 2) words, each of two bfloat16.
/// @param residuals of each row the sum of the squares of what rounding took away or added.
void ck_round_rows(const float *rows, size_t count, size_t dimensions, uint32_t *panel,
                   double *residuals);

/// The dot products of the 64 rows of one panel with the 64 of another, row i's at
/// dots + i * leading. The products of values are exact; sums are rounded to float, subnormal ones
/// to 0.
///
/// @param pairs (dimensions + 1) / 2.
/// Only to be called where ck_multiplies_rounded.
void ck_rounded_products(const uint32_t *rows, const uint32_t *columns, size_t pairs, float *dots,
                         size_t leading);

#endif
