/* SPDX-License-Identifier: MIT */
/*
 * The script; see script.h. Owns: its text, which statements may be given at run time, and which
 * one replaces which. So the text grows with what is set, not with how often.
 */
#include "core/config/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/format.h"
#include "core/config/grammar.h"
#include "core/config/key.h"
#include "core/config/parser.h"

/* ---- the text ---- */

int script_open(int directory, const char *path)
{
	return file_open(directory, path, O_RDONLY | O_NOCTTY);
}

bool script_read(struct script *script, int fd, const char *name, char error[CONF_ERROR])
{
	/* One byte more shows that the file is too long. Untouched pages cost nothing. */
	const size_t room = CONFIG_CONF_MAX_SIZE + 1;
	char *text = malloc(room), *shorter;
	ssize_t length = fd < 0 ? fd : text ? file_read(fd, text, room) : -ENOMEM;

	if (fd >= 0)
		close(fd);
	if (length >= 0 && (size_t)length < room) {
		text[length++] = '\n';
		shorter = realloc(text, (size_t)length);
		*script = (struct script){
			.name = name,
			.file = {.text = shorter ? shorter : text, .size = (size_t)length}};
		return true;
	}
	if (length < 0)
		format_text(error, CONF_ERROR, "%.128s: %s", name, error_text((int)length));
	else
		format_text(error, CONF_ERROR, "%.128s: more than %d bytes", name,
			    CONFIG_CONF_MAX_SIZE);
	free(text);
	return false;
}

/* Without the newline that script_read() adds. */
int script_save(const struct script *script)
{
	const struct part *file = &script->file, *added = &script->added;
	int fd = memfd_create("mcproxy.conf", MFD_CLOEXEC | MFD_ALLOW_SEALING), error;

	if (fd < 0)
		return -errno;
	error = file_write(fd, file->text, file->size - !added->size);
	if (!error && added->size)
		error = file_write(fd, added->text, added->size - 1);
	if (!error)
		return fd;
	close(fd);
	return error;
}

bool script_restore(struct script *script, int fd, size_t file, const char *name,
		    char error[CONF_ERROR])
{
	const char *why = "what was left of it is damaged";
	struct part *part = &script->file, *added = &script->added;

	lseek(fd, 0, SEEK_SET);
	if (!script_read(script, fd, name, error))
		return false;
	if (file && file <= part->size && part->text[file - 1] == '\n') {
		added->size = part->size - file;
		part->size = file;
		added->text = malloc(added->size + 1);
		if (added->text) {
			memcpy(added->text, part->text + file, added->size);
			return true;
		}
		why = "out of memory";
	}
	script_free(script);
	format_text(error, CONF_ERROR, "%.128s: %s", name, why);
	return false;
}

bool script_scan(struct script *script, char error[CONF_ERROR])
{
	return grammar_scan(script, &script->file, 0, NULL, error) &&
	       (!script->added.size || grammar_scan(script, &script->added, 0, NULL, error));
}

static void free_part(struct part *part)
{
	free(part->text);
	parser_release(part->memory);
	*part = (struct part){0};
}

void script_free(struct script *script)
{
	free_part(&script->file);
	free_part(&script->added);
}

/* ---- from a command to a statement ---- */

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

static bool is(const struct token *token, const char *word)
{
	return token->length == strlen(word) && !memcmp(token->text, word, token->length);
}

/* Writes to TO what the command is in the language; if it is SETTING something of an instance, but
 * for a word `set` within it. NULL, or why that cannot be. What names files and gives rights is the
 * file's alone: who may use the socket need not be root. */
static const char *write_statement(const char *command, char to[SCRIPT_STATEMENT], bool *setting)
{
	struct token word[3];
	struct scanner scanner;
	const char *text;

	scan_start(&scanner, command, strlen(command));
	for (unsigned i = 0; i < 3; i++) {
		scan_as(&scanner, TOKEN_PATTERN);
		word[i] = scanner.token;
		scan_next(&scanner);
	}
	text = word[1].text;
	*setting = is(&word[0], "set") && is(&word[1], "pinstance");
	if (!is_statement(text) || strlen(text) + sizeof("pinstance set ;") > SCRIPT_STATEMENT)
		return "one statement is expected, without its semicolon";
	if (is(&word[0], "log-level"))
		format_text(to, SCRIPT_STATEMENT, "set log-level %s;", text);
	else if (*setting)
		format_text(to, SCRIPT_STATEMENT, "%s;", text);
	else if (!is(&word[0], "set"))
		format_text(to, SCRIPT_STATEMENT, "pinstance %.*s%.*s %s;",
			    (int)(word[2].text - text), text, (int)word[0].length, word[0].text,
			    word[2].text);
	else if (is(&word[1], "log-level") || is(&word[1], "log"))
		format_text(to, SCRIPT_STATEMENT, "set %s;", text);
	else
		return "this is for the file to say";
	return NULL;
}

