// The search along a trellis for any CPU.
#include <stdint.h>

typedef float lanes_of_eight __attribute__((vector_size(32), aligned(4)));
typedef int32_t places_of_eight __attribute__((vector_size(32), aligned(4)));

static inline int mask(places_of_eight v) {
  int bits = 0;
  for (int lane = 0; lane < 8; lane++) bits |= v[lane] & 1 << lane;
  return bits;
}

#pragma clang diagnostic ignored "-Wpsabi"
static inline __attribute__((always_inline)) lanes_of_eight permute(lanes_of_eight v,
                                                                    places_of_eight places) {
  lanes_of_eight moved;
  for (int lane = 0; lane < 8; lane++) moved[lane] = v[places[lane]];
  return moved;
}

#define INSTALL birdie_install_trellis_portable
#define MASK(v) mask(v)
#define PERMUTE(v, places) permute(v, places)
#include "trellis.h"
