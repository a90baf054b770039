#include "address.h"
#include "memory.h"

#include <string.h>

/*
 * A frozen set:
 *
 *     +--------+------------------------+----------------------------+
 *     | header | ranges, in order       | entries, in order          |
 *     +--------+------------------------+----------------------------+
 *       16 B     32 B each                24 B each
 *
 * The ranges are the union of the prefixes, merged until a gap or the end of IPv4 parts them:
 * two sets hold the same addresses exactly if their ranges are the same bytes. Membership is one
 * binary search in them. The entries are the prefixes without duplicates, a network before its
 * subnets, each with the index of the nearest entry around it: the longest match is found by a
 * binary search and then outwards along at most 128 parents.
 */

#define CIDR_SET_MAGIC 0x43494431u /* another layout, or another byte order, is another number */
#define NO_PARENT UINT32_MAX

struct entry {
  core_address network;
  uint32_t length;
  uint32_t parent;
};

struct core_cidr_set {
  uint32_t magic;
  uint32_t size;
  uint32_t range_count;
  uint32_t entry_count;
  core_range ranges[];
};

struct core_cidr_builder {
  core_allocator allocator;
  struct entry *entries;
  size_t count;
  size_t capacity;
};

static size_t block_size(size_t range_count, size_t entry_count) {
  return sizeof(core_cidr_set) + range_count * sizeof(core_range) +
         entry_count * sizeof(struct entry);
}

static const struct entry *entries_of(const core_cidr_set *set) {
  return (const struct entry *)(set->ranges + set->range_count);
}

/* ------------------------------------------------------------------------- order and merging */

/* Whether entry a comes before entry b: by network, a shorter prefix before its subnets. */
static bool comes_before(const struct entry *a, const struct entry *b) {
  if (!same_address(a->network, b->network)) {
    return precedes(a->network, b->network);
  }
  return a->length < b->length;
}

static bool entry_contains(const struct entry *entry, core_address address) {
  return prefix_contains(entry->network, entry->length, address);
}

/* The nearest entry around entries[index]; those before it know theirs already. */
static uint32_t find_parent(const struct entry *entries, uint32_t index) {
  uint32_t candidate = index == 0 ? NO_PARENT : index - 1;
  while (candidate != NO_PARENT && !entry_contains(&entries[candidate], entries[index].network)) {
    candidate = entries[candidate].parent;
  }
  return candidate;
}

/* The merged range that begins with entries[*index]; moves *index behind it. */
static bool merge_range(const struct entry *entries, uint32_t count, uint32_t *index,
                        core_range *range) {
  if (*index == count) {
    return false;
  }
  *range = range_of(entries[*index].network, entries[*index].length);
  while (++*index < count) {
    core_range next = range_of(entries[*index].network, entries[*index].length);
    bool nested = !precedes(range->last, next.first);
    if (nested) {
      continue;
    }
    if (!touches(range->last, next.first)) {
      break;
    }
    range->last = next.last;
  }
  return true;
}

/* Heapsort: in place, so that freezing needs no memory but the block, and never quadratic. */
static void sift_down(struct entry *entries, size_t root, size_t count) {
  for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
    if (child + 1 < count && comes_before(&entries[child], &entries[child + 1])) {
      child++;
    }
    if (!comes_before(&entries[root], &entries[child])) {
      return;
    }
    struct entry swapped = entries[root];
    entries[root] = entries[child];
    entries[child] = swapped;
    root = child;
  }
}

static void sort(struct entry *entries, size_t count) {
  for (size_t root = count / 2; root-- > 0;) {
    sift_down(entries, root, count);
  }
  for (size_t end = count; end-- > 1;) {
    struct entry largest = entries[0];
    entries[0] = entries[end];
    entries[end] = largest;
    sift_down(entries, 0, end);
  }
}

static size_t remove_duplicates(struct entry *entries, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (kept == 0 || comes_before(&entries[kept - 1], &entries[i])) {
      entries[kept++] = entries[i];
    }
  }
  return kept;
}

