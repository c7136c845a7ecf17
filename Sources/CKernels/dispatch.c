// One choice of instruction set per process, and the functions that go through it.
#include <pthread.h>
#include <stdlib.h>

#include "kernels.h"

static struct birdie_kernel_table tables[3];
static size_t table_count;
static const struct birdie_kernel_table *chosen;
static pthread_once_t choice = PTHREAD_ONCE_INIT;

// Each table is the one before it with what its instruction set does faster.
static void fill_tables(void) {
  birdie_install_portable(&tables[table_count++]);
  birdie_install_numeric_portable(&tables[0]);
  birdie_install_rans_portable(&tables[0]);
  birdie_install_trellis_portable(&tables[0]);
  birdie_install_blake3_portable(&tables[0]);
  birdie_install_merging_portable(&tables[0]);
#if defined(__x86_64__)
  tables[1] = tables[0];
  if (!birdie_install_avx2(&tables[1])) return;
  birdie_install_sha_ni(&tables[1]);
  birdie_install_pclmul(&tables[1]);
  birdie_install_numeric_avx2(&tables[1]);
  birdie_install_rans_avx2(&tables[1]);
  birdie_install_trellis_avx2(&tables[1]);
  birdie_install_blake3_avx2(&tables[1]);
  birdie_install_merging_avx2(&tables[1]);
  table_count++;
  tables[2] = tables[1];
  if (!birdie_install_avx512(&tables[2])) return;
  birdie_install_numeric_avx512(&tables[2]);
  birdie_install_rans_avx512(&tables[2]);
  birdie_install_blake3_avx512(&tables[2]);
  birdie_install_merging_avx512(&tables[2]);
  table_count++;
#endif
}

static void choose(void) {
  fill_tables();
  static const char *const order[] = {"portable", "avx2", "avx512"};
  size_t best = table_count - 1;
  const char *limit = getenv("BIRDIE_ISA");
  for (size_t i = 0; limit && i < best; i++) {
    if (strcmp(limit, order[i]) == 0) best = i;
  }
  chosen = &tables[best];
}

const struct birdie_kernel_table *birdie_kernels(void) {
  pthread_once(&choice, choose);
  return chosen;
}

const struct birdie_kernel_table *birdie_kernels_for(const char *isa) {
  pthread_once(&choice, choose);
  for (size_t i = 0; i < table_count; i++) {
    if (strcmp(isa, tables[i].name) == 0) return &tables[i];
  }
  return NULL;
}

const char *birdie_isa_name(void) { return birdie_kernels()->name; }

void birdie_f16_to_f32(float *dst, const void *src, size_t n) {
  birdie_kernels()->f16_to_f32(dst, src, n);
}

void birdie_bf16_to_f32(float *dst, const void *src, size_t n) {
  birdie_kernels()->bf16_to_f32(dst, src, n);
}

void birdie_f8_e4m3fn_to_f32(float *dst, const uint8_t *src, size_t n) {
  birdie_kernels()->f8_e4m3fn_to_f32(dst, src, n);
}

void birdie_f8_e5m2_to_f32(float *dst, const uint8_t *src, size_t n) {
  birdie_kernels()->f8_e5m2_to_f32(dst, src, n);
}

void birdie_f8_e4m3fnuz_to_f32(float *dst, const uint8_t *src, size_t n) {
  birdie_kernels()->f8_e4m3fnuz_to_f32(dst, src, n);
}

void birdie_f8_e5m2fnuz_to_f32(float *dst, const uint8_t *src, size_t n) {
  birdie_kernels()->f8_e5m2fnuz_to_f32(dst, src, n);
}

void birdie_f8_e8m0_to_f32(float *dst, const uint8_t *src, size_t n) {
  birdie_kernels()->f8_e8m0_to_f32(dst, src, n);
}

void birdie_f32_to_f16(uint16_t *dst, const void *src, size_t n) {
  birdie_kernels()->f32_to_f16(dst, src, n);
}

void birdie_round_bf16(float *x, size_t n) {
  uint16_t narrow[256];
  for (size_t i = 0; i < n; i += 256) {
    size_t count = n - i < 256 ? n - i : 256;
    birdie_kernels()->f32_to_bf16(narrow, x + i, count);
    birdie_kernels()->bf16_to_f32(x + i, narrow, count);
  }
}

void birdie_round_f16(float *x, size_t n) {
  uint16_t narrow[256];
  for (size_t i = 0; i < n; i += 256) {
    size_t count = n - i < 256 ? n - i : 256;
    birdie_kernels()->f32_to_f16(narrow, x + i, count);
    birdie_kernels()->f16_to_f32(x + i, narrow, count);
  }
}

void birdie_f32_to_bf16(uint16_t *dst, const void *src, size_t n) {
  birdie_kernels()->f32_to_bf16(dst, src, n);
}

void birdie_f32_to_f8_e4m3fn(uint8_t *dst, const void *src, size_t n) {
  birdie_kernels()->f32_to_f8_e4m3fn(dst, src, n);
}

void birdie_f32_to_f8_e5m2(uint8_t *dst, const void *src, size_t n) {
  birdie_kernels()->f32_to_f8_e5m2(dst, src, n);
}

void birdie_f64_to_f32(float *dst, const void *src, size_t n) {
  birdie_kernels()->f64_to_f32(dst, src, n);
}

void birdie_scale_i8(float *dst, const int8_t *codes, float scale, size_t n) {
  birdie_kernels()->scale_i8(dst, codes, scale, n);
}

void birdie_fma_row(float *acc, float a, const float *b, size_t n) {
  birdie_kernels()->fma_row(acc, a, b, n);
}

void birdie_add_f32(float *dst, const float *a, const float *b, size_t n) {
  birdie_kernels()->add_f32(dst, a, b, n);
}

void birdie_unshuffle2(uint8_t *dst, const uint8_t *even, const uint8_t *odd, size_t n) {
  birdie_kernels()->unshuffle2(dst, even, odd, n);
}

void birdie_swap_bytes(void *dst, const void *src, size_t width, size_t count) {
  birdie_kernels()->swap_bytes(dst, src, width, count);
}

void birdie_gather(void *dst, const void *src, size_t element_size, size_t count,
                   ptrdiff_t stride_bytes) {
  birdie_kernels()->gather(dst, src, element_size, count, stride_bytes);
}

void birdie_count_nonfinite_f16(const void *src, size_t n, size_t *nan, size_t *inf) {
  birdie_kernels()->count_nonfinite_f16(src, n, nan, inf);
}

void birdie_count_nonfinite_bf16(const void *src, size_t n, size_t *nan, size_t *inf) {
  birdie_kernels()->count_nonfinite_bf16(src, n, nan, inf);
}

void birdie_count_nonfinite_f32(const void *src, size_t n, size_t *nan, size_t *inf) {
  birdie_kernels()->count_nonfinite_f32(src, n, nan, inf);
}

void birdie_count_nonfinite_f64(const void *src, size_t n, size_t *nan, size_t *inf) {
  birdie_kernels()->count_nonfinite_f64(src, n, nan, inf);
}

void birdie_stats_f32(const void *src, size_t n, struct birdie_stats *stats) {
  birdie_kernels()->stats_f32(src, n, stats);
}
