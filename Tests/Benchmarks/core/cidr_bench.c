#include "bench.h"

/* Sets of networks: one hot set, thousands of cold ones, and whole routing tables. */

enum { ADDRESSES = 32768 };

/* What a call of ours works on. */
struct visits {
  const core_cidr_set **sets; /* for each address, or one */
  core_address *addresses;
  size_t count;
  uint64_t *bits;
  uint64_t inside;
};

static struct visits make_visits(size_t count) {
  return (struct visits){malloc(count * sizeof(core_cidr_set *)),
                         malloc(count * sizeof(core_address)), count,
                         calloc((count + 63) / 64, sizeof(uint64_t)), 0};
}

static void free_visits(struct visits visits) {
  free(visits.sets);
  free(visits.addresses);
  free(visits.bits);
}

static void visit_one_by_one(void *context) {
  struct visits *visits = context;
  uint64_t inside = 0;
  for (size_t i = 0; i < visits->count; i++) {
    inside += core_cidr_set_contains(visits->sets[0], visits->addresses[i]);
  }
  visits->inside = inside;
}

static void visit_in_bulk(void *context) {
  struct visits *visits = context;
  core_cidr_set_contains_many(visits->sets[0], visits->addresses, visits->count, visits->bits);
}

static void visit_sets(void *context) {
  struct visits *visits = context;
  uint64_t inside = 0;
  for (size_t i = 0; i < visits->count; i++) {
    inside += core_cidr_set_contains(visits->sets[i], visits->addresses[i]);
  }
  visits->inside = inside;
}

static void visit_pairs(void *context) {
  struct visits *visits = context;
  core_cidr_set_contains_pairs(visits->sets, visits->addresses, visits->count, visits->bits);
}

static uint64_t count_bits(const struct visits *visits) {
  uint64_t count = 0;
  for (size_t i = 0; i < (visits->count + 63) / 64; i++) {
    count += (uint64_t)__builtin_popcountll(visits->bits[i]);
  }
  return count;
}

static double *figure(struct ours *ours, int instructions) {
  double *figures[] = {&ours->portable, &ours->avx2, &ours->avx512};
  return figures[instructions];
}

static double lesser(double a, double b) { return a < b ? a : b; }

struct hot {
  struct ours single, bulk, best;
  size_t size;
};

/* One set, all instructions; every answer is checked. */
static struct hot measure_hot(struct prefixes prefixes, const struct oracle *oracle,
                              struct visits *visits) {
  struct hot hot = {0};
  for (int i = 0; i <= (int)core_best_instructions(); i++) {
    core_cidr_set *set = freeze(prefixes, (core_instructions)i);
    visits->sets[0] = set;
    hot.size = core_cidr_set_size(set);
    *figure(&hot.single, i) = measure(visit_one_by_one, visits, visits->count);
    *figure(&hot.bulk, i) = measure(visit_in_bulk, visits, visits->count);
    *figure(&hot.best, i) = lesser(*figure(&hot.single, i), *figure(&hot.bulk, i));
    REQUIRE(count_bits(visits) == visits->inside);
    for (size_t j = 0; j < visits->count; j++) {
      REQUIRE((visits->bits[j / 64] >> j % 64 & 1) ==
              oracle_contains(oracle, visits->addresses[j]));
    }
    core_cidr_set_free(set, NULL);
  }
  return hot;
}

/* The peer that needs no library: a binary search in sorted ranges. */
struct search {
  const struct oracle *oracle;
  const struct visits *visits;
  uint64_t inside;
};

static void search_binary(void *context) {
  struct search *search = context;
  uint64_t inside = 0;
  for (size_t i = 0; i < search->visits->count; i++) {
    inside += oracle_contains(search->oracle, search->visits->addresses[i]);
  }
  search->inside = inside;
}

static void bench_hot(enum family family, size_t count) {
  random_source random = {family * 1000 + count};
  struct prefixes prefixes = small_list(family, count, &random);
  struct oracle oracle = make_oracle(prefixes);
  struct visits visits = make_visits(ADDRESSES);
  make_addresses(family, prefixes, visits.addresses, ADDRESSES, &random);
  struct hot hot = measure_hot(prefixes, &oracle, &visits);
  struct peers peers = measure_dpdk(family, &oracle, visits.addresses, ADDRESSES);
  struct search search = {&oracle, &visits, 0};
  double binary = measure(search_binary, &search, ADDRESSES);
  double mmdb = measure_mmdb(family, &oracle, visits.addresses, ADDRESSES);
  char name[80], others[160];
  snprintf(name, sizeof name, "IPv%d, one hot set of %zu%s", family, count,
           family == IPV4 ? "" : ", bulk");
  snprintf(others, sizeof others,
           "rte_fib%s %.2f, rte_lpm%s %.2f, binary search %.1f, libmaxminddb %.0f",
           family == IPV4 ? "" : "6", peers.fib, family == IPV4 ? "" : "6", peers.lpm, binary,
           mmdb);
  double best_peer = lesser(lesser(peers.fib, peers.lpm), binary);
  if (family == IPV4) {
    print_row(name, hot.best, others, best_of(hot.best), best_peer, "the best peer");
  } else if (count == 100) {
    print_row(name, hot.bulk, others, best_of(hot.bulk), 0.55 * peers.fib, "0.55 of rte_fib6");
  } else {
    print_row(name, hot.bulk, others, best_of(hot.bulk), 0.75 * peers.fib, "0.75 of rte_fib6");
  }
  free_visits(visits);
  free_oracle(oracle);
  free(prefixes.items);
}

