/* SPDX-License-Identifier: MIT */
/*
 * The client's end of the control socket. Owns: one exchange, whose answer may be of any length.
 * Trusts the other end with nothing but that what it says is told to the user.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/format.h"
#include "core/base/text.h"
#include "core/control/control_ask.h"
#include "core/control/socket.h"

enum { TIMEOUT = 5 /* seconds without a byte */ };

/* What becomes of the lines. */
struct asker {
	bool raw;
	void (*line)(void *ctx, char *line);
	void *ctx;
};

static int connect_to(const char *path)
{
	const struct timeval timeout = {.tv_sec = TIMEOUT};
	struct sockaddr_un address;
	int fd, error;

	if (!socket_address(path, &address))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		error = errno == EAGAIN ? -ETIMEDOUT : -errno;
		close(fd);
		return error;
	}
	return fd;
}

/* What a line may do to a terminal is up to whoever can write it. */
static void make_printable(char *line)
{
	for (; *line; line++) {
		if (*line != '\t' && (*line < ' ' || *line > '~'))
			*line = '?';
	}
}

/* Takes the whole lines in BUFFER out of it. 1: there will be more; 0: that was the last line; or
 * -EPROTO. */
static int take_lines(char *buffer, size_t *length, const struct asker *asker,
		      char error[CONTROL_ERROR])
{
	char *start = buffer, *end;
	const char *failure;

	while ((end = memchr(start, '\n', *length))) {
		*end = '\0';
		*length -= (size_t)(end + 1 - start);
		if (!asker->raw || !strchr(start, '\t'))
			make_printable(start);
		if (!strcmp(start, "ok"))
			return 0;
		failure = text_behind(start, "error ");
		if (failure && !strchr(start, '\t')) {
			format_text(error, CONTROL_ERROR, "%s", failure);
			return -EPROTO;
		}
		asker->line(asker->ctx, start);
		start = end + 1;
	}
	memmove(buffer, start, *length);
	return 1;
}

static int receive_answer(int fd, const struct asker *asker, char error[CONTROL_ERROR])
{
	char buffer[4 * CONTROL_LINE];
	size_t length = 0;
	ssize_t got;
	int result;

	for (;;) {
		if (length == sizeof(buffer))
			return -EMSGSIZE;
		do {
			got = recv(fd, buffer + length, sizeof(buffer) - length, 0);
		} while (got < 0 && errno == EINTR);
		if (!got)
			return -ECONNRESET;
		if (got < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		length += (size_t)got;
		result = take_lines(buffer, &length, asker, error);
		if (result <= 0)
			return result;
	}
}

int control_ask(const char *path, const char *request, bool raw,
		void (*line)(void *ctx, char *line), void *ctx, char error[CONTROL_ERROR])
{
	const struct asker asker = {raw, line, ctx};
	int fd = connect_to(path), result = fd;

	error[0] = '\0';
	if (fd >= 0) {
		/* If this fails, the daemon has closed: it said why. */
		if (send(fd, request, strlen(request), MSG_NOSIGNAL | MSG_MORE) >= 0)
			send(fd, "\n", 1, MSG_NOSIGNAL);
		result = receive_answer(fd, &asker, error);
		close(fd);
	}
	if (result && !error[0])
		format_text(error, CONTROL_ERROR, "%s", error_text(result));
	return result;
}
