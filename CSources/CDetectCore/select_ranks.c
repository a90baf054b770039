#include "instructions.h"
#include "memory.h"

#include <string.h>

/*
 * Exact ranks without sorting. A first pass counts the values by the upper bits of their binary
 * logarithm, which keep their order:
 *
 *     count    …  | 0 | 12 | 7 | 0 | 31 | …        ranks 9 and 15 are in the second and third of
 *     sum      …  | 0 | 12 | 19 | 19 | 50 | …      these buckets
 *
 * A second pass copies out the values of the few buckets that hold a wanted rank. Within one of
 * those all values share their upper bits; less the smallest, they are selected from in the same
 * way, and so on, until a bucket is of one value or short enough to sort. Each round takes at least
 * the seven bits of a mantissa off, so there are at most ten, whatever the values.
 */

/* A double has 7 bits of mantissa in its upper 19: 63 exponents and 0 make 8,065 magnitudes, on
 * both sides of zero. With more bits fewer values are copied, but the counts leave the first cache.
 */
#define MANTISSA_SHIFT 45
#define FIRST_BUCKET ((1023u << 7) - 1)
#define HALF 8192
#define BUCKETS (2 * HALF)
/* Shorter runs are sorted; below this clearing the counts costs more. */
#define SORTED_RUN 1024

/* Ranks that are looked for in one go. */
#define MAX_RANKS 64
#define NOT_WANTED 255

struct tables {
  /* Two for each bucket, so that a run of one value does not wait for itself. */
  uint32_t counts[2 * BUCKETS];
  /* For each bucket its number among those that hold a rank. */
  uint8_t wanted[BUCKETS];
};

/* A bucket that holds ranks[0], …; they count from its smallest value. */
struct part {
  size_t count;
  size_t begin; /* where it is copied to */
  size_t ranks[MAX_RANKS];
  size_t rank_count;
  uint32_t bucket;
};

INLINE uint32_t bucket_of(int64_t value) {
  int64_t sign = value >> 63;
  double magnitude = (double)(value ^ sign);
  int64_t bits;
  memcpy(&bits, &magnitude, sizeof bits);
  int64_t bucket = (bits >> MANTISSA_SHIFT) - FIRST_BUCKET;
  bucket = bucket < 0 ? 0 : bucket;
  return (uint32_t)((bucket ^ sign) + HALF);
}

/* Buckets are found for a block of values before they are used, which a compiler does with
 * vectors. */
#define BLOCK 128u

INLINE void find_buckets(const int64_t *values, size_t count, uint32_t *buckets) {
  if (count == BLOCK) {
    for (size_t i = 0; i < BLOCK; i++) {
      buckets[i] = bucket_of(values[i]);
    }
    return;
  }
  for (size_t i = 0; i < count; i++) {
    buckets[i] = bucket_of(values[i]);
  }
}

static void sift_down(int64_t *values, size_t root, size_t count) {
  for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
    child += child + 1 < count && values[child] < values[child + 1];
    if (values[root] >= values[child]) {
      return;
    }
    int64_t swapped = values[root];
    values[root] = values[child];
    values[child] = swapped;
    root = child;
  }
}

static void heap_sort(int64_t *values, size_t count) {
  for (size_t root = count / 2; root-- > 0;) {
    sift_down(values, root, count);
  }
  for (size_t end = count; end-- > 1;) {
    int64_t largest = values[0];
    values[0] = values[end];
    values[end] = largest;
    sift_down(values, 0, end);
  }
}

INLINE void count_blocks(struct tables *tables, const int64_t *values, size_t count) {
  uint32_t *counts = tables->counts;
  memset(counts, 0, sizeof tables->counts);
  uint32_t buckets[BLOCK];
  for (size_t begin = 0; begin < count; begin += BLOCK) {
    size_t length = count - begin < BLOCK ? count - begin : BLOCK;
    find_buckets(values + begin, length, buckets);
    for (size_t i = 0; i < length; i++) {
      counts[2 * buckets[i] + i % 2]++;
    }
  }
}

/* The only value that a bucket can hold; false when there are others. Below 2^8 a value has no
 * more bits than a bucket. */
