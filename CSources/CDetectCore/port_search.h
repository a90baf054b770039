/* The readers of the layout in port_layout.h, once for each set of instructions, as in
 * cidr_search.h. */

#include "port_layout.h"

#define PORT_STEP static inline __attribute__((always_inline)) TARGET

PORT_STEP bool list_contains(const core_port_set *set, uint16_t port) {
  bool found = any16(set, PORT_HEADER, port);
  return set->count > KEYS_IN_LINE ? found | any16(port_line(set, 1), 0, port) : found;
}

PORT_STEP bool ranges_contain(const core_port_set *set, uint16_t port) {
  uint32_t rank = set->starts_inside + count16(set, PORT_HEADER, port);
  return (set->count > KEYS_IN_LINE ? rank + count16(port_line(set, 1), 0, port) : rank) & 1;
}

PORT_STEP bool bitmap_contains(const core_port_set *set, uint16_t port) {
  return port_words(set)[port / 64] >> (port % 64) & 1;
}

PORT_STEP bool form_contains(const core_port_set *set, uint16_t port) {
  switch (set->form) {
  case PORT_BITMAP:
    return bitmap_contains(set, port);
  case PORT_LIST:
    return list_contains(set, port);
  default:
    return ranges_contain(set, port);
  }
}

TARGET bool PORT_SEARCH(contains)(const core_port_set *set, uint16_t port) {
  return form_contains(set, port);
}

#define PORT_CHUNK 64u /* ports that are answered for together: a word */

/* Each key of the set against all ports of a chunk, rather than each port against all keys. */
PORT_STEP uint64_t chunk_in_list(const core_port_set *set, const uint16_t *chunk) {
  const uint16_t *keys = (const uint16_t *)port_line(set, 0) + PORT_HEADER;
  uint16_t found[PORT_CHUNK] = {0};
  uint32_t answers[PORT_CHUNK];
  for (uint32_t key = 0; key < set->count; key++) {
    for (uint32_t i = 0; i < PORT_CHUNK; i++) {
      found[i] |= chunk[i] == keys[key];
    }
  }
  for (uint32_t i = 0; i < PORT_CHUNK; i++) {
    answers[i] = found[i];
  }
  return lowest_bits(answers);
}

PORT_STEP uint64_t chunk_in_ranges(const core_port_set *set, const uint16_t *chunk) {
  const uint16_t *keys = (const uint16_t *)port_line(set, 0) + PORT_HEADER;
  uint16_t ranks[PORT_CHUNK] = {0};
  uint32_t answers[PORT_CHUNK];
  for (uint32_t key = 0; key < set->count; key++) {
    for (uint32_t i = 0; i < PORT_CHUNK; i++) {
      ranks[i] = (uint16_t)(ranks[i] + (chunk[i] > keys[key]));
    }
  }
  for (uint32_t i = 0; i < PORT_CHUNK; i++) {
    answers[i] = ranks[i] + set->starts_inside;
  }
  return lowest_bits(answers);
}

PORT_STEP uint64_t chunk_in_bitmap(const core_port_set *set, const uint16_t *chunk) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < PORT_CHUNK; i++) {
    bits |= (uint64_t)bitmap_contains(set, chunk[i]) << i;
  }
  return bits;
}

PORT_STEP uint64_t chunk_in_form(const core_port_set *set, const uint16_t *chunk) {
  switch (set->form) {
  case PORT_BITMAP:
    return chunk_in_bitmap(set, chunk);
  case PORT_LIST:
    return chunk_in_list(set, chunk);
  default:
    return chunk_in_ranges(set, chunk);
  }
}

TARGET void PORT_SEARCH(contains_many)(const core_port_set *set, const uint16_t *ports,
                                       size_t count, uint64_t *bits) {
  size_t begin = 0;
  for (; count - begin >= PORT_CHUNK; begin += PORT_CHUNK) {
    bits[begin / PORT_CHUNK] = chunk_in_form(set, ports + begin);
  }
  if (begin < count) {
    uint16_t rest[PORT_CHUNK] = {0};
    for (size_t i = begin; i < count; i++) {
      rest[i - begin] = ports[i];
    }
    bits[begin / PORT_CHUNK] =
        chunk_in_form(set, rest) & UINT64_MAX >> (PORT_CHUNK - (count - begin));
  }
}

/* The first port whose containment is `inside`, or count. */
TARGET size_t PORT_SEARCH(find_first)(const core_port_set *set, const uint16_t *ports, size_t count,
                                      bool inside) {
  size_t i = 0;
  while (i < count && form_contains(set, ports[i]) != inside) {
    i++;
  }
  return i;
}
