#include "zpaq_model.h"

enum {
  MAX_BITS = 28,
  // Inputs of all components together: what one predicted bit costs. The largest model that lrzip
  // writes has 53.
  MAX_INPUTS = 256,
  FIXED_BYTES = 5,  // hh, hm, ph, pm, n
  ALIGNMENT = 64,
};

enum { CONST = 1, CM, ICM, MATCH, AVG, MIX2, MIX, ISSE, SSE };

static size_t argument_count(uint8_t kind) {
  static const uint8_t counts[] = {0, 2, 3, 2, 3, 4, 6, 6, 3, 5};
  return kind < sizeof counts ? counts[kind] : 0;
}

// The elements of a component's two tables.
typedef struct {
  uint64_t slots;
  uint64_t bytes;
} table_sizes;

// Whether component `index` is well formed: sizes in bounds, inputs only from earlier components.
static int is_valid(const uint8_t *args, size_t index) {
  switch (args[0]) {
    case CONST: return 1;
    case CM: case ICM: return args[1] <= MAX_BITS;
    case MATCH: return args[1] <= MAX_BITS && args[2] <= MAX_BITS;
    case AVG: return args[1] < index && args[2] < index;
    case MIX2: return args[1] <= MAX_BITS && args[2] < index && args[3] < index;
    case MIX: return args[1] <= MAX_BITS && args[3] > 0 && (size_t)args[2] + args[3] <= index;
    case ISSE: case SSE: return args[1] <= MAX_BITS && args[2] < index;
    default: return 0;
  }
}

static table_sizes sizes_of(const uint8_t *args) {
  table_sizes sizes = {0, 0};
  switch (args[0]) {
    case CM: case MIX2: sizes.slots = (uint64_t)1 << args[1]; break;
    case ICM: sizes.slots = 256; sizes.bytes = (uint64_t)64 << args[1]; break;
    case ISSE: sizes.slots = 512; sizes.bytes = (uint64_t)64 << args[1]; break;
    case MATCH:
      sizes.slots = (uint64_t)1 << args[1];
      sizes.bytes = (uint64_t)1 << args[2];
      break;
    case MIX: sizes.slots = (uint64_t)args[3] << args[1]; break;
    case SSE: sizes.slots = (uint64_t)32 << args[1]; break;
    default: break;
  }
  return sizes;
}

