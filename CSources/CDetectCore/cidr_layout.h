#ifndef CIDR_LAYOUT_H
#define CIDR_LAYOUT_H

#include "address.h"
#include "btree.h"
#include "cidr_entries.h"

/*
 * A frozen set, in lines of 64 bytes:
 *
 *     line 0    header: 16 bytes, then 12 boundaries of 4 bytes: the root of IPv4
 *     line 1    IPv6 only: 16 bytes, then 6 boundaries of 8 bytes: the root of the high halves,
 *               continued by up to 3 lines of 8
 *               root of the low tree: 8 boundaries of 16 bytes, high halves in one line, low
 *               halves in the next
 *               levels of the high tree: nodes of a line, 8 boundaries
 *               levels of the low tree: nodes of two lines
 *               levels of IPv4: nodes of a line, 16 boundaries; or the trie of ipv4_trie.h
 *     end       the prefixes as added, if they were to be kept: 24 bytes each
 *
 * An IPv6 range is cut in two. The whole high halves within it are a range of the high tree, whose
 * keys are 64 bits; what is left at its ends is in the low tree. Both are searched and the answers
 * joined, which needs no branch that depends on the address; without prefixes over /64 the low tree
 * is not there. The cut, the shape and the form depend on the addresses in the set alone, so that
 * equal sets are equal bytes.
 */

#define CIDR_SET_MAGIC 0x4353u /* another layout, or another byte order, is another number */
#define LINE 64u
#define IPV4_ROOT 12u
#define IPV4_NODE 16u
#define HIGH_ROOT 6u
#define IPV6_NODE 8u
#define MAX_HIGH_ROOT_LINES 4u
#define MAX_IPV4_RANGES_IN_TREE 8192u /* more are searched faster in the trie, in less memory */

enum cidr_flags {
  STARTS_IN_IPV4 = 1, /* 0.0.0.0 is inside; the next for the first address of either IPv6 tree */
  STARTS_IN_HIGH = 2,
  STARTS_IN_LOW = 4,
  HAS_IPV6 = 8,
  IPV4_IS_TRIE = 16,
  KEEPS_PREFIXES = 32
};

struct core_cidr_set {
  uint16_t magic;
  uint8_t instructions;
  uint8_t flags;
  uint16_t ipv4_count; /* of boundaries; 0 for a trie */
  uint8_t ipv4_levels;
  uint8_t unused;
  uint32_t ipv4_line; /* where its levels or its trie begin */
  uint32_t size;
  uint32_t ipv4_root[IPV4_ROOT]; /* of a trie: the numbers of its nodes and leaves */
};

struct ipv6_root {
  uint32_t high_count; /* of boundaries */
  uint32_t low_count;
  uint8_t high_root_lines;
  uint8_t high_levels;
  uint8_t low_levels;
  uint8_t unused;
  uint32_t low_line; /* where the levels of the low tree begin */
  uint64_t high_root[HIGH_ROOT];
};

_Static_assert(sizeof(struct core_cidr_set) == LINE && sizeof(struct ipv6_root) == LINE, "lines");

static inline const unsigned char *line_of(const core_cidr_set *set, size_t line) {
  return (const unsigned char *)set + line * LINE;
}

static inline const struct ipv6_root *ipv6_root_of(const core_cidr_set *set) {
  return (const struct ipv6_root *)(const void *)line_of(set, 1);
}

static inline uint32_t low_root_line(const struct ipv6_root *root) {
  return 1u + root->high_root_lines;
}

static inline uint32_t high_line(const struct ipv6_root *root) {
  return low_root_line(root) + (root->low_count > 0 ? 2 : 0);
}

/* What decides the places of everything in a set. */
struct cidr_shape {
  uint32_t ipv4_ranges, ipv4_boundaries, high_boundaries, low_boundaries, prefixes;
  uint32_t trie_nodes, trie_leaves;
};

/* Fills in the places, sizes and counts of a header and, where there is IPv6, of its root; keeps
 * the flags. Returns the size of the block. */
size_t lay_out(core_cidr_set *header, struct ipv6_root *ipv6, const struct cidr_shape *shape);

/* The k-th boundary of a tree in order, as stored. */
uint32_t ipv4_boundary(const core_cidr_set *set, uint32_t index);
uint64_t high_boundary(const core_cidr_set *set, uint32_t index);
core_address low_boundary(const core_cidr_set *set, uint32_t index);

/* The range that begins with `index`, moving it on; false at the end. Bounds of the low tree are
 * those of its pieces. */
bool next_ipv4_range(const core_cidr_set *set, uint64_t *index, uint32_t *first, uint32_t *last);
bool next_high_range(const core_cidr_set *set, uint32_t *index, uint64_t *first, uint64_t *last);
bool next_low_range(const core_cidr_set *set, uint32_t *index, core_range *range);

/* The prefixes that a set has kept. */
const struct entry *entries_of(const core_cidr_set *set);
uint32_t entry_count(const core_cidr_set *set);

/* A set of ordered entries. */
core_status freeze_entries(const core_allocator *memory, const struct entry *entries,
                           uint32_t count, const core_cidr_options *options, core_cidr_set **set);

#endif
