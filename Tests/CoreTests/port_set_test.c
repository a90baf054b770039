#include "support.h"

#include <string.h>

/* All 65,536 ports of every set against a table of booleans. */

static void compare(const core_port_range *ranges, size_t count) {
  static bool expected[65536];
  static uint16_t ports[65536];
  static uint64_t bits[1024];
  memset(expected, 0, sizeof expected);
  for (size_t i = 0; i < count; i++) {
    memset(&expected[ranges[i].first], 1, (size_t)ranges[i].last - ranges[i].first + 1);
  }
  for (uint32_t port = 0; port < 65536; port++) {
    ports[port] = (uint16_t)port;
  }
  core_port_set *portable;
  CHECK(core_port_set_build(NULL, ranges, count, CORE_PORTABLE, &portable) == CORE_OK);
  for (int instructions = 0; instructions <= (int)core_best_instructions(); instructions++) {
    core_port_set *set;
    const char *reason;
    CHECK(core_port_set_build(NULL, ranges, count, (core_instructions)instructions, &set) ==
          CORE_OK);
    CHECK(core_port_set_validate(set, core_port_set_size(set), &reason));
    CHECK(core_port_set_equal(set, portable));
    core_port_set_contains_many(set, ports, 65536, bits);
    size_t first_inside = 65536, first_outside = 65536;
    for (uint32_t port = 65536; port-- > 0;) {
      CHECK(core_port_set_contains(set, (uint16_t)port) == expected[port]);
      CHECK((bits[port / 64] >> port % 64 & 1) == expected[port]);
      first_inside = expected[port] ? port : first_inside;
      first_outside = expected[port] ? first_outside : port;
    }
    CHECK(core_port_set_first_inside(set, ports, 65536) == first_inside);
    CHECK(core_port_set_first_outside(set, ports, 65536) == first_outside);
    core_port_range range;
    uint32_t cursor = 0, port = 0;
    while (core_port_set_next_range(set, &cursor, &range)) {
      for (; port < range.first; port++) {
        CHECK(!expected[port]);
      }
      for (; port <= range.last; port++) {
        CHECK(expected[port]);
      }
      CHECK(port == 65536 || !expected[port]);
    }
    for (; port < 65536; port++) {
      CHECK(!expected[port]);
    }
    core_port_set_free(set, NULL);
  }
  core_port_set_free(portable, NULL);
}

static void flip_bits(const core_port_range *ranges, size_t count) {
  core_port_set *set;
  CHECK(core_port_set_build(NULL, ranges, count, CORE_BEST, &set) == CORE_OK);
  size_t size = core_port_set_size(set);
  unsigned char *copy = aligned_alloc(64, size);
  memcpy(copy, set, size);
  for (size_t bit = 0; bit<size * 8; bit += size> 128 ? 61 : 1) {
    const char *reason = NULL;
    copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
    if (core_port_set_validate(copy, size, &reason)) {
      uint16_t port = (uint16_t)bit;
      uint64_t word;
      core_port_set_contains_many((const core_port_set *)(void *)copy, &port, 1, &word);
    } else {
      CHECK(reason != NULL);
    }
    copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
  }
  for (size_t length = 0; length < size; length++) {
    const char *reason = NULL;
    CHECK(!core_port_set_validate(copy, length, &reason) && reason != NULL);
  }
  free(copy);
  core_port_set_free(set, NULL);
}

void test_port_sets(void) {
  core_port_range ranges[400];
  random_source random = {2};
  for (int round = 0; round < 90; round++) {
    size_t count = round % 9 == 8 ? 400 : below(&random, round % 2 == 0 ? 16 : 64);
    for (size_t i = 0; i < count; i++) {
      uint32_t first = below(&random, 8) == 0 ? below(&random, 3) * 32767 : below(&random, 65536);
      uint32_t most = 65535 - first;
      uint32_t length = round % 3 == 0 ? 0 : below(&random, 40) * (uint32_t)(round % 3);
      ranges[i] =
          (core_port_range){(uint16_t)first, (uint16_t)(first + (length < most ? length : most))};
    }
    compare(ranges, count);
    if (round % 9 == 0 || count == 400) {
      flip_bits(ranges, count);
    }
  }
  core_port_range all = {0, 65535}, ends[] = {{0, 0}, {65535, 65535}};
  compare(&all, 1);
  compare(ends, 2);
  compare(NULL, 0);
  core_port_set *set = NULL;
  core_port_range wrong = {2, 1};
  CHECK(core_port_set_build(NULL, &wrong, 1, CORE_BEST, &set) == CORE_BAD_RANGE && set == NULL);
}
