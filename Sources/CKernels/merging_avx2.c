// The arithmetic of merging models with AVX2; fused operations only where they are asked for.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define INSTALL birdie_install_merging_avx2
#include "merging.h"
#pragma clang attribute pop
#endif
