// The arithmetic of tensors with AVX2; without its fused operations, which round otherwise.
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define INSTALL birdie_install_numeric_avx2
#include "numeric.h"
#pragma clang attribute pop
#endif
