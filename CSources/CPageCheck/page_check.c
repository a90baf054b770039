#include "page_check.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BODY (PAGE_CHECK_PAGE - PAGE_CHECK_RESERVED)
#define RESERVED_BYTE 20 /* where the header says how much of each page is reserved */

/* A file of a database, with the system's own behind it in the same allocation. */
struct file {
  sqlite3_file base;
  bool is_database; /* and not its log */
  bool has_checksums;
  unsigned char page[PAGE_CHECK_PAGE]; /* one that is about to be written */
};

static sqlite3_file *system_file(sqlite3_file *file) {
  return (sqlite3_file *)((struct file *)file + 1);
}

/* The system's VFS. Written once, before anything can be opened. */
static sqlite3_vfs *system_vfs;

/* Four sums at a time, mixed so that each bit of the body moves half of those of the result. */
static uint64_t checksum(const unsigned char *body, int64_t page) {
  const uint64_t prime = UINT64_C(0x9e3779b97f4a7c15);
  uint64_t sums[4] = {(uint64_t)page * prime, 1, 2, 3};
  int at = 0;
  for (; at + 32 <= BODY; at += 32) {
    for (int lane = 0; lane < 4; lane++) {
      uint64_t word;
      memcpy(&word, body + at + 8 * lane, sizeof word);
      sums[lane] = (sums[lane] ^ word) * prime;
      sums[lane] ^= sums[lane] >> 29;
    }
  }
  uint64_t sum = 0;
  for (; at < BODY; at += 8) {
    uint64_t word;
    memcpy(&word, body + at, sizeof word);
    sum = (sum ^ word) * prime;
    sum ^= sum >> 29;
  }
  for (int lane = 0; lane < 4; lane++) {
    sum = (sum ^ sums[lane]) * prime;
    sum ^= sum >> 32;
  }
  return sum;
}

/* Looks at a header that goes by. */
static void learn(struct file *file, const unsigned char *bytes, int amount, sqlite3_int64 offset) {
  static const char magic[16] = "SQLite format 3";
  if (file->is_database && offset == 0 && amount > RESERVED_BYTE &&
      memcmp(bytes, magic, sizeof magic) == 0) {
    file->has_checksums = bytes[RESERVED_BYTE] == PAGE_CHECK_RESERVED;
  }
}

/* Whether so many bytes are pages. SQLite also reads parts of the header. */
static bool are_pages(const struct file *file, int amount) {
  return file->has_checksums && amount >= 512;
}

static int read_page(sqlite3_file *base, void *bytes, int amount, sqlite3_int64 offset) {
  struct file *file = (struct file *)base;
  int code = system_file(base)->pMethods->xRead(system_file(base), bytes, amount, offset);
  if (code != SQLITE_OK) {
    return code;
  }
  learn(file, bytes, amount, offset);
  if (!are_pages(file, amount)) {
    return SQLITE_OK;
  }
  if (amount != PAGE_CHECK_PAGE || offset % PAGE_CHECK_PAGE != 0) {
    return SQLITE_IOERR_DATA;
  }
  uint64_t kept;
  memcpy(&kept, (const unsigned char *)bytes + BODY, sizeof kept);
  return kept == checksum(bytes, offset / PAGE_CHECK_PAGE) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

static int write_page(sqlite3_file *base, const void *bytes, int amount, sqlite3_int64 offset) {
  struct file *file = (struct file *)base;
  learn(file, bytes, amount, offset);
  if (are_pages(file, amount) && amount == PAGE_CHECK_PAGE) {
    uint64_t sum = checksum(bytes, offset / PAGE_CHECK_PAGE);
    memcpy(file->page, bytes, BODY);
    memcpy(file->page + BODY, &sum, sizeof sum);
    bytes = file->page;
  }
  return system_file(base)->pMethods->xWrite(system_file(base), bytes, amount, offset);
}

/* The rest is the system's. */

static int close_file(sqlite3_file *base) {
  return system_file(base)->pMethods->xClose(system_file(base));
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 size) {
  return system_file(base)->pMethods->xTruncate(system_file(base), size);
}

static int sync_file(sqlite3_file *base, int flags) {
  return system_file(base)->pMethods->xSync(system_file(base), flags);
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size) {
  return system_file(base)->pMethods->xFileSize(system_file(base), size);
}

static int lock_file(sqlite3_file *base, int level) {
  return system_file(base)->pMethods->xLock(system_file(base), level);
}

static int unlock_file(sqlite3_file *base, int level) {
  return system_file(base)->pMethods->xUnlock(system_file(base), level);
}

static int check_reserved_lock(sqlite3_file *base, int *result) {
  return system_file(base)->pMethods->xCheckReservedLock(system_file(base), result);
}

static int file_control(sqlite3_file *base, int operation, void *argument) {
  return system_file(base)->pMethods->xFileControl(system_file(base), operation, argument);
}

static int sector_size(sqlite3_file *base) {
  return system_file(base)->pMethods->xSectorSize(system_file(base));
}

static int device_characteristics(sqlite3_file *base) {
  return system_file(base)->pMethods->xDeviceCharacteristics(system_file(base));
}

static int shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **address) {
  return system_file(base)->pMethods->xShmMap(system_file(base), region, size, extend, address);
}

static int shm_lock(sqlite3_file *base, int offset, int count, int flags) {
  return system_file(base)->pMethods->xShmLock(system_file(base), offset, count, flags);
}

static void shm_barrier(sqlite3_file *base) {
  system_file(base)->pMethods->xShmBarrier(system_file(base));
}

static int shm_unmap(sqlite3_file *base, int remove) {
  return system_file(base)->pMethods->xShmUnmap(system_file(base), remove);
}

/* Version 2: without xFetch, by which pages would be read past us. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_page,
    .xWrite = write_page,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
                     int *opened) {
  (void)vfs;
  struct file *file = (struct file *)base;
  memset(file, 0, sizeof *file);
  file->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  int code = system_vfs->xOpen(system_vfs, name, system_file(base), flags, opened);
  /* SQLite closes what has methods, also after a failure. */
  if (system_file(base)->pMethods) {
    base->pMethods = &methods;
  }
  return code;
}

static sqlite3_vfs page_check;

static void register_once(void) {
  system_vfs = sqlite3_vfs_find(NULL);
  if (!system_vfs) {
    return;
  }
  page_check = *system_vfs;
  page_check.pNext = NULL;
  page_check.zName = PAGE_CHECK_VFS;
  page_check.szOsFile = (int)sizeof(struct file) + system_vfs->szOsFile;
  page_check.xOpen = open_file;
  sqlite3_vfs_register(&page_check, 0);
}

int page_check_register(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, register_once);
  return sqlite3_vfs_find(PAGE_CHECK_VFS) ? SQLITE_OK : SQLITE_ERROR;
}
