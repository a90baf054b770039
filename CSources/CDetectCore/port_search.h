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

#define ANSWER_ALL(form_contains)                                                                  \
  for (size_t i = 0; i < count; i += 64) {                                                         \
    size_t end = count - i < 64 ? count : i + 64;                                                  \
    uint64_t word = 0;                                                                             \
    for (size_t j = i; j < end; j++) {                                                             \
      word |= (uint64_t)form_contains(set, ports[j]) << (j - i);                                   \
    }                                                                                              \
    bits[i / 64] = word;                                                                           \
  }

TARGET void PORT_SEARCH(contains_many)(const core_port_set *set, const uint16_t *ports,
                                       size_t count, uint64_t *bits) {
  if (set->form == PORT_BITMAP) {
    ANSWER_ALL(bitmap_contains)
  } else if (set->form == PORT_LIST) {
    ANSWER_ALL(list_contains)
  } else {
    ANSWER_ALL(ranges_contain)
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
