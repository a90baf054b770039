#include "ipv4_trie.h"

#include <string.h>

#define NONE UINT32_MAX

size_t trie_size(uint32_t node_count, uint32_t leaf_count) {
  return TRIE_TABLE * sizeof(uint32_t) + node_count * sizeof(struct trie_node) +
         leaf_count * sizeof(struct trie_leaf) + node_count * sizeof(uint32_t);
}

/* ----------------------------------------------------------------------------------- writing */

struct trie_writer trie_counter(void) {
  return (struct trie_writer){.node_count = TRIE_FIRST_NODE, .last_node = NONE, .last_leaf = NONE};
}

struct trie_writer trie_writer_at(void *start, uint32_t node_count, uint32_t leaf_count) {
  struct trie_writer writer = trie_counter();
  writer.table = start;
  writer.nodes = (struct trie_node *)(void *)(writer.table + TRIE_TABLE);
  writer.leaves = (struct trie_leaf *)(writer.nodes + node_count);
  writer.bases = (uint32_t *)(void *)(writer.leaves + leaf_count);
  for (int i = 0; i < 4; i++) {
    writer.nodes[1].quarters[i].inside = UINT64_MAX;
  }
  return writer;
}

/* The node of a /16 that is not all inside; the last one, or a new one. */
static struct trie_node *node_for(struct trie_writer *writer, uint32_t slash16) {
  if (writer->last_node != slash16) {
    writer->last_node = slash16;
    if (writer->table != NULL) {
      writer->table[slash16] = writer->node_count;
      writer->bases[writer->node_count] = writer->leaf_count;
    }
    writer->node_count++;
  }
  return writer->nodes == NULL ? NULL : &writer->nodes[writer->node_count - 1];
}

/* Addresses first...last of one /24, not all of it. */
static void add_in_slash24(struct trie_writer *writer, uint32_t first, uint32_t last) {
  uint32_t slash24 = first >> 8;
  struct trie_node *node = node_for(writer, first >> 16);
  if (writer->last_leaf != slash24) {
    writer->last_leaf = slash24;
    writer->leaf_count++;
  }
  if (node == NULL) {
    return;
  }
  node->quarters[slash24 >> 6 & 3].mixed |= (uint64_t)1 << (slash24 & 63);
  struct trie_leaf *leaf = &writer->leaves[writer->leaf_count - 1];
  uint32_t first_word = first >> 6 & 3;
  uint32_t last_word = last >> 6 & 3;
  for (uint32_t word = first_word; word <= last_word; word++) {
    uint32_t begin = word == first_word ? first & 63 : 0;
    uint32_t end = word == last_word ? last & 63 : 63;
    leaf->bits[word] |= UINT64_MAX << begin & UINT64_MAX >> (63 - end);
  }
}

/* /24s first...last of one /16, not all of it. */
static void add_slash24s(struct trie_writer *writer, uint32_t first, uint32_t last) {
  struct trie_node *node = node_for(writer, first >> 8);
  for (uint32_t slash24 = first; node != NULL && slash24 <= last; slash24++) {
    node->quarters[slash24 >> 6 & 3].inside |= (uint64_t)1 << (slash24 & 63);
  }
}

void trie_add(struct trie_writer *writer, uint32_t first, uint32_t last) {
  uint64_t address = first;
  uint64_t end = (uint64_t)last + 1;
  while (address < end) {
    uint64_t whole = address + 256 <= end && address % 256 == 0 ? (end - address) / 256 : 0;
    if (whole == 0) {
      uint64_t edge = (address | 255) + 1;
      edge = edge < end ? edge : end;
      add_in_slash24(writer, (uint32_t)address, (uint32_t)(edge - 1));
      address = edge;
    } else if (address % 65536 == 0 && whole >= 256) {
      if (writer->table != NULL) {
        writer->table[address >> 16] = 1;
      }
      address += 65536;
    } else {
      uint64_t rest = 256 - (address >> 8 & 255);
      whole = whole < rest ? whole : rest;
      add_slash24s(writer, (uint32_t)(address >> 8), (uint32_t)((address >> 8) + whole - 1));
      address += whole * 256;
    }
  }
}

