// For processors with AVX2 and fused multiply-add.
#if defined(__x86_64__)

// The headers come first: the attribute below must fall on our own functions only.
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "variants.h"

#define HALVES_IN_HARDWARE
#define VARIANT "avx2"
#define VARIANT_TABLE ck_variant_avx2
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "bodies.h"
#pragma clang attribute pop

#else
typedef int ck_no_avx2;  // a file must declare something
#endif
