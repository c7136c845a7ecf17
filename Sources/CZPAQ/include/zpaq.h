// Decodes one modeled ZPAQ segment (The ZPAQ Open Standard, level 1) with caller-owned memory.
//
// Every table index is masked to the table's power-of-two size and every program counter is
// checked, so that no input makes these functions touch anything but what they were given.
#ifndef BIRDIE_ZPAQ_H
#define BIRDIE_ZPAQ_H

#include <stddef.h>
#include <stdint.h>

enum {
  ZPAQ_OK = 0,
  ZPAQ_DAMAGED = 1,   // the coded data contradict themselves or end early
  ZPAQ_PROGRAM = 2,   // the context program is invalid or runs too long
  ZPAQ_OVERFLOW = 3,  // more output than there is room for
};

// The logistic function and its inverse, as the standard tabulates them.
typedef struct {
  const int16_t *squash;   // 4096; index: 64 ln(p / (1 - p)) + 2048; value: 15-bit probability
  const int16_t *stretch;  // 32768; the inverse
} zpaq_tables;

// The bytes of zeroed, 16-byte aligned memory that the model in `header` needs: 0 if the header is
// malformed, or describes a model that needs more per bit than a decoder should spend.
// `header` begins after its own two-byte length.
uint64_t zpaq_memory_size(const uint8_t *header, size_t header_count);

// Decodes one segment. `memory` is as zpaq_memory_size asks. `*data_used` and `*output_used` say
// how far it came. Returns one of the values above.
int zpaq_decode(const uint8_t *header, size_t header_count, const zpaq_tables *tables, void *memory,
                const uint8_t *data, size_t data_count, size_t *data_used, uint8_t *output,
                size_t output_count, size_t *output_used);

#endif
