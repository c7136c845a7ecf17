// The arithmetic of merging models, written once and compiled for every instruction set: each
// operation is rounded by itself, and sums have one fixed order. Include it once per instruction
// set with INSTALL naming the function that fills a table.
#include "lanes.h"

typedef uint64_t longs __attribute__((vector_size(64), aligned(4)));
typedef double doubles __attribute__((vector_size(64), aligned(4)));
typedef float narrow __attribute__((vector_size(32), aligned(4)));

// The same number in every lane; taking zero from it leaves -0 what it is.
INLINE floats spread(float x) { return x - (floats){0}; }

INLINE ints magnitudes(floats x) { return (ints)x & 0x7FFFFFFF; }

INLINE int any(ints mask) { return __builtin_reduce_or(mask) != 0; }

// The numbers where the mask is set, times 0 elsewhere: what is no number stays none.
INLINE floats times(floats x, ints mask) { return x * (floats)((ints)spread(1) & mask); }

// MARK: - Means

static void weighted_mean(float *dst, const float *const *x, const float *weights, size_t models,
                          float divisor, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    floats sum = {0};
    for (size_t m = 0; m < models; m++) {
      sum = __builtin_elementwise_fma(spread(weights[m]), load(x[m] + i), sum);
    }
    store(dst + i, sum / divisor);
  }
  for (; i < n; i++) {
    float sum = 0;
    for (size_t m = 0; m < models; m++) sum = __builtin_fmaf(weights[m], x[m][i], sum);
    dst[i] = sum / divisor;
  }
}

// MARK: - Vectors in double

// Eight elements, or the differences from those of a base.
INLINE doubles vector_at(const float *x, const float *base, size_t i) {
  narrow own, other;
  memcpy(&own, x + i, sizeof own);
  if (!base) return __builtin_convertvector(own, doubles);
  memcpy(&other, base + i, sizeof other);
  return __builtin_convertvector(own, doubles) - __builtin_convertvector(other, doubles);
}

static double product(const float *a, const float *b, const float *base, size_t n) {
  doubles lanes = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) lanes += vector_at(a, base, i) * vector_at(b, base, i);
  for (; i < n; i++) {
    double offset = base ? (double)base[i] : 0;
    lanes[i % 8] += ((double)a[i] - offset) * ((double)b[i] - offset);
  }
  double sum = 0;
  for (size_t lane = 0; lane < 8; lane++) sum += lanes[lane];
  return sum;
}

static void add_vectors(float *dst, const float *base, const float *const *x,
                        const double *factors, size_t models, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    doubles sum = base ? vector_at(base, NULL, i) : (doubles){0};
    for (size_t m = 0; m < models; m++) {
      if (factors[m] != 0) sum += factors[m] * vector_at(x[m], base, i);
    }
    narrow rounded = __builtin_convertvector(sum, narrow);
    memcpy(dst + i, &rounded, sizeof rounded);
  }
  for (; i < n; i++) {
    double offset = base ? (double)base[i] : 0, sum = offset;
    for (size_t m = 0; m < models; m++) {
      if (factors[m] != 0) sum += factors[m] * ((double)x[m][i] - offset);
    }
    dst[i] = (float)sum;
  }
}

// MARK: - Magnitudes

static size_t gather_magnitudes(float *dst, const float *x, size_t n, uint32_t low, uint32_t high,
                                size_t *below) {
  size_t count = 0, smaller = 0, i = 0;
  for (; i + LANES <= n; i += LANES) {
    ints bits = magnitudes(load(x + i)), is_smaller = bits < (int32_t)low;
    smaller -= (size_t)__builtin_reduce_add(is_smaller);
    if (!any(~is_smaller & (bits <= (int32_t)high))) continue;
    for (size_t k = i; k < i + LANES; k++) {
      uint32_t own = magnitude_bits(x[k]);
      memcpy(dst + count, &own, sizeof own);
      count += own >= low && own <= high;
    }
  }
  for (; i < n; i++) {
    uint32_t own = magnitude_bits(x[i]);
    smaller += own < low;
    if (own < low || own > high) continue;
    memcpy(dst + count++, &own, sizeof own);
  }
  *below += smaller;
  return count;
}

// Whether one more is kept of as many as are left.
INLINE int take_one(uint64_t *left) {
  int some = *left > 0;
  if (*left != UINT64_MAX) *left -= (uint64_t)some;
  return some;
}

// Elements that are equal to a bound are taken one by one, until none are left.
static void keep_one_by_one(float *dst, const float *x, size_t n,
                            struct birdie_magnitude_range *range) {
  for (size_t i = 0; i < n; i++) {
    uint32_t bits = magnitude_bits(x[i]);
    int keep = bits > range->low && bits < range->high;
    if (bits == range->low) {
      keep = take_one(&range->low_left);
    } else if (bits == range->high) {
      keep = take_one(&range->high_left);
    }
    dst[i] = x[i] * (float)keep;
  }
}

