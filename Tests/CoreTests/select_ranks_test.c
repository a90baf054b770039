#include "support.h"

#include <string.h>

/* Ranks against a sort. */

static int by_value(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int64_t random_value(random_source *random, int kind) {
  uint64_t number = next_random(random);
  switch (kind) {
  case 0:
    return (int64_t)number;
  case 1:
    return (int64_t)(number % 1000);
  case 2:
    return (int64_t)(number >> (number & 63));
  case 3:
    return (int64_t)(number % 3) + 1000000007;
  case 4:
    return (int64_t)(number % 100000) - 50000;
  case 5:
    return number % 2 ? INT64_MAX - (int64_t)(number >> 60) : INT64_MIN + (int64_t)(number >> 60);
  case 6:
    return ((int64_t)1 << 53) + (int64_t)(number % 4099); /* beyond what a double tells apart */
  default:
    return 42;
  }
}

static void compare(const int64_t *values, size_t count, const size_t *ranks, size_t rank_count) {
  int64_t *sorted = malloc((count + 1) * sizeof *sorted);
  int64_t *selected = malloc((rank_count + 1) * sizeof *selected);
  memcpy(sorted, values, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, by_value);
  CHECK(core_select_ranks(NULL, values, count, ranks, rank_count, selected) == CORE_OK);
  for (size_t i = 0; i < rank_count; i++) {
    CHECK(selected[i] == sorted[ranks[i]]);
  }
  free(selected);
  free(sorted);
}

struct budget {
  int remaining;
  size_t out;
};

static void *allocate(void *context, size_t size, size_t alignment) {
  struct budget *budget = context;
  if (budget->remaining-- <= 0) {
    return NULL;
  }
  budget->out += size;
  return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void release(void *context, void *block, size_t size) {
  ((struct budget *)context)->out -= size;
  free(block);
}

void test_ranks(void) {
  enum { MOST = 30000, RANKS = 200 };
  static int64_t values[MOST];
  size_t ranks[RANKS];
  random_source random = {4};
  for (int round = 0; round < 320; round++) {
    size_t count = 1 + below(&random, round % 3 == 0 ? 3000 : MOST);
    size_t rank_count = round % 8 == 0 ? RANKS : below(&random, 12);
    for (size_t i = 0; i < count; i++) {
      values[i] = random_value(&random, round % 9 == 8 ? (int)(i % 7) : round % 8);
    }
    for (size_t i = 0; i < rank_count; i++) {
      size_t step = below(&random, (uint32_t)(count / rank_count) + 1);
      ranks[i] = i == 0 ? 0 : ranks[i - 1] + step < count ? ranks[i - 1] + step : count - 1;
    }
    if (rank_count > 1) {
      ranks[rank_count - 1] = count - 1;
    }
    compare(values, count, ranks, rank_count);
  }
  int64_t selected = 7;
  size_t beyond[] = {MOST}, unordered[] = {1, 0};
  CHECK(core_select_ranks(NULL, values, MOST, beyond, 1, &selected) == CORE_BAD_RANGE);
  CHECK(core_select_ranks(NULL, values, MOST, unordered, 2, &selected) == CORE_BAD_RANGE);
  CHECK(core_select_ranks(NULL, NULL, 0, NULL, 0, NULL) == CORE_OK && selected == 7);

  for (size_t i = 0; i < MOST; i++) {
    values[i] = random_value(&random, 0);
  }
  for (int allocations = 0; allocations <= 2; allocations++) {
    struct budget budget = {allocations, 0};
    core_allocator memory = {allocate, release, &budget};
    size_t middle = MOST / 2;
    core_status status = core_select_ranks(&memory, values, MOST, &middle, 1, &selected);
    CHECK(status == (allocations < 2 ? CORE_NO_MEMORY : CORE_OK) && budget.out == 0);
  }
}
