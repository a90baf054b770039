/*
 * The readers of the layout in cidr_layout.h, once for each set of instructions: a file includes
 * nodes_<instructions>.h, defines TARGET (the attribute of functions) and SEARCH(name) (their
 * names), and then this.
 *
 * A batch goes through the levels abreast: all its visits take one step before any takes the next,
 * so that the waits for memory overlap.
 */

#include "cidr_layout.h"
#include "ipv4_trie.h"

#define GROUP 32u /* visits abreast; about what a core keeps outstanding */
/* Sets beyond this are likely not in the first cache, where going abreast costs more than waiting.
 */
#define SMALL_SET 32768u

#define STEP static inline __attribute__((always_inline)) TARGET

/* -------------------------------------------------------------------------------- one address */

STEP uint32_t ipv4_key(core_address address) { return (uint32_t)address.low; }

STEP struct trie trie_of(const core_cidr_set *set) {
  return trie_at(line_of(set, set->ipv4_line), set->ipv4_root[0], set->ipv4_root[1]);
}

STEP bool ipv4_contains(const core_cidr_set *set, uint32_t key) {
  if (set->flags & IPV4_IS_TRIE) {
    return trie_contains(trie_of(set), key);
  }
  uint32_t child = count32_root(set, key);
  uint32_t rank = child + (set->flags & STARTS_IN_IPV4);
  uint32_t levels = set->ipv4_levels;
  if (levels > 0) {
    const unsigned char *base = line_of(set, set->ipv4_line);
    uint32_t starts[MAX_LEVELS + 1] = {0};
    if (levels > 1) {
      level_starts(set->ipv4_count, IPV4_NODE, levels, starts);
    }
    for (uint32_t level = 0; level < levels; level++) {
      uint32_t node = child;
      uint32_t count = count32(base + (size_t)(starts[level] + node) * LINE, key);
      rank += count;
      child = node * (IPV4_NODE + 1) + count;
    }
  }
  return rank & 1;
}

STEP uint32_t count_high_root(const core_cidr_set *set, const struct ipv6_root *root,
                              uint64_t high) {
  uint32_t count = count64_root(root, high);
  for (uint32_t line = 1; line < root->high_root_lines; line++) {
    count += count64(line_of(set, 1 + line), high);
  }
  return count;
}

STEP uint32_t high_rank(const core_cidr_set *set, const struct ipv6_root *root, uint64_t high) {
  uint32_t child = count_high_root(set, root, high);
  uint32_t rank = child;
  uint32_t levels = root->high_levels;
  uint32_t starts[MAX_LEVELS + 1] = {0};
  if (levels > 1) {
    level_starts(root->high_count, IPV6_NODE, levels, starts);
  }
  const unsigned char *base = line_of(set, high_line(root));
  for (uint32_t level = 0; level < levels; level++) {
    uint32_t count = count64(base + (size_t)(starts[level] + child) * LINE, high);
    rank += count;
    child = child * (IPV6_NODE + 1) + count;
  }
  return rank;
}

STEP uint32_t low_rank(const core_cidr_set *set, const struct ipv6_root *root,
                       core_address address) {
  uint32_t child = count128(line_of(set, low_root_line(root)), address.high, address.low);
  uint32_t rank = child;
  uint32_t levels = root->low_levels;
  uint32_t starts[MAX_LEVELS + 1] = {0};
  if (levels > 1) {
    level_starts(root->low_count, IPV6_NODE, levels, starts);
  }
  const unsigned char *base = line_of(set, root->low_line);
  for (uint32_t level = 0; level < levels; level++) {
    uint32_t count =
        count128(base + (size_t)(starts[level] + child) * (2 * LINE), address.high, address.low);
    rank += count;
    child = child * (IPV6_NODE + 1) + count;
  }
  return rank;
}

STEP bool ipv6_contains(const core_cidr_set *set, core_address address) {
  uint32_t flags = set->flags;
  if (!(flags & HAS_IPV6)) {
    return false;
  }
  const struct ipv6_root *root = ipv6_root_of(set);
  uint32_t inside = high_rank(set, root, address.high) ^ (flags / STARTS_IN_HIGH & 1);
  if (root->low_count > 0) {
    inside |= low_rank(set, root, address) ^ (flags / STARTS_IN_LOW & 1);
  }
  return inside & 1;
}

STEP bool set_contains(const core_cidr_set *set, core_address address) {
  return is_ipv4(address) ? ipv4_contains(set, ipv4_key(address)) : ipv6_contains(set, address);
}

TARGET bool SEARCH(contains)(const core_cidr_set *set, core_address address) {
  return set_contains(set, address);
}

