/*
 * The steps of abreast.h with AVX-512. What a node's comparison gives is a mask; the masks of all
 * keys are stored, and then counted many in one instruction, which spares each the way through a
 * general register.
 */

#include <immintrin.h>

#define CHUNK 64u

/* A binary search of 16 keys at once: the root stays in a register, of which an instruction picks
 * each key its boundary. */
STEP void enter32(const uint32_t *boundaries, uint32_t count, const uint32_t *keys,
                  uint32_t *child) {
  __m512i root =
      _mm512_mask_loadu_epi32(_mm512_set1_epi32(-1), (__mmask16)((1u << count) - 1), boundaries);
  for (uint32_t i = 0; i < CHUNK; i += 16) {
    __m512i key = _mm512_loadu_si512(keys + i);
    __m512i found = _mm512_setzero_si512();
    for (int step = 8; step > 0; step /= 2) {
      __m512i place = _mm512_add_epi32(found, _mm512_set1_epi32(step - 1));
      __mmask16 beyond = _mm512_cmpgt_epu32_mask(key, _mm512_permutexvar_epi32(place, root));
      found = _mm512_mask_add_epi32(found, beyond, found, _mm512_set1_epi32(step));
    }
    _mm512_storeu_si512(child + i, found);
  }
}

/* Up to 8 boundaries of a root from `begin` on, and all ones. */
STEP __m512i root_line64(const uint64_t *boundaries, uint32_t begin, uint32_t count) {
  uint32_t some = count < begin ? 0 : count - begin;
  __mmask8 present = (__mmask8)(some < 8 ? (1u << some) - 1 : 0xff);
  return _mm512_mask_loadu_epi64(_mm512_set1_epi64(-1), present, boundaries + begin);
}

/* How many of 15 boundaries in two registers each of 8 keys is beyond. */
STEP __m512i search15(__m512i first, __m512i second, __m512i key) {
  __m512i found = _mm512_setzero_si512();
  for (int step = 8; step > 0; step /= 2) {
    __m512i place = _mm512_add_epi64(found, _mm512_set1_epi64(step - 1));
    __m512i stored = _mm512_permutex2var_epi64(first, place, second);
    __mmask8 beyond = _mm512_cmpgt_epu64_mask(key, stored);
    found = _mm512_mask_add_epi64(found, beyond, found, _mm512_set1_epi64(step));
  }
  return found;
}

/* Of 31 boundaries the 16th tells which 15 are to be searched. */
STEP void enter64(const uint64_t *boundaries, uint32_t count, const uint64_t *keys,
                  uint32_t *child) {
  __m512i lines[4];
  for (uint32_t i = 0; i < 4; i++) {
    lines[i] = root_line64(boundaries, i * 8, count);
  }
  for (uint32_t i = 0; i < CHUNK; i += 8) {
    __m512i key = _mm512_loadu_si512(keys + i);
    __m512i found = search15(lines[0], lines[1], key);
    if (count > 15) {
      __mmask8 upper = _mm512_cmpgt_epu64_mask(key, _mm512_set1_epi64((int64_t)boundaries[15]));
      __m512i above = _mm512_add_epi64(search15(lines[2], lines[3], key), _mm512_set1_epi64(16));
      found = _mm512_mask_mov_epi64(found, upper, above);
    }
    _mm256_storeu_si256((__m256i *)(void *)(child + i), _mm512_cvtepi64_epi32(found));
  }
}

/* child[i] becomes the child of it that mask i says, of nodes of 16. */
STEP void descend_by16(const uint16_t *masks, uint32_t *child) {
  for (uint32_t i = 0; i < CHUNK; i += 16) {
    __m512i from = _mm512_loadu_si512(child + i);
    __m256i found =
        _mm256_popcnt_epi16(_mm256_loadu_si256((const __m256i *)(const void *)&masks[i]));
    __m512i first = _mm512_add_epi32(from, _mm512_slli_epi32(from, 4));
    _mm512_storeu_si512(child + i, _mm512_add_epi32(first, _mm512_cvtepu16_epi32(found)));
  }
}

