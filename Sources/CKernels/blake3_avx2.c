// BLAKE3 with AVX2: word i of eight chunks, or of eight parents, in vector i.
#if defined(__x86_64__)
#include <immintrin.h>

#include "blake3.h"

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define INLINE static inline __attribute__((always_inline))
#define LANES 8

typedef uint32_t vector __attribute__((vector_size(32)));

INLINE vector load(const void *words) { return (vector)_mm256_loadu_si256(words); }

INLINE vector spread(uint32_t word) { return (vector)_mm256_set1_epi32((int)word); }

INLINE vector rotate(vector words, int count) { return words >> count | words << (32 - count); }

INLINE vector rotate_16(vector words) {
  const __m128i order = _mm_set_epi64x(0x0D0C0F0E09080B0A, 0x0504070601000302);
  return (vector)_mm256_shuffle_epi8((__m256i)words, _mm256_broadcastsi128_si256(order));
}

INLINE vector rotate_8(vector words) {
  const __m128i order = _mm_set_epi64x(0x0C0F0E0D080B0A09, 0x0407060500030201);
  return (vector)_mm256_shuffle_epi8((__m256i)words, _mm256_broadcastsi128_si256(order));
}

INLINE void mix(vector *a, vector *b, vector *c, vector *d, vector x, vector y) {
  *a += *b + x, *d = rotate_16(*d ^ *a), *c += *d, *b = rotate(*b ^ *c, 12);
  *a += *b + y, *d = rotate_8(*d ^ *a), *c += *d, *b = rotate(*b ^ *c, 7);
}

INLINE void mix_round(vector v[16], const vector m[16], const uint8_t s[16]) {
  mix(&v[0], &v[4], &v[8], &v[12], m[s[0]], m[s[1]]);
  mix(&v[1], &v[5], &v[9], &v[13], m[s[2]], m[s[3]]);
  mix(&v[2], &v[6], &v[10], &v[14], m[s[4]], m[s[5]]);
  mix(&v[3], &v[7], &v[11], &v[15], m[s[6]], m[s[7]]);
  mix(&v[0], &v[5], &v[10], &v[15], m[s[8]], m[s[9]]);
  mix(&v[1], &v[6], &v[11], &v[12], m[s[10]], m[s[11]]);
  mix(&v[2], &v[7], &v[8], &v[13], m[s[12]], m[s[13]]);
  mix(&v[3], &v[4], &v[9], &v[14], m[s[14]], m[s[15]]);
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

// What differs between the lanes besides their blocks.
struct counters {
  vector low, high;
};

INLINE void compress(vector value[8], const uint8_t *const blocks[LANES],
                     struct counters counters, uint32_t flags) {
  vector m[16], v[16];
  for (size_t i = 0; i < LANES; i++) {
    m[i] = load(blocks[i]);
    m[i + 8] = load(blocks[i] + 32);
  }
  transpose(m);
  transpose(m + 8);
  for (size_t i = 0; i < 8; i++) v[i] = value[i];
  for (size_t i = 0; i < 4; i++) v[i + 8] = spread(birdie_blake3_iv[i]);
  v[12] = counters.low, v[13] = counters.high;
  v[14] = spread(BLAKE3_BLOCK_BYTES), v[15] = spread(flags);
#pragma clang loop unroll(full)
  for (size_t round = 0; round < 7; round++) mix_round(v, m, birdie_blake3_schedule[round]);
  for (size_t i = 0; i < 8; i++) value[i] = v[i] ^ v[i + 8];
}

INLINE void store(uint32_t *values, vector value[8], size_t count) {
  transpose(value);
  for (size_t i = 0; i < count; i++) {
    _mm256_storeu_si256((__m256i *)(values + 8 * i), (__m256i)value[i]);
  }
}

// Up to eight chunks; lanes without one repeat the last.
static void hash_chunks(uint32_t *values, const uint8_t *chunks, size_t count,
                        const uint32_t key[8], uint64_t counter, uint32_t flags) {
  const uint8_t *blocks[LANES];
  struct counters counters;
  vector value[8];
  for (size_t i = 0; i < LANES; i++) {
    size_t chunk = i < count ? i : count - 1;
    blocks[i] = chunks + chunk * BLAKE3_CHUNK_BYTES;
    counters.low[i] = (uint32_t)(counter + chunk);
    counters.high[i] = (uint32_t)((counter + chunk) >> 32);
    value[i] = spread(key[i]);
  }
  for (size_t at = 0; at < BLAKE3_CHUNK_BYTES; at += BLAKE3_BLOCK_BYTES) {
    uint32_t start = at == 0 ? BLAKE3_CHUNK_START : 0;
    uint32_t end = at + BLAKE3_BLOCK_BYTES == BLAKE3_CHUNK_BYTES ? BLAKE3_CHUNK_END : 0;
    compress(value, blocks, counters, flags | start | end);
    for (size_t i = 0; i < LANES; i++) blocks[i] += BLAKE3_BLOCK_BYTES;
  }
  store(values, value, count);
}

static void blake3_chunks(uint32_t *values, const uint8_t *chunks, size_t count,
                          const uint32_t key[8], uint64_t counter, uint32_t flags) {
  while (count > 1) {
    size_t taken = count < LANES ? count : LANES;
    hash_chunks(values, chunks, taken, key, counter, flags);
    values += 8 * taken, chunks += taken * BLAKE3_CHUNK_BYTES;
    counter += taken, count -= taken;
  }
  birdie_blake3_chunks_portable(values, chunks, count, key, counter, flags);
}

static void blake3_parents(uint32_t *values, const uint32_t *children, size_t count,
                           const uint32_t key[8], uint32_t flags) {
  const struct counters none = {{0}, {0}};
  for (; count >= LANES; count -= LANES, values += 8 * LANES, children += 16 * LANES) {
    const uint8_t *blocks[LANES];
    vector value[8];
    for (size_t i = 0; i < LANES; i++) {
      blocks[i] = (const uint8_t *)(children + 16 * i);
      value[i] = spread(key[i]);
    }
    compress(value, blocks, none, flags | BLAKE3_PARENT);
    store(values, value, LANES);
  }
  birdie_blake3_parents_portable(values, children, count, key, flags);
}

void birdie_install_blake3_avx2(struct birdie_kernel_table *table) {
  table->blake3_chunks = blake3_chunks;
  table->blake3_parents = blake3_parents;
}

#pragma clang attribute pop
#endif
