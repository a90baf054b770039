#include "address_text.h"

#if HAS_VECTORS
#include <immintrin.h>
#include <string.h>

/* Addresses from text with AVX2, which cannot load a part of a vector: texts are put together from
 * loads that overlap. */

#define TARGET AVX2_TARGET
#define PARSE(name) parse_##name##_avx2

static inline __attribute__((always_inline)) uint64_t load8(const char *text, uint32_t length) {
  uint32_t first, last;
  if (length >= 4) {
    memcpy(&first, text, 4);
    memcpy(&last, text + length - 4, 4);
    return first | (uint64_t)last << 8 * (length - 4);
  }
  uint64_t word = (unsigned char)text[0];
  word |= (uint64_t)(unsigned char)text[length / 2] << 8 * (length / 2);
  return word | (uint64_t)(unsigned char)text[length - 1] << 8 * (length - 1);
}

/* A text of 1 to 16. */
static inline __attribute__((always_inline)) TARGET __m128i load16(const char *text,
                                                                   uint32_t length) {
  uint64_t first, last;
  if (length < 8) {
    return _mm_cvtsi64_si128((int64_t)load8(text, length));
  }
  memcpy(&first, text, 8);
  memcpy(&last, text + length - 8, 8);
  /* Of the last eight bytes, those after the first eight. Two shifts, for the count may be 64. */
  uint32_t twice = 4 * (16 - length);
  return _mm_set_epi64x((int64_t)(last >> twice >> twice), (int64_t)first);
}

/* Four bytes in, so that the four before any place can be read. */
struct values {
  unsigned char bytes[4 + 64];
};
#define TEXT_VALUES struct values

#include "address_vectors.h"

TEXT_STEP void read_half(__m256i characters, int half, struct text *text) {
  __m256i lower = _mm256_or_si256(characters, _mm256_set1_epi8(0x20));
  __m256i decimal = _mm256_sub_epi8(characters, _mm256_set1_epi8('0'));
  __m256i letter = _mm256_sub_epi8(lower, _mm256_set1_epi8('a'));
  __m256i is_decimal = _mm256_cmpeq_epi8(_mm256_min_epu8(decimal, _mm256_set1_epi8(9)), decimal);
  __m256i is_letter = _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(5)), letter);
  __m256i is_colon = _mm256_cmpeq_epi8(characters, _mm256_set1_epi8(':'));
  __m256i is_dot = _mm256_cmpeq_epi8(characters, _mm256_set1_epi8('.'));
  __m256i value = _mm256_and_si256(characters, _mm256_set1_epi8(0x0f));
  value = _mm256_add_epi8(value, _mm256_and_si256(is_letter, _mm256_set1_epi8(9)));
  _mm256_storeu_si256((__m256i *)(text->values.bytes + 4 + 32 * half), value);
  uint32_t digits = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(is_decimal, is_letter));
  text->digits |= (uint64_t)digits << 32 * half;
  text->colons |= (uint64_t)(uint32_t)_mm256_movemask_epi8(is_colon) << 32 * half;
  text->dots |= (uint64_t)(uint32_t)_mm256_movemask_epi8(is_dot) << 32 * half;
}

TEXT_STEP __m256i load32(const char *text, uint32_t length) {
  if (length <= 16) {
    return _mm256_zextsi128_si256(load16(text, length));
  }
  __m128i first = _mm_loadu_si128((const __m128i *)text);
  return _mm256_set_m128i(load16(text + 16, length - 16), first);
}

TEXT_STEP void read_text(const char *characters, uint32_t length, struct text *text) {
  text->colons = text->dots = text->digits = 0;
  memset(text->values.bytes, 0, 4);
  if (length <= 32) {
    read_half(load32(characters, length), 0, text);
    return;
  }
  read_half(_mm256_loadu_si256((const __m256i *)characters), 0, text);
  read_half(load32(characters + 32, length - 32), 1, text);
}

/* The number that the groups between `begin` and `end` are, 16 bits each. */
TEXT_STEP unsigned __int128 read_run(const struct text *text, uint32_t begin, uint32_t end,
                                     uint32_t *count) {
  unsigned __int128 number = 0;
  if (begin >= end) {
    return number;
  }
  uint64_t ends = (text->colons & ~(UINT64_MAX << end)) | (uint64_t)1 << end;
  ends &= UINT64_MAX << begin;
  do {
    uint32_t place = (uint32_t)__builtin_ctzll(ends);
    ends &= ends - 1;
    uint32_t last_four; /* values, of which those of this group count */
    memcpy(&last_four, text->values.bytes + place, sizeof last_four);
    uint32_t group =
        __builtin_bswap32(last_four) & (uint32_t)(((uint64_t)1 << 8 * (place - begin)) - 1);
    number = number << 16 | _pext_u32(group, 0x0f0f0f0f);
    begin = place + 1;
    ++*count;
  } while (ends != 0);
  return number;
}

/* Whether the groups are of one to four digits, parted by one colon, and once perhaps by two. */
TEXT_STEP bool has_ipv6_form(const struct text *text, uint32_t length, uint64_t gaps) {
  uint64_t digits = text->digits;
  uint64_t bad = digits & digits >> 1 & digits >> 2 & digits >> 3 & digits >> 4;
  bad |= gaps & (gaps - 1);
  bad |= text->colons & ~gaps & 1;
  bad |= text->colons & (uint64_t)1 << (length - 1) & ~(gaps << 1);
  return bad == 0;
}

TEXT_STEP bool read_groups(const struct text *text, uint32_t length, uint32_t groups,
                           core_address *address) {
  uint64_t gaps = text->colons & text->colons >> 1;
  if (!has_ipv6_form(text, length, gaps)) {
    return false;
  }
  uint32_t count = 0;
  unsigned __int128 number;
  if (gaps == 0) {
    number = read_run(text, 0, length, &count);
    if (count != groups) {
      return false;
    }
  } else {
    uint32_t gap = (uint32_t)__builtin_ctzll(gaps);
    unsigned __int128 head = read_run(text, 0, gap, &count);
    uint32_t before = count;
    unsigned __int128 tail = read_run(text, gap + 2, length, &count);
    if (count >= groups) {
      return false;
    }
    number = (before == 0 ? 0 : head << 16 * (groups - before)) | tail;
  }
  number <<= 16 * (8 - groups);
  *address = (core_address){(uint64_t)(number >> 64), (uint64_t)number};
  return true;
}
#endif
