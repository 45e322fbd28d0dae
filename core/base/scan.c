/* SPDX-License-Identifier: MIT */
/*
 * The scanner. Owns: what a token is, and comments. Leaves out: errors; what is no token of the
 * language is one of a type that no rule asks for. Every byte is looked at a
 * fixed number of times.
 */
#include <string.h>

#include "core/base/scan.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/* strchr() finds NUL, too. */
static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool is_symbol(char c)
{
	return is_one_of(c, "(){}|:;,*/");
}

static bool is_part(char c, int type)
{
	const char *others = "_-.@";

	if (type == TOKEN_DASH)
		return c == '-';
	if (type == TOKEN_ADDRESS)
		others = ".:";
	else if (type == TOKEN_PATTERN)
		others = "_-.@*?";
	else if (type == TOKEN_PATH)
		others = "_-.@/";
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       is_one_of(c, others);
}

static bool is_noise(char c)
{
	return !is_blank(c) && !is_symbol(c) && !is_part(c, TOKEN_WORD) && !is_one_of(c, "\"#");
}

/* Blanks and comments. */
static void skip(struct scanner *scanner)
{
	bool comment = false;

	for (; scanner->position < scanner->end; scanner->position++) {
		char c = *scanner->position;

		if (c == '\n') {
			scanner->on_new_line = true;
			comment = false;
		} else if (c == '#') {
			comment = true;
		} else if (!comment && !is_blank(c)) {
			return;
		}
	}
}

static const char *end_of_run(const struct scanner *scanner, int type)
{
	const char *p = scanner->token.text;

	while (p < scanner->end && (type == TOKEN_NOISE ? is_noise(*p) : is_part(*p, type)))
		p++;
	return p;
}

static int scan_quoted(struct scanner *scanner)
{
	const char *p = scanner->position + 1;

	while (p < scanner->end && *p != '"' && !is_control(*p))
		p++;
	scanner->position = p;
	if (p == scanner->end || *p != '"')
		return TOKEN_UNTERMINATED;
	scanner->position++;
	return TOKEN_QUOTED;
}

/* Moves behind the token that begins here; its type. */
static int scan_token(struct scanner *scanner)
{
	static const char arrow[] = "==>";
	size_t left = (size_t)(scanner->end - scanner->position), length = sizeof(arrow) - 1;
	int type;

	if (!left)
		return TOKEN_END;
	if (*scanner->position == '"')
		return scan_quoted(scanner);
	if (is_symbol(*scanner->position))
		return *scanner->position++;
	if (left >= length && !memcmp(scanner->position, arrow, length)) {
		scanner->position += length;
		return TOKEN_ARROW;
	}
	type = is_noise(*scanner->position) ? TOKEN_NOISE : TOKEN_WORD;
	scanner->position = end_of_run(scanner, type);
	return type;
}

void scan_start(struct scanner *scanner, const char *text, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t length = sizeof(mark) - 1;

	*scanner = (struct scanner){.position = text, .end = text + size};
	if (size >= length && !memcmp(text, mark, length))
		scanner->position += length;
	scan_next(scanner);
}

void scan_next(struct scanner *scanner)
{
	struct token *token = &scanner->token;

	scanner->on_new_line = false;
	skip(scanner);
	token->text = scanner->position;
	token->type = scan_token(scanner);
	token->length = (unsigned)(scanner->position - token->text);
}

bool scan_as(struct scanner *scanner, int type)
{
	struct token *token = &scanner->token;
	const char *end = end_of_run(scanner, type);

	if (end == token->text)
		return false;
	scanner->position = end;
	token->type = type;
	token->length = (unsigned)(end - token->text);
	return true;
}

/* Of the bytes of words, 0x20 tells only letters apart. */
bool scan_is(const struct scanner *scanner, const char *text)
{
	const struct token *token = &scanner->token;

	if (token->type != TOKEN_WORD)
		return false;
	for (unsigned i = 0; i < token->length; i++)
		if ((token->text[i] | 0x20) != (*text++ | 0x20))
			return false;
	return !is_part(*text, TOKEN_WORD);
}

bool scan_copy(const struct token *token, char *buf, size_t size)
{
	size_t quotes = token->type == TOKEN_QUOTED;
	size_t length = token->length - 2 * quotes;

	if (length >= size)
		return false;
	if (length)
		memcpy(buf, token->text + quotes, length);
	buf[length] = '\0';
	return true;
}
