#ifndef BIRDIE_CKERNELS_H
#define BIRDIE_CKERNELS_H
#include <stddef.h>
#include <stdint.h>
#endif
