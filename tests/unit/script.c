/* SPDX-License-Identifier: MIT */
/* core/config/script.c: what commands are in the language, which statement takes the place of
 * which, and what is refused. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/control/control.h"
#include "keys.h"
#include "test.h"

static const char file[] = "pinstance p: a ==> b; table x {}; table y {}; # end\n";

/* Its statements; BYTES of text, the newline included. */
static struct script start(const char *text, size_t bytes)
{
	struct script script = {.name = "f", .file = {.text = malloc(bytes), .size = bytes}};
	char error[CONF_ERROR];

	memcpy(script.file.text, text, bytes);
	CHECK(script_scan(&script, error), "%s", error);
	return script;
}

/* FILE and then COMMANDS, one a line; what is wrong with the last one is in *WHY. */
static struct script run(const char *commands, const char **why)
{
	static char error[CONF_ERROR];
	struct script script = start(file, sizeof(file) - 1);
	struct part before;
	char line[2048];

	for (*why = NULL; *commands && !*why;) {
		size_t length = strcspn(commands, "\n");

		memcpy(line, commands, length);
		line[length] = '\0';
		commands += length + (commands[length] != '\0');
		if (script_add(&script, line, &before, error))
			script_settle(&script, &before, true);
		else
			*why = error;
	}
	return script;
}

/* EXPECTED: what stands behind the file's text then. */
static void becomes(const char *commands, const char *expected)
{
	const char *why;
	struct script script = run(commands, &why);
	size_t length = script.added.size;

	CHECK(!why, "'%s': %s", commands, why);
	CHECK(!length == !script.added.first);
	CHECK(script.file.size == sizeof(file) - 1 &&
	      !memcmp(script.file.text, file, script.file.size));
	CHECK(length == strlen(expected) && !memcmp(script.added.text, expected, length),
	      "'%s' is '%.*s'", commands, (int)length, script.added.text);
	script_free(&script);
}

static void test_statements(void)
{
	TEST("commands are statements of the language");
	becomes("add p downstream c\n", "pinstance p add downstream c;\n");
	becomes("del \"a b\" upstream ppp*\n", "pinstance \"a b\" del upstream ppp*;\n");
	becomes("log-level debug\n", "set log-level debug;\n");
	becomes("set log-level debug\n", "set log-level debug;\n");
	becomes("set log syslog\n", "set log syslog;\n");
	becomes("set pinstance p max-routes 7\n", "pinstance p set max-routes 7;\n");
	becomes("set pinstance p set max-routes 7\n", "pinstance p set max-routes 7;\n");
	becomes("set pinstance p downstream ppp?.* robustness 3\n",
		"pinstance p downstream ppp?.* set robustness 3;\n");
	becomes("set pinstance \"p # ;\" upstream * set robustness 3\n",
		"pinstance \"p # ;\" upstream * set robustness 3;\n");
	becomes("set pinstance p upstream * in rulematching mutex 7\n",
		"pinstance p upstream * in rulematching mutex 7;\n");
	becomes("set   pinstance p downstream b out whitelist table {c(224.0.0.0/4 | 10.0.0.1)}\n",
		"pinstance p downstream b out whitelist table {c(224.0.0.0/4 | 10.0.0.1)};\n");

	TEST("other keys of instances are called as words of the statement");
	becomes("set pinstance p upstream upstream robustness 3\n",
		"pinstance p upstream upstream set robustness 3;\n");
	becomes("set pinstance set downstream in in whitelist table x\n",
		"pinstance set downstream in in whitelist table x;\n");
}