/* Reads the statement behind FROM bytes of PART, as far as that is possible; if it is SETTING
 * something, writes `set` where it is missing. False: it is none. */
static bool read_statement(struct script *script, struct part *part, size_t from, bool setting,
			   char error[CONF_ERROR])
{
	char *text = part->text + from;
	const char *gap = NULL;
	bool valid;

	part->size = from + strlen(text) + 1;
	valid = grammar_scan(script, part, from, setting ? &gap : NULL, error);
	if (!gap)
		return valid;
	text += gap - text;
	memmove(text + 4, text, strlen(text) + 1);
	memcpy(text, "set ", 4);
	part->size += 4;
	parser_release(part->memory);
	return grammar_scan(script, part, from, NULL, error);
}

/* ---- which one replaces which ---- */

/* Does the latest statement take the old one's place? UNDONE: an add and a del, of
 * which neither is kept. */
static bool replaces(const struct statement *latest, const struct statement *old, bool *undone)
{
	if (!statement_same(&latest->instance, &old->instance) ||
	    !statement_same(&latest->interface, &old->interface))
		return false;
	/* What was set for an interface goes with it; rulematching is said of all upstreams. */
	if (latest->kind == STATEMENT_DEL && old->kind == STATEMENT_SET)
		return latest->place & PLACE_PEER &
		       (old->place == PLACE_INSTANCE ? PLACE_UPSTREAM : old->place);
	if (latest->place != old->place || latest->key != old->key ||
	    (latest->kind == STATEMENT_SET) != (old->kind == STATEMENT_SET))
		return false;
	/* There may be many of these. */
	if (latest->key && latest->key->type == KEY_STATIC_JOIN)
		return !memcmp(&latest->set.static_join.join, &old->set.static_join.join,
			       sizeof(struct static_join));
	*undone |= latest->kind != old->kind;
	return true;
}

/* Writes to TEXT what was added and is not replaced. Its size. */
static size_t write_kept(const struct part *added, const struct statement *latest, char *text,
			 bool *undone)
{
	size_t size = 0;

	for (const struct statement *s = added->first; s; s = s->next) {
		const char *end = s->next ? s->next->text : added->text + added->size;

		if (latest && replaces(latest, s, undone))
			continue;
		memcpy(text + size, s->text, (size_t)(end - s->text));
		size += (size_t)(end - s->text);
	}
	return size;
}

/* The statement that a command is, in the text of PART, which has room for it behind FROM bytes,
 * goes to the end of what is kept. NULL, or why it is none. */
static const char *add_statement(struct script *script, struct part *part, const char *command,
				 char error[CONF_ERROR])
{
	size_t from = script->added.size, length;
	char *text = part->text + from;
	bool setting, valid, undone = false;
	const char *why = write_statement(command, text, &setting);

	if (why)
		return why;
	valid = read_statement(script, part, from, setting, error);
	length = strlen(text);
	part->size = write_kept(&script->added, part->first, part->text, &undone);
	/* What is wrong with it is told where it stands then. */
	if (!undone || !valid) {
		memmove(part->text + part->size, text, length);
		part->size += length;
		part->text[part->size++] = '\n';
	}
	return script->file.size + part->size > CONFIG_CONF_MAX_SIZE ? error_text(-EFBIG) : NULL;
}

bool script_add(struct script *script, const char *command, struct part *before,
		char error[CONF_ERROR])
{
	/* In all of it lines are counted, for an error, before what was added is copied there. */
	struct part part = {.text = calloc(1, script->added.size + SCRIPT_STATEMENT)};
	const char *why =
		part.text ? add_statement(script, &part, command, error) : error_text(-ENOMEM);

	parser_release(part.memory);
	part = (struct part){.text = part.text, .size = part.size};
	if (why)
		format_text(error, CONF_ERROR, "%s", why);
	else if (!part.size || grammar_scan(script, &part, 0, NULL, error)) {
		*before = script->added;
		script->added = part;
		return true;
	}
	free_part(&part);
	return false;
}

void script_settle(struct script *script, struct part *before, bool keep)
{
	if (!keep) {
		struct part added = script->added;

		script->added = *before;
		*before = added;
	}
	free_part(before);
}
