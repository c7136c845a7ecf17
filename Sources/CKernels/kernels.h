// What the files of this target share: the definition of one element, and how tables are filled.
#ifndef BIRDIE_KERNELS_H
#define BIRDIE_KERNELS_H

#include <stddef.h>
#include <string.h>

#include "ckernels.h"

// A multiplication and an addition that the source keeps apart must round twice on every CPU.
#pragma STDC FP_CONTRACT OFF

// The bits of a float32 below its sign, which have the order of absolute values.
static inline uint32_t magnitude_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits & 0x7FFFFFFF;
}

// Each overwrites the entries it has a faster function for, and returns 0 where the CPU lacks the
// instructions, leaving the table as it was.
void birdie_install_portable(struct birdie_kernel_table *table);
int birdie_install_sha_ni(struct birdie_kernel_table *table);
int birdie_install_pclmul(struct birdie_kernel_table *table);
int birdie_install_avx2(struct birdie_kernel_table *table);
int birdie_install_avx512(struct birdie_kernel_table *table);

// Entropy coding.
void birdie_install_rans_portable(struct birdie_kernel_table *table);
void birdie_install_rans_avx2(struct birdie_kernel_table *table);
void birdie_install_rans_avx512(struct birdie_kernel_table *table);

// The arithmetic of tensors, compiled for the instruction set of the same name.
void birdie_install_numeric_portable(struct birdie_kernel_table *table);
void birdie_install_numeric_avx2(struct birdie_kernel_table *table);
void birdie_install_numeric_avx512(struct birdie_kernel_table *table);

// The arithmetic of merging models, likewise.
void birdie_install_merging_portable(struct birdie_kernel_table *table);
void birdie_install_merging_avx2(struct birdie_kernel_table *table);
void birdie_install_merging_avx512(struct birdie_kernel_table *table);

// BLAKE3.
void birdie_install_blake3_portable(struct birdie_kernel_table *table);
void birdie_install_blake3_avx2(struct birdie_kernel_table *table);
void birdie_install_blake3_avx512(struct birdie_kernel_table *table);

// The search along a trellis.
void birdie_install_trellis_portable(struct birdie_kernel_table *table);
void birdie_install_trellis_avx2(struct birdie_kernel_table *table);

// birdie_crc32 for any CPU, and for ends too short for anything faster.
uint32_t birdie_crc32_by_table(uint32_t crc, const void *bytes, size_t n);

// rans_decode for any number of lanes, and for ends too short for anything faster.
size_t birdie_rans_decode_portable(uint16_t *symbols, size_t count, const uint16_t *classes,
                                   uint32_t *states, size_t lanes, const void *words,
                                   size_t word_count, const struct birdie_rans_tables *tables);

// rans_encode for any number of lanes, and for the last symbols.
size_t birdie_rans_encode_portable(uint16_t *end, const uint16_t *symbols, size_t count,
                                   const uint16_t *classes, uint32_t *states, size_t lanes,
                                   const struct birdie_rans_symbol *entries,
                                   uint32_t symbol_count, uint32_t precision);

#if defined(__x86_64__)
// The same with vectors, for eight lanes and more.
size_t birdie_rans_encode_avx2(uint16_t *end, const uint16_t *symbols, size_t count,
                               const uint16_t *classes, uint32_t *states, size_t lanes,
                               const struct birdie_rans_symbol *entries, uint32_t symbol_count,
                               uint32_t precision);
size_t birdie_rans_encode_avx512(uint16_t *end, const uint16_t *symbols, size_t count,
                                 const uint16_t *classes, uint32_t *states, size_t lanes,
                                 const struct birdie_rans_symbol *entries, uint32_t symbol_count,
                                 uint32_t precision);
size_t birdie_rans_decode_avx2(uint16_t *symbols, size_t count, const uint16_t *classes,
                               uint32_t *states, size_t lanes, const void *words,
                               size_t word_count, const struct birdie_rans_tables *tables);
