// AVX2 with FMA3, F16C and POPCNT: Intel since Haswell (2013), AMD since Zen (2017).
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>

#include "kernels.h"

#define AVX2 __attribute__((target("avx2,fma,f16c,popcnt")))

AVX2 static inline __m128i load_128(const void *src) { return _mm_loadu_si128(src); }

AVX2 static inline __m256i load_256(const void *src) { return _mm256_loadu_si256(src); }

AVX2 static inline __m256 blend_bits(__m256 values, uint32_t bits, __m256i where) {
  __m256 constant = _mm256_castsi256_ps(_mm256_set1_epi32((int)bits));
  return _mm256_blendv_ps(values, constant, _mm256_castsi256_ps(where));
}

AVX2 static void f16_to_f32(float *dst, const void *src, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm256_storeu_ps(dst + i, _mm256_cvtph_ps(load_128((const uint8_t *)src + 2 * i)));
  }
  for (; i < n; i++) store_bits(dst, i, f16_to_f32_bits(load_u16(src, i)));
}

AVX2 static void bf16_to_f32(float *dst, const void *src, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256i halves = _mm256_cvtepu16_epi32(load_128((const uint8_t *)src + 2 * i));
    _mm256_storeu_si256((__m256i *)(dst + i), _mm256_slli_epi32(halves, 16));
  }
  for (; i < n; i++) store_bits(dst, i, (uint32_t)load_u16(src, i) << 16);
}

// A 1-4-3 code is, shifted into a binary16, its value over a power of two: no subnormal is slow.
AVX2 static inline __m256 f8_e4m3_times(__m128i codes, float power) {
  __m128i sign = _mm_slli_epi16(_mm_and_si128(codes, _mm_set1_epi16(0x80)), 8);
  __m128i magnitude = _mm_slli_epi16(_mm_and_si128(codes, _mm_set1_epi16(0x7F)), 7);
  __m256 scaled = _mm256_cvtph_ps(_mm_or_si128(sign, magnitude));
  return _mm256_mul_ps(scaled, _mm256_set1_ps(power));
}

AVX2 static void f8_e4m3fn_to_f32(float *dst, const uint8_t *src, size_t n) {
  const __m128i all_ones = _mm_set1_epi16(0x7F);
  const __m256 nan = _mm256_castsi256_ps(_mm256_set1_epi32(0x7FF00000));
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m128i codes = _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)(src + i)));
    __m128i is_nan = _mm_cmpeq_epi16(_mm_and_si128(codes, all_ones), all_ones);
    __m256 where = _mm256_castsi256_ps(_mm256_cvtepi16_epi32(is_nan));
    __m256 values = f8_e4m3_times(codes, 0x1p8f);
    _mm256_storeu_ps(dst + i, _mm256_or_ps(values, _mm256_and_ps(where, nan)));
  }
  for (; i < n; i++) store_bits(dst, i, f8_e4m3fn_to_f32_bits(src[i]));
}

AVX2 static void f8_e5m2_to_f32(float *dst, const uint8_t *src, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m128i codes = _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)(src + i)));
    _mm256_storeu_ps(dst + i, _mm256_cvtph_ps(_mm_slli_epi16(codes, 8)));
  }
  for (; i < n; i++) store_bits(dst, i, f8_e5m2_to_f32_bits(src[i]));
}

AVX2 static void f8_e4m3fnuz_to_f32(float *dst, const uint8_t *src, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m128i codes = _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)(src + i)));
    __m128i is_nan = _mm_cmpeq_epi16(codes, _mm_set1_epi16(0x80));
    __m256 values = f8_e4m3_times(codes, 0x1p7f);
    _mm256_storeu_ps(dst + i, blend_bits(values, 0x7F800001, _mm256_cvtepi16_epi32(is_nan)));
  }
  for (; i < n; i++) store_bits(dst, i, f8_e4m3fnuz_to_f32_bits(src[i]));
}

AVX2 static void f8_e5m2fnuz_to_f32(float *dst, const uint8_t *src, size_t n) {
  const __m256i nan_code = _mm256_set1_epi32(0x80);
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256i codes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(src + i)));
    __m256i sign = _mm256_slli_epi32(_mm256_and_si256(codes, nan_code), 24);
    __m256i magnitude = _mm256_and_si256(codes, _mm256_set1_epi32(0x7F));
    __m256i normal =
        _mm256_add_epi32(_mm256_slli_epi32(magnitude, 21), _mm256_set1_epi32(111 << 23));
    __m256 small = _mm256_mul_ps(_mm256_cvtepi32_ps(magnitude), _mm256_set1_ps(0x1p-17f));
    __m256i is_small = _mm256_cmpgt_epi32(_mm256_set1_epi32(4), magnitude);
    __m256i bits = _mm256_blendv_epi8(normal, _mm256_castps_si256(small), is_small);
    __m256 values = _mm256_castsi256_ps(_mm256_or_si256(bits, sign));
    __m256i is_nan = _mm256_cmpeq_epi32(codes, nan_code);
    _mm256_storeu_ps(dst + i, blend_bits(values, 0x7F800001, is_nan));
  }
  for (; i < n; i++) store_bits(dst, i, f8_e5m2fnuz_to_f32_bits(src[i]));
}

