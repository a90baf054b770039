#include "cidr_layout.h"
#include "cidr_readers.h"
#include "ipv4_trie.h"
#include "memory.h"

#include <string.h>

/* What is the same with all instructions. */

void core_cidr_set_free(core_cidr_set *set, const core_allocator *allocator) {
  if (set != NULL) {
    core_allocator memory = allocator_or_heap(allocator);
    memory.release(memory.context, set, set->size);
  }
}

/* ------------------------------------------------------------------------------- containment */

bool core_cidr_set_contains(const core_cidr_set *set, core_address address) {
  return SELECT_READER(set->instructions, contains, set, address);
}

void core_cidr_set_contains_many(const core_cidr_set *set, const core_address *addresses,
                                 size_t count, uint64_t *bits) {
  SELECT_READER(set->instructions, contains_many, set, addresses, count, bits);
}

void core_cidr_set_contains_pairs(const core_cidr_set *const *sets, const core_address *addresses,
                                  size_t count, uint64_t *bits) {
  if (count > 0) {
    SELECT_READER(sets[0]->instructions, contains_pairs, sets, addresses, count, bits);
  }
}

size_t core_cidr_set_first_outside(const core_cidr_set *set, const core_address *addresses,
                                   size_t count) {
  return SELECT_READER(set->instructions, find_first, set, addresses, count, false);
}

size_t core_cidr_set_first_inside(const core_cidr_set *set, const core_address *addresses,
                                  size_t count) {
  return SELECT_READER(set->instructions, find_first, set, addresses, count, true);
}

/* ---------------------------------------------------------------------------- longest match */

/* The size of a set without its prefixes. */
static size_t searched_size(const core_cidr_set *set) {
  size_t start = (size_t)set->ipv4_line * LINE;
  if (set->flags & IPV4_IS_TRIE) {
    size_t size = trie_size(set->ipv4_root[0], set->ipv4_root[1]);
    return start + (size + LINE - 1) / LINE * LINE;
  }
  uint32_t starts[MAX_LEVELS + 1];
  level_starts(set->ipv4_count, IPV4_NODE, set->ipv4_levels, starts);
  return start + starts[set->ipv4_levels] * (size_t)LINE;
}

const struct entry *entries_of(const core_cidr_set *set) {
  return (const struct entry *)(const void *)((const unsigned char *)set + searched_size(set));
}

uint32_t entry_count(const core_cidr_set *set) {
  return (uint32_t)((set->size - searched_size(set)) / sizeof(struct entry));
}

bool core_cidr_set_longest_match(const core_cidr_set *set, core_address address,
                                 core_prefix *prefix) {
  const struct entry *entries = entries_of(set);
  uint32_t low = 0, high = entry_count(set);
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (precedes(address, entries[middle].network)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  /* Any entry that contains the address is the last one not after it, or is around that one. */
  uint32_t index = low == 0 ? NO_PARENT : low - 1;
  while (index != NO_PARENT && !entry_contains(&entries[index], address)) {
    index = entries[index].parent;
  }
  if (index == NO_PARENT) {
    return false;
  }
  *prefix = (core_prefix){entries[index].network, (uint8_t)entries[index].length};
  return true;
}

/* --------------------------------------------------------------------------------- iteration */

/* The next piece of IPv6, from either tree. */
static bool next_piece(const core_cidr_set *set, core_cursor *cursor, core_range *piece) {
  core_cursor after_high = *cursor, after_low = *cursor;
  core_range low;
  uint64_t first, last;
  bool has_high = next_high_range(set, &after_high.high, &first, &last);
  bool has_low = next_low_range(set, &after_low.low, &low);
  if (has_high &&
      (!has_low || first < low.first.high || (first == low.first.high && low.first.low > 0))) {
    *piece = (core_range){{first, 0}, {last, UINT64_MAX}};
    *cursor = after_high;
    return true;
  }
  if (has_low) {
    *piece = low;
    *cursor = after_low;
  }
  return has_low;
}

bool core_cidr_set_next_range(const core_cidr_set *set, core_cursor *cursor, core_range *range) {
  uint32_t first, last;
  if (next_ipv4_range(set, &cursor->ipv4, &first, &last)) {
    uint64_t mapped = (uint64_t)0xffff << IPV4_BITS;
    *range = (core_range){{0, mapped | first}, {0, mapped | last}};
    return true;
  }
  if (!(set->flags & HAS_IPV6) || !next_piece(set, cursor, range)) {
    return false;
  }
  core_cursor after = *cursor;
  core_range piece;
  while (next_piece(set, &after, &piece) && touches(range->last, piece.first)) {
    range->last = piece.last;
    *cursor = after;
  }
  return true;
}

bool core_cidr_set_equal(const core_cidr_set *a, const core_cidr_set *b) {
  size_t size = searched_size(a);
  size_t counts = offsetof(core_cidr_set, ipv4_count), sizes = offsetof(core_cidr_set, size);
  size_t keys = offsetof(core_cidr_set, ipv4_root);
  return ((a->flags ^ b->flags) & ~KEEPS_PREFIXES) == 0 && size == searched_size(b) &&
         memcmp((const char *)a + counts, (const char *)b + counts, sizes - counts) == 0 &&
         memcmp((const char *)a + keys, (const char *)b + keys, size - keys) == 0;
}

size_t core_cidr_set_size(const core_cidr_set *set) { return set->size; }
