// BLAKE3 over a stream (O'Connor et al. 2020, 2.2 to 2.5); chunks and parents are kernels.
#include "blake3.h"

// How many chunks are hashed at a time: enough to keep every lane busy, and small on the stack.
#define BATCH 64

void birdie_blake3_init(struct birdie_blake3 *hash, const uint8_t *key) {
  hash->flags = key ? BLAKE3_KEYED : 0;
  hash->chunk_count = 0;
  hash->depth = hash->waiting = 0;
  for (size_t i = 0; i < 8; i++) hash->key[i] = key ? load_u32(key, i) : birdie_blake3_iv[i];
}

// The chaining value of the last two subtrees, which become one.
static void merge_last(struct birdie_blake3 *hash) {
  uint32_t *left = hash->subtrees + 8 * (hash->depth - 2);
  birdie_blake3_parents_portable(left, left, 1, hash->key, hash->flags);
  hash->depth -= 1;
}

// Complete subtrees wait unmerged until more follows: whether a parent is the root, only the end of
// the input says. Then one is left for each bit of the number of chunks.
static void merge_complete(struct birdie_blake3 *hash) {
  while (hash->depth > (uint32_t)__builtin_popcountll(hash->chunk_count)) merge_last(hash);
}

// The largest subtree that begins at chunk `start` and has at most `most` chunks.
static size_t subtree_size(uint64_t start, size_t most) {
  size_t size = 1;
  while (2 * size <= most && start % (2 * size) == 0) size *= 2;
  return size;
}

// Takes whole chunks, `count` <= BATCH, behind which more input is known to come.
static void add_chunks(struct birdie_blake3 *hash, const uint8_t *bytes, size_t count) {
  const struct birdie_kernel_table *kernels = birdie_kernels();
  uint32_t values[8 * BATCH], *next = values;
  kernels->blake3_chunks(values, bytes, count, hash->key, hash->chunk_count, hash->flags);
  while (count > 0) {
    size_t size = subtree_size(hash->chunk_count, count);
    for (size_t width = size; width > 1; width /= 2) {
      kernels->blake3_parents(next, next, width / 2, hash->key, hash->flags);
    }
    merge_complete(hash);
    memcpy(hash->subtrees + 8 * hash->depth, next, 8 * sizeof *next);
    hash->depth += 1;
    hash->chunk_count += size;
    next += 8 * size, count -= size;
  }
}

void birdie_blake3_update(struct birdie_blake3 *hash, const void *bytes, size_t n) {
  if (n == 0) return;
  const uint8_t *next = bytes;
  if (hash->waiting > 0) {
    size_t room = BLAKE3_CHUNK_BYTES - hash->waiting, taken = n < room ? n : room;
    memcpy(hash->chunk + hash->waiting, next, taken);
    hash->waiting += (uint32_t)taken;
    next += taken, n -= taken;
    if (n == 0) return;
    add_chunks(hash, hash->chunk, 1);
  }
  while (n > BLAKE3_CHUNK_BYTES) {
    size_t available = (n - 1) / BLAKE3_CHUNK_BYTES, count = available < BATCH ? available : BATCH;
    add_chunks(hash, next, count);
    next += count * BLAKE3_CHUNK_BYTES, n -= count * BLAKE3_CHUNK_BYTES;
  }
  memcpy(hash->chunk, next, n);
  hash->waiting = (uint32_t)n;
}

// The chaining value of the chunk that waits, with `flags` on its last block.
static void compress_last_chunk(const struct birdie_blake3 *hash, uint32_t value[8],
                                uint32_t flags) {
  memcpy(value, hash->key, 8 * sizeof *value);
  uint32_t start = BLAKE3_CHUNK_START, at = 0;
  for (; hash->waiting - at > BLAKE3_BLOCK_BYTES; at += BLAKE3_BLOCK_BYTES, start = 0) {
    birdie_blake3_compress(value, hash->chunk + at, BLAKE3_BLOCK_BYTES, hash->chunk_count,
                           hash->flags | start);
  }
  uint8_t block[BLAKE3_BLOCK_BYTES] = {0};
  uint32_t rest = hash->waiting - at;
  memcpy(block, hash->chunk + at, rest);
  birdie_blake3_compress(value, block, rest, hash->chunk_count,
                         hash->flags | start | BLAKE3_CHUNK_END | flags);
}

void birdie_blake3_final(struct birdie_blake3 *hash, uint8_t digest[32]) {
  merge_complete(hash);
  uint32_t *last = hash->subtrees + 8 * hash->depth;
  compress_last_chunk(hash, last, hash->depth == 0 ? BLAKE3_ROOT : 0);
  for (hash->depth += 1; hash->depth > 2;) merge_last(hash);
  if (hash->depth == 2) {
    uint32_t *left = hash->subtrees;
    birdie_blake3_parents_portable(left, left, 1, hash->key, hash->flags | BLAKE3_ROOT);
  }
  for (size_t i = 0; i < 32; i++) digest[i] = (uint8_t)(hash->subtrees[i / 4] >> (8 * (i % 4)));
}

void birdie_blake3_digest(const uint8_t *key, const void *bytes, size_t n, uint8_t digest[32]) {
  struct birdie_blake3 hash;
  birdie_blake3_init(&hash, key);
  birdie_blake3_update(&hash, bytes, n);
  birdie_blake3_final(&hash, digest);
}
