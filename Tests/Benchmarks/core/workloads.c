#include "bench.h"

/* What the sets and the addresses of the benchmarks look like. */

uint64_t next_random(random_source *random) {
  uint64_t z = random->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

uint32_t below(random_source *random, uint32_t limit) {
  return (uint32_t)(next_random(random) % limit);
}

struct share {
  int length, weight;
};

static int pick_length(const struct share *shares, random_source *random) {
  int total = 0;
  for (const struct share *share = shares; share->weight > 0; share++) {
    total += share->weight;
  }
  int pick = (int)below(random, (uint32_t)total);
  while (pick >= shares->weight) {
    pick -= shares->weight;
    shares++;
  }
  return shares->length;
}

static core_prefix masked(core_address network, int length) {
  core_prefix prefix = {network, (uint8_t)length};
  REQUIRE(core_mask_prefix(&prefix) == CORE_OK);
  return prefix;
}

static core_address ipv4(uint32_t number) {
  return (core_address){0, (uint64_t)0xffff << 32 | number};
}

/* A public address, roughly: 1.0.0.0 to 223.255.255.255. */
static uint32_t public_ipv4(random_source *random) {
  return (1 + below(random, 223)) << 24 | (uint32_t)next_random(random) >> 8;
}

static struct prefixes allocate(size_t count) {
  return (struct prefixes){malloc(count * sizeof(core_prefix)), count};
}

struct prefixes small_list(enum family family, size_t count, random_source *random) {
  static const struct share ipv4_shares[] = {{8, 1},   {12, 1},  {16, 6}, {20, 6},  {22, 6},
                                             {24, 30}, {28, 10}, {30, 5}, {32, 35}, {0, 0}};
  static const struct share ipv6_shares[] = {{32, 10}, {40, 6},  {48, 26}, {56, 10},  {64, 26},
                                             {80, 2},  {112, 3}, {120, 2}, {128, 15}, {0, 0}};
  struct prefixes list = allocate(count);
  uint32_t site_count = (uint32_t)(count / 8 + 1);
  uint64_t *sites = malloc(site_count * sizeof *sites);
  for (uint32_t i = 0; i < site_count; i++) {
    sites[i] = family == IPV4 ? public_ipv4(random)
                              : UINT64_C(0x2001) << 48 | (next_random(random) >> 16 & ~0xffffu);
  }
  for (size_t i = 0; i < count; i++) {
    uint64_t site = sites[below(random, site_count)];
    if (family == IPV4) {
      int length = pick_length(ipv4_shares, random);
      uint32_t network =
          length > 24 ? (uint32_t)(site & ~0xffffu) | below(random, 65536) : public_ipv4(random);
      list.items[i] = masked(ipv4(network), 96 + length);
    } else {
      int length = pick_length(ipv6_shares, random);
      uint64_t high = length > 56 ? site | below(random, 16)
                                  : UINT64_C(0x2001) << 48 | next_random(random) >> 16;
      uint64_t low = length < 128 ? next_random(random) : below(random, 65536);
      list.items[i] = masked((core_address){high, low}, length);
    }
  }
  free(sites);
  return list;
}

struct prefixes routing_table(enum family family, size_t count, random_source *random) {
  static const struct share ipv4_shares[] = {
      {14, 12},  {15, 20},   {16, 135},  {17, 80},   {18, 140}, {19, 250}, {20, 450},
      {21, 500}, {22, 1100}, {23, 1000}, {24, 6200}, {28, 20},  {32, 20},  {0, 0}};
  static const struct share ipv6_shares[] = {
      {29, 10}, {32, 110}, {33, 15}, {34, 15}, {36, 45},  {38, 15}, {40, 85}, {42, 15},
      {44, 90}, {45, 10},  {46, 30}, {47, 20}, {48, 470}, {64, 5},  {128, 1}, {0, 0}};
  struct prefixes table = allocate(count);
  uint32_t block_count = (uint32_t)(count / (family == IPV4 ? 40 : 10) + 1);
  uint64_t *blocks = malloc(block_count * sizeof *blocks);
  for (uint32_t i = 0; i < block_count; i++) {
    blocks[i] = family == IPV4
                    ? public_ipv4(random) & ~0x3fffu
                    : UINT64_C(0x2) << 60 | (next_random(random) >> 4 & ~(UINT64_MAX >> 29));
  }
  for (size_t i = 0; i < count; i++) {
    uint64_t block = blocks[below(random, block_count)];
    if (family == IPV4) {
      int length = pick_length(ipv4_shares, random);
      table.items[i] = masked(ipv4((uint32_t)block | below(random, 0x4000)), 96 + length);
    } else {
      int length = pick_length(ipv6_shares, random);
      uint64_t high = block | next_random(random) >> 29;
      table.items[i] = masked((core_address){high, next_random(random)}, length);
    }
  }
  free(blocks);
  return table;
}

/* ------------------------------------------------------------------------------------- addresses
 */

static core_address host_bits(int length) {
  return (core_address){length < 64 ? UINT64_MAX >> length : 0, length < 64 ? UINT64_MAX
                                                                : length < 128
                                                                    ? UINT64_MAX >> (length - 64)
                                                                    : 0};
}

static core_address next_address(enum family family, core_address address) {
  if (family == IPV4) {
    return ipv4((uint32_t)address.low + 1);
  }
  address.high += ++address.low == 0;
  return address;
}

void make_addresses(enum family family, struct prefixes prefixes, core_address *addresses,
                    size_t count, random_source *random) {
  for (size_t i = 0; i < count; i++) {
    core_prefix prefix = prefixes.items[below(random, (uint32_t)prefixes.count)];
    core_address host = host_bits(prefix.length), any = {next_random(random), next_random(random)};
    uint32_t kind = below(random, 4);
    if (kind < 2) {
      addresses[i] = (core_address){prefix.network.high | (any.high & host.high),
                                    prefix.network.low | (any.low & host.low)};
    } else if (kind == 2) {
      addresses[i] = next_address(
          family, (core_address){prefix.network.high | host.high, prefix.network.low | host.low});
    } else {
      addresses[i] = family == IPV4 ? ipv4((uint32_t)any.low)
                                    : (core_address){UINT64_C(2) << 60 | any.high >> 4, any.low};
    }
  }
}

core_cidr_set *freeze(struct prefixes prefixes, core_instructions instructions) {
  core_cidr_builder *builder;
  core_cidr_set *set;
  core_cidr_options options = {instructions, false};
  REQUIRE(core_cidr_builder_create(NULL, &builder) == CORE_OK);
  REQUIRE(core_cidr_builder_add(builder, prefixes.items, prefixes.count) == CORE_OK);
  REQUIRE(core_cidr_builder_freeze(builder, &options, &set) == CORE_OK);
  core_cidr_builder_free(builder);
  return set;
}

/* ---------------------------------------------------------------------------------------- oracle
 */

static int compare(core_address a, core_address b) {
  return a.high != b.high ? (a.high > b.high) - (a.high < b.high)
                          : (a.low > b.low) - (a.low < b.low);
}

static int by_network(const void *a, const void *b) {
  return compare(((const core_prefix *)a)->network, ((const core_prefix *)b)->network);
}

struct oracle make_oracle(struct prefixes prefixes) {
  core_prefix *sorted = malloc(prefixes.count * sizeof *sorted);
  memcpy(sorted, prefixes.items, prefixes.count * sizeof *sorted);
  qsort(sorted, prefixes.count, sizeof *sorted, by_network);
  struct oracle oracle = {malloc(prefixes.count * sizeof(core_address)),
                          malloc(prefixes.count * sizeof(core_address)), 0};
  for (size_t i = 0; i < prefixes.count; i++) {
    core_address host = host_bits(sorted[i].length), first = sorted[i].network;
    core_address last = {first.high | host.high, first.low | host.low};
    size_t count = oracle.count;
    if (count > 0 && compare(first, oracle.last[count - 1]) <= 0) {
      if (compare(last, oracle.last[count - 1]) > 0) {
        oracle.last[count - 1] = last;
      }
      continue;
    }
    oracle.first[count] = first;
    oracle.last[count] = last;
    oracle.count++;
  }
  free(sorted);
  return oracle;
}

void free_oracle(struct oracle oracle) {
  free(oracle.first);
  free(oracle.last);
}

bool oracle_contains(const struct oracle *oracle, core_address address) {
  size_t low = 0, high = oracle->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (compare(oracle->first[middle], address) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low > 0 && compare(address, oracle->last[low - 1]) <= 0;
}

void each_prefix(const struct oracle *oracle, add_prefix *add, void *table) {
  for (size_t i = 0; i < oracle->count; i++) {
    core_address first = oracle->first[i], last = oracle->last[i];
    unsigned __int128 from = (unsigned __int128)first.high << 64 | first.low;
    unsigned __int128 to = (unsigned __int128)last.high << 64 | last.low;
    for (;;) {
      int length = 128;
      while (length > 1) {
        unsigned __int128 host = ((unsigned __int128)1 << (129 - length)) - 1;
        if ((from & host) != 0 || from + host > to) {
          break;
        }
        length--;
      }
      add(table, (core_address){(uint64_t)(from >> 64), (uint64_t)from}, length);
      unsigned __int128 end = from + (((unsigned __int128)1 << (128 - length)) - 1);
      if (end >= to) {
        break;
      }
      from = end + 1;
    }
  }
}
