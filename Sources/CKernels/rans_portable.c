// The definition of the entropy coder: one symbol after another.
#include "kernels.h"

size_t birdie_rans_decode_portable(uint16_t *symbols, size_t count, const uint16_t *classes,
                                   uint32_t *states, size_t lanes, const void *words,
                                   size_t word_count, const struct birdie_rans_tables *tables) {
  const uint32_t precision = tables->precision, mask = (1u << precision) - 1;
  const uint32_t coarse_shift = precision - tables->coarse_bits;
  const size_t row = (size_t)tables->symbol_count + 1;
  size_t used = 0;
  for (size_t first = 0; first < count; first += lanes) {
    size_t group = count - first < lanes ? count - first : lanes;
    for (size_t lane = 0; lane < group; lane++) {
      size_t class = classes ? classes[first + lane] : 0;
      uint32_t x = states[lane], slot = x & mask;
      const uint16_t *cumulative = tables->cumulative + class * row;
      uint32_t s = tables->coarse[(class << tables->coarse_bits) + (slot >> coarse_shift)];
      while (cumulative[s + 1] <= slot) s++;
      uint32_t start = cumulative[s];
      x = (cumulative[s + 1] - start) * (x >> precision) + slot - start;
      if (x < 1u << 16) {
        if (used == word_count) return SIZE_MAX;
        x = x << 16 | load_u16(words, used++);
      }
      states[lane] = x;
      symbols[first + lane] = (uint16_t)s;
    }
  }
  return used;
}

// floor(x / frequency) by one multiplication (Granlund and Montgomery 1994): exact because x has 32
// bits and the reciprocal 64.
static inline uint32_t quotient(uint32_t x, const struct birdie_rans_symbol *entry) {
  if (entry->frequency <= 1) return x;
  return (uint32_t)((unsigned __int128)entry->reciprocal * x >> 64);
}

size_t birdie_rans_encode_portable(uint16_t *end, const uint16_t *symbols, size_t count,
                                   const uint16_t *classes, uint32_t *states, size_t lanes,
                                   const struct birdie_rans_symbol *entries,
                                   uint32_t symbol_count, uint32_t precision) {
  uint16_t *next = end;
  size_t lane = count % lanes;
  for (size_t i = count; i-- > 0;) {
    lane = lane == 0 ? lanes - 1 : lane - 1;
    size_t class = classes ? classes[i] : 0;
    const struct birdie_rans_symbol *entry = entries + class * symbol_count + symbols[i];
    uint32_t x = states[lane];
    // Written in any case and kept if it is needed: no branch to be guessed wrong.
    next[-1] = (uint16_t)x;
    size_t full = x >> (32 - precision) >= entry->frequency;
    next -= full;
    x = full ? x >> 16 : x;
    uint32_t step = (1u << precision) - entry->frequency;
    states[lane] = x + entry->cumulative + quotient(x, entry) * step;
  }
  return (size_t)(end - next);
}

// One loop for each width, so that the compiler can vectorise it.
#define SPLIT(type, bits)                                                        \
  for (size_t i = 0; i < n; i++) {                                               \
    type value;                                                                  \
    memcpy(&value, (const uint8_t *)src + i * sizeof value, sizeof value);       \
    if (rotate) value = (type)(value << 1 | value >> (bits - 1));                \
    for (size_t b = 0; b < sizeof value; b++)                                    \
      planes[b * n + i] = (uint8_t)(value >> (bits - 8 - 8 * b));                \
  }
#define JOIN(type, bits)                                                         \
  for (size_t i = 0; i < n; i++) {                                               \
    type value = 0;                                                              \
    for (size_t b = 0; b < sizeof value; b++)                                    \
      value |= (type)((type)planes[b * n + i] << (bits - 8 - 8 * b));            \
    if (rotate) value = (type)(value >> 1 | value << (bits - 1));                \
    memcpy((uint8_t *)dst + i * sizeof value, &value, sizeof value);             \
  }

void birdie_split_planes(uint8_t *planes, const void *src, size_t width, size_t n, int rotate) {
  switch (width) {
    case 2: SPLIT(uint16_t, 16) break;
    case 4: SPLIT(uint32_t, 32) break;
    case 8: SPLIT(uint64_t, 64) break;
  }
}

void birdie_join_planes(void *dst, const uint8_t *planes, size_t width, size_t n, int rotate) {
  switch (width) {
    case 2: JOIN(uint16_t, 16) break;
    case 4: JOIN(uint32_t, 32) break;
    case 8: JOIN(uint64_t, 64) break;
  }
}

void birdie_count_symbols(uint32_t *counts, const uint16_t *symbols, const uint16_t *classes,
                          size_t n, size_t symbol_count) {
  if (!classes) {
    for (size_t i = 0; i < n; i++) counts[symbols[i]]++;
    return;
  }
  for (size_t i = 0; i < n; i++) counts[classes[i] * symbol_count + symbols[i]]++;
}

void birdie_count_bytes(uint64_t *counts, const uint8_t *bytes, size_t n) {
  // Of four tables, so that no count waits for the one before of the same byte; begun again before
  // a count of 32 bits is full.
  while (n > 0) {
    uint32_t tables[4][256] = {0};
    size_t part = n < 1u << 30 ? n : 1u << 30;
    size_t i = 0;
    for (; i + 8 <= part; i += 8) {
      uint64_t word;
      memcpy(&word, bytes + i, sizeof word);
      for (size_t b = 0; b < 8; b++) tables[b & 3][(uint8_t)(word >> 8 * b)]++;
    }
    for (; i < part; i++) tables[0][bytes[i]]++;
    for (size_t b = 0; b < 256; b++)
      counts[b] += (uint64_t)tables[0][b] + tables[1][b] + tables[2][b] + tables[3][b];
    bytes += part;
    n -= part;
  }
}

void birdie_install_rans_portable(struct birdie_kernel_table *table) {
  table->rans_decode = birdie_rans_decode_portable;
  table->rans_encode = birdie_rans_encode_portable;
}
