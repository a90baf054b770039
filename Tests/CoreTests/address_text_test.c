#include "support.h"

#include "../../CSources/CDetectCore/address_text.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Every parser against inet_pton, on texts that end where the memory that may be read ends. */

static const char *const models[] = {"0.0.0.0",
                                     "192.0.2.1",
                                     "255.255.255.255",
                                     "10.1.200.30",
                                     "9.99.199.249",
                                     "::",
                                     "::1",
                                     "1::",
                                     "2001:db8::8:800:200c:417a",
                                     "1:2:3:4:5:6:7:8",
                                     "ffff:FFFF:ffff:ffff:ffff:ffff:ffff:ffff",
                                     "::ffff:192.0.2.1",
                                     "1:2::7:8",
                                     "1:2:3:4:5:6:192.0.2.1",
                                     "fe80::1%eth0",
                                     "1:2:3:4:5:6:7::",
                                     "64:ff9b::203.0.113.9",
                                     "::1.2.3.4",
                                     "2001:0db8:0000:0000:0000:0000:192.100.200.255",
                                     "::2:3:4:5:6:7:8",
                                     "1:2:3:4:5::1.2.3.4",
                                     ":1::",
                                     "1:2:3:4:5:6:7:1.2.3.4"};

#define MODELS (sizeof models / sizeof *models)

static bool judge(const char *text, size_t length, core_address *address) {
  char terminated[128];
  unsigned char bytes[16];
  if (length >= sizeof terminated || memchr(text, 0, length) != NULL) {
    return false;
  }
  memcpy(terminated, text, length);
  terminated[length] = 0;
  uint32_t ipv4;
  if (inet_pton(AF_INET, terminated, &ipv4) == 1) {
    *address = ipv4_address(__builtin_bswap32(ipv4));
    return true;
  }
  if (inet_pton(AF_INET6, terminated, bytes) != 1) {
    return false;
  }
  memcpy(address, bytes, sizeof bytes);
  *address = (core_address){__builtin_bswap64(address->high), __builtin_bswap64(address->low)};
  return true;
}

typedef bool parser(const char *text, size_t length, core_address *address);

static bool compare(const char *text, size_t length) {
  core_address expected = {1, 2}, found;
  bool good = judge(text, length, &expected);
  parser *parsers[] = {
    parse_address_portable,
#if HAS_VECTORS
    parse_address_avx2,
    parse_address_avx512
#endif
  };
  for (int i = 0; i <= (int)core_best_instructions(); i++) {
    found = (core_address){1, 2};
    if (parsers[i](text, length, &found) != good || found.high != expected.high ||
        found.low != expected.low) {
      fprintf(stderr, "parser %d on '%.*s'\n", i, (int)length, text);
      CHECK(false);
    }
  }
  return good;
}

/* Writes a model with up to three changes; returns its length, at most 90. */
static size_t mutate(char *text, random_source *random) {
  static const char alphabet[] = "0123456789abcdefABCDEFg:::...% /x-@G`";
  size_t length = strlen(strcpy(text, models[below(random, MODELS)]));
  for (uint32_t changes = below(random, 4); changes > 0; changes--) {
    size_t place = below(random, (uint32_t)length + 1);
    char letter = alphabet[below(random, sizeof alphabet - 1)];
    switch (below(random, 5)) {
    case 0:
      text[place] = letter;
      length += place == length;
      break;
    case 1:
      memmove(text + place, text + place + 1, length - place + 1);
      length -= place < length;
      break;
    case 2:
      text[place] = (char)next_random(random);
      length += place == length;
      break;
    case 3:
      length = strlen(strcpy(text + place, models[below(random, MODELS)])) + place;
      length = length > 80 ? 80 : length;
      break;
    default:
      memmove(text + place + 1, text + place, length - place + 1);
      text[place] = letter;
      length++;
    }
    text[length] = 0;
  }
  return length;
}

void test_address_text(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(pages != MAP_FAILED && mprotect(pages + page, page, PROT_NONE) == 0);
  char text[256];
  random_source random = {3};
  size_t accepted = 0, rounds = 400000;
  for (size_t round = 0; round < rounds; round++) {
    size_t length = mutate(text, &random);
    char *at_end = pages + page - length;
    memcpy(at_end, text, length);
    accepted += compare(at_end, length);
  }
  CHECK(accepted > rounds / 10 && accepted < rounds * 9 / 10);

  /* All four octets alike, every spelling of up to four digits. */
  for (int number = 0; number < 1200; number++) {
    for (int width = 1; width <= 4; width++) {
      int length = snprintf(text, sizeof text, "%0*d.%d.%0*d.%d", width, number, number % 256,
                            width, number, (number + 7) % 260);
      compare(text, (size_t)length);
    }
  }

  const char *texts[] = {"1.2.3.4", "nothing", "::2"};
  size_t lengths[] = {7, 7, 3};
  core_address addresses[3] = {{9, 9}, {9, 9}, {9, 9}};
  core_status statuses[3];
  CHECK(core_parse_addresses(texts, lengths, 3, addresses, statuses) == 2);
  CHECK(statuses[0] == CORE_OK && statuses[1] == CORE_BAD_ADDRESS && statuses[2] == CORE_OK);
  CHECK(addresses[0].low == 0xffff01020304 && addresses[1].high == 9 && addresses[2].low == 2);
  munmap(pages, 2 * page);
}
