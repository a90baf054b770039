#ifndef CIDR_READERS_H
#define CIDR_READERS_H

#include "instructions.h"

/* The readers that cidr_search.h defines for each set of instructions. */
#define DECLARE_READERS(suffix)                                                                    \
  bool cidr_contains_##suffix(const core_cidr_set *set, core_address address);                     \
  void cidr_contains_many_##suffix(const core_cidr_set *set, const core_address *addresses,        \
                                   size_t count, uint64_t *bits);                                  \
  void cidr_contains_pairs_##suffix(const core_cidr_set *const *sets,                              \
                                    const core_address *addresses, size_t count, uint64_t *bits);  \
  size_t cidr_find_first_##suffix(const core_cidr_set *set, const core_address *addresses,         \
                                  size_t count, bool inside);

DECLARE_READERS(portable)
#if HAS_VECTORS
DECLARE_READERS(avx2)
DECLARE_READERS(avx512)

#define SELECT_READER(instructions, name, ...)                                                     \
  ((instructions) == CORE_AVX512 ? cidr_##name##_avx512(__VA_ARGS__)                               \
   : (instructions) == CORE_AVX2 ? cidr_##name##_avx2(__VA_ARGS__)                                 \
                                 : cidr_##name##_portable(__VA_ARGS__))
#else
#define SELECT_READER(instructions, name, ...) cidr_##name##_portable(__VA_ARGS__)
#endif

#endif
