// The search for the best codes along a trellis, compiled for every instruction set. Include it once
// per instruction set with INSTALL naming the function that fills a table, and MASK(v) giving the
// eight sign bits of a vector of integers.
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
  quad_ints point = ((quad_ints)whole - (quad_ints)((quad){} + rounder)) * 4 + (quad_ints){0, 1, 2, 3};
  point = pick(point < low, low, point);
  point = pick(point > high, high, point);
  quad distance = x - __builtin_convertvector(point, quad);
  struct subset_choice best = {distance * distance, point};
  if (!search->rate) return best;
  // A point nearer to zero may be worth its error.
  quad_ints inner = point + pick(point > 3, (quad_ints){} - 4, pick(point < -3, (quad_ints){} + 4, (quad_ints){}));
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

INLINE float least_cost(const float *cost, uint32_t states) {
  float least = cost[0];
  for (uint32_t s = 1; s < states; s++) least = cost[s] < least ? cost[s] : least;
  return least;
}

static void step_any(float *cost, const uint16_t *sources, quad m, uint32_t states,
                     uint8_t *decisions) {
  float next[256];
  for (uint32_t t = 0; t < states; t++) {
    uint32_t z = t >= states / 2;
    float even = cost[sources[2 * t]] + m[z], odd = cost[sources[2 * t + 1]] + m[z + 2];
    decisions[t / 8] = (uint8_t)((t % 8 ? decisions[t / 8] : 0) | (odd < even) << t % 8);
    next[t] = odd < even ? odd : even;
  }
  memcpy(cost, next, states * sizeof *cost);
}

static double trellis_search(int16_t *points, const float *x, size_t n,
                             const struct birdie_trellis_search *search, void *workspace) {
  const uint32_t states = search->states, row = states / 8 + (states < 8);
  int16_t *choices = workspace;  // four of each number
  uint8_t *decisions = (uint8_t *)(choices + 4 * n);
  uint16_t sources[2 * 256];
  uint32_t subset;
  for (uint32_t t = 0; t < states; t++) {
    for (uint32_t p = 0; p < 2; p++) sources[2 * t + p] = (uint16_t)before(t, p, search, &subset);
  }
  quad_ints low, high;
  for (int k = 0; k < 4; k++) {
    low[k] = search->least + ((k - search->least) & 3);
    high[k] = search->greatest - ((search->greatest - k) & 3);
  }
  const float unreachable = 1e30f;
  float cost[256];
  for (uint32_t s = 0; s < states; s++) cost[s] = s ? unreachable : 0;
  octet eight;
  memcpy(&eight, cost, 4 * sizeof *cost);
  if (states == 8) memcpy(&eight, cost, sizeof eight);
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    struct subset_choice best = choose_in_subsets(x[i], search, low, high);
    for (int k = 0; k < 4; k++) choices[4 * i + (size_t)k] = (int16_t)best.point[k];
    if (states == 8) {
      decisions[i] = step_eight(&eight, best.cost);
    } else {
      step_any(cost, sources, best.cost, states, decisions + i * row);
    }
    if (i % 64 < 63 && i + 1 < n) continue;
    // Costs stay small, so that float32 tells them apart.
    if (states == 8) memcpy(cost, &eight, sizeof eight);
    float least = least_cost(cost, states);
    for (uint32_t s = 0; s < states; s++) cost[s] -= least;
    if (states == 8) memcpy(&eight, cost, sizeof eight);
    sum += least;
  }
  uint32_t state = 0;
  while (n > 0 && cost[state] > 0) state++;
  for (size_t i = n; i-- > 0;) {
    uint32_t p = decisions[i * row + state / 8] >> state % 8 & 1;
    state = before(state, p, search, &subset);
    points[i] = choices[4 * i + subset];
  }
  return sum;
}

void INSTALL(struct birdie_kernel_table *table) { table->trellis_search = trellis_search; }
