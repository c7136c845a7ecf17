// BLAKE3 by its definition, one block after another.
#include "blake3.h"

const uint32_t birdie_blake3_iv[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

const uint8_t birdie_blake3_schedule[7][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8},
    {3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1},
    {10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6},
    {12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4},
    {9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7},
    {11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13},
};

static inline uint32_t rotate(uint32_t word, int count) {
  return word >> count | word << (32 - count);
}

static inline void mix(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d, uint32_t x, uint32_t y) {
  *a += *b + x, *d = rotate(*d ^ *a, 16), *c += *d, *b = rotate(*b ^ *c, 12);
  *a += *b + y, *d = rotate(*d ^ *a, 8), *c += *d, *b = rotate(*b ^ *c, 7);
}

static inline void mix_round(uint32_t v[16], const uint32_t m[16], const uint8_t s[16]) {
  BLAKE3_MIX_ROUND(v, m, s);
}

void birdie_blake3_compress(uint32_t value[8], const uint8_t block[64], uint32_t byte_count,
                            uint64_t counter, uint32_t flags) {
  const uint32_t *iv = birdie_blake3_iv;
  uint32_t m[16], v[16] = {value[0], value[1], value[2], value[3],
                           value[4], value[5], value[6], value[7],
                           iv[0],    iv[1],    iv[2],    iv[3],
                           (uint32_t)counter, (uint32_t)(counter >> 32), byte_count, flags};
  for (size_t i = 0; i < 16; i++) m[i] = load_u32(block, i);
  for (size_t round = 0; round < 7; round++) mix_round(v, m, birdie_blake3_schedule[round]);
  for (size_t i = 0; i < 8; i++) value[i] = v[i] ^ v[i + 8];
}

void birdie_blake3_chunks_portable(uint32_t *values, const uint8_t *chunks, size_t count,
                                   const uint32_t key[8], uint64_t counter, uint32_t flags) {
  for (size_t i = 0; i < count; i++) {
    uint32_t value[8];
    memcpy(value, key, sizeof value);
    for (size_t at = 0; at < BLAKE3_CHUNK_BYTES; at += BLAKE3_BLOCK_BYTES) {
      uint32_t start = at == 0 ? BLAKE3_CHUNK_START : 0;
      uint32_t end = at + BLAKE3_BLOCK_BYTES == BLAKE3_CHUNK_BYTES ? BLAKE3_CHUNK_END : 0;
      birdie_blake3_compress(value, chunks + i * BLAKE3_CHUNK_BYTES + at, BLAKE3_BLOCK_BYTES,
                             counter + i, flags | start | end);
    }
    memcpy(values + 8 * i, value, sizeof value);
  }
}

void birdie_blake3_parents_portable(uint32_t *values, const uint32_t *children, size_t count,
                                    const uint32_t key[8], uint32_t flags) {
  for (size_t i = 0; i < count; i++) {
    uint32_t value[8];
    memcpy(value, key, sizeof value);
    birdie_blake3_compress(value, (const uint8_t *)(children + 16 * i), BLAKE3_BLOCK_BYTES, 0,
                           flags | BLAKE3_PARENT);
    memcpy(values + 8 * i, value, sizeof value);
  }
}

void birdie_install_blake3_portable(struct birdie_kernel_table *table) {
  table->blake3_chunks = birdie_blake3_chunks_portable;
  table->blake3_parents = birdie_blake3_parents_portable;
}
