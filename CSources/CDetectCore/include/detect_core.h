#ifndef DETECT_CORE_H
#define DETECT_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Sets of IP networks and of ports: built once, frozen, then read by any thread without a lock.
 *
 * Ownership and threads. A builder belongs to one thread; whoever created it frees it. A frozen set
 * is one block of memory without pointers: it never changes, may be copied, mapped or moved byte
 * for byte, and is freed by its owner, when its last reader is done, with the allocator it was
 * built with. Texts and arrays passed in are only borrowed for the call. There is no global state.
 * Every function that can fail returns a status and then leaves its output as it was; every array
 * may be empty, and then need not exist.
 */

typedef enum {
  CORE_OK = 0,
  CORE_NO_MEMORY,   /* the allocator returned NULL; the builder is as usable as before */
  CORE_BAD_ADDRESS, /* the text is not an IPv4 or IPv6 address */
  CORE_BAD_LENGTH,  /* a prefix length that is not a number, or over 32 (IPv4) or 128 (IPv6) */
  CORE_BAD_RANGE, /* a range of ports whose first is above its last; ranks out of order or bounds */
  CORE_TOO_MANY   /* more than CORE_MAX_PREFIXES prefixes, or than UINT32_MAX values */
} core_status;

/* NULL wherever an allocator is asked for means the C library's heap. */
typedef struct {
  void *(*allocate)(void *context, size_t size, size_t alignment); /* NULL: out of memory */
  void (*release)(void *context, void *block, size_t size);
  void *context;
} core_allocator;

/* The vector instructions a set uses, chosen when it is built: the best that the processor has,
 * unless told otherwise. Answers never depend on them. */
typedef enum { CORE_PORTABLE = 0, CORE_AVX2, CORE_AVX512, CORE_BEST = 255 } core_instructions;

/* The best of this processor; never CORE_BEST. */
core_instructions core_best_instructions(void);

/* ------------------------------------------------------------------------------------ addresses */

/* An address is a number of 128 bits. IPv4 a.b.c.d is ::ffff:a.b.c.d, hence one value with its
 * IPv4-mapped spelling. In order, all of IPv4 comes before all of IPv6. */
typedef struct {
  uint64_t high, low;
} core_address;

/* Both ends belong to the range; they are of one family. An IPv6 range that spans ::ffff:0:0/96
 * contains none of IPv4. */
typedef struct {
  core_address first, last;
} core_range;

/* The length counts in 128 bits: an IPv4 /8 has length 104, and ::ffff:0:0/96 is 0.0.0.0/0. */
typedef struct {
  core_address network;
  uint8_t length;
} core_prefix;

/* Exactly the language of inet_pton, of `length` bytes without a terminator: no leading zero in an
 * octet, no zone, no port, no brackets, no blanks. */
core_status core_parse_address(const char *text, size_t length, core_address *address);

/* Every text as above; statuses[i] answers for texts[i], and addresses[i] is set where it is
 * CORE_OK. Returns how many are. */
size_t core_parse_addresses(const char *const *texts, const size_t *lengths, size_t count,
                            core_address *addresses, core_status *statuses);

/* `address/length`, or a bare address for the network of that one address. Host bits are masked. */
core_status core_parse_prefix(const char *text, size_t length, core_prefix *prefix);

/* Clears the host bits; CORE_BAD_LENGTH when the length is over 128. */
core_status core_mask_prefix(core_prefix *prefix);

/* --------------------------------------------------------------------------------- CIDR set */

typedef struct core_cidr_builder core_cidr_builder;
typedef struct core_cidr_set core_cidr_set;

/* Room for a full routing table of one million; keeps the indices and the size of a frozen set
 * within 32 bits. */
enum { CORE_MAX_PREFIXES = 1 << 20 };

typedef struct {
  core_instructions instructions;
  bool keeps_prefixes; /* for core_cidr_set_longest_match; 24 bytes each */
} core_cidr_options;

