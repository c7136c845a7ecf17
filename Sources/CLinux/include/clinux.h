// System calls that Swift's Glibc overlay does not show, one thin function each.
#ifndef BIRDIE_CLINUX_H
#define BIRDIE_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// copy_file_range(2) with explicit offsets: bytes copied, 0 at the end of the source, or -errno.
int64_t clinux_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset,
                                size_t count);

// sync_file_range(2) that starts writing a range to the disk, and waits no longer than the disk's
// queue is full. What fails here fails again where the file is synced.
void clinux_start_writing(int file, int64_t offset, int64_t count);

// rename(2) that replaces nothing: 0, or -errno (-EEXIST where `to` is taken).
int clinux_rename_new(const char *from, const char *to);

// Lets two names change places in one step: 0, or -errno (-EINVAL where the file system cannot).
int clinux_rename_exchange(const char *one, const char *other);

// Removes a file, or a folder with all that is in it; a link goes, and not what it leads to. 0, or
// -errno. Calls nothing that a signal handler may not call.
int clinux_remove(const char *path);

#endif