static void test_replacement(void)
{
	TEST("a later statement takes the place of one for the same key");
	becomes("set log-level debug\nset log syslog\nlog-level info\n",
		"set log syslog;\nset log-level info;\n");
	becomes("set pinstance p max-routes 7\nset pinstance p scope site\n"
		"set pinstance q max-routes 8\nset pinstance p max-routes 9\n",
		"pinstance p set scope site;\npinstance q set max-routes 8;\n"
		"pinstance p set max-routes 9;\n");
	becomes("set pinstance p downstream b robustness 3\n"
		"set pinstance p downstream b* robustness 4\n"
		"set pinstance p upstream b robustness 5\n"
		"set pinstance p downstream b query-interval 6\n"
		"set pinstance p downstream b robustness 7\n",
		"pinstance p downstream b* set robustness 4;\n"
		"pinstance p upstream b set robustness 5;\n"
		"pinstance p downstream b set query-interval 6;\n"
		"pinstance p downstream b set robustness 7;\n");

	TEST("a filter takes the place of another one in the same direction, a matching of "
	     "another");
	becomes("set pinstance p upstream * in whitelist table x\n"
		"set pinstance p upstream * in rulematching first\n"
		"set pinstance p upstream * out blacklist table x\n"
		"set pinstance p upstream * in rulematching mutex 7\n"
		"set pinstance p upstream * in blacklist table y\n",
		"pinstance p upstream * out blacklist table x;\n"
		"pinstance p upstream * in rulematching mutex 7;\n"
		"pinstance p upstream * in blacklist table y;\n");

	TEST("static joins are many");
	becomes("set pinstance p downstream b static-join (239.1.1.1 | *)\n"
		"set pinstance p downstream b static-join (239.1.1.2 | *)\n"
		"set pinstance p downstream b static-join (239.1.1.1 | *)\n",
		"pinstance p downstream b set static-join (239.1.1.2 | *);\n"
		"pinstance p downstream b set static-join (239.1.1.1 | *);\n");

	TEST("add and del undo each other, and with an interface goes what was set for it");
	becomes("add p downstream c\ndel p downstream c\n", "");
	becomes("del p downstream b\nadd p downstream b\n", "");
	becomes("add p downstream c\nadd p upstream c\ndel p downstream c\n",
		"pinstance p add upstream c;\n");
	becomes("add p downstream c\nset pinstance p downstream c robustness 3\n"
		"set pinstance p upstream c robustness 4\n"
		"set pinstance q downstream c robustness 5\n"
		"set pinstance p downstream c in blacklist table x\n"
		"set pinstance p downstream cc robustness 6\ndel p downstream c\n",
		"pinstance p upstream c set robustness 4;\n"
		"pinstance q downstream c set robustness 5;\n"
		"pinstance p downstream cc set robustness 6;\n");
	becomes("add p upstream *\nset pinstance p upstream * out rulematching first\n"
		"set pinstance q upstream * in rulematching mutex 20\ndel p upstream *\n",
		"pinstance q upstream * in rulematching mutex 20;\n");
	becomes("add p peer c\nset pinstance p downstream c robustness 3\n"
		"set pinstance p upstream c robustness 4\ndel p peer c\n",
		"");
	becomes("add p downstream c\nadd p downstream c\n", "pinstance p add downstream c;\n");
}

/* What is wrong with the last one of them. */
static void fails(const char *commands, const char *expected)
{
	const char *why;
	struct script script = run(commands, &why);

	CHECK(why && !strcmp(why, expected), "'%s': '%s', not '%s'", commands, why, expected);
	script_free(&script);
}

static void test_tables(void)
{
	TEST("a command may use a table of the file, or of an earlier command, or define one "
	     "again");
	becomes("set pinstance p downstream b in whitelist table w {(table y)}\n"
		"set pinstance p downstream b in whitelist table z {(table x)}\n"
		"set pinstance p downstream b in blacklist table z {}\n"
		"set pinstance p downstream b out blacklist table z\n",
		"pinstance p downstream b in blacklist table z {};\n"
		"pinstance p downstream b out blacklist table z;\n");
	TEST("a table goes with the command that has defined it, unless another one needs it");
	fails("set pinstance p downstream b in whitelist table w {(table y)}\n"
	      "set pinstance p downstream b out whitelist table w\n"
	      "set pinstance p downstream b in blacklist table x\n",
	      "f:2:46: found 'w', expected a table that is defined before");
	fails("set pinstance p downstream b in whitelist table w {(table y)}\n"
	      "set pinstance p downstream b in blacklist table w\n",
	      "f:2:45: found 'w', expected a table that is defined before");
}

