#include "bench.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <unistd.h>

/*
 * libmaxminddb reads files, so this writes one: a binary trie whose nodes are two records of 32
 * bits, then 16 zero bytes, data, and a map that describes the rest.
 *
 *     record   < nodes: a node       = nodes: nothing       > nodes: data at record − nodes − 16
 */

#define RECORD_BITS 32
#define VALUE_BYTES 2

struct trie {
  uint32_t (*nodes)[2];
  uint32_t count, capacity;
  int depth; /* the bits of an address */
};

/* Records while the number of nodes is not known. */
enum { NOTHING = UINT32_MAX, VALUE = UINT32_MAX - 1 };

static uint32_t add_node(struct trie *trie) {
  if (trie->count == trie->capacity) {
    trie->capacity = 2 * trie->capacity + 1024;
    trie->nodes = realloc(trie->nodes, trie->capacity * sizeof *trie->nodes);
  }
  trie->nodes[trie->count][0] = trie->nodes[trie->count][1] = NOTHING;
  return trie->count++;
}

static void add_to_trie(void *context, core_address network, int length) {
  struct trie *trie = context;
  uint32_t node = 0;
  for (int bit = 128 - trie->depth; bit < length; bit++) {
    uint64_t half = bit < 64 ? network.high : network.low;
    uint32_t *record = &trie->nodes[node][half >> (63 - bit % 64) & 1];
    if (bit == length - 1) {
      *record = VALUE;
    } else if (*record == NOTHING) {
      uint32_t added = add_node(trie);
      trie->nodes[node][half >> (63 - bit % 64) & 1] = added;
      node = added;
    } else {
      node = *record;
    }
  }
}

/* Numbers are written big-endian, as many bytes as are asked for. */
static void write_number(FILE *file, uint64_t number, int bytes) {
  for (int i = bytes - 1; i >= 0; i--) {
    fputc((int)(number >> 8 * i & 255), file);
  }
}

static void write_text(FILE *file, const char *text) {
  fprintf(file, "%c%s", (int)(2 << 5 | strlen(text)), text);
}

/* A member of the map; the type of the format is 5 or 6 for numbers of 16 or 32 bits. */
static void write_member(FILE *file, const char *name, int type, uint32_t number) {
  int bytes = type == 5 ? 2 : 4;
  write_text(file, name);
  fputc(type << 5 | bytes, file);
  write_number(file, number, bytes);
}

static void write_description(FILE *file, const struct trie *trie) {
  fputs("\xab\xcd\xefMaxMind.com", file);
  fputc(7 << 5 | 9, file); /* a map of 9 */
  write_member(file, "binary_format_major_version", 5, 2);
  write_member(file, "binary_format_minor_version", 5, 0);
  write_member(file, "node_count", 6, trie->count);
  write_member(file, "record_size", 5, RECORD_BITS);
  write_member(file, "ip_version", 5, trie->depth == 32 ? 4 : 6);
  write_text(file, "build_epoch");
  fputs("\x08\x02", file); /* 8 bytes of a number of 64 bits */
  write_number(file, 1, 8);
  write_text(file, "database_type");
  write_text(file, "set");
  write_text(file, "description");
  fputc(7 << 5, file);
  write_text(file, "languages");
  write_number(file, 0x0004, 2); /* an array of none */
}

static void write_trie(FILE *file, const struct trie *trie) {
  for (uint32_t i = 0; i < 2 * trie->count; i++) {
    uint32_t record = trie->nodes[i / 2][i % 2];
    uint32_t number = record == NOTHING ? trie->count : record == VALUE ? trie->count + 16 : record;
    write_number(file, number, 4);
  }
  write_number(file, 0, 8);
  write_number(file, 0, 8);
  write_number(file, 0x0107, VALUE_BYTES); /* true */
  write_description(file, trie);
}

struct mmdb_call {
  MMDB_s database;
  struct sockaddr_in6 *keys;
  size_t count;
  uint64_t inside;
};

static void look_up(void *context) {
  struct mmdb_call *call = context;
  uint64_t inside = 0;
  int error;
  for (size_t i = 0; i < call->count; i++) {
    const struct sockaddr *key = (const struct sockaddr *)&call->keys[i];
    inside += MMDB_lookup_sockaddr(&call->database, key, &error).found_entry;
  }
  call->inside = inside;
}

static struct sockaddr_in6 to_key(enum family family, core_address address) {
  struct sockaddr_in6 key = {.sin6_family = AF_INET6};
  uint64_t halves[] = {__builtin_bswap64(address.high), __builtin_bswap64(address.low)};
  memcpy(&key.sin6_addr, halves, sizeof halves);
  if (family == IPV4) {
    struct sockaddr_in ipv4 = {.sin_family = AF_INET,
                               .sin_addr.s_addr = __builtin_bswap32((uint32_t)address.low)};
    memcpy(&key, &ipv4, sizeof ipv4);
  }
  return key;
}

double measure_mmdb(enum family family, const struct oracle *oracle, const core_address *addresses,
                    size_t count) {
  struct trie trie = {.depth = family == IPV4 ? 32 : 128};
  add_node(&trie);
  each_prefix(oracle, add_to_trie, &trie);
  char path[] = "/tmp/bench-core-XXXXXX";
  FILE *file = fdopen(mkstemp(path), "w");
  REQUIRE(file != NULL);
  write_trie(file, &trie);
  REQUIRE(fclose(file) == 0);
  free(trie.nodes);

  struct mmdb_call call = {.keys = malloc(count * sizeof *call.keys), .count = count};
  REQUIRE(MMDB_open(path, MMDB_MODE_MMAP, &call.database) == MMDB_SUCCESS);
  for (size_t i = 0; i < count; i++) {
    call.keys[i] = to_key(family, addresses[i]);
  }
  double time = measure(look_up, &call, count);
  uint64_t expected = 0;
  for (size_t i = 0; i < count; i++) {
    expected += oracle_contains(oracle, addresses[i]);
  }
  REQUIRE(call.inside == expected);
  MMDB_close(&call.database);
  unlink(path);
  free(call.keys);
  return time;
}
