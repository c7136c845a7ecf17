// The arithmetic of tensors, written once with 16 lanes and compiled for every instruction set.
//
// Only additions, multiplications, divisions, square roots, comparisons and bit operations are
// used, each rounded by itself, and sums have one fixed tree: so every table, on every machine,
// gives the same bits. Include it once per instruction set with INSTALL naming the function that
// fills a table.
#include <math.h>

#include "lanes.h"

// MARK: - Lanes

#define ALL(value) ((floats){} + (value))

// The first n lanes; the others are `rest`.
INLINE floats load_first(const float *from, size_t n, float rest) {
  floats lanes = ALL(rest);
  memcpy(&lanes, from, n * sizeof *from);
  return lanes;
}

INLINE floats choose(ints mask, floats yes, floats no) {
  return (floats)(((ints)yes & mask) | ((ints)no & ~mask));
}

INLINE floats larger(floats a, floats b) { return choose(a > b, a, b); }

INLINE floats magnitude(floats x) { return (floats)((ints)x & 0x7FFFFFFF); }

// `size` with the sign of `sign`.
INLINE floats with_sign(floats size, floats sign) {
  return (floats)(((ints)size & 0x7FFFFFFF) | ((ints)sign & (int32_t)0x80000000));
}

INLINE float sum_lanes(floats v) {
  for (int width = LANES / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) v[i] += v[i + width];
  }
  return v[0];
}

INLINE float largest_lane(floats v) {
  for (int i = 1; i < LANES; i++) v[0] = v[i] > v[0] ? v[i] : v[0];
  return v[0];
}

// MARK: - Functions of one number

