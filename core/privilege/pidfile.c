/* SPDX-License-Identifier: MIT */
/* The pid file; see pidfile.h. */
#include "core/privilege/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/format.h"

static int write_to(const char *path)
{
	int fd = file_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW), error;
	char text[16];
	size_t length = format_text(text, sizeof(text), "%d\n", (int)getpid());

	if (fd < 0)
		return fd;
	error = file_write(fd, text, length);
	if (close(fd) && !error)
		error = -errno;
	if (error)
		unlink(path);
	return error;
}

int pidfile_set(struct pidfile *pidfile, const char *path)
{
	int error = 0;

	if (!strcmp(path, pidfile->path))
		return 0;
	if (*path)
		error = write_to(path);
	if (error)
		return error;
	if (*pidfile->path)
		unlink(pidfile->path);
	memcpy(pidfile->path, path, strlen(path) + 1);
	return 0;
}
