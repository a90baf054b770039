#include "bench.h"

/* Prints the table of docs/core-benchmarks.md. With arguments only the parts they name. */

static const struct {
  const char *name;
  void (*run)(void);
} parts[] = {{"hot", bench_hot_sets}, {"cold", bench_cold_sets}, {"tables", bench_tables},
             {"ports", bench_ports},  {"text", bench_text},      {"ranks", bench_ranks},
             {"growth", bench_growth}};

int main(int count, char **names) {
  start_dpdk();
  floor_ns = measure_floor();
  printf("Floor, one overlapped miss: %.2f ns.\n\n", floor_ns);
  print_table_head();
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    bool wanted = count == 1;
    for (int j = 1; j < count; j++) {
      wanted |= strcmp(names[j], parts[i].name) == 0;
    }
    if (wanted) {
      parts[i].run();
    }
  }
  return 0;
}
