/* SPDX-License-Identifier: MIT */
/*
 * A unit test is a program that is linked with proto/ and core/:
 *
 *	int main(void)
 *	{
 *		TEST("an address is written as it is read");
 *		CHECK(read(&address, "192.0.2.1"));
 *		CHECK(count == 3, "%u of them", count);
 *		return test_end();
 *	}
 *
 * Each TEST() begins a group, for which one line is printed: "ok PROGRAM: DESCRIPTION", or "not ok
 * PROGRAM: DESCRIPTION (FILE:LINE: CONDITION; DETAIL)" of the first CHECK() that failed.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	const char *description; /* of the group; NULL: none has begun */
	char failure[512];	 /* the group's first; "": none */
	unsigned passed, failed; /* groups */
} test;

static inline void test_close(void)
{
	if (!test.description)
		return;
	if (test.failure[0]) {
		test.failed++;
		printf("not ok %s: %s (%s)\n", program_invocation_short_name, test.description,
		       test.failure);
	} else {
		test.passed++;
		printf("ok %s: %s\n", program_invocation_short_name, test.description);
	}
	fflush(stdout);
}

static inline void test_begin(const char *description)
{
	test_close();
	test.description = description;
	test.failure[0] = '\0';
}

/* FORMAT begins with a blank, so that "no detail" is a format, too. */
__attribute__((format(printf, 5, 6))) static inline bool
test_check(bool holds, const char *file, int line, const char *condition, const char *format, ...)
{
	va_list arguments;
	int length;

	if (holds || test.failure[0])
		return holds;
	length = snprintf(test.failure, sizeof(test.failure), "%s:%d: %s", file, line, condition);
	if (length < 0 || (size_t)length >= sizeof(test.failure) || !format[1])
		return false;
	va_start(arguments, format);
	vsnprintf(test.failure + length, sizeof(test.failure) - (size_t)length, format, arguments);
	va_end(arguments);
	return false;
}

/* The exit status of main(). A program without a group has tested nothing, so it fails. */
static inline int test_end(void)
{
	test_close();
	test.description = NULL;
	return test.failed || !test.passed;
}

/* Runs groups in a process of their own, which may give up what the others need. False: some
 * failed, or it has not reached its end. */
static inline bool test_apart(void (*run)(void))
{
	int status = 1;
	pid_t pid;

	test_close();
	test.description = NULL;
	pid = fork();
	if (!pid) {
		test.passed = test.failed = 0;
		run();
		/* A leak sanitizer would want /proc. */
		_exit(test_end());
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

/* Is it run under a tool (tests/run.sh's UNDER) that makes every step some fifty times as long?
 * Then a part of what is alike will do. */
static inline bool test_is_slow(void)
{
	return getenv("UNDER") != NULL;
}

/* Are two descriptors of one file? */
static inline bool test_same_file(int a, int b)
{
	struct stat one, other;

	return !fstat(a, &one) && !fstat(b, &other) && one.st_ino == other.st_ino &&
	       one.st_dev == other.st_dev;
}

/* How many descriptors are open. */
static inline unsigned test_open(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	while (directory && readdir(directory))
		count++;
	if (directory)
		closedir(directory);
	return count - 3; /* ".", "..", its own */
}

static inline void test_run(void (*const *function)(void))
{
	while (*function)
		(*function++)();
}

/* Calls them, one after the other. */
#define RUN(...) test_run((void (*const[])(void)){__VA_ARGS__, NULL})
/* Calls one of them as a group. */
#define RUN_AS(function, description) (test_begin(description), function())
#define TEST(description) test_begin(description)
/* CHECK(CONDITION) or CHECK(CONDITION, FORMAT, ...); FORMAT is a literal. Its value is CONDITION's.
 */
#define CHECK(condition, ...) test_check(condition, __FILE__, __LINE__, #condition, " " __VA_ARGS__)

#endif
