#include "zpaq_model.h"

// The arithmetic decoder: `code` lies in low...high, which a bit divides by its probability.
typedef struct {
  const uint8_t *data;
  size_t count;
  size_t used;
  uint32_t low;
  uint32_t high;
  uint32_t code;
  int is_damaged;
} bit_decoder;

static uint32_t next_byte(bit_decoder *bits) {
  if (bits->used < bits->count) return bits->data[bits->used++];
  bits->is_damaged = 1;
  return 0;
}

// One bit whose probability to be 1 is `probability` / 65536.
static uint32_t decode_bit(bit_decoder *bits, uint32_t probability) {
  if (bits->code < bits->low || bits->code > bits->high) bits->is_damaged = 1;
  uint32_t middle = bits->low + (uint32_t)((uint64_t)(bits->high - bits->low) * probability >> 16);
  uint32_t bit = bits->code <= middle;
  if (bit) bits->high = middle;
  else bits->low = middle + 1;
  while (!bits->is_damaged && (bits->high ^ bits->low) < 0x1000000) {
    bits->high = bits->high << 8 | 255;
    bits->low = bits->low << 8;
    bits->low += bits->low == 0;
    bits->code = bits->code << 8 | next_byte(bits);
  }
  return bit;
}

static int decode_byte(bit_decoder *bits, zpaq_model *model, uint8_t *byte) {
  uint32_t value = 1;
  while (value < 256) {
    uint32_t bit = decode_bit(bits, zpaq_predict(model) * 2 + 1);
    if (bits->is_damaged) return ZPAQ_DAMAGED;
    value = value * 2 + bit;
    int status = zpaq_update(model, bit);
    if (status != ZPAQ_OK) return status;
  }
  *byte = (uint8_t)value;
  return ZPAQ_OK;
}

// The first decoded byte says what happens to the rest: 0 is nothing, the only case supported.
static int decode_segment(bit_decoder *bits, zpaq_model *model, uint8_t *output,
                          size_t output_count, size_t *output_used) {
  int is_first = 1;
  for (;;) {
    // A bit of probability 0 marks the end.
    if (decode_bit(bits, 0)) return bits->code == 0 ? ZPAQ_OK : ZPAQ_DAMAGED;
    uint8_t byte;
    int status = decode_byte(bits, model, &byte);
    if (status != ZPAQ_OK) return status;
    if (is_first) {
      if (byte != 0) return ZPAQ_PROGRAM;
      is_first = 0;
    } else {
      if (*output_used == output_count) return ZPAQ_OVERFLOW;
      output[(*output_used)++] = byte;
    }
  }
}

int zpaq_decode(const uint8_t *header, size_t header_count, const zpaq_tables *tables, void *memory,
                const uint8_t *data, size_t data_count, size_t *data_used, uint8_t *output,
                size_t output_count, size_t *output_used) {
  *data_used = 0;
  *output_used = 0;
  zpaq_model *model = zpaq_model_create(header, header_count, tables, memory);
  if (!model) return ZPAQ_DAMAGED;
  bit_decoder bits = {data, data_count, 0, 1, 0xffffffffu, 0, 0};
  for (int index = 0; index < 4; index++) bits.code = bits.code << 8 | next_byte(&bits);
  if (bits.is_damaged) return ZPAQ_DAMAGED;
  int status = decode_segment(&bits, model, output, output_count, output_used);
  *data_used = bits.used;
  return status;
}
