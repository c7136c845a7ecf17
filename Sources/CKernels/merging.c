// What merging models needs besides the arithmetic of tensors: selection by rank without sorting,
// agreement of signs, and random numbers. The same bytes on every machine.
#include "kernels.h"

static inline uint32_t magnitude_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits & 0x7FFFFFFF;
}

void birdie_count_magnitudes(uint32_t *counts, const float *x, size_t n, uint32_t shift,
                             uint32_t width, uint32_t prefix) {
  uint32_t mask = (1u << width) - 1;
  for (size_t i = 0; i < n; i++) {
    uint32_t bits = magnitude_bits(x[i]);
    if ((uint64_t)bits >> (shift + width) == prefix) counts[(bits >> shift) & mask]++;
  }
}

void birdie_keep_magnitudes(float *dst, const float *x, size_t n,
                            struct birdie_magnitude_range *range) {
  uint32_t low = range->low, high = range->high;
  if (range->low_left == UINT64_MAX && range->high_left == UINT64_MAX) {
    for (size_t i = 0; i < n; i++) {
      uint32_t bits = magnitude_bits(x[i]);
      dst[i] = x[i] * (float)(bits >= low && bits <= high);
    }
    return;
  }
  for (size_t i = 0; i < n; i++) {
    uint32_t bits = magnitude_bits(x[i]);
    int keep = bits > low && bits < high;
    if (bits == low) {
      keep = range->low_left > 0;
      range->low_left -= (uint64_t)keep;
    } else if (bits == high) {
      keep = range->high_left > 0;
      range->high_left -= (uint64_t)keep;
    }
    dst[i] = x[i] * (float)keep;
  }
}

size_t birdie_count_equal_magnitudes(const float *x, size_t n, uint32_t magnitude) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += magnitude_bits(x[i]) == magnitude;
  return count;
}

double birdie_sum_magnitudes(const float *x, size_t n) {
  double lanes[8] = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (size_t lane = 0; lane < 8; lane++) lanes[lane] += (double)__builtin_fabsf(x[i + lane]);
  }
  for (; i < n; i++) lanes[i % 8] += (double)__builtin_fabsf(x[i]);
  double sum = 0;
  for (size_t lane = 0; lane < 8; lane++) sum += lanes[lane];
  return sum;
}

void birdie_add_agreeing(float *sum, float *weights, const float *x, const float *sign,
                         float weight, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float agrees = (float)(sign[i] >= 0.0f ? x[i] > 0.0f : x[i] < 0.0f);
    sum[i] += x[i] * agrees;
    weights[i] += weight * agrees;
  }
}

void birdie_variance(float *dst, const float *const *x, size_t models, size_t n) {
  double count = (double)models;
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    double means[8] = {0}, sums[8] = {0};
    for (size_t m = 0; m < models; m++) {
      for (int k = 0; k < 8; k++) means[k] += (double)x[m][i + k];
    }
    for (int k = 0; k < 8; k++) means[k] /= count;
    for (size_t m = 0; m < models; m++) {
      for (int k = 0; k < 8; k++) {
        double distance = (double)x[m][i + k] - means[k];
        sums[k] += distance * distance;
      }
    }
    for (int k = 0; k < 8; k++) dst[i + k] = (float)(sums[k] / count);
  }
  for (; i < n; i++) {
    double mean = 0, sum = 0;
    for (size_t m = 0; m < models; m++) mean += (double)x[m][i];
    mean /= count;
    for (size_t m = 0; m < models; m++) {
      double distance = (double)x[m][i] - mean;
      sum += distance * distance;
    }
    dst[i] = (float)(sum / count);
  }
}

double birdie_energy(const float *x, const float *base, const float *mask, size_t n) {
  double lanes[8] = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int k = 0; k < 8; k++) {
      double exact = (double)x[i + k] - (double)base[i + k];
      lanes[k] += mask[i + k] == 0.0f ? 0.0 : exact * exact;
    }
  }
  for (; i < n; i++) {
    double exact = (double)x[i] - (double)base[i];
    lanes[i % 8] += mask[i] == 0.0f ? 0.0 : exact * exact;
  }
  double sum = 0;
  for (int k = 0; k < 8; k++) sum += lanes[k];
  return sum;
}

static inline float elect(const float *base, const float *const *x, const float *const *masked,
                          const double *weights, size_t models, size_t i) {
  double sign = 0, sum = 0, share = 0;
  for (size_t m = 0; m < models; m++) sign += (double)masked[m][i];
  for (size_t m = 0; m < models; m++) {
    double agrees = (double)(sign >= 0 ? masked[m][i] > 0.0f : masked[m][i] < 0.0f);
    sum += agrees * weights[m] * ((double)x[m][i] - (double)base[i]);
    share += agrees * weights[m];
  }
  return (float)((double)base[i] + sum / (share > 1e-6 ? share : 1e-6));
}

void birdie_elect(float *dst, const float *base, const float *const *x,
                  const float *const *masked, const double *weights, size_t models, size_t n) {
  // Pairs are what is merged most.
  if (models == 2) {
    for (size_t i = 0; i < n; i++) dst[i] = elect(base, x, masked, weights, 2, i);
  } else {
    for (size_t i = 0; i < n; i++) dst[i] = elect(base, x, masked, weights, models, i);
  }
}

void birdie_keep_drawn(float *dst, const float *x, const uint32_t *draws, float probability,
                       size_t n) {
  for (size_t i = 0; i < n; i++) {
    float uniform = (float)(draws[i] & 0xFFFFFF) * 0x1p-24f;
    dst[i] = x[i] * (float)(uniform < probability);
  }
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

void birdie_philox_fill(uint32_t *draws, size_t n, uint64_t first, uint64_t key,
                        uint64_t stream) {
  uint32_t block[4];
  for (size_t i = 0; i < n; i++) {
    uint64_t position = first + i;
    if (i == 0 || position % 4 == 0) birdie_philox_block(block, position / 4, key, stream);
    draws[i] = block[position % 4];
  }
}
