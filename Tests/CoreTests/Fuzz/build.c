#include "../support.h"

#include <string.h>

/* Any prefixes, 17 bytes each: the set of them is valid, does not depend on the instructions, and
 * answers like a look at each prefix. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORD 17
#define MOST 64

static core_cidr_set *freeze(const core_prefix *prefixes, size_t count,
                             core_instructions instructions) {
  core_cidr_builder *builder;
  core_cidr_set *set;
  core_cidr_options options = {instructions, instructions != CORE_BEST};
  CHECK(core_cidr_builder_create(NULL, &builder) == CORE_OK);
  CHECK(core_cidr_builder_add(builder, prefixes, count) == CORE_OK);
  CHECK(core_cidr_builder_freeze(builder, &options, &set) == CORE_OK);
  core_cidr_builder_free(builder);
  return set;
}

static void compare(const core_cidr_set *set, const core_prefix *prefixes, size_t count,
                    core_address probe) {
  bool expected = false;
  for (size_t i = 0; i < count && !expected; i++) {
    expected = twin_contains(prefixes[i], probe);
  }
  uint64_t word;
  core_cidr_set_contains_many(set, &probe, 1, &word);
  CHECK(core_cidr_set_contains(set, probe) == expected && word == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  core_prefix prefixes[MOST];
  size_t count = 0;
  for (; count < MOST && (count + 1) * RECORD <= size; count++) {
    const uint8_t *record = data + count * RECORD;
    core_prefix *prefix = &prefixes[count];
    memcpy(&prefix->network, record + 1, sizeof prefix->network);
    /* The upper bit of the length asks for IPv4. */
    prefix->length = record[0] % 129;
    if (record[0] >= 129) {
      prefix->network = ipv4_address((uint32_t)prefix->network.low);
      prefix->length = 96 + record[0] % 33;
    }
    CHECK(core_mask_prefix(prefix) == CORE_OK);
  }
  core_cidr_set *best = freeze(prefixes, count, CORE_BEST);
  for (int i = 0; i <= (int)core_best_instructions(); i++) {
    core_cidr_set *set = freeze(prefixes, count, (core_instructions)i);
    const char *reason;
    CHECK(core_cidr_set_validate(set, core_cidr_set_size(set), &reason));
    CHECK(core_cidr_set_equal(set, best));
    for (size_t j = 0; j < count; j++) {
      core_address first = prefixes[j].network;
      core_address last = filled(first, prefixes[j].length, true);
      compare(set, prefixes, count, first);
      compare(set, prefixes, count, last);
      compare(set, prefixes, count, stepped(first, false));
      compare(set, prefixes, count, stepped(last, true));
    }
    core_cidr_set_free(set, NULL);
  }
  core_cidr_set_free(best, NULL);
  return 0;
}
