#include "cidr_layout.h"
#include "instructions.h"
#include "ipv4_trie.h"
#include "memory.h"

#include <string.h>

/* Writes ranges in order as the boundaries of the layout in cidr_layout.h. */

/* An IPv6 range as the whole high halves within it and what is left around them. Without a whole
 * one, all of it is the head. */
struct cut {
  core_range head, tail;
  uint64_t first_high, last_high;
  bool has_head, has_highs, has_tail;
};

static struct cut cut_range(core_range range) {
  uint64_t first_high = range.first.high + (range.first.low != 0);
  uint64_t last_high = range.last.high - (range.last.low != UINT64_MAX);
  bool wraps = first_high < range.first.high || last_high > range.last.high;
  struct cut cut = {.first_high = first_high, .last_high = last_high};
  cut.has_highs = !wraps && first_high <= last_high;
  if (!cut.has_highs) {
    cut.has_head = true;
    cut.head = range;
    return cut;
  }
  cut.has_head = range.first.low != 0;
  cut.head = (core_range){range.first, {range.first.high, UINT64_MAX}};
  cut.has_tail = range.last.low != UINT64_MAX;
  cut.tail = (core_range){{range.last.high, 0}, range.last};
  return cut;
}

/* Puts boundaries where the layout wants them; with no set it counts. */
struct writer {
  core_cidr_set *set;
  struct cidr_shape shape;
  uint8_t flags;
  struct trie_writer trie;
};

/* Places are found by the functions that read, and belong to a block of ours. */
static void put_ipv4(struct writer *writer, uint32_t boundary) {
  uint32_t index = writer->shape.ipv4_boundaries++;
  core_cidr_set *set = writer->set;
  if (set == NULL) {
    return;
  }
  uint32_t starts[MAX_LEVELS + 1];
  level_starts(set->ipv4_count, IPV4_NODE, set->ipv4_levels, starts);
  btree_place place = find_place(index, IPV4_NODE, set->ipv4_levels, starts);
  uint32_t *node = set->ipv4_root;
  if (place.node != UINT32_MAX) {
    node = (uint32_t *)(void *)set + ((size_t)set->ipv4_line + place.node) * (LINE / 4);
  }
  node[place.slot] = boundary;
}

static void put_high(struct writer *writer, uint64_t boundary) {
  uint32_t index = writer->shape.high_boundaries++;
  if (writer->set == NULL) {
    return;
  }
  const struct ipv6_root *root = ipv6_root_of(writer->set);
  uint32_t starts[MAX_LEVELS + 1];
  level_starts(root->high_count, IPV6_NODE, root->high_levels, starts);
  btree_place place = find_place(index, IPV6_NODE, root->high_levels, starts);
  uint64_t *words = (uint64_t *)(void *)writer->set;
  size_t word = place.node == UINT32_MAX ? IPV6_NODE + IPV6_NODE - HIGH_ROOT
                                         : ((size_t)high_line(root) + place.node) * IPV6_NODE;
  words[word + place.slot] = boundary;
}

static void put_low(struct writer *writer, core_address boundary) {
  uint32_t index = writer->shape.low_boundaries++;
  if (writer->set == NULL) {
    return;
  }
  const struct ipv6_root *root = ipv6_root_of(writer->set);
  uint32_t starts[MAX_LEVELS + 1];
  level_starts(root->low_count, IPV6_NODE, root->low_levels, starts);
  btree_place place = find_place(index, IPV6_NODE, root->low_levels, starts);
  size_t line = place.node == UINT32_MAX ? low_root_line(root)
                                         : (size_t)root->low_line + 2 * (size_t)place.node;
  uint64_t *node = (uint64_t *)(void *)writer->set + line * IPV6_NODE;
  node[place.slot] = boundary.high;
  node[place.slot + IPV6_NODE] = boundary.low;
}

static void add_ipv4(struct writer *writer, uint32_t first, uint32_t last) {
  writer->shape.ipv4_ranges++;
  if (writer->flags & IPV4_IS_TRIE) {
    trie_add(&writer->trie, first, last);
    return;
  }
  if (first == 0) {
    writer->flags |= STARTS_IN_IPV4;
  } else {
    put_ipv4(writer, first - 1);
  }
  if (last != UINT32_MAX) {
    put_ipv4(writer, last);
  }
}