static void test_places(void)
{
	TEST("errors are told where the statement stands");
	fails("set log-level debug\nset pinstance p downstream b robustness 8\n",
	      "f:3:41: found '8', expected a number from 1 to 7");
	fails("set log-level debug\nset log syslog\nset log-level loud\n",
	      "f:3:15: found 'loud', expected error|warning|notice|info|debug");
	fails("set pinstance p downstream b elephants 8\n",
	      keys_of('d', "f:2:30: found 'elephants', expected "));
	fails("set pinstance p : c ==> d\n", keys_of('i', "f:2:17: found ':', expected "));
	fails("add p downstream c\nadd p downstream c d\n", "f:2:30: found 'd', expected ';'");
	fails("add p downstream c\ndel p downstream c d\n", "f:2:30: found 'd', expected ';'");
	fails("add p downstream c\nset pinstance p downstream c bogus 1\n",
	      keys_of('d', "f:3:30: found 'bogus', expected "));
}

static void refused(const char *command)
{
	const char *why;
	struct script script = run(command, &why);

	CHECK(why != NULL, "'%s'", command);
	CHECK(!script.added.size);
	script_free(&script);
}

static void all_refused(const char *const *command)
{
	while (*command)
		refused(*command++);
}

#define REFUSED(...) all_refused((const char *const[]){__VA_ARGS__, NULL})

/* A command of so many bytes. */
static void becomes_long(size_t length, bool valid)
{
	static const char words[] = "set pinstance p downstream c accept-from (10.0.0.0/8 ";
	char longest[2048];
	const char *why;
	struct script script;

	memset(longest, ' ', length);
	memcpy(longest, words, sizeof(words) - 1);
	longest[length - 1] = ')';
	longest[length] = '\0';
	script = run(longest, &why);
	CHECK(!why == valid, "%s", why);
	CHECK(script.added.size == (valid ? length + 2 : 0), "%zu", script.added.size);
	script_free(&script);
}

static void test_refused(void)
{
	TEST("what is not one statement");
	REFUSED("set", "set ", "add  ", "set log-level info; disable", "set log-level info;",
		"set log-level info # and", "set # log-level info", "set log-level \"info",
		"set log-level info\r", "set log-level info\tand", "set log-level info\x7f",
		"add p downstream c; pinstance q: a ==> b");

	TEST("what is for the file");
	REFUSED("set pidfile /etc/passwd", "set control /run/another", "set control-group users",
		"set user nobody", "set group nogroup", "set chroot /", "set \"log-level\" debug");

	TEST("the longest request is a statement, what is much longer is none");
	becomes_long(CONTROL_REQUEST - 1, true);
	becomes_long(2047, false);
}

static void test_limit(void)
{
	const size_t size = CONFIG_CONF_MAX_SIZE - 30;
	char *text = malloc(size), error[CONF_ERROR];
	struct script script;
	struct part before;

	TEST("a text that would become too long is not changed");
	memset(text, ' ', size);
	script = start(text, size);
	CHECK(!script_add(&script, "set log-level                debug", &before, error));
	CHECK(!strcmp(error, strerror(EFBIG)), "%s", error);
	CHECK(!script.added.size && script.file.size == size);
	CHECK(script_add(&script, "set log-level debug", &before, error), "%s", error);
	CHECK(script.added.size == strlen("set log-level debug;\n"));
	TEST("what is not kept is as if it had not been said");
	script_settle(&script, &before, false);
	CHECK(!script.added.size && !script.added.first);
	script_free(&script);
	free(text);
}

static void test_file(void)
{
	char path[] = "/tmp/script-XXXXXX", error[CONF_ERROR] = "";
	int fd = mkstemp(path);
	struct script script;

	TEST("a file is its bytes and a newline, so that a statement may follow");
	CHECK(fd >= 0 && write(fd, "a\0#", 3) == 3);
	CHECK(script_read(&script, script_open(AT_FDCWD, path), path, error), "%s", error);
	CHECK(script.file.size == 4 && !script.added.size &&
	      !memcmp(script.file.text, "a\0#\n", 4));
	script_free(&script);
	CHECK(!script.file.text && !script.file.size);
	CHECK(!ftruncate(fd, 0) && script_read(&script, script_open(AT_FDCWD, path), path, error));
	CHECK(script.file.size == 1 && *script.file.text == '\n');
	script_free(&script);

	TEST("one that is too long, and one that is not there");
	CHECK(!ftruncate(fd, CONFIG_CONF_MAX_SIZE + 1));
	CHECK(!script_read(&script, script_open(AT_FDCWD, path), path, error) &&
		      strstr(error, path),
	      "%s", error);
	unlink(path);
	CHECK(!script_read(&script, script_open(AT_FDCWD, path), path, error) &&
		      strstr(error, strerror(ENOENT)),
	      "%s", error);
	close(fd);
}

