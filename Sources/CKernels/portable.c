// The definition: every other instruction set gives these bytes.
#include <math.h>

#include "kernels.h"

static void f16_to_f32(float *dst, const void *src, size_t n) {
  for (size_t i = 0; i < n; i++) store_bits(dst, i, f16_to_f32_bits(load_u16(src, i)));
}

static void bf16_to_f32(float *dst, const void *src, size_t n) {
  for (size_t i = 0; i < n; i++) store_bits(dst, i, (uint32_t)load_u16(src, i) << 16);
}

static void f8_e4m3fn_to_f32(float *dst, const uint8_t *src, size_t n) {
  for (size_t i = 0; i < n; i++) store_bits(dst, i, f8_e4m3fn_to_f32_bits(src[i]));
}

static void f8_e5m2_to_f32(float *dst, const uint8_t *src, size_t n) {
  for (size_t i = 0; i < n; i++) store_bits(dst, i, f8_e5m2_to_f32_bits(src[i]));
}

static void f8_e4m3fnuz_to_f32(float *dst, const uint8_t *src, size_t n) {
  for (size_t i = 0; i < n; i++) store_bits(dst, i, f8_e4m3fnuz_to_f32_bits(src[i]));
}

static void f8_e5m2fnuz_to_f32(float *dst, const uint8_t *src, size_t n) {
  for (size_t i = 0; i < n; i++) store_bits(dst, i, f8_e5m2fnuz_to_f32_bits(src[i]));
}

static void f8_e8m0_to_f32(float *dst, const uint8_t *src, size_t n) {
  for (size_t i = 0; i < n; i++) store_bits(dst, i, f8_e8m0_to_f32_bits(src[i]));
}

static void f32_to_f16(uint16_t *dst, const void *src, size_t n) {
  for (size_t i = 0; i < n; i++) dst[i] = f32_to_f16_bits(load_u32(src, i));
}

static void f32_to_bf16(uint16_t *dst, const void *src, size_t n) {
  for (size_t i = 0; i < n; i++) dst[i] = f32_to_bf16_bits(load_u32(src, i));
}

static void f32_to_f8_e4m3fn(uint8_t *dst, const void *src, size_t n) {
  for (size_t i = 0; i < n; i++) dst[i] = f32_to_f8_e4m3fn_bits(load_u32(src, i));
}

static void f32_to_f8_e5m2(uint8_t *dst, const void *src, size_t n) {
  for (size_t i = 0; i < n; i++) dst[i] = f32_to_f8_e5m2_bits(load_u32(src, i));
}

static void f64_to_f32(float *dst, const void *src, size_t n) {
  for (size_t i = 0; i < n; i++) dst[i] = (float)load_f64(src, i);
}

static void scale_i8(float *dst, const int8_t *codes, float scale, size_t n) {
  for (size_t i = 0; i < n; i++) dst[i] = (float)codes[i] * scale;
}

static void fma_row(float *acc, float a, const float *b, size_t n) {
  for (size_t i = 0; i < n; i++) acc[i] = fmaf(a, b[i], acc[i]);
}

static void add_f32(float *dst, const float *a, const float *b, size_t n) {
  for (size_t i = 0; i < n; i++) dst[i] = a[i] + b[i];
}

static void unshuffle2(uint8_t *dst, const uint8_t *even, const uint8_t *odd, size_t n) {
  for (size_t i = 0; i < n; i++) dst[i] = i % 2 == 0 ? even[i / 2] : odd[i / 2];
}

static void swap_bytes(void *dst, const void *src, size_t width, size_t count) {
  for (size_t i = 0; i < count; i++) {
    reverse_bytes((uint8_t *)dst + i * width, (const uint8_t *)src + i * width, width);
  }
}

// A constant size makes each copy one load and one store.
#define GATHER(size)                                                        \
  for (size_t i = 0; i < count; i++) {                                      \
    memcpy(to + i * (size), from + (ptrdiff_t)i * stride_bytes, (size));    \
  }                                                                         \
  break

static void gather(void *dst, const void *src, size_t element_size, size_t count,
                   ptrdiff_t stride_bytes) {
  const uint8_t *from = src;
  uint8_t *to = dst;
  switch (element_size) {
    case 1: GATHER(1);
    case 2: GATHER(2);
    case 4: GATHER(4);
    case 8: GATHER(8);
    case 16: GATHER(16);
    default: GATHER(element_size);
  }
}