AVX2 static void f8_e8m0_to_f32(float *dst, const uint8_t *src, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256i codes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(src + i)));
    __m256 values = _mm256_castsi256_ps(_mm256_slli_epi32(codes, 23));
    __m256i is_least = _mm256_cmpeq_epi32(codes, _mm256_setzero_si256());
    __m256i is_nan = _mm256_cmpeq_epi32(codes, _mm256_set1_epi32(0xFF));
    values = blend_bits(values, 0x00400000, is_least);
    _mm256_storeu_ps(dst + i, blend_bits(values, 0x7F800001, is_nan));
  }
  for (; i < n; i++) store_bits(dst, i, f8_e8m0_to_f32_bits(src[i]));
}

AVX2 static void f32_to_f16(uint16_t *dst, const void *src, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256 values = _mm256_castsi256_ps(load_256((const uint8_t *)src + 4 * i));
    _mm_storeu_si128((__m128i *)(dst + i), _mm256_cvtps_ph(values, _MM_FROUND_TO_NEAREST_INT));
  }
  for (; i < n; i++) dst[i] = f32_to_f16_bits(load_u32(src, i));
}

AVX2 static inline __m256i f32_to_bf16_in_32(__m256i bits) {
  const __m256i infinity = _mm256_set1_epi32(0x7F800000);
  __m256i magnitude = _mm256_and_si256(bits, _mm256_set1_epi32(0x7FFFFFFF));
  __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  __m256i rounding = _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFF));
  __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(bits, rounding), 16);
  __m256i is_nan = _mm256_cmpgt_epi32(magnitude, infinity);
  return _mm256_blendv_epi8(rounded, _mm256_set1_epi32(0x7FC0), is_nan);
}

AVX2 static void f32_to_bf16(uint16_t *dst, const void *src, size_t n) {
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const uint8_t *from = (const uint8_t *)src + 4 * i;
    __m256i low = f32_to_bf16_in_32(load_256(from));
    __m256i high = f32_to_bf16_in_32(load_256(from + 32));
    // Packing works in 128-bit lanes: put the four quarters back in order.
    __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(low, high), 0xD8);
    _mm256_storeu_si256((__m256i *)(dst + i), packed);
  }
  for (; i < n; i++) dst[i] = f32_to_bf16_bits(load_u32(src, i));
}

AVX2 static void f64_to_f32(float *dst, const void *src, size_t n) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    __m256d values = _mm256_castsi256_pd(load_256((const uint8_t *)src + 8 * i));
    _mm_storeu_ps(dst + i, _mm256_cvtpd_ps(values));
  }
  for (; i < n; i++) dst[i] = (float)load_f64(src, i);
}

AVX2 static void scale_i8(float *dst, const int8_t *codes, float scale, size_t n) {
  const __m256 scales = _mm256_set1_ps(scale);
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256i wide = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(codes + i)));
    _mm256_storeu_ps(dst + i, _mm256_mul_ps(_mm256_cvtepi32_ps(wide), scales));
  }
  for (; i < n; i++) dst[i] = (float)codes[i] * scale;
}

AVX2 static void fma_row(float *acc, float a, const float *b, size_t n) {
  const __m256 factor = _mm256_set1_ps(a);
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256 sum = _mm256_fmadd_ps(factor, _mm256_loadu_ps(b + i), _mm256_loadu_ps(acc + i));
    _mm256_storeu_ps(acc + i, sum);
  }
  for (; i < n; i++) acc[i] = fmaf(a, b[i], acc[i]);
}

AVX2 static void add_f32(float *dst, const float *a, const float *b, size_t n) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm256_storeu_ps(dst + i, _mm256_add_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i)));
  }
  for (; i < n; i++) dst[i] = a[i] + b[i];
}

AVX2 static void unshuffle2(uint8_t *dst, const uint8_t *even, const uint8_t *odd, size_t n) {
  size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    __m256i e = load_256(even + i / 2), o = load_256(odd + i / 2);
    __m256i low = _mm256_unpacklo_epi8(e, o), high = _mm256_unpackhi_epi8(e, o);
    __m256i first = _mm256_permute2x128_si256(low, high, 0x20);
    __m256i second = _mm256_permute2x128_si256(low, high, 0x31);
    _mm256_storeu_si256((__m256i *)(dst + i), first);
    _mm256_storeu_si256((__m256i *)(dst + i + 32), second);
  }
  for (; i < n; i++) dst[i] = i % 2 == 0 ? even[i / 2] : odd[i / 2];
}

