// The entropy coder with AVX-512F: sixteen lanes a vector, up to four vectors side by side.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,popcnt"))), apply_to = function)
#define LANES 16
#define MOST_VECTORS 4
#define DECODE birdie_rans_decode_avx512
#define ENCODE birdie_rans_encode_avx512
#include "rans_vectors.h"

INLINE vector gather(const uint16_t *table, vector at) {
  return (vector)_mm512_i32gather_epi32((__m512i)at, table, 2);
}

INLINE int any(vector mask) { return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) != 0; }

INLINE vector spread(vector words, vector mask, int *taken) {
  __mmask16 lanes = _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask);
  *taken = __builtin_popcount(lanes);
  return (vector)_mm512_maskz_expand_epi32(lanes, (__m512i)words);
}

// (x + 1/2) / frequency, rounded down, is exact: it is at least 1/2 / frequency away from the
// integers, and its error 2^-51 of itself.
INLINE __m256i quotients_of_eight(__m256i x, const double *inverses, __m256i at) {
  __m512d half = _mm512_add_pd(_mm512_cvtepu32_pd(x), _mm512_set1_pd(0.5));
  return _mm512_cvttpd_epu32(_mm512_mul_pd(half, _mm512_i32gather_pd(at, inverses, 8)));
}

INLINE vector quotients(vector x, const double *inverses, vector at) {
  __m512i states = (__m512i)x, places = (__m512i)at;
  __m256i low = quotients_of_eight(_mm512_castsi512_si256(states), inverses,
                                   _mm512_castsi512_si256(places));
  __m256i high = quotients_of_eight(_mm512_extracti64x4_epi64(states, 1), inverses,
                                    _mm512_extracti64x4_epi64(places, 1));
  return (vector)_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

INLINE uint16_t *shed(uint16_t *next, vector x, vector mask) {
  __mmask16 lanes = _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask);
  uint32_t count = (uint32_t)__builtin_popcount(lanes);
  __m512i words = _mm512_maskz_compress_epi32(lanes, (__m512i)x);
  next -= count;
  _mm512_mask_cvtepi32_storeu_epi16(next, (__mmask16)((1u << count) - 1), words);
  return next;
}

// Eight lanes are half a vector here and a whole one with AVX2.
static size_t rans_decode(uint16_t *symbols, size_t count, const uint16_t *classes,
                          uint32_t *states, size_t lanes, const void *words, size_t word_count,
                          const struct birdie_rans_tables *tables) {
  return (lanes == 8 ? birdie_rans_decode_avx2 : DECODE)(symbols, count, classes, states, lanes,
                                                         words, word_count, tables);
}

static size_t rans_encode(uint16_t *end, const uint16_t *symbols, size_t count,
                          const uint16_t *classes, uint32_t *states, size_t lanes,
                          const struct birdie_rans_symbol *entries, uint32_t symbol_count,
                          uint32_t precision) {
  return (lanes == 8 ? birdie_rans_encode_avx2 : ENCODE)(end, symbols, count, classes, states,
                                                         lanes, entries, symbol_count, precision);
}

void birdie_install_rans_avx512(struct birdie_kernel_table *table) {
  table->rans_decode = rans_decode;
  table->rans_encode = rans_encode;
}
#pragma clang attribute pop
#endif