#undef GATHER

static void count_nonfinite_u16(const void *src, size_t n, size_t *nan, size_t *inf,
                                uint16_t infinity) {
  for (size_t i = 0; i < n; i++) {
    uint16_t magnitude = load_u16(src, i) & 0x7FFF;
    *nan += magnitude > infinity;
    *inf += magnitude == infinity;
  }
}

static void count_nonfinite_f16(const void *src, size_t n, size_t *nan, size_t *inf) {
  count_nonfinite_u16(src, n, nan, inf, 0x7C00);
}

static void count_nonfinite_bf16(const void *src, size_t n, size_t *nan, size_t *inf) {
  count_nonfinite_u16(src, n, nan, inf, 0x7F80);
}

static void count_nonfinite_f32(const void *src, size_t n, size_t *nan, size_t *inf) {
  for (size_t i = 0; i < n; i++) {
    uint32_t magnitude = load_u32(src, i) & 0x7FFFFFFF;
    *nan += magnitude > 0x7F800000;
    *inf += magnitude == 0x7F800000;
  }
}

static void count_nonfinite_f64(const void *src, size_t n, size_t *nan, size_t *inf) {
  for (size_t i = 0; i < n; i++) {
    uint64_t magnitude = load_u64(src, i) & 0x7FFFFFFFFFFFFFFF;
    *nan += magnitude > 0x7FF0000000000000;
    *inf += magnitude == 0x7FF0000000000000;
  }
}

static void stats_f32(const void *src, size_t n, struct birdie_stats *stats) {
  for (size_t i = 0; i < n; i++) add_to_stats(stats, load_f32(src, i));
}

const uint32_t birdie_sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate_right(uint32_t value, int bits) {
  return value >> bits | value << (32 - bits);
}

static void sha256_schedule(uint32_t w[64], const uint8_t *block) {
  for (size_t i = 0; i < 16; i++) {
    const uint8_t *b = block + 4 * i;
    w[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
  }
  for (size_t i = 16; i < 64; i++) {
    uint32_t x = w[i - 15], y = w[i - 2];
    uint32_t s0 = rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3;
    uint32_t s1 = rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
}

// FIPS 180-4, 6.2.2, with its names.
static void sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t block_count) {
  uint32_t w[64];
  for (; block_count > 0; block_count--, blocks += 64) {
    sha256_schedule(w, blocks);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (size_t i = 0; i < 64; i++) {
      uint32_t s1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
      uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + birdie_sha256_constants[i] + w[i];
      uint32_t s0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
      uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1;
      d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
}

void birdie_install_portable(struct birdie_kernel_table *table) {
  *table = (struct birdie_kernel_table){
      .name = "portable",
      .f16_to_f32 = f16_to_f32,
      .bf16_to_f32 = bf16_to_f32,
      .f8_e4m3fn_to_f32 = f8_e4m3fn_to_f32,
      .f8_e5m2_to_f32 = f8_e5m2_to_f32,
      .f8_e4m3fnuz_to_f32 = f8_e4m3fnuz_to_f32,
      .f8_e5m2fnuz_to_f32 = f8_e5m2fnuz_to_f32,
      .f8_e8m0_to_f32 = f8_e8m0_to_f32,
      .f32_to_f16 = f32_to_f16,
      .f32_to_bf16 = f32_to_bf16,
      .f32_to_f8_e4m3fn = f32_to_f8_e4m3fn,
      .f32_to_f8_e5m2 = f32_to_f8_e5m2,
      .f64_to_f32 = f64_to_f32,
      .scale_i8 = scale_i8,
      .fma_row = fma_row,
      .add_f32 = add_f32,
      .unshuffle2 = unshuffle2,
      .swap_bytes = swap_bytes,
      .gather = gather,
      .count_nonfinite_f16 = count_nonfinite_f16,
      .count_nonfinite_bf16 = count_nonfinite_bf16,
      .count_nonfinite_f32 = count_nonfinite_f32,
      .count_nonfinite_f64 = count_nonfinite_f64,
      .stats_f32 = stats_f32,
      .sha256_blocks = sha256_blocks,
      .crc32 = birdie_crc32_by_table,
  };
}
