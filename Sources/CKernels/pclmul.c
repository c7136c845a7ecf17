// Carry-less multiplication: Intel since Westmere (2010), AMD since Bulldozer (2011).
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.h"

#define PCLMUL __attribute__((target("pclmul,sse4.1")))

// Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ" (Intel, 2009): the
// reflected remainders of x^(d + 32) and x^(d - 32), for a distance of d = 512 and of d = 128 bits.
static const uint64_t over_four[2] = {0x154442BD4, 0x1C6E41596};
static const uint64_t over_one[2] = {0x1751997D0, 0x0CCAA009E};

PCLMUL static inline __m128i load(const void *bytes) {
  return _mm_loadu_si128((const __m128i *)bytes);
}

// A block moved by the distance of `factors` and added to the block that lies there.
PCLMUL static inline __m128i fold(__m128i block, __m128i factors, __m128i onto) {
  __m128i low = _mm_clmulepi64_si128(block, factors, 0x00);
  __m128i high = _mm_clmulepi64_si128(block, factors, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), onto);
}

PCLMUL static uint32_t crc32_pclmul(uint32_t crc, const void *bytes, size_t n) {
  if (n < 64) return birdie_crc32_by_table(crc, bytes, n);
  const uint8_t *next = bytes;
  __m128i factors = load(over_four), lanes[4];
  for (size_t i = 0; i < 4; i++) lanes[i] = load(next + 16 * i);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128((int)~crc));
  for (next += 64, n -= 64; n >= 64; next += 64, n -= 64) {
    for (size_t i = 0; i < 4; i++) lanes[i] = fold(lanes[i], factors, load(next + 16 * i));
  }
  factors = load(over_one);
  __m128i sum = lanes[0];
  for (size_t i = 1; i < 4; i++) sum = fold(sum, factors, lanes[i]);
  // These 16 bytes leave the remainder that all bytes before them leave, the start value included.
  uint8_t rest[16];
  _mm_storeu_si128((__m128i *)rest, sum);
  return birdie_crc32_by_table(birdie_crc32_by_table(UINT32_MAX, rest, 16), next, n);
}

int birdie_install_pclmul(struct birdie_kernel_table *table) {
  if (!__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1")) return 0;
  table->crc32 = crc32_pclmul;
  return 1;
}
#endif