AVX2 static inline __m256i reversal(size_t width) {
  uint8_t order[32];
  for (size_t i = 0; i < 32; i++) {
    size_t start = i % 16 / width * width;
    order[i] = (uint8_t)(start + width - 1 - i % width);
  }
  return load_256(order);
}

AVX2 static void swap_bytes(void *dst, const void *src, size_t width, size_t count) {
  const uint8_t *from = src;
  uint8_t *to = dst;
  size_t i = 0, n = width * count;
  if (width == 2 || width == 4 || width == 8) {
    const __m256i order = reversal(width);
    for (; i + 32 <= n; i += 32) {
      __m256i swapped = _mm256_shuffle_epi8(load_256(from + i), order);
      _mm256_storeu_si256((__m256i *)(to + i), swapped);
    }
  }
  for (; i < n; i += width) reverse_bytes(to + i, from + i, width);
}

AVX2 static inline size_t set_bytes(__m256i mask) {
  return (size_t)__builtin_popcount((unsigned)_mm256_movemask_epi8(mask));
}

AVX2 static void count_nonfinite_u16(const void *src, size_t n, size_t *nan, size_t *inf,
                                     uint16_t infinity) {
  const __m256i infinities = _mm256_set1_epi16((short)infinity);
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    __m256i values = load_256((const uint8_t *)src + 2 * i);
    __m256i magnitude = _mm256_and_si256(values, _mm256_set1_epi16(0x7FFF));
    *nan += set_bytes(_mm256_cmpgt_epi16(magnitude, infinities)) / 2;
    *inf += set_bytes(_mm256_cmpeq_epi16(magnitude, infinities)) / 2;
  }
  for (; i < n; i++) {
    uint16_t magnitude = load_u16(src, i) & 0x7FFF;
    *nan += magnitude > infinity;
    *inf += magnitude == infinity;
  }
}

AVX2 static void count_nonfinite_f16(const void *src, size_t n, size_t *nan, size_t *inf) {
  count_nonfinite_u16(src, n, nan, inf, 0x7C00);
}

AVX2 static void count_nonfinite_bf16(const void *src, size_t n, size_t *nan, size_t *inf) {
  count_nonfinite_u16(src, n, nan, inf, 0x7F80);
}

AVX2 static void count_nonfinite_f32(const void *src, size_t n, size_t *nan, size_t *inf) {
  const __m256i infinities = _mm256_set1_epi32(0x7F800000);
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256i values = load_256((const uint8_t *)src + 4 * i);
    __m256i magnitude = _mm256_and_si256(values, _mm256_set1_epi32(0x7FFFFFFF));
    *nan += set_bytes(_mm256_cmpgt_epi32(magnitude, infinities)) / 4;
    *inf += set_bytes(_mm256_cmpeq_epi32(magnitude, infinities)) / 4;
  }
  for (; i < n; i++) {
    uint32_t magnitude = load_u32(src, i) & 0x7FFFFFFF;
    *nan += magnitude > 0x7F800000;
    *inf += magnitude == 0x7F800000;
  }
}

AVX2 static void count_nonfinite_f64(const void *src, size_t n, size_t *nan, size_t *inf) {
  const __m256i infinities = _mm256_set1_epi64x(0x7FF0000000000000);
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    __m256i values = load_256((const uint8_t *)src + 8 * i);
    __m256i magnitude = _mm256_and_si256(values, _mm256_set1_epi64x(0x7FFFFFFFFFFFFFFF));
    *nan += set_bytes(_mm256_cmpgt_epi64(magnitude, infinities)) / 8;
    *inf += set_bytes(_mm256_cmpeq_epi64(magnitude, infinities)) / 8;
  }
  for (; i < n; i++) {
    uint64_t magnitude = load_u64(src, i) & 0x7FFFFFFFFFFFFFFF;
    *nan += magnitude > 0x7FF0000000000000;
    *inf += magnitude == 0x7FF0000000000000;
  }
}

// What the statistics keep in registers while they run over whole groups of eight.
struct running {
  __m256 minimum, maximum, absolute_maximum;
  __m256d sum[2], square[2];
};