/* Is it a text of SIZE bytes, of which the file's are the first FILE_SIZE? */
static bool is(const struct script *script, const char *text, size_t size, size_t file_size)
{
	return script->file.size == file_size && script->added.size == size - file_size &&
	       !memcmp(script->file.text, text, file_size) &&
	       (size == file_size ||
		!memcmp(script->added.text, text + file_size, size - file_size));
}

/* As another worker finds it, whose file's part ends AT. EXPECTED: the bytes; NULL: it is damaged.
 * FD is closed. */
static bool restores(int fd, size_t at, const char *expected, size_t size)
{
	char error[CONF_ERROR] = "";
	unsigned before = test_open();
	struct script script;
	bool same;

	if (!script_restore(&script, fd, at, "f", error)) {
		CHECK(strstr(error, "f: ") == error, "%s", error);
		return !expected && test_open() == before - (fd >= 0);
	}
	same = expected && is(&script, expected, size, at);
	script_free(&script);
	return same && test_open() == before - 1;
}

static int save_bytes(const char *bytes, size_t length)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	CHECK(write(fd, bytes, length) == (ssize_t)length);
	return fd;
}

static void test_save(void)
{
	const char *why;
	struct script script = run("", &why);
	const size_t end = sizeof(file) - 1;
	char text[256];
	size_t size;
	int fd;

	TEST("what is saved is restored, the file alone and with statements");
	CHECK(restores(script_save(&script), end, file, end));
	script_free(&script);
	script = run("set log-level debug\nadd p downstream c\n", &why);
	size = (size_t)sprintf(text, "%s%.*s", file, (int)script.added.size, script.added.text);
	CHECK(!why && size > end);
	fd = script_save(&script);
	CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(restores(dup(fd), end, text, size) && restores(dup(fd), end, text, size));
	TEST("it can be kept from growing, and from becoming shorter");
	CHECK(!fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK));
	CHECK(restores(dup(fd), end, text, size));
	TEST("with another end of the file in it, it is damaged");
	CHECK(restores(dup(fd), 0, NULL, 0));
	CHECK(restores(dup(fd), end - 1, NULL, 0));
	CHECK(restores(dup(fd), end + 1, NULL, 0));
	CHECK(restores(dup(fd), size + 1, NULL, 0));
	CHECK(restores(fd, SIZE_MAX, NULL, 0));
	script_free(&script);
	TEST("what is no text at all, and nothing");
	CHECK(restores(save_bytes("a\0b\nc", 5), 4, "a\0b\nc\n", 6));
	CHECK(restores(save_bytes("\n", 1), 1, "\n\n", 2));
	CHECK(restores(save_bytes("", 0), 1, "\n", 1));
	CHECK(restores(save_bytes("", 0), 2, NULL, 0));
	CHECK(restores(-1, 1, NULL, 0) && restores(open("/", O_RDONLY), 1, NULL, 0));
}

/* The longest text that script_add() makes, and what only somebody else can have written. */
static void test_save_limit(void)
{
	const size_t size = CONFIG_CONF_MAX_SIZE;
	char *text = malloc(size + 1);
	struct script script = {.file = {.text = text, .size = size}};

	TEST("the longest text is restored, a longer one is not");
	memset(text, ' ', size + 1);
	text[size - 1] = '\n';
	CHECK(restores(script_save(&script), size, text, size));
	text[size - 1] = ' ';
	text[size] = '\n';
	script.file.size = size + 1;
	CHECK(restores(script_save(&script), size + 1, text, size + 1));
	CHECK(restores(save_bytes(text, size + 1), size + 1, NULL, 0));
	free(text);
}

int main(void)
{
	RUN(test_statements, test_replacement, test_tables, test_places, test_refused, test_limit,
	    test_file, test_save, test_save_limit);
	return test_end();
}
