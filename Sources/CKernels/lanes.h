// Sixteen lanes of float32, in as many registers as an instruction set takes for them.
#ifndef BIRDIE_LANES_H
#define BIRDIE_LANES_H

#include "kernels.h"

// Lanes never cross a call that is not inlined, so it does not matter how calls would pass them.
#pragma clang diagnostic ignored "-Wpsabi"

#define LANES 16
#define INLINE static inline __attribute__((always_inline))

typedef float floats __attribute__((vector_size(64), aligned(4)));
typedef int32_t ints __attribute__((vector_size(64), aligned(4)));

INLINE floats load(const float *from) {
  floats lanes;
  memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

INLINE void store(float *to, floats lanes) { memcpy(to, &lanes, sizeof lanes); }

#endif
