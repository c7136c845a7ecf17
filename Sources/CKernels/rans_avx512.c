// The entropy decoder with AVX-512F: sixteen lanes a vector, up to four vectors side by side.
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.h"

#define AVX512 __attribute__((target("avx512f,popcnt")))
// For functions of a constant number of vectors, whose states must stay in registers.
#define AVX512_INLINE __attribute__((target("avx512f,popcnt"), always_inline)) static inline

// What is left to decode. Fewer than no words: there were not enough.
struct stream {
  uint16_t *symbols;
  size_t count;
  const uint16_t *classes;
  const uint8_t *words_end;
  ptrdiff_t word_count;
};

struct lookup {
  __m512i slot_mask, row_length;
  __m128i precision, coarse_shift, coarse_bits;
  const void *coarse, *cumulative;
};

AVX512 static inline struct lookup make_lookup(const struct birdie_rans_tables *tables) {
  return (struct lookup){
      .slot_mask = _mm512_set1_epi32((1 << tables->precision) - 1),
      .row_length = _mm512_set1_epi32((int)tables->symbol_count + 1),
      .precision = _mm_cvtsi32_si128((int)tables->precision),
      .coarse_shift = _mm_cvtsi32_si128((int)(tables->precision - tables->coarse_bits)),
      .coarse_bits = _mm_cvtsi32_si128((int)tables->coarse_bits),
      .coarse = tables->coarse,
      .cumulative = tables->cumulative,
  };
}

// The states below 2^16 take the next words in the order of their lanes.
AVX512_INLINE __m512i refill(__m512i x, struct stream *left) {
  __mmask16 is_short = _mm512_cmplt_epu32_mask(x, _mm512_set1_epi32(1 << 16));
  const __m256i *next = (const __m256i *)(left->words_end - 2 * left->word_count);
  __m512i words = _mm512_cvtepu16_epi32(_mm256_loadu_si256(next));
  int taken = __builtin_popcount(is_short);
  left->word_count -= taken;
  words = _mm512_maskz_expand_epi32(is_short, words);
  return _mm512_mask_or_epi32(x, is_short, _mm512_slli_epi32(x, 16), words);
}

// For each lane, where the cumulative frequency of the first symbol of its bucket is, and where its
// class begins.
AVX512_INLINE __m512i look_up(__m512i slot, const uint16_t *classes, __m512i *row,
                              const struct lookup *lookup) {
  __m512i bucket = _mm512_srl_epi32(slot, lookup->coarse_shift);
  *row = _mm512_setzero_si512();
  if (classes) {
    __m512i class = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)classes));
    bucket = _mm512_add_epi32(bucket, _mm512_sll_epi32(class, lookup->coarse_bits));
    *row = _mm512_mullo_epi32(class, lookup->row_length);
  }
  __m512i first = _mm512_i32gather_epi32(bucket, lookup->coarse, 2);
  return _mm512_add_epi32(*row, _mm512_and_si512(first, _mm512_set1_epi32(0xFFFF)));
}

// Moves every lane on to the symbol that its slot belongs to. A pair is a cumulative frequency and,
// above it, the next one.
AVX512_INLINE void search(__m512i *at, __m512i *pair, const __m512i *slot, size_t vectors,
                          const struct lookup *lookup) {
  for (size_t v = 0; v < vectors; v++) {
    pair[v] = _mm512_i32gather_epi32(at[v], lookup->cumulative, 2);
  }
  for (;;) {
    __mmask16 past[4], any_past = 0;
    for (size_t v = 0; v < vectors; v++) {
      past[v] = _mm512_cmple_epu32_mask(_mm512_srli_epi32(pair[v], 16), slot[v]);
      any_past |= past[v];
    }
    if (!any_past) return;
    for (size_t v = 0; v < vectors; v++) {
      at[v] = _mm512_mask_add_epi32(at[v], past[v], at[v], _mm512_set1_epi32(1));
      pair[v] = _mm512_mask_i32gather_epi32(pair[v], past[v], at[v], lookup->cumulative, 2);
    }
  }
}

