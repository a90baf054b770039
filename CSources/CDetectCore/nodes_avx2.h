/* How many of a node's boundaries a key is beyond, with AVX2. It compares signed numbers only:
 * unsigned ones are biased, or asked whether they are the greater of two. */

#include "instructions.h"

#include <immintrin.h>

#define TARGET_INLINE static inline __attribute__((always_inline)) AVX2_TARGET

TARGET_INLINE __m256i load(const void *line, int half) {
  return _mm256_loadu_si256((const __m256i *)line + half);
}

TARGET_INLINE uint32_t not_beyond32(__m256i stored, __m256i key) {
  __m256i at_least = _mm256_cmpeq_epi32(_mm256_max_epu32(stored, key), stored);
  return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(at_least));
}

TARGET_INLINE uint32_t beyond64(__m256i stored, __m256i biased_key) {
  __m256i bias = _mm256_set1_epi64x(INT64_MIN);
  __m256i greater = _mm256_cmpgt_epi64(biased_key, _mm256_xor_si256(stored, bias));
  return (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(greater));
}

TARGET_INLINE uint32_t equal64(__m256i stored, __m256i key) {
  return (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(stored, key)));
}

TARGET_INLINE __m256i biased64(uint64_t key) {
  return _mm256_set1_epi64x((int64_t)(key ^ (UINT64_C(1) << 63)));
}

/* Bit i answers for the i-th of 32; packing shuffles the lanes, and the permutation undoes that. */
TARGET_INLINE uint32_t bits16(__m256i first, __m256i second) {
  __m256i packed = _mm256_permute4x64_epi64(_mm256_packs_epi16(first, second), 0xd8);
  return (uint32_t)_mm256_movemask_epi8(packed);
}

/* Of the boundaries from `begin` on. */
TARGET_INLINE uint32_t count16(const void *line, uint32_t begin, uint16_t key) {
  __m256i keys = _mm256_set1_epi16((short)key);
  __m256i first = load(line, 0), second = load(line, 1);
  uint32_t not_beyond = bits16(_mm256_cmpeq_epi16(_mm256_max_epu16(first, keys), first),
                               _mm256_cmpeq_epi16(_mm256_max_epu16(second, keys), second));
  return (uint32_t)__builtin_popcount(~not_beyond & UINT32_MAX << begin);
}

/* Whether the key is one of those from `begin` on. */
TARGET_INLINE bool any16(const void *line, uint32_t begin, uint16_t key) {
  __m256i keys = _mm256_set1_epi16((short)key);
  uint32_t equal =
      bits16(_mm256_cmpeq_epi16(load(line, 0), keys), _mm256_cmpeq_epi16(load(line, 1), keys));
  return (equal & UINT32_MAX << begin) != 0;
}

TARGET_INLINE uint32_t mask32(const void *line, uint32_t key) {
  __m256i keys = _mm256_set1_epi32((int)key);
  return not_beyond32(load(line, 0), keys) | not_beyond32(load(line, 1), keys) << 8;
}

TARGET_INLINE uint32_t count32(const void *line, uint32_t key) {
  return 16 - (uint32_t)__builtin_popcount(mask32(line, key));
}

TARGET_INLINE uint32_t count32_root(const void *line, uint32_t key) {
  return 12 - (uint32_t)__builtin_popcount(mask32(line, key) & 0xfff0);
}

TARGET_INLINE uint32_t mask64(const void *line, uint64_t key) {
  __m256i keys = biased64(key);
  return beyond64(load(line, 0), keys) | beyond64(load(line, 1), keys) << 4;
}

TARGET_INLINE uint32_t count64(const void *line, uint64_t key) {
  return (uint32_t)__builtin_popcount(mask64(line, key));
}

TARGET_INLINE uint32_t count64_root(const void *line, uint64_t key) {
  return (uint32_t)__builtin_popcount(mask64(line, key) & 0xfc);
}

TARGET_INLINE uint32_t count128(const void *line, uint64_t high, uint64_t low) {
  __m256i keys = _mm256_set1_epi64x((int64_t)high);
  uint32_t equal = equal64(load(line, 0), keys) | equal64(load(line, 1), keys) << 4;
  uint32_t low_beyond = mask64((const uint64_t *)line + 8, low);
  return (uint32_t)__builtin_popcount(mask64(line, high) | (equal & low_beyond));
}

/* Bit i is the lowest of number i, of 64. */
TARGET_INLINE uint64_t lowest_bits(const uint32_t *numbers) {
  uint64_t bits = 0;
  for (int i = 0; i < 8; i++) {
    __m256i signs = _mm256_slli_epi32(load(numbers, i), 31);
    bits |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(signs)) << 8 * i;
  }
  return bits;
}
