// BLAKE3 with vectors of LANES chunks or parents, word i of each in vector i; written once and
// compiled for AVX2 and AVX-512.
//
// Include it with LANES, INSTALL (the name of the function that installs it) and what differs from
// one instruction set to another:
//   vector rotate(vector words, int count)                     each to the right; count is constant
//   void load_blocks(vector m[16], const uint8_t *const *blocks)
//                                                              word i of each block in m[i]
//   void store_values(uint32_t *values, vector value[8], size_t count)
//                                                              the words of the first lanes
#include "blake3.h"

// Lanes never cross a call that is not inlined, so it does not matter how calls would pass them.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

typedef uint32_t vector __attribute__((vector_size(4 * LANES)));

INLINE vector rotate(vector words, int count);
INLINE void load_blocks(vector m[16], const uint8_t *const *blocks);
INLINE void store_values(uint32_t *values, vector value[8], size_t count);

INLINE vector spread(uint32_t word) { return word - (vector){0}; }

INLINE void mix(vector *a, vector *b, vector *c, vector *d, vector x, vector y) {
  *a += *b + x, *d = rotate(*d ^ *a, 16), *c += *d, *b = rotate(*b ^ *c, 12);
  *a += *b + y, *d = rotate(*d ^ *a, 8), *c += *d, *b = rotate(*b ^ *c, 7);
}

INLINE void mix_round(vector v[16], const vector m[16], const uint8_t s[16]) {
  BLAKE3_MIX_ROUND(v, m, s);
}

// What differs between the lanes besides their blocks.
struct counters {
  vector low, high;
};

INLINE void compress(vector value[8], const uint8_t *const blocks[LANES],
                     struct counters counters, uint32_t flags) {
  vector m[16], v[16];
  load_blocks(m, blocks);
  for (size_t i = 0; i < 8; i++) v[i] = value[i];
  for (size_t i = 0; i < 4; i++) v[i + 8] = spread(birdie_blake3_iv[i]);
  v[12] = counters.low, v[13] = counters.high;
  v[14] = spread(BLAKE3_BLOCK_BYTES), v[15] = spread(flags);
#pragma clang loop unroll(full)
  for (size_t round = 0; round < 7; round++) mix_round(v, m, birdie_blake3_schedule[round]);
  for (size_t i = 0; i < 8; i++) value[i] = v[i] ^ v[i + 8];
}

// Up to LANES chunks; lanes without one repeat the last.
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
  }
  for (size_t i = 0; i < 8; i++) value[i] = spread(key[i]);
  for (size_t at = 0; at < BLAKE3_CHUNK_BYTES; at += BLAKE3_BLOCK_BYTES) {
    uint32_t start = at == 0 ? BLAKE3_CHUNK_START : 0;
    uint32_t end = at + BLAKE3_BLOCK_BYTES == BLAKE3_CHUNK_BYTES ? BLAKE3_CHUNK_END : 0;
    compress(value, blocks, counters, flags | start | end);
    for (size_t i = 0; i < LANES; i++) blocks[i] += BLAKE3_BLOCK_BYTES;
  }
  store_values(values, value, count);
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
    for (size_t i = 0; i < LANES; i++) blocks[i] = (const uint8_t *)(children + 16 * i);
    for (size_t i = 0; i < 8; i++) value[i] = spread(key[i]);
    compress(value, blocks, none, flags | BLAKE3_PARENT);
    store_values(values, value, LANES);
  }
  birdie_blake3_parents_portable(values, children, count, key, flags);
}

void INSTALL(struct birdie_kernel_table *table) {
  table->blake3_chunks = blake3_chunks;
  table->blake3_parents = blake3_parents;
}
