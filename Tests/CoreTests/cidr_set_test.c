#include "support.h"

#include <string.h>

/* Every reader with every set of instructions against the twin, which looks at all prefixes. */

#define MOST 12000

struct sample {
  core_prefix prefixes[MOST];
  size_t count;
  core_address probes[8 * MOST + 8];
  size_t probe_count;
};

/* Prefixes that touch, nest and repeat far more often than chance would have it. */
static core_prefix random_prefix(struct sample *sample, random_source *random, bool ipv4,
                                 int shortest) {
  core_prefix prefix;
  core_prefix *known =
      sample->count > 0 ? &sample->prefixes[below(random, (uint32_t)sample->count)] : NULL;
  uint32_t kind = below(random, 10);
  prefix.length = (uint8_t)(shortest + (int)below(random, (uint32_t)(129 - shortest)));
  prefix.network = (core_address){next_random(random), next_random(random)};
  if (known != NULL && kind < 2) {
    prefix.network = known->network;
  } else if (known != NULL && kind < 5) {
    bool up = kind == 3;
    prefix.network = stepped(filled(known->network, known->length, up), up);
    prefix.length = known->length;
  } else if (known != NULL && kind < 6) {
    prefix.network.high = known->network.high;
  } else if (kind == 6) {
    prefix.network = filled(prefix.network, 0, below(random, 2));
  }
  if (ipv4) {
    prefix.network = ipv4_address((uint32_t)prefix.network.low);
    prefix.length = prefix.length < 96 ? (uint8_t)(96 + prefix.length % 33) : prefix.length;
    if (prefix.length < 96 + shortest / 4) {
      prefix.length = (uint8_t)(96 + shortest / 4);
    }
  }
  core_mask_prefix(&prefix);
  return prefix;
}

static void add_probes(struct sample *sample, core_prefix prefix) {
  core_address first = filled(prefix.network, prefix.length, false);
  core_address last = filled(prefix.network, prefix.length, true);
  core_address inside = {first.high + (last.high - first.high) / 3,
                         first.low + (last.low - first.low) / 3};
  core_address probes[] = {first, stepped(first, false), stepped(first, true),
                           last,  stepped(last, true),   stepped(last, false),
                           inside};
  memcpy(&sample->probes[sample->probe_count], probes, sizeof probes);
  sample->probe_count += sizeof probes / sizeof *probes;
}

static void fill(struct sample *sample, random_source *random, size_t count, int families,
                 int shortest) {
  sample->count = sample->probe_count = 0;
  sample->probes[sample->probe_count++] = ipv4_address(0);
  sample->probes[sample->probe_count++] = ipv4_address(UINT32_MAX);
  sample->probes[sample->probe_count++] = (core_address){0, 0};
  sample->probes[sample->probe_count++] = (core_address){UINT64_MAX, UINT64_MAX};
  for (size_t i = 0; i < count; i++) {
    bool ipv4 = families == 0 ? below(random, 2) : families == 4;
    sample->prefixes[sample->count] = random_prefix(sample, random, ipv4, shortest);
    add_probes(sample, sample->prefixes[sample->count++]);
  }
}

static core_cidr_set *freeze(const struct sample *sample, core_instructions instructions,
                             bool keeps_prefixes) {
  core_cidr_builder *builder;
  core_cidr_set *set;
  core_cidr_options options = {instructions, keeps_prefixes};
  CHECK(core_cidr_builder_create(NULL, &builder) == CORE_OK);
  CHECK(core_cidr_builder_add(builder, sample->prefixes, sample->count) == CORE_OK);
  CHECK(core_cidr_builder_freeze(builder, &options, &set) == CORE_OK);
  core_cidr_builder_free(builder);
  const char *reason = NULL;
  if (!core_cidr_set_validate(set, core_cidr_set_size(set), &reason)) {
    fprintf(stderr, "%s\n", reason);
    CHECK(false);
  }
  return set;
}

static bool in_ranges(const core_cidr_set *set, core_address address) {
  core_cursor cursor = {0, 0, 0};
  core_range range;
  bool ipv4 = address.high == 0 && address.low >> 32 == 0xffff;
  while (core_cidr_set_next_range(set, &cursor, &range)) {
    bool range_ipv4 = range.first.high == 0 && range.first.low >> 32 == 0xffff;
    bool from = range.first.high < address.high ||
                (range.first.high == address.high && range.first.low <= address.low);
    bool to = address.high < range.last.high ||
              (address.high == range.last.high && address.low <= range.last.low);
    if (ipv4 == range_ipv4 && from && to) {
      return true;
    }
  }
  return false;
}

/* Lists of probes that are all inside, or all outside, and then with one that is not. */
static void compare_first(const core_cidr_set *set, const struct sample *sample,
                          const bool *expected, bool inside) {
  core_address *list = malloc((sample->probe_count + 1) * sizeof *list);
  core_address stranger = {0, 0};
  bool has_stranger = false;
  size_t count = 0;
  for (size_t i = 0; i < sample->probe_count; i++) {
    if (expected[i] == inside) {
      list[count++] = sample->probes[i];
    } else {
      stranger = sample->probes[i];
      has_stranger = true;
    }
  }
  size_t (*find)(const core_cidr_set *, const core_address *, size_t) =
      inside ? core_cidr_set_first_outside : core_cidr_set_first_inside;
  for (size_t length = 0; length <= count; length += 1 + length / 5) {
    CHECK(find(set, list, length) == length);
    for (size_t place = 0; has_stranger && place < length; place += 1 + place / 3) {
      core_address replaced = list[place];
      list[place] = stranger;
      CHECK(find(set, list, length) == place);
      list[place] = replaced;
    }
  }
  free(list);
}

