// CRC-32 eight bytes at a time, by table.
#include <pthread.h>

#include "kernels.h"

// The reflected polynomial: bit 31 - i is the coefficient of x^i.
#define POLYNOMIAL 0xEDB88320u

// tables[k][b] is what byte b contributes once k more bytes have followed it.
static uint32_t tables[8][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void fill(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < 8; k++) {
    for (size_t byte = 0; byte < 256; byte++) {
      uint32_t crc = tables[k - 1][byte];
      tables[k][byte] = crc >> 8 ^ tables[0][crc & 0xFF];
    }
  }
}

uint32_t birdie_crc32_by_table(uint32_t crc, const void *bytes, size_t n) {
  pthread_once(&tables_once, fill);
  const uint8_t *next = bytes;
  crc = ~crc;
  for (; n >= 8; n -= 8, next += 8) {
    uint32_t low = crc ^ ((uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 |
                          (uint32_t)next[3] << 24);
    crc = tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^ tables[5][low >> 16 & 0xFF] ^
          tables[4][low >> 24] ^ tables[3][next[4]] ^ tables[2][next[5]] ^ tables[1][next[6]] ^
          tables[0][next[7]];
  }
  for (; n > 0; n--, next++) crc = crc >> 8 ^ tables[0][(crc ^ *next) & 0xFF];
  return ~crc;
}

uint32_t birdie_crc32(uint32_t crc, const void *bytes, size_t n) {
  return birdie_kernels()->crc32(crc, bytes, n);
}
