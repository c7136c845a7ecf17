// The start and the end of statistics; what happens in between is a kernel.
#include <math.h>

#include "kernels.h"

void birdie_stats_init(struct birdie_stats *stats) {
  *stats = (struct birdie_stats){.minimum = INFINITY, .maximum = -INFINITY};
}

static double sum_in_order(const double lanes[8]) {
  double sum = lanes[0];
  for (size_t i = 1; i < 8; i++) sum += lanes[i];
  return sum;
}

double birdie_stats_sum(const struct birdie_stats *stats) {
  return sum_in_order(stats->sum_lanes);
}

double birdie_stats_sum_of_squares(const struct birdie_stats *stats) {
  return sum_in_order(stats->square_lanes);
}