/* ------------------------------------------------------------------- many addresses in one set */

#define CHUNK 64u /* addresses that go down abreast: a word of answers */

/* Where each address of a chunk is on its way down a tree. */
struct way {
  uint32_t child[CHUNK];
  uint32_t rank[CHUNK];
};

STEP uint64_t parities(const uint32_t *ranks, uint32_t count) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < count; i++) {
    bits |= (uint64_t)(ranks[i] & 1) << i;
  }
  return bits;
}

/* A root against a whole chunk, boundary by boundary. */
STEP void enter_ipv4(const core_cidr_set *set, const uint32_t *keys, struct way *way) {
  uint32_t counts[CHUNK] = {0};
  for (uint32_t boundary = 0; boundary < IPV4_ROOT; boundary++) {
    uint32_t stored = set->ipv4_root[boundary];
    for (uint32_t i = 0; i < CHUNK; i++) {
      counts[i] += keys[i] > stored;
    }
  }
  uint32_t starts_inside = set->flags & STARTS_IN_IPV4;
  for (uint32_t i = 0; i < CHUNK; i++) {
    way->child[i] = counts[i];
    way->rank[i] = counts[i] + starts_inside;
  }
}

/* All of a chunk are IPv4; keys beyond `count` are any. */
STEP uint64_t chunk_of_ipv4(const core_cidr_set *set, const uint32_t *keys, uint32_t count) {
  uint64_t bits = 0;
  if (set->flags & IPV4_IS_TRIE) {
    struct trie trie = trie_of(set);
    for (uint32_t i = 0; i < count; i++) {
      bits |= (uint64_t)trie_contains(trie, keys[i]) << i;
    }
    return bits;
  }
  struct way way;
  uint32_t starts[MAX_LEVELS + 1];
  uint32_t levels = set->ipv4_levels;
  level_starts(set->ipv4_count, IPV4_NODE, levels, starts);
  enter_ipv4(set, keys, &way);
  for (uint32_t level = 0; level < levels; level++) {
    const unsigned char *nodes = line_of(set, (size_t)set->ipv4_line + starts[level]);
    for (uint32_t i = 0; i < count; i++) {
      uint32_t found = count32(nodes + (size_t)way.child[i] * LINE, keys[i]);
      way.rank[i] += found;
      way.child[i] = way.child[i] * (IPV4_NODE + 1) + found;
    }
  }
  return parities(way.rank, count);
}

STEP uint64_t chunk_in_high(const core_cidr_set *set, const struct ipv6_root *root,
                            const core_address *addresses, uint32_t count) {
  struct way way;
  uint32_t starts[MAX_LEVELS + 1];
  uint32_t levels = root->high_levels;
  level_starts(root->high_count, IPV6_NODE, levels, starts);
  for (uint32_t i = 0; i < count; i++) {
    way.child[i] = count_high_root(set, root, addresses[i].high);
    way.rank[i] = way.child[i] + (set->flags / STARTS_IN_HIGH & 1);
  }
  for (uint32_t level = 0; level < levels; level++) {
    const unsigned char *nodes = line_of(set, (size_t)high_line(root) + starts[level]);
    for (uint32_t i = 0; i < count; i++) {
      uint32_t found = count64(nodes + (size_t)way.child[i] * LINE, addresses[i].high);
      way.rank[i] += found;
      way.child[i] = way.child[i] * (IPV6_NODE + 1) + found;
    }
  }
  return parities(way.rank, count);
}

STEP uint64_t chunk_in_low(const core_cidr_set *set, const struct ipv6_root *root,
                           const core_address *addresses, uint32_t count) {
  struct way way;
  uint32_t starts[MAX_LEVELS + 1];
  uint32_t levels = root->low_levels;
  level_starts(root->low_count, IPV6_NODE, levels, starts);
  const unsigned char *line = line_of(set, low_root_line(root));
  for (uint32_t i = 0; i < count; i++) {
    way.child[i] = count128(line, addresses[i].high, addresses[i].low);
    way.rank[i] = way.child[i] + (set->flags / STARTS_IN_LOW & 1);
  }
  for (uint32_t level = 0; level < levels; level++) {
    const unsigned char *nodes = line_of(set, root->low_line + 2 * (size_t)starts[level]);
    for (uint32_t i = 0; i < count; i++) {
      uint32_t found =
          count128(nodes + (size_t)way.child[i] * (2 * LINE), addresses[i].high, addresses[i].low);
      way.rank[i] += found;
      way.child[i] = way.child[i] * (IPV6_NODE + 1) + found;
    }
  }
  return parities(way.rank, count);
}

