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
 * 192.0.2.1 has octets of 3, 1, 1 and 1 digits: its dots are at 3, 5 and 7. One shuffle, from a
 * table of all 81 combinations, lines up the digits, zeros where there are none, and two products
 * make them octets:
 *
 *     0 1 9 2 | 0 0 0 0 | 0 0 0 2 | 0 0 0 1     ·  0 100 10 1     =  192 | 0 | 2 | 1
 */
#define OCTET(start, digits)                                                                       \
  0x80, (uint8_t)((digits) > 2 ? (start) : 0x80),                                                  \
      (uint8_t)((digits) > 1 ? (start) + (digits)-2 : 0x80), (uint8_t)((start) + (digits)-1)
#define OCTETS(a, b, c, d)                                                                         \
  { OCTET(0, a), OCTET((a) + 1, b), OCTET((a) + (b) + 2, c), OCTET((a) + (b) + (c) + 3, d) }
#define OCTETS_3(a, b, c) OCTETS(a, b, c, 1), OCTETS(a, b, c, 2), OCTETS(a, b, c, 3)
#define OCTETS_9(a, b) OCTETS_3(a, b, 1), OCTETS_3(a, b, 2), OCTETS_3(a, b, 3)
#define OCTETS_27(a) OCTETS_9(a, 1), OCTETS_9(a, 2), OCTETS_9(a, 3)

static const uint8_t octet_shuffles[81][16] = {OCTETS_27(1), OCTETS_27(2), OCTETS_27(3)};

/* Whether the places of dots and digits are those of an address: four runs of one to three digits,
 * none longer than one digit with a zero first. */
TEXT_STEP bool has_ipv4_form(uint32_t dots, uint32_t digits, uint32_t zeros, uint32_t length) {
  uint32_t starts = (dots << 1 | 1) & ((1u << length) - 1);
  uint32_t bad = digits & digits >> 1 & digits >> 2 & digits >> 3; /* four in a row */
  bad |= starts & ~digits;                                         /* an octet without digits */
  bad |= dots & 1u << (length - 1);
  bad |= starts & zeros & digits >> 1;
  bad |= (dots | digits) ^ ((1u << length) - 1); /* another character */
  return bad == 0 && __builtin_popcount(dots) == 3;
}

/* `text` as load16() gives it; length 1 to 15. */
TEXT_STEP bool parse_ipv4_vector(__m128i text, uint32_t length, uint32_t *address) {
  __m128i values = _mm_sub_epi8(text, _mm_set1_epi8('0'));
  __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
  uint32_t dots = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('.')));
  uint32_t digits = (uint32_t)_mm_movemask_epi8(is_digit);
  uint32_t zeros = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('0')));
  if (!has_ipv4_form(dots, digits, zeros, length)) {
    return false;
  }
  uint32_t first = (uint32_t)__builtin_ctz(dots);
  uint32_t second = (uint32_t)__builtin_ctz(dots & (dots - 1));
  uint32_t third = 31 - (uint32_t)__builtin_clz(dots);
  uint32_t combination =
      27 * (first - 1) + 9 * (second - first - 2) + 3 * (third - second - 2) + (length - third - 2);
  __m128i shuffle = _mm_loadu_si128((const __m128i *)octet_shuffles[combination]);
  __m128i lined_up = _mm_shuffle_epi8(values, shuffle);
  __m128i weights = _mm_set1_epi32(0x010a6400);
  __m128i pairs = _mm_maddubs_epi16(lined_up, weights);
  __m128i octets = _mm_madd_epi16(pairs, _mm_set1_epi16(1));
  if (!_mm_testz_si128(octets, _mm_set1_epi32(~0xff))) {
    return false;
  }
  __m128i bytes = _mm_shuffle_epi8(
      octets, _mm_setr_epi8(12, 8, 4, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
  *address = (uint32_t)_mm_cvtsi128_si32(bytes);
  return true;
}

/* -------------------------------------------------------------------------------------- IPv6 */

/* The characters of a text of at most 64, and the values of those that are digits. */
struct text {
  uint64_t colons, dots, digits; /* digits are hexadecimal */
  TEXT_VALUES values;
};

TEXT_STEP void read_text(const char *characters, uint32_t length, struct text *text);

/* Reads `length` characters as `groups` groups, or fewer with a gap; they are the upper bits of the
 * address. The form is right, and a gap is where two colons are, from `gaps` on. */
TEXT_STEP bool read_groups(const struct text *text, uint32_t length, uint64_t gaps, uint32_t groups,
                           core_address *address);

/* Whether the groups are of one to four digits, parted by one colon, and once perhaps by two. */
TEXT_STEP bool has_ipv6_form(const struct text *text, uint32_t length, uint64_t gaps) {
  uint64_t digits = text->digits;
  uint64_t bad = digits & digits >> 1 & digits >> 2 & digits >> 3 & digits >> 4;
  bad |= gaps & (gaps - 1);
  bad |= text->colons & ~gaps & 1;
  bad |= text->colons & (uint64_t)1 << (length - 1) & ~(gaps << 1);
  return bad == 0;
}

TEXT_STEP bool read_ipv6(const struct text *text, uint32_t length, uint32_t groups,
                         core_address *address) {
  uint64_t gaps = text->colons & text->colons >> 1;
  return has_ipv6_form(text, length, gaps) && read_groups(text, length, gaps, groups, address);
}

TEXT_STEP bool parse_ipv6_vector(const char *characters, uint32_t length, core_address *address) {
  struct text text;
  read_text(characters, length, &text);
  uint64_t all = ~(UINT64_MAX << length);
  if (text.colons == 0 || (text.colons | text.dots | text.digits) != all) {
    return false;
  }
  core_address read;
  if (text.dots == 0) {
    if (!read_ipv6(&text, length, 8, &read)) {
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
    if (!read_ipv6(&text, groups_length, 6, &read)) {
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
  if (length <= LONGEST_IPV4) {
    __m128i characters = load16(text, (uint32_t)length);
    uint32_t ipv4;
    if (parse_ipv4_vector(characters, (uint32_t)length, &ipv4)) {
      *address = (core_address){0, (uint64_t)0xffff << IPV4_BITS | ipv4};
      return true;
    }
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
