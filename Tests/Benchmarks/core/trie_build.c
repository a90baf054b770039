#include "bench.h"

/* What building would cost if the builder were a trie: a binary one with paths compressed, into
 * which prefixes are put one by one and of which the union is read in order. */

#define NONE UINT32_MAX

struct trie_node {
  core_address network;
  uint32_t child[2];
  uint8_t length;
  bool is_prefix;
};

struct trie {
  struct trie_node *nodes;
  uint32_t count, capacity, root;
};

static uint32_t bit_of(core_address address, uint32_t index) {
  return (uint32_t)((index < 64 ? address.high : address.low) >> (63 - index % 64) & 1);
}

/* How many bits are the same, at most `most`. */
static uint32_t common_bits(core_address a, core_address b, uint32_t most) {
  uint64_t high = a.high ^ b.high, low = a.low ^ b.low;
  uint32_t common = high != 0  ? (uint32_t)__builtin_clzll(high)
                    : low != 0 ? 64 + (uint32_t)__builtin_clzll(low)
                               : 128;
  return common < most ? common : most;
}

static uint32_t add_node(struct trie *trie, core_address network, uint32_t length, bool is_prefix) {
  if (trie->count == trie->capacity) {
    trie->capacity = 2 * trie->capacity + 1;
    trie->nodes = realloc(trie->nodes, trie->capacity * sizeof *trie->nodes);
  }
  trie->nodes[trie->count] = (struct trie_node){network, {NONE, NONE}, (uint8_t)length, is_prefix};
  return trie->count++;
}

/* Where the prefix belongs between the node at a link and what is below it. */
static uint32_t split(struct trie *trie, uint32_t below, core_prefix prefix, uint32_t common) {
  core_prefix around = {prefix.network, (uint8_t)common};
  REQUIRE(core_mask_prefix(&around) == CORE_OK);
  uint32_t added = add_node(trie, around.network, common, common == prefix.length);
  trie->nodes[added].child[bit_of(trie->nodes[below].network, common)] = below;
  if (common < prefix.length) {
    uint32_t leaf = add_node(trie, prefix.network, prefix.length, true);
    trie->nodes[added].child[bit_of(prefix.network, common)] = leaf;
  }
  return added;
}

static void set_link(struct trie *trie, uint32_t parent, uint32_t bit, uint32_t node) {
  if (parent == NONE) {
    trie->root = node;
  } else {
    trie->nodes[parent].child[bit] = node;
  }
}

static void insert(struct trie *trie, core_prefix prefix) {
  uint32_t parent = NONE, bit = 0, node = trie->root;
  while (node != NONE) {
    uint32_t length = trie->nodes[node].length;
    uint32_t shorter = length < prefix.length ? length : prefix.length;
    uint32_t common = common_bits(trie->nodes[node].network, prefix.network, shorter);
    if (common < length) {
      set_link(trie, parent, bit, split(trie, node, prefix, common));
      return;
    }
    if (length == prefix.length || trie->nodes[node].is_prefix) {
      trie->nodes[node].is_prefix = true;
      return;
    }
    parent = node;
    bit = bit_of(prefix.network, length);
    node = trie->nodes[node].child[bit];
  }
  set_link(trie, parent, bit, add_node(trie, prefix.network, prefix.length, true));
}

struct united {
  size_t ranges;
  core_address last;
};

/* The union in order; what touches is one range. */
static void unite(const struct trie *trie, uint32_t index, struct united *united) {
  if (index == NONE) {
    return;
  }
  const struct trie_node *node = &trie->nodes[index];
  if (!node->is_prefix) {
    unite(trie, node->child[0], united);
    unite(trie, node->child[1], united);
    return;
  }
  core_address first = node->network, before = united->last;
  core_address next = {before.high + (before.low == UINT64_MAX), before.low + 1};
  united->ranges += united->ranges == 0 || next.high != first.high || next.low != first.low;
  uint64_t high = node->length < 64 ? UINT64_MAX >> node->length : 0;
  uint64_t low = node->length <= 64    ? UINT64_MAX
                 : node->length == 128 ? 0
                                       : UINT64_MAX >> (node->length - 64);
  united->last = (core_address){first.high | high, first.low | low};
}

void build_trie(void *context) {
  struct trie_build *build = context;
  struct trie trie = {.root = NONE};
  for (size_t i = 0; i < build->prefixes.count; i++) {
    insert(&trie, build->prefixes.items[i]);
  }
  struct united united = {0, {0, 0}};
  unite(&trie, trie.root, &united);
  build->ranges = united.ranges;
  build->bytes = trie.count * sizeof(struct trie_node);
  free(trie.nodes);
}