size_t birdie_rans_decode_avx512(uint16_t *symbols, size_t count, const uint16_t *classes,
                                 uint32_t *states, size_t lanes, const void *words,
                                 size_t word_count, const struct birdie_rans_tables *tables);
#endif

// FIPS 180-4, 4.2.2.
extern const uint32_t birdie_sha256_constants[64];

static inline uint16_t load_u16(const void *src, size_t i) {
  uint16_t value;
  memcpy(&value, (const uint8_t *)src + i * sizeof value, sizeof value);
  return value;
}

static inline uint32_t load_u32(const void *src, size_t i) {
  uint32_t value;
  memcpy(&value, (const uint8_t *)src + i * sizeof value, sizeof value);
  return value;
}

static inline uint64_t load_u64(const void *src, size_t i) {
  uint64_t value;
  memcpy(&value, (const uint8_t *)src + i * sizeof value, sizeof value);
  return value;
}

static inline float load_f32(const void *src, size_t i) {
  float value;
  memcpy(&value, (const uint8_t *)src + i * sizeof value, sizeof value);
  return value;
}

static inline double load_f64(const void *src, size_t i) {
  double value;
  memcpy(&value, (const uint8_t *)src + i * sizeof value, sizeof value);
  return value;
}

// Through memory, not through a float: some ABIs would quieten a signalling NaN on the way.
static inline void store_bits(float *dst, size_t i, uint32_t bits) {
  memcpy(dst + i, &bits, sizeof bits);
}

// The bits of the float32 equal to a narrow float's magnitude, which is not an infinity or NaN.
// `mantissa_bits` are stored below the exponent, which is biased by `bias`.
static inline uint32_t widen_magnitude(uint32_t magnitude, int mantissa_bits, int bias) {
  uint32_t exponent = magnitude >> mantissa_bits;
  uint32_t mantissa = magnitude & ((1u << mantissa_bits) - 1);
  if (exponent == 0) {
    if (mantissa == 0) return 0;
    exponent = 1;
    while (!(mantissa >> mantissa_bits)) {
      mantissa <<= 1;
      exponent -= 1;  // wraps below 0, and the bias brings it back
    }
    mantissa &= (1u << mantissa_bits) - 1;
  }
  return (exponent + (uint32_t)(127 - bias)) << 23 | mantissa << (23 - mantissa_bits);
}

static inline uint32_t f16_to_f32_bits(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, magnitude = half & 0x7FFF;
  if (magnitude > 0x7C00) return sign | 0x7FC00000 | magnitude << 13;
  if (magnitude == 0x7C00) return sign | 0x7F800000;
  return sign | widen_magnitude(magnitude, 10, 15);
}

static inline uint32_t f8_e4m3fn_to_f32_bits(uint8_t code) {
  uint32_t sign = (uint32_t)(code & 0x80) << 24, magnitude = code & 0x7F;
  return sign | (magnitude == 0x7F ? 0x7FF00000 : widen_magnitude(magnitude, 3, 7));
}

static inline uint32_t f8_e5m2_to_f32_bits(uint8_t code) {
  return f16_to_f32_bits((uint16_t)(code << 8));
}

static inline uint32_t f8_e4m3fnuz_to_f32_bits(uint8_t code) {
  if (code == 0x80) return 0x7F800001;
  return (uint32_t)(code & 0x80) << 24 | widen_magnitude(code & 0x7F, 3, 8);
}

static inline uint32_t f8_e5m2fnuz_to_f32_bits(uint8_t code) {
  if (code == 0x80) return 0x7F800001;
  return (uint32_t)(code & 0x80) << 24 | widen_magnitude(code & 0x7F, 2, 16);
}

static inline uint32_t f8_e8m0_to_f32_bits(uint8_t code) {
  if (code == 0xFF) return 0x7F800001;
  return code == 0 ? 0x00400000 : (uint32_t)code << 23;
}

