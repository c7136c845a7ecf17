// The entropy decoder with AVX2: eight lanes a vector, up to two vectors side by side.
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.h"

#define AVX2 __attribute__((target("avx2,popcnt")))
// For functions of a constant number of vectors, whose states must stay in registers.
#define AVX2_INLINE __attribute__((target("avx2,popcnt"), always_inline)) static inline

// What is left to decode. Fewer than no words: there were not enough.
struct stream {
  uint16_t *symbols;
  size_t count;
  const uint16_t *classes;
  const uint8_t *words_end;
  ptrdiff_t word_count;
};

struct lookup {
  __m256i slot_mask, row_length;
  __m128i precision, coarse_shift, coarse_bits;
  const int *coarse, *cumulative;
};

AVX2 static inline struct lookup make_lookup(const struct birdie_rans_tables *tables) {
  return (struct lookup){
      .slot_mask = _mm256_set1_epi32((1 << tables->precision) - 1),
      .row_length = _mm256_set1_epi32((int)tables->symbol_count + 1),
      .precision = _mm_cvtsi32_si128((int)tables->precision),
      .coarse_shift = _mm_cvtsi32_si128((int)(tables->precision - tables->coarse_bits)),
      .coarse_bits = _mm_cvtsi32_si128((int)tables->coarse_bits),
      .coarse = (const void *)tables->coarse,
      .cumulative = (const void *)tables->cumulative,
  };
}

// The states below 2^16 take the next words in the order of their lanes.
AVX2_INLINE __m256i refill(__m256i x, struct stream *left) {
  const __m256i digits = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
  __m256i is_short = _mm256_cmpeq_epi32(_mm256_srli_epi32(x, 16), _mm256_setzero_si256());
  uint32_t bits = (uint32_t)_mm256_movemask_epi8(is_short);  // four of each lane
  const __m128i *next = (const __m128i *)(left->words_end - 2 * left->word_count);
  __m256i words = _mm256_cvtepu16_epi32(_mm_loadu_si128(next));
  int taken = __builtin_popcount(bits) / 4;
  left->word_count -= taken;
  // Hexadecimal digit i counts the short states before state i: which word it takes.
  uint32_t ranks = (bits & 0x11111111) * 0x11111110;
  __m256i order = _mm256_srlv_epi32(_mm256_set1_epi32((int)ranks), digits);
  words = _mm256_permutevar8x32_epi32(words, order);
  return _mm256_blendv_epi8(x, _mm256_or_si256(_mm256_slli_epi32(x, 16), words), is_short);
}

// For each lane, where the cumulative frequency of the first symbol of its bucket is, and where its
// class begins.
AVX2_INLINE __m256i look_up(__m256i slot, const uint16_t *classes, __m256i *row,
                            const struct lookup *lookup) {
  __m256i bucket = _mm256_srl_epi32(slot, lookup->coarse_shift);
  *row = _mm256_setzero_si256();
  if (classes) {
    __m256i class = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)classes));
    bucket = _mm256_add_epi32(bucket, _mm256_sll_epi32(class, lookup->coarse_bits));
    *row = _mm256_mullo_epi32(class, lookup->row_length);
  }
  __m256i first = _mm256_i32gather_epi32(lookup->coarse, bucket, 2);
  return _mm256_add_epi32(*row, _mm256_and_si256(first, _mm256_set1_epi32(0xFFFF)));
}

// Moves every lane on to the symbol that its slot belongs to. A pair is a cumulative frequency and,
// above it, the next one.
AVX2_INLINE void search(__m256i *at, __m256i *pair, const __m256i *slot, size_t vectors,
                        const struct lookup *lookup) {
  for (size_t v = 0; v < vectors; v++) {
    pair[v] = _mm256_i32gather_epi32(lookup->cumulative, at[v], 2);
  }
  for (;;) {
    __m256i here[2], all_here = _mm256_set1_epi32(-1);
    for (size_t v = 0; v < vectors; v++) {
      here[v] = _mm256_cmpgt_epi32(_mm256_srli_epi32(pair[v], 16), slot[v]);
      all_here = _mm256_and_si256(all_here, here[v]);
    }
    if (_mm256_movemask_epi8(all_here) == -1) return;
    for (size_t v = 0; v < vectors; v++) {
      __m256i past = _mm256_xor_si256(here[v], _mm256_set1_epi32(-1));
      at[v] = _mm256_sub_epi32(at[v], past);
      pair[v] = _mm256_mask_i32gather_epi32(pair[v], lookup->cumulative, at[v], past, 2);
    }
  }
}

