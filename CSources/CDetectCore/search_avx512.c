/* The readers of sets with AVX-512. */

#include "instructions.h"

#if HAS_VECTORS
#include "nodes_avx512.h"

#define TARGET AVX512_TARGET
#define SEARCH(name) cidr_##name##_avx512
#define PORT_SEARCH(name) port_##name##_avx512
#include "cidr_readers.h"
#include "cidr_search.h"

#include "abreast_avx512.h"

#include "cidr_many.h"
#include "cidr_pairs.h"
#include "port_search.h"
#endif
