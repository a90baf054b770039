/*
 * Many addresses in as many sets; belongs to cidr_search.h. Most sets are not in the cache, so each
 * step of a visit asks for the line that its next step reads, and all visits of a chunk take a step
 * before any takes the next. Headers are asked for a chunk ahead.
 */

STEP void ask_for(const void *line) { __builtin_prefetch(line, 0, 3); }

STEP void ask_for_header(const core_cidr_set *set, core_address address) {
  ask_for(set);
  if (!is_ipv4(address)) {
    ask_for(line_of(set, 1));
    ask_for(line_of(set, 2));
    ask_for(line_of(set, 3));
  }
}

#define ONES_16 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255

/* Where a visit is that has come to its end: no boundary of this node is before any key, and the
 * child keeps the parity it has. */
static const _Alignas(64) unsigned char nowhere[2 * LINE] = {ONES_16, ONES_16, ONES_16, ONES_16,
                                                             ONES_16, ONES_16, ONES_16, ONES_16};

/* ------------------------------------------------------------------------------------------ IPv4
 */

STEP const unsigned char *ipv4_node(const core_cidr_set *set, uint32_t level, uint32_t child) {
  uint32_t starts[MAX_LEVELS + 1] = {0};
  if (level > 0) {
    level_starts(set->ipv4_count, IPV4_NODE, set->ipv4_levels, starts);
  }
  return line_of(set, (size_t)set->ipv4_line + starts[level] + child);
}

STEP uint64_t visit_ipv4(const core_cidr_set *const *sets, const uint32_t *keys) {
  const unsigned char *nodes[CHUNK];
  uint32_t child[CHUNK];
  uint64_t starts = 0;
  uint32_t deepest = 0;
  for (uint32_t i = 0; i < CHUNK; i++) {
    const core_cidr_set *set = sets[i];
    uint32_t levels = set->ipv4_levels;
    child[i] = count32_root(set, keys[i]);
    nodes[i] = levels > 0 ? ipv4_node(set, 0, child[i]) : nowhere;
    ask_for(nodes[i]);
    if (set->flags & IPV4_IS_TRIE) {
      child[i] = trie_contains(trie_of(set), keys[i]);
    }
    starts |= (uint64_t)(set->flags & STARTS_IN_IPV4) << i;
    deepest = levels > deepest ? levels : deepest;
  }
  for (uint32_t level = 0; level < deepest; level++) {
    for (uint32_t i = 0; i < CHUNK && level > 0; i++) {
      bool ends = level >= sets[i]->ipv4_levels;
      nodes[i] = ends ? nowhere : ipv4_node(sets[i], level, child[i]);
      ask_for(nodes[i]);
    }
    visit32(nodes, keys, child);
  }
  return lowest_bits(child) ^ starts;
}

/* ------------------------------------------------------------------------------------------ IPv6
 */

STEP const unsigned char *high_node(const core_cidr_set *set, uint32_t level, uint32_t child) {
  const struct ipv6_root *root = ipv6_root_of(set);
  uint32_t starts[MAX_LEVELS + 1] = {0};
  if (level > 0) {
    level_starts(root->high_count, IPV6_NODE, root->high_levels, starts);
  }
  return line_of(set, (size_t)high_line(root) + starts[level] + child);
}

STEP const unsigned char *low_node(const core_cidr_set *set, uint32_t level, uint32_t child) {
  const struct ipv6_root *root = ipv6_root_of(set);
  uint32_t starts[MAX_LEVELS + 1] = {0};
  if (level > 0) {
    level_starts(root->low_count, IPV6_NODE, root->low_levels, starts);
  }
  return line_of(set, root->low_line + 2 * ((size_t)starts[level] + child));
}

/* How many levels below its root the set has for IPv6; both trees are empty where there is none. */
STEP uint32_t high_levels_of(const core_cidr_set *set) {
  return set->flags & HAS_IPV6 ? ipv6_root_of(set)->high_levels : 0;
}

STEP bool has_low(const core_cidr_set *set) {
  return set->flags & HAS_IPV6 && ipv6_root_of(set)->low_count > 0;
}

STEP uint64_t visit_high(const core_cidr_set *const *sets, const struct halves *halves) {
  const unsigned char *nodes[CHUNK];
  uint32_t child[CHUNK] = {0};
  uint64_t starts = 0;
  uint32_t deepest = 0;
  for (uint32_t i = 0; i < CHUNK; i++) {
    const core_cidr_set *set = sets[i];
    uint32_t levels = high_levels_of(set);
    if (set->flags & HAS_IPV6) {
      child[i] = count_high_root(set, ipv6_root_of(set), halves->high[i]);
    }
    nodes[i] = levels > 0 ? high_node(set, 0, child[i]) : nowhere;
    ask_for(nodes[i]);
    starts |= (uint64_t)(set->flags / STARTS_IN_HIGH & 1) << i;
    deepest = levels > deepest ? levels : deepest;
  }
  for (uint32_t level = 0; level < deepest; level++) {
    for (uint32_t i = 0; i < CHUNK && level > 0; i++) {
      bool ends = level >= high_levels_of(sets[i]);
      nodes[i] = ends ? nowhere : high_node(sets[i], level, child[i]);
      ask_for(nodes[i]);
    }
    visit64(nodes, halves->high, child);
  }
  return lowest_bits(child) ^ starts;
}

