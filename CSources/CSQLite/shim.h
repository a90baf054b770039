#ifndef DETECT_CSQLITE_SHIM_H
#define DETECT_CSQLITE_SHIM_H

#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast macro, which Swift cannot import. SQLite copies the bytes; a null
// pointer with no bytes binds an empty value, not NULL.

static inline int csqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes,
                                    sqlite3_uint64 count) {
  return sqlite3_bind_blob64(statement, index, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}

static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const char *bytes,
                                    sqlite3_uint64 count) {
  return sqlite3_bind_text64(statement, index, bytes ? bytes : "", count, SQLITE_TRANSIENT,
                             SQLITE_UTF8);
}

// A result code that is a macro of other macros, which Swift cannot import either.
static const int csqlite_ioerr_data = SQLITE_IOERR_DATA;

#endif
