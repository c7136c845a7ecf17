// What the files of BLAKE3 share: its constants and the compression of one block.
#ifndef BIRDIE_BLAKE3_H
#define BIRDIE_BLAKE3_H

#include "kernels.h"

// O'Connor et al., "BLAKE3" (2020), 2.1: the flags of a compression.
enum {
  BLAKE3_CHUNK_START = 1,
  BLAKE3_CHUNK_END = 2,
  BLAKE3_PARENT = 4,
  BLAKE3_ROOT = 8,
  BLAKE3_KEYED = 16,
};

#define BLAKE3_CHUNK_BYTES 1024
#define BLAKE3_BLOCK_BYTES 64

// The first words of the state's lower half, and the key of a hash without one.
extern const uint32_t birdie_blake3_iv[8];

// Which words of the message each round takes.
extern const uint8_t birdie_blake3_schedule[7][16];

// O'Connor et al. 2020, 2.2: a round on words, or on vectors of them, by the includer's `mix`.
#define BLAKE3_MIX_ROUND(v, m, s)                            \
  mix(&v[0], &v[4], &v[8], &v[12], m[s[0]], m[s[1]]);        \
  mix(&v[1], &v[5], &v[9], &v[13], m[s[2]], m[s[3]]);        \
  mix(&v[2], &v[6], &v[10], &v[14], m[s[4]], m[s[5]]);       \
  mix(&v[3], &v[7], &v[11], &v[15], m[s[6]], m[s[7]]);       \
  mix(&v[0], &v[5], &v[10], &v[15], m[s[8]], m[s[9]]);       \
  mix(&v[1], &v[6], &v[11], &v[12], m[s[10]], m[s[11]]);     \
  mix(&v[2], &v[7], &v[8], &v[13], m[s[12]], m[s[13]]);      \
  mix(&v[3], &v[4], &v[9], &v[14], m[s[14]], m[s[15]])

// Replaces the chaining value by that of the block after it; the block's unused bytes are zero.
void birdie_blake3_compress(uint32_t value[8], const uint8_t block[64], uint32_t byte_count,
                            uint64_t counter, uint32_t flags);

// blake3_chunks and blake3_parents for any CPU.
void birdie_blake3_chunks_portable(uint32_t *values, const uint8_t *chunks, size_t count,
                                   const uint32_t key[8], uint64_t counter, uint32_t flags);
void birdie_blake3_parents_portable(uint32_t *values, const uint32_t *children, size_t count,
                                    const uint32_t key[8], uint32_t flags);

#endif
