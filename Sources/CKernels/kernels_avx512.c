// For processors with AVX-512.
#if defined(__x86_64__)

// The headers come first: the attribute below must fall on our own functions only.
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "variants.h"

#define HALVES_IN_HARDWARE
#define COMPRESS_IN_HARDWARE
#define VARIANT "avx512"
#define VARIANT_TABLE ck_variant_avx512
#pragma clang attribute push(__attribute__((target("avx512f,avx2,fma,f16c"))), apply_to = function)
#include "bodies.h"
#pragma clang attribute pop

#else
typedef int ck_no_avx512;  // a file must declare something
#endif