static void add_highs(struct writer *writer, uint64_t first, uint64_t last) {
  if (first == 0) {
    writer->flags |= STARTS_IN_HIGH;
  } else {
    put_high(writer, first - 1);
  }
  if (last != UINT64_MAX) {
    put_high(writer, last);
  }
}

static void add_low(struct writer *writer, core_range range) {
  if (range.first.high == 0 && range.first.low == 0) {
    writer->flags |= STARTS_IN_LOW;
  } else {
    put_low(writer, (core_address){range.first.high - (range.first.low == 0), range.first.low - 1});
  }
  if (range.last.high != UINT64_MAX || range.last.low != UINT64_MAX) {
    put_low(writer, range.last);
  }
}

static void add_range(struct writer *writer, core_range range) {
  if (is_ipv4(range.first)) {
    add_ipv4(writer, (uint32_t)range.first.low, (uint32_t)range.last.low);
    return;
  }
  writer->flags |= HAS_IPV6;
  struct cut cut = cut_range(range);
  if (cut.has_head) {
    add_low(writer, cut.head);
  }
  if (cut.has_highs) {
    add_highs(writer, cut.first_high, cut.last_high);
  }
  if (cut.has_tail) {
    add_low(writer, cut.tail);
  }
}

static void add_ranges(struct writer *writer, const struct entry *entries, uint32_t count) {
  core_range range;
  for (uint32_t cursor = 0; merge_range(entries, count, &cursor, &range);) {
    add_range(writer, range);
  }
}

/* Counts; twice, where the first count says that IPv4 becomes a trie. */
static struct writer measure(const struct entry *entries, uint32_t count) {
  struct writer writer = {.trie = trie_counter()};
  add_ranges(&writer, entries, count);
  if (writer.shape.ipv4_ranges > MAX_IPV4_RANGES_IN_TREE) {
    writer = (struct writer){.flags = IPV4_IS_TRIE, .trie = trie_counter()};
    add_ranges(&writer, entries, count);
    writer.shape.trie_nodes = writer.trie.node_count;
    writer.shape.trie_leaves = writer.trie.leaf_count;
  }
  return writer;
}

core_status freeze_entries(const core_allocator *memory, const struct entry *entries,
                           uint32_t count, const core_cidr_options *options, core_cidr_set **set) {
  struct writer measured = measure(entries, count);
  bool keeps_prefixes = options != NULL && options->keeps_prefixes;
  measured.shape.prefixes = keeps_prefixes ? count : 0;
  core_cidr_set header = {.flags = measured.flags};
  struct ipv6_root ipv6;
  size_t size = lay_out(&header, &ipv6, &measured.shape);

  core_cidr_set *frozen = memory->allocate(memory->context, size, SET_ALIGNMENT);
  if (frozen == NULL) {
    return CORE_NO_MEMORY;
  }
  bool is_trie = header.flags & IPV4_IS_TRIE;
  size_t tree_end = is_trie ? header.ipv4_line * LINE : size;
  memset(frozen, 0xff, tree_end);
  memset((unsigned char *)frozen + tree_end, 0, size - tree_end);
  header.instructions =
      (uint8_t)instructions_or_best(options == NULL ? CORE_BEST : options->instructions);
  header.flags |= keeps_prefixes ? KEEPS_PREFIXES : 0;
  memcpy(frozen, &header, is_trie ? sizeof header : offsetof(core_cidr_set, ipv4_root));
  if (header.flags & HAS_IPV6) {
    memcpy((unsigned char *)frozen + LINE, &ipv6, offsetof(struct ipv6_root, high_root));
  }

  struct writer writer = {.set = frozen, .flags = header.flags};
  if (is_trie) {
    writer.trie = trie_writer_at((unsigned char *)frozen + tree_end, measured.shape.trie_nodes,
                                 measured.shape.trie_leaves);
  }
  add_ranges(&writer, entries, count);
  if (keeps_prefixes && count > 0) {
    size_t kept = count * sizeof(struct entry);
    memcpy((unsigned char *)frozen + (size - kept), entries, kept);
  }
  *set = frozen;
  return CORE_OK;
}