void bench_hot_sets(void) {
  size_t counts[] = {10, 100, 1000};
  for (int i = 0; i < 3; i++) {
    bench_hot(IPV4, counts[i]);
  }
  bench_hot(IPV6, 100);
  bench_hot(IPV6, 1000);
}

/* -------------------------------------------------------------------------------------- cold sets
 */

enum { SETS = 10000, PREFIXES = 100, VISITS = 65536 };

struct cold {
  struct prefixes lists[SETS];
  core_cidr_set *sets[SETS];
  struct visits visits;
  uint16_t *which;
};

static void check_pairs(const struct cold *cold) {
  uint64_t inside = 0;
  for (size_t i = 0; i < VISITS; i++) {
    bool answer = cold->visits.bits[i / 64] >> i % 64 & 1;
    inside += answer;
    if (i % 20 == 0) {
      struct prefixes list = cold->lists[cold->which[i]];
      bool expected = false;
      for (size_t j = 0; j < list.count && !expected; j++) {
        core_prefix prefix = {cold->visits.addresses[i], list.items[j].length};
        REQUIRE(core_mask_prefix(&prefix) == CORE_OK);
        expected = prefix.network.high == list.items[j].network.high &&
                   prefix.network.low == list.items[j].network.low;
      }
      REQUIRE(answer == expected);
    }
  }
  REQUIRE(inside == cold->visits.inside);
}

static void bench_cold(enum family family) {
  struct cold *cold = malloc(sizeof *cold);
  random_source random = {family};
  cold->visits = make_visits(VISITS);
  cold->which = malloc(VISITS * sizeof *cold->which);
  for (size_t i = 0; i < SETS; i++) {
    cold->lists[i] = small_list(family, PREFIXES, &random);
  }
  for (size_t i = 0; i < VISITS; i++) {
    cold->which[i] = (uint16_t)below(&random, SETS);
    make_addresses(family, cold->lists[cold->which[i]], &cold->visits.addresses[i], 1, &random);
  }
  struct ours single = {0}, pairs = {0};
  size_t bytes = 0;
  for (int i = 0; i <= (int)core_best_instructions(); i++) {
    bytes = 0;
    for (size_t j = 0; j < SETS; j++) {
      cold->sets[j] = freeze(cold->lists[j], (core_instructions)i);
      bytes += core_cidr_set_size(cold->sets[j]);
    }
    for (size_t j = 0; j < VISITS; j++) {
      cold->visits.sets[j] = cold->sets[cold->which[j]];
    }
    *figure(&single, i) = measure(visit_sets, &cold->visits, VISITS);
    *figure(&pairs, i) = measure(visit_pairs, &cold->visits, VISITS);
    check_pairs(cold);
    for (size_t j = 0; j < SETS; j++) {
      core_cidr_set_free(cold->sets[j], NULL);
    }
  }
  bool wide = core_best_instructions() == CORE_AVX512;
  double single_goal = family == IPV6 ? 61 : wide ? 10 : 14;
  double pairs_goal = family == IPV6 ? 28 : wide ? 4.5 : 6;
  char name[80], rule[80];
  snprintf(name, sizeof name, "10,000 IPv%d sets of 100, one address", family);
  snprintf(rule, sizeof rule, "%.1f at a floor of 8.5", single_goal);
  print_row(name, single, "–", best_of(single), scaled(single_goal), rule);
  snprintf(name, sizeof name, "10,000 IPv%d sets of 100, batched pairs", family);
  snprintf(rule, sizeof rule, "%.1f at a floor of 8.5", pairs_goal);
  print_row(name, pairs, "–", best_of(pairs), scaled(pairs_goal), rule);
  if (family == IPV4 && wide) {
    print_row("the same with AVX2, one address", single, "–", single.avx2, scaled(14),
              "14 at a floor of 8.5");
    print_row("the same with AVX2, batched pairs", pairs, "–", pairs.avx2, scaled(6),
              "6 at a floor of 8.5");
  }
  double per_prefix = (double)bytes / SETS / PREFIXES;
  snprintf(name, sizeof name, "bytes a prefix, IPv%d, sets of 100", family);
  print_row(name, (struct ours){0}, "–", per_prefix, family == IPV4 ? 8.5 : 23, "goal");
  for (size_t i = 0; i < SETS; i++) {
    free(cold->lists[i].items);
  }
  free_visits(cold->visits);
  free(cold->which);
  free(cold);
}

