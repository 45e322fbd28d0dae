/* SPDX-License-Identifier: MIT */
/* core/privilege/pidfile.c: what is in the file, when there is one, and what fails. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "core/privilege/pidfile.h"
#include "netns.h"

static char directory[] = "/tmp/pidfile-XXXXXX";
static struct pidfile pidfile;

static const char *path_of(const char *name)
{
	static char path[4][64];
	static unsigned next;
	char *result = path[next++ % 4];

	snprintf(result, sizeof(path[0]), "%s/%s", directory, name);
	return result;
}

static bool exists(const char *name)
{
	struct stat status;

	return !lstat(path_of(name), &status);
}

/* Has it the number of this process, a newline, and nothing else; may all read it, and may its
 * owner alone write it? */
static bool is_written(const char *name)
{
	char text[32] = "", expected[32];
	int fd = open(path_of(name), O_RDONLY);
	ssize_t length = read(fd, text, sizeof(text));
	struct stat status;
	bool mode = !fstat(fd, &status) && (status.st_mode & 07777) == 0644;

	close(fd);
	return mode && length == snprintf(expected, sizeof(expected), "%d\n", (int)getpid()) &&
	       !memcmp(text, expected, (size_t)length);
}

static bool set(const char *name, int expected)
{
	return pidfile_set(&pidfile, *name ? path_of(name) : "") == expected;
}

static void test_set(void)
{
	TEST("none is asked for");
	CHECK(set("", 0) && !*pidfile.path);
	TEST("it is written");
	CHECK(set("one", 0) && is_written("one"));
	TEST("... once: what somebody else makes of it is not ours to change");
	CHECK(!unlink(path_of("one")) && set("one", 0) && !exists("one"));
	CHECK(set("", 0) && set("one", 0) && is_written("one"));
	TEST("another one takes its place");
	CHECK(set("two", 0) && is_written("two") && !exists("one"));
	TEST("one that is there already is overwritten");
	netns_write(path_of("two"), "1234567890 and more\n");
	CHECK(!rename(path_of("two"), path_of("three")));
	CHECK(set("three", 0) && is_written("three"));
	TEST("in the end it is removed, and it may be gone by then");
	CHECK(set("", 0) && !exists("three") && !*pidfile.path);
	CHECK(set("one", 0) && !unlink(path_of("one")) && set("", 0));
}

static void test_failures(void)
{
	CHECK(set("one", 0));
	TEST("no directory: the file before stays");
	CHECK(set("no/such", -ENOENT) && is_written("one") &&
	      !strcmp(pidfile.path, path_of("one")));
	TEST("a directory of that name, a link: they are nobody's pid file");
	CHECK(!mkdir(path_of("directory"), 0755) && set("directory", -EISDIR) && is_written("one"));
	CHECK(!symlink(path_of("victim"), path_of("link")) && set("link", -ELOOP));
	CHECK(!exists("victim") && exists("link") && is_written("one"));
	TEST("after that, another one may be written");
	CHECK(set("two", 0) && is_written("two") && !exists("one"));
}

/* Of the size of a page, which another file has. */
static void test_full(void)
{
	char page[8192] = "";
	int fd;

	TEST("a disk that is full: there is no file, and the one before stays");
	CHECK(!mkdir(path_of("disk"), 0755) &&
	      !mount("none", path_of("disk"), "tmpfs", 0, "size=4096"));
	fd = open(path_of("disk/filler"), O_WRONLY | O_CREAT, 0644);
	CHECK(write(fd, page, sizeof(page)) == 4096 && !close(fd));
	CHECK(set("disk/file", -ENOSPC) && !exists("disk/file") && is_written("two"));
	TEST("... until there is room");
	CHECK(!unlink(path_of("disk/filler")) && set("disk/file", 0) && is_written("disk/file") &&
	      !exists("two"));
	CHECK(set("", 0) && !exists("disk/file"));
	CHECK(!umount2(path_of("disk"), MNT_DETACH));
}

int main(void)
{
	netns_enter();
	if (unshare(CLONE_NEWNS) || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) ||
	    !mkdtemp(directory)) {
		printf("no mount namespace: %s\n", strerror(errno));
		return NETNS_SKIP;
	}
	umask(022);
	RUN(test_set, test_failures, test_full);
	netns_run("rm -r %s", directory);
	return test_end();
}
