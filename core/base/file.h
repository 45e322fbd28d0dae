/* SPDX-License-Identifier: MIT */
/* Files by their descriptors: open, read and write whole, and the flags of a descriptor. */
#ifndef CORE_FILE_H
#define CORE_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* A descriptor that no other program inherits, or -errno. PATH is relative to the directory (or
 * AT_FDCWD); what O_CREAT makes has mode 0644. */
int file_open(int directory, const char *path, int flags);
/* Reads up to SIZE bytes, to the end of the file or the error: how many, or -errno. */
ssize_t file_read(int fd, char *bytes, size_t size);
/* Writes them all. 0 or -errno. */
int file_write(int fd, const void *bytes, size_t size);
/* fcntl() with a number. 0 or -errno. */
int file_control(int fd, int command, long argument);

#endif
