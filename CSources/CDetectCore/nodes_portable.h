/* How many of a node's boundaries a key is beyond, in plain C. */

#include "instructions.h"

/* Of the boundaries from `begin` on. */
INLINE uint32_t count16(const void *line, uint32_t begin, uint16_t key) {
  const uint16_t *stored = line;
  uint32_t count = 0;
  for (uint32_t i = begin; i < 32; i++) {
    count += key > stored[i];
  }
  return count;
}

/* Whether the key is one of those from `begin` on. */
INLINE bool any16(const void *line, uint32_t begin, uint16_t key) {
  const uint16_t *stored = line;
  uint32_t equal = 0;
  for (uint32_t i = begin; i < 32; i++) {
    equal |= key == stored[i];
  }
  return equal;
}

INLINE uint32_t count32(const void *line, uint32_t key) {
  const uint32_t *stored = line;
  uint32_t count = 0;
  for (int i = 0; i < 16; i++) {
    count += key > stored[i];
  }
  return count;
}

/* Of the 12 boundaries that follow 16 bytes of header. */
INLINE uint32_t count32_root(const void *line, uint32_t key) {
  const uint32_t *stored = line;
  uint32_t count = 0;
  for (int i = 4; i < 16; i++) {
    count += key > stored[i];
  }
  return count;
}

INLINE uint32_t count64(const void *line, uint64_t key) {
  const uint64_t *stored = line;
  uint32_t count = 0;
  for (int i = 0; i < 8; i++) {
    count += key > stored[i];
  }
  return count;
}

INLINE uint32_t count64_root(const void *line, uint64_t key) {
  const uint64_t *stored = line;
  uint32_t count = 0;
  for (int i = 2; i < 8; i++) {
    count += key > stored[i];
  }
  return count;
}

/* Of boundaries whose high halves are in this line and low halves in the next. */
INLINE uint32_t count128(const void *line, uint64_t high, uint64_t low) {
  const uint64_t *stored = line;
  uint32_t count = 0;
  for (int i = 0; i < 8; i++) {
    count += (high > stored[i]) | ((high == stored[i]) & (low > stored[i + 8]));
  }
  return count;
}

/* Bit i is the lowest of number i, of 64. */
INLINE uint64_t lowest_bits(const uint32_t *numbers) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < 64; i++) {
    bits |= (uint64_t)(numbers[i] & 1) << i;
  }
  return bits;
}
