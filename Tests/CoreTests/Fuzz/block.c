#include "../support.h"

#include <string.h>

/* Any bytes as a frozen set, of networks or of ports: refused with a reason, or a set on which
 * readers, iteration and a second look at the same bytes agree. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_networks(const core_cidr_set *set) {
  core_cursor cursor = {0, 0, 0};
  core_range range;
  core_prefix prefix;
  uint64_t word;
  for (int i = 0; i < 200 && core_cidr_set_next_range(set, &cursor, &range); i++) {
    core_address probes[] = {range.first, range.last, stepped(range.first, false),
                             stepped(range.last, true)};
    CHECK(core_cidr_set_contains(set, range.first) && core_cidr_set_contains(set, range.last));
    core_cidr_set_contains_many(set, probes, 4, &word);
    CHECK((word & 3) == 3);
    for (int j = 0; j < 4; j++) {
      CHECK((word >> j & 1) == core_cidr_set_contains(set, probes[j]));
      core_cidr_set_longest_match(set, probes[j], &prefix);
    }
    const core_cidr_set *sets[] = {set, set, set, set};
    uint64_t pairs;
    core_cidr_set_contains_pairs(sets, probes, 4, &pairs);
    CHECK(pairs == word);
  }
  CHECK(core_cidr_set_equal(set, set));
}

static void read_ports(const core_port_set *set) {
  core_port_range range;
  uint32_t cursor = 0;
  while (core_port_set_next_range(set, &cursor, &range)) {
    CHECK(core_port_set_contains(set, range.first) && core_port_set_contains(set, range.last));
  }
  CHECK(core_port_set_equal(set, set));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  unsigned char *block = aligned_alloc(64, (size + 64) / 64 * 64);
  const char *reason = NULL;
  if (size > 0) {
    memcpy(block, data, size);
  }
  if (core_cidr_set_validate(block, size, &reason)) {
    read_networks((const core_cidr_set *)(void *)block);
  } else {
    CHECK(reason != NULL);
  }
  reason = NULL;
  if (core_port_set_validate(block, size, &reason)) {
    read_ports((const core_port_set *)(void *)block);
  } else {
    CHECK(reason != NULL);
  }
  free(block);
  return 0;
}
