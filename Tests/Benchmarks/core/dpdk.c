#include "bench.h"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_lpm.h>
#include <rte_lpm6.h>

/*
 * DPDK's tables. They answer with a value where ours answers yes or no, so every prefix gets the
 * value 1. They are given the union as disjoint prefixes, which changes none of their lookups and
 * spares rte_lpm minutes of building. Both refuse or mistake a /0, which no workload has.
 */

#define NEXT_HOP 1u

void start_dpdk(void) {
  char *arguments[] = {
      "bench", "--no-huge", "--no-pci", "--no-telemetry", "-m",
      "4096",  "-l",        "0",        "--log-level=1",  "--force-max-simd-bitwidth=512"};
  int count = sizeof arguments / sizeof *arguments;
  REQUIRE(rte_eal_init(count, arguments) >= 0);
}

/* ------------------------------------------------------------------------------------------ IPv4
 */

struct ipv4_call {
  void *table;
  uint32_t *keys;
  uint64_t *values;
  uint32_t *hops;
  size_t count;
};

static void add_to_fib(void *table, core_address network, int length) {
  REQUIRE(rte_fib_add(table, (uint32_t)network.low, (uint8_t)(length - 96), NEXT_HOP) == 0);
}

static void add_to_lpm(void *table, core_address network, int length) {
  REQUIRE(rte_lpm_add(table, (uint32_t)network.low, (uint8_t)(length - 96), NEXT_HOP) == 0);
}

static void look_up_fib(void *context) {
  struct ipv4_call *call = context;
  rte_fib_lookup_bulk(call->table, call->keys, call->values, (int)call->count);
}

static void look_up_lpm(void *context) {
  struct ipv4_call *call = context;
  rte_lpm_lookup_bulk(call->table, call->keys, call->hops, (unsigned)call->count);
}

/* How many /24s may have prefixes beyond /24. */
static uint32_t count_long(const struct oracle *oracle) {
  uint32_t count = 2;
  for (size_t i = 0; i < oracle->count; i++) {
    count += (oracle->first[i].low & 255) != 0;
    count += (oracle->last[i].low & 255) != 255;
  }
  return count;
}

static struct peers measure_ipv4(const struct oracle *oracle, const core_address *addresses,
                                 size_t count) {
  struct ipv4_call call = {NULL, malloc(count * 4), malloc(count * 8), malloc(count * 4), count};
  struct peers peers;
  for (size_t i = 0; i < count; i++) {
    call.keys[i] = (uint32_t)addresses[i].low;
  }
  struct rte_fib_conf fib = {.type = RTE_FIB_DIR24_8, .max_routes = 1 << 21};
  /* The narrowest table that can number the /24s with longer prefixes. */
  fib.dir24_8.num_tbl8 = count_long(oracle);
  fib.dir24_8.nh_sz = fib.dir24_8.num_tbl8 < 128     ? RTE_FIB_DIR24_8_1B
                      : fib.dir24_8.num_tbl8 < 32768 ? RTE_FIB_DIR24_8_2B
                                                     : RTE_FIB_DIR24_8_4B;
  call.table = rte_fib_create("fib", SOCKET_ID_ANY, &fib);
  REQUIRE(call.table != NULL);
  if (rte_fib_select_lookup(call.table, RTE_FIB_LOOKUP_DIR24_8_VECTOR_AVX512) != 0) {
    REQUIRE(rte_fib_select_lookup(call.table, RTE_FIB_LOOKUP_DEFAULT) == 0);
  }
  each_prefix(oracle, add_to_fib, call.table);
  peers.fib = measure(look_up_fib, &call, count);
  for (size_t i = 0; i < count; i++) {
    REQUIRE((call.values[i] == NEXT_HOP) == oracle_contains(oracle, addresses[i]));
  }
  rte_fib_free(call.table);

  struct rte_lpm_config lpm = {.max_rules = 1 << 21, .number_tbl8s = count_long(oracle)};
  call.table = rte_lpm_create("lpm", SOCKET_ID_ANY, &lpm);
  REQUIRE(call.table != NULL);
  each_prefix(oracle, add_to_lpm, call.table);
  peers.lpm = measure(look_up_lpm, &call, count);
  for (size_t i = 0; i < count; i++) {
    REQUIRE(((call.hops[i] & RTE_LPM_LOOKUP_SUCCESS) != 0) ==
            oracle_contains(oracle, addresses[i]));
  }
  rte_lpm_free(call.table);
  free(call.keys);
  free(call.values);
  free(call.hops);
  return peers;
}

