#include "bench.h"

#include "../../../CSources/CDetectCore/address_text.h"

#include <arpa/inet.h>

/* Texts to addresses, against inet_pton, which is told the family. */

enum { TEXTS = 16384 };

struct texts {
  char texts[TEXTS][48];
  const char *pointers[TEXTS];
  size_t lengths[TEXTS];
  core_address addresses[TEXTS];
  core_status statuses[TEXTS];
  unsigned char bytes[TEXTS][16];
  bool (*parse)(const char *text, size_t length, core_address *address);
  int family;
  size_t parsed;
};

static void parse_batch(void *context) {
  struct texts *texts = context;
  texts->parsed = core_parse_addresses(texts->pointers, texts->lengths, TEXTS, texts->addresses,
                                       texts->statuses);
}

static void parse_each(void *context) {
  struct texts *texts = context;
  size_t parsed = 0;
  for (size_t i = 0; i < TEXTS; i++) {
    parsed += texts->parse(texts->pointers[i], texts->lengths[i], &texts->addresses[i]);
  }
  texts->parsed = parsed;
}

static void parse_glibc(void *context) {
  struct texts *texts = context;
  size_t parsed = 0;
  for (size_t i = 0; i < TEXTS; i++) {
    parsed += inet_pton(texts->family, texts->texts[i], texts->bytes[i]) == 1;
  }
  texts->parsed = parsed;
}

static void check(const struct texts *texts) {
  REQUIRE(texts->parsed == TEXTS);
  for (size_t i = 0; i < TEXTS; i++) {
    unsigned char bytes[16];
    uint64_t halves[] = {__builtin_bswap64(texts->addresses[i].high),
                         __builtin_bswap64(texts->addresses[i].low)};
    memcpy(bytes, halves, sizeof bytes);
    REQUIRE(memcmp(texts->family == AF_INET ? bytes + 12 : bytes, texts->bytes[i],
                   texts->family == AF_INET ? 4 : 16) == 0);
  }
}

/* Random addresses as the C library writes them, IPv6 with a run of zeros. */
static void write_texts(struct texts *texts, int family) {
  random_source random = {(uint64_t)family};
  texts->family = family;
  for (size_t i = 0; i < TEXTS; i++) {
    unsigned char bytes[16] = {0x20, 0x01, 0x0d, 0xb8};
    for (size_t j = family == AF_INET ? 0 : 4; j < 16; j++) {
      bytes[j] = (unsigned char)next_random(&random);
    }
    if (family == AF_INET6) {
      size_t zeros = 2 + below(&random, 4);
      memset(bytes + 4 + 2 * below(&random, (uint32_t)(7 - zeros)), 0, 2 * zeros);
    }
    REQUIRE(inet_ntop(family, bytes, texts->texts[i], sizeof texts->texts[i]) != NULL);
    texts->pointers[i] = texts->texts[i];
    texts->lengths[i] = strlen(texts->texts[i]);
  }
}

static void bench_family(struct texts *texts, int family) {
  write_texts(texts, family);
  double peer = measure(parse_glibc, texts, TEXTS);
  REQUIRE(texts->parsed == TEXTS);
  struct ours ours = {0};
  texts->parse = parse_address_portable;
  ours.portable = measure(parse_each, texts, TEXTS);
  check(texts);
#if HAS_VECTORS
  if (core_best_instructions() >= CORE_AVX2) {
    texts->parse = parse_address_avx2;
    ours.avx2 = measure(parse_each, texts, TEXTS);
    check(texts);
  }
#endif
  double batch = measure(parse_batch, texts, TEXTS);
  check(texts);
  if (core_best_instructions() == CORE_AVX512) {
    ours.avx512 = batch;
  } else if (core_best_instructions() == CORE_AVX2) {
    ours.avx2 = batch;
  }
  char others[80];
  snprintf(others, sizeof others, "inet_pton %.1f", peer);
  bool ipv4 = family == AF_INET;
  print_row(ipv4 ? "text to IPv4" : "text to compressed IPv6", ours, others, best_of(ours),
            peer / (ipv4 ? 4 : 7), ipv4 ? "1/4 of inet_pton" : "1/7 of inet_pton");
}

void bench_text(void) {
  struct texts *texts = malloc(sizeof *texts);
  bench_family(texts, AF_INET);
  bench_family(texts, AF_INET6);
  free(texts);
}
