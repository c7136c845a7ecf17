// The entropy coder with vectors of LANES states, written once and compiled for AVX2 and AVX-512.
//
// Include it with LANES, MOST_VECTORS (how many are decoded side by side), DECODE and ENCODE (the
// names of the functions) and what differs from one instruction set to another:
//   vector gather(const uint16_t *table, vector at)       32 bits of a table at each place
//   int any(vector mask)                                  whether some lane is not 0
//   vector spread(vector words, vector mask, int *taken)  the next words, in the order of the lanes
//                                                         of the mask, each in its lane
//   vector quotients(vector x, const double *inverses, vector at)
//                                                         x / frequency, `at` in doubles
//   uint16_t *shed(uint16_t *next, vector x, vector mask) writes the low halves of the lanes of the
//                                                         mask in their order to end at `next`; may
//                                                         touch LANES words; where they begin
#include "kernels.h"

// Lanes never cross a call that is not inlined, so it does not matter how calls would pass them.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

typedef uint32_t vector __attribute__((vector_size(4 * LANES), aligned(4)));
typedef uint16_t halves __attribute__((vector_size(2 * LANES), aligned(2)));

INLINE vector gather(const uint16_t *table, vector at);
INLINE int any(vector mask);
INLINE vector spread(vector words, vector mask, int *taken);
INLINE vector quotients(vector x, const double *inverses, vector at);
INLINE uint16_t *shed(uint16_t *next, vector x, vector mask);

// What is left to decode. Fewer than no words: there were not enough.
struct stream {
  uint16_t *symbols;
  size_t count;
  const uint16_t *classes;
  const uint8_t *words_end;
  ptrdiff_t word_count;
};

INLINE vector load_halves(const void *from) {
  halves narrow;
  memcpy(&narrow, from, sizeof narrow);
  return __builtin_convertvector(narrow, vector);
}

INLINE vector load_states(const uint32_t *from) {
  vector states;
  memcpy(&states, from, sizeof states);
  return states;
}

// The states below 2^16 take the next words in the order of their lanes.
INLINE vector refill(vector x, struct stream *left) {
  vector is_short = (vector)(x < 1u << 16);
  vector words = load_halves(left->words_end - 2 * left->word_count);
  int taken;
  words = spread(words, is_short, &taken);
  left->word_count -= taken;
  return (x & ~is_short) | ((x << 16 | words) & is_short);
}

// For each lane, where the cumulative frequency of the first symbol of its bucket is, and where its
// class begins.
INLINE vector look_up(vector slot, const uint16_t *classes, vector *row,
                      const struct birdie_rans_tables *tables) {
  vector bucket = slot >> (tables->precision - tables->coarse_bits);
  *row = (vector){0};
  if (classes) {
    vector class = load_halves(classes);
    bucket += class << tables->coarse_bits;
    *row = class * (tables->symbol_count + 1);
  }
  return *row + (gather(tables->coarse, bucket) & 0xFFFF);
}

// Moves every lane on to the symbol that its slot belongs to. A pair is a cumulative frequency and,
// above it, the next one.
INLINE void search(vector *at, vector *pair, const vector *slot, size_t vectors,
                   const struct birdie_rans_tables *tables) {
  for (;;) {
    vector past[MOST_VECTORS], any_past = {0};
    for (size_t v = 0; v < vectors; v++) {
      pair[v] = gather(tables->cumulative, at[v]);
      past[v] = (vector)(pair[v] >> 16 <= slot[v]);
      any_past |= past[v];
    }
    if (!any(any_past)) return;
    for (size_t v = 0; v < vectors; v++) at[v] -= past[v];
  }
}

// Decodes one symbol with each state.
INLINE void step(struct stream *left, vector *x, size_t vectors,
                 const struct birdie_rans_tables *tables) {
  vector slot[MOST_VECTORS], row[MOST_VECTORS], at[MOST_VECTORS], pair[MOST_VECTORS];
  for (size_t v = 0; v < vectors; v++) {
    slot[v] = x[v] & ((1u << tables->precision) - 1);
    const uint16_t *classes = left->classes ? left->classes + LANES * v : NULL;
    at[v] = look_up(slot[v], classes, &row[v], tables);
  }
  search(at, pair, slot, vectors, tables);
  for (size_t v = 0; v < vectors; v++) {
    vector start = pair[v] & 0xFFFF;
    x[v] = refill(((pair[v] >> 16) - start) * (x[v] >> tables->precision) + slot[v] - start, left);
    halves symbols = __builtin_convertvector(at[v] - row[v], halves);
    memcpy(left->symbols + LANES * v, &symbols, sizeof symbols);
  }
  left->symbols += LANES * vectors;
  left->count -= LANES * vectors;
  if (left->classes) left->classes += LANES * vectors;
}