static uint64_t aligned(uint64_t size) { return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

// Where the component list ends and the context program begins; 0 if the header is malformed.
static size_t program_start(const uint8_t *header, size_t header_count) {
  if (header_count < FIXED_BYTES || header[0] > MAX_BITS || header[1] > MAX_BITS) return 0;
  size_t position = FIXED_BYTES;
  size_t inputs = 0;
  if (header[4] == 0) return 0;  // stored without a model
  for (size_t index = 0; index < header[4]; index++) {
    if (position >= header_count) return 0;
    size_t count = argument_count(header[position]);
    if (count == 0 || count > header_count - position) return 0;
    if (!is_valid(header + position, index)) return 0;
    inputs += header[position] == MIX ? 1 + header[position + 3] : 1;
    position += count;
  }
  if (inputs > MAX_INPUTS || position >= header_count || header[position] != 0) return 0;
  return position + 1;
}

uint64_t zpaq_memory_size(const uint8_t *header, size_t header_count) {
  size_t end = program_start(header, header_count);
  if (end == 0) return 0;
  uint64_t size = aligned(sizeof(zpaq_model));
  size += aligned((uint64_t)4 << header[0]) + aligned((uint64_t)1 << header[1]);
  for (size_t position = FIXED_BYTES; position + 1 < end;) {
    table_sizes sizes = sizes_of(header + position);
    size += aligned(4 * sizes.slots) + aligned(sizes.bytes);
    position += argument_count(header[position]);
  }
  return size;
}

static void fill(uint32_t *slots, uint64_t count, uint32_t value) {
  for (uint64_t index = 0; index < count; index++) slots[index] = value;
}

// The probability of a 1 after the bit history `state`, in 1/2^23.
static uint32_t initial_probability(const zpaq_model *model, unsigned state) {
  uint32_t zeros = model->state_counts[state][0];
  uint32_t ones = model->state_counts[state][1];
  return ((ones * 2 + 1) << 22) / (zeros + ones + 1);
}

static void initialize(const zpaq_model *model, zpaq_component *part, uint64_t slot_count) {
  const uint8_t *args = part->args;
  switch (args[0]) {
    case CM:
      fill(part->slots, slot_count, 0x80000000u);
      part->limit = args[2] * 4u;
      break;
    case ICM:
      for (unsigned state = 0; state < 256; state++)
        part->slots[state] = initial_probability(model, state);
      break;
    case MATCH: part->bytes[0] = 1; break;
    case MIX2: fill(part->slots, slot_count, 32768); break;
    case MIX: fill(part->slots, slot_count, 65536u / args[3]); break;
    case ISSE:
      for (unsigned state = 0; state < 256; state++) {
        uint32_t probability = initial_probability(model, state) >> 8 & 32767;
        part->slots[2 * state] = 1 << 15;
        part->slots[2 * state + 1] = (uint32_t)(model->tables->stretch[probability] * 1024);
      }
      break;
    case SSE:
      for (uint64_t index = 0; index < slot_count; index++) {
        int logit = (int)(index & 31) * 64 - 992;
        part->slots[index] = (uint32_t)model->tables->squash[logit + 2048] << 17 | args[3];
      }
      part->limit = args[4] * 4u;
      break;
    default: break;
  }
}

// Takes the next aligned piece of the caller's memory.
static void *take(uint8_t **free, uint64_t size) {
  void *piece = *free;
  *free += aligned(size);
  return piece;
}

static void place_components(zpaq_model *model, const uint8_t *header, uint8_t **free) {
  size_t position = FIXED_BYTES;
  for (size_t index = 0; index < model->count; index++) {
    zpaq_component *part = &model->components[index];
    part->args = header + position;
    table_sizes sizes = sizes_of(part->args);
    part->slots = take(free, 4 * sizes.slots);
    part->bytes = take(free, sizes.bytes);
    // A MIX selects a set of weights, the others a slot.
    uint64_t choices = part->args[0] == MIX ? (uint64_t)1 << part->args[1] : sizes.slots;
    part->slots_mask = choices ? (uint32_t)(choices - 1) : 0;
    part->bytes_mask = sizes.bytes ? (uint32_t)(sizes.bytes - 1) : 0;
    initialize(model, part, sizes.slots);
    position += argument_count(part->args[0]);
  }
}

zpaq_model *zpaq_model_create(const uint8_t *header, size_t header_count,
                              const zpaq_tables *tables, void *memory) {
  size_t start = program_start(header, header_count);
  if (start == 0) return NULL;
  uint8_t *free = memory;
  zpaq_model *model = take(&free, sizeof *model);
  zpaq_machine *machine = &model->machine;
  machine->h = take(&free, (uint64_t)4 << header[0]);
  machine->h_mask = ((uint32_t)1 << header[0]) - 1;
  machine->m = take(&free, (uint64_t)1 << header[1]);
  machine->m_mask = ((uint32_t)1 << header[1]) - 1;
  machine->program = header + start;
  machine->program_count = header_count - start;
  model->tables = tables;
  model->count = header[4];
  model->c8 = 1;
  model->nibble = 1;
  for (int32_t index = 1; index < 256; index++) model->reciprocals[index] = 2048 / index;
  for (uint32_t index = 0; index < 1024; index++) {
    model->rates[index] = (1u << 17) / (index * 2 + 3) * 2;
  }
  zpaq_fill_states(model);
  place_components(model, header, &free);
  return model;
}
