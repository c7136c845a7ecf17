// What merging models needs besides arithmetic: selection by rank without sorting, and random
// numbers. The same bytes on every machine.
#include "kernels.h"

void birdie_count_magnitudes(uint32_t *counts, const float *x, size_t n, uint32_t shift,
                             uint32_t width, uint32_t prefix) {
  uint32_t mask = (1u << width) - 1;
  for (size_t i = 0; i < n; i++) {
    uint32_t bits = magnitude_bits(x[i]);
    if ((uint64_t)bits >> (shift + width) == prefix) counts[(bits >> shift) & mask]++;
  }
}

size_t birdie_count_equal_magnitudes(const float *x, size_t n, uint32_t magnitude) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += magnitude_bits(x[i]) == magnitude;
  return count;
}

void birdie_keep_graded(float *dst, const float *x, const uint32_t *draws, const uint32_t *ranks,
                        const float *probabilities, size_t n, size_t stride) {
  for (size_t i = 0; i < n; i++) {
    float uniform = (float)(draws[i * stride] & 0xFFFFFF) * 0x1p-24f;
    dst[i * stride] = x[i * stride] * (float)(uniform < probabilities[ranks[i]]);
  }
}

// Sorted by eleven bits at a time, the lowest first; digits that all numbers share cost one look.
void birdie_rank_magnitudes(uint32_t *ranks, const float *x, size_t n, size_t stride,
                            uint64_t *workspace) {
  uint64_t *from = workspace, *to = workspace + n;
  for (size_t i = 0; i < n; i++) from[i] = (uint64_t)magnitude_bits(x[i * stride]) << 32 | i;
  for (unsigned shift = 32; shift < 63; shift += 11) {
    size_t starts[2048] = {0};
    for (size_t i = 0; i < n; i++) starts[from[i] >> shift & 2047]++;
    if (n == 0 || starts[from[0] >> shift & 2047] == n) continue;
    size_t sum = 0;
    for (size_t digit = 0; digit < 2048; digit++) {
      size_t count = starts[digit];
      starts[digit] = sum;
      sum += count;
    }
    for (size_t i = 0; i < n; i++) to[starts[from[i] >> shift & 2047]++] = from[i];
    uint64_t *swap = from;
    from = to;
    to = swap;
  }
  for (size_t rank = 0; rank < n; rank++) ranks[(uint32_t)from[rank]] = (uint32_t)rank;
}

// MARK: - Random numbers

void birdie_mt19937_init(struct birdie_mt19937 *generator, uint32_t seed) {
  generator->state[0] = seed;
  for (uint32_t i = 1; i < 624; i++) {
    uint32_t last = generator->state[i - 1];
    generator->state[i] = 1812433253u * (last ^ (last >> 30)) + i;
  }
  generator->position = 624;
}

static inline uint32_t twist(uint32_t far, uint32_t high, uint32_t low) {
  uint32_t mixed = (high & 0x80000000u) | (low & 0x7FFFFFFFu);
  return far ^ (mixed >> 1) ^ (0x9908B0DFu & (0u - (low & 1)));
}

static void renew(uint32_t *state) {
  for (size_t i = 0; i < 227; i++) state[i] = twist(state[i + 397], state[i], state[i + 1]);
  for (size_t i = 227; i < 623; i++) state[i] = twist(state[i - 227], state[i], state[i + 1]);
  state[623] = twist(state[396], state[623], state[0]);
}

void birdie_mt19937_fill(struct birdie_mt19937 *generator, uint32_t *draws, size_t n) {
  for (size_t i = 0; i < n;) {
    if (generator->position == 624) {
      renew(generator->state);
      generator->position = 0;
    }
    size_t count = 624 - generator->position;
    if (count > n - i) count = n - i;
    for (size_t j = 0; j < count && draws; j++) {
      uint32_t y = generator->state[generator->position + j];
      y ^= y >> 11;
      y ^= (y << 7) & 0x9D2C5680u;
      y ^= (y << 15) & 0xEFC60000u;
      draws[i + j] = y ^ (y >> 18);
    }
    generator->position += (uint32_t)count;
    i += count;
  }
}

void birdie_philox_block(uint32_t block[4], uint64_t counter, uint64_t key, uint64_t stream) {
  uint32_t a = (uint32_t)counter, b = (uint32_t)(counter >> 32);
  uint32_t c = (uint32_t)stream, d = (uint32_t)(stream >> 32);
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t x = (uint64_t)a * 0xD2511F53u, y = (uint64_t)c * 0xCD9E8D57u;
    a = (uint32_t)(y >> 32) ^ b ^ k0;
    b = (uint32_t)y;
    c = (uint32_t)(x >> 32) ^ d ^ k1;
    d = (uint32_t)x;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  block[0] = a, block[1] = b, block[2] = c, block[3] = d;
}
