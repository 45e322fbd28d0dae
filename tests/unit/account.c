/* SPDX-License-Identifier: MIT */
/* core/base/account.c: lines of /etc/passwd and /etc/group as they are and as they should not be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/account.c"

#include "test.h"

static char path[] = "/tmp/account-XXXXXX";

static void write_file(const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	CHECK(file && fwrite(text, 1, length, file) == length);
	if (file)
		fclose(file);
}

/* The number of the COUNTth field; -1: not found. */
static long long look_up(const char *text, const char *name, unsigned count)
{
	uint64_t number[2] = {0};

	write_file(text, strlen(text));
	return find_account(path, name, count, number) ? -1 : (long long)number[count - 1];
}

static void test_lines(void)
{
	static const char users[] = "root:x:0:1:root:/home:/bin/sh\n"
				    "mcproxy2:x:7:8::/:\n"
				    "mcproxy:x:4294967294:10::/:\n"
				    "last:x:11:12:";

	TEST("a user's number and that of the user's group");
	CHECK(look_up(users, "root", 1) == 0 && look_up(users, "root", 2) == 1);
	CHECK(look_up(users, "mcproxy", 1) == 4294967294 && look_up(users, "mcproxy", 2) == 10);
	CHECK(look_up(users, "mcproxy2", 2) == 8 && look_up(users, "last", 2) == 12);
	TEST("a name that is another one's beginning or end, or in another field");
	CHECK(look_up(users, "mcproxy3", 2) == -1 && look_up(users, "mcprox", 2) == -1);
	CHECK(look_up(users, "cproxy", 2) == -1 && look_up(users, "x", 2) == -1);
	CHECK(look_up(users, "", 2) == -1 && look_up(users, "/home", 2) == -1);
	TEST("a number is a number");
	CHECK(look_up(users, "77", 1) == 77 && look_up(users, "77", 2) == 77);
	CHECK(look_up(users, "4294967295", 1) == -1 && look_up(users, "-1", 1) == -1);
	TEST("what is wrong stands for nobody, least of all for root");
	CHECK(look_up("a:x::5:\n", "a", 2) == -1 && look_up("a:x:5::\n", "a", 2) == -1);
	CHECK(look_up("a:x::\n", "a", 1) == -1 && look_up("a:x:-1:\n", "a", 1) == -1);
	CHECK(look_up("a:x:4294967295:\n", "a", 1) == -1);
	CHECK(look_up("a:x:18446744073709551616:\n", "a", 1) == -1);
	CHECK(look_up("a:x:1\n", "a", 1) == -1 && look_up("a:x:0x1:\n", "a", 1) == -1);
	CHECK(look_up("a:x:5\n:7:\n", "a", 1) == -1 && look_up("a", "a", 1) == -1);
	CHECK(look_up("a\n:x:5:\na:x:6:\n", "a", 1) == 6);
	CHECK(look_up("", "a", 1) == -1);
}

static void test_chunks(void)
{
	static char text[2000];

	TEST("a line may lie anywhere in the file");
	for (unsigned at = 0; at < 1200; at++) {
		memset(text, '#', sizeof(text));
		if (at)
			text[at - 1] = '\n';
		memcpy(text + at, "name:x:1234:5678:\n", 18);
		text[sizeof(text) - 1] = '\0';
		CHECK(look_up(text, "name", 2) == 5678, "%u", at);
	}
}

int main(void)
{
	uint32_t uid = 1, gid = 1;
	int fd = mkstemp(path);

	TEST("the system's own files");
	CHECK(fd >= 0 && !close(fd));
	CHECK(!account_user("root", &uid, &gid) && uid == 0 && gid == 0);
	CHECK(account_user("no-such-user", &uid, &gid) == -EINVAL && uid == 0);
	gid = 1;
	CHECK(!account_group("root", &gid) && gid == 0);
	CHECK(account_group("no-such-group", &gid) == -EINVAL);
	RUN(test_lines, test_chunks);
	unlink(path);
	TEST("no file, nobody");
	CHECK(find_account(path, "root", 1, (uint64_t[2]){0}) == -EINVAL);
	return test_end();
}