static void compare(const struct sample *sample, bool thorough) {
  size_t count = sample->probe_count, words = (count + 63) / 64;
  uint64_t *bits = malloc(words * sizeof *bits);
  bool *expected = malloc(count);
  const core_cidr_set **sets = malloc(count * sizeof *sets);
  core_cidr_set *portable = freeze(sample, CORE_PORTABLE, true);
  size_t first_outside = count, first_inside = count;
  for (size_t i = 0; i < count; i++) {
    int longest = -1;
    for (size_t j = 0; j < sample->count; j++) {
      core_prefix prefix = sample->prefixes[j];
      if (prefix.length > longest && twin_contains(prefix, sample->probes[i])) {
        longest = prefix.length;
      }
    }
    expected[i] = longest >= 0;
    first_inside = expected[i] && first_inside == count ? i : first_inside;
    first_outside = !expected[i] && first_outside == count ? i : first_outside;
    core_prefix match;
    bool matched = core_cidr_set_longest_match(portable, sample->probes[i], &match);
    CHECK(matched == expected[i] && (!matched || match.length == longest));
    CHECK(!thorough || in_ranges(portable, sample->probes[i]) == expected[i]);
  }
  for (int instructions = 0; instructions <= (int)core_best_instructions(); instructions++) {
    core_cidr_set *set = freeze(sample, (core_instructions)instructions, instructions % 2);
    CHECK(core_cidr_set_equal(set, portable) && core_cidr_set_equal(portable, set));
    for (size_t i = 0; i < count; i++) {
      CHECK(core_cidr_set_contains(set, sample->probes[i]) == expected[i]);
      sets[i] = i % 3 == 0 ? portable : set;
    }
    sets[0] = set;
    for (size_t length = count; length > 0; length = thorough ? length - 1 : length / 2) {
      memset(bits, 0xaa, words * sizeof *bits);
      core_cidr_set_contains_many(set, sample->probes, length, bits);
      for (size_t i = 0; i < (length + 63) / 64 * 64; i++) {
        CHECK((bits[i / 64] >> i % 64 & 1) == (i < length && expected[i]));
      }
      memset(bits, 0xaa, words * sizeof *bits);
      core_cidr_set_contains_pairs(sets, sample->probes, length, bits);
      for (size_t i = 0; i < (length + 63) / 64 * 64; i++) {
        CHECK((bits[i / 64] >> i % 64 & 1) == (i < length && expected[i]));
      }
    }
    CHECK(core_cidr_set_first_inside(set, sample->probes, count) == first_inside);
    CHECK(core_cidr_set_first_outside(set, sample->probes, count) == first_outside);
    compare_first(set, sample, expected, true);
    compare_first(set, sample, expected, false);
    core_cidr_set_free(set, NULL);
  }
  core_cidr_set_free(portable, NULL);
  free(sets);
  free(expected);
  free(bits);
}

/* Each bit of a block turned: refused, or another sound set, which must not be unsafe to read. */
static void flip_bits(const struct sample *sample, size_t step) {
  core_cidr_set *set = freeze(sample, CORE_BEST, true);
  size_t size = core_cidr_set_size(set);
  unsigned char *copy = aligned_alloc(64, (size + 63) / 64 * 64);
  uint64_t *bits = malloc((sample->probe_count + 63) / 64 * sizeof *bits);
  memcpy(copy, set, size);
  for (size_t bit = 0; bit < size * 8; bit += step) {
    copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
    const char *reason = NULL;
    if (core_cidr_set_validate(copy, size, &reason)) {
      const core_cidr_set *other = (const core_cidr_set *)(void *)copy;
      core_cidr_set_contains_many(other, sample->probes, sample->probe_count, bits);
    } else {
      CHECK(reason != NULL);
    }
    copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
  }
  for (size_t length = 0; length < size; length += length < 256 ? 1 : 97) {
    const char *reason = NULL;
    CHECK(!core_cidr_set_validate(copy, length, &reason) && reason != NULL);
  }
  free(bits);
  free(copy);
  core_cidr_set_free(set, NULL);
}

/* Every length and both its edges, which fill() probes. */
static void test_every_length(struct sample *sample) {
  random_source random = {5};
  for (int length = 0; length <= 128; length++) {
    for (int ipv4 = 0; ipv4 < 2; ipv4++) {
      fill(sample, &random, 0, 0, 0);
      core_prefix prefix = {{next_random(&random), next_random(&random)}, (uint8_t)length};
      if (ipv4) {
        prefix = (core_prefix){ipv4_address((uint32_t)prefix.network.low), prefix.length};
      }
      core_mask_prefix(&prefix);
      sample->prefixes[sample->count++] = prefix;
      add_probes(sample, prefix);
      compare(sample, true);
    }
  }
}

void test_cidr_sets(void) {
  struct sample *sample = malloc(sizeof *sample);
  random_source random = {1};
  test_every_length(sample);
  for (int round = 0; round < 1200; round++) {
    size_t count = round % 100 == 99 ? 400 : below(&random, round % 10 == 9 ? 60 : 14);
    int families[] = {0, 4, 6};
    fill(sample, &random, count, families[round % 3], round % 2 == 0 ? 0 : 40);
    compare(sample, count < 6);
    if (round % 60 == 0) {
      flip_bits(sample, count < 10 ? 1 : 7);
    }
  }
  fill(sample, &random, 3000, 0, 48);
  compare(sample, false);
  fill(sample, &random, 11000, 4, 60);
  flip_bits(sample, 99991);
  sample->probe_count = 3000;
  compare(sample, false);
  free(sample);
}
