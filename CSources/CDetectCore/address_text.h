#ifndef ADDRESS_TEXT_H
#define ADDRESS_TEXT_H

#include "address.h"
#include "instructions.h"

/* One language, that of inet_pton, with each set of instructions. Nothing beyond the length is
 * read, and a refused text leaves the address as it was. */

bool parse_address_portable(const char *text, size_t length, core_address *address);
#if HAS_VECTORS
bool parse_address_avx2(const char *text, size_t length, core_address *address);
bool parse_address_avx512(const char *text, size_t length, core_address *address);
/* As core_parse_addresses. */
size_t parse_addresses_avx2(const char *const *texts, const size_t *lengths, size_t count,
                            core_address *addresses, core_status *statuses);
size_t parse_addresses_avx512(const char *const *texts, const size_t *lengths, size_t count,
                              core_address *addresses, core_status *statuses);
#endif

#endif
