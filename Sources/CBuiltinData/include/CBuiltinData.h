#ifndef WINNOW_BUILTIN_DATA_H
#define WINNOW_BUILTIN_DATA_H

#include <stddef.h>

/// Real data that are part of the program, so that it needs no file to show what it does. They are
/// compiled into the binary: a resource beside it would be lost when the binary is moved.

/// Gives the bytes of `digits.csv.gz` and their number: 1,797 lines of 64 grey values 0 … 16 (8 × 8
/// pixels, row by row) and the digit, gzipped.
///
/// Optical Recognition of Handwritten Digits, the test part, by E. Alpaydin and C. Kaynak (1998),
/// UCI Machine Learning Repository, doi 10.24432/C50P49, as scikit-learn ships it (BSD-3).
const unsigned char *winnow_digits(size_t *count);

#endif
