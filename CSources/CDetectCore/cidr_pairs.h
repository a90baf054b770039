/*
 * Many addresses in as many sets; belongs to cidr_search.h. Most sets are not in the cache, so each
 * step of a visit asks for the line that its next step reads, and 64 visits take a step before any
 * takes the next. Headers are asked for 64 visits ahead.
 */

#define AHEAD 64u

STEP void ask_for(const void *line) { __builtin_prefetch(line, 0, 3); }

STEP void ask_for_header(const core_cidr_set *set, core_address address) {
  ask_for(set);
  if (!is_ipv4(address)) {
    ask_for(line_of(set, 1));
    ask_for(line_of(set, 2));
    ask_for(line_of(set, 3));
  }
}

/* Visits of one family: their places among the pairs, and where they are on their way down. */
struct visits {
  uint8_t places[AHEAD];
  uint8_t levels[AHEAD];
  const unsigned char *nodes[AHEAD];
  uint32_t child[AHEAD];
  uint32_t count, deepest;
};

STEP const unsigned char *ipv4_node(const core_cidr_set *set, uint32_t level, uint32_t child) {
  uint32_t starts[MAX_LEVELS + 1] = {0};
  if (level > 0) {
    level_starts(set->ipv4_count, IPV4_NODE, set->ipv4_levels, starts);
  }
  return line_of(set, (size_t)set->ipv4_line + starts[level] + child);
}

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

/* Begins visit `i` below its root. */
STEP void enter(struct visits *visits, uint32_t i, uint32_t child, uint32_t levels,
                const unsigned char *node) {
  visits->child[i] = child;
  visits->levels[i] = (uint8_t)levels;
  visits->nodes[i] = node;
  visits->deepest = levels > visits->deepest ? levels : visits->deepest;
  ask_for(node);
}

/* Takes visits->count visits down the levels of their trees. A node is `counted` where `node` is
 * read for visit `i`, of `address` in `set`; the next is `next_node`. */
#define DESCEND(visits, width, counted, next_node, lines)                                          \
  for (uint32_t level = 0; level < (visits)->deepest; level++) {                                   \
    for (uint32_t i = 0; i < (visits)->count; i++) {                                               \
      if (level < (visits)->levels[i]) {                                                           \
        const core_cidr_set *set = sets[(visits)->places[i]];                                      \
        core_address address = addresses[(visits)->places[i]];                                     \
        const unsigned char *node = (visits)->nodes[i];                                            \
        uint32_t child = (visits)->child[i] * (width + 1) + counted;                               \
        (visits)->child[i] = child;                                                                \
        if (level + 1 < (visits)->levels[i]) {                                                     \
          (visits)->nodes[i] = next_node(set, level + 1, child);                                   \
          ask_for((visits)->nodes[i]);                                                             \
          if (lines > 1) {                                                                         \
            ask_for((visits)->nodes[i] + LINE);                                                    \
          }                                                                                        \
        }                                                                                          \
      }                                                                                            \
    }                                                                                              \
  }

STEP uint64_t visit_ipv4(const core_cidr_set *const *sets, const core_address *addresses,
                         struct visits *visits) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < visits->count; i++) {
    uint8_t place = visits->places[i];
    const core_cidr_set *set = sets[place];
    uint32_t key = ipv4_key(addresses[place]);
    if (set->flags & IPV4_IS_TRIE) {
      visits->child[i] = trie_contains(trie_of(set), key);
      visits->levels[i] = 0;
      continue;
    }
    uint32_t child = count32_root(set, key);
    bits |= (uint64_t)(set->flags & STARTS_IN_IPV4) << place;
    enter(visits, i, child, set->ipv4_levels, ipv4_node(set, 0, child));
  }
  DESCEND(visits, IPV4_NODE, count32(node, ipv4_key(address)), ipv4_node, 1)
  for (uint32_t i = 0; i < visits->count; i++) {
    bits ^= (uint64_t)(visits->child[i] & 1) << visits->places[i];
  }
  return bits;
}

STEP uint64_t visit_high(const core_cidr_set *const *sets, const core_address *addresses,
                         struct visits *visits) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < visits->count; i++) {
    uint8_t place = visits->places[i];
    const core_cidr_set *set = sets[place];
    visits->child[i] = visits->levels[i] = 0;
    if (set->flags & HAS_IPV6) {
      const struct ipv6_root *root = ipv6_root_of(set);
      uint32_t child = count_high_root(set, root, addresses[place].high);
      bits |= (uint64_t)(set->flags / STARTS_IN_HIGH & 1) << place;
      enter(visits, i, child, root->high_levels, high_node(set, 0, child));
    }
  }
  DESCEND(visits, IPV6_NODE, count64(node, address.high), high_node, 1)
  for (uint32_t i = 0; i < visits->count; i++) {
    bits ^= (uint64_t)(visits->child[i] & 1) << visits->places[i];
  }
  return bits;
}

STEP uint64_t visit_low(const core_cidr_set *const *sets, const core_address *addresses,
                        struct visits *visits) {
  uint64_t bits = 0;
  visits->deepest = 0;
  for (uint32_t i = 0; i < visits->count; i++) {
    uint8_t place = visits->places[i];
    const core_cidr_set *set = sets[place];
    visits->child[i] = visits->levels[i] = 0;
    if (set->flags & HAS_IPV6 && ipv6_root_of(set)->low_count > 0) {
      const struct ipv6_root *root = ipv6_root_of(set);
      core_address address = addresses[place];
      uint32_t child = count128(line_of(set, low_root_line(root)), address.high, address.low);
      bits |= (uint64_t)(set->flags / STARTS_IN_LOW & 1) << place;
      enter(visits, i, child, root->low_levels, low_node(set, 0, child));
      ask_for(visits->nodes[i] + LINE);
    }
  }
  DESCEND(visits, IPV6_NODE, count128(node, address.high, address.low), low_node, 2)
  for (uint32_t i = 0; i < visits->count; i++) {
    bits ^= (uint64_t)(visits->child[i] & 1) << visits->places[i];
  }
  return bits;
}

TARGET void SEARCH(contains_pairs)(const core_cidr_set *const *sets, const core_address *addresses,
                                   size_t count, uint64_t *bits) {
  for (size_t i = 0; i < count && i < AHEAD; i++) {
    ask_for_header(sets[i], addresses[i]);
  }
  for (size_t begin = 0; begin < count; begin += AHEAD) {
    uint32_t length = count - begin < AHEAD ? (uint32_t)(count - begin) : AHEAD;
    struct visits ipv4, ipv6;
    ipv4.count = ipv6.count = ipv4.deepest = ipv6.deepest = 0;
    for (uint32_t i = 0; i < length; i++) {
      bool is_v4 = is_ipv4(addresses[begin + i]);
      ipv4.places[ipv4.count] = ipv6.places[ipv6.count] = (uint8_t)i;
      ipv4.count += is_v4;
      ipv6.count += !is_v4;
      if (begin + AHEAD + i < count) {
        ask_for_header(sets[begin + AHEAD + i], addresses[begin + AHEAD + i]);
      }
    }
    uint64_t word = visit_ipv4(sets + begin, addresses + begin, &ipv4);
    if (ipv6.count > 0) {
      word |= visit_high(sets + begin, addresses + begin, &ipv6) |
              visit_low(sets + begin, addresses + begin, &ipv6);
    }
    bits[begin / AHEAD] = word;
  }
}
