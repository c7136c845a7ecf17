// The arithmetic of merging models for any CPU.
#define INSTALL birdie_install_merging_portable
#include "merging.h"
