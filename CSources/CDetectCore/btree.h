#ifndef BTREE_H
#define BTREE_H

#include <stdint.h>

/*
 * A static B-tree over the boundaries of disjoint ranges. A key is inside exactly if the number of
 * boundaries at or before it is odd. Sorted boundaries b0, b1, … become nodes of one width w:
 *
 *     level 0 (root)                    b33  …
 *                                  ┌─────┘ └────┐
 *     level 1               b8 b17 …                 …           w = 8 in this drawing
 *                      ┌────┘ └─────┐
 *     level 2   b0 … b7   b9 … b16   b18 … b25  …
 *
 * Every (w+1)th boundary goes to the level above, and so on until the rest fits the root. All nodes
 * but the last of a level are full; the last is padded with all ones. The levels follow one another
 * without pointers: child c of node i is node i·(w+1) + c of the next level, where c is the number
 * of boundaries in the node that are at or before the key. As w + 1 is odd, that number is odd
 * exactly if the rank so far is: below the last level it is the answer.
 *
 * What is stored is b - 1, and a boundary counts if the key is greater: so all ones never count,
 * and no stored boundary is all ones. A boundary at the very start of the space is a flag instead.
 */

/* Enough for 2^21 boundaries, 8 in a node, under a root of 6. */
#define MAX_LEVELS 8

/* The number of levels below a root that holds `root_capacity` boundaries. */
static inline uint32_t level_count(uint32_t count, uint32_t width, uint32_t root_capacity) {
  uint32_t levels = 0;
  while (count > root_capacity) {
    count /= width + 1;
    levels++;
  }
  return levels;
}

/* The number of boundaries left for the root. */
static inline uint32_t root_count(uint32_t count, uint32_t width, uint32_t levels) {
  for (uint32_t level = 0; level < levels; level++) {
    count /= width + 1;
  }
  return count;
}

/* The number of nodes of a level that has `levels` levels from itself down. */
static inline uint32_t level_size(uint32_t count, uint32_t width, uint32_t levels) {
  return root_count(count, width, levels) + 1;
}

/* starts[i] = the index of the first node of the i-th level below the root; starts[levels] = the
 * number of all nodes below the root. */
static inline __attribute__((always_inline)) void
level_starts(uint32_t count, uint32_t width, uint32_t levels, uint32_t starts[MAX_LEVELS + 1]) {
  uint32_t nodes[MAX_LEVELS];
  for (uint32_t level = levels; level-- > 0;) {
    count /= width + 1;
    nodes[level] = count + 1;
  }
  starts[0] = 0;
  for (uint32_t level = 0; level < levels; level++) {
    starts[level + 1] = starts[level] + nodes[level];
  }
}

/* Where the boundary of this index in order is stored: node UINT32_MAX means the root. */
typedef struct {
  uint32_t node, slot;
} btree_place;

static inline btree_place find_place(uint32_t index, uint32_t width, uint32_t levels,
                                     const uint32_t starts[MAX_LEVELS + 1]) {
  for (uint32_t level = levels; level-- > 0;) {
    uint32_t node = index / (width + 1);
    uint32_t slot = index % (width + 1);
    if (slot < width) {
      return (btree_place){starts[level] + node, slot};
    }
    index = node;
  }
  return (btree_place){UINT32_MAX, index};
}

#endif
