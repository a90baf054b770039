#include "memory.h"
#include "port_layout.h"

#include <string.h>

/* Builds, walks and checks what port_layout.h draws; all by way of a bitmap. */

/* A set of any form, before it is cut to its size. */
union form {
  core_port_set set;
  uint16_t keys[PORT_HEADER + KEYS_IN_TWO_LINES];
  unsigned char bytes[PORT_LINE + PORT_WORDS * sizeof(uint64_t)];
};

/* The first port from `port` on whose bit is `value`, or PORTS. */
static uint32_t find_bit(const uint64_t *words, uint32_t port, bool value) {
  if (port >= PORTS) {
    return PORTS;
  }
  uint64_t flip = value ? 0 : UINT64_MAX;
  uint32_t index = port / 64;
  uint64_t word = (words[index] ^ flip) & (UINT64_MAX << (port % 64));
  while (word == 0) {
    if (++index == PORT_WORDS) {
      return PORTS;
    }
    word = words[index] ^ flip;
  }
  return index * 64 + (uint32_t)__builtin_ctzll(word);
}

/* The first range that begins at `*cursor` or later; moves *cursor behind it. */
static bool next_run(const uint64_t *words, uint32_t *cursor, core_port_range *range) {
  uint32_t first = find_bit(words, *cursor, true);
  if (first == PORTS) {
    return false;
  }
  uint32_t end = find_bit(words, first, false);
  *range = (core_port_range){(uint16_t)first, (uint16_t)(end - 1)};
  *cursor = end;
  return true;
}

static uint32_t count_runs(const uint64_t *words) {
  core_port_range range;
  uint32_t count = 0;
  for (uint32_t cursor = 0; next_run(words, &cursor, &range);) {
    count++;
  }
  return count;
}

static void set_bits(uint64_t *words, core_port_range range) {
  for (uint32_t index = range.first / 64; index <= range.last / 64; index++) {
    uint32_t begin = index == range.first / 64 ? range.first % 64 : 0;
    uint32_t end = index == range.last / 64 ? range.last % 64 : 63;
    words[index] |= UINT64_MAX << begin & UINT64_MAX >> (63 - end);
  }
}

static size_t size_of(uint32_t form, uint32_t count) {
  if (form == PORT_BITMAP) {
    return sizeof(union form);
  }
  return count > KEYS_IN_LINE ? 2 * PORT_LINE : PORT_LINE;
}

/* ---------------------------------------------------------------------------------- building */

static uint32_t count_ports(const uint64_t *words) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < PORT_WORDS; i++) {
    count += (uint32_t)__builtin_popcountll(words[i]);
  }
  return count;
}

static void write_list(union form *form, const uint64_t *words, uint32_t count) {
  uint16_t *keys = form->keys + PORT_HEADER;
  form->set.form = PORT_LIST;
  form->set.count = (uint16_t)count;
  uint32_t port = 0;
  for (uint32_t i = 0; i < KEYS_IN_TWO_LINES; i++) {
    port = i < count ? find_bit(words, port, true) + 1 : keys[0] + 1u;
    keys[i] = (uint16_t)(port - 1);
  }
}

static void write_ranges(union form *form, const uint64_t *words) {
  uint16_t *keys = form->keys + PORT_HEADER;
  form->set.form = PORT_RANGES;
  memset(keys, 0xff, KEYS_IN_TWO_LINES * sizeof *keys);
  core_port_range range;
  uint32_t count = 0;
  for (uint32_t cursor = 0; next_run(words, &cursor, &range);) {
    if (range.first == 0) {
      form->set.starts_inside = 1;
    } else {
      keys[count++] = (uint16_t)(range.first - 1);
    }
    if (range.last < PORTS - 1) {
      keys[count++] = range.last;
    }
  }
  form->set.count = (uint16_t)count;
}

/* Returns the size. */
static size_t write_form(union form *form, const uint64_t *words, core_instructions instructions) {
  uint32_t ports = count_ports(words);
  uint32_t runs = count_runs(words);
  bool starts_inside = words[0] & 1, ends_inside = words[PORT_WORDS - 1] >> 63;
  uint32_t boundaries = 2 * runs - starts_inside - ends_inside;
  memset(form, 0, sizeof *form);
  form->set.magic = PORT_SET_MAGIC;
  form->set.instructions = (uint8_t)instructions;
  bool one_line_lists = ports > 0 && ports <= KEYS_IN_LINE;
  bool two_lines_list = ports > 0 && ports <= KEYS_IN_TWO_LINES && boundaries > KEYS_IN_LINE;
  if (one_line_lists || two_lines_list) {
    write_list(form, words, ports);
  } else if (boundaries <= KEYS_IN_TWO_LINES) {
    write_ranges(form, words);
  } else {
    form->set.form = PORT_BITMAP;
    memcpy(form->bytes + PORT_LINE, words, PORT_WORDS * sizeof *words);
  }
  return size_of(form->set.form, form->set.count);
}