static bool is_single(uint32_t bucket, int64_t *value) {
  int32_t offset = (int32_t)bucket - HALF;
  int32_t magnitude = offset < 0 ? ~offset : offset;
  if (magnitude > 8 * 128) {
    return false;
  }
  uint64_t bits = (uint64_t)((uint32_t)magnitude + FIRST_BUCKET) << MANTISSA_SHIFT;
  double number;
  memcpy(&number, &bits, sizeof number);
  int64_t whole = magnitude == 0 ? 0 : (int64_t)number;
  *value = offset < 0 ? ~whole : whole;
  return true;
}

/* The buckets that hold the ranks, as many as are returned. */
static size_t find_parts(struct tables *tables, const size_t *ranks, size_t rank_count,
                         struct part *parts) {
  memset(tables->wanted, NOT_WANTED, sizeof tables->wanted);
  size_t below = 0, begin = 0, found = 0, next = 0;
  for (uint32_t bucket = 0; next < rank_count; bucket++) {
    size_t count = (size_t)tables->counts[2 * bucket] + tables->counts[2 * bucket + 1];
    if (ranks[next] < below + count) {
      struct part *part = &parts[found];
      int64_t value;
      *part = (struct part){.count = count, .begin = begin, .bucket = bucket};
      while (next < rank_count && ranks[next] < below + count) {
        part->ranks[part->rank_count++] = ranks[next++] - below;
      }
      if (!is_single(bucket, &value)) {
        tables->wanted[bucket] = (uint8_t)found;
        begin += count;
      }
      found++;
    }
    below += count;
  }
  return found;
}

/* Copies the values of the parts; ends[i] begins as the beginning of part i. */
INLINE void copy_blocks(const struct tables *tables, const int64_t *values, size_t count,
                        size_t *ends, int64_t *copies) {
  uint32_t buckets[BLOCK];
  for (size_t begin = 0; begin < count; begin += BLOCK) {
    size_t length = count - begin < BLOCK ? count - begin : BLOCK;
    find_buckets(values + begin, length, buckets);
    for (size_t i = 0; i < length; i++) {
      uint8_t part = tables->wanted[buckets[i]];
      if (__builtin_expect(part != NOT_WANTED, 0)) {
        copies[ends[part]++] = values[begin + i];
      }
    }
  }
}

#if HAS_VECTORS
AVX512_TARGET static void count_blocks_avx512(struct tables *tables, const int64_t *values,
                                              size_t count) {
  count_blocks(tables, values, count);
}

AVX512_TARGET static void copy_blocks_avx512(const struct tables *tables, const int64_t *values,
                                             size_t count, size_t *ends, int64_t *copies) {
  copy_blocks(tables, values, count, ends, copies);
}
#endif

static void count_buckets(struct tables *tables, const int64_t *values, size_t count) {
#if HAS_VECTORS
  if (core_best_instructions() == CORE_AVX512) {
    count_blocks_avx512(tables, values, count);
    return;
  }
#endif
  count_blocks(tables, values, count);
}

static void copy_parts(const struct tables *tables, const int64_t *values, size_t count,
                       const struct part *parts, size_t part_count, int64_t *copies) {
  size_t ends[MAX_RANKS];
  for (size_t i = 0; i < part_count; i++) {
    ends[i] = parts[i].begin;
  }
#if HAS_VECTORS
  if (core_best_instructions() == CORE_AVX512) {
    copy_blocks_avx512(tables, values, count, ends, copies);
    return;
  }
#endif
  copy_blocks(tables, values, count, ends, copies);
}

static void select_in(struct tables *tables, int64_t *values, int64_t *spare,
                      const struct part *part, int64_t *selected);

/* Selects from copied parts; what they no longer need is room for parts of theirs. */
static void select_in_parts(struct tables *tables, int64_t *copies, int64_t *spare,
                            const struct part *parts, size_t part_count, int64_t *selected) {
  for (size_t i = 0; i < part_count; i++) {
    const struct part *part = &parts[i];
    int64_t value;
    if (is_single(part->bucket, &value)) {
      for (size_t j = 0; j < part->rank_count; j++) {
        selected[j] = value;
      }
    } else {
      select_in(tables, copies + part->begin, spare + part->begin, part, selected);
    }
    selected += part->rank_count;
  }
}

