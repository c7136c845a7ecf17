#define _GNU_SOURCE
#include "clinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int64_t clinux_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset,
                                size_t count) {
  off_t in = from_offset;
  off_t out = to_offset;
  ssize_t copied = copy_file_range(from, &in, to, &out, count, 0);
  return copied < 0 ? -(int64_t)errno : (int64_t)copied;
}

void clinux_start_writing(int file, int64_t offset, int64_t count) {
  sync_file_range(file, offset, count, SYNC_FILE_RANGE_WRITE);
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

static int remove_at(int parent, const char *name, int depth);

// Removes what a folder lists; says whether anything went.
static int remove_listed(int folder, int depth) {
  _Alignas(struct dirent64) char list[1024];
  int some = 0;
  ssize_t size;
  lseek(folder, 0, SEEK_SET);
  while ((size = getdents64(folder, list, sizeof list)) > 0) {
    for (ssize_t place = 0; place < size;) {
      const struct dirent64 *entry = (const struct dirent64 *)(list + place);
      place += entry->d_reclen;
      if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
      if (remove_at(folder, entry->d_name, depth) == 0) some = 1;
    }
  }
  return some;
}

static int remove_at(int parent, const char *name, int depth) {
  if (unlinkat(parent, name, 0) == 0) return 0;
  if (errno != EISDIR && errno != EPERM) return -errno;
  // Each folder takes a kilobyte of a stack that may be a signal handler's.
  if (depth == 0) return -ENAMETOOLONG;
  int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return -errno;
  // Removing moves what is listed next, and other threads may still write.
  while (remove_listed(folder, depth - 1)) {}
  close(folder);
  return unlinkat(parent, name, AT_REMOVEDIR) == 0 ? 0 : -errno;
}

int clinux_remove(const char *path) { return remove_at(AT_FDCWD, path, 64); }