STEP uint64_t visit_low(const core_cidr_set *const *sets, const struct halves *halves) {
  const unsigned char *nodes[CHUNK];
  uint32_t child[CHUNK] = {0};
  uint64_t starts = 0;
  uint32_t deepest = 0;
  for (uint32_t i = 0; i < CHUNK; i++) {
    const core_cidr_set *set = sets[i];
    uint32_t levels = has_low(set) ? ipv6_root_of(set)->low_levels : 0;
    if (has_low(set)) {
      const unsigned char *line = line_of(set, low_root_line(ipv6_root_of(set)));
      child[i] = count128(line, halves->high[i], halves->low[i]);
    }
    nodes[i] = levels > 0 ? low_node(set, 0, child[i]) : nowhere;
    ask_for(nodes[i]);
    ask_for(nodes[i] + LINE);
    starts |= (uint64_t)(set->flags / STARTS_IN_LOW & 1) << i;
    deepest = levels > deepest ? levels : deepest;
  }
  for (uint32_t level = 0; level < deepest; level++) {
    for (uint32_t i = 0; i < CHUNK && level > 0; i++) {
      bool ends = !has_low(sets[i]) || level >= ipv6_root_of(sets[i])->low_levels;
      nodes[i] = ends ? nowhere : low_node(sets[i], level, child[i]);
      ask_for(nodes[i]);
      ask_for(nodes[i] + LINE);
    }
    visit128(nodes, halves->high, halves->low, child);
  }
  return lowest_bits(child) ^ starts;
}

STEP uint64_t visit_ipv6(const core_cidr_set *const *sets, const struct halves *halves) {
  return visit_high(sets, halves) | visit_low(sets, halves);
}

/* ----------------------------------------------------------------------------------------- both */

/* There is at least one of each family, whose first visit fills its chunk up. */
STEP uint64_t visit_both(const core_cidr_set *const *sets, const core_address *addresses) {
  const core_cidr_set *ipv4_sets[CHUNK], *ipv6_sets[CHUNK];
  uint32_t keys[CHUNK];
  struct halves halves;
  uint32_t ipv4_count = 0, ipv6_count = 0;
  uint64_t ipv4_places = 0;
  for (uint32_t i = 0; i < CHUNK; i++) {
    if (is_ipv4(addresses[i])) {
      ipv4_places |= (uint64_t)1 << i;
      ipv4_sets[ipv4_count] = sets[i];
      keys[ipv4_count++] = ipv4_key(addresses[i]);
    } else {
      ipv6_sets[ipv6_count] = sets[i];
      halves.high[ipv6_count] = addresses[i].high;
      halves.low[ipv6_count++] = addresses[i].low;
    }
  }
  for (uint32_t i = ipv4_count; i < CHUNK; i++) {
    ipv4_sets[i] = ipv4_sets[0];
    keys[i] = keys[0];
  }
  for (uint32_t i = ipv6_count; i < CHUNK; i++) {
    ipv6_sets[i] = ipv6_sets[0];
    halves.high[i] = halves.high[0];
    halves.low[i] = halves.low[0];
  }
  return spread(visit_ipv4(ipv4_sets, keys), ipv4_places) |
         spread(visit_ipv6(ipv6_sets, &halves), ~ipv4_places);
}

STEP uint64_t visit_chunk(const core_cidr_set *const *sets, const core_address *addresses) {
  uint32_t keys[CHUNK];
  struct halves halves;
  if (read_ipv4(addresses, keys)) {
    return visit_ipv4(sets, keys);
  }
  if (read_ipv6(addresses, &halves)) {
    return visit_ipv6(sets, &halves);
  }
  return visit_both(sets, addresses);
}

TARGET void SEARCH(contains_pairs)(const core_cidr_set *const *sets, const core_address *addresses,
                                   size_t count, uint64_t *bits) {
  for (size_t i = 0; i < count && i < CHUNK; i++) {
    ask_for_header(sets[i], addresses[i]);
  }
  for (size_t begin = 0; begin < count; begin += CHUNK) {
    size_t left = count - begin;
    for (size_t i = CHUNK; i < left && i < 2 * CHUNK; i++) {
      ask_for_header(sets[begin + i], addresses[begin + i]);
    }
    if (left >= CHUNK) {
      bits[begin / CHUNK] = visit_chunk(sets + begin, addresses + begin);
      continue;
    }
    const core_cidr_set *padded_sets[CHUNK];
    core_address padded[CHUNK];
    for (uint32_t i = 0; i < CHUNK; i++) {
      padded_sets[i] = sets[begin + (i < left ? i : 0)];
      padded[i] = addresses[begin + (i < left ? i : 0)];
    }
    bits[begin / CHUNK] = visit_chunk(padded_sets, padded) & UINT64_MAX >> (CHUNK - left);
  }
}