STEP uint64_t chunk_of_ipv6(const core_cidr_set *set, const core_address *addresses,
                            uint32_t count) {
  if (!(set->flags & HAS_IPV6)) {
    return 0;
  }
  const struct ipv6_root *root = ipv6_root_of(set);
  uint64_t bits = chunk_in_high(set, root, addresses, count);
  return root->low_count > 0 ? bits | chunk_in_low(set, root, addresses, count) : bits;
}

TARGET void SEARCH(contains_many)(const core_cidr_set *set, const core_address *addresses,
                                  size_t count, uint64_t *bits) {
  for (size_t begin = 0; begin < count; begin += CHUNK) {
    const core_address *chunk = addresses + begin;
    uint32_t length = count - begin < CHUNK ? (uint32_t)(count - begin) : CHUNK;
    uint32_t keys[CHUNK] = {0};
    uint32_t ipv4_count = 0;
    for (uint32_t i = 0; i < length; i++) {
      keys[i] = ipv4_key(chunk[i]);
      ipv4_count += is_ipv4(chunk[i]);
    }
    if (ipv4_count == length) {
      bits[begin / 64] = chunk_of_ipv4(set, keys, length);
    } else if (ipv4_count == 0) {
      bits[begin / 64] = chunk_of_ipv6(set, chunk, length);
    } else {
      uint64_t word = 0;
      for (uint32_t i = 0; i < length; i++) {
        word |= (uint64_t)set_contains(set, chunk[i]) << i;
      }
      bits[begin / 64] = word;
    }
  }
}

/* ----------------------------------------------------------------- many addresses in many sets */

/* A visit on its way down one tree. */
struct visit {
  const unsigned char *base; /* of the levels */
  uint32_t child;
  uint32_t rank;
  uint32_t levels;
  uint32_t count; /* of boundaries */
};

STEP void ask_for(const void *line) { __builtin_prefetch(line, 0, 3); }

/* One level of one tree: `bytes` is the size of its nodes, `width` their boundaries. */
#define DESCEND(visit, level, width, bytes, counted)                                               \
  do {                                                                                             \
    uint32_t starts[MAX_LEVELS + 1] = {0};                                                         \
    if ((visit)->levels > 1) {                                                                     \
      level_starts((visit)->count, width, (visit)->levels, starts);                                \
    }                                                                                              \
    const unsigned char *node = (visit)->base + (size_t)(starts[level] + (visit)->child) * bytes;  \
    uint32_t found = counted;                                                                      \
    (visit)->rank += found;                                                                        \
    (visit)->child = (visit)->child * (width + 1) + found;                                         \
    if (level + 1 < (visit)->levels) {                                                             \
      const unsigned char *next =                                                                  \
          (visit)->base + (size_t)(starts[level + 1] + (visit)->child) * bytes;                    \
      ask_for(next);                                                                               \
      if (bytes > LINE) {                                                                          \
        ask_for(next + LINE);                                                                      \
      }                                                                                            \
    }                                                                                              \
  } while (0)

