#ifndef PORT_LAYOUT_H
#define PORT_LAYOUT_H

#include "instructions.h"

/*
 * A frozen set of ports begins with 8 bytes of header, and is the first of these that fits:
 *
 *     list      1 to 28 ports, none twice, in the rest of the line; up to 60 with a second line
 *     ranges    up to 28 boundaries, or 60, as in the root of btree.h
 *     bitmap    the rest of the line empty, then all 65,536 ports in 8 KiB: port p is bit p % 64
 *               of word p / 64
 *
 * in the order: list of a line, ranges of a line, list of two, ranges of two, bitmap. Free places
 * of a list repeat its first port, those of ranges are all ones. So equal sets are equal bytes.
 */

#define PORT_SET_MAGIC 0x5053u /* another layout, or another byte order, is another number */
#define PORTS 65536u
#define PORT_WORDS (PORTS / 64)
#define PORT_LINE 64u
#define PORT_HEADER 4u /* in keys */
#define KEYS_IN_LINE 28u
#define KEYS_IN_TWO_LINES 60u

enum port_form { PORT_LIST = 1, PORT_RANGES, PORT_BITMAP };

struct core_port_set {
  uint16_t magic;
  uint8_t instructions;
  uint8_t form;
  uint16_t count;         /* of ports listed, or boundaries */
  uint16_t starts_inside; /* ranges: whether port 0 is inside */
  uint16_t keys[KEYS_IN_LINE];
};

_Static_assert(sizeof(struct core_port_set) == PORT_LINE, "a line");

static inline const void *port_line(const core_port_set *set, uint32_t line) {
  return (const unsigned char *)set + line * PORT_LINE;
}

static inline const uint64_t *port_words(const core_port_set *set) { return port_line(set, 1); }

/* The readers that port_search.h defines for each set of instructions. */
#define DECLARE_PORT_READERS(suffix)                                                               \
  bool port_contains_##suffix(const core_port_set *set, uint16_t port);                            \
  void port_contains_many_##suffix(const core_port_set *set, const uint16_t *ports, size_t count,  \
                                   uint64_t *bits);                                                \
  size_t port_find_first_##suffix(const core_port_set *set, const uint16_t *ports, size_t count,   \
                                  bool inside);

DECLARE_PORT_READERS(portable)
#if HAS_VECTORS
DECLARE_PORT_READERS(avx2)
DECLARE_PORT_READERS(avx512)

#define SELECT_PORT_READER(instructions, name, ...)                                                \
  ((instructions) == CORE_AVX512 ? port_##name##_avx512(__VA_ARGS__)                               \
   : (instructions) == CORE_AVX2 ? port_##name##_avx2(__VA_ARGS__)                                 \
                                 : port_##name##_portable(__VA_ARGS__))
#else
#define SELECT_PORT_READER(instructions, name, ...) port_##name##_portable(__VA_ARGS__)
#endif

#endif
