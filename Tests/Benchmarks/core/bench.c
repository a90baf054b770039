#include "bench.h"

#include <time.h>

/* Clock, floor and table. */

double floor_ns;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double run(body *call, void *context, size_t repeats) {
  double start = now();
  for (size_t i = 0; i < repeats; i++) {
    call(context);
  }
  return (now() - start) / (double)repeats;
}

double measure_once(body *call, void *context) { return run(call, context, 1); }

double measure(body *call, void *context, size_t items) {
  enum { FEWEST = 15 };
  const double long_enough = 2e6, in_all = 5e8;
  double once = run(call, context, 1);
  size_t repeats = once > long_enough ? 1 : (size_t)(long_enough / (once + 1)) + 1;
  double best = once, total = once;
  for (int i = 0; i < FEWEST || total < in_all; i++) {
    double time = run(call, context, repeats);
    best = time < best ? time : best;
    total += time * (double)repeats;
  }
  return best / (double)items;
}

#define FLOOR_LINES (256u << 20 >> 6)
#define FLOOR_READS 200000u

struct floor_reads {
  uint64_t *lines;
  uint32_t *places;
  uint64_t sum;
};

static void read_lines(void *context) {
  struct floor_reads *reads = context;
  uint64_t sum = 0;
  for (uint32_t i = 0; i < FLOOR_READS; i++) {
    sum += reads->lines[(size_t)reads->places[i] * 8];
  }
  reads->sum += sum;
}

double measure_floor(void) {
  random_source random = {11};
  struct floor_reads reads = {calloc(FLOOR_LINES, 64), malloc(FLOOR_READS * sizeof(uint32_t)), 0};
  for (size_t i = 0; i < FLOOR_LINES; i++) {
    reads.lines[i * 8] = 1;
  }
  double best = 0;
  for (int round = 0; round < 9; round++) {
    for (uint32_t i = 0; i < FLOOR_READS; i++) {
      reads.places[i] = below(&random, FLOOR_LINES);
    }
    double start = now();
    read_lines(&reads);
    double time = (now() - start) / FLOOR_READS;
    best = round == 0 || time < best ? time : best;
  }
  REQUIRE(reads.sum == 9u * FLOOR_READS);
  free(reads.places);
  free(reads.lines);
  return best;
}

double scaled(double limit) { return limit * floor_ns / 8.5; }

double best_of(struct ours ours) {
  switch (core_best_instructions()) {
  case CORE_AVX512:
    return ours.avx512;
  case CORE_AVX2:
    return ours.avx2;
  default:
    return ours.portable;
  }
}

void print_table_head(void) {
  puts("| workload | AVX-512 | AVX2 | portable | peers in the same run | judged | limit | of limit "
       "| |");
  puts("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
}

static void print_figure(double figure) {
  if (figure == 0) {
    printf(" – |");
  } else {
    printf(" %.*f |", figure < 100 ? 2 : 0, figure);
  }
}

void print_row(const char *workload, struct ours ours, const char *peers, double value,
               double limit, const char *rule) {
  printf("| %s |", workload);
  print_figure(ours.avx512);
  print_figure(ours.avx2);
  print_figure(ours.portable);
  printf(" %s |", peers);
  print_figure(value);
  printf(" %.2f: %s | %.2f | %s |\n", limit, rule, value / limit,
         value <= limit ? "pass" : "**fail**");
  fflush(stdout);
}
