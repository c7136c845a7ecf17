// The entropy decoder with AVX-512F: sixteen lanes a vector, up to four vectors side by side.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,popcnt"))), apply_to = function)
#define LANES 16
#define MOST_VECTORS 4
#define DECODE birdie_rans_decode_avx512
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

// Eight lanes are half a vector here and a whole one with AVX2.
static size_t rans_decode(uint16_t *symbols, size_t count, const uint16_t *classes,
                          uint32_t *states, size_t lanes, const void *words, size_t word_count,
                          const struct birdie_rans_tables *tables) {
  return (lanes == 8 ? birdie_rans_decode_avx2 : DECODE)(symbols, count, classes, states, lanes,
                                                         words, word_count, tables);
}

void birdie_install_rans_avx512(struct birdie_kernel_table *table) {
  table->rans_decode = rans_decode;
}
#pragma clang attribute pop
#endif
