#include <string.h>

#include "zpaq_model.h"

enum { CONST = 1, CM, ICM, MATCH, AVG, MIX2, MIX, ISSE, SSE };

static int32_t clamp(int32_t value, int32_t low, int32_t high) {
  return value < low ? low : value > high ? high : value;
}

// Logits are within 12 bits, weights within 20.
static int32_t clamp_logit(int32_t value) { return clamp(value, -2048, 2047); }
static int32_t clamp_weight(int32_t value) { return clamp(value, -(1 << 19), (1 << 19) - 1); }

static int32_t stretch(const zpaq_model *model, uint32_t probability) {
  return model->tables->stretch[probability & 32767];
}

static int32_t squash(const zpaq_model *model, int32_t logit) {
  return model->tables->squash[clamp_logit(logit) + 2048];
}

// How far the prediction of a component was from `bit`, in 1/32768.
static int32_t error_of(const zpaq_model *model, size_t index, uint32_t bit) {
  return (int32_t)bit * 32767 - squash(model, model->predictions[index]);
}

// The 16-byte row of bit histories for a context: checked by one byte, least used replaced.
static uint32_t find_row(zpaq_component *part, uint32_t context) {
  uint8_t check = (uint8_t)(context >> (part->args[1] + 2));
  uint32_t first = context * 16 & (part->bytes_mask & ~(uint32_t)15);
  uint32_t rows[3] = {first, first ^ 16, first ^ 32};
  for (int index = 0; index < 3; index++) {
    if (part->bytes[rows[index]] == check) return rows[index];
  }
  uint8_t uses[3];
  for (int index = 0; index < 3; index++) uses[index] = part->bytes[rows[index] + 1];
  uint32_t victim = rows[2];
  if (uses[0] <= uses[1] && uses[0] <= uses[2]) victim = rows[0];
  else if (uses[1] < uses[2]) victim = rows[1];
  memset(part->bytes + victim, 0, 16);
  part->bytes[victim] = check;
  return victim;
}

// The bit history in use by an ICM or ISSE.
static uint8_t *history(const zpaq_model *model, const zpaq_component *part) {
  return part->bytes + part->row + (model->nibble & 15);
}

// Whether the next bit is the first of a half byte, which gets a row of its own.
static int starts_row(const zpaq_model *model) {
  return model->c8 == 1 || (model->c8 & 0xf0) == 16;
}

// Fetches the rows of all components at once: one by one, their cache misses take most of the time.
static void prefetch_rows(const zpaq_model *model) {
  for (size_t index = 0; index < model->count; index++) {
    const zpaq_component *part = &model->components[index];
    if (part->args[0] != ICM && part->args[0] != ISSE) continue;
    uint32_t context = model->contexts[index] + 16 * model->c8;
    __builtin_prefetch(part->bytes + (context * 16 & part->bytes_mask));
  }
}

// Selects the bit history for the next bit.
static void select_history(zpaq_model *model, zpaq_component *part, size_t index) {
  if (starts_row(model)) {
    part->row = find_row(part, model->contexts[index] + 16 * model->c8);
  }
  part->context = *history(model, part);
}

static int32_t predict_match(zpaq_model *model, zpaq_component *part) {
  if (part->length == 0) return 0;
  uint8_t byte = part->bytes[(part->position - part->distance) & part->bytes_mask];
  part->bit = byte >> (7 - part->context) & 1;
  int32_t doubt = model->reciprocals[part->length];
  return stretch(model, (uint32_t)(part->bit ? -doubt : doubt));
}

static int32_t predict_mix(zpaq_model *model, zpaq_component *part, size_t index) {
  const uint8_t *args = part->args;
  uint32_t choice = model->contexts[index] + (model->c8 & args[5]);
  part->context = (choice & part->slots_mask) * args[3];
  const uint32_t *weights = part->slots + part->context;
  const int32_t *inputs = model->predictions + args[2];
  unsigned count = args[3];
  int32_t sum = 0;
  for (unsigned input = 0; input < count; input++) {
    sum += ((int32_t)weights[input] >> 8) * inputs[input];
  }
  return clamp_logit(sum >> 8);
}

static int32_t predict_sse(zpaq_model *model, zpaq_component *part, size_t index) {
  int32_t logit = clamp(model->predictions[part->args[2]] + 992, 0, 1983);
  uint32_t weight = (uint32_t)logit & 63;
  uint32_t slot = (model->contexts[index] + model->c8) * 32 + ((uint32_t)logit >> 6);
  uint32_t below = part->slots[slot & part->slots_mask] >> 10;
  uint32_t above = part->slots[(slot + 1) & part->slots_mask] >> 10;
  part->context = slot + (weight >> 5);
  return stretch(model, (below * (64 - weight) + above * weight) >> 13);
}

static int32_t predict_one(zpaq_model *model, size_t index) {
  zpaq_component *part = &model->components[index];
  const uint8_t *args = part->args;
  const int32_t *p = model->predictions;
  switch (args[0]) {
    case CONST: return ((int32_t)args[1] - 128) * 4;
    case CM:
      part->context = model->contexts[index] ^ model->nibble;
      return stretch(model, part->slots[part->context & part->slots_mask] >> 17);
    case ICM:
      select_history(model, part, index);
      return stretch(model, part->slots[part->context] >> 8);
    case MATCH: return predict_match(model, part);
    case AVG: return (p[args[1]] * args[3] + p[args[2]] * (256 - args[3])) >> 8;
    case MIX2: {
      part->context = (model->contexts[index] + (model->c8 & args[5])) & part->slots_mask;
      int32_t weight = (int32_t)part->slots[part->context];
      return (weight * p[args[2]] + (65536 - weight) * p[args[3]]) >> 16;
    }
    case MIX: return predict_mix(model, part, index);
    case ISSE: {
      select_history(model, part, index);
      const uint32_t *weights = part->slots + 2 * part->context;
      return clamp_logit(((int32_t)weights[0] * p[args[2]] + (int32_t)weights[1] * 64) >> 16);
    }
    default: return predict_sse(model, part, index);
  }
}

