#include "bench.h"

#include <math.h>

/* Eleven percentiles of ten million values, against sorting with Highway's vqsort. */

enum { VALUES = 10000000, RANKS = 11 };

struct values {
  int64_t *given, *sorted;
  size_t ranks[RANKS];
  int64_t selected[RANKS];
};

static void select_ranks(void *context) {
  struct values *values = context;
  REQUIRE(core_select_ranks(NULL, values->given, VALUES, values->ranks, RANKS, values->selected) ==
          CORE_OK);
}

static double uniform(random_source *random) {
  return ((double)(next_random(random) >> 11) + 0.5) / (double)(UINT64_C(1) << 53);
}

static int64_t draw(int shape, random_source *random) {
  switch (shape) {
  case 0: {
    double normal = sqrt(-2 * log(uniform(random))) * cos(6.283185307179586 * uniform(random));
    return (int64_t)exp(10 + 2 * normal);
  }
  case 1:
    return (int64_t)below(random, 100);
  default:
    return (int64_t)(next_random(random) >> 1);
  }
}

static void sort_copy(void *context) {
  struct values *values = context;
  sort_with_highway(values->sorted, VALUES);
}

void bench_ranks(void) {
  static const double percents[RANKS] = {0.01, 1, 5, 10, 25, 50, 75, 90, 95, 99, 99.99};
  static const char *const shapes[] = {"lognormal", "small integers", "uniform"};
  struct values values = {
      malloc(VALUES * sizeof(int64_t)), malloc(VALUES * sizeof(int64_t)), {0}, {0}};
  for (int i = 0; i < RANKS; i++) {
    values.ranks[i] = (size_t)ceil(percents[i] / 100 * VALUES) - 1;
  }
  for (int shape = 0; shape < 3; shape++) {
    random_source random = {(uint64_t)shape};
    for (size_t i = 0; i < VALUES; i++) {
      values.given[i] = draw(shape, &random);
    }
    double ours = measure(select_ranks, &values, 1) / 1e6;
    double peer = 0;
    for (int run = 0; run < 3; run++) {
      /* What is sorted already sorts faster: a fresh copy for each run, not counted. */
      memcpy(values.sorted, values.given, VALUES * sizeof(int64_t));
      double time = measure_once(sort_copy, &values) / 1e6;
      peer = run == 0 || time < peer ? time : peer;
    }
    for (int i = 0; i < RANKS; i++) {
      REQUIRE(values.selected[i] == values.sorted[values.ranks[i]]);
    }
    char name[80], others[80];
    snprintf(name, sizeof name, "11 ranks of 10,000,000, %s, ms", shapes[shape]);
    snprintf(others, sizeof others, "vqsort %.0f", peer);
    print_row(name, (struct ours){0, 0, ours}, others, ours, 20, "goal");
  }
  free(values.given);
  free(values.sorted);
}
