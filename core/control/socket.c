/* SPDX-License-Identifier: MIT */
/* The file of the control socket; see socket.h. */
#include "core/control/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/account.h"
#include "core/base/file.h"

bool socket_address(const char *path, struct sockaddr_un *address)
{
	size_t length = strlen(path);

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (!length || length >= sizeof(address->sun_path))
		return false;
	memcpy(address->sun_path, path, length);
	return true;
}

/* A socket that nobody listens at: its daemon was killed. */
static bool is_stale(const struct sockaddr_un *address)
{
	int fd = file_open(AT_FDCWD, address->sun_path,
			   O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	bool stale;

	/* ENXIO: it is a socket. */
	if (fd >= 0)
		close(fd);
	if (fd != -ENXIO)
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	stale = connect(fd, (const struct sockaddr *)address, sizeof(*address)) &&
		errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static int bind_file(int fd, const struct sockaddr_un *address)
{
	if (!bind(fd, (const struct sockaddr *)address, sizeof(*address)))
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	if (!is_stale(address) || unlink(address->sun_path))
		return -EADDRINUSE;
	return bind(fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;
}

int socket_permit(const char *path, const char *group)
{
	uint32_t gid = UINT32_MAX;
	int error = *group ? account_group(group, &gid) : 0;

	if (!error &&
	    (lchown(path, (uid_t)-1, gid) || chmod(path, S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP)))
		error = -errno;
	return error;
}

/* The bound socket becomes one to connect to, but not before its file is only for those who may. */
int socket_listen(const char *path, const char *group)
{
	struct sockaddr_un address;
	uint32_t gid;
	int fd, error = 0;

	if (!socket_address(path, &address))
		return -ENAMETOOLONG;
	if (*group)
		error = account_group(group, &gid);
	if (error)
		return error;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	error = bind_file(fd, &address);
	if (!error) {
		error = socket_permit(path, group);
		if (!error && listen(fd, CONFIG_CONTROL_CLIENTS))
			error = -errno;
		if (error)
			unlink(path);
	}
	if (!error)
		return fd;
	close(fd);
	return error;
}

void socket_remove(const char *path)
{
	struct sockaddr_un address;

	if (socket_address(path, &address) && is_stale(&address))
		unlink(path);
}