core_status core_cidr_builder_create(const core_allocator *allocator, core_cidr_builder **builder);
core_status core_cidr_builder_add(core_cidr_builder *builder, const core_prefix *prefixes,
                                  size_t count); /* all of them or none; masks host bits */
/* A snapshot; no options mean the best instructions and no prefixes. */
core_status core_cidr_builder_freeze(core_cidr_builder *builder, const core_cidr_options *options,
                                     core_cidr_set **set);
void core_cidr_builder_free(core_cidr_builder *builder);
void core_cidr_set_free(core_cidr_set *set, const core_allocator *allocator);

bool core_cidr_set_contains(const core_cidr_set *set, core_address address);
/* Bit i % 64 of bits[i / 64] answers for addresses[i]; the bits after the last are zero. */
void core_cidr_set_contains_many(const core_cidr_set *set, const core_address *addresses,
                                 size_t count, uint64_t *bits);
/* The same for addresses[i] in sets[i], for sets that are not in the cache: memory is asked for
 * many visits ahead. */
void core_cidr_set_contains_pairs(const core_cidr_set *const *sets, const core_address *addresses,
                                  size_t count, uint64_t *bits);
/* The index of the first address outside (inside) the set, or `count` when there is none. */
size_t core_cidr_set_first_outside(const core_cidr_set *set, const core_address *addresses,
                                   size_t count);
size_t core_cidr_set_first_inside(const core_cidr_set *set, const core_address *addresses,
                                  size_t count);
/* The longest of the prefixes, as added, that contains the address; false when none does, and
 * always of a set that did not keep them. */
bool core_cidr_set_longest_match(const core_cidr_set *set, core_address address,
                                 core_prefix *prefix);

/* Ranges in order, parted by a gap or by the end of IPv4; start with a cursor of zeros; false after
 * the last. */
typedef struct {
  uint64_t ipv4;
  uint32_t high, low;
} core_cursor;
bool core_cidr_set_next_range(const core_cidr_set *set, core_cursor *cursor, core_range *range);
/* Whether both hold the same addresses, whatever prefixes they were built from. */
bool core_cidr_set_equal(const core_cidr_set *a, const core_cidr_set *b);
size_t core_cidr_set_size(const core_cidr_set *set); /* of the block, in bytes */
/* Whether a block from elsewhere, aligned to 8, is a set on which every call above is safe and
 * right; if not, *reason says why. A set is native: it does not travel between byte orders, nor to
 * a processor without its instructions. */
bool core_cidr_set_validate(const void *block, size_t size, const char **reason);

/* ---------------------------------------------------------------------------------- port set */

typedef struct core_port_set core_port_set;

typedef struct {
  uint16_t first, last; /* both included */
} core_port_range;

core_status core_port_set_build(const core_allocator *allocator, const core_port_range *ranges,
                                size_t count, core_instructions instructions, core_port_set **set);
void core_port_set_free(core_port_set *set, const core_allocator *allocator);

/* Each as its namesake above. */
bool core_port_set_contains(const core_port_set *set, uint16_t port);
void core_port_set_contains_many(const core_port_set *set, const uint16_t *ports, size_t count,
                                 uint64_t *bits);
size_t core_port_set_first_outside(const core_port_set *set, const uint16_t *ports, size_t count);
size_t core_port_set_first_inside(const core_port_set *set, const uint16_t *ports, size_t count);
bool core_port_set_next_range(const core_port_set *set, uint32_t *cursor, core_port_range *range);
bool core_port_set_equal(const core_port_set *a, const core_port_set *b);
size_t core_port_set_size(const core_port_set *set);
bool core_port_set_validate(const void *block, size_t size, const char **reason);

/* -------------------------------------------------------------------------------------- ranks */

/* selected[i] = the value that sorting would put at index ranks[i], exactly; the ranks ascend and
 * are below `count`. Memory for the call: 0.15 MB, and 16 bytes for each value that shares the
 * upper eight bits of a selected one. At most UINT32_MAX values. */
core_status core_select_ranks(const core_allocator *allocator, const int64_t *values, size_t count,
                              const size_t *ranks, size_t rank_count, int64_t *selected);

#endif
