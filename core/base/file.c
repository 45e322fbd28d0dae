/* SPDX-License-Identifier: MIT */
/* Files; see file.h. */
#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer architectures of 32 bits have only the second one. */
#ifdef SYS_fcntl
enum { FCNTL = SYS_fcntl };
#else
enum { FCNTL = SYS_fcntl64 };
#endif

int file_open(int directory, const char *path, int flags)
{
	int fd = openat(directory, path, flags | O_CLOEXEC, 0644);

	return fd < 0 ? -errno : fd;
}

ssize_t file_read(int fd, char *bytes, size_t size)
{
	size_t used = 0;
	ssize_t got;

	do {
		got = read(fd, bytes + used, size - used);
		if (got > 0)
			used += (size_t)got;
	} while ((got > 0 && used < size) || (got < 0 && errno == EINTR));
	return got < 0 ? -errno : (ssize_t)used;
}

int file_write(int fd, const void *bytes, size_t size)
{
	const char *next = bytes;

	while (size) {
		ssize_t written = write(fd, next, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		next += written;
		size -= (size_t)written;
	}
	return 0;
}

/* libc's way there is 400 bytes long. */
int file_control(int fd, int command, long argument)
{
	return syscall(FCNTL, fd, command, argument) ? -errno : 0;
}
