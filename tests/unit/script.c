/* SPDX-License-Identifier: MIT */
/* core/config/script.c: what commands are in the language, which statement takes the place of
 * which, and what is refused. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/control/control.h"
#include "test.h"

static const char file[] = "pinstance p: a ==> b; # end\n";

/* The text of FILE and then COMMANDS, one a line; what is wrong with the last one is in *WHY. */
static struct script run(const char *commands, const char **why)
{
	struct script script = {strdup(file), sizeof(file) - 1, sizeof(file) - 1}, next;
	char line[2048], statement[SCRIPT_STATEMENT];

	*why = NULL;
	while (*commands) {
		size_t length = strcspn(commands, "\n");

		memcpy(line, commands, length);
		line[length] = '\0';
		commands += length + (commands[length] != '\0');
		*why = script_statement(line, statement);
		if (*why)
			break;
		CHECK(!script_add(&script, statement, &next));
		script_free(&script);
		script = next;
	}
	return script;
}

/* EXPECTED: what stands behind the file's text then. */
static void becomes(const char *commands, const char *expected)
{
	const char *why;
	struct script script = run(commands, &why);
	size_t length = script.size - script.file;

	CHECK(!why, "'%s': %s", commands, why);
	CHECK(script.file == sizeof(file) - 1 && !memcmp(script.text, file, script.file));
	CHECK(length == strlen(expected) && !memcmp(script.text + script.file, expected, length),
	      "'%s' is '%.*s'", commands, (int)length, script.text + script.file);
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
	becomes("set   pinstance p downstream b out whitelist table {c(224.0.0.0/4 | ff02::1)}\n",
		"pinstance p downstream b out whitelist table {c(224.0.0.0/4 | ff02::1)};\n");

	TEST("other keys of instances are called as words of the statement");
	becomes("set pinstance p upstream upstream robustness 3\n",
		"pinstance p upstream upstream set robustness 3;\n");
	becomes("set pinstance set downstream in in table x\n",
		"pinstance set downstream in in table x;\n");
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
	becomes("add p peer c\nset pinstance p downstream c robustness 3\n"
		"set pinstance p upstream c robustness 4\ndel p peer c\n",
		"");
	becomes("add p downstream c\nadd p downstream c\n", "pinstance p add downstream c;\n");
}

static void refused(const char *command)
{
	const char *why;
	struct script script = run(command, &why);

	CHECK(why != NULL, "'%s'", command);
	CHECK(script.size == script.file);
	script_free(&script);
}

static void test_refused(void)
{
	char longest[2048];
	const char *why;
	struct script script;

	TEST("what is not one statement");
	refused("set");
	refused("set ");
	refused("add  ");
	refused("set log-level info; disable");
	refused("set log-level info;");
	refused("set log-level info # and");
	refused("set # log-level info");
	refused("set log-level \"info");
	refused("set log-level info\r");
	refused("set log-level info\tand");
	refused("set log-level info\x7f");
	refused("add p downstream c; pinstance q: a ==> b");

	TEST("what is for the file");
	refused("set pidfile /etc/passwd");
	refused("set control /run/another");
	refused("set control-group users");
	refused("set user nobody");
	refused("set group nogroup");
	refused("set chroot /");
	refused("set \"log-level\" debug");

	TEST("the longest request is a statement, what is much longer is none");
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "set pinstance p downstream c robustness ", 40);
	longest[CONTROL_REQUEST - 1] = '\0';
	script = run(longest, &why);
	CHECK(!why && script.size == script.file + CONTROL_REQUEST + 1, "%zu", script.size);
	script_free(&script);
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "set pinstance p downstream c robustness ", 40);
	longest[sizeof(longest) - 1] = '\0';
	refused(longest);
}

static void test_limit(void)
{
	const size_t size = CONFIG_CONF_MAX_SIZE - 30;
	struct script script = {calloc(1, size), size, size}, next;

	TEST("a text that would become too long is not changed");
	CHECK(!script_add(&script, "set log-level debug;", &next));
	script_free(&next);
	CHECK(script_add(&script, "set log-level debug         ;  ", &next) == -EFBIG);
	CHECK(script.text && script.size == size);
	script_free(&script);
}

