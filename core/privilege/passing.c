/* SPDX-License-Identifier: MIT */
/* Descriptors in messages; see passing.h. */
#include "core/privilege/passing.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union passing_control {
	struct cmsghdr header;
	char space[CMSG_SPACE(PASSING_MAX * sizeof(int))];
};

int passing_send(int fd, const void *data, size_t size, const int *passed, unsigned count,
		 int flags)
{
	/* sendmsg() only reads, whatever the type of iov_base. */
	union {
		const void *in;
		void *out;
	} bytes = {.in = data};
	union passing_control control = {
		.header = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	struct iovec part = {.iov_base = bytes.out, .iov_len = size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	unsigned used = 0;

	for (unsigned i = 0; i < count && i < PASSING_MAX; i++)
		if (passed[i] >= 0)
			memcpy(CMSG_DATA(&control.header) + sizeof(int) * used++, &passed[i],
			       sizeof(int));
	if (used) {
		control.header.cmsg_len = (socklen_t)CMSG_LEN(used * sizeof(int));
		message.msg_control = &control;
		message.msg_controllen = (socklen_t)CMSG_SPACE(used * sizeof(int));
	}
	return sendmsg(fd, &message, MSG_NOSIGNAL | flags) < 0 ? -errno : 0;
}

static void take_passed(struct msghdr *message, int passed[PASSING_MAX])
{
	/* The kernel makes one of all. */
	const struct cmsghdr *c = CMSG_FIRSTHDR(message);
	size_t size = c ? c->cmsg_len - CMSG_LEN(0) : 0;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    size <= PASSING_MAX * sizeof(int))
		memcpy(passed, CMSG_DATA(c), size);
}

int passing_receive(int fd, void *data, size_t size, int passed[PASSING_MAX], int flags)
{
	union passing_control control;
	struct iovec part = {.iov_base = data, .iov_len = size};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	ssize_t got;

	for (unsigned i = 0; i < PASSING_MAX; i++)
		passed[i] = -1;
	/* What has not been received is there still, and would be taken for the next one. */
	do {
		got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | flags);
	} while (got < 0 && (errno == EINTR || errno == ENOBUFS || errno == ENOMEM));
	if (got < 0)
		return -errno;
	take_passed(&message, passed);
	if ((size_t)got == size && !(message.msg_flags & MSG_TRUNC))
		return 0;
	for (unsigned i = 0; i < PASSING_MAX; i++) {
		if (passed[i] >= 0)
			close(passed[i]);
		passed[i] = -1;
	}
	return got ? -EPROTO : -EPIPE;
}
