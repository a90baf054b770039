#ifndef INSTRUCTIONS_H
#define INSTRUCTIONS_H

#include "detect_core.h"

/*
 * The package manager passes no -march, so functions that use vector instructions say so one by
 * one, and the number in a set's header picks among them: a switch predicts well, where a pointer
 * to a function would tie the block to one process.
 */

#if defined(__x86_64__)
#define HAS_VECTORS 1
#define AVX2_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define AVX512_TARGET                                                                              \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512bitalg,"  \
                        "avx2,bmi,bmi2,lzcnt,popcnt")))
#else
#define HAS_VECTORS 0
#endif

#define INLINE static inline __attribute__((always_inline))

static inline core_instructions instructions_or_best(core_instructions wanted) {
  core_instructions best = core_best_instructions();
  return wanted < best ? wanted : best;
}

#endif