STEP void descend32(const unsigned char *nodes, const uint32_t *keys, uint32_t *child) {
  uint16_t masks[CHUNK];
  for (uint32_t i = 0; i < CHUNK; i++) {
    _store_mask16(&masks[i], mask32(nodes + (size_t)child[i] * LINE, keys[i]));
  }
  descend_by16(masks, child);
}

/* child[i] becomes the child of it that mask i says, of nodes of 8. */
STEP void descend_by8(const uint8_t *masks, uint32_t *child) {
  for (uint32_t i = 0; i < CHUNK; i += 16) {
    __m512i from = _mm512_loadu_si512(child + i);
    __m128i found = _mm_popcnt_epi8(_mm_loadu_si128((const __m128i *)(const void *)&masks[i]));
    __m512i first = _mm512_add_epi32(from, _mm512_slli_epi32(from, 3));
    _mm512_storeu_si512(child + i, _mm512_add_epi32(first, _mm512_cvtepu8_epi32(found)));
  }
}

STEP void descend64(const unsigned char *nodes, const uint64_t *keys, uint32_t *child) {
  uint8_t masks[CHUNK];
  for (uint32_t i = 0; i < CHUNK; i++) {
    _store_mask8(&masks[i], mask64(nodes + (size_t)child[i] * LINE, keys[i]));
  }
  descend_by8(masks, child);
}

STEP void descend128(const unsigned char *nodes, const uint64_t *highs, const uint64_t *lows,
                     uint32_t *child, uint32_t count) {
  uint8_t masks[CHUNK] = {0};
  for (uint32_t i = 0; i < count; i++) {
    _store_mask8(&masks[i], mask128(nodes + (size_t)child[i] * (2 * LINE), highs[i], lows[i]));
  }
  descend_by8(masks, child);
}

STEP void enter128(const unsigned char *root, const uint64_t *highs, const uint64_t *lows,
                   uint32_t *child, uint32_t count) {
  uint8_t masks[CHUNK] = {0};
  for (uint32_t i = 0; i < count; i++) {
    _store_mask8(&masks[i], mask128(root, highs[i], lows[i]));
  }
  descend_by8(masks, child);
}

STEP void visit32(const unsigned char *const *nodes, const uint32_t *keys, uint32_t *child) {
  uint16_t masks[CHUNK];
  for (uint32_t i = 0; i < CHUNK; i++) {
    _store_mask16(&masks[i], mask32(nodes[i], keys[i]));
  }
  descend_by16(masks, child);
}

STEP void visit64(const unsigned char *const *nodes, const uint64_t *keys, uint32_t *child) {
  uint8_t masks[CHUNK];
  for (uint32_t i = 0; i < CHUNK; i++) {
    _store_mask8(&masks[i], mask64(nodes[i], keys[i]));
  }
  descend_by8(masks, child);
}

STEP void visit128(const unsigned char *const *nodes, const uint64_t *highs, const uint64_t *lows,
                   uint32_t *child) {
  uint8_t masks[CHUNK];
  for (uint32_t i = 0; i < CHUNK; i++) {
    _store_mask8(&masks[i], mask128(nodes[i], highs[i], lows[i]));
  }
  descend_by8(masks, child);
}

STEP void move_to_front(uint64_t *halves, uint64_t bits) {
  uint64_t *front = halves;
  for (uint32_t i = 0; i < CHUNK; i += 8) {
    uint8_t some = (uint8_t)(bits >> i);
    __m512i moved = _mm512_maskz_compress_epi64(some, _mm512_loadu_si512(halves + i));
    _mm512_storeu_si512(front, moved);
    front += __builtin_popcount(some);
  }
}

STEP uint64_t spread(uint64_t bits, uint64_t places) { return _pdep_u64(bits, places); }
