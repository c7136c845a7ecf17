// The entropy coder with AVX2: eight lanes a vector, up to two vectors side by side.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,popcnt"))), apply_to = function)
#define LANES 8
#define MOST_VECTORS 2
#define DECODE birdie_rans_decode_avx2
#define ENCODE birdie_rans_encode_avx2
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

// (x + 1/2) / frequency, rounded down, is exact: it is at least 1/2 / frequency away from the
// integers, and its error 2^-51 of itself. Adding 2^52 - 1/2 leaves the integer in the low bits.
INLINE __m256d shifted_quotients(__m128i x, const double *inverses, __m128i at) {
  const __m256d two52 = _mm256_set1_pd(0x1p52), bias = _mm256_set1_pd(0x1p52 - 0.5);
  __m256d bits = _mm256_castsi256_pd(
      _mm256_or_si256(_mm256_cvtepu32_epi64(x), _mm256_castpd_si256(two52)));
  __m256d half = _mm256_add_pd(_mm256_sub_pd(bits, two52), _mm256_set1_pd(0.5));
  return _mm256_add_pd(_mm256_mul_pd(half, _mm256_i32gather_pd(inverses, at, 8)), bias);
}

INLINE vector quotients(vector x, const double *inverses, vector at) {
  __m256i states = (__m256i)x, places = (__m256i)at;
  __m256d low = shifted_quotients(_mm256_castsi256_si128(states), inverses,
                                  _mm256_castsi256_si128(places));
  __m256d high = shifted_quotients(_mm256_extracti128_si256(states, 1), inverses,
                                   _mm256_extracti128_si256(places, 1));
  __m256 even = _mm256_shuffle_ps(_mm256_castpd_ps(low), _mm256_castpd_ps(high), 0x88);
  return (vector)_mm256_permute4x64_epi64(_mm256_castps_si256(even), 0xD8);
}

INLINE uint16_t *shed(uint16_t *next, vector x, vector mask) {
  uint16_t words[LANES];
  halves low = __builtin_convertvector(x & 0xFFFF, halves);
  memcpy(words, &low, sizeof words);
  uint32_t bits = (uint32_t)_mm256_movemask_ps((__m256)mask);
  for (size_t lane = LANES; lane-- > 0;) {
    next[-1] = words[lane];
    next -= bits >> lane & 1;
  }
  return next;
}

void birdie_install_rans_avx2(struct birdie_kernel_table *table) {
  table->rans_decode = DECODE;
  table->rans_encode = ENCODE;
}
#pragma clang attribute pop
#endif