/* ------------------------------------------------------------------------------------------ IPv6
 */

struct ipv6_call {
  void *table;
  uint8_t (*keys)[16];
  uint64_t *values;
  int32_t *hops;
  size_t count;
};

static void to_bytes(core_address address, uint8_t bytes[16]) {
  uint64_t halves[] = {__builtin_bswap64(address.high), __builtin_bswap64(address.low)};
  memcpy(bytes, halves, sizeof halves);
}

static void add_to_fib6(void *table, core_address network, int length) {
  uint8_t bytes[16];
  to_bytes(network, bytes);
  REQUIRE(rte_fib6_add(table, bytes, (uint8_t)length, NEXT_HOP) == 0);
}

static void add_to_lpm6(void *table, core_address network, int length) {
  uint8_t bytes[16];
  to_bytes(network, bytes);
  REQUIRE(rte_lpm6_add(table, bytes, (uint8_t)length, NEXT_HOP) == 0);
}

static void look_up_fib6(void *context) {
  struct ipv6_call *call = context;
  rte_fib6_lookup_bulk(call->table, call->keys, call->values, (int)call->count);
}

static void look_up_lpm6(void *context) {
  struct ipv6_call *call = context;
  rte_lpm6_lookup_bulk_func(call->table, call->keys, call->hops, (unsigned)call->count);
}

static struct peers measure_ipv6(const struct oracle *oracle, const core_address *addresses,
                                 size_t count) {
  struct ipv6_call call = {NULL, malloc(count * 16), malloc(count * 8), malloc(count * 4), count};
  struct peers peers;
  for (size_t i = 0; i < count; i++) {
    to_bytes(addresses[i], call.keys[i]);
  }
  struct rte_fib6_conf fib = {.type = RTE_FIB6_TRIE, .max_routes = 1 << 21};
  fib.trie.nh_sz = RTE_FIB6_TRIE_4B;
  fib.trie.num_tbl8 = oracle->count > 10000 ? 1 << 19 : 32000;
  call.table = rte_fib6_create("fib6", SOCKET_ID_ANY, &fib);
  REQUIRE(call.table != NULL);
  if (rte_fib6_select_lookup(call.table, RTE_FIB6_LOOKUP_TRIE_VECTOR_AVX512) != 0) {
    REQUIRE(rte_fib6_select_lookup(call.table, RTE_FIB6_LOOKUP_DEFAULT) == 0);
  }
  each_prefix(oracle, add_to_fib6, call.table);
  peers.fib = measure(look_up_fib6, &call, count);
  for (size_t i = 0; i < count; i++) {
    REQUIRE((call.values[i] == NEXT_HOP) == oracle_contains(oracle, addresses[i]));
  }
  rte_fib6_free(call.table);

  struct rte_lpm6_config lpm = {.max_rules = 1 << 21};
  lpm.number_tbl8s = oracle->count > 10000 ? 1 << 19 : 1 << 16;
  call.table = rte_lpm6_create("lpm6", SOCKET_ID_ANY, &lpm);
  REQUIRE(call.table != NULL);
  each_prefix(oracle, add_to_lpm6, call.table);
  peers.lpm = measure(look_up_lpm6, &call, count);
  for (size_t i = 0; i < count; i++) {
    REQUIRE((call.hops[i] == (int32_t)NEXT_HOP) == oracle_contains(oracle, addresses[i]));
  }
  rte_lpm6_free(call.table);
  free(call.keys);
  free(call.values);
  free(call.hops);
  return peers;
}

struct peers measure_dpdk(enum family family, const struct oracle *oracle,
                          const core_address *addresses, size_t count) {
  return family == IPV4 ? measure_ipv4(oracle, addresses, count)
                        : measure_ipv6(oracle, addresses, count);
}