// Decodes a symbol a lane as often as there are symbols and words for that: lanes are a multiple of
// LANES * vectors and at most 64.
INLINE struct stream decode_groups(struct stream left, uint32_t *states, size_t lanes,
                                   size_t vectors, const struct birdie_rans_tables *tables) {
  const struct birdie_rans_tables mine = *tables;
  vector x[64 / LANES];
  for (size_t v = 0; v < lanes / LANES; v++) x[v] = load_states(states + LANES * v);
  uint8_t last[2 * 128] = {0};
  while (left.count >= lanes) {
    struct stream next = left;
    if (left.word_count < (ptrdiff_t)lanes) {
      // Loads read more words than there are. Should the group need them, the caller goes on here.
      size_t byte_count = 2 * (size_t)left.word_count;
      memcpy(last, left.words_end - byte_count, byte_count);
      next.words_end = last + byte_count;
      memcpy(states, x, 4 * lanes);
    }
    for (size_t v = 0; v < lanes / LANES; v += vectors) step(&next, x + v, vectors, &mine);
    if (next.word_count < 0) return left;
    next.words_end = left.words_end;
    left = next;
  }
  memcpy(states, x, 4 * lanes);
  return left;
}

// rans_decode for lanes in multiples of LANES; the end, and other lanes, go one by one.
size_t DECODE(uint16_t *symbols, size_t count, const uint16_t *classes, uint32_t *states,
              size_t lanes, const void *words, size_t word_count,
              const struct birdie_rans_tables *tables) {
  const uint8_t *bytes = words;
  struct stream left = {symbols, count, classes, bytes + 2 * word_count, (ptrdiff_t)word_count};
  switch (lanes) {
#if LANES == 8
    case 8: left = decode_groups(left, states, 8, 1, tables); break;
#endif
    case 16: left = decode_groups(left, states, 16, LANES == 8 ? 2 : 1, tables); break;
    case 32: left = decode_groups(left, states, 32, 2, tables); break;
    case 64: left = decode_groups(left, states, 64, MOST_VECTORS, tables); break;
  }
  size_t used = word_count - (size_t)left.word_count;
  size_t rest = birdie_rans_decode_portable(left.symbols, left.count, left.classes, states, lanes,
                                            bytes + 2 * used, word_count - used, tables);
  return rest == SIZE_MAX ? SIZE_MAX : used + rest;
}

// Encodes a symbol a lane, the last group first: `count` is a multiple of `lanes`, these of LANES.
INLINE uint16_t *encode_groups(uint16_t *next, const uint16_t *symbols, size_t count,
                               const uint16_t *classes, uint32_t *states, size_t lanes,
                               const struct birdie_rans_symbol *entries, uint32_t symbol_count,
                               uint32_t precision) {
  vector x[64 / LANES];
  for (size_t v = 0; v < lanes / LANES; v++) x[v] = load_states(states + LANES * v);
  const uint16_t *fields = (const void *)entries;
  const uint32_t size = sizeof *entries;
  for (size_t first = count; first > 0;) {
    first -= lanes;
    for (size_t v = lanes / LANES; v-- > 0;) {
      size_t i = first + LANES * v;
      vector at = load_halves(symbols + i);
      if (classes) at += load_halves(classes + i) * symbol_count;
      vector frequency = gather(fields + offsetof(struct birdie_rans_symbol, frequency) / 2,
                                at * (size / 2));
      vector cumulative = gather(fields + offsetof(struct birdie_rans_symbol, cumulative) / 2,
                                 at * (size / 2));
      vector full = (vector)(x[v] >> (32 - precision) >= frequency);
      next = shed(next, x[v], full);
      vector y = (x[v] & ~full) | ((x[v] >> 16) & full);
      vector q = quotients(y, &entries->inverse, at * (size / 8));
      x[v] = y + cumulative + q * ((1u << precision) - frequency);
    }
  }
  memcpy(states, x, 4 * lanes);
  return next;
}

// rans_encode for lanes in multiples of LANES; the last symbols, and other lanes, go one by one.
size_t ENCODE(uint16_t *end, const uint16_t *symbols, size_t count, const uint16_t *classes,
              uint32_t *states, size_t lanes, const struct birdie_rans_symbol *entries,
              uint32_t symbol_count, uint32_t precision) {
  size_t whole = lanes % LANES == 0 && lanes <= 64 ? count - count % lanes : 0;
  uint16_t *next = end - birdie_rans_encode_portable(
                             end, symbols + whole, count - whole, classes ? classes + whole : NULL,
                             states, lanes, entries, symbol_count, precision);
  if (whole == 0) return (size_t)(end - next);
#define GROUPS(n)                                                                              \
  next = encode_groups(next, symbols, whole, classes, states, n, entries, symbol_count, precision)
  switch (lanes) {
#if LANES == 8
    case 8: GROUPS(8); break;
#endif
    case 16: GROUPS(16); break;
    case 32: GROUPS(32); break;
    case 64: GROUPS(64); break;
    default: GROUPS(lanes); break;
  }
#undef GROUPS
  return (size_t)(end - next);
}