/* ----------------------------------------------------------------------------------- reading */

/* The first address from `address` on that is inside, or outside, or 2^32. */
static uint64_t find_address(struct trie trie, uint64_t address, bool inside) {
  while (address >> 32 == 0) {
    uint32_t index = trie.table[address >> 16];
    if (index < TRIE_FIRST_NODE) {
      if ((index == 1) == inside) {
        return address;
      }
      address = (address | 0xffff) + 1;
      continue;
    }
    const struct trie_node *node = &trie.nodes[index];
    uint32_t quarter = address >> 14 & 3;
    uint32_t bit = address >> 8 & 63;
    bool mixed = node->quarters[quarter].mixed >> bit & 1;
    if (!mixed && (node->quarters[quarter].inside >> bit & 1) == inside) {
      return address;
    }
    if (!mixed) {
      address = (address | 255) + 1;
    } else if (trie_contains(trie, (uint32_t)address) == inside) {
      return address;
    } else {
      address++;
    }
  }
  return address;
}

bool trie_next_range(struct trie trie, uint64_t *cursor, uint32_t *first, uint32_t *last) {
  uint64_t begin = find_address(trie, *cursor, true);
  if (begin >> 32 != 0) {
    return false;
  }
  uint64_t end = find_address(trie, begin, false);
  *first = (uint32_t)begin;
  *last = (uint32_t)(end - 1);
  *cursor = end;
  return true;
}

/* -------------------------------------------------------------------------------- validation */

static bool is_uniform(const struct trie_node *node, uint64_t word) {
  for (int i = 0; i < 4; i++) {
    if (node->quarters[i].mixed != 0 || node->quarters[i].inside != word) {
      return false;
    }
  }
  return true;
}

static bool is_uniform_leaf(const struct trie_leaf *leaf) {
  uint64_t word = leaf->bits[0];
  return (word == 0 || word == UINT64_MAX) && leaf->bits[1] == word && leaf->bits[2] == word &&
         leaf->bits[3] == word;
}

const char *find_trie_defect(struct trie trie, uint32_t node_count, uint32_t leaf_count) {
  uint32_t next = TRIE_FIRST_NODE;
  for (uint32_t i = 0; i < TRIE_TABLE; i++) {
    if (trie.table[i] >= TRIE_FIRST_NODE && trie.table[i] != next++) {
      return "the table of the trie does not number its nodes in order";
    }
  }
  if (next != node_count || !is_uniform(&trie.nodes[0], 0) ||
      !is_uniform(&trie.nodes[1], UINT64_MAX) || trie.bases[0] != 0 || trie.bases[1] != 0) {
    return "the nodes of the trie are not those it says";
  }
  uint32_t leaves = 0;
  for (uint32_t i = TRIE_FIRST_NODE; i < node_count; i++) {
    const struct trie_node *node = &trie.nodes[i];
    if (trie.bases[i] != leaves || is_uniform(node, 0) || is_uniform(node, UINT64_MAX)) {
      return "a node of the trie is not as it is written";
    }
    for (int quarter = 0; quarter < 4; quarter++) {
      if ((node->quarters[quarter].inside & node->quarters[quarter].mixed) != 0) {
        return "a node of the trie is not as it is written";
      }
      leaves += (uint32_t)__builtin_popcountll(node->quarters[quarter].mixed);
    }
  }
  if (leaves != leaf_count) {
    return "the leaves of the trie are not those it says";
  }
  for (uint32_t i = 0; i < leaf_count; i++) {
    if (is_uniform_leaf(&trie.leaves[i])) {
      return "a leaf of the trie is all inside or all outside";
    }
  }
  return NULL;
}
