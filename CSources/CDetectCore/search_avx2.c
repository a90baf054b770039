/* The readers of sets with AVX2. */

#include "instructions.h"

#if HAS_VECTORS
#include "nodes_avx2.h"

#define TARGET AVX2_TARGET
#define SEARCH(name) cidr_##name##_avx2
#define PORT_SEARCH(name) port_##name##_avx2
#include "cidr_readers.h"
#include "cidr_search.h"

#include "abreast.h"

#include "cidr_many.h"
#include "cidr_pairs.h"
#include "port_search.h"
#endif
