/*
 * Many addresses in one set; belongs to cidr_search.h. They go through the levels abreast: all take
 * one step before any takes the next, so that the waits for memory overlap.
 */

/* Fewer are looked up one by one. */
#define WORTH_A_CHUNK 32u

/* The keys of addresses that are all IPv4, or false. */
STEP bool read_ipv4(const core_address *addresses, uint32_t keys[CHUNK]) {
  uint64_t others = 0;
  for (uint32_t i = 0; i < CHUNK; i++) {
    others |= addresses[i].high | (addresses[i].low >> IPV4_BITS ^ 0xffff);
    keys[i] = ipv4_key(addresses[i]);
  }
  return others == 0;
}

/* Addresses half by half. */
struct halves {
  uint64_t high[CHUNK], low[CHUNK];
};

/* Of addresses that are all IPv6, or false. */
STEP bool read_ipv6(const core_address *addresses, struct halves *halves) {
  uint64_t ipv4_count = 0;
  for (uint32_t i = 0; i < CHUNK; i++) {
    halves->high[i] = addresses[i].high;
    halves->low[i] = addresses[i].low;
    ipv4_count += (addresses[i].high | (addresses[i].low >> IPV4_BITS ^ 0xffff)) == 0;
  }
  return ipv4_count == 0;
}

STEP uint64_t chunk_in_ipv4(const core_cidr_set *set, const uint32_t keys[CHUNK]) {
  uint32_t child[CHUNK];
  uint32_t starts[MAX_LEVELS + 1];
  level_starts(set->ipv4_count, IPV4_NODE, set->ipv4_levels, starts);
  enter32(set->ipv4_root, root_count(set->ipv4_count, IPV4_NODE, set->ipv4_levels), keys, child);
  for (uint32_t level = 0; level < set->ipv4_levels; level++) {
    descend32(line_of(set, (size_t)set->ipv4_line + starts[level]), keys, child);
  }
  return set->flags & STARTS_IN_IPV4 ? ~lowest_bits(child) : lowest_bits(child);
}

STEP uint64_t chunk_in_trie(const core_cidr_set *set, const uint32_t keys[CHUNK]) {
  struct trie trie = trie_of(set);
  uint64_t bits = 0;
  for (uint32_t i = 0; i < CHUNK; i++) {
    bits |= (uint64_t)trie_contains(trie, keys[i]) << i;
  }
  return bits;
}

STEP uint64_t chunk_in_high(const core_cidr_set *set, const struct ipv6_root *root,
                            const struct halves *halves) {
  uint32_t child[CHUNK];
  uint32_t starts[MAX_LEVELS + 1];
  uint32_t levels = root->high_levels;
  level_starts(root->high_count, IPV6_NODE, levels, starts);
  enter64(root->high_root, root_count(root->high_count, IPV6_NODE, levels), halves->high, child);
  for (uint32_t level = 0; level < levels; level++) {
    descend64(line_of(set, (size_t)high_line(root) + starts[level]), halves->high, child);
  }
  return set->flags & STARTS_IN_HIGH ? ~lowest_bits(child) : lowest_bits(child);
}

/* Of the first `count` only. */
STEP uint64_t chunk_in_low(const core_cidr_set *set, const struct ipv6_root *root,
                           const struct halves *halves, uint32_t count) {
  uint32_t child[CHUNK] = {0};
  uint32_t starts[MAX_LEVELS + 1];
  level_starts(root->low_count, IPV6_NODE, root->low_levels, starts);
  enter128(line_of(set, low_root_line(root)), halves->high, halves->low, child, count);
  for (uint32_t level = 0; level < root->low_levels; level++) {
    const unsigned char *nodes = line_of(set, root->low_line + 2 * (size_t)starts[level]);
    descend128(nodes, halves->high, halves->low, child, count);
  }
  return set->flags & STARTS_IN_LOW ? ~lowest_bits(child) : lowest_bits(child);
}

/* Only who is outside the high tree is looked for in the low one. */
STEP uint64_t chunk_in_ipv6(const core_cidr_set *set, struct halves *halves) {
  if (!(set->flags & HAS_IPV6)) {
    return 0;
  }
  const struct ipv6_root *root = ipv6_root_of(set);
  uint64_t inside = chunk_in_high(set, root, halves);
  if (root->low_count == 0 || inside == UINT64_MAX) {
    return inside;
  }
  uint32_t count = (uint32_t)__builtin_popcountll(~inside);
  move_to_front(halves->high, ~inside);
  move_to_front(halves->low, ~inside);
  return inside | spread(chunk_in_low(set, root, halves, count), ~inside);
}

STEP uint64_t one_by_one(const core_cidr_set *set, const core_address *addresses, uint32_t count) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < count; i++) {
    bits |= (uint64_t)set_contains(set, addresses[i]) << i;
  }
  return bits;
}

STEP uint64_t chunk_in_set(const core_cidr_set *set, const core_address *addresses) {
  uint32_t keys[CHUNK];
  struct halves halves;
  if (read_ipv4(addresses, keys)) {
    return set->flags & IPV4_IS_TRIE ? chunk_in_trie(set, keys) : chunk_in_ipv4(set, keys);
  }
  if (read_ipv6(addresses, &halves)) {
    return chunk_in_ipv6(set, &halves);
  }
  return one_by_one(set, addresses, CHUNK);
}

/* Up to a chunk; what is missing repeats the first address, so that it changes no family. */
STEP uint64_t some_in_set(const core_cidr_set *set, const core_address *addresses, size_t count) {
  if (count >= CHUNK) {
    return chunk_in_set(set, addresses);
  }
  if (count < WORTH_A_CHUNK) {
    return one_by_one(set, addresses, (uint32_t)count);
  }
  core_address padded[CHUNK];
  for (uint32_t i = 0; i < CHUNK; i++) {
    padded[i] = addresses[i < count ? i : 0];
  }
  return chunk_in_set(set, padded) & UINT64_MAX >> (CHUNK - count);
}

TARGET void SEARCH(contains_many)(const core_cidr_set *set, const core_address *addresses,
                                  size_t count, uint64_t *bits) {
  for (size_t i = 0; i < count; i += CHUNK) {
    bits[i / CHUNK] = some_in_set(set, addresses + i, count - i);
  }
}

/* The first address whose containment is `inside`, or count. */
TARGET size_t SEARCH(find_first)(const core_cidr_set *set, const core_address *addresses,
                                 size_t count, bool inside) {
  size_t i = 0;
  for (; i < count && count - i >= WORTH_A_CHUNK; i += CHUNK) {
    uint64_t wanted = some_in_set(set, addresses + i, count - i) ^ (inside ? 0 : UINT64_MAX);
    uint64_t present = count - i < CHUNK ? ((uint64_t)1 << (count - i)) - 1 : UINT64_MAX;
    if ((wanted & present) != 0) {
      return i + (size_t)__builtin_ctzll(wanted & present);
    }
  }
  while (i < count && set_contains(set, addresses[i]) != inside) {
    i++;
  }
  return i < count ? i : count;
}
