/* SPDX-License-Identifier: MIT */
/* See seams.h. */
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "seams.h"

/* The names of the archive; nothing else calls them. */
void *test_malloc(size_t size);
void *test_calloc(size_t count, size_t size);
void *test_realloc(void *block, size_t size);
void test_free(void *block);
int test_clock_gettime(clockid_t clock, struct timespec *time);
int test_getrusage(int who, struct rusage *usage);
ssize_t test_send(int fd, const void *data, size_t size, int flags);
ssize_t test_write(int fd, const void *data, size_t size);

struct seams *seams(void)
{
	static struct seams state;

	return &state;
}

static bool fails(void)
{
	struct seams *s = seams();

	if (++s->allocations != s->fail_at && !(s->fails && s->fails()))
		return false;
	errno = ENOMEM;
	return true;
}

static void *counted(void *block)
{
	seams()->blocks += block != NULL;
	return block;
}

void *test_malloc(size_t size)
{
	return fails() ? NULL : counted(malloc(size));
}

void *test_calloc(size_t count, size_t size)
{
	return fails() ? NULL : counted(calloc(count, size));
}

void *test_realloc(void *block, size_t size)
{
	if (!block)
		return test_malloc(size);
	return fails() ? NULL : realloc(block, size);
}

void test_free(void *block)
{
	seams()->blocks -= block != NULL;
	free(block);
}

int test_clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	time->tv_sec = (time_t)(seams()->now / 1000);
	time->tv_nsec = (long)(seams()->now % 1000) * 1000000;
	return 0;
}

int test_getrusage(int who, struct rusage *usage)
{
	(void)who;
	*usage = (struct rusage){0};
	return 0;
}

ssize_t test_send(int fd, const void *data, size_t size, int flags)
{
	if (seams()->send_most && size > seams()->send_most)
		size = seams()->send_most;
	return send(fd, data, size, flags);
}

/* The log of the program is none of the test's. */
ssize_t test_write(int fd, const void *data, size_t size)
{
	return fd == STDERR_FILENO ? (ssize_t)size : write(fd, data, size);
}
