// The search along a trellis for any CPU.
#define INSTALL birdie_install_trellis_portable
#define MASK(v)                                                                           \
  ((v[0] & 1) | (v[1] & 2) | (v[2] & 4) | (v[3] & 8) | (v[4] & 16) | (v[5] & 32) | (v[6] & 64) | \
   (v[7] & 128))
#include "trellis.h"
