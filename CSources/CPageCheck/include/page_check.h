#ifndef DETECT_PAGE_CHECK_H
#define DETECT_PAGE_CHECK_H

/*
 * A checksum in each page of a database, which SQLite itself does not keep.
 *
 *     SQLite ──► "page-check" ──► the system's own VFS
 *
 *     page:  [ 4088 bytes of SQLite │ checksum of them and of the page's number ]
 *
 * A page is summed up when it is written to the database and compared when it is read from there;
 * one that is not what was written is SQLITE_IOERR_DATA. The bytes at its end are SQLite's
 * "reserved space": a database has checksums where its header says that there are eight of them.
 * The log has checksums of SQLite's own.
 */

/* The name of the VFS, for sqlite3_open_v2. */
#define PAGE_CHECK_VFS "page-check"

/* Bytes that a database has to reserve in each page: SQLITE_FCNTL_RESERVE_BYTES. */
#define PAGE_CHECK_RESERVED 8

/* The size of a page, which is SQLite's default. A database of other pages has no checksums. */
#define PAGE_CHECK_PAGE 4096

/*
 * Makes the VFS known to SQLite. May be called by several threads, and more than once. Returns
 * SQLITE_OK, or SQLITE_ERROR where the system has no VFS of its own.
 */
int page_check_register(void);

#endif
