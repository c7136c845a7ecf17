// The SHA instructions: Intel since Ice Lake (2019), AMD since Zen (2017).
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#include "kernels.h"

#define SHA_NI __attribute__((target("sha,sse4.1,ssse3")))

// Intel, "Intel SHA Extensions" (2013): the state travels as ABEF and CDGH, high word first.
struct state {
  __m128i abef, cdgh;
};

SHA_NI static inline struct state load_state(const uint32_t words[8]) {
  __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)words), 0xB1);
  __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(words + 4)), 0x1B);
  return (struct state){_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0)};
}

SHA_NI static inline void store_state(uint32_t words[8], struct state state) {
  __m128i feba = _mm_shuffle_epi32(state.abef, 0x1B);
  __m128i dchg = _mm_shuffle_epi32(state.cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)words, _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128((__m128i *)(words + 4), _mm_alignr_epi8(dchg, feba, 8));
}

// Words t … t + 3 of the schedule, from the sixteen before them.
SHA_NI static inline __m128i next_words(__m128i w16, __m128i w12, __m128i w8, __m128i w4) {
  __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w16, w12), _mm_alignr_epi8(w4, w8, 4));
  return _mm_sha256msg2_epu32(sum, w4);
}

SHA_NI static inline struct state four_rounds(struct state state, __m128i words, size_t round) {
  const __m128i *constants = (const __m128i *)(birdie_sha256_constants + round);
  __m128i sums = _mm_add_epi32(words, _mm_loadu_si128(constants));
  state.cdgh = _mm_sha256rnds2_epu32(state.cdgh, state.abef, sums);
  state.abef = _mm_sha256rnds2_epu32(state.abef, state.cdgh, _mm_shuffle_epi32(sums, 0x0E));
  return state;
}

SHA_NI static void sha256_blocks(uint32_t words[8], const uint8_t *blocks, size_t block_count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  struct state state = load_state(words);
  for (; block_count > 0; block_count--, blocks += 64) {
    const struct state before = state;
    __m128i w[4];
    for (size_t i = 0; i < 4; i++) {
      __m128i bytes = _mm_loadu_si128((const __m128i *)(blocks + 16 * i));
      w[i] = _mm_shuffle_epi8(bytes, big_endian);
      state = four_rounds(state, w[i], 4 * i);
    }
    for (size_t round = 16; round < 64; round += 16) {
      for (size_t i = 0; i < 4; i++) {
        w[i] = next_words(w[i], w[(i + 1) % 4], w[(i + 2) % 4], w[(i + 3) % 4]);
        state = four_rounds(state, w[i], round + 4 * i);
      }
    }
    state.abef = _mm_add_epi32(state.abef, before.abef);
    state.cdgh = _mm_add_epi32(state.cdgh, before.cdgh);
  }
  store_state(words, state);
}

int birdie_install_sha_ni(struct birdie_kernel_table *table) {
  unsigned eax, ebx, ecx, edx;
  // Leaf 7: older C run-time libraries do not know the name "sha".
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !(ebx & 1u << 29)) return 0;
  if (!__builtin_cpu_supports("sse4.1") || !__builtin_cpu_supports("ssse3")) return 0;
  table->sha256_blocks = sha256_blocks;
  return 1;
}
#endif