AVX2 static inline void add_group(struct birdie_stats *stats, struct running *running, __m256 x) {
  const __m256 infinity = _mm256_set1_ps(INFINITY);
  __m256 absolute = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
  __m256 is_finite = _mm256_cmp_ps(absolute, infinity, _CMP_LT_OQ);
  __m256 is_infinite = _mm256_cmp_ps(absolute, infinity, _CMP_EQ_OQ);
  __m256 is_nan = _mm256_cmp_ps(x, x, _CMP_UNORD_Q);
  __m256 is_zero = _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_EQ_OQ);
  stats->count += 8;
  stats->nan_count += set_bytes(_mm256_castps_si256(is_nan)) / 4;
  stats->inf_count += set_bytes(_mm256_castps_si256(is_infinite)) / 4;
  stats->zero_count += set_bytes(_mm256_castps_si256(is_zero)) / 4;
  // These give their second operand where the first is NaN.
  running->minimum = _mm256_min_ps(x, running->minimum);
  running->maximum = _mm256_max_ps(x, running->maximum);
  running->absolute_maximum = _mm256_max_ps(absolute, running->absolute_maximum);
  // Adding +0 to a sum that began at +0 changes no bit: leaving out is adding zero.
  __m256 finite = _mm256_and_ps(x, is_finite);
  __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(finite));
  __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(finite, 1));
  running->sum[0] = _mm256_add_pd(running->sum[0], low);
  running->sum[1] = _mm256_add_pd(running->sum[1], high);
  running->square[0] = _mm256_add_pd(running->square[0], _mm256_mul_pd(low, low));
  running->square[1] = _mm256_add_pd(running->square[1], _mm256_mul_pd(high, high));
}

AVX2 static inline void take_extremes(struct birdie_stats *stats, const struct running *running) {
  float minimum[8], maximum[8], absolute_maximum[8];
  _mm256_storeu_ps(minimum, running->minimum);
  _mm256_storeu_ps(maximum, running->maximum);
  _mm256_storeu_ps(absolute_maximum, running->absolute_maximum);
  for (size_t i = 0; i < 8; i++) {
    if (minimum[i] < stats->minimum) stats->minimum = minimum[i] + 0.0f;
    if (maximum[i] > stats->maximum) stats->maximum = maximum[i] + 0.0f;
    if (absolute_maximum[i] > stats->absolute_maximum) {
      stats->absolute_maximum = absolute_maximum[i];
    }
  }
}

AVX2 static void stats_f32(const void *src, size_t n, struct birdie_stats *stats) {
  size_t i = 0;
  for (; i < n && stats->count % 8 != 0; i++) add_to_stats(stats, load_f32(src, i));
  struct running running = {
      .minimum = _mm256_set1_ps(INFINITY),
      .maximum = _mm256_set1_ps(-INFINITY),
      .absolute_maximum = _mm256_setzero_ps(),
      .sum = {_mm256_loadu_pd(stats->sum_lanes), _mm256_loadu_pd(stats->sum_lanes + 4)},
      .square = {_mm256_loadu_pd(stats->square_lanes), _mm256_loadu_pd(stats->square_lanes + 4)},
  };
  for (; i + 8 <= n; i += 8) {
    __m256i bits = load_256((const uint8_t *)src + 4 * i);
    add_group(stats, &running, _mm256_castsi256_ps(bits));
  }
  take_extremes(stats, &running);
  _mm256_storeu_pd(stats->sum_lanes, running.sum[0]);
  _mm256_storeu_pd(stats->sum_lanes + 4, running.sum[1]);
  _mm256_storeu_pd(stats->square_lanes, running.square[0]);
  _mm256_storeu_pd(stats->square_lanes + 4, running.square[1]);
  for (; i < n; i++) add_to_stats(stats, load_f32(src, i));
}

int birdie_install_avx2(struct birdie_kernel_table *table) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
  if (!__builtin_cpu_supports("f16c") || !__builtin_cpu_supports("popcnt")) return 0;
  table->name = "avx2";
  table->f16_to_f32 = f16_to_f32;
  table->bf16_to_f32 = bf16_to_f32;
  table->f8_e4m3fn_to_f32 = f8_e4m3fn_to_f32;
  table->f8_e5m2_to_f32 = f8_e5m2_to_f32;
  table->f8_e4m3fnuz_to_f32 = f8_e4m3fnuz_to_f32;
  table->f8_e5m2fnuz_to_f32 = f8_e5m2fnuz_to_f32;
  table->f8_e8m0_to_f32 = f8_e8m0_to_f32;
  table->f32_to_f16 = f32_to_f16;
  table->f32_to_bf16 = f32_to_bf16;
  table->f64_to_f32 = f64_to_f32;
  table->scale_i8 = scale_i8;
  table->fma_row = fma_row;
  table->add_f32 = add_f32;
  table->unshuffle2 = unshuffle2;
  table->swap_bytes = swap_bytes;
  table->count_nonfinite_f16 = count_nonfinite_f16;
  table->count_nonfinite_bf16 = count_nonfinite_bf16;
  table->count_nonfinite_f32 = count_nonfinite_f32;
  table->count_nonfinite_f64 = count_nonfinite_f64;
  table->stats_f32 = stats_f32;
  return 1;
}
#endif