static void select_in(struct tables *tables, int64_t *values, int64_t *spare,
                      const struct part *part, int64_t *selected) {
  int64_t least = values[0], greatest = values[0];
  for (size_t i = 0; i < part->count; i++) {
    least = values[i] < least ? values[i] : least;
    greatest = values[i] > greatest ? values[i] : greatest;
  }
  if (least == greatest || part->count <= SORTED_RUN) {
    if (least != greatest) {
      heap_sort(values, part->count);
    }
    for (size_t i = 0; i < part->rank_count; i++) {
      selected[i] = values[part->ranks[i]];
    }
    return;
  }
  for (size_t i = 0; i < part->count; i++) {
    values[i] -= least; /* no overflow: all of a bucket have one sign */
  }
  struct part parts[MAX_RANKS];
  count_buckets(tables, values, part->count);
  size_t part_count = find_parts(tables, part->ranks, part->rank_count, parts);
  copy_parts(tables, values, part->count, parts, part_count, spare);
  select_in_parts(tables, spare, values, parts, part_count, selected);
  for (size_t i = 0; i < part->rank_count; i++) {
    selected[i] += least;
  }
}

static core_status select_sorted(const core_allocator *memory, const int64_t *values, size_t count,
                                 const size_t *ranks, size_t rank_count, int64_t *selected) {
  size_t size = count * sizeof *values;
  int64_t *sorted = memory->allocate(memory->context, size, _Alignof(int64_t));
  if (sorted == NULL) {
    return CORE_NO_MEMORY;
  }
  memcpy(sorted, values, size);
  heap_sort(sorted, count);
  for (size_t i = 0; i < rank_count; i++) {
    selected[i] = sorted[ranks[i]];
  }
  memory->release(memory->context, sorted, size);
  return CORE_OK;
}

/* At most MAX_RANKS, whose values are counted already. */
static core_status select_counted(const core_allocator *memory, struct tables *tables,
                                  const int64_t *values, size_t count, const size_t *ranks,
                                  size_t rank_count, int64_t *selected) {
  struct part parts[MAX_RANKS];
  size_t part_count = find_parts(tables, ranks, rank_count, parts);
  size_t copied = 0;
  for (size_t i = 0; i < part_count; i++) {
    int64_t value;
    copied += is_single(parts[i].bucket, &value) ? 0 : parts[i].count;
  }
  if (copied == 0) {
    select_in_parts(tables, NULL, NULL, parts, part_count, selected);
    return CORE_OK;
  }
  size_t size = 2 * copied * sizeof *values;
  int64_t *copies = memory->allocate(memory->context, size, _Alignof(int64_t));
  if (copies == NULL) {
    return CORE_NO_MEMORY;
  }
  copy_parts(tables, values, count, parts, part_count, copies);
  select_in_parts(tables, copies, copies + copied, parts, part_count, selected);
  memory->release(memory->context, copies, size);
  return CORE_OK;
}

core_status core_select_ranks(const core_allocator *allocator, const int64_t *values, size_t count,
                              const size_t *ranks, size_t rank_count, int64_t *selected) {
  core_allocator memory = allocator_or_heap(allocator);
  if (count > UINT32_MAX) {
    return CORE_TOO_MANY;
  }
  for (size_t i = 0; i < rank_count; i++) {
    if (ranks[i] >= count || (i > 0 && ranks[i] < ranks[i - 1])) {
      return CORE_BAD_RANGE;
    }
  }
  if (rank_count == 0) {
    return CORE_OK;
  }
  if (count <= SORTED_RUN) {
    return select_sorted(&memory, values, count, ranks, rank_count, selected);
  }
  struct tables *tables = memory.allocate(memory.context, sizeof *tables, _Alignof(struct tables));
  core_status status = tables == NULL ? CORE_NO_MEMORY : CORE_OK;
  for (size_t done = 0; done < rank_count && status == CORE_OK; done += MAX_RANKS) {
    size_t some = rank_count - done < MAX_RANKS ? rank_count - done : MAX_RANKS;
    count_buckets(tables, values, count);
    status = select_counted(&memory, tables, values, count, ranks + done, some, selected + done);
  }
  if (tables != NULL) {
    memory.release(memory.context, tables, sizeof *tables);
  }
  return status;
}
