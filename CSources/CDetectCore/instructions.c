#include "instructions.h"

/* Level 3 of the x86-64 psABI has AVX2 and BMI, level 4 the AVX-512 of 2017. What 2019 added to
 * bytes is in all servers since; the ones before are better served by AVX2, for their clocks. */
core_instructions core_best_instructions(void) {
#if HAS_VECTORS
  if (__builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512bitalg")) {
    return CORE_AVX512;
  }
  if (__builtin_cpu_supports("x86-64-v3")) {
    return CORE_AVX2;
  }
#endif
  return CORE_PORTABLE;
}
