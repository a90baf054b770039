#include "support.h"

#include <string.h>

/* A few sets, asked about every address of IPv4 there is, against bits painted prefix by prefix. */

#define SLICE ((uint32_t)1 << 20) /* addresses that are painted at a time */
#define SLICES ((uint32_t)1 << 12)
#define BATCH 4096u
#define MOST 12000

struct list {
  core_prefix prefixes[MOST];
  size_t count;
};

/* Of lengths from `shortest` to 32, and the first and last address. */
static void fill(struct list *list, size_t count, uint32_t shortest, random_source *random) {
  list->count = 0;
  list->prefixes[list->count++] = (core_prefix){ipv4_address(0), 128};
  list->prefixes[list->count++] = (core_prefix){ipv4_address(UINT32_MAX), 128};
  while (list->count < count) {
    uint32_t length = shortest + below(random, 33 - shortest);
    core_prefix prefix = {ipv4_address((uint32_t)next_random(random)), (uint8_t)(96 + length)};
    CHECK(core_mask_prefix(&prefix) == CORE_OK);
    list->prefixes[list->count++] = prefix;
  }
}

static core_cidr_set *freeze(const struct list *list, core_instructions instructions) {
  core_cidr_builder *builder;
  core_cidr_set *set;
  core_cidr_options options = {instructions, false};
  CHECK(core_cidr_builder_create(NULL, &builder) == CORE_OK);
  CHECK(core_cidr_builder_add(builder, list->prefixes, list->count) == CORE_OK);
  CHECK(core_cidr_builder_freeze(builder, &options, &set) == CORE_OK);
  core_cidr_builder_free(builder);
  return set;
}

static void paint(const struct list *list, uint32_t begin, uint64_t *bits) {
  memset(bits, 0, SLICE / 8);
  uint64_t end = (uint64_t)begin + SLICE;
  for (size_t i = 0; i < list->count; i++) {
    uint64_t first = (uint32_t)list->prefixes[i].network.low;
    uint64_t after = first + ((uint64_t)1 << (128 - list->prefixes[i].length));
    first = first > begin ? first : begin;
    after = after < end ? after : end;
    for (uint64_t address = first; address < after;) {
      uint64_t offset = address - begin;
      bool whole_word = offset % 64 == 0 && after - address >= 64;
      bits[offset / 64] |= whole_word ? UINT64_MAX : (uint64_t)1 << offset % 64;
      address += whole_word ? 64 : 1;
    }
  }
}

static void compare_slice(const core_cidr_set *set, uint32_t begin, const uint64_t *expected) {
  core_address addresses[BATCH];
  uint64_t bits[BATCH / 64];
  for (uint32_t i = 0; i < SLICE; i += BATCH) {
    for (uint32_t j = 0; j < BATCH; j++) {
      addresses[j] = ipv4_address(begin + i + j);
    }
    core_cidr_set_contains_many(set, addresses, BATCH, bits);
    CHECK(memcmp(bits, expected + i / 64, sizeof bits) == 0);
  }
}

/* All slices, or each 256th and the last. */
static void compare(const struct list *list, bool all) {
  uint64_t *expected = malloc(SLICE / 8);
  core_cidr_set *sets[3];
  int best = (int)core_best_instructions();
  for (int i = 0; i <= best; i++) {
    sets[i] = freeze(list, (core_instructions)i);
  }
  for (uint32_t slice = 0; slice < SLICES; slice++) {
    if (all || slice % 256 == 0 || slice == SLICES - 1) {
      paint(list, slice * SLICE, expected);
      for (int i = 0; i <= best; i++) {
        compare_slice(sets[i], slice * SLICE, expected);
      }
    }
  }
  for (int i = 0; i <= best; i++) {
    core_cidr_set_free(sets[i], NULL);
  }
  free(expected);
}

void test_every_ipv4(bool all) {
  static const struct {
    size_t count;
    uint32_t shortest;
  } shapes[] = {{2, 32}, {100, 8}, {3000, 12}, {MOST, 16}}; /* no level, one, three, the trie */
  struct list *list = malloc(sizeof *list);
  random_source random = {6};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    fill(list, shapes[i].count, shapes[i].shortest, &random);
    compare(list, all);
    if (all) {
      printf("every address of IPv4 in %zu prefixes\n", list->count);
      fflush(stdout);
    }
  }
  free(list);
}
