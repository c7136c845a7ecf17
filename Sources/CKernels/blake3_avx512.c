// BLAKE3 with AVX-512F: sixteen lanes a vector.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#define LANES 16
#define INSTALL birdie_install_blake3_avx512
#include "blake3_vectors.h"

INLINE vector rotate(vector words, int count) {
  return (vector)_mm512_rorv_epi32((__m512i)words, _mm512_set1_epi32(count));
}

// Row i becomes column i.
INLINE void transpose(__m512i rows[LANES]) {
  __m512i pairs[LANES], quads[LANES], halves[LANES];
  for (size_t i = 0; i < LANES; i += 2) {
    pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (size_t i = 0; i < LANES; i += 4) {
    quads[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
    quads[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
    quads[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
    quads[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
  }
  // Column i of four rows is in quarter i / 4 of quads[i % 4].
  for (size_t i = 0; i < 4; i++) {
    halves[i] = _mm512_shuffle_i32x4(quads[i], quads[i + 4], 0x88);
    halves[i + 4] = _mm512_shuffle_i32x4(quads[i], quads[i + 4], 0xDD);
    halves[i + 8] = _mm512_shuffle_i32x4(quads[i + 8], quads[i + 12], 0x88);
    halves[i + 12] = _mm512_shuffle_i32x4(quads[i + 8], quads[i + 12], 0xDD);
  }
  for (size_t i = 0; i < 8; i++) {
    rows[i] = _mm512_shuffle_i32x4(halves[i], halves[i + 8], 0x88);
    rows[i + 8] = _mm512_shuffle_i32x4(halves[i], halves[i + 8], 0xDD);
  }
}

INLINE void load_blocks(vector m[16], const uint8_t *const *blocks) {
  __m512i rows[LANES];
  for (size_t i = 0; i < LANES; i++) rows[i] = _mm512_loadu_si512(blocks[i]);
  transpose(rows);
  for (size_t i = 0; i < 16; i++) m[i] = (vector)rows[i];
}

INLINE void store_values(uint32_t *values, vector value[8], size_t count) {
  __m512i rows[LANES];
  for (size_t i = 0; i < LANES; i++) rows[i] = (__m512i)value[i % 8];
  transpose(rows);
  for (size_t i = 0; i < count; i++) {
    _mm256_storeu_si256((__m256i *)(values + 8 * i), _mm512_castsi512_si256(rows[i]));
  }
}

#pragma clang attribute pop
#endif
