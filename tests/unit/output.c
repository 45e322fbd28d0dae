/* SPDX-License-Identifier: MIT */
/* core/base/output.c: what arrives, in which order, and what is said about what does not. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/output.h"
#include "test.h"

enum { LINES = 2000 };

/* Runs a child with DESCRIPTOR (-1: none) as standard output and error; its exit status. */
static int run(int descriptor, int (*child)(void))
{
	pid_t pid = fork();
	int status = -1;

	if (!pid) {
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
		if (descriptor >= 0)
			dup2(descriptor, STDOUT_FILENO);
		if (descriptor >= 0)
			dup2(descriptor, STDERR_FILENO);
		_exit(child());
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int print_nothing(void)
{
	return -output_flush();
}

static int print_little(void)
{
	output_text("a text");
	return -output_flush();
}

/* The error stays when what comes later would get through. */
static int print_in_vain(void)
{
	int first;

	output_text("lost");
	first = output_flush();
	if (open("/dev/null", O_WRONLY) == STDOUT_FILENO)
		output_text("not lost");
	return first && output_flush() == first ? -first : 0;
}

static int print_much(void)
{
	static char text[10000];

	memset(text, 'x', sizeof(text) - 1);
	for (unsigned i = 0; i < LINES; i++)
		output("%u %s\n", i, "line");
	output_text(text);
	return -output_flush();
}

static int print_in_turns(void)
{
	output("%d,", 1);
	output_error("%d", 2);
	output_text("3,");
	output_error("%2000d", 4);
	return -output_flush();
}

static size_t read_all(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t part;

	while ((part = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)part;
	text[length] = '\0';
	return length;
}

static void check_losses(void)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	TEST("output that is lost is an error, and stays one");
	CHECK(run(full, print_nothing) == 0);
	CHECK(run(full, print_little) == ENOSPC);
	CHECK(run(full, print_much) == ENOSPC);
	CHECK(run(-1, print_nothing) == 0);
	CHECK(run(-1, print_little) == EBADF);
	CHECK(run(-1, print_in_vain) == EBADF);
	close(full);
}

/* More than a pipe takes at once. */
static void check_pipe(void)
{
	static char text[60000];
	char *rest = text;
	int status, end[2];
	pid_t pid;

	TEST("what is printed arrives, all of it, through a pipe");
	if (!CHECK(!pipe(end)))
		return;
	pid = fork();
	if (!pid)
		_exit(run(end[1], print_much));
	close(end[1]);
	read_all(end[0], text, sizeof(text));
	close(end[0]);
	waitpid(pid, &status, 0);
	CHECK(status == 0);
	for (unsigned i = 0; i < LINES; i++) {
		CHECK(strtoul(rest, &rest, 10) == i, "line %u", i);
		if (!CHECK(!strncmp(rest, " line\n", 6), "line %u", i))
			return;
		rest += 6;
	}
	CHECK(strlen(rest) == 9999 && strspn(rest, "x") == 9999);
}

static void check_order(void)
{
	char text[8192] = "";
	int end[2];

	TEST("an error comes behind what was printed before it, in a line that ends");
	if (!CHECK(!pipe(end)))
		return;
	CHECK(run(end[1], print_in_turns) == 0);
	close(end[1]);
	CHECK(read_all(end[0], text, sizeof(text)) == 6 + 1024, "%zu", strlen(text));
	close(end[0]);
	CHECK(!strncmp(text, "1,2\n3, ", 7));
	CHECK(strrchr(text, '\n') == text + 6 + 1023);
}

int main(void)
{
	RUN(check_losses, check_pipe, check_order);
	return test_end();
}
