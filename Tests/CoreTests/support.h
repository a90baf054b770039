#ifndef SUPPORT_H
#define SUPPORT_H

#include "detect_core.h"

#include <stdio.h>
#include <stdlib.h>

/* What the tests share: a check that says where it failed, numbers from a seed, and the twin. */

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                              \
      exit(1);                                                                                     \
    }                                                                                              \
  } while (0)

typedef struct {
  uint64_t state;
} random_source;

/* splitmix64 */
static inline uint64_t next_random(random_source *random) {
  uint64_t z = random->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static inline uint32_t below(random_source *random, uint32_t limit) {
  return (uint32_t)(next_random(random) % limit);
}

static inline core_address ipv4_address(uint32_t number) {
  return (core_address){0, (uint64_t)0xffff << 32 | number};
}

/* The twin of a prefix: compares bit by bit, and families first. */
static inline bool twin_contains(core_prefix prefix, core_address address) {
  bool mapped = address.high == 0 && address.low >> 32 == 0xffff;
  bool mapped_prefix =
      prefix.length >= 96 && prefix.network.high == 0 && prefix.network.low >> 32 == 0xffff;
  if (mapped != mapped_prefix) {
    return false;
  }
  for (int bit = 0; bit < prefix.length; bit++) {
    uint64_t a = bit < 64 ? address.high : address.low;
    uint64_t b = bit < 64 ? prefix.network.high : prefix.network.low;
    if ((a ^ b) >> (63 - bit % 64) & 1) {
      return false;
    }
  }
  return true;
}

static inline core_address stepped(core_address address, bool up) {
  if (up) {
    address.high += ++address.low == 0;
  } else {
    address.high -= address.low-- == 0;
  }
  return address;
}

/* With the bits from `length` on set or cleared. */
static inline core_address filled(core_address address, int length, bool ones) {
  uint64_t high = length < 64 ? UINT64_MAX >> length : 0;
  uint64_t low = length < 64 ? UINT64_MAX : length < 128 ? UINT64_MAX >> (length - 64) : 0;
  return ones ? (core_address){address.high | high, address.low | low}
              : (core_address){address.high & ~high, address.low & ~low};
}

void test_cidr_sets(void);
void test_every_ipv4(bool all);
void test_port_sets(void);
void test_address_text(void);
void test_ranks(void);

#endif
