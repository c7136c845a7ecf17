#include "zpaq_model.h"

// A bit history counts zeros and ones, bounded; short ones also tell which bit came last.
enum { MAX_COUNT = 50 };

static int state_variants(int zeros, int ones) {
  static const int bounds[6] = {20, 48, 15, 8, 6, 5};
  int larger = zeros > ones ? zeros : ones;
  int smaller = zeros > ones ? ones : zeros;
  if (smaller < 0 || smaller >= 6 || larger > bounds[smaller]) return 0;
  return smaller > 0 && larger + smaller <= 17 ? 2 : 1;
}

// What a count becomes when the opposite bit is seen: recent bits outweigh old ones.
static int discounted(int count) { return count < 6 ? count : count < 7 ? 5 : count < 8 ? 6 : 7; }

// The counts after one more bit, which `small_seen` says is the one counted in `*small`.
static void advance(int *large, int *small, int small_seen) {
  if (small_seen) {
    (*small)++;
    *large = discounted(*large);
  } else {
    (*large)++;
    *small = discounted(*small);
  }
  while (!state_variants(*large, *small)) {
    if (*small < 2) {
      (*large)--;
    } else {
      *large = (*large * (*small - 1) + *small / 2) / *small;
      (*small)--;
    }
  }
}

static void fill_transitions(zpaq_model *model, uint8_t numbers[MAX_COUNT][MAX_COUNT][2],
                             int zeros, int ones, int last) {
  uint8_t state = numbers[zeros][ones][last];
  for (int bit = 0; bit < 2; bit++) {
    int new_zeros = zeros;
    int new_ones = ones;
    if (zeros >= ones) advance(&new_zeros, &new_ones, bit);
    else advance(&new_ones, &new_zeros, !bit);
    model->next_state[state][bit] = numbers[new_zeros][new_ones][bit];
  }
  model->state_counts[state][0] = (uint8_t)zeros;
  model->state_counts[state][1] = (uint8_t)ones;
}

void zpaq_fill_states(zpaq_model *model) {
  uint8_t numbers[MAX_COUNT][MAX_COUNT][2] = {{{0}}};
  int next = 0;
  for (int sum = 0; sum < MAX_COUNT; sum++) {
    for (int ones = 0; ones <= sum; ones++) {
      int variants = state_variants(sum - ones, ones);
      if (!variants) continue;
      numbers[sum - ones][ones][0] = (uint8_t)next;
      numbers[sum - ones][ones][1] = (uint8_t)(next + variants - 1);
      next += variants;
    }
  }
  for (int zeros = 0; zeros < MAX_COUNT; zeros++) {
    for (int ones = 0; ones < MAX_COUNT; ones++) {
      for (int last = 0; last < state_variants(zeros, ones); last++) {
        fill_transitions(model, numbers, zeros, ones, last);
      }
    }
  }
}
