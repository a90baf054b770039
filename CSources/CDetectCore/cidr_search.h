/*
 * The readers of the layout in cidr_layout.h, once for each set of instructions: a file includes
 * nodes_<instructions>.h, defines TARGET (the attribute of functions) and SEARCH(name) (their
 * names), and then this.
 */

#include "cidr_layout.h"
#include "ipv4_trie.h"

#include <string.h>

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
  uint32_t levels = set->ipv4_levels;
  const unsigned char *nodes = line_of(set, set->ipv4_line);
  for (uint32_t level = 0; level < levels; level++) {
    uint32_t found = count32(nodes + (size_t)child * LINE, key);
    child = child * (IPV4_NODE + 1) + found;
    if (level + 1 < levels) {
      nodes += (size_t)level_size(set->ipv4_count, IPV4_NODE, levels - level) * LINE;
    }
  }
  return (child ^ set->flags) & STARTS_IN_IPV4;
}

STEP uint32_t count_high_root(const core_cidr_set *set, const struct ipv6_root *root,
                              uint64_t high) {
  uint32_t count = count64_root(root, high);
  for (uint32_t line = 1; line < root->high_root_lines; line++) {
    count += count64(line_of(set, 1 + line), high);
  }
  return count;
}

STEP uint32_t find_high(const core_cidr_set *set, const struct ipv6_root *root, uint64_t high) {
  uint32_t child = count_high_root(set, root, high);
  uint32_t levels = root->high_levels;
  const unsigned char *nodes = line_of(set, high_line(root));
  for (uint32_t level = 0; level < levels; level++) {
    uint32_t found = count64(nodes + (size_t)child * LINE, high);
    child = child * (IPV6_NODE + 1) + found;
    if (level + 1 < levels) {
      nodes += (size_t)level_size(root->high_count, IPV6_NODE, levels - level) * LINE;
    }
  }
  return child;
}

STEP uint32_t find_low(const core_cidr_set *set, const struct ipv6_root *root, uint64_t high,
                       uint64_t low) {
  uint32_t child = count128(line_of(set, low_root_line(root)), high, low);
  uint32_t levels = root->low_levels;
  const unsigned char *nodes = line_of(set, root->low_line);
  for (uint32_t level = 0; level < levels; level++) {
    uint32_t found = count128(nodes + (size_t)child * (2 * LINE), high, low);
    child = child * (IPV6_NODE + 1) + found;
    if (level + 1 < levels) {
      nodes += (size_t)level_size(root->low_count, IPV6_NODE, levels - level) * (2 * LINE);
    }
  }
  return child;
}

STEP bool ipv6_contains(const core_cidr_set *set, core_address address) {
  uint32_t flags = set->flags;
  if (!(flags & HAS_IPV6)) {
    return false;
  }
  const struct ipv6_root *root = ipv6_root_of(set);
  uint32_t inside = find_high(set, root, address.high) ^ flags / STARTS_IN_HIGH;
  if (root->low_count > 0) {
    inside |= find_low(set, root, address.high, address.low) ^ flags / STARTS_IN_LOW;
  }
  return inside & 1;
}

STEP bool set_contains(const core_cidr_set *set, core_address address) {
  return is_ipv4(address) ? ipv4_contains(set, ipv4_key(address)) : ipv6_contains(set, address);
}

TARGET bool SEARCH(contains)(const core_cidr_set *set, core_address address) {
  return set_contains(set, address);
}
