// The search for the best codes along a trellis, compiled for every instruction set. Include it
// once per instruction set with INSTALL naming the function that fills a table, MASK(v) giving the
// eight sign bits of a vector of integers, and PERMUTE(v, places) its lanes from these places.
//
// Only additions, multiplications and comparisons are used, each rounded by itself, so every table
// chooses the same codes.
#include "kernels.h"

// Lanes never cross a call that is not inlined, so it does not matter how calls would pass them.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

typedef float quad __attribute__((vector_size(16), aligned(4)));
typedef int32_t quad_ints __attribute__((vector_size(16), aligned(4)));
typedef float octet __attribute__((vector_size(32), aligned(4)));
typedef int32_t octet_ints __attribute__((vector_size(32), aligned(4)));

// For one number, the best point of each subset (points = k modulo 4) and what it costs.
struct subset_choice {
  quad cost;
  quad_ints point;
};

INLINE quad_ints pick(quad_ints mask, quad_ints yes, quad_ints no) {
  return (yes & mask) | (no & ~mask);
}

INLINE struct subset_choice choose_in_subsets(float x, const struct birdie_trellis_search *search,
                                              quad_ints low, quad_ints high) {
  const quad offset = {0, 1, 2, 3};
  const float rounder = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number
  const float most = 1 << 20;
  x = x > most ? most : x < -most ? -most : x;
  quad whole = (x - offset) * 0.25f + rounder;
  quad_ints fours = (quad_ints)whole - (quad_ints)((quad){} + rounder);
  quad_ints point = fours * 4 + (quad_ints){0, 1, 2, 3};
  point = pick(point < low, low, point);
  point = pick(point > high, high, point);
  quad distance = x - __builtin_convertvector(point, quad);
  struct subset_choice best = {distance * distance, point};
  if (!search->rate) return best;
  // A point nearer to zero may be worth its error.
  quad_ints inward = ((point > 3) & -4) | ((point < -3) & 4);
  quad_ints inner = point + inward;
  quad inner_distance = x - __builtin_convertvector(inner, quad);
  quad inner_cost = inner_distance * inner_distance;
  for (int k = 0; k < 4; k++) {
    best.cost[k] += search->rate[point[k] - search->least];
    inner_cost[k] += search->rate[inner[k] - search->least];
  }
  quad_ints better = inner_cost < best.cost;
  best.point = pick(better, inner, point);
  best.cost = (quad)pick(better, (quad_ints)inner_cost, (quad_ints)best.cost);
  return best;
}

// One step of the eight-state code 13, 4: the state after state s and a point of parity p above the
// superset z = s mod 2 is s >> 1, with bit 1 flipped for p and bits 0 and 2 for z.
INLINE uint8_t step_eight(octet *cost, quad m) {
  octet even = __builtin_shufflevector(*cost, *cost, 0, 2, 4, 6, 3, 1, 7, 5);
  octet odd = __builtin_shufflevector(*cost, *cost, 4, 6, 0, 2, 7, 5, 3, 1);
  even += __builtin_shufflevector(m, m, 0, 0, 0, 0, 1, 1, 1, 1);
  odd += __builtin_shufflevector(m, m, 2, 2, 2, 2, 3, 3, 3, 3);
  octet_ints takes_odd = odd < even;
  *cost = (octet)(((octet_ints)odd & takes_odd) | ((octet_ints)even & ~takes_odd));
  return (uint8_t)MASK(takes_odd);
}

// The state before `state` when the parity was p, and the subset of the point between them.
INLINE uint32_t before(uint32_t state, uint32_t p, const struct birdie_trellis_search *search,
                       uint32_t *subset) {
  // The superset flips the top bit, which s >> 1 lacks and the parity leaves.
  uint32_t z = state >= search->states / 2;
  uint32_t half = state ^ (p ? search->code_taps : 0) ^ (z ? search->superset_taps : 0);
  *subset = z + 2 * p;
  return 2 * half + z;
}

// One step for four states.
INLINE uint8_t step_four(float *cost, quad m, const struct birdie_trellis_search *search) {
  float next[4];
  uint8_t decisions = 0;
  uint32_t subset;
  for (uint32_t t = 0; t < 4; t++) {
    uint32_t z = t >= 2;
    float even = cost[before(t, 0, search, &subset)] + m[z];
    float odd = cost[before(t, 1, search, &subset)] + m[z + 2];
    decisions |= (uint8_t)((odd < even) << t);
    next[t] = odd < even ? odd : even;
  }
  memcpy(cost, next, sizeof next);
  return decisions;
}

