/* SPDX-License-Identifier: MIT */
/* core/privilege/passing.c: messages of one size and their descriptors, and what is none of it. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "core/privilege/passing.h"
#include "test.h"

enum { SIZE = 40 };

static int end[2], file[4];
static char message[SIZE] = "bytes\0and bytes";

/* A descriptor that came: FD's file, and not for a program that is executed. Closes it. */
static bool is_copy(int got, int fd)
{
	return got >= 0 && got != fd && test_same_file(got, fd) &&
	       fcntl(got, F_GETFD) == FD_CLOEXEC && !close(got);
}

/* Bytes and COUNT descriptors, whatever passing_send() would do. */
static bool send_raw(const void *data, size_t size, const int *passed, unsigned count)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(file))];
	} control = {.header = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	char copy[2 * SIZE];
	struct iovec part = {.iov_base = copy, .iov_len = size};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

	memcpy(copy, data, size);
	if (count) {
		memcpy(CMSG_DATA(&control.header), passed, count * sizeof(int));
		control.header.cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
		header.msg_control = &control;
		header.msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof(int));
	}
	return sendmsg(end[0], &header, 0) == (ssize_t)size;
}

/* Receives what has been sent without an error. */
static bool take(int passed[PASSING_MAX])
{
	char got[SIZE] = "";

	return !passing_receive(end[1], got, SIZE, passed, MSG_DONTWAIT) &&
	       !memcmp(got, message, SIZE);
}

/* What comes is an error and leaves nothing open. */
static bool is_refused(int expected)
{
	int passed[PASSING_MAX] = {77, 77};
	char got[SIZE];

	return passing_receive(end[1], got, SIZE, passed, MSG_DONTWAIT) == expected &&
	       passed[0] == -1 && passed[1] == -1;
}

static void test_passing(void)
{
	const int sparse[PASSING_MAX] = {-1, file[1]}, none[PASSING_MAX] = {-1, -1};
	int passed[PASSING_MAX] = {77, 77};

	TEST("bytes alone");
	CHECK(!passing_send(end[0], message, SIZE, NULL, 0, 0) && take(passed));
	CHECK(passed[0] == -1 && passed[1] == -1);
	CHECK(!passing_send(end[0], message, SIZE, none, PASSING_MAX, 0) && take(passed));
	CHECK(passed[0] == -1 && passed[1] == -1);
	TEST("descriptors come along, in their order, behind those that are left out");
	CHECK(!passing_send(end[0], message, SIZE, file, 1, 0) && take(passed));
	CHECK(is_copy(passed[0], file[0]) && passed[1] == -1);
	CHECK(!passing_send(end[0], message, SIZE, file, 2, 0) && take(passed));
	CHECK(is_copy(passed[0], file[0]) && is_copy(passed[1], file[1]));
	CHECK(!passing_send(end[0], message, SIZE, sparse, PASSING_MAX, 0) && take(passed));
	CHECK(is_copy(passed[0], file[1]) && passed[1] == -1);
	TEST("one message after the other");
	CHECK(!passing_send(end[0], message, SIZE, &file[0], 1, 0) &&
	      !passing_send(end[0], message, SIZE, &file[1], 1, 0));
	CHECK(take(passed) && is_copy(passed[0], file[0]));
	CHECK(take(passed) && is_copy(passed[0], file[1]));
	CHECK(is_refused(-EAGAIN));
	TEST("no more descriptors are sent than can come");
	CHECK(!passing_send(end[0], message, SIZE, file, 4, 0) && take(passed));
	CHECK(is_copy(passed[0], file[0]) && is_copy(passed[1], file[1]));
	TEST("a descriptor that is not open is an error");
	CHECK(passing_send(end[0], message, SIZE, (const int[]){1234}, 1, 0) == -EBADF);
	CHECK(is_refused(-EAGAIN));
}

static void test_refused(void)
{
	const char longer[2 * SIZE] = "";
	unsigned before = test_open();
	int passed[PASSING_MAX];

	TEST("messages of another size, with what came along");
	for (unsigned count = 0; count <= 4; count++) {
		CHECK(send_raw(message, SIZE - 1, file, count) && is_refused(-EPROTO));
		CHECK(send_raw(message, 1, file, count) && is_refused(-EPROTO));
		CHECK(send_raw(longer, SIZE + 1, file, count) && is_refused(-EPROTO));
		CHECK(send_raw(longer, 2 * SIZE, file, count) && is_refused(-EPROTO));
	}
	CHECK(test_open() == before, "%u, not %u", test_open(), before);
	TEST("too many descriptors: those that there is room for");
	CHECK(send_raw(message, SIZE, file, 3) && take(passed));
	CHECK(is_copy(passed[0], file[0]) && is_copy(passed[1], file[1]));
	CHECK(send_raw(message, SIZE, file, 4) && take(passed));
	CHECK(is_copy(passed[0], file[0]) && is_copy(passed[1], file[1]));
	CHECK(test_open() == before, "%u, not %u", test_open(), before);
	TEST("an empty message is taken for the end");
	for (unsigned count = 0; count <= 4; count++)
		CHECK(send_raw(message, 0, file, count) && is_refused(-EPIPE));
	CHECK(test_open() == before, "%u, not %u", test_open(), before);
}

/* Who does not read holds up nobody who does not want to wait. */
static void test_full(void)
{
	unsigned sent = 0;
	int passed[PASSING_MAX];

	TEST("a full queue is an error for whoever does not wait");
	while (sent < 100000 && !passing_send(end[0], message, SIZE, file, 1, MSG_DONTWAIT))
		sent++;
	CHECK(sent > 10 && sent < 100000, "%u", sent);
	CHECK(passing_send(end[0], message, SIZE, file, 1, MSG_DONTWAIT) == -EAGAIN);
	for (; sent; sent--)
		CHECK(take(passed) && is_copy(passed[0], file[0]));
	CHECK(is_refused(-EAGAIN));
}

static void test_ends(void)
{
	int passed[PASSING_MAX];

	TEST("what was sent before the end is received, then the end");
	CHECK(!passing_send(end[0], message, SIZE, file, 1, 0));
	close(end[0]);
	CHECK(take(passed) && is_copy(passed[0], file[0]));
	CHECK(is_refused(-EPIPE) && is_refused(-EPIPE));
	TEST("to send there is an error, and no signal");
	CHECK(passing_send(end[1], message, SIZE, file, 1, 0) == -EPIPE);
	TEST("without a descriptor there is an error, too");
	close(end[1]);
	CHECK(is_refused(-EBADF));
	CHECK(passing_send(end[1], message, SIZE, NULL, 0, 0) == -EBADF);
}

int main(void)
{
	unsigned before = test_open();

	for (int i = 0; i < 4; i++)
		file[i] = memfd_create("file", MFD_CLOEXEC);
	TEST("a pair opens");
	if (!CHECK(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, end) && file[3] >= 0))
		return test_end();
	RUN(test_passing, test_refused, test_full, test_ends);
	TEST("nothing is left open");
	for (int i = 0; i < 4; i++)
		close(file[i]);
	CHECK(test_open() == before, "%u, not %u", test_open(), before);
	return test_end();
}