static void keep_magnitudes(float *dst, const float *x, size_t n,
                            struct birdie_magnitude_range *range) {
  int all = range->low_left == UINT64_MAX && range->high_left == UINT64_MAX;
  int32_t low = (int32_t)range->low, high = (int32_t)range->high;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    floats own = load(x + i);
    ints bits = magnitudes(own);
    if (!all && any((bits == low) | (bits == high))) {
      keep_one_by_one(dst + i, x + i, LANES, range);
    } else {
      store(dst + i, times(own, (bits >= low) & (bits <= high)));
    }
  }
  keep_one_by_one(dst + i, x + i, n - i, range);
}

static double sum_magnitudes(const float *x, size_t n) {
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

static void add_agreeing(float *sum, float *weights, const float *x, const float *sign,
                         float weight, size_t n) {
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    floats own = load(x + i);
    ints is_positive = load(sign + i) >= 0;
    ints agrees = (is_positive & (own > 0)) | (~is_positive & (own < 0));
    store(sum + i, load(sum + i) + times(own, agrees));
    store(weights + i, load(weights + i) + times(spread(weight), agrees));
  }
  for (; i < n; i++) {
    float agrees = (float)(sign[i] >= 0.0f ? x[i] > 0.0f : x[i] < 0.0f);
    sum[i] += x[i] * agrees;
    weights[i] += weight * agrees;
  }
}

// MARK: - Variance over models

static void variance(float *dst, const float *const *x, size_t models, size_t n) {
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

static double energy(const float *x, const float *base, const float *mask, size_t n) {
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

static void elect_all(float *dst, const float *base, const float *const *x,
                  const float *const *masked, const double *weights, size_t models, size_t n) {
  // Pairs are what is merged most.
  if (models == 2) {
    for (size_t i = 0; i < n; i++) dst[i] = elect(base, x, masked, weights, 2, i);
  } else {
    for (size_t i = 0; i < n; i++) dst[i] = elect(base, x, masked, weights, models, i);
  }
}

// MARK: - Chance

static void keep_drawn(float *dst, const float *x, const uint32_t *draws, float probability,
                       size_t n) {
  for (size_t i = 0; i < n; i++) {
    float uniform = (float)(draws[i] & 0xFFFFFF) * 0x1p-24f;
    dst[i] = x[i] * (float)(uniform < probability);
  }
}

// Eight blocks side by side, a word of each in the lower half of a lane.
static void philox_eight_blocks(uint32_t *draws, uint64_t counter, uint64_t key, uint64_t stream) {
  const longs counters = counter + (longs){0, 1, 2, 3, 4, 5, 6, 7}, low = (longs){} + 0xFFFFFFFF;
  longs a = counters & low, b = counters >> 32, none = {0};
  longs c = none + (uint32_t)stream, d = none + (stream >> 32);
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++) {
    longs x = (a & low) * 0xD2511F53u, y = (c & low) * 0xCD9E8D57u;
    a = (y >> 32) ^ b ^ k0, b = y & low;
    c = (x >> 32) ^ d ^ k1, d = x & low;
    k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
  }
  longs front = (a & low) | b << 32, back = (c & low) | d << 32;
  longs first = __builtin_shufflevector(front, back, 0, 8, 1, 9, 2, 10, 3, 11);
  longs second = __builtin_shufflevector(front, back, 4, 12, 5, 13, 6, 14, 7, 15);
  memcpy(draws, &first, sizeof first);
  memcpy(draws + 16, &second, sizeof second);
}

static void philox_fill(uint32_t *draws, size_t n, uint64_t first, uint64_t key,
                        uint64_t stream) {
  uint32_t block[4];
  for (size_t i = 0; i < n;) {
    uint64_t position = first + i;
    if (position % 4 == 0 && n - i >= 32) {
      philox_eight_blocks(draws + i, position / 4, key, stream);
      i += 32;
      continue;
    }
    if (i == 0 || position % 4 == 0) birdie_philox_block(block, position / 4, key, stream);
    draws[i++] = block[position % 4];
  }
}

void INSTALL(struct birdie_kernel_table *table) {
  table->weighted_mean = weighted_mean;
  table->product = product;
  table->add_vectors = add_vectors;
  table->gather_magnitudes = gather_magnitudes;
  table->keep_magnitudes = keep_magnitudes;
  table->sum_magnitudes = sum_magnitudes;
  table->add_agreeing = add_agreeing;
  table->variance = variance;
  table->energy = energy;
  table->elect = elect_all;
  table->keep_drawn = keep_drawn;
  table->philox_fill = philox_fill;
}
