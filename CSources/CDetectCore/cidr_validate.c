#include "cidr_layout.h"
#include "instructions.h"
#include "ipv4_trie.h"

#include <string.h>

/* Whether bytes from elsewhere are a set: first that everything is where the counts say, then that
 * each tree is sorted and padded, then that no other bytes could mean the same set. */

static const char *find_instruction_defect(const core_cidr_set *set) {
  if (set->magic != CIDR_SET_MAGIC) {
    return "the block is not a CIDR set of this layout and byte order";
  }
  if (set->instructions > core_best_instructions()) {
    return "the CIDR set needs instructions that this processor lacks";
  }
  return NULL;
}

/* The layout that the counts in the block lead to must be the one it has. */
static const char *find_layout_defect(const core_cidr_set *set, size_t size) {
  core_cidr_set header = *set;
  struct ipv6_root root = {0};
  struct cidr_shape shape = {.ipv4_boundaries = set->ipv4_count};
  if (set->flags & IPV4_IS_TRIE) {
    shape.trie_nodes = set->ipv4_root[0];
    shape.trie_leaves = set->ipv4_root[1];
  }
  if (set->flags & HAS_IPV6) {
    if (size < 2 * LINE) {
      return "the block is shorter than the header of a CIDR set";
    }
    root = *ipv6_root_of(set);
    shape.high_boundaries = root.high_count;
    shape.low_boundaries = root.low_count;
  }
  uint32_t most = 4 * CORE_MAX_PREFIXES;
  if (shape.trie_nodes > TRIE_FIRST_NODE + TRIE_TABLE || shape.trie_leaves > most ||
      shape.high_boundaries > most || shape.low_boundaries > most ||
      set->ipv4_count > 2 * MAX_IPV4_RANGES_IN_TREE || set->flags > 2 * KEEPS_PREFIXES - 1) {
    return "the counts of the CIDR set are out of bounds";
  }
  size_t searched = lay_out(&header, &root, &shape);
  size_t kept = size - searched;
  bool fits = size >= searched && kept % sizeof(struct entry) == 0 &&
              kept / sizeof(struct entry) <= CORE_MAX_PREFIXES &&
              (kept == 0 || set->flags & KEEPS_PREFIXES);
  header.size = set->size;
  if (!fits || set->size != size || memcmp(&header, set, offsetof(core_cidr_set, ipv4_root)) != 0 ||
      (set->flags & HAS_IPV6 &&
       memcmp(&root, ipv6_root_of(set), offsetof(struct ipv6_root, high_root)) != 0)) {
    return "the size of the CIDR set does not agree with its counts";
  }
  return NULL;
}

/* ------------------------------------------------------------------------------------- trees */

/* Whether `count` bytes are all ones. */
static bool is_padding(const unsigned char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (bytes[i] != 0xff) {
      return false;
    }
  }
  return true;
}

/* Whether all after the boundaries of a tree is padding, in its levels and then in its root. Parts
 * of a boundary are in `parts` lines one after the other, `bytes` each. */
static bool is_padded(const unsigned char *root, uint32_t capacity, const unsigned char *levels,
                      uint32_t level_total, uint32_t count, uint32_t width, uint32_t parts) {
  size_t bytes = LINE / width;
  uint32_t starts[MAX_LEVELS + 1];
  level_starts(count, width, level_total, starts);
  for (uint32_t level = level_total; level-- > 0;) {
    uint32_t above = count / (width + 1);
    uint32_t in_last = count - above - above * width;
    const unsigned char *last = levels + (size_t)(starts[level + 1] - 1) * LINE * parts;
    for (uint32_t part = 0; part < parts; part++) {
      if (!is_padding(last + part * LINE + in_last * bytes, (width - in_last) * bytes)) {
        return false;
      }
    }
    count = above;
  }
  for (uint32_t part = 0; part < parts; part++) {
    if (!is_padding(root + part * LINE + count * bytes, (capacity - count) * bytes)) {
      return false;
    }
  }
  return true;
}

static const char *find_ipv4_defect(const core_cidr_set *set) {
  static const char *const unsorted = "the IPv4 boundaries of the CIDR set are not in order";
  if (set->flags & IPV4_IS_TRIE) {
    const void *start = line_of(set, set->ipv4_line);
    uint32_t nodes = set->ipv4_root[0], leaves = set->ipv4_root[1];
    struct trie trie = trie_at(start, nodes, leaves);
    const char *defect = find_trie_defect(trie, nodes, leaves);
    if (defect != NULL || set->flags & STARTS_IN_IPV4) {
      return defect != NULL ? defect : unsorted;
    }
    size_t used = trie_size(nodes, leaves);
    for (size_t i = used; i % LINE != 0; i++) {
      if (((const unsigned char *)start)[i] != 0) {
        return "there is something behind the trie";
      }
    }
    for (size_t i = 2; i < IPV4_ROOT; i++) {
      if (set->ipv4_root[i] != 0) {
        return "there is something behind the trie";
      }
    }
    return NULL;
  }
  if (!is_padded((const unsigned char *)set->ipv4_root, IPV4_ROOT, line_of(set, set->ipv4_line),
                 set->ipv4_levels, set->ipv4_count, IPV4_NODE, 1)) {
    return unsorted;
  }
  for (uint32_t i = 0; i < set->ipv4_count; i++) {
    uint32_t boundary = ipv4_boundary(set, i);
    if (boundary == UINT32_MAX || (i > 0 && boundary <= ipv4_boundary(set, i - 1))) {
      return unsorted;
    }
  }
  return NULL;
}