// Decodes one symbol with each state.
AVX2_INLINE void step(struct stream *left, __m256i *x, size_t vectors,
                      const struct lookup *lookup) {
  __m256i slot[2], row[2], at[2], pair[2];
  for (size_t v = 0; v < vectors; v++) {
    slot[v] = _mm256_and_si256(x[v], lookup->slot_mask);
    at[v] = look_up(slot[v], left->classes ? left->classes + 8 * v : NULL, &row[v], lookup);
  }
  search(at, pair, slot, vectors, lookup);
  for (size_t v = 0; v < vectors; v++) {
    __m256i start = _mm256_and_si256(pair[v], _mm256_set1_epi32(0xFFFF));
    __m256i frequency = _mm256_sub_epi32(_mm256_srli_epi32(pair[v], 16), start);
    x[v] = _mm256_mullo_epi32(frequency, _mm256_srl_epi32(x[v], lookup->precision));
    x[v] = refill(_mm256_add_epi32(x[v], _mm256_sub_epi32(slot[v], start)), left);
    __m256i symbols = _mm256_sub_epi32(at[v], row[v]);
    symbols = _mm256_permute4x64_epi64(_mm256_packus_epi32(symbols, symbols), 0x08);
    _mm_storeu_si128((__m128i *)(left->symbols + 8 * v), _mm256_castsi256_si128(symbols));
  }
  left->symbols += 8 * vectors;
  left->count -= 8 * vectors;
  if (left->classes) left->classes += 8 * vectors;
}

// Decodes a symbol a lane as often as there are symbols and words for that: lanes are a multiple of
// 8 * vectors and at most 64.
AVX2_INLINE struct stream decode_groups(struct stream left, uint32_t *states, size_t lanes,
                                        size_t vectors, const struct birdie_rans_tables *tables) {
  const struct lookup lookup = make_lookup(tables);
  __m256i x[8];
  for (size_t v = 0; v < lanes / 8; v++) x[v] = _mm256_loadu_si256((__m256i *)(states + 8 * v));
  uint8_t last[2 * 128] = {0};
  while (left.count >= lanes) {
    struct stream next = left;
    if (left.word_count < (ptrdiff_t)lanes) {
      // Loads read more words than there are. Should the group need them, the caller goes on here.
      size_t byte_count = 2 * (size_t)left.word_count;
      memcpy(last, left.words_end - byte_count, byte_count);
      next.words_end = last + byte_count;
      for (size_t v = 0; v < lanes / 8; v++) _mm256_storeu_si256((__m256i *)states + v, x[v]);
    }
    for (size_t v = 0; v < lanes / 8; v += vectors) step(&next, x + v, vectors, &lookup);
    if (next.word_count < 0) return left;
    next.words_end = left.words_end;
    left = next;
  }
  for (size_t v = 0; v < lanes / 8; v++) _mm256_storeu_si256((__m256i *)states + v, x[v]);
  return left;
}

AVX2 size_t birdie_rans_decode_avx2(uint16_t *symbols, size_t count, const uint16_t *classes,
                                    uint32_t *states, size_t lanes, const void *words,
                                    size_t word_count, const struct birdie_rans_tables *tables) {
  const uint8_t *bytes = words;
  struct stream left = {symbols, count, classes, bytes + 2 * word_count, (ptrdiff_t)word_count};
  switch (lanes) {
    case 8: left = decode_groups(left, states, 8, 1, tables); break;
    case 16: left = decode_groups(left, states, 16, 2, tables); break;
    case 32: left = decode_groups(left, states, 32, 2, tables); break;
    case 64: left = decode_groups(left, states, 64, 2, tables); break;
    default:
      if (lanes % 8 == 0 && lanes < 64) left = decode_groups(left, states, lanes, 1, tables);
  }
  size_t used = word_count - (size_t)left.word_count;
  size_t rest = birdie_rans_decode_portable(left.symbols, left.count, left.classes, states, lanes,
                                            bytes + 2 * used, word_count - used, tables);
  return rest == SIZE_MAX ? SIZE_MAX : used + rest;
}

void birdie_install_rans_avx2(struct birdie_kernel_table *table) {
  table->rans_decode = birdie_rans_decode_avx2;
}
#endif