static inline uint16_t f32_to_f16_bits(uint32_t bits) {
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  uint32_t magnitude = bits & 0x7FFFFFFF;
  if (magnitude > 0x7F800000) return (uint16_t)(sign | 0x7E00 | (magnitude >> 13 & 0x3FF));
  if (magnitude >= 0x477FF000) return sign | 0x7C00;  // 65520, halfway to 2^16
  if (magnitude < 0x33000000) return sign;            // below 2^-25, half the least subnormal
  uint32_t exponent = magnitude >> 23;
  if (exponent >= 113) {  // a normal half: rebias, drop 13 bits
    uint32_t odd = magnitude >> 13 & 1;
    return (uint16_t)(sign | ((magnitude - (112u << 23) + 0xFFF + odd) >> 13));
  }
  uint32_t mantissa = (magnitude & 0x7FFFFF) | 0x800000, shift = 126 - exponent;
  uint32_t odd = mantissa >> shift & 1;
  return (uint16_t)(sign | ((mantissa + (1u << (shift - 1)) - 1 + odd) >> shift));
}

static inline uint16_t f32_to_bf16_bits(uint32_t bits) {
  if ((bits & 0x7FFFFFFF) > 0x7F800000) return 0x7FC0;
  return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

// The magnitude of the narrow float nearest to a float32's, ties to even, for formats whose least
// subnormal is above float32's. What is too large comes out beyond the largest finite one.
static inline uint32_t narrow_magnitude(uint32_t magnitude, int mantissa_bits, int bias) {
  uint32_t exponent = magnitude >> 23, shift = (uint32_t)(23 - mantissa_bits);
  uint32_t least = (uint32_t)(128 - bias);  // float32's exponent of the least normal narrow float
  if (exponent >= least) {
    uint32_t odd = magnitude >> shift & 1;
    return (magnitude - ((least - 1) << 23) + (1u << (shift - 1)) - 1 + odd) >> shift;
  }
  shift += least - exponent;
  if (shift > 24) return 0;  // below half the least subnormal
  uint32_t mantissa = (magnitude & 0x7FFFFF) | 0x800000, odd = mantissa >> shift & 1;
  return (mantissa + (1u << (shift - 1)) - 1 + odd) >> shift;
}

static inline uint8_t f32_to_f8_e4m3fn_bits(uint32_t bits) {
  uint8_t sign = (uint8_t)(bits >> 24 & 0x80);
  uint32_t magnitude = bits & 0x7FFFFFFF;
  if (magnitude > 0x7F800000) return sign | 0x7F;
  if (magnitude > 0x43E00000) return sign | 0x7E;  // 448, the largest
  return (uint8_t)(sign | narrow_magnitude(magnitude, 3, 7));
}

static inline uint8_t f32_to_f8_e5m2_bits(uint32_t bits) {
  uint8_t sign = (uint8_t)(bits >> 24 & 0x80);
  uint32_t magnitude = bits & 0x7FFFFFFF;
  if (magnitude > 0x7F800000) return sign | 0x7F;
  if (magnitude >= 0x47700000) return sign | 0x7C;  // 61440, halfway to 2^16
  return (uint8_t)(sign | narrow_magnitude(magnitude, 2, 15));
}

static inline void reverse_bytes(uint8_t *dst, const uint8_t *src, size_t width) {
  for (size_t i = 0; i < width; i++) dst[i] = src[width - 1 - i];
}

static inline void add_to_stats(struct birdie_stats *stats, float value) {
  size_t lane = stats->count++ % 8;
  uint32_t magnitude = load_u32(&value, 0) & 0x7FFFFFFF;
  if (magnitude > 0x7F800000) {
    stats->nan_count += 1;
    return;
  }
  float absolute = load_f32(&magnitude, 0);
  if (value < stats->minimum) stats->minimum = value + 0.0f;  // -0 + 0 = +0
  if (value > stats->maximum) stats->maximum = value + 0.0f;
  if (absolute > stats->absolute_maximum) stats->absolute_maximum = absolute;
  if (magnitude == 0x7F800000) {
    stats->inf_count += 1;
    return;
  }
  if (magnitude == 0) stats->zero_count += 1;
  stats->sum_lanes[lane] += (double)value;
  stats->square_lanes[lane] += (double)value * (double)value;
}

#endif
