// The entropy decoder with AVX2: eight lanes a vector, up to two vectors side by side.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,popcnt"))), apply_to = function)
#define LANES 8
#define MOST_VECTORS 2
#define DECODE birdie_rans_decode_avx2
#include "rans_vectors.h"

INLINE vector gather(const uint16_t *table, vector at) {
  return (vector)_mm256_i32gather_epi32((const int *)(const void *)table, (__m256i)at, 2);
}

INLINE int any(vector mask) { return !_mm256_testz_si256((__m256i)mask, (__m256i)mask); }

INLINE vector spread(vector words, vector mask, int *taken) {
  const __m256i digits = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
  uint32_t bits = (uint32_t)_mm256_movemask_epi8((__m256i)mask);  // four of each lane
  *taken = __builtin_popcount(bits) / 4;
  // Hexadecimal digit i counts the lanes of the mask before lane i: which word it takes.
  uint32_t ranks = (bits & 0x11111111) * 0x11111110;
  __m256i order = _mm256_srlv_epi32(_mm256_set1_epi32((int)ranks), digits);
  return (vector)_mm256_permutevar8x32_epi32((__m256i)words, order);
}

void birdie_install_rans_avx2(struct birdie_kernel_table *table) { table->rans_decode = DECODE; }
#pragma clang attribute pop
#endif
