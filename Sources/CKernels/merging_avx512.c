// The arithmetic of merging models with AVX-512.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#define INSTALL birdie_install_merging_avx512
#include "merging.h"
#pragma clang attribute pop
#endif
