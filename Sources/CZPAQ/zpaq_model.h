// What the parts of the ZPAQ decoder share.
#ifndef BIRDIE_ZPAQ_MODEL_H
#define BIRDIE_ZPAQ_MODEL_H

#include "zpaq.h"

enum { ZPAQ_MAX_COMPONENTS = 255 };

// One component of the model. Which fields count depends on its kind; tables are powers of two.
typedef struct {
  const uint8_t *args;    // the header bytes: kind, then its parameters
  uint32_t *slots;        // counters or weights
  uint8_t *bytes;         // bit histories, or the match model's buffer
  uint32_t slots_mask;
  uint32_t bytes_mask;
  uint32_t context;       // the slot in use
  uint32_t row;           // ICM, ISSE: the history row in use
  uint32_t length;        // MATCH: of the current match
  uint32_t distance;      // MATCH: back to it
  uint32_t position;      // MATCH: in the buffer
  uint32_t bit;           // MATCH: the predicted bit
  uint32_t limit;         // CM, SSE: where adaptation stops
} zpaq_component;

// The ZPAQL machine that computes contexts from the bytes decoded so far.
typedef struct {
  const uint8_t *program;
  size_t program_count;
  uint8_t *m;
  uint32_t *h;
  uint32_t m_mask;
  uint32_t h_mask;
  uint32_t a, b, c, d, f;
  uint32_t r[256];
} zpaq_machine;

typedef struct {
  const zpaq_tables *tables;
  size_t count;
  uint32_t c8;      // the bits of the current byte after a leading 1
  uint32_t nibble;  // the same for the current half byte, with the first half above it
  zpaq_machine machine;
  uint32_t contexts[ZPAQ_MAX_COMPONENTS];
  int32_t predictions[ZPAQ_MAX_COMPONENTS];
  int32_t reciprocals[256];   // 2048 / i
  uint32_t rates[1024];       // 2^18 / (2 i + 3), even
  uint8_t next_state[256][2];
  uint8_t state_counts[256][2];
  zpaq_component components[ZPAQ_MAX_COMPONENTS];
} zpaq_model;

// Runs the context program on one decoded byte.
int zpaq_machine_run(zpaq_machine *machine, uint8_t byte);

// Fills the table of bit-history states.
void zpaq_fill_states(zpaq_model *model);

// Lays the model out in zeroed memory and initializes it; the header was accepted before.
zpaq_model *zpaq_model_create(const uint8_t *header, size_t header_count,
                              const zpaq_tables *tables, void *memory);

// The probability of a 1 in 1/32768.
uint32_t zpaq_predict(zpaq_model *model);

// Tells the model the bit.
int zpaq_update(zpaq_model *model, uint32_t bit);

#endif