static void test_file(void)
{
	char path[] = "/tmp/script-XXXXXX", error[CONF_ERROR] = "";
	int fd = mkstemp(path);
	struct script script;

	TEST("a file is its bytes and a newline, so that a statement may follow");
	CHECK(fd >= 0 && write(fd, "a\0#", 3) == 3);
	CHECK(script_read(&script, conf_open(AT_FDCWD, path), path, error), "%s", error);
	CHECK(script.size == 4 && script.file == 4 && !memcmp(script.text, "a\0#\n", 4));
	script_free(&script);
	CHECK(!script.text && !script.size);
	CHECK(!ftruncate(fd, 0) && script_read(&script, conf_open(AT_FDCWD, path), path, error));
	CHECK(script.size == 1 && *script.text == '\n');
	script_free(&script);

	TEST("one that is too long, and one that is not there");
	CHECK(!ftruncate(fd, CONFIG_CONF_MAX_SIZE + 1));
	CHECK(!script_read(&script, conf_open(AT_FDCWD, path), path, error) && strstr(error, path),
	      "%s", error);
	unlink(path);
	CHECK(!script_read(&script, conf_open(AT_FDCWD, path), path, error) &&
		      strstr(error, strerror(ENOENT)),
	      "%s", error);
	close(fd);
}

/* As another worker finds it. FD is closed. */
static bool restores(int fd, size_t at, const struct script *expected)
{
	char error[CONF_ERROR] = "";
	unsigned before = test_open();
	struct script script;
	bool same;

	if (!script_restore(&script, fd, at, "f", error)) {
		CHECK(strstr(error, "f: ") == error, "%s", error);
		return !expected && test_open() == before - (fd >= 0);
	}
	same = expected && script.size == expected->size && script.file == expected->file &&
	       !memcmp(script.text, expected->text, script.size);
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
	int fd;

	TEST("what is saved is restored, the file alone and with statements");
	CHECK(restores(script_save(&script), script.file, &script));
	script_free(&script);
	script = run("set log-level debug\nadd p downstream c\n", &why);
	CHECK(!why && script.size > script.file);
	fd = script_save(&script);
	CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(restores(dup(fd), script.file, &script) && restores(dup(fd), script.file, &script));
	TEST("it can be kept from growing, and from becoming shorter");
	CHECK(!fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK));
	CHECK(restores(dup(fd), script.file, &script));
	TEST("with another end of the file in it, it is damaged");
	CHECK(restores(dup(fd), 0, NULL));
	CHECK(restores(dup(fd), script.file - 1, NULL));
	CHECK(restores(dup(fd), script.file + 1, NULL));
	CHECK(restores(dup(fd), script.size + 1, NULL));
	CHECK(restores(fd, SIZE_MAX, NULL));
	script_free(&script);
	TEST("what is no text at all, and nothing");
	CHECK(restores(save_bytes("a\0b\nc", 5), 4, &(struct script){(char[]){"a\0b\nc\n"}, 6, 4}));
	CHECK(restores(save_bytes("\n", 1), 1, &(struct script){(char[]){"\n\n"}, 2, 1}));
	CHECK(restores(save_bytes("", 0), 1, &(struct script){(char[]){"\n"}, 1, 1}));
	CHECK(restores(save_bytes("", 0), 2, NULL));
	CHECK(restores(-1, 1, NULL) && restores(open("/", O_RDONLY), 1, NULL));
}

/* The longest text that script_add() makes, and what only somebody else can have written. */
static void test_save_limit(void)
{
	const size_t size = CONFIG_CONF_MAX_SIZE;
	char *text = malloc(size + 1);
	struct script script = {text, size, size};

	TEST("the longest text is restored, a longer one is not");
	memset(text, ' ', size + 1);
	text[size - 1] = '\n';
	CHECK(restores(script_save(&script), size, &script));
	text[size - 1] = ' ';
	text[size] = '\n';
	script.size = script.file = size + 1;
	CHECK(restores(script_save(&script), size + 1, &script));
	CHECK(restores(save_bytes(text, size + 1), size + 1, NULL));
	free(text);
}

int main(void)
{
	test_statements();
	test_replacement();
	test_refused();
	test_limit();
	test_file();
	test_save();
	test_save_limit();
	return test_end();
}
