// Preloaded into the daemon: makes the disk and the clock misbehave while it runs, as a file in
// shared memory says. Only what concerns the database is touched.
//
//     DETECT_FAULTS names the file:  | kind: int64 | milliseconds that the wall clock is ahead:
//     int64 |

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum kind { NONE, WRITE_ERROR, SYNC_ERROR, READ_ERROR, SHORT_WRITE, DISK_FULL, STALL };

static volatile int64_t *control;

__attribute__((constructor)) static void attach(void) {
  const char *path = getenv("DETECT_FAULTS");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0)
    return;
  void *shared = mmap(NULL, 16, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (shared != MAP_FAILED)
    control = shared;
}

// The kind of fault that meets an operation on this file.
static enum kind fault(int file) {
  if (!control || control[0] == NONE)
    return NONE;
  char link[32], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0)
    return NONE;
  path[length] = 0;
  return strstr(path, "/detect.db") ? (enum kind)control[0] : NONE;
}

static int fail(int number) {
  errno = number;
  return -1;
}

typedef ssize_t write_function(int, const void *, size_t, off_t);
typedef ssize_t read_function(int, void *, size_t, off_t);
typedef int sync_function(int);
typedef int clock_function(clockid_t, struct timespec *);

static ssize_t faulty_write(write_function *real, int file, const void *bytes, size_t count,
                            off_t offset) {
  switch (fault(file)) {
  case WRITE_ERROR:
    return fail(EIO);
  case DISK_FULL:
    // As a file system does it: what still fits is written, then nothing more.
    if (count > 512)
      return real(file, bytes, 512, offset);
    return fail(ENOSPC);
  case SHORT_WRITE:
    return real(file, bytes, count > 100 ? count / 3 : count, offset);
  default:
    return real(file, bytes, count, offset);
  }
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  return faulty_write((write_function *)dlsym(RTLD_NEXT, "pwrite"), file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off_t offset) {
  return faulty_write((write_function *)dlsym(RTLD_NEXT, "pwrite64"), file, bytes, count, offset);
}

static ssize_t faulty_read(read_function *real, int file, void *bytes, size_t count, off_t offset) {
  return fault(file) == READ_ERROR ? fail(EIO) : real(file, bytes, count, offset);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
  return faulty_read((read_function *)dlsym(RTLD_NEXT, "pread"), file, bytes, count, offset);
}

ssize_t pread64(int file, void *bytes, size_t count, off_t offset) {
  return faulty_read((read_function *)dlsym(RTLD_NEXT, "pread64"), file, bytes, count, offset);
}

// A disk that stalls confirms nothing until it goes on.
static int faulty_sync(sync_function *real, int file) {
  while (fault(file) == STALL)
    usleep(10000);
  return fault(file) == SYNC_ERROR ? fail(EIO) : real(file);
}

int fdatasync(int file) {
  return faulty_sync((sync_function *)dlsym(RTLD_NEXT, "fdatasync"), file);
}

int fsync(int file) { return faulty_sync((sync_function *)dlsym(RTLD_NEXT, "fsync"), file); }

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = ((clock_function *)dlsym(RTLD_NEXT, "clock_gettime"))(clock, time);
  if (result == 0 && clock == CLOCK_REALTIME && control) {
    int64_t total = time->tv_nsec / 1000000 + control[1];
    int64_t seconds = total >= 0 ? total / 1000 : -((999 - total) / 1000);
    time->tv_sec += seconds;
    time->tv_nsec = (total - seconds * 1000) * 1000000 + time->tv_nsec % 1000000;
  }
  return result;
}
