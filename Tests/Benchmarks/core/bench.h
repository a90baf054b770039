#ifndef BENCH_H
#define BENCH_H

#include "detect_core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------ measuring */

typedef void body(void *context);

/* The shortest of many runs of `call`, in ns for each of `items`. A run repeats the call until it
 * is long enough for the clock; there are runs for half a second, since neighbors come and go. */
double measure(body *call, void *context, size_t items);

/* One run of one call, in ns. */
double measure_once(body *call, void *context);

/* One overlapped miss of the cache: the mean cost of reading a line anywhere in 256 MiB, the
 * places being known beforehand. */
double measure_floor(void);

/* Stops the program when what was measured is not right. */
#define REQUIRE(condition)                                                                         \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf(stderr, "%s:%d: wrong answer: %s\n", __FILE__, __LINE__, #condition);                \
      exit(1);                                                                                     \
    }                                                                                              \
  } while (0)

/* -------------------------------------------------------------------------------------- the table
 */

/* Ours in ns with AVX-512, AVX2 and portable C; 0 is not measured. */
struct ours {
  double avx512, avx2, portable;
};

#define INSTRUCTIONS 3

/* The figure of the best instructions of this processor. */
double best_of(struct ours ours);

/* A row: what `value` is judged by is `limit`, and `rule` says where that comes from. */
void print_row(const char *workload, struct ours ours, const char *peers, double value,
               double limit, const char *rule);
void print_table_head(void);
extern double floor_ns; /* measured in this run */
/* A limit of the machine on which an overlapped miss took 8.5 ns, on this one. */
double scaled(double limit);

/* ------------------------------------------------------------------------------------- workloads
 */

typedef struct {
  uint64_t state;
} random_source;
uint64_t next_random(random_source *random);
uint32_t below(random_source *random, uint32_t limit);

struct prefixes {
  core_prefix *items;
  size_t count;
};

enum family { IPV4 = 4, IPV6 = 6 };

/* As in lists people write: long prefixes in shared sites. */
struct prefixes small_list(enum family family, size_t count, random_source *random);
/* As in a routing table: public distribution of lengths, clustered and nested. */
struct prefixes routing_table(enum family family, size_t count, random_source *random);
/* Half inside a prefix, a quarter next to one, a quarter anywhere. */
void make_addresses(enum family family, struct prefixes prefixes, core_address *addresses,
                    size_t count, random_source *random);

core_cidr_set *freeze(struct prefixes prefixes, core_instructions instructions);

/* The oracle: sorted, disjoint ranges and a binary search that shares no code with the library. */
struct oracle {
  core_address *first, *last;
  size_t count;
};
struct oracle make_oracle(struct prefixes prefixes);
void free_oracle(struct oracle oracle);
bool oracle_contains(const struct oracle *oracle, core_address address);

/* Calls back for the disjoint prefixes that the ranges are made of; no workload has a /0. */
typedef void add_prefix(void *table, core_address network, int length);
void each_prefix(const struct oracle *oracle, add_prefix *add, void *table);

/* ----------------------------------------------------------------------------------------- peers
 */

/* DPDK's tables, all with the same prefixes; answers are checked against the oracle. */
struct peers {
  double fib, lpm;
};
void start_dpdk(void);
struct peers measure_dpdk(enum family family, const struct oracle *oracle,
                          const core_address *addresses, size_t count);
double measure_mmdb(enum family family, const struct oracle *oracle, const core_address *addresses,
                    size_t count);
/* The union of prefixes by a trie, as a body to be measured; tells its ranges and its bytes. */
struct trie_build {
  struct prefixes prefixes;
  size_t ranges, bytes;
};
void build_trie(void *build);
void sort_with_highway(int64_t *values, size_t count);

/* ------------------------------------------------------------------------------------- benchmarks
 */

void bench_hot_sets(void);
void bench_cold_sets(void);
void bench_tables(void);
void bench_growth(void);
void bench_ports(void);
void bench_text(void);
void bench_ranks(void);

#endif
