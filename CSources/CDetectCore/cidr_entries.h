#ifndef CIDR_ENTRIES_H
#define CIDR_ENTRIES_H

#include "address.h"

/*
 * Prefixes as added. Ordered entries are sorted by network, a shorter prefix before its subnets,
 * IPv4 first; no two are equal; and each knows the nearest one around it:
 *
 *     10.0.0.0/8       no parent
 *     10.1.0.0/16      parent 0
 *     10.1.2.0/24      parent 1
 *     192.168.0.0/16   no parent
 */

#define NO_PARENT UINT32_MAX

struct entry {
  core_address network;
  uint32_t length;
  uint32_t parent; /* the index of the nearest entry around this one */
};

/* Orders entries in place, and returns how many are left without duplicates. */
size_t order_entries(struct entry *entries, size_t count);

bool entry_comes_before(const struct entry *a, const struct entry *b);

/* The parent of entries[index]; those before it know theirs already. */
uint32_t find_parent(const struct entry *entries, uint32_t index);

/* The merged range that begins with entries[*index] of ordered ones; moves *index behind it, and
 * is false at the end. */
bool merge_range(const struct entry *entries, uint32_t count, uint32_t *index, core_range *range);

static inline bool entry_contains(const struct entry *entry, core_address address) {
  return prefix_contains(entry->network, entry->length, address);
}

#endif