// Cody and Waite's reduction and the polynomial of Cephes' expf; error below 2 ulp.
INLINE floats exponential(floats x) {
  x = choose(x > 89.0f, ALL(89.0f), x);
  x = choose(x < -104.0f, ALL(-104.0f), x);
  const float rounder = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number
  floats rounded = x * 1.44269504088896341f + rounder;
  ints n = (ints)rounded - (ints)ALL(rounder);
  floats whole = rounded - rounder;
  floats r = x - whole * 0.693359375f;
  r = r - whole * -2.12194440e-4f;
  floats p = ALL(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  floats y = p * (r * r) + r + 1.0f;
  ints half = n >> 1;  // 2^n in two factors, because it may lie outside of the exponents
  return y * (floats)((half + 127) << 23) * (floats)((n - half + 127) << 23);
}

// Cephes' logf; error below 2 ulp for positive numbers, subnormal ones excepted.
INLINE floats logarithm(floats x) {
  ints bits = (ints)x;
  ints exponent = ((bits >> 23) & 0xFF) - 126;
  floats m = (floats)((bits & 0x007FFFFF) | 0x3F000000);  // [0.5, 1)
  ints low = m < 0.707106781186547524f;
  m = choose(low, m + m, m) - 1.0f;
  floats e = __builtin_convertvector(exponent + low, floats);  // a true lane is -1
  floats z = m * m;
  floats p = ALL(7.0376836292e-2f);
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  floats y = p * m * z;
  y = y + e * -2.12194440e-4f;
  y = y - 0.5f * z;
  floats result = m + y + e * 0.693359375f;
  result = choose(x == 0.0f, ALL(-INFINITY), result);
  result = choose(x == INFINITY, ALL(INFINITY), result);
  return choose((x < 0.0f) | (x != x), ALL(NAN), result);
}

// Cephes' tanhf near zero, else from the exponential; error below 2 ulp.
INLINE floats hyperbolic_tangent(floats x) {
  floats size = magnitude(x);
  floats large = 1.0f - 2.0f / (exponential(size + size) + 1.0f);
  floats z = x * x;
  floats p = ALL(-5.70498872745e-3f);
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  floats small = p * z * x + x;
  return choose(size < 0.625f, small, with_sign(large, x));
}

INLINE floats logistic(floats x) { return 1.0f / (1.0f + exponential(-x)); }

// A rational approximation on [-4, 4], beyond which a float32 is 1; error below 1e-7.
INLINE floats error_function(floats x) {
  x = choose(x > 4.0f, ALL(4.0f), x);
  x = choose(x < -4.0f, ALL(-4.0f), x);
  floats z = x * x;
  floats p = ALL(-2.72614225801306e-10f);
  p = p * z + 2.77068142495902e-08f;
  p = p * z - 2.10102402082508e-06f;
  p = p * z - 5.69250639462346e-05f;
  p = p * z - 7.34990630326855e-04f;
  p = p * z - 2.95459980854025e-03f;
  p = p * z - 1.60960333262415e-02f;
  floats q = ALL(-1.45660718464996e-05f);
  q = q * z - 2.13374055278905e-04f;
  q = q * z - 1.68282697438203e-03f;
  q = q * z - 7.37332916720468e-03f;
  q = q * z - 1.42647390514189e-02f;
  return x * p / q;
}

INLINE floats gelu_tanh(floats x) {
  floats inner = 0.7978845608028654f * (x + 0.044715f * (x * x * x));
  return 0.5f * x * (1.0f + hyperbolic_tangent(inner));
}

INLINE floats gelu_exact(floats x) {
  return 0.5f * x * (1.0f + error_function(x * 0.7071067811865476f));
}

// Applies an expression of `x` and `parameter` to n numbers, the last ones padded with ones.
#define EACH(expression)                                      \
  do {                                                        \
    size_t i = 0;                                             \
    for (; i + LANES <= n; i += LANES) {                      \
      floats x = load(src + i);                               \
      store(dst + i, expression);                             \
    }                                                         \
    if (i < n) {                                              \
      floats x = load_first(src + i, n - i, 1.0f), y = expression; \
      memcpy(dst + i, &y, (n - i) * sizeof *dst);             \
    }                                                         \
  } while (0)

static void unary_f32(enum birdie_unary op, float *dst, const float *src, float parameter,
                      size_t n) {
  switch (op) {
    case BIRDIE_NEGATE: EACH(-x); break;
    case BIRDIE_SQUARE: EACH(x * x); break;
    case BIRDIE_EXP: EACH(exponential(x)); break;
    case BIRDIE_LOG: EACH(logarithm(x)); break;
    case BIRDIE_TANH: EACH(hyperbolic_tangent(x)); break;
    case BIRDIE_SIGMOID: EACH(logistic(x)); break;
    case BIRDIE_SILU: EACH(x * logistic(x)); break;
    case BIRDIE_GELU: EACH(gelu_exact(x)); break;
    case BIRDIE_GELU_TANH: EACH(gelu_tanh(x)); break;
    case BIRDIE_LEAKY_RELU: EACH(choose(x > 0.0f, x, x * parameter)); break;
    case BIRDIE_SCALE: EACH(x * parameter); break;
    case BIRDIE_DIVIDE_BY: EACH(x / parameter); break;
    case BIRDIE_SHIFT: EACH(x + parameter); break;
    case BIRDIE_CLAMP:
      EACH(choose(magnitude(x) > parameter, with_sign(ALL(parameter), x), x));
      break;
  }
}

// MARK: - Two operands

#define PAIRS(expression)                                                        \
  do {                                                                           \
    size_t i = 0;                                                                \
    for (; i + LANES <= n; i += LANES) {                                         \
      floats x = load(a + i), y = load(b + i);                                   \
      store(dst + i, expression);                                                \
    }                                                                            \
    if (i < n) {                                                                 \
      floats x = load_first(a + i, n - i, 1.0f), y = load_first(b + i, n - i, 1.0f); \
      floats z = expression;                                                     \
      memcpy(dst + i, &z, (n - i) * sizeof *dst);                                \
    }                                                                            \
  } while (0)

static void binary_f32(enum birdie_binary op, float *dst, const float *a, const float *b,
                       size_t n) {
  switch (op) {
    case BIRDIE_ADD: PAIRS(x + y); break;
    case BIRDIE_SUBTRACT: PAIRS(x - y); break;
    case BIRDIE_MULTIPLY: PAIRS(x * y); break;
    case BIRDIE_DIVIDE: PAIRS(x / y); break;
  }
}

// MARK: - Reductions

static float sum_f32(const float *src, size_t n) {
  floats total = {};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) total += load(src + i);
  if (i < n) total += load_first(src + i, n - i, 0.0f);
  return sum_lanes(total);
}

static float dot_f32(const float *a, const float *b, size_t n) {
  floats total = {};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) total += load(a + i) * load(b + i);
  if (i < n) total += load_first(a + i, n - i, 0.0f) * load_first(b + i, n - i, 0.0f);
  return sum_lanes(total);
}

static float max_f32(const float *src, size_t n) {
  floats most = ALL(-INFINITY);
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) most = larger(load(src + i), most);
  if (i < n) most = larger(load_first(src + i, n - i, -INFINITY), most);
  return largest_lane(most);
}

// MARK: - Rows

