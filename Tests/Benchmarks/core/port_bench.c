#include "bench.h"

#include <roaring/roaring.h>

/* Sets of ports against CRoaring's containers. */

enum { PROBES = 32768 };

struct probes {
  const core_port_set *set;
  const roaring_bitmap_t *roaring;
  uint16_t ports[PROBES];
  uint64_t bits[PROBES / 64];
  uint64_t inside;
};

static void probe_one_by_one(void *context) {
  struct probes *probes = context;
  uint64_t inside = 0;
  for (size_t i = 0; i < PROBES; i++) {
    inside += core_port_set_contains(probes->set, probes->ports[i]);
  }
  probes->inside = inside;
}

static void probe_in_bulk(void *context) {
  struct probes *probes = context;
  core_port_set_contains_many(probes->set, probes->ports, PROBES, probes->bits);
}

static void probe_roaring(void *context) {
  struct probes *probes = context;
  uint64_t inside = 0;
  for (size_t i = 0; i < PROBES; i++) {
    inside += roaring_bitmap_contains(probes->roaring, probes->ports[i]);
  }
  probes->inside = inside;
}

static void bench_port_set(struct probes *probes, uint32_t count) {
  random_source random = {count};
  core_port_range *ranges = malloc(count * sizeof *ranges);
  roaring_bitmap_t *roaring = roaring_bitmap_create();
  static bool expected[65536];
  memset(expected, 0, sizeof expected);
  for (uint32_t i = 0; i < count; i++) {
    uint16_t port = (uint16_t)next_random(&random);
    ranges[i] = (core_port_range){port, port};
    roaring_bitmap_add(roaring, port);
    expected[port] = true;
  }
  roaring_bitmap_run_optimize(roaring);
  for (size_t i = 0; i < PROBES; i++) {
    probes->ports[i] =
        i % 2 == 0 ? ranges[below(&random, count)].first : (uint16_t)next_random(&random);
  }
  struct ours best = {0};
  size_t size = 0;
  for (int i = 0; i <= (int)core_best_instructions(); i++) {
    core_port_set *set;
    REQUIRE(core_port_set_build(NULL, ranges, count, (core_instructions)i, &set) == CORE_OK);
    probes->set = set;
    size = core_port_set_size(set);
    double single = measure(probe_one_by_one, probes, PROBES);
    double bulk = measure(probe_in_bulk, probes, PROBES);
    double *figures[] = {&best.portable, &best.avx2, &best.avx512};
    *figures[i] = single < bulk ? single : bulk;
    for (size_t j = 0; j < PROBES; j++) {
      bool answer = probes->bits[j / 64] >> j % 64 & 1;
      REQUIRE(answer == expected[probes->ports[j]]);
      REQUIRE(answer == core_port_set_contains(set, probes->ports[j]));
    }
    core_port_set_free(set, NULL);
  }
  probes->roaring = roaring;
  uint64_t ours = probes->inside;
  double peer = measure(probe_roaring, probes, PROBES);
  REQUIRE(probes->inside == ours);
  char name[80], others[80];
  snprintf(name, sizeof name, "port set of %u (%zu bytes)", count, size);
  snprintf(others, sizeof others, "CRoaring %.2f", peer);
  double limit = peer / 6 < 1 ? peer / 6 : 1;
  print_row(name, best, others, best_of(best), limit, "1 ns and 1/6 of CRoaring");
  if (count == 24) {
    print_row("bytes of it", (struct ours){0}, "–", (double)size, 64, "goal");
  }
  roaring_bitmap_free(roaring);
  free(ranges);
}

void bench_ports(void) {
  struct probes *probes = malloc(sizeof *probes);
  uint32_t counts[] = {1, 24, 32, 1000};
  for (int i = 0; i < 4; i++) {
    bench_port_set(probes, counts[i]);
  }
  free(probes);
}
