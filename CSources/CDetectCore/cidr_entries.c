#include "cidr_entries.h"

/* Puts prefixes in order, and reads ordered ones. */

bool entry_comes_before(const struct entry *a, const struct entry *b) {
  if (!same_address(a->network, b->network)) {
    return precedes(a->network, b->network);
  }
  return a->length < b->length;
}

uint32_t find_parent(const struct entry *entries, uint32_t index) {
  uint32_t candidate = index == 0 ? NO_PARENT : index - 1;
  while (candidate != NO_PARENT && !entry_contains(&entries[candidate], entries[index].network)) {
    candidate = entries[candidate].parent;
  }
  return candidate;
}

bool merge_range(const struct entry *entries, uint32_t count, uint32_t *index, core_range *range) {
  if (*index == count) {
    return false;
  }
  *range = range_of(entries[*index].network, entries[*index].length);
  while (++*index < count) {
    core_range next = range_of(entries[*index].network, entries[*index].length);
    bool nested = !precedes(range->last, next.first);
    if (nested) {
      continue;
    }
    if (!touches(range->last, next.first)) {
      break;
    }
    range->last = next.last;
  }
  return true;
}

/* Below this many an insertion sort is faster than counting. */
#define COUNTED 32

static void insertion_sort(struct entry *entries, size_t count) {
  for (size_t i = 1; i < count; i++) {
    struct entry entry = entries[i];
    size_t place = i;
    for (; place > 0 && entry_comes_before(&entry, &entries[place - 1]); place--) {
      entries[place] = entries[place - 1];
    }
    entries[place] = entry;
  }
}

/* The bytes by which entries of a family are in order: those of the network, then the length. */
#define LENGTH_BYTE 16u

static uint32_t byte_of(const struct entry *entry, uint32_t index) {
  if (index == LENGTH_BYTE) {
    return entry->length;
  }
  uint64_t half = index < 8 ? entry->network.high : entry->network.low;
  return half >> (56 - index % 8 * 8) & 255;
}

/* The first byte in which not all are equal; the length if there is none before. */
static uint32_t first_differing_byte(const struct entry *entries, uint32_t count) {
  core_address first = entries[0].network;
  uint64_t high = 0, low = 0;
  for (uint32_t i = 1; i < count; i++) {
    high |= entries[i].network.high ^ first.high;
    low |= entries[i].network.low ^ first.low;
  }
  if (high != 0) {
    return (uint32_t)__builtin_clzll(high) / 8;
  }
  return low != 0 ? 8 + (uint32_t)__builtin_clzll(low) / 8 : LENGTH_BYTE;
}

/* Moves the entries of each byte to their bucket, which ends before ends[byte]; begins[byte] is
 * where it begins, and where it ends afterwards. */
static void distribute(struct entry *entries, uint32_t index, uint32_t *begins,
                       const uint32_t *ends) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    while (begins[byte] < ends[byte]) {
      struct entry entry = entries[begins[byte]];
      for (uint32_t home = byte_of(&entry, index); home != byte; home = byte_of(&entry, index)) {
        struct entry displaced = entries[begins[home]];
        entries[begins[home]++] = entry;
        entry = displaced;
      }
      entries[begins[byte]++] = entry;
    }
  }
}

/* A radix sort from the first byte that tells them apart: in place, so that freezing needs no
 * memory but the block, and linear, whatever is in the list. At most 17 deep. */
static void sort_by_bytes(struct entry *entries, uint32_t count) {
  if (count <= COUNTED) {
    insertion_sort(entries, count);
    return;
  }
  uint32_t index = first_differing_byte(entries, count);
  uint32_t begins[256] = {0}, ends[256];
  for (uint32_t i = 0; i < count; i++) {
    begins[byte_of(&entries[i], index)]++;
  }
  uint32_t end = 0;
  for (uint32_t byte = 0; byte < 256; byte++) {
    end += begins[byte];
    begins[byte] = end - begins[byte];
    ends[byte] = end;
  }
  distribute(entries, index, begins, ends);
  for (uint32_t byte = 0; byte < 256 && index < LENGTH_BYTE; byte++) {
    uint32_t begin = byte == 0 ? 0 : ends[byte - 1];
    sort_by_bytes(entries + begin, ends[byte] - begin);
  }
}

/* IPv4 first. */
static void sort(struct entry *entries, size_t count) {
  size_t ipv4_count = 0;
  for (size_t i = 0; i < count; i++) {
    struct entry entry = entries[i];
    entries[i] = entries[ipv4_count];
    entries[ipv4_count] = entry;
    ipv4_count += is_ipv4(entry.network);
  }
  sort_by_bytes(entries, (uint32_t)ipv4_count);
  sort_by_bytes(entries + ipv4_count, (uint32_t)(count - ipv4_count));
}

static size_t remove_duplicates(struct entry *entries, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (kept == 0 || entry_comes_before(&entries[kept - 1], &entries[i])) {
      entries[kept++] = entries[i];
    }
  }
  return kept;
}

size_t order_entries(struct entry *entries, size_t count) {
  sort(entries, count);
  size_t kept = remove_duplicates(entries, count);
  for (uint32_t i = 0; i < kept; i++) {
    entries[i].parent = find_parent(entries, i);
  }
  return kept;
}
