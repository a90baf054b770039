#ifndef DETECT_CJANSSON_SHIM_H
#define DETECT_CJANSSON_SHIM_H

#include <jansson.h>

// Two members of one name would let two readers of one document see two documents.
static const size_t cjansson_decoding = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
static const size_t cjansson_encoding = JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS;

// The text of an error is an array of characters, which Swift imports as a tuple.
static inline const char *cjansson_reason(const json_error_t *error) { return error->text; }

#endif
