#include "zpaq_model.h"

enum {
  // A context program is straight-line code of some 150 steps; this bounds one that loops.
  MAX_STEPS = 2048,
};

static void swap_word(uint32_t *left, uint32_t *right) {
  uint32_t kept = *left;
  *left = *right;
  *right = kept;
}

static void swap_byte(uint32_t *word, uint8_t *byte) {
  uint8_t kept = (uint8_t)*word;
  *word = (*word & ~(uint32_t)0xff) | *byte;
  *byte = kept;
}

// Operand `index` of the eight: A B C D *B *C *D and the number after the instruction.
static uint32_t load(const zpaq_machine *z, unsigned index, uint32_t number) {
  switch (index) {
    case 0: return z->a;
    case 1: return z->b;
    case 2: return z->c;
    case 3: return z->d;
    case 4: return z->m[z->b & z->m_mask];
    case 5: return z->m[z->c & z->m_mask];
    case 6: return z->h[z->d & z->h_mask];
    default: return number;
  }
}

static void store(zpaq_machine *z, unsigned index, uint32_t value) {
  switch (index) {
    case 0: z->a = value; break;
    case 1: z->b = value; break;
    case 2: z->c = value; break;
    case 3: z->d = value; break;
    case 4: z->m[z->b & z->m_mask] = (uint8_t)value; break;
    case 5: z->m[z->c & z->m_mask] = (uint8_t)value; break;
    default: z->h[z->d & z->h_mask] = value; break;
  }
}

// Opcodes 0-55 but the jumps: swap, increment, decrement, invert, clear, and the registers R.
static int change_operand(zpaq_machine *z, unsigned opcode, uint32_t number) {
  unsigned index = opcode >> 3;
  uint32_t value = load(z, index, 0);
  switch (opcode & 7) {
    case 0:
      if (index == 0) return ZPAQ_PROGRAM;
      if (index == 4) swap_byte(&z->a, &z->m[z->b & z->m_mask]);
      else if (index == 5) swap_byte(&z->a, &z->m[z->c & z->m_mask]);
      else if (index == 6) swap_word(&z->a, &z->h[z->d & z->h_mask]);
      else swap_word(&z->a, index == 1 ? &z->b : index == 2 ? &z->c : &z->d);
      return ZPAQ_OK;
    case 1: store(z, index, value + 1); return ZPAQ_OK;
    case 2: store(z, index, value - 1); return ZPAQ_OK;
    case 3: store(z, index, ~value); return ZPAQ_OK;
    case 4: store(z, index, 0); return ZPAQ_OK;
    case 7:
      if (index < 4) store(z, index, z->r[number]);
      else z->r[number] = z->a;  // 55, R=A; 39 and 47 are jumps
      return ZPAQ_OK;
    default: return ZPAQ_PROGRAM;
  }
}

// Opcodes 128-239: A = A op operand, or the flag from a comparison.
static int compute(zpaq_machine *z, unsigned opcode, uint32_t x) {
  switch ((opcode - 128) >> 3) {
    case 0: z->a += x; break;
    case 1: z->a -= x; break;
    case 2: z->a *= x; break;
    case 3: z->a = x ? z->a / x : 0; break;
    case 4: z->a = x ? z->a % x : 0; break;
    case 5: z->a &= x; break;
    case 6: z->a &= ~x; break;
    case 7: z->a |= x; break;
    case 8: z->a ^= x; break;
    case 9: z->a <<= x & 31; break;
    case 10: z->a >>= x & 31; break;
    case 11: z->f = z->a == x; break;
    case 12: z->f = z->a < x; break;
    case 13: z->f = z->a > x; break;
    default: return ZPAQ_PROGRAM;
  }
  return ZPAQ_OK;
}

// Whether the instruction is followed by a number: all whose low three bits are set.
static int has_number(unsigned opcode) { return (opcode & 7) == 7; }

// Moves `*pc`, which stands after the one-byte distance, if the jump is taken.
static void jump(size_t *pc, uint32_t distance, int taken) {
  if (taken) *pc = *pc + ((distance + 128) & 255) - 128;  // may wrap; the caller checks
}

int zpaq_machine_run(zpaq_machine *z, uint8_t byte) {
  size_t pc = 0;
  z->a = byte;
  for (int step = 0; step < MAX_STEPS; step++) {
    if (pc >= z->program_count) return ZPAQ_PROGRAM;
    unsigned opcode = z->program[pc++];
    uint32_t number = 0;
    if (has_number(opcode)) {
      if (pc >= z->program_count) return ZPAQ_PROGRAM;
      number = z->program[pc++];
    }
    int status = ZPAQ_OK;
    if (opcode == 56) return ZPAQ_OK;  // HALT
    if (opcode == 39) jump(&pc, number, z->f != 0);
    else if (opcode == 47) jump(&pc, number, z->f == 0);
    else if (opcode == 63) jump(&pc, number, 1);
    else if (opcode == 57) continue;  // OUT, which does nothing while computing contexts
    else if (opcode == 59) z->a = (z->a + z->m[z->b & z->m_mask] + 512) * 773;
    else if (opcode == 60) {
      uint32_t *hash = &z->h[z->d & z->h_mask];
      *hash = (*hash + z->a + 512) * 773;
    } else if (opcode == 255) {
      if (pc >= z->program_count) return ZPAQ_PROGRAM;
      pc = number + 256 * (size_t)z->program[pc];
    } else if (opcode < 56) status = change_operand(z, opcode, number);
    else if (opcode >= 64 && opcode < 120) store(z, opcode >> 3 & 7, load(z, opcode & 7, number));
    else if (opcode < 128 || opcode >= 240) status = ZPAQ_PROGRAM;
    else status = compute(z, opcode, load(z, opcode & 7, number));
    if (status != ZPAQ_OK) return status;
  }
  return ZPAQ_PROGRAM;
}
