/*
 * Many addresses in one set; belongs to cidr_search.h. They go through the levels abreast: all take
 * one step before any takes the next, so that the waits for memory overlap.
 */

#define CHUNK 64u /* addresses that go down abreast: a word of answers */

/* The addresses of a chunk, half by half; those behind the last are zero. */
struct chunk {
  uint64_t highs[CHUNK], lows[CHUNK];
  uint32_t ipv4[CHUNK];
  uint32_t count, ipv4_count;
};

STEP void read_chunk(const core_address *addresses, uint32_t count, struct chunk *chunk) {
  uint32_t ipv4_count = 0;
  for (uint32_t i = 0; i < count; i++) {
    chunk->highs[i] = addresses[i].high;
    chunk->lows[i] = addresses[i].low;
    chunk->ipv4[i] = (uint32_t)addresses[i].low;
    ipv4_count += is_ipv4(addresses[i]);
  }
  for (uint32_t i = count; i < CHUNK; i++) {
    chunk->highs[i] = chunk->lows[i] = chunk->ipv4[i] = 0;
  }
  chunk->count = count;
  chunk->ipv4_count = ipv4_count;
}

/* All of the chunk are IPv4. A root is held against the whole chunk, boundary by boundary. */
STEP uint64_t chunk_in_ipv4(const core_cidr_set *set, const struct chunk *chunk) {
  uint32_t child[CHUNK] = {0};
  uint32_t starts[MAX_LEVELS + 1];
  uint32_t levels = set->ipv4_levels;
  level_starts(set->ipv4_count, IPV4_NODE, levels, starts);
  uint32_t boundaries = root_count(set->ipv4_count, IPV4_NODE, levels);
  for (uint32_t boundary = 0; boundary < boundaries; boundary++) {
    uint32_t stored = set->ipv4_root[boundary];
    for (uint32_t i = 0; i < CHUNK; i++) {
      child[i] += chunk->ipv4[i] > stored;
    }
  }
  for (uint32_t level = 0; level < levels; level++) {
    const unsigned char *nodes = line_of(set, (size_t)set->ipv4_line + starts[level]);
    for (uint32_t i = 0; i < CHUNK; i++) {
      uint32_t found = count32(nodes + (size_t)child[i] * LINE, chunk->ipv4[i]);
      child[i] = child[i] * (IPV4_NODE + 1) + found;
    }
  }
  return set->flags & STARTS_IN_IPV4 ? ~lowest_bits(child) : lowest_bits(child);
}

STEP uint64_t chunk_in_trie(const core_cidr_set *set, const struct chunk *chunk) {
  struct trie trie = trie_of(set);
  uint64_t bits = 0;
  for (uint32_t i = 0; i < CHUNK; i++) {
    bits |= (uint64_t)trie_contains(trie, chunk->ipv4[i]) << i;
  }
  return bits;
}

STEP uint64_t chunk_in_high(const core_cidr_set *set, const struct ipv6_root *root,
                            const struct chunk *chunk) {
  uint32_t child[CHUNK];
  uint64_t counts[CHUNK] = {0};
  uint32_t starts[MAX_LEVELS + 1];
  uint32_t levels = root->high_levels;
  level_starts(root->high_count, IPV6_NODE, levels, starts);
  uint32_t boundaries = root_count(root->high_count, IPV6_NODE, levels);
  const void *line = line_of(set, 1);
  const uint64_t *stored = (const uint64_t *)line + IPV6_NODE - HIGH_ROOT;
  for (uint32_t boundary = 0; boundary < boundaries; boundary++) {
    uint64_t key = stored[boundary];
    for (uint32_t i = 0; i < CHUNK; i++) {
      counts[i] += chunk->highs[i] > key;
    }
  }
  for (uint32_t i = 0; i < CHUNK; i++) {
    child[i] = (uint32_t)counts[i];
  }
  for (uint32_t level = 0; level < levels; level++) {
    const unsigned char *nodes = line_of(set, (size_t)high_line(root) + starts[level]);
    for (uint32_t i = 0; i < CHUNK; i++) {
      uint32_t found = count64(nodes + (size_t)child[i] * LINE, chunk->highs[i]);
      child[i] = child[i] * (IPV6_NODE + 1) + found;
    }
  }
  return set->flags & STARTS_IN_HIGH ? ~lowest_bits(child) : lowest_bits(child);
}

STEP uint64_t chunk_in_low(const core_cidr_set *set, const struct ipv6_root *root,
                           const struct chunk *chunk) {
  uint32_t child[CHUNK];
  uint32_t starts[MAX_LEVELS + 1];
  uint32_t levels = root->low_levels;
  level_starts(root->low_count, IPV6_NODE, levels, starts);
  const unsigned char *line = line_of(set, low_root_line(root));
  for (uint32_t i = 0; i < CHUNK; i++) {
    child[i] = count128(line, chunk->highs[i], chunk->lows[i]);
  }
  for (uint32_t level = 0; level < levels; level++) {
    const unsigned char *nodes = line_of(set, root->low_line + 2 * (size_t)starts[level]);
    for (uint32_t i = 0; i < CHUNK; i++) {
      uint32_t found =
          count128(nodes + (size_t)child[i] * (2 * LINE), chunk->highs[i], chunk->lows[i]);
      child[i] = child[i] * (IPV6_NODE + 1) + found;
    }
  }
  return set->flags & STARTS_IN_LOW ? ~lowest_bits(child) : lowest_bits(child);
}

STEP uint64_t chunk_in_ipv6(const core_cidr_set *set, const struct chunk *chunk) {
  if (!(set->flags & HAS_IPV6)) {
    return 0;
  }
  const struct ipv6_root *root = ipv6_root_of(set);
  uint64_t bits = chunk_in_high(set, root, chunk);
  return root->low_count > 0 ? bits | chunk_in_low(set, root, chunk) : bits;
}

STEP uint64_t chunk_one_by_one(const core_cidr_set *set, const struct chunk *chunk) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < CHUNK; i++) {
    core_address address = {chunk->highs[i], chunk->lows[i]};
    bits |= (uint64_t)set_contains(set, address) << i;
  }
  return bits;
}

TARGET void SEARCH(contains_many)(const core_cidr_set *set, const core_address *addresses,
                                  size_t count, uint64_t *bits) {
  for (size_t begin = 0; begin < count; begin += CHUNK) {
    struct chunk chunk;
    read_chunk(addresses + begin, count - begin < CHUNK ? (uint32_t)(count - begin) : CHUNK,
               &chunk);
    uint64_t word;
    if (chunk.ipv4_count == 0) {
      word = chunk_in_ipv6(set, &chunk);
    } else if (chunk.ipv4_count < chunk.count) {
      word = chunk_one_by_one(set, &chunk);
    } else if (set->flags & IPV4_IS_TRIE) {
      word = chunk_in_trie(set, &chunk);
    } else {
      word = chunk_in_ipv4(set, &chunk);
    }
    bits[begin / CHUNK] = word & UINT64_MAX >> (CHUNK - chunk.count);
  }
}
