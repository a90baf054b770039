/* The readers of sets with plain C. */

#include "nodes_portable.h"

#define TARGET
#define SEARCH(name) cidr_##name##_portable
#define PORT_SEARCH(name) port_##name##_portable
#include "cidr_readers.h"
#include "cidr_search.h"

#include "abreast.h"

#include "cidr_many.h"
#include "cidr_pairs.h"
#include "port_search.h"
