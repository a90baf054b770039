#include "cidr_entries.h"
#include "cidr_layout.h"
#include "memory.h"

#include <string.h>

/* Gathers prefixes; puts them in order when asked for a set. */

struct core_cidr_builder {
  core_allocator allocator;
  struct entry *entries;
  size_t count;
  size_t capacity;
};

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
  builder->count = order_entries(builder->entries, builder->count);
  return freeze_entries(&builder->allocator, builder->entries, (uint32_t)builder->count, options,
                        set);
}

void core_cidr_builder_free(core_cidr_builder *builder) {
  if (builder != NULL) {
    release_entries(builder);
    builder->allocator.release(builder->allocator.context, builder, sizeof *builder);
  }
}
