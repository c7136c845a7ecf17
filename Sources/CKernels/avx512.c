// AVX-512F: only what gains from wider registers; the rest stays with AVX2.
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.h"

#define AVX512 __attribute__((target("avx512f")))

AVX512 static void f16_to_f32(float *dst, const void *src, size_t n) {
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const __m256i *halves = (const __m256i *)((const uint8_t *)src + 2 * i);
    _mm512_storeu_ps(dst + i, _mm512_cvtph_ps(_mm256_loadu_si256(halves)));
  }
  for (; i < n; i++) store_bits(dst, i, f16_to_f32_bits(load_u16(src, i)));
}

AVX512 static void bf16_to_f32(float *dst, const void *src, size_t n) {
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const __m256i *halves = (const __m256i *)((const uint8_t *)src + 2 * i);
    __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(halves));
    _mm512_storeu_si512(dst + i, _mm512_slli_epi32(wide, 16));
  }
  for (; i < n; i++) store_bits(dst, i, (uint32_t)load_u16(src, i) << 16);
}

AVX512 static void scale_i8(float *dst, const int8_t *codes, float scale, size_t n) {
  const __m512 scales = _mm512_set1_ps(scale);
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    __m512i wide = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(codes + i)));
    _mm512_storeu_ps(dst + i, _mm512_mul_ps(_mm512_cvtepi32_ps(wide), scales));
  }
  for (; i < n; i++) dst[i] = (float)codes[i] * scale;
}

int birdie_install_avx512(struct birdie_kernel_table *table) {
  if (!__builtin_cpu_supports("avx512f")) return 0;
  table->name = "avx512";
  table->f16_to_f32 = f16_to_f32;
  table->bf16_to_f32 = bf16_to_f32;
  table->scale_i8 = scale_i8;
  return 1;
}
#endif
