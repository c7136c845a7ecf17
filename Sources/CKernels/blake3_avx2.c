// BLAKE3 with AVX2: eight lanes a vector.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define LANES 8
#define INSTALL birdie_install_blake3_avx2
#include "blake3_vectors.h"

INLINE vector rotate(vector words, int count) {
  const __m128i by_16 = _mm_set_epi64x(0x0D0C0F0E09080B0A, 0x0504070601000302);
  const __m128i by_8 = _mm_set_epi64x(0x0C0F0E0D080B0A09, 0x0407060500030201);
  if (count != 16 && count != 8) return words >> count | words << (32 - count);
  __m256i order = _mm256_broadcastsi128_si256(count == 16 ? by_16 : by_8);
  return (vector)_mm256_shuffle_epi8((__m256i)words, order);
}

// Row i becomes column i.
INLINE void transpose(vector rows[LANES]) {
  __m256i pairs[LANES], quads[LANES];
  for (size_t i = 0; i < LANES; i += 2) {
    pairs[i] = _mm256_unpacklo_epi32((__m256i)rows[i], (__m256i)rows[i + 1]);
    pairs[i + 1] = _mm256_unpackhi_epi32((__m256i)rows[i], (__m256i)rows[i + 1]);
  }
  for (size_t i = 0; i < LANES; i += 4) {
    quads[i] = _mm256_unpacklo_epi64(pairs[i], pairs[i + 2]);
    quads[i + 1] = _mm256_unpackhi_epi64(pairs[i], pairs[i + 2]);
    quads[i + 2] = _mm256_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
    quads[i + 3] = _mm256_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
  }
  for (size_t i = 0; i < 4; i++) {
    rows[i] = (vector)_mm256_permute2x128_si256(quads[i], quads[i + 4], 0x20);
    rows[i + 4] = (vector)_mm256_permute2x128_si256(quads[i], quads[i + 4], 0x31);
  }
}

INLINE void load_blocks(vector m[16], const uint8_t *const *blocks) {
  for (size_t i = 0; i < LANES; i++) {
    m[i] = (vector)_mm256_loadu_si256((const __m256i *)blocks[i]);
    m[i + 8] = (vector)_mm256_loadu_si256((const __m256i *)(blocks[i] + 32));
  }
  transpose(m);
  transpose(m + 8);
}

INLINE void store_values(uint32_t *values, vector value[8], size_t count) {
  transpose(value);
  for (size_t i = 0; i < count; i++) {
    _mm256_storeu_si256((__m256i *)(values + 8 * i), (__m256i)value[i]);
  }
}

#pragma clang attribute pop
#endif
