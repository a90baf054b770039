#include "cidr_layout.h"
#include "ipv4_trie.h"

/* Shapes and places; the drawing is in the header. */

static size_t lines_for(size_t bytes) { return (bytes + LINE - 1) / LINE; }

static uint32_t nodes_below_root(uint32_t count, uint32_t width, uint32_t levels) {
  uint32_t starts[MAX_LEVELS + 1];
  level_starts(count, width, levels, starts);
  return starts[levels];
}

/* The smallest root under which the high tree has the fewest levels a root can give it. */
static uint32_t choose_high_root_lines(uint32_t count) {
  uint32_t most = HIGH_ROOT + (MAX_HIGH_ROOT_LINES - 1) * IPV6_NODE;
  uint32_t levels = level_count(count, IPV6_NODE, most);
  uint32_t lines = 1;
  while (root_count(count, IPV6_NODE, levels) > HIGH_ROOT + (lines - 1) * IPV6_NODE) {
    lines++;
  }
  return lines;
}

static size_t lay_out_ipv6(struct ipv6_root *root, const struct cidr_shape *shape) {
  root->high_count = shape->high_boundaries;
  root->low_count = shape->low_boundaries;
  root->high_root_lines = (uint8_t)choose_high_root_lines(root->high_count);
  uint32_t capacity = HIGH_ROOT + (root->high_root_lines - 1u) * IPV6_NODE;
  root->high_levels = (uint8_t)level_count(root->high_count, IPV6_NODE, capacity);
  root->low_levels = (uint8_t)level_count(root->low_count, IPV6_NODE, IPV6_NODE);
  root->unused = 0;
  root->low_line =
      high_line(root) + nodes_below_root(root->high_count, IPV6_NODE, root->high_levels);
  return root->low_line +
         2 * (size_t)nodes_below_root(root->low_count, IPV6_NODE, root->low_levels);
}

size_t lay_out(core_cidr_set *header, struct ipv6_root *ipv6, const struct cidr_shape *shape) {
  size_t lines = header->flags & HAS_IPV6 ? lay_out_ipv6(ipv6, shape) : 1;
  header->magic = CIDR_SET_MAGIC;
  header->unused = 0;
  header->ipv4_line = (uint32_t)lines;
  if (header->flags & IPV4_IS_TRIE) {
    header->ipv4_count = 0;
    header->ipv4_levels = 0;
    header->ipv4_root[0] = shape->trie_nodes;
    header->ipv4_root[1] = shape->trie_leaves;
    lines += lines_for(trie_size(shape->trie_nodes, shape->trie_leaves));
  } else {
    header->ipv4_count = (uint16_t)shape->ipv4_boundaries;
    header->ipv4_levels = (uint8_t)level_count(shape->ipv4_boundaries, IPV4_NODE, IPV4_ROOT);
    lines += nodes_below_root(shape->ipv4_boundaries, IPV4_NODE, header->ipv4_levels);
  }
  size_t size = lines * LINE + shape->prefixes * sizeof(struct entry);
  header->size = (uint32_t)size;
  return size;
}

/* -------------------------------------------------------------------------------- boundaries */

uint32_t ipv4_boundary(const core_cidr_set *set, uint32_t index) {
  uint32_t starts[MAX_LEVELS + 1];
  level_starts(set->ipv4_count, IPV4_NODE, set->ipv4_levels, starts);
  btree_place place = find_place(index, IPV4_NODE, set->ipv4_levels, starts);
  if (place.node == UINT32_MAX) {
    return set->ipv4_root[place.slot];
  }
  const void *node = line_of(set, (size_t)set->ipv4_line + place.node);
  return ((const uint32_t *)node)[place.slot];
}

uint64_t high_boundary(const core_cidr_set *set, uint32_t index) {
  const struct ipv6_root *root = ipv6_root_of(set);
  uint32_t starts[MAX_LEVELS + 1];
  level_starts(root->high_count, IPV6_NODE, root->high_levels, starts);
  btree_place place = find_place(index, IPV6_NODE, root->high_levels, starts);
  if (place.node == UINT32_MAX) {
    /* The first line of the root begins with 16 bytes of something else. */
    const void *line = line_of(set, 1);
    return ((const uint64_t *)line)[place.slot + IPV6_NODE - HIGH_ROOT];
  }
  const void *node = line_of(set, (size_t)high_line(root) + place.node);
  return ((const uint64_t *)node)[place.slot];
}

core_address low_boundary(const core_cidr_set *set, uint32_t index) {
  const struct ipv6_root *root = ipv6_root_of(set);
  uint32_t starts[MAX_LEVELS + 1];
  level_starts(root->low_count, IPV6_NODE, root->low_levels, starts);
  btree_place place = find_place(index, IPV6_NODE, root->low_levels, starts);
  const void *node = place.node == UINT32_MAX
                         ? line_of(set, low_root_line(root))
                         : line_of(set, (size_t)root->low_line + 2 * (size_t)place.node);
  const uint64_t *halves = node;
  return (core_address){halves[place.slot], halves[place.slot + IPV6_NODE]};
}

/* ------------------------------------------------------------------------------------ ranges */

/* The indices of the boundaries of range `index`; -1 and `count` stand for the ends of the space.
 */
static bool find_bounds(uint64_t index, bool starts_inside, uint32_t count, int64_t *opening,
                        int64_t *closing) {
  *opening = (int64_t)(2 * index) - starts_inside;
  *closing = *opening + 1;
  return *opening < (int64_t)count;
}

bool next_ipv4_range(const core_cidr_set *set, uint64_t *index, uint32_t *first, uint32_t *last) {
  if (set->flags & IPV4_IS_TRIE) {
    const void *start = line_of(set, set->ipv4_line);
    struct trie trie = trie_at(start, set->ipv4_root[0], set->ipv4_root[1]);
    return trie_next_range(trie, index, first, last);
  }
  int64_t opening, closing;
  uint32_t count = set->ipv4_count;
  if (!find_bounds(*index, set->flags & STARTS_IN_IPV4, count, &opening, &closing)) {
    return false;
  }
  *first = opening < 0 ? 0 : ipv4_boundary(set, (uint32_t)opening) + 1;
  *last = closing >= count ? UINT32_MAX : ipv4_boundary(set, (uint32_t)closing);
  ++*index;
  return true;
}

bool next_high_range(const core_cidr_set *set, uint32_t *index, uint64_t *first, uint64_t *last) {
  int64_t opening, closing;
  uint32_t count = ipv6_root_of(set)->high_count;
  if (!find_bounds(*index, set->flags & STARTS_IN_HIGH, count, &opening, &closing)) {
    return false;
  }
  *first = opening < 0 ? 0 : high_boundary(set, (uint32_t)opening) + 1;
  *last = closing >= count ? UINT64_MAX : high_boundary(set, (uint32_t)closing);
  ++*index;
  return true;
}

bool next_low_range(const core_cidr_set *set, uint32_t *index, core_range *range) {
  int64_t opening, closing;
  uint32_t count = ipv6_root_of(set)->low_count;
  if (!find_bounds(*index, set->flags & STARTS_IN_LOW, count, &opening, &closing)) {
    return false;
  }
  range->first = (core_address){0, 0};
  range->last = (core_address){UINT64_MAX, UINT64_MAX};
  if (opening >= 0) {
    core_address before = low_boundary(set, (uint32_t)opening);
    range->first = (core_address){before.high + (before.low == UINT64_MAX), before.low + 1};
  }
  if (closing < count) {
    range->last = low_boundary(set, (uint32_t)closing);
  }
  ++*index;
  return true;
}
