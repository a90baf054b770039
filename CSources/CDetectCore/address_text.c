#include "address_text.h"

#include <string.h>

/* Plain C: texts are read once, left to right, and never past their length. */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The value of a hexadecimal digit, or -1. */
static int hex_value(char c) {
  if (is_digit(c)) {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A number of one to three digits without a leading zero, from *index on. */
static bool parse_decimal(const char *text, size_t length, size_t *index, uint32_t *value) {
  size_t start = *index;
  uint32_t number = 0;
  while (*index < length && *index - start < 3 && is_digit(text[*index])) {
    number = number * 10 + (uint32_t)(text[*index] - '0');
    ++*index;
  }
  size_t digits = *index - start;
  *value = number;
  return digits == 1 || (digits > 1 && text[start] != '0');
}

static bool parse_ipv4(const char *text, size_t length, uint32_t *value) {
  uint32_t address = 0;
  size_t index = 0;
  for (int octets = 0; octets < 4; octets++) {
    if (octets > 0 && (index == length || text[index++] != '.')) {
      return false;
    }
    uint32_t octet;
    if (!parse_decimal(text, length, &index, &octet) || octet > 255) {
      return false;
    }
    address = address << 8 | octet;
  }
  *value = address;
  return index == length;
}

/* The groups as written, at most eight, and the place of `::` among them, or -1. */
struct groups {
  uint16_t value[8];
  int count;
  int gap;
};

/* One to four hexadecimal digits, or an IPv4 address that ends the text, from *index on. */
static bool parse_group(const char *text, size_t length, size_t *index, struct groups *groups) {
  size_t start = *index;
  uint32_t group = 0;
  while (*index < length && *index - start < 4 && hex_value(text[*index]) >= 0) {
    group = group << 4 | (uint32_t)hex_value(text[*index]);
    ++*index;
  }
  if (*index < length && text[*index] == '.') {
    uint32_t ipv4;
    if (groups->count > 6 || !parse_ipv4(text + start, length - start, &ipv4)) {
      return false;
    }
    groups->value[groups->count++] = (uint16_t)(ipv4 >> 16);
    groups->value[groups->count++] = (uint16_t)ipv4;
    *index = length;
    return true;
  }
  if (*index == start || groups->count == 8) {
    return false;
  }
  groups->value[groups->count++] = (uint16_t)group;
  return true;
}

static bool parse_groups(const char *text, size_t length, struct groups *groups) {
  size_t index = 0;
  groups->count = 0;
  groups->gap = -1;
  if (length >= 2 && text[0] == ':' && text[1] == ':') {
    groups->gap = 0;
    index = 2;
  }
  while (index < length) {
    if (!parse_group(text, length, &index, groups)) {
      return false;
    }
    if (index == length) {
      break;
    }
    if (text[index++] != ':' || index == length) {
      return false;
    }
    if (text[index] == ':') {
      if (groups->gap >= 0) {
        return false;
      }
      groups->gap = groups->count;
      index++;
    }
  }
  /* `::` stands for at least one group. */
  return groups->gap < 0 ? groups->count == 8 : groups->count < 8;
}

static bool parse_ipv6(const char *text, size_t length, core_address *address) {
  struct groups groups;
  if (!parse_groups(text, length, &groups)) {
    return false;
  }
  uint64_t half[2] = {0, 0};
  for (int i = 0; i < groups.count; i++) {
    bool after_gap = groups.gap >= 0 && i >= groups.gap;
    int place = after_gap ? i + 8 - groups.count : i;
    half[place / 4] |= (uint64_t)groups.value[i] << (48 - 16 * (place % 4));
  }
  *address = (core_address){half[0], half[1]};
  return true;
}

bool parse_address_portable(const char *text, size_t length, core_address *address) {
  if (length > 0 && memchr(text, ':', length) != NULL) {
    return parse_ipv6(text, length, address);
  }
  uint32_t ipv4;
  if (!parse_ipv4(text, length, &ipv4)) {
    return false;
  }
  *address = (core_address){0, (uint64_t)0xffff << IPV4_BITS | ipv4};
  return true;
}

core_status core_parse_address(const char *text, size_t length, core_address *address) {
  bool parsed;
  switch (core_best_instructions()) {
#if HAS_VECTORS
  case CORE_AVX512:
    parsed = parse_address_avx512(text, length, address);
    break;
  case CORE_AVX2:
    parsed = parse_address_avx2(text, length, address);
    break;
#endif
  default:
    parsed = parse_address_portable(text, length, address);
  }
  return parsed ? CORE_OK : CORE_BAD_ADDRESS;
}

size_t core_parse_addresses(const char *const *texts, const size_t *lengths, size_t count,
                            core_address *addresses, core_status *statuses) {
  switch (core_best_instructions()) {
#if HAS_VECTORS
  case CORE_AVX512:
    return parse_addresses_avx512(texts, lengths, count, addresses, statuses);
  case CORE_AVX2:
    return parse_addresses_avx2(texts, lengths, count, addresses, statuses);
#endif
  default:
    break;
  }
  size_t parsed = 0;
  for (size_t i = 0; i < count; i++) {
    bool good = parse_address_portable(texts[i], lengths[i], &addresses[i]);
    statuses[i] = good ? CORE_OK : CORE_BAD_ADDRESS;
    parsed += good;
  }
  return parsed;
}

core_status core_parse_prefix(const char *text, size_t length, core_prefix *prefix) {
  const char *slash = length > 0 ? memchr(text, '/', length) : NULL;
  size_t address_length = slash == NULL ? length : (size_t)(slash - text);
  core_prefix parsed = {{0, 0}, ADDRESS_BITS};
  core_status status = core_parse_address(text, address_length, &parsed.network);
  if (status != CORE_OK) {
    return status;
  }
  if (slash != NULL) {
    bool is_ipv6_text = memchr(text, ':', address_length) != NULL;
    uint32_t width = is_ipv6_text ? ADDRESS_BITS : IPV4_BITS;
    size_t index = address_length + 1;
    uint32_t written;
    if (!parse_decimal(text, length, &index, &written) || index != length || written > width) {
      return CORE_BAD_LENGTH;
    }
    parsed.length = (uint8_t)(written + (ADDRESS_BITS - width));
    parsed.network = network_of(parsed.network, parsed.length);
  }
  *prefix = parsed;
  return CORE_OK;
}

core_status core_mask_prefix(core_prefix *prefix) {
  if (prefix->length > ADDRESS_BITS) {
    return CORE_BAD_LENGTH;
  }
  prefix->network = network_of(prefix->network, prefix->length);
  return CORE_OK;
}