// Decodes one symbol with each state.
AVX512_INLINE void step(struct stream *left, __m512i *x, size_t vectors,
                        const struct lookup *lookup) {
  __m512i slot[4], row[4], at[4], pair[4];
  for (size_t v = 0; v < vectors; v++) {
    slot[v] = _mm512_and_si512(x[v], lookup->slot_mask);
    at[v] = look_up(slot[v], left->classes ? left->classes + 16 * v : NULL, &row[v], lookup);
  }
  search(at, pair, slot, vectors, lookup);
  for (size_t v = 0; v < vectors; v++) {
    __m512i start = _mm512_and_si512(pair[v], _mm512_set1_epi32(0xFFFF));
    __m512i frequency = _mm512_sub_epi32(_mm512_srli_epi32(pair[v], 16), start);
    x[v] = _mm512_mullo_epi32(frequency, _mm512_srl_epi32(x[v], lookup->precision));
    x[v] = refill(_mm512_add_epi32(x[v], _mm512_sub_epi32(slot[v], start)), left);
    __m256i symbols = _mm512_cvtepi32_epi16(_mm512_sub_epi32(at[v], row[v]));
    _mm256_storeu_si256((__m256i *)(left->symbols + 16 * v), symbols);
  }
  left->symbols += 16 * vectors;
  left->count -= 16 * vectors;
  if (left->classes) left->classes += 16 * vectors;
}

// Decodes a symbol a lane as often as there are symbols and words for that: lanes are a multiple of
// 16 * vectors and at most 64.
AVX512_INLINE struct stream decode_groups(struct stream left, uint32_t *states, size_t lanes,
                                          size_t vectors,
                                          const struct birdie_rans_tables *tables) {
  const struct lookup lookup = make_lookup(tables);
  __m512i x[4];
  for (size_t v = 0; v < lanes / 16; v++) x[v] = _mm512_loadu_si512(states + 16 * v);
  uint8_t last[2 * 128] = {0};
  while (left.count >= lanes) {
    struct stream next = left;
    if (left.word_count < (ptrdiff_t)lanes) {
      // Loads read more words than there are. Should the group need them, the caller goes on here.
      size_t byte_count = 2 * (size_t)left.word_count;
      memcpy(last, left.words_end - byte_count, byte_count);
      next.words_end = last + byte_count;
      for (size_t v = 0; v < lanes / 16; v++) _mm512_storeu_si512(states + 16 * v, x[v]);
    }
    for (size_t v = 0; v < lanes / 16; v += vectors) step(&next, x + v, vectors, &lookup);
    if (next.word_count < 0) return left;
    next.words_end = left.words_end;
    left = next;
  }
  for (size_t v = 0; v < lanes / 16; v++) _mm512_storeu_si512(states + 16 * v, x[v]);
  return left;
}

AVX512 static size_t rans_decode(uint16_t *symbols, size_t count, const uint16_t *classes,
                                 uint32_t *states, size_t lanes, const void *words,
                                 size_t word_count, const struct birdie_rans_tables *tables) {
  const uint8_t *bytes = words;
  struct stream left = {symbols, count, classes, bytes + 2 * word_count, (ptrdiff_t)word_count};
  switch (lanes) {
    case 16: left = decode_groups(left, states, 16, 1, tables); break;
    case 32: left = decode_groups(left, states, 32, 2, tables); break;
    case 48: left = decode_groups(left, states, 48, 1, tables); break;
    case 64: left = decode_groups(left, states, 64, 4, tables); break;
    default:
      return birdie_rans_decode_avx2(symbols, count, classes, states, lanes, words, word_count,
                                     tables);
  }
  size_t used = word_count - (size_t)left.word_count;
  size_t rest = birdie_rans_decode_portable(left.symbols, left.count, left.classes, states, lanes,
                                            bytes + 2 * used, word_count - used, tables);
  return rest == SIZE_MAX ? SIZE_MAX : used + rest;
}

void birdie_install_rans_avx512(struct birdie_kernel_table *table) {
  table->rans_decode = rans_decode;
}
#endif