core_status core_port_set_build(const core_allocator *allocator, const core_port_range *ranges,
                                size_t count, core_instructions instructions, core_port_set **set) {
  uint64_t words[PORT_WORDS] = {0};
  for (size_t i = 0; i < count; i++) {
    if (ranges[i].first > ranges[i].last) {
      return CORE_BAD_RANGE;
    }
    set_bits(words, ranges[i]);
  }
  union form form;
  size_t size = write_form(&form, words, instructions_or_best(instructions));

  core_allocator memory = allocator_or_heap(allocator);
  core_port_set *built = memory.allocate(memory.context, size, SET_ALIGNMENT);
  if (built == NULL) {
    return CORE_NO_MEMORY;
  }
  memcpy(built, &form, size);
  *set = built;
  return CORE_OK;
}

void core_port_set_free(core_port_set *set, const core_allocator *allocator) {
  if (set != NULL) {
    core_allocator memory = allocator_or_heap(allocator);
    memory.release(memory.context, set, core_port_set_size(set));
  }
}

/* ----------------------------------------------------------------------------------- reading */

bool core_port_set_contains(const core_port_set *set, uint16_t port) {
  return SELECT_PORT_READER(set->instructions, contains, set, port);
}

void core_port_set_contains_many(const core_port_set *set, const uint16_t *ports, size_t count,
                                 uint64_t *bits) {
  SELECT_PORT_READER(set->instructions, contains_many, set, ports, count, bits);
}

size_t core_port_set_first_outside(const core_port_set *set, const uint16_t *ports, size_t count) {
  return SELECT_PORT_READER(set->instructions, find_first, set, ports, count, false);
}

size_t core_port_set_first_inside(const core_port_set *set, const uint16_t *ports, size_t count) {
  return SELECT_PORT_READER(set->instructions, find_first, set, ports, count, true);
}

/* Keys go on behind the header when there is a second line. */
static const uint16_t *keys_of(const core_port_set *set) {
  return (const uint16_t *)port_line(set, 0) + PORT_HEADER;
}

/* The ports from the cursor-th on in the list, as far as they follow one another. */
static bool next_listed(const core_port_set *set, uint32_t *cursor, core_port_range *range) {
  if (*cursor >= set->count) {
    return false;
  }
  const uint16_t *ports = keys_of(set);
  uint32_t index = *cursor;
  range->first = range->last = ports[index];
  while (++index < set->count && ports[index] == range->last + 1) {
    range->last++;
  }
  *cursor = index;
  return true;
}

bool core_port_set_next_range(const core_port_set *set, uint32_t *cursor, core_port_range *range) {
  if (set->form == PORT_BITMAP) {
    return next_run(port_words(set), cursor, range);
  }
  if (set->form == PORT_LIST) {
    return next_listed(set, cursor, range);
  }
  const uint16_t *boundaries = keys_of(set);
  uint32_t starts_inside = set->starts_inside;
  uint32_t closing = 2 * *cursor + 1 - starts_inside;
  if (closing > set->count) {
    return false;
  }
  range->first = closing == 0 ? 0 : (uint16_t)(boundaries[closing - 1] + 1);
  range->last = closing == set->count ? UINT16_MAX : boundaries[closing];
  ++*cursor;
  return true;
}

bool core_port_set_equal(const core_port_set *a, const core_port_set *b) {
  size_t form = offsetof(core_port_set, form);
  size_t size = core_port_set_size(a);
  return size == core_port_set_size(b) &&
         memcmp((const char *)a + form, (const char *)b + form, size - form) == 0;
}

size_t core_port_set_size(const core_port_set *set) { return size_of(set->form, set->count); }

/* -------------------------------------------------------------------------------- validation */

static const char *find_header_defect(const core_port_set *set, size_t size) {
  if (size < sizeof *set) {
    return "the block is shorter than the header of a port set";
  }
  if (set->magic != PORT_SET_MAGIC) {
    return "the block is not a port set of this layout and byte order";
  }
  if (set->instructions > core_best_instructions()) {
    return "the port set needs instructions that this processor lacks";
  }
  if (set->form < PORT_LIST || set->form > PORT_BITMAP || set->count > KEYS_IN_TWO_LINES ||
      set->starts_inside > 1 || core_port_set_size(set) != size) {
    return "the size of the port set does not agree with its count";
  }
  return NULL;
}

/* A block is sound if its ranges, built anew, are the same block. */
static const char *find_port_defect(const core_port_set *set, size_t size) {
  uint64_t words[PORT_WORDS] = {0};
  core_port_range range;
  for (uint32_t cursor = 0; core_port_set_next_range(set, &cursor, &range);) {
    if (range.first > range.last) {
      return "a range of ports ends before it begins";
    }
    set_bits(words, range);
  }
  union form form;
  if (write_form(&form, words, set->instructions) != size || memcmp(&form, set, size) != 0) {
    return "the port set is not as it is written";
  }
  return NULL;
}

bool core_port_set_validate(const void *block, size_t size, const char **reason) {
  if (block == NULL || (uintptr_t)block % _Alignof(uint64_t) != 0) {
    *reason = "the block is not aligned";
    return false;
  }
  const char *defect = find_header_defect(block, size);
  defect = defect != NULL ? defect : find_port_defect(block, size);
  if (defect != NULL) {
    *reason = defect;
  }
  return defect == NULL;
}
