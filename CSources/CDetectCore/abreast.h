/*
 * 64 keys, a word of answers, on their way down a tree: all take one step before any takes the
 * next, so that the waits for memory overlap. `child` tells the node of the next level that a key
 * is to look into. nodes_avx512.h has steps of its own.
 */

#define CHUNK 64u

/* A root is held against all keys, boundary by boundary. */
STEP void enter32(const uint32_t *boundaries, uint32_t count, const uint32_t *keys,
                  uint32_t *child) {
  memset(child, 0, CHUNK * sizeof *child);
  for (uint32_t boundary = 0; boundary < count; boundary++) {
    uint32_t stored = boundaries[boundary];
    for (uint32_t i = 0; i < CHUNK; i++) {
      child[i] += keys[i] > stored;
    }
  }
}

STEP void enter64(const uint64_t *boundaries, uint32_t count, const uint64_t *keys,
                  uint32_t *child) {
  uint64_t counts[CHUNK] = {0};
  for (uint32_t boundary = 0; boundary < count; boundary++) {
    uint64_t stored = boundaries[boundary];
    for (uint32_t i = 0; i < CHUNK; i++) {
      counts[i] += keys[i] > stored;
    }
  }
  for (uint32_t i = 0; i < CHUNK; i++) {
    child[i] = (uint32_t)counts[i];
  }
}

STEP void descend32(const unsigned char *nodes, const uint32_t *keys, uint32_t *child) {
  for (uint32_t i = 0; i < CHUNK; i++) {
    uint32_t found = count32(nodes + (size_t)child[i] * LINE, keys[i]);
    child[i] = child[i] * (IPV4_NODE + 1) + found;
  }
}

STEP void descend64(const unsigned char *nodes, const uint64_t *keys, uint32_t *child) {
  for (uint32_t i = 0; i < CHUNK; i++) {
    uint32_t found = count64(nodes + (size_t)child[i] * LINE, keys[i]);
    child[i] = child[i] * (IPV6_NODE + 1) + found;
  }
}

/* Of the first `count` keys; their halves are in two lists. */
STEP void descend128(const unsigned char *nodes, const uint64_t *highs, const uint64_t *lows,
                     uint32_t *child, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint32_t found = count128(nodes + (size_t)child[i] * (2 * LINE), highs[i], lows[i]);
    child[i] = child[i] * (IPV6_NODE + 1) + found;
  }
}

STEP void enter128(const unsigned char *root, const uint64_t *highs, const uint64_t *lows,
                   uint32_t *child, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    child[i] = count128(root, highs[i], lows[i]);
  }
}

/* The same where each key has a node of its own. */
STEP void visit32(const unsigned char *const *nodes, const uint32_t *keys, uint32_t *child) {
  for (uint32_t i = 0; i < CHUNK; i++) {
    child[i] = child[i] * (IPV4_NODE + 1) + count32(nodes[i], keys[i]);
  }
}

STEP void visit64(const unsigned char *const *nodes, const uint64_t *keys, uint32_t *child) {
  for (uint32_t i = 0; i < CHUNK; i++) {
    child[i] = child[i] * (IPV6_NODE + 1) + count64(nodes[i], keys[i]);
  }
}

STEP void visit128(const unsigned char *const *nodes, const uint64_t *highs, const uint64_t *lows,
                   uint32_t *child) {
  for (uint32_t i = 0; i < CHUNK; i++) {
    child[i] = child[i] * (IPV6_NODE + 1) + count128(nodes[i], highs[i], lows[i]);
  }
}

/* The halves whose bits are set, in their order. */
STEP void move_to_front(uint64_t *halves, uint64_t bits) {
  uint32_t moved = 0;
  for (uint32_t i = 0; i < CHUNK; i++) {
    halves[moved] = halves[i];
    moved += bits >> i & 1;
  }
}

/* The lowest of `bits` at the places of those set in `places`. */
STEP uint64_t spread(uint64_t bits, uint64_t places) {
  uint64_t result = 0;
  for (; places != 0; places &= places - 1) {
    result |= (bits & 1) * (places & -places);
    bits >>= 1;
  }
  return result;
}