/* Answers for `count` visits of IPv4, at most GROUP; `places` are their indices. */
STEP uint64_t visit_ipv4(const core_cidr_set *const *sets, const core_address *addresses,
                         const uint8_t *places, uint32_t count) {
  struct visit visits[GROUP];
  uint32_t deepest = 0;
  uint64_t bits = 0;
  for (uint32_t i = 0; i < count; i++) {
    const core_cidr_set *set = sets[places[i]];
    struct visit *visit = &visits[i];
    uint32_t key = ipv4_key(addresses[places[i]]);
    if (set->flags & IPV4_IS_TRIE) {
      *visit = (struct visit){.rank = trie_contains(trie_of(set), key)};
      continue;
    }
    visit->base = line_of(set, set->ipv4_line);
    visit->levels = set->ipv4_levels;
    visit->count = set->ipv4_count;
    visit->child = count32_root(set, key);
    visit->rank = visit->child + (set->flags & STARTS_IN_IPV4);
    ask_for(visit->base + (size_t)visit->child * LINE);
    deepest = visit->levels > deepest ? visit->levels : deepest;
  }
  for (uint32_t level = 0; level < deepest; level++) {
    for (uint32_t i = 0; i < count; i++) {
      struct visit *visit = &visits[i];
      uint32_t key = ipv4_key(addresses[places[i]]);
      if (level < visit->levels) {
        DESCEND(visit, level, IPV4_NODE, LINE, count32(node, key));
      }
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    bits |= (uint64_t)(visits[i].rank & 1) << places[i];
  }
  return bits;
}

/* The same for IPv6; the two trees of a set go down together. */
STEP uint64_t visit_ipv6(const core_cidr_set *const *sets, const core_address *addresses,
                         const uint8_t *places, uint32_t count) {
  struct visit highs[GROUP], lows[GROUP];
  uint32_t deepest = 0;
  uint64_t bits = 0;
  for (uint32_t i = 0; i < count; i++) {
    const core_cidr_set *set = sets[places[i]];
    core_address address = addresses[places[i]];
    highs[i] = lows[i] = (struct visit){0};
    if (!(set->flags & HAS_IPV6)) {
      continue;
    }
    const struct ipv6_root *root = ipv6_root_of(set);
    struct visit *high = &highs[i], *low = &lows[i];
    high->base = line_of(set, high_line(root));
    high->levels = root->high_levels;
    high->count = root->high_count;
    high->child = count_high_root(set, root, address.high);
    high->rank = high->child + (set->flags / STARTS_IN_HIGH & 1);
    ask_for(high->base + (size_t)high->child * LINE);
    if (root->low_count > 0) {
      low->base = line_of(set, root->low_line);
      low->levels = root->low_levels;
      low->count = root->low_count;
      low->child = count128(line_of(set, low_root_line(root)), address.high, address.low);
      low->rank = low->child + (set->flags / STARTS_IN_LOW & 1);
      ask_for(low->base + (size_t)low->child * (2 * LINE));
      ask_for(low->base + (size_t)low->child * (2 * LINE) + LINE);
    }
    deepest = high->levels > deepest ? high->levels : deepest;
    deepest = low->levels > deepest ? low->levels : deepest;
  }
  for (uint32_t level = 0; level < deepest; level++) {
    for (uint32_t i = 0; i < count; i++) {
      core_address address = addresses[places[i]];
      if (level < highs[i].levels) {
        DESCEND(&highs[i], level, IPV6_NODE, LINE, count64(node, address.high));
      }
      if (level < lows[i].levels) {
        DESCEND(&lows[i], level, IPV6_NODE, (2 * LINE), count128(node, address.high, address.low));
      }
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    bits |= (uint64_t)((highs[i].rank | lows[i].rank) & 1) << places[i];
  }
  return bits;
}

/* Answers for at most GROUP visits. */
STEP uint64_t visit_group(const core_cidr_set *const *sets, const core_address *addresses,
                          uint32_t count) {
  uint8_t ipv4[GROUP], ipv6[GROUP];
  uint32_t ipv4_count = 0, ipv6_count = 0;
  for (uint32_t i = 0; i < count; i++) {
    bool is_v4 = is_ipv4(addresses[i]);
    ipv4[ipv4_count] = (uint8_t)i;
    ipv6[ipv6_count] = (uint8_t)i;
    ipv4_count += is_v4;
    ipv6_count += !is_v4;
  }
  uint64_t bits = 0;
  if (ipv4_count > 0) {
    bits = visit_ipv4(sets, addresses, ipv4, ipv4_count);
  }
  if (ipv6_count > 0) {
    bits |= visit_ipv6(sets, addresses, ipv6, ipv6_count);
  }
  return bits;
}

STEP void ask_for_headers(const core_cidr_set *const *sets, const core_address *addresses,
                          size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) {
    ask_for(sets[i]);
    if (!is_ipv4(addresses[i])) {
      ask_for(line_of(sets[i], 1));
      ask_for(line_of(sets[i], 2));
      ask_for(line_of(sets[i], 3));
    }
  }
}

STEP void store_group(uint64_t *bits, size_t index, uint64_t group) {
  if (index % 64 == 0) {
    bits[index / 64] = 0;
  }
  bits[index / 64] |= group << index % 64;
}

TARGET void SEARCH(contains_pairs)(const core_cidr_set *const *sets, const core_address *addresses,
                                   size_t count, uint64_t *bits) {
  ask_for_headers(sets, addresses, 0, count < GROUP ? count : GROUP);
  for (size_t i = 0; i < count; i += GROUP) {
    size_t end = count - i < GROUP ? count : i + GROUP;
    ask_for_headers(sets, addresses, end, count - end < GROUP ? count : end + GROUP);
    store_group(bits, i, visit_group(sets + i, addresses + i, (uint32_t)(end - i)));
  }
}

/* The first address whose containment is `inside`, or count. */
TARGET size_t SEARCH(find_first)(const core_cidr_set *set, const core_address *addresses,
                                 size_t count, bool inside) {
  size_t i = 0;
  while (i < count && set_contains(set, addresses[i]) != inside) {
    i++;
  }
  return i;
}
