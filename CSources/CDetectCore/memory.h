#ifndef MEMORY_H
#define MEMORY_H

#include "detect_core.h"

#include <stdlib.h>

/* A frozen set begins on a cache line, so that its header costs one miss. */
#define SET_ALIGNMENT 64

/* `aligned_alloc` wants a size that is a multiple of the alignment. */
static inline void *heap_allocate(void *context, size_t size, size_t alignment) {
  (void)context;
  size_t rounded = (size + alignment - 1) / alignment * alignment;
  return rounded < size ? NULL : aligned_alloc(alignment, rounded);
}

static inline void heap_release(void *context, void *block, size_t size) {
  (void)context;
  (void)size;
  free(block);
}

static inline core_allocator allocator_or_heap(const core_allocator *allocator) {
  return allocator != NULL ? *allocator : (core_allocator){heap_allocate, heap_release, NULL};
}

#endif
