#include "memory.h"

#include <string.h>

/*
 * A frozen set is a header of 8 bytes and then, whichever is smaller,
 *
 *     up to 2,048 ranges    the ranges in order, 4 bytes each, with a gap before each
 *     more                  a bitmap of all 65,536 ports, 8 KiB: port p is bit p % 64 of word p /
 * 64
 *
 * The number of ranges decides the form, so that equal sets are equal blocks.
 */

#define PORT_SET_MAGIC 0x504f5231u /* another layout, or another byte order, is another number */
#define PORTS 65536u
#define WORDS (PORTS / 64)
#define BITMAP_SIZE (WORDS * sizeof(uint64_t))
#define MAX_LISTED_RANGES (BITMAP_SIZE / sizeof(core_port_range))
#define MAX_RANGES (PORTS / 2)

struct core_port_set {
  uint32_t magic;
  uint32_t range_count;
  uint64_t words[]; /* core_port_range where the ranges are listed */
};

static bool is_bitmap(const core_port_set *set) { return set->range_count > MAX_LISTED_RANGES; }

static const core_port_range *ranges_of(const core_port_set *set) {
  return (const core_port_range *)(const void *)set->words;
}

static size_t block_size(uint32_t range_count) {
  size_t listed = range_count * sizeof(core_port_range);
  return sizeof(core_port_set) + (listed > BITMAP_SIZE ? BITMAP_SIZE : listed);
}

/* The first port from `port` on whose bit is `value`, or PORTS. */
static uint32_t find_bit(const uint64_t *words, uint32_t port, bool value) {
  if (port >= PORTS) {
    return PORTS;
  }
  uint64_t flip = value ? 0 : UINT64_MAX;
  uint32_t index = port / 64;
  uint64_t word = (words[index] ^ flip) & (UINT64_MAX << (port % 64));
  while (word == 0) {
    if (++index == WORDS) {
      return PORTS;
    }
    word = words[index] ^ flip;
  }
  return index * 64 + (uint32_t)__builtin_ctzll(word);
}

/* The first range that begins at `*cursor` or later; moves *cursor behind it. */
static bool next_run(const uint64_t *words, uint32_t *cursor, core_port_range *range) {
  uint32_t first = find_bit(words, *cursor, true);
  if (first == PORTS) {
    return false;
  }
  uint32_t end = find_bit(words, first, false);
  *range = (core_port_range){(uint16_t)first, (uint16_t)(end - 1)};
  *cursor = end;
  return true;
}

static uint32_t count_runs(const uint64_t *words) {
  core_port_range range;
  uint32_t count = 0;
  for (uint32_t cursor = 0; next_run(words, &cursor, &range);) {
    count++;
  }
  return count;
}

static void set_bits(uint64_t *words, core_port_range range) {
  for (uint32_t index = range.first / 64; index <= range.last / 64; index++) {
    uint32_t begin = index == range.first / 64 ? range.first % 64 : 0;
    uint32_t end = index == range.last / 64 ? range.last % 64 : 63;
    words[index] |= UINT64_MAX << begin & UINT64_MAX >> (63 - end);
  }
}

core_status core_port_set_build(const core_allocator *allocator, const core_port_range *ranges,
                                size_t count, core_port_set **set) {
  uint64_t words[WORDS] = {0};
  for (size_t i = 0; i < count; i++) {
    if (ranges[i].first > ranges[i].last) {
      return CORE_BAD_RANGE;
    }
    set_bits(words, ranges[i]);
  }

  core_allocator memory = allocator_or_heap(allocator);
  uint32_t range_count = count_runs(words);
  core_port_set *built = memory.allocate(memory.context, block_size(range_count), SET_ALIGNMENT);
  if (built == NULL) {
    return CORE_NO_MEMORY;
  }
  *built = (core_port_set){PORT_SET_MAGIC, range_count};
  if (is_bitmap(built)) {
    memcpy(built->words, words, BITMAP_SIZE);
  } else {
    core_port_range *listed = (core_port_range *)(void *)built->words;
    for (uint32_t cursor = 0; next_run(words, &cursor, listed); listed++) {
    }
  }
  *set = built;
  return CORE_OK;
}

void core_port_set_free(core_port_set *set, const core_allocator *allocator) {
  if (set != NULL) {
    core_allocator memory = allocator_or_heap(allocator);
    memory.release(memory.context, set, core_port_set_size(set));
  }
}

/* The index of the first listed range that ends at `port` or later. */
static uint32_t find_range(const core_port_set *set, uint32_t port) {
  const core_port_range *ranges = ranges_of(set);
  uint32_t low = 0, high = set->range_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (ranges[middle].last < port) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

bool core_port_set_contains(const core_port_set *set, uint16_t port) {
  if (is_bitmap(set)) {
    return set->words[port / 64] >> (port % 64) & 1;
  }
  uint32_t index = find_range(set, port);
  return index < set->range_count && ranges_of(set)[index].first <= port;
}

void core_port_set_contains_many(const core_port_set *set, const uint16_t *ports, size_t count,
                                 uint64_t *bits) {
  for (size_t i = 0; i < count; i++) {
    if (i % 64 == 0) {
      bits[i / 64] = 0;
    }
    bits[i / 64] |= (uint64_t)core_port_set_contains(set, ports[i]) << (i % 64);
  }
}

size_t core_port_set_first_outside(const core_port_set *set, const uint16_t *ports, size_t count) {
  size_t i = 0;
  while (i < count && core_port_set_contains(set, ports[i])) {
    i++;
  }
  return i;
}

size_t core_port_set_first_inside(const core_port_set *set, const uint16_t *ports, size_t count) {
  size_t i = 0;
  while (i < count && !core_port_set_contains(set, ports[i])) {
    i++;
  }
  return i;
}

bool core_port_set_next_range(const core_port_set *set, uint32_t *cursor, core_port_range *range) {
  if (is_bitmap(set)) {
    return next_run(set->words, cursor, range);
  }
  if (*cursor >= set->range_count) {
    return false;
  }
  *range = ranges_of(set)[(*cursor)++];
  return true;
}

bool core_port_set_equal(const core_port_set *a, const core_port_set *b) {
  return a->range_count == b->range_count && memcmp(a, b, core_port_set_size(a)) == 0;
}

size_t core_port_set_size(const core_port_set *set) { return block_size(set->range_count); }

static const char *find_defect(const core_port_set *set, size_t size) {
  if (size < sizeof *set) {
    return "the block is shorter than the header of a port set";
  }
  if (set->magic != PORT_SET_MAGIC) {
    return "the block is not a port set of this layout and byte order";
  }
  if (set->range_count > MAX_RANGES || core_port_set_size(set) != size) {
    return "the size of the port set does not agree with its count";
  }
  if (is_bitmap(set)) {
    return count_runs(set->words) == set->range_count
               ? NULL
               : "the bitmap does not agree with the count of the port set";
  }
  const core_port_range *ranges = ranges_of(set);
  for (uint32_t i = 0; i < set->range_count; i++) {
    if (ranges[i].first > ranges[i].last) {
      return "a range of ports ends before it begins";
    }
    if (i > 0 && ranges[i].first <= ranges[i - 1].last + 1u) {
      return "there is no gap between two ranges of ports";
    }
  }
  return NULL;
}

bool core_port_set_validate(const void *block, size_t size, const char **reason) {
  if (block == NULL || (uintptr_t)block % _Alignof(core_port_set) != 0) {
    *reason = "the block is not aligned";
    return false;
  }
  const char *defect = find_defect(block, size);
  if (defect != NULL) {
    *reason = defect;
  }
  return defect == NULL;
}
