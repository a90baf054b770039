#ifndef IPV4_TRIE_H
#define IPV4_TRIE_H

#include "instructions.h"

#include <stddef.h>

/*
 * IPv4 ranges by the thousand: a trie of 16, 8 and 8 bits.
 *
 *     table     65,536 node numbers, one for each /16
 *     nodes     a /16 in 64 bytes: four quarters of 64 /24s, each two words
 *                   inside  ·1··1…   the /24s that are wholly inside
 *                   mixed   1··1·…   the /24s that are partly inside, and have a leaf
 *     bases     for each node, the number of leaves before its first
 *     leaves    a mixed /24 in 32 bytes: one bit for each address
 *
 * Node 0 is all outside and node 1 all inside: so the lookup need not ask. Others follow in the
 * order of their addresses, as do the leaves: a mixed /24's leaf is the base of its node and the
 * number of mixed ones before it.
 */

#define TRIE_TABLE 65536u
#define TRIE_FIRST_NODE 2u

struct trie_node {
  struct {
    uint64_t inside, mixed;
  } quarters[4];
};

struct trie_leaf {
  uint64_t bits[4];
};

/* Where the parts of a trie are, from their numbers, in a block that begins at `start`. */
struct trie {
  const uint32_t *table;
  const struct trie_node *nodes;
  const struct trie_leaf *leaves;
  const uint32_t *bases;
};

INLINE struct trie trie_at(const void *start, uint32_t node_count, uint32_t leaf_count) {
  struct trie trie;
  trie.table = start;
  trie.nodes = (const struct trie_node *)(const void *)(trie.table + TRIE_TABLE);
  trie.leaves = (const struct trie_leaf *)(trie.nodes + node_count);
  trie.bases = (const uint32_t *)(const void *)(trie.leaves + leaf_count);
  return trie;
}

size_t trie_size(uint32_t node_count, uint32_t leaf_count);

INLINE bool trie_contains(struct trie trie, uint32_t key) {
  uint32_t index = trie.table[key >> 16];
  const struct trie_node *node = &trie.nodes[index];
  uint32_t quarter = key >> 14 & 3;
  uint32_t bit = key >> 8 & 63;
  if (__builtin_expect(node->quarters[quarter].mixed >> bit & 1, 0)) {
    uint32_t leaf = trie.bases[index];
    for (uint32_t i = 0; i < quarter; i++) {
      leaf += (uint32_t)__builtin_popcountll(node->quarters[i].mixed);
    }
    uint64_t before = node->quarters[quarter].mixed & (((uint64_t)1 << bit) - 1);
    leaf += (uint32_t)__builtin_popcountll(before);
    return trie.leaves[leaf].bits[key >> 6 & 3] >> (key & 63) & 1;
  }
  return node->quarters[quarter].inside >> bit & 1;
}

/* Writes a trie range by range, in order. With no block it only counts. */
struct trie_writer {
  uint32_t *table;
  struct trie_node *nodes;
  struct trie_leaf *leaves;
  uint32_t *bases;
  uint32_t node_count, leaf_count;
  uint32_t last_node, last_leaf; /* the /16 and the /24 that these are for */
};

struct trie_writer trie_counter(void);
/* For a zeroed block of trie_size bytes. */
struct trie_writer trie_writer_at(void *start, uint32_t node_count, uint32_t leaf_count);
void trie_add(struct trie_writer *writer, uint32_t first, uint32_t last);

/* The first range that begins at *cursor or later; moves *cursor behind it; false after the last.
 * The cursor is an address, or 2^32. */
bool trie_next_range(struct trie trie, uint64_t *cursor, uint32_t *first, uint32_t *last);

/* What keeps the block from being a trie as it is written, or NULL. */
const char *find_trie_defect(struct trie trie, uint32_t node_count, uint32_t leaf_count);

#endif
