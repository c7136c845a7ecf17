#define _GNU_SOURCE
#include "csystem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int64_t csystem_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset,
                                size_t count) {
  off_t in = from_offset;
  off_t out = to_offset;
  ssize_t copied = copy_file_range(from, &in, to, &out, count, 0);
  return copied < 0 ? -(int64_t)errno : (int64_t)copied;
}

void csystem_start_writeback(int file, int64_t offset, int64_t count) {
  sync_file_range(file, offset, count, SYNC_FILE_RANGE_WRITE);
}
