// SHA-256 over a stream (FIPS 180-4, 5.1.1 and 6.2); the compression function is a kernel.
#include "kernels.h"

void birdie_sha256_init(struct birdie_sha256 *hash) {
  *hash = (struct birdie_sha256){
      .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void birdie_sha256_update(struct birdie_sha256 *hash, const void *bytes, size_t n) {
  if (n == 0) return;
  const struct birdie_kernel_table *kernels = birdie_kernels();
  const uint8_t *next = bytes;
  size_t waiting = hash->byte_count % 64;
  hash->byte_count += n;
  if (waiting > 0) {
    size_t taken = n < 64 - waiting ? n : 64 - waiting;
    memcpy(hash->block + waiting, next, taken);
    next += taken, n -= taken;
    if (waiting + taken < 64) return;
    kernels->sha256_blocks(hash->state, hash->block, 1);
  }
  kernels->sha256_blocks(hash->state, next, n / 64);
  memcpy(hash->block, next + n / 64 * 64, n % 64);
}

void birdie_sha256_final(struct birdie_sha256 *hash, uint8_t digest[32]) {
  static const uint8_t padding[64] = {0x80};
  uint64_t bit_count = hash->byte_count * 8;
  uint8_t length[8];
  for (size_t i = 0; i < 8; i++) length[i] = (uint8_t)(bit_count >> (56 - 8 * i));
  // One byte of padding at least, and the length ends a block.
  birdie_sha256_update(hash, padding, 1 + (119 - hash->byte_count % 64) % 64);
  birdie_sha256_update(hash, length, sizeof length);
  for (size_t i = 0; i < 32; i++) digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}
