// The search along a trellis with AVX2; without its fused operations, which round otherwise.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define INSTALL birdie_install_trellis_avx2
#define MASK(v) _mm256_movemask_ps((__m256)v)
#define PERMUTE(v, places) (octet)_mm256_permutevar8x32_ps((__m256)(v), (__m256i)(places))
#include "trellis.h"
#pragma clang attribute pop
#endif
