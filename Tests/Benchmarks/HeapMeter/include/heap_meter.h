/* What the heap of this process does: its allocator, counted. */
#ifndef HEAP_METER_H
#define HEAP_METER_H

#include <stdint.h>

/* Allocations since the start, reallocations included. */
uint64_t heap_allocations(void);

/* Bytes that are allocated now, with what the allocator adds to each block. */
uint64_t heap_bytes(void);

/* Gives what is free back to the system, as far as it lies in whole pages. */
void heap_return_free(void);

#endif
