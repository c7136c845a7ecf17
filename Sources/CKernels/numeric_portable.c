// The arithmetic of tensors for any CPU: SSE2 on x86-64, NEON on arm64.
#define INSTALL birdie_install_numeric_portable
#include "numeric.h"