uint32_t zpaq_predict(zpaq_model *model) {
  if (starts_row(model)) prefetch_rows(model);
  for (size_t index = 0; index < model->count; index++) {
    model->predictions[index] = predict_one(model, index);
  }
  return (uint32_t)squash(model, model->predictions[model->count - 1]);
}

// Moves a CM or SSE counter towards the bit: 22 bits of probability above 10 bits of count.
static void train_counter(const zpaq_model *model, zpaq_component *part, uint32_t bit) {
  uint32_t *slot = &part->slots[part->context & part->slots_mask];
  uint32_t count = *slot & 1023;
  uint32_t error = bit * 32767 - (*slot >> 17);  // modulo 2^32, as the standard defines it
  *slot += (error * model->rates[count] & ~(uint32_t)1023) + (count < part->limit);
}

static void update_match(zpaq_model *model, zpaq_component *part, size_t index, uint32_t bit) {
  uint8_t *buffer = part->bytes;
  uint32_t mask = part->bytes_mask;
  if (part->bit != bit) part->length = 0;
  uint8_t *byte = &buffer[part->position & mask];
  *byte = (uint8_t)(*byte * 2 + bit);
  if (++part->context < 8) return;
  part->context = 0;
  part->position = (part->position + 1) & mask;
  uint32_t *last = &part->slots[model->contexts[index] & part->slots_mask];
  if (part->length == 0) {
    part->distance = part->position - *last;
    uint32_t at = part->position - 1;
    if (part->distance & mask) {
      while (part->length < 255 && buffer[(at - part->length) & mask]
                                       == buffer[(at - part->length - part->distance) & mask]) {
        part->length++;
      }
    }
  } else if (part->length < 255) {
    part->length++;
  }
  *last = part->position;
}

static void update_mix(zpaq_model *model, zpaq_component *part, size_t index, uint32_t bit) {
  const uint8_t *args = part->args;
  int32_t error = error_of(model, index, bit) * args[4] >> 4;
  // Without restrict the compiler cannot vectorize: weights and predictions might overlap.
  uint32_t *restrict weights = part->slots + part->context;
  const int32_t *restrict inputs = model->predictions + args[2];
  unsigned count = args[3];
  for (unsigned input = 0; input < count; input++) {
    int32_t change = (error * inputs[input] + (1 << 12)) >> 13;
    weights[input] = (uint32_t)clamp_weight((int32_t)weights[input] + change);
  }
}

static void update_mix2(zpaq_model *model, zpaq_component *part, size_t index, uint32_t bit) {
  const uint8_t *args = part->args;
  int32_t error = error_of(model, index, bit) * args[4] >> 5;
  int32_t difference = model->predictions[args[2]] - model->predictions[args[3]];
  int32_t weight = (int32_t)part->slots[part->context];
  weight += (error * difference + (1 << 12)) >> 13;
  part->slots[part->context] = (uint32_t)clamp(weight, 0, 65535);
}

static void update_isse(zpaq_model *model, zpaq_component *part, size_t index, uint32_t bit) {
  int32_t error = error_of(model, index, bit);
  uint32_t *weights = part->slots + 2 * part->context;
  int32_t change = (error * model->predictions[part->args[2]] + (1 << 12)) >> 13;
  weights[0] = (uint32_t)clamp_weight((int32_t)weights[0] + change);
  weights[1] = (uint32_t)clamp_weight((int32_t)weights[1] + ((error + 16) >> 5));
  *history(model, part) = model->next_state[part->context][bit];
}

static void update_icm(zpaq_model *model, zpaq_component *part, uint32_t bit) {
  *history(model, part) = model->next_state[part->context][bit];
  uint32_t *slot = &part->slots[part->context];
  *slot += (uint32_t)(((int32_t)bit * 32767 - (int32_t)(*slot >> 8)) >> 2);
}

static void update_one(zpaq_model *model, size_t index, uint32_t bit) {
  zpaq_component *part = &model->components[index];
  switch (part->args[0]) {
    case CM: case SSE: train_counter(model, part, bit); break;
    case ICM: update_icm(model, part, bit); break;
    case MATCH: update_match(model, part, index, bit); break;
    case MIX2: update_mix2(model, part, index, bit); break;
    case MIX: update_mix(model, part, index, bit); break;
    case ISSE: update_isse(model, part, index, bit); break;
    default: break;
  }
}

// Computes the contexts of the next byte.
static int finish_byte(zpaq_model *model) {
  int status = zpaq_machine_run(&model->machine, (uint8_t)model->c8);
  model->c8 = 1;
  model->nibble = 1;
  for (size_t index = 0; index < model->count; index++) {
    model->contexts[index] = model->machine.h[index & model->machine.h_mask];
  }
  return status;
}

int zpaq_update(zpaq_model *model, uint32_t bit) {
  for (size_t index = 0; index < model->count; index++) update_one(model, index, bit);
  model->c8 = model->c8 * 2 + bit;
  if (model->c8 >= 256) return finish_byte(model);
  if (model->c8 >= 16 && model->c8 < 32) {
    model->nibble = (model->nibble & 15) << 5 | bit << 4 | 1;
  } else {
    model->nibble = (model->nibble & 0x1f0) | (((model->nibble & 15) * 2 + bit) & 15);
  }
  return ZPAQ_OK;
}
