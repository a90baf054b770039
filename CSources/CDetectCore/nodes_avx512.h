/* How many of a node's boundaries a key is beyond, with AVX-512. Masks leave their registers by
 * the conversion that says how wide they are: GCC 12 has counted bits beyond an 8-bit mask that it
 * spilled. */

#include "instructions.h"

#include <immintrin.h>

#define TARGET_INLINE static inline __attribute__((always_inline)) AVX512_TARGET

TARGET_INLINE uint32_t count_bits8(__mmask8 mask) {
  return (uint32_t)__builtin_popcount(_cvtmask8_u32(mask) & 0xff);
}

/* Of the boundaries from `begin` on. */
TARGET_INLINE uint32_t count16(const void *line, uint32_t begin, uint16_t key) {
  __m512i keys = _mm512_set1_epi16((short)key);
  __mmask32 beyond = _mm512_cmpgt_epu16_mask(keys, _mm512_loadu_si512(line));
  return (uint32_t)__builtin_popcount(_cvtmask32_u32(beyond) & UINT32_MAX << begin);
}

/* Whether the key is one of those from `begin` on. */
TARGET_INLINE bool any16(const void *line, uint32_t begin, uint16_t key) {
  __m512i keys = _mm512_set1_epi16((short)key);
  __mmask32 equal = _mm512_cmpeq_epi16_mask(keys, _mm512_loadu_si512(line));
  return (_cvtmask32_u32(equal) & UINT32_MAX << begin) != 0;
}

TARGET_INLINE __mmask16 mask32(const void *line, uint32_t key) {
  return _mm512_cmpgt_epu32_mask(_mm512_set1_epi32((int)key), _mm512_loadu_si512(line));
}

TARGET_INLINE uint32_t count32(const void *line, uint32_t key) {
  return (uint32_t)__builtin_popcount(_cvtmask16_u32(mask32(line, key)));
}

TARGET_INLINE uint32_t count32_root(const void *line, uint32_t key) {
  return (uint32_t)__builtin_popcount(_cvtmask16_u32(mask32(line, key)) & 0xfff0);
}

TARGET_INLINE __mmask8 mask64(const void *line, uint64_t key) {
  return _mm512_cmpgt_epu64_mask(_mm512_set1_epi64((int64_t)key), _mm512_loadu_si512(line));
}

TARGET_INLINE uint32_t count64(const void *line, uint64_t key) {
  return count_bits8(mask64(line, key));
}

TARGET_INLINE uint32_t count64_root(const void *line, uint64_t key) {
  return (uint32_t)__builtin_popcount(_cvtmask8_u32(mask64(line, key)) & 0xfc);
}

TARGET_INLINE __mmask8 mask128(const void *line, uint64_t high, uint64_t low) {
  __m512i keys = _mm512_set1_epi64((int64_t)high);
  __mmask8 equal = _mm512_cmpeq_epi64_mask(keys, _mm512_loadu_si512(line));
  __mmask8 low_beyond = _mm512_mask_cmpgt_epu64_mask(
      equal, _mm512_set1_epi64((int64_t)low), _mm512_loadu_si512((const uint64_t *)line + 8));
  return _kor_mask8(mask64(line, high), low_beyond);
}

TARGET_INLINE uint32_t count128(const void *line, uint64_t high, uint64_t low) {
  return count_bits8(mask128(line, high, low));
}

/* Bit i is the lowest of number i, of 64. */
TARGET_INLINE uint64_t lowest_bits(const uint32_t *numbers) {
  uint64_t bits = 0;
  for (int i = 0; i < 4; i++) {
    __mmask16 lowest =
        _mm512_test_epi32_mask(_mm512_loadu_si512(numbers + 16 * i), _mm512_set1_epi32(1));
    bits |= (uint64_t)_cvtmask16_u32(lowest) << 16 * i;
  }
  return bits;
}
