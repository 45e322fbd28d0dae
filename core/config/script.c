/* SPDX-License-Identifier: MIT */
/*
 * The text of the configuration; see script.h. Owns: which statements may be given at run time, and
 * which one replaces which. So the text grows with what is set, not with how often.
 */
#include "core/config/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/format.h"
#include "core/base/scan.h"

bool script_read(struct script *script, int fd, const char *name, char error[CONF_ERROR])
{
	char *buffer, *text;
	size_t size;

	if (conf_load(fd, name, &buffer, &size, error))
		return false;
	text = malloc(size + 1);
	if (text) {
		memcpy(text, buffer, size);
		text[size++] = '\n';
		*script = (struct script){text, size, size};
	} else {
		format_text(error, CONF_ERROR, "%.128s: out of memory", name);
	}
	/* It may be much larger than what is in it. */
	free(buffer);
	return text;
}

/* Without the newline that script_read() adds. */
int script_save(const struct script *script)
{
	int fd = memfd_create("mcproxy.conf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	ssize_t size = (ssize_t)script->size - 1;
	int error;

	if (fd < 0)
		return -errno;
	if (write(fd, script->text, (size_t)size) == size)
		return fd;
	error = errno ? -errno : -EIO;
	close(fd);
	return error;
}

bool script_restore(struct script *script, int fd, size_t file, const char *name,
		    char error[CONF_ERROR])
{
	lseek(fd, 0, SEEK_SET);
	if (!script_read(script, fd, name, error))
		return false;
	script->file = file;
	if (file && file <= script->size && script->text[file - 1] == '\n')
		return true;
	script_free(script);
	format_text(error, CONF_ERROR, "%.128s: what was left of it is damaged", name);
	return false;
}

void script_free(struct script *script)
{
	free(script->text);
	*script = (struct script){0};
}

/* ---- from a command to a statement ---- */

/* The first words of a statement, symbols too: no more are needed to know what it sets. */
struct words {
	struct token word[6];
};

static struct words read_words(const char *text, size_t length)
{
	struct words words;
	struct scanner scanner;

	scan_start(&scanner, text, length);
	for (unsigned i = 0; i < sizeof(words.word) / sizeof(words.word[0]); i++) {
		scan_as(&scanner, TOKEN_PATTERN);
		words.word[i] = scanner.token;
		scan_next(&scanner);
	}
	return words;
}

static bool is(const struct token *token, const char *word)
{
	return token->length == strlen(word) && !memcmp(token->text, word, token->length);
}

static bool same(const struct token *a, const struct token *b)
{
	return a->length == b->length && !memcmp(a->text, b->text, a->length);
}

/* Tokens of one statement and nothing else: no semicolon, and no comment that would hide the next
 * statement. */
static bool is_statement(const char *text)
{
	struct scanner scanner;
	const char *end = text;

	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	scan_start(&scanner, text, strlen(text));
	for (; scanner.token.type != TOKEN_END; scan_next(&scanner)) {
		if (scanner.token.type == ';' || scanner.token.type == TOKEN_UNTERMINATED ||
		    memchr(end, '#', (size_t)(scanner.token.text - end)))
			return false;
		end = scanner.token.text + scanner.token.length;
	}
	return end != text && !strchr(end, '#');
}

/* Where in "pinstance NAME [ROLE IF] KEY VALUE" the word "set" is missing. NULL: nowhere. */
static const char *place_of_set(const struct words *words)
{
	const struct token *key = &words->word[2];

	if (is(key, "upstream") || is(key, "downstream"))
		key += 2;
	return is(key, "set") || is(key, "in") || is(key, "out") ? NULL : key->text;
}

/* What names files and gives rights is the file's alone: who may use the socket need not be root.
 */
static const char *set_statement(const char *text, char statement[SCRIPT_STATEMENT])
{
	struct words words = read_words(text, strlen(text));
	const char *gap = text;

	if (is(&words.word[0], "pinstance"))
		gap = place_of_set(&words);
	else if (!is(&words.word[0], "log-level") && !is(&words.word[0], "log"))
		return "this is for the file to say";
	if (gap)
		format_text(statement, SCRIPT_STATEMENT, "%.*sset %s;", (int)(gap - text), text,
			    gap);
	else
		format_text(statement, SCRIPT_STATEMENT, "%s;", text);
	return NULL;
}

const char *script_statement(const char *command, char statement[SCRIPT_STATEMENT])
{
	struct words words = read_words(command, strlen(command));
	const char *text = words.word[1].text, *role = words.word[2].text;

	if (!is_statement(text) || strlen(text) + sizeof("pinstance set ;") > SCRIPT_STATEMENT)
		return "one statement is expected, without its semicolon";
	if (is(&words.word[0], "set"))
		return set_statement(text, statement);
	if (is(&words.word[0], "log-level"))
		format_text(statement, SCRIPT_STATEMENT, "set log-level %s;", text);
	else
		format_text(statement, SCRIPT_STATEMENT, "pinstance %.*s%.*s %s;",
			    (int)(role - text), text, (int)words.word[0].length, words.word[0].text,
			    role);
	return NULL;
}

/* ---- which one replaces which ---- */

/* What two statements must have in common to be about the same, in bytes of the first one. */
static size_t key_length(const struct words *words, size_t length)
{
	const struct token *word = words->word, *last = &word[5];

	if (is(&word[0], "set"))
		last = &word[1];
	else if (is(&word[2], "set"))
		last = &word[3];
	else if (!is(&word[4], "set") && !is(&word[5], "rulematching"))
		last = &word[4];
	/* There may be many of these. */
	return is(last, "static-join") ? length : (size_t)(last->text + last->length - word->text);
}

static bool is_about(const struct words *words, const struct token *instance,
		     const struct token *interface)
{
	return same(&words->word[1], instance) && same(&words->word[3], interface);
}

/* Does the new statement take the old one's place? UNDONE: both are for nothing then. */
static bool replaces(const struct words *new, size_t new_length, const struct words *old,
		     size_t old_length, bool *undone)
{
	const struct token *word = new->word, *other = old->word;
	size_t key = key_length(new, new_length);
	bool add = is(&word[2], "add"), del = is(&word[2], "del");

	if (key == key_length(old, old_length) && !memcmp(word->text, other->text, key))
		return true;
	if (!add && !del)
		return false;
	if (is(&other[2], add ? "del" : "add") && same(&word[1], &other[1]) &&
	    same(&word[3], &other[3]) && same(&word[4], &other[4])) {
		*undone = true;
		return true;
	}
	/* What was set for an interface goes with it. */
	return del && is_about(old, &word[1], &word[4]) &&
	       (same(&word[3], &other[2]) || is(&word[3], "peer"));
}

int script_add(const struct script *script, const char *statement, struct script *result)
{
	size_t length = strlen(statement), size = script->file;
	struct words new = read_words(statement, length);
	const char *line = script->text + script->file, *end = script->text + script->size;
	char *text = malloc(script->size + length + 1);
	bool undone = false;

	if (!text)
		return -ENOMEM;
	memcpy(text, script->text, script->file);
	for (const char *next; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		next++;
		struct words old = read_words(line, (size_t)(next - 1 - line));

		if (replaces(&new, length, &old, (size_t)(next - 1 - line), &undone))
			continue;
		memcpy(text + size, line, (size_t)(next - line));
		size += (size_t)(next - line);
	}
	if (!undone) {
		memcpy(text + size, statement, length);
		size += length;
		text[size++] = '\n';
	}
	if (size > CONFIG_CONF_MAX_SIZE) {
		free(text);
		return -EFBIG;
	}
	*result = (struct script){text, size, script->file};
	return 0;
}
