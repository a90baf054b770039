/*
 * Addresses from text without a loop over its characters, once for each set of vector
 * instructions: a file defines TARGET, PARSE(name), TEXT_VALUES and load16() (a text of up to 16
 * bytes, zeros behind it), includes this, and defines the two functions declared below.
 *
 * Sets of places in a text are words: bit i speaks of character i.
 */

#include "address_text.h"

#include <immintrin.h>
#include <string.h>

#define TEXT_STEP static inline __attribute__((always_inline)) TARGET

#define LONGEST_IPV4 15
#define LONGEST_IPV6 45

/* -------------------------------------------------------------------------------------- IPv4 */

/*
 * The ends of the four octets of 192.0.2.1 are at 3, 5, 7 and 9. There are 81 such combinations; a
 * product is a perfect hash of them, and the row that it leads to must be theirs. Its shuffle lines
 * up the digits, zeros where there are none, and two products make them octets:
 *
 *     0 1 9 2 | 0 0 0 0 | 0 0 0 2 | 0 0 0 1     ·  0 100 10 1     =  192 | 0 | 2 | 1
 */
struct ipv4_form {
  uint8_t shuffle[16];
  uint32_t ends;
};

#define FORM_BITS 8
#define FORM_HASH(ends) ((uint32_t)((ends)*UINT32_C(0xa9a2122d)) >> (32 - FORM_BITS))
#define OCTET(start, digits)                                                                       \
  0x80, (uint8_t)((digits) > 2 ? (start) : 0x80),                                                  \
      (uint8_t)((digits) > 1 ? (start) + (digits)-2 : 0x80), (uint8_t)((start) + (digits)-1)
#define ENDS(a, b, c, d)                                                                           \
  (1u << (a) | 1u << ((a) + (b) + 1) | 1u << ((a) + (b) + (c) + 2) |                               \
   1u << ((a) + (b) + (c) + (d) + 3))
#define FORM(a, b, c, d)                                                                           \
  [FORM_HASH(ENDS(a, b, c, d))] = {                                                                \
      {OCTET(0, a), OCTET((a) + 1, b), OCTET((a) + (b) + 2, c), OCTET((a) + (b) + (c) + 3, d)},    \
      ENDS(a, b, c, d)}
#define FORMS_3(a, b, c) FORM(a, b, c, 1), FORM(a, b, c, 2), FORM(a, b, c, 3)
#define FORMS_9(a, b) FORMS_3(a, b, 1), FORMS_3(a, b, 2), FORMS_3(a, b, 3)
#define FORMS_27(a) FORMS_9(a, 1), FORMS_9(a, 2), FORMS_9(a, 3)

static const struct ipv4_form ipv4_forms[1 << FORM_BITS] = {FORMS_27(1), FORMS_27(2), FORMS_27(3)};

/* `text` as load16() gives it; length 1 to 15. */
TEXT_STEP bool parse_ipv4_vector(__m128i text, uint32_t length, uint32_t *address) {
  __m128i values = _mm_sub_epi8(text, _mm_set1_epi8('0'));
  __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
  uint32_t dots = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('.')));
  uint32_t digits = (uint32_t)_mm_movemask_epi8(is_digit);
  uint32_t zeros = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('0')));
  uint32_t ends = dots | 1u << length;
  const struct ipv4_form *form = &ipv4_forms[FORM_HASH(ends)];
  uint32_t other = (ends | digits) ^ ((2u << length) - 1);
  uint32_t leading_zeros = (dots << 1 | 1) & zeros & digits >> 1;

  __m128i shuffle = _mm_loadu_si128((const __m128i *)form->shuffle);
  __m128i pairs = _mm_maddubs_epi16(_mm_shuffle_epi8(values, shuffle), _mm_set1_epi32(0x010a6400));
  __m128i octets = _mm_madd_epi16(pairs, _mm_set1_epi16(1));
  bool fits = _mm_testz_si128(octets, _mm_set1_epi32(~0xff));
  if (!fits || form->ends != ends || (other | leading_zeros) != 0) {
    return false;
  }
  const __m128i reversed =
      _mm_setr_epi8(12, 8, 4, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  *address = (uint32_t)_mm_cvtsi128_si32(_mm_shuffle_epi8(octets, reversed));
  return true;
}

/* -------------------------------------------------------------------------------------- IPv6 */

/* The characters of a text of at most 64, and the values of those that are digits. */
struct text {
  uint64_t colons, dots, digits; /* digits are hexadecimal */
  TEXT_VALUES values;
};

TEXT_STEP void read_text(const char *characters, uint32_t length, struct text *text);

/* Reads `length` characters, all digits or colons, as `groups` groups, or fewer with a gap; they
 * are the upper bits of the address. */
TEXT_STEP bool read_groups(const struct text *text, uint32_t length, uint32_t groups,
                           core_address *address);

TEXT_STEP bool parse_ipv6_vector(const char *characters, uint32_t length, core_address *address) {
  struct text text;
  read_text(characters, length, &text);
  uint64_t all = ~(UINT64_MAX << length);
  if (text.colons == 0 || (text.colons | text.dots | text.digits) != all) {
    return false;
  }
  core_address read;
  if (text.dots == 0) {
    if (!read_groups(&text, length, 8, &read)) {
      return false;
    }
  } else {
    /* The last 32 bits are written as IPv4; a single colon before them is not of the groups. */
    uint32_t start = 64 - (uint32_t)__builtin_clzll(text.colons);
    uint32_t rest = length - start;
    uint32_t ipv4;
    bool dots_before = (text.dots & ~(UINT64_MAX << start)) != 0;
    if (start < 2 || dots_before || rest == 0 || rest > LONGEST_IPV4 ||
        !parse_ipv4_vector(load16(characters + start, rest), rest, &ipv4)) {
      return false;
    }
    bool after_gap = text.colons >> (start - 2) & 1;
    uint32_t groups_length = after_gap ? start : start - 1;
    text.digits &= ~(UINT64_MAX << groups_length);
    text.colons &= ~(UINT64_MAX << groups_length);
    if (!read_groups(&text, groups_length, 6, &read)) {
      return false;
    }
    read.low |= ipv4;
  }
  *address = read;
  return true;
}

TEXT_STEP bool parse_vector(const char *text, size_t length, core_address *address) {
  if (length == 0 || length > LONGEST_IPV6) {
    return false;
  }
  /* IPv6 has a colon among its first five characters. */
  __m128i begin = load16(text, length < 16 ? (uint32_t)length : 16);
  if (_mm_movemask_epi8(_mm_cmpeq_epi8(begin, _mm_set1_epi8(':'))) == 0) {
    uint32_t ipv4;
    if (length > LONGEST_IPV4 || !parse_ipv4_vector(begin, (uint32_t)length, &ipv4)) {
      return false;
    }
    *address = (core_address){0, (uint64_t)0xffff << IPV4_BITS | ipv4};
    return true;
  }
  return parse_ipv6_vector(text, (uint32_t)length, address);
}

TARGET bool PARSE(address)(const char *text, size_t length, core_address *address) {
  return parse_vector(text, length, address);
}

TARGET size_t PARSE(addresses)(const char *const *texts, const size_t *lengths, size_t count,
                               core_address *addresses, core_status *statuses) {
  size_t parsed = 0;
  for (size_t i = 0; i < count; i++) {
    bool good = parse_vector(texts[i], lengths[i], &addresses[i]);
    statuses[i] = good ? CORE_OK : CORE_BAD_ADDRESS;
    parsed += good;
  }
  return parsed;
}