// One step for sixteen states and more. Costs lie apart by supersets: cost[z * states / 2 + s / 2].
// The states before eight neighbours are eight neighbours in another order, which exclusive or with
// the taps gives.
INLINE void step_many(float *cost, quad m, uint32_t states,
                      const struct birdie_trellis_search *search, uint8_t *decisions) {
  float next[256];
  const uint32_t half = states / 2;
  const octet_ints lanes = {0, 1, 2, 3, 4, 5, 6, 7};
  for (uint32_t z = 0; z < 2; z++) {
    const uint32_t taps = z ? search->superset_taps & (half - 1) : 0;
    const uint32_t odd_taps = taps ^ search->code_taps;
    for (uint32_t t = 0; t < half; t += 8) {
      octet even, odd;
      memcpy(&even, cost + z * half + (t ^ (taps & ~7u)), sizeof even);
      memcpy(&odd, cost + z * half + (t ^ (odd_taps & ~7u)), sizeof odd);
      even = PERMUTE(even, lanes ^ (int32_t)(taps & 7)) + m[z];
      odd = PERMUTE(odd, lanes ^ (int32_t)(odd_taps & 7)) + m[z + 2];
      octet_ints takes_odd = odd < even;
      octet best = (octet)(((octet_ints)odd & takes_odd) | ((octet_ints)even & ~takes_odd));
      decisions[(z * half + t) / 8] = (uint8_t)MASK(takes_odd);
      // State z * half + t has the superset of t, and t / 2 is its place.
      quad zeros = __builtin_shufflevector(best, best, 0, 2, 4, 6);
      quad ones = __builtin_shufflevector(best, best, 1, 3, 5, 7);
      memcpy(next + (z * half + t) / 2, &zeros, sizeof zeros);
      memcpy(next + half + (z * half + t) / 2, &ones, sizeof ones);
    }
  }
  memcpy(cost, next, states * sizeof *cost);
}

// Where the cost of a state lies.
INLINE uint32_t place(uint32_t state, uint32_t states) {
  return states < 16 ? state : (state & 1) * (states / 2) + state / 2;
}

// Takes the least cost from all: costs stay small, so that float32 tells them apart.
INLINE float level(float *cost, uint32_t states) {
  float least = cost[0];
  for (uint32_t s = 1; s < states; s++) least = cost[s] < least ? cost[s] : least;
  for (uint32_t s = 0; s < states; s++) cost[s] -= least;
  return least;
}

// Goes through the numbers, with what is decided at each.
INLINE double go_forward(float *cost, int16_t *choices, uint8_t *decisions, const float *x,
                         size_t n, uint32_t states, const struct birdie_trellis_search *search) {
  quad_ints low, high;
  for (int k = 0; k < 4; k++) {
    low[k] = search->least + ((k - search->least) & 3);
    high[k] = search->greatest - ((search->greatest - k) & 3);
  }
  octet eight = {0};
  if (states == 8) memcpy(&eight, cost, sizeof eight);
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    struct subset_choice best = choose_in_subsets(x[i], search, low, high);
    for (int k = 0; k < 4; k++) choices[4 * i + (size_t)k] = (int16_t)best.point[k];
    if (states == 8) {
      decisions[i] = step_eight(&eight, best.cost);
    } else if (states == 4) {
      decisions[i] = step_four(cost, best.cost, search);
    } else {
      step_many(cost, best.cost, states, search, decisions + i * (states / 8));
    }
    if (i % 64 < 63 && i + 1 < n) continue;
    if (states == 8) memcpy(cost, &eight, sizeof eight);
    sum += level(cost, states);
    if (states == 8) memcpy(&eight, cost, sizeof eight);
  }
  return sum;
}

static double trellis_search(int16_t *points, const float *x, size_t n,
                             const struct birdie_trellis_search *search, void *workspace) {
  const uint32_t states = search->states, row = states < 8 ? 1 : states / 8;
  int16_t *choices = workspace;  // four of each number
  uint8_t *decisions = (uint8_t *)(choices + 4 * n);
  float cost[256];
  for (uint32_t s = 0; s < states; s++) cost[s] = s ? 1e30f : 0;
  double sum = 0;
  // One loop for each number of states, so that the compiler knows it.
  switch (states) {
#define FORWARD(count) \
  case count: sum = go_forward(cost, choices, decisions, x, n, count, search); break
    FORWARD(4);
    FORWARD(8);
    FORWARD(16);
    FORWARD(32);
    FORWARD(64);
    FORWARD(128);
    FORWARD(256);
#undef FORWARD
  }
  uint32_t state = 0, subset;
  while (n > 0 && cost[place(state, states)] > 0) state++;
  for (size_t i = n; i-- > 0;) {
    uint32_t p = decisions[i * row + state / 8] >> state % 8 & 1;
    state = before(state, p, search, &subset);
    points[i] = choices[4 * i + subset];
  }
  return sum;
}

void INSTALL(struct birdie_kernel_table *table) { table->trellis_search = trellis_search; }
