#include "cidr_layout.h"
#include "memory.h"

#include <string.h>

/* Gathers prefixes; sorts them, takes out duplicates and finds who is around whom when asked for a
 * set. */

struct core_cidr_builder {
  core_allocator allocator;
  struct entry *entries;
  size_t count;
  size_t capacity;
};

/* ------------------------------------------------------------------------- order and merging */

/* Whether entry a comes before entry b: by network, a shorter prefix before its subnets. */
bool entry_comes_before(const struct entry *a, const struct entry *b) {
  if (!same_address(a->network, b->network)) {
    return precedes(a->network, b->network);
  }
  return a->length < b->length;
}

/* The nearest entry around entries[index]; those before it know theirs already. */
uint32_t find_parent(const struct entry *entries, uint32_t index) {
  uint32_t candidate = index == 0 ? NO_PARENT : index - 1;
  while (candidate != NO_PARENT && !entry_contains(&entries[candidate], entries[index].network)) {
    candidate = entries[candidate].parent;
  }
  return candidate;
}

/* The merged range that begins with entries[*index]; moves *index behind it. */
bool merge_range(const struct entry *entries, uint32_t count, uint32_t *index, core_range *range) {
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
    if (child + 1 < count && entry_comes_before(&entries[child], &entries[child + 1])) {
      child++;
    }
    if (!entry_comes_before(&entries[root], &entries[child])) {
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
    if (kept == 0 || entry_comes_before(&entries[kept - 1], &entries[i])) {
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

core_status core_cidr_builder_freeze(core_cidr_builder *builder, const core_cidr_options *options,
                                     core_cidr_set **set) {
  struct entry *entries = builder->entries;
  sort(entries, builder->count);
  builder->count = remove_duplicates(entries, builder->count);

  uint32_t count = (uint32_t)builder->count;
  for (uint32_t i = 0; i < count; i++) {
    entries[i].parent = find_parent(entries, i);
  }
  return freeze_entries(&builder->allocator, entries, count, options, set);
}

void core_cidr_builder_free(core_cidr_builder *builder) {
  if (builder != NULL) {
    release_entries(builder);
    builder->allocator.release(builder->allocator.context, builder, sizeof *builder);
  }
}