void bench_cold_sets(void) {
  bench_cold(IPV4);
  bench_cold(IPV6);
  core_cidr_set *empty = freeze((struct prefixes){NULL, 0}, CORE_BEST);
  print_row("bytes of the empty set", (struct ours){0}, "–", (double)core_cidr_set_size(empty), 128,
            "goal");
  core_cidr_set_free(empty, NULL);
}

/* ----------------------------------------------------------------------------------------- tables
 */

static void bench_table(enum family family, size_t count) {
  random_source random = {family * 7};
  struct prefixes prefixes = routing_table(family, count, &random);
  struct oracle oracle = make_oracle(prefixes);
  struct visits visits = make_visits(ADDRESSES);
  make_addresses(family, prefixes, visits.addresses, ADDRESSES, &random);
  struct hot hot = measure_hot(prefixes, &oracle, &visits);
  struct peers peers = measure_dpdk(family, &oracle, visits.addresses, ADDRESSES);
  double mmdb = measure_mmdb(family, &oracle, visits.addresses, ADDRESSES);
  char name[80], others[120];
  snprintf(name, sizeof name, "%zu IPv%d prefixes of routing-table shape", count, family);
  snprintf(others, sizeof others, "rte_fib%s %.2f, rte_lpm%s %.2f, libmaxminddb %.0f",
           family == IPV4 ? "" : "6", peers.fib, family == IPV4 ? "" : "6", peers.lpm, mmdb);
  struct ours ours = family == IPV4 ? hot.best : hot.bulk;
  double goal = family == IPV4 ? 3.5 : 7.5;
  double peer = family == IPV4 ? lesser(peers.fib, peers.lpm) : peers.fib;
  char rule[80];
  snprintf(rule, sizeof rule, "%.1f at a floor of 8.5", goal);
  print_row(name, ours, others, best_of(ours), scaled(goal), rule);
  print_row("the same against the best peer", ours, others, best_of(ours), peer, "the best peer");
  if (family == IPV4) {
    print_row("the same, MB", (struct ours){0}, "–", (double)hot.size / 1e6, 2, "goal");
  }
  free_visits(visits);
  free_oracle(oracle);
  free(prefixes.items);
}

void bench_tables(void) {
  bench_table(IPV4, 1000000);
  bench_table(IPV6, 200000);
}

/* ----------------------------------------------------------------------------------------- growth
 */

static void build(void *context) {
  core_cidr_set_free(freeze(*(struct prefixes *)context, CORE_BEST), NULL);
}

static size_t count_ranges(const core_cidr_set *set) {
  core_cursor cursor = {0};
  core_range range;
  size_t count = 0;
  while (core_cidr_set_next_range(set, &cursor, &range)) {
    count++;
  }
  return count;
}

static void print_growth(enum family family, struct prefixes prefixes) {
  core_cidr_set *set = freeze(prefixes, CORE_BEST);
  struct trie_build trie = {.prefixes = prefixes};
  double count = (double)prefixes.count;
  double ours = measure(build, &prefixes, prefixes.count);
  double other = measure(build_trie, &trie, prefixes.count);
  REQUIRE(trie.ranges == count_ranges(set));
  printf("| %zu | IPv%d | %.1f | %zu | %.1f | %.0f | %zu | %.0f | %.0f |\n", prefixes.count, family,
         ours * count / 1000, core_cidr_set_size(set), (double)core_cidr_set_size(set) / count,
         ours, sizeof(core_prefix), other, (double)trie.bytes / count);
  fflush(stdout);
  core_cidr_set_free(set, NULL);
}

void bench_growth(void) {
  puts("\nBuilding, from the first prefix to the frozen set, and what the union alone would cost "
       "if the "
       "builder\nwere a binary trie with compressed paths. Lists as people write them to 10,000, "
       "then the "
       "shape of a routing table.\n\n"
       "| prefixes | | build, µs | set, bytes | bytes a prefix | ns a prefix to build | builder, "
       "bytes "
       "a prefix | by a trie, ns | trie, bytes |\n"
       "| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  for (int family = IPV4; family <= IPV6; family += IPV6 - IPV4) {
    for (size_t count = 1; count <= 1000000; count *= 10) {
      random_source random = {count};
      struct prefixes prefixes = count < 100000
                                     ? small_list((enum family)family, count, &random)
                                     : routing_table((enum family)family, count, &random);
      print_growth((enum family)family, prefixes);
      free(prefixes.items);
    }
  }
}
