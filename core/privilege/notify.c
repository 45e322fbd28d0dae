/* SPDX-License-Identifier: MIT */
/* Messages to the service manager; see notify.h. */
#include "core/privilege/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/format.h"
#include "core/base/loop.h"
#include "core/base/text.h"

/* As long as one waits for the manager to take a message, in microseconds. */
enum { PATIENCE = 100000 };

/* A path, or with '@' the name of an abstract socket. A descriptor; -1: it cannot be reached. */
static int connect_to(const char *name)
{
	const struct timeval patience = {.tv_usec = PATIENCE};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(name);
	int fd;

	if (length < 2 || length >= sizeof(address.sun_path) || (*name != '/' && *name != '@'))
		return -1;
	memcpy(address.sun_path, name, length);
	if (*name == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!connect(fd, (const struct sockaddr *)&address,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)))
		return fd;
	close(fd);
	return -1;
}

static int64_t read_interval(void)
{
	const char *time = getenv("WATCHDOG_USEC"), *whose = getenv("WATCHDOG_PID");
	uint64_t microseconds, pid;

	if (!time || !text_to_number(time, 2000, INT64_MAX, &microseconds))
		return 0;
	if (whose && (!text_to_number(whose, 1, INT64_MAX, &pid) || pid != (uint64_t)getpid()))
		return 0;
	return (int64_t)(microseconds / 2000);
}

void notify_open(struct notify *notify)
{
	const char *name = getenv("NOTIFY_SOCKET");

	notify->fd = name ? connect_to(name) : -1;
	notify->interval = notify->fd >= 0 ? read_interval() : 0;
}

void notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

void notify_send(const struct notify *notify, const char *state)
{
	if (notify->fd >= 0)
		send(notify->fd, state, strlen(state), MSG_NOSIGNAL);
}

/* With the time, by which the manager knows which of its commands it is that is obeyed. */
void notify_reloading(const struct notify *notify)
{
	char state[64];

	format_text(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%llu",
		    (unsigned long long)(loop_nanoseconds() / 1000));
	notify_send(notify, state);
}