static const char *find_ipv6_defect(const core_cidr_set *set) {
  static const char *const unsorted = "the IPv6 boundaries of the CIDR set are not in order";
  const struct ipv6_root *root = ipv6_root_of(set);
  uint32_t capacity = HIGH_ROOT + (root->high_root_lines - 1u) * IPV6_NODE;
  if (!is_padded((const unsigned char *)root->high_root, capacity, line_of(set, high_line(root)),
                 root->high_levels, root->high_count, IPV6_NODE, 1) ||
      (root->low_count > 0 &&
       !is_padded(line_of(set, low_root_line(root)), IPV6_NODE, line_of(set, root->low_line),
                  root->low_levels, root->low_count, IPV6_NODE, 2))) {
    return unsorted;
  }
  for (uint32_t i = 0; i < root->high_count; i++) {
    uint64_t boundary = high_boundary(set, i);
    if (boundary == UINT64_MAX || (i > 0 && boundary <= high_boundary(set, i - 1))) {
      return unsorted;
    }
  }
  for (uint32_t i = 0; i < root->low_count; i++) {
    core_address boundary = low_boundary(set, i);
    core_address before = i > 0 ? low_boundary(set, i - 1) : (core_address){0, 0};
    bool ascends = i == 0 || before.high < boundary.high ||
                   (before.high == boundary.high && before.low < boundary.low);
    if (!ascends || (boundary.high & boundary.low) == UINT64_MAX) {
      return unsorted;
    }
  }
  return NULL;
}

/* ------------------------------------------------------------------------------------- union */

/* Whether a piece of the low tree has a whole high half, which belongs to the other tree. */
static bool has_whole_high(core_range range) {
  uint64_t first = range.first.high + (range.first.low != 0);
  uint64_t last = range.last.high - (range.last.low != UINT64_MAX);
  return first >= range.first.high && last <= range.last.high && first <= last;
}

static const char *find_range_defect(const core_cidr_set *set) {
  core_cursor cursor = {0};
  core_range range, before = {{0, 0}, {0, 0}};
  uint32_t ipv4_ranges = 0;
  for (bool first = true; core_cidr_set_next_range(set, &cursor, &range); first = false) {
    ipv4_ranges += is_ipv4(range.first);
    if (is_ipv4(range.first) != is_ipv4(range.last) ||
        (!first && (!precedes(before.last, range.first) || touches(before.last, range.first)))) {
      return "the ranges of the CIDR set overlap or touch";
    }
    before = range;
  }
  if ((ipv4_ranges > MAX_IPV4_RANGES_IN_TREE) != ((set->flags & IPV4_IS_TRIE) != 0)) {
    return "the CIDR set has another form than its ranges ask for";
  }
  core_range low;
  for (uint32_t index = 0; set->flags & HAS_IPV6 && next_low_range(set, &index, &low);) {
    if (has_whole_high(low)) {
      return "a range of the CIDR set is cut at another place";
    }
  }
  return NULL;
}

static const char *find_entry_defect(const struct entry *entries, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (entries[i].length > ADDRESS_BITS) {
      return "a prefix is longer than an address";
    }
    if (!same_address(network_of(entries[i].network, entries[i].length), entries[i].network)) {
      return "a prefix has host bits";
    }
    if (i > 0 && !entry_comes_before(&entries[i - 1], &entries[i])) {
      return "the prefixes are not in order";
    }
    if (entries[i].parent != find_parent(entries, i)) {
      return "a prefix does not know the prefix around it";
    }
  }
  return NULL;
}

static const char *find_union_defect(const core_cidr_set *set) {
  core_cursor cursor = {0};
  uint32_t index = 0;
  for (;;) {
    core_range united, range;
    bool has_united = merge_range(entries_of(set), entry_count(set), &index, &united);
    bool has_range = core_cidr_set_next_range(set, &cursor, &range);
    if (has_united != has_range || (has_range && memcmp(&united, &range, sizeof range) != 0)) {
      return "the ranges are not the union of the prefixes";
    }
    if (!has_range) {
      return NULL;
    }
  }
}

static const char *find_defect(const core_cidr_set *set, size_t size) {
  if (size < LINE) {
    return "the block is shorter than the header of a CIDR set";
  }
  const char *defect = find_instruction_defect(set);
  defect = defect != NULL ? defect : find_layout_defect(set, size);
  defect = defect != NULL ? defect : find_ipv4_defect(set);
  if (defect == NULL && set->flags & HAS_IPV6) {
    defect = find_ipv6_defect(set);
  } else if (defect == NULL && set->flags & (STARTS_IN_HIGH | STARTS_IN_LOW)) {
    defect = "the counts of the CIDR set are out of bounds";
  }
  defect = defect != NULL ? defect : find_range_defect(set);
  if (defect == NULL && set->flags & KEEPS_PREFIXES) {
    defect = find_entry_defect(entries_of(set), entry_count(set));
    defect = defect != NULL ? defect : find_union_defect(set);
  }
  return defect;
}

bool core_cidr_set_validate(const void *block, size_t size, const char **reason) {
  if (block == NULL || (uintptr_t)block % _Alignof(uint64_t) != 0) {
    *reason = "the block is not aligned";
    return false;
  }
  const char *defect = find_defect(block, size);
  if (defect != NULL) {
    *reason = defect;
  }
  return defect == NULL;
}
