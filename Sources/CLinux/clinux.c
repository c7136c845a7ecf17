#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int64_t clinux_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset,
                                size_t count) {
  off_t in = from_offset;
  off_t out = to_offset;
  ssize_t copied = copy_file_range(from, &in, to, &out, count, 0);
  return copied < 0 ? -(int64_t)errno : (int64_t)copied;
}

int clinux_rename_new(const char *from, const char *to) {
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -errno;
  // Not every file system knows the flag.
  if (link(from, to) == 0) return unlink(from) == 0 ? 0 : -errno;
  if (errno == EEXIST) return -EEXIST;
  // Nor has every one hard links; what is left cannot be done in one step.
  if (faccessat(AT_FDCWD, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) return -EEXIST;
  return rename(from, to) == 0 ? 0 : -errno;
}

int clinux_rename_exchange(const char *one, const char *other) {
  return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) == 0 ? 0 : -errno;
}