static void rms_norm_row(float *dst, const float *src, const float *weight, float epsilon,
                         size_t n) {
  float mean = dot_f32(src, src, n) / (float)n;
  float factor = 1.0f / sqrtf(mean + epsilon);
  if (weight) {
    const float *a = src, *b = weight;
    PAIRS(x * factor * y);
  } else {
    EACH(x * factor);
  }
}

static void layer_norm_row(float *dst, const float *src, const float *weight, const float *bias,
                           float epsilon, size_t n) {
  float mean = sum_f32(src, n) / (float)n;
  EACH(x - mean);
  float variance = dot_f32(dst, dst, n) / (float)n;
  float factor = 1.0f / sqrtf(variance + epsilon);
  src = dst;
  EACH(x * factor);
  if (weight) {
    const float *a = dst, *b = weight;
    PAIRS(x * y);
  }
  if (bias) {
    const float *a = dst, *b = bias;
    PAIRS(x + y);
  }
}

static void softmax_row(float *dst, const float *src, size_t n) {
  float most = max_f32(src, n);
  EACH(exponential(x - most));
  float factor = 1.0f / sum_f32(dst, n);
  src = dst;
  EACH(x * factor);
}

static float sum_exp_f32(const float *src, float shift, size_t n) {
  floats total = {};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) total += exponential(load(src + i) - shift);
  if (i < n) total += exponential(load_first(src + i, n - i, -INFINITY) - shift);
  return sum_lanes(total);
}

static float weighted_difference_f32(const float *a, const float *b, float shift, size_t n) {
  floats total = {};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    floats x = load(a + i);
    total += exponential(x - shift) * (x - load(b + i));
  }
  if (i < n) {
    floats x = load_first(a + i, n - i, shift);
    total += exponential(x - shift) * (x - load_first(b + i, n - i, shift));
  }
  return sum_lanes(total);
}

static float log_sum_exp_f32(const float *src, size_t n) {
  float most = max_f32(src, n);
  if (!(most > -INFINITY && most < INFINITY)) return most;
  return logarithm(ALL(sum_exp_f32(src, most, n)))[0] + most;
}

// dst = (x cos + y sin, y cos - x sin) for the halves x and y of a row.
static void rotate_row(float *dst, const float *src, const float *cosine, const float *sine,
                       float direction, size_t half) {
  for (size_t i = 0; i < half; i++) {
    float x = src[i], y = src[half + i], s = direction * sine[i];
    dst[i] = x * cosine[i] + y * s;
    dst[half + i] = y * cosine[i] - x * s;
  }
}

// MARK: - Matrix product

// 4 rows of a times 16 columns of b, which lie in `panel` one k after another.
INLINE void multiply_block(float *c, size_t ldc, const float *a, size_t lda, const float *panel,
                           size_t rows, size_t columns, size_t k) {
  floats sums[4] = {};
  for (size_t step = 0; step < k; step++) {
    floats b = load(panel + step * LANES);
    for (size_t row = 0; row < 4; row++) {
      sums[row] += a[(row < rows ? row : 0) * lda + step] * b;
    }
  }
  for (size_t row = 0; row < rows; row++) {
    memcpy(c + row * ldc, &sums[row], columns * sizeof *c);
  }
}

static void multiply_transposed_f32(float *c, const float *a, const float *b, float *panel,
                                    size_t m, size_t n, size_t k) {
  for (size_t column = 0; column < n; column += LANES) {
    size_t columns = n - column < LANES ? n - column : LANES;
    for (size_t step = 0; step < k; step++) {
      for (size_t j = 0; j < LANES; j++) {
        panel[step * LANES + j] = j < columns ? b[(column + j) * k + step] : 0.0f;
      }
    }
    for (size_t row = 0; row < m; row += 4) {
      multiply_block(c + row * n + column, n, a + row * k, k, panel, m - row < 4 ? m - row : 4,
                     columns, k);
    }
  }
}

void INSTALL(struct birdie_kernel_table *table) {
  table->unary_f32 = unary_f32;
  table->binary_f32 = binary_f32;
  table->sum_f32 = sum_f32;
  table->dot_f32 = dot_f32;
  table->max_f32 = max_f32;
  table->rms_norm_row = rms_norm_row;
  table->layer_norm_row = layer_norm_row;
  table->softmax_row = softmax_row;
  table->log_sum_exp_f32 = log_sum_exp_f32;
  table->sum_exp_f32 = sum_exp_f32;
  table->weighted_difference_f32 = weighted_difference_f32;
  table->rotate_row = rotate_row;
  table->multiply_transposed_f32 = multiply_transposed_f32;
}
