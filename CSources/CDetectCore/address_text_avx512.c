#include "address_text.h"

#if HAS_VECTORS
#include <immintrin.h>

/* Addresses from text with AVX-512, whose masked loads touch no byte that is not asked for. */

#define TARGET AVX512_TARGET
#define PARSE(name) parse_##name##_avx512
#define TEXT_VALUES __m512i

/* A text of 1 to 16. */
static inline __attribute__((always_inline)) TARGET __m128i load16(const char *text,
                                                                   uint32_t length) {
  return _mm_maskz_loadu_epi8((__mmask16)((1u << length) - 1), text);
}

#include "address_vectors.h"

TEXT_STEP void read_text(const char *characters, uint32_t length, struct text *text) {
  __m512i loaded = _mm512_maskz_loadu_epi8(~(UINT64_MAX << length), characters);
  __m512i lower = _mm512_or_si512(loaded, _mm512_set1_epi8(0x20));
  __m512i decimal = _mm512_sub_epi8(loaded, _mm512_set1_epi8('0'));
  __m512i letter = _mm512_sub_epi8(lower, _mm512_set1_epi8('a'));
  __mmask64 is_letter = _mm512_cmple_epu8_mask(letter, _mm512_set1_epi8(5));
  __m512i value = _mm512_and_si512(loaded, _mm512_set1_epi8(0x0f));
  text->values = _mm512_mask_add_epi8(value, is_letter, value, _mm512_set1_epi8(9));
  text->digits = _cvtmask64_u64(is_letter) |
                 _cvtmask64_u64(_mm512_cmple_epu8_mask(decimal, _mm512_set1_epi8(9)));
  text->colons = _cvtmask64_u64(_mm512_cmpeq_epi8_mask(loaded, _mm512_set1_epi8(':')));
  text->dots = _cvtmask64_u64(_mm512_cmpeq_epi8_mask(loaded, _mm512_set1_epi8('.')));
}

/*
 * Without a branch, since the number of groups is a surprise in every text:
 *
 *     1:22::333            colons at 1, 4 and 5
 *     ends      1 4 5 9    of the groups
 *     lengths   1 2 0 3    the gap is an empty group
 *     placed    1 4 · · · · · 9,  1 2 0 0 0 0 0 3
 *
 * The digits of the group at i are the last ones before its end; one permutation fetches all 32.
 */
TEXT_STEP bool read_groups(const struct text *text, uint32_t length, uint32_t groups,
                           core_address *address) {
  uint64_t gaps = text->colons & text->colons >> 1;
  /* A gap at the start or at the end is one empty group, not two. */
  bool leads = gaps & 1;
  bool trails = length >= 2 && gaps >> (length - 2) & 1;
  uint64_t ends = text->colons | (uint64_t)!trails << length;
  ends &= ~(uint64_t)leads;
  uint32_t count = (uint32_t)__builtin_popcountll(ends);
  bool has_gap = gaps != 0;
  if (count > groups || (!has_gap && count != groups)) {
    return false;
  }

  uint64_t gap_end = gaps << 1; /* where the empty group ends */
  uint32_t before = (uint32_t)__builtin_popcountll(ends & (gap_end - 1));
  before = has_gap ? before : count;
  uint32_t after = has_gap ? count - before - 1 : 0;
  uint32_t all = (1u << count) - 1;
  uint32_t kept = has_gap ? all & ~(1u << before) : all;
  uint32_t places = ((1u << before) - 1) | ((1u << after) - 1) << (groups - after);

  __m512i numbers = _mm512_set_epi64(0x3f3e3d3c3b3a3938, 0x3736353433323130, 0x2f2e2d2c2b2a2928,
                                     0x2726252423222120, 0x1f1e1d1c1b1a1918, 0x1716151413121110,
                                     0x0f0e0d0c0b0a0908, 0x0706050403020100);
  __m128i end = _mm512_castsi512_si128(_mm512_maskz_compress_epi8(ends, numbers));
  __m128i previous = _mm_alignr_epi8(end, _mm_set1_epi8(leads ? 0 : -1), 15);
  __m128i digits = _mm_sub_epi8(_mm_sub_epi8(end, previous), _mm_set1_epi8(1));
  /* Whatever colons are too many have left an empty group. */
  __m128i beyond_first = _mm_sub_epi8(digits, _mm_set1_epi8(1));
  if (_cvtmask16_u32(_mm_mask_cmpgt_epu8_mask((__mmask16)kept, beyond_first, _mm_set1_epi8(3)))) {
    return false;
  }
  __m128i placed = _mm_unpacklo_epi64(end, digits);
  placed = _mm_maskz_compress_epi8((__mmask16)(kept | kept << 8), placed);
  placed = _mm_maskz_expand_epi8((__mmask16)(places | places << 8), placed);

  __m256i of_digit = _mm256_set_epi64x(0x0707070706060606, 0x0505050504040404, 0x0303030302020202,
                                       0x0101010100000000);
  __m256i groups_of = _mm256_castsi128_si256(placed);
  __m256i ends_of = _mm256_permutexvar_epi8(of_digit, groups_of);
  __m256i digits_of =
      _mm256_permutexvar_epi8(_mm256_add_epi8(of_digit, _mm256_set1_epi8(8)), groups_of);
  __m256i in_group = _mm256_set1_epi32(0x03020100);
  __m256i rank = _mm256_add_epi8(digits_of, in_group); /* 4 or more where there is a digit */
  __mmask32 written = _mm256_cmpgt_epu8_mask(rank, _mm256_set1_epi8(3));
  __m256i source = _mm256_sub_epi8(_mm256_add_epi8(ends_of, in_group), _mm256_set1_epi8(4));
  __m256i nibbles = _mm512_castsi512_si256(_mm512_maskz_permutexvar_epi8(
      _cvtmask32_u32(written), _mm512_castsi256_si512(source), text->values));
  __m256i bytes = _mm256_maddubs_epi16(nibbles, _mm256_set1_epi16(0x0110));
  __m128i number = _mm256_cvtepi16_epi8(bytes);
  address->high = __builtin_bswap64((uint64_t)_mm_cvtsi128_si64(number));
  address->low = __builtin_bswap64((uint64_t)_mm_extract_epi64(number, 1));
  return true;
}
#endif