/* ---------------------------------------------------------------------------------- building */

core_status core_cidr_builder_create(const core_allocator *allocator, core_cidr_builder **builder) {
  core_allocator memory = allocator_or_heap(allocator);
  core_cidr_builder *created =
      memory.allocate(memory.context, sizeof *created, _Alignof(core_cidr_builder));
  if (created == NULL) {
    return CORE_NO_MEMORY;
  }
  *created = (core_cidr_builder){.allocator = memory};
  *builder = created;
  return CORE_OK;
}

static void release_entries(core_cidr_builder *builder) {
  if (builder->entries != NULL) {
    builder->allocator.release(builder->allocator.context, builder->entries,
                               builder->capacity * sizeof(struct entry));
  }
}

/* Makes room for `count` entries in all, doubling so that adding stays linear. */
static core_status reserve(core_cidr_builder *builder, size_t count) {
  if (count <= builder->capacity) {
    return CORE_OK;
  }
  size_t doubled = 2 * builder->capacity;
  size_t capacity = count > doubled ? count : doubled;
  struct entry *entries = builder->allocator.allocate(
      builder->allocator.context, capacity * sizeof(struct entry), _Alignof(struct entry));
  if (entries == NULL) {
    return CORE_NO_MEMORY;
  }
  if (builder->count > 0) {
    memcpy(entries, builder->entries, builder->count * sizeof(struct entry));
  }
  release_entries(builder);
  builder->entries = entries;
  builder->capacity = capacity;
  return CORE_OK;
}

core_status core_cidr_builder_add(core_cidr_builder *builder, const core_prefix *prefixes,
                                  size_t count) {
  if (count > CORE_MAX_PREFIXES - builder->count) {
    return CORE_TOO_MANY;
  }
  for (size_t i = 0; i < count; i++) {
    if (prefixes[i].length > ADDRESS_BITS) {
      return CORE_BAD_LENGTH;
    }
  }
  core_status status = reserve(builder, builder->count + count);
  if (status != CORE_OK) {
    return status;
  }
  for (size_t i = 0; i < count; i++) {
    uint32_t length = prefixes[i].length;
    builder->entries[builder->count++] =
        (struct entry){network_of(prefixes[i].network, length), length, NO_PARENT};
  }
  return CORE_OK;
}

core_status core_cidr_builder_freeze(core_cidr_builder *builder, core_cidr_set **set) {
  struct entry *entries = builder->entries;
  sort(entries, builder->count);
  builder->count = remove_duplicates(entries, builder->count);

  uint32_t count = (uint32_t)builder->count;
  for (uint32_t i = 0; i < count; i++) {
    entries[i].parent = find_parent(entries, i);
  }
  core_range range;
  uint32_t range_count = 0;
  for (uint32_t cursor = 0; merge_range(entries, count, &cursor, &range);) {
    range_count++;
  }

  size_t size = block_size(range_count, count);
  core_cidr_set *frozen =
      builder->allocator.allocate(builder->allocator.context, size, SET_ALIGNMENT);
  if (frozen == NULL) {
    return CORE_NO_MEMORY;
  }
  *frozen = (core_cidr_set){CIDR_SET_MAGIC, (uint32_t)size, range_count, count};
  for (uint32_t i = 0, cursor = 0; merge_range(entries, count, &cursor, &range); i++) {
    frozen->ranges[i] = range;
  }
  if (count > 0) {
    memcpy(frozen->ranges + range_count, entries, count * sizeof(struct entry));
  }
  *set = frozen;
  return CORE_OK;
}

void core_cidr_builder_free(core_cidr_builder *builder) {
  if (builder != NULL) {
    release_entries(builder);
    builder->allocator.release(builder->allocator.context, builder, sizeof *builder);
  }
}

void core_cidr_set_free(core_cidr_set *set, const core_allocator *allocator) {
  if (set != NULL) {
    core_allocator memory = allocator_or_heap(allocator);
    memory.release(memory.context, set, set->size);
  }
}

/* ----------------------------------------------------------------------------------- reading */

