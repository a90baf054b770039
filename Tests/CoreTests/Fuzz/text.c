#include "../support.h"

#include "../../../CSources/CDetectCore/address_text.h"

#include <arpa/inet.h>
#include <string.h>

/* Any text: all parsers agree with inet_pton, in a buffer of exactly its length. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool judge(const char *text, size_t length, core_address *address) {
  char terminated[64];
  unsigned char bytes[16] = {[10] = 0xff, [11] = 0xff};
  if (length >= sizeof terminated || memchr(text, 0, length) != NULL) {
    return false;
  }
  memcpy(terminated, text, length);
  terminated[length] = 0;
  if (inet_pton(AF_INET, terminated, bytes + 12) != 1 &&
      inet_pton(AF_INET6, terminated, bytes) != 1) {
    return false;
  }
  memcpy(address, bytes, sizeof bytes);
  *address = (core_address){__builtin_bswap64(address->high), __builtin_bswap64(address->low)};
  return true;
}

static void compare(bool parsed, core_address found, bool good, core_address expected) {
  CHECK(parsed == good);
  CHECK(found.high == expected.high && found.low == expected.low);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size);
  if (size > 0) {
    memcpy(text, data, size);
  }
  core_address expected = {1, 2}, found = {1, 2};
  bool good = judge(text, size, &expected);
  compare(parse_address_portable(text, size, &found), found, good, expected);
#if HAS_VECTORS
  if (core_best_instructions() >= CORE_AVX2) {
    found = (core_address){1, 2};
    compare(parse_address_avx2(text, size, &found), found, good, expected);
  }
  if (core_best_instructions() >= CORE_AVX512) {
    found = (core_address){1, 2};
    compare(parse_address_avx512(text, size, &found), found, good, expected);
  }
#endif
  core_prefix prefix;
  if (core_parse_prefix(text, size, &prefix) == CORE_OK) {
    core_prefix masked = prefix;
    CHECK(core_mask_prefix(&masked) == CORE_OK && masked.network.high == prefix.network.high &&
          masked.network.low == prefix.network.low);
  }
  free(text);
  return 0;
}