bool core_cidr_set_contains(const core_cidr_set *set, core_address address) {
  uint32_t low = 0,
           high = set->range_count; /* ranges[low - 1].first <= address < ranges[high].first */
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (precedes(address, set->ranges[middle].first)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low > 0 && !precedes(set->ranges[low - 1].last, address);
}

void core_cidr_set_contains_many(const core_cidr_set *set, const core_address *addresses,
                                 size_t count, uint64_t *bits) {
  for (size_t i = 0; i < count; i++) {
    if (i % 64 == 0) {
      bits[i / 64] = 0;
    }
    bits[i / 64] |= (uint64_t)core_cidr_set_contains(set, addresses[i]) << (i % 64);
  }
}

size_t core_cidr_set_first_outside(const core_cidr_set *set, const core_address *addresses,
                                   size_t count) {
  size_t i = 0;
  while (i < count && core_cidr_set_contains(set, addresses[i])) {
    i++;
  }
  return i;
}

size_t core_cidr_set_first_inside(const core_cidr_set *set, const core_address *addresses,
                                  size_t count) {
  size_t i = 0;
  while (i < count && !core_cidr_set_contains(set, addresses[i])) {
    i++;
  }
  return i;
}

bool core_cidr_set_longest_match(const core_cidr_set *set, core_address address,
                                 core_prefix *prefix) {
  const struct entry *entries = entries_of(set);
  uint32_t low = 0, high = set->entry_count;
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

bool core_cidr_set_next_range(const core_cidr_set *set, uint32_t *cursor, core_range *range) {
  if (*cursor >= set->range_count) {
    return false;
  }
  *range = set->ranges[(*cursor)++];
  return true;
}

bool core_cidr_set_equal(const core_cidr_set *a, const core_cidr_set *b) {
  return a->range_count == b->range_count &&
         memcmp(a->ranges, b->ranges, a->range_count * sizeof(core_range)) == 0;
}

size_t core_cidr_set_size(const core_cidr_set *set) { return set->size; }

/* -------------------------------------------------------------------------------- validation */

static const char *find_header_defect(const core_cidr_set *set, size_t size) {
  if (size < sizeof *set) {
    return "the block is shorter than the header of a CIDR set";
  }
  if (set->magic != CIDR_SET_MAGIC) {
    return "the block is not a CIDR set of this layout and byte order";
  }
  if (set->entry_count > CORE_MAX_PREFIXES || set->range_count > set->entry_count) {
    return "the counts of the CIDR set are out of bounds";
  }
  if (set->size != size || block_size(set->range_count, set->entry_count) != size) {
    return "the size of the CIDR set does not agree with its counts";
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
    if (i > 0 && !comes_before(&entries[i - 1], &entries[i])) {
      return "the prefixes are not in order";
    }
    if (entries[i].parent != find_parent(entries, i)) {
      return "a prefix does not know the prefix around it";
    }
  }
  return NULL;
}

static const char *find_range_defect(const core_cidr_set *set) {
  core_range range;
  uint32_t i = 0;
  for (uint32_t cursor = 0; merge_range(entries_of(set), set->entry_count, &cursor, &range); i++) {
    if (i == set->range_count || memcmp(&set->ranges[i], &range, sizeof range) != 0) {
      return "the ranges are not the union of the prefixes";
    }
  }
  return i == set->range_count ? NULL : "the ranges are not the union of the prefixes";
}

bool core_cidr_set_validate(const void *block, size_t size, const char **reason) {
  if (block == NULL || (uintptr_t)block % _Alignof(core_cidr_set) != 0) {
    *reason = "the block is not aligned";
    return false;
  }
  const core_cidr_set *set = block;
  const char *defect = find_header_defect(set, size);
  if (defect == NULL) {
    defect = find_entry_defect(entries_of(set), set->entry_count);
  }
  if (defect == NULL) {
    defect = find_range_defect(set);
  }
  if (defect != NULL) {
    *reason = defect;
  }
  return defect == NULL;
}
