/* SPDX-License-Identifier: MIT */
/* Errors, the values of the configuration language, names, and memory for lists; see parser.h. */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/format.h"
#include "core/config/parser.h"
#include "core/base/text.h"

enum { FOUND = 40 }; /* so much of a token is shown */

struct block {
	struct block *next;
	max_align_t data[];
};

/* What is known by a name. */
struct name {
	struct name *next;
	void *value;
	uint32_t hash; /* of KIND, OWNER and TEXT */
	char text[];
};

/* TOKEN in quotes, printable, cut. */
static void write_found(const struct token *token, char buf[4 * FOUND + 8])
{
	static const char hex[] = "0123456789abcdef";

	*buf++ = '\'';
	for (size_t i = 0; i < token->length && i < FOUND; i++) {
		unsigned char c = (unsigned char)token->text[i];

		if (c >= ' ' && c < 0x7f) {
			*buf++ = (char)c;
			continue;
		}
		*buf++ = '\\';
		*buf++ = 'x';
		*buf++ = hex[c >> 4];
		*buf++ = hex[c & 15];
	}
	format_text(buf, sizeof("...'"), token->length > FOUND ? "...'" : "'");
}

void parser_explain(struct parser *parser, const char *text)
{
	size_t used = strlen(parser->error);

	format_text(parser->error + used, CONF_ERROR - used, "%s", text);
}

/* Line and column of a byte of the script, from 1. */
static void find_position(const struct parser *parser, const char *at, unsigned *line,
			  unsigned *column)
{
	const struct part *part = &parser->script->file;
	bool found = false;

	for (*line = 1; !found; part = parser->added) {
		const char *start = part->text, *end = start + part->size;

		found = part == parser->added || (uintptr_t)at - (uintptr_t)start < part->size;
		for (const char *c = start; c < (found ? at : end); c++)
			if (*c == '\n') {
				++*line;
				start = c + 1;
			}
		*column = (unsigned)(at - start) + 1;
	}
}

bool parser_fail_at(struct parser *parser, const struct token *token, const char *expected, ...)
{
	char found[4 * FOUND + 8] = "the end of the file";
	unsigned line, column;
	va_list arguments;
	size_t used;

	if (!token)
		token = &parser->scanner.token;
	if (token->type != TOKEN_END)
		write_found(token, found);
	find_position(parser, token->text, &line, &column);
	used = format_text(parser->error, CONF_ERROR, "%.128s:%u:%u: found %s, expected ",
			   parser->script->name, line, column, found);
	if (token->type == TOKEN_UNTERMINATED) {
		parser_explain(parser, "a closing quote, and no control character before it");
		return false;
	}
	va_start(arguments, expected);
	format_list(parser->error + used, CONF_ERROR - used, expected, arguments);
	va_end(arguments);
	return false;
}

void parser_warn_at(struct parser *parser, const struct token *token, const char *expected)
{
	char *error = parser->error;

	if (*parser->warning)
		return;
	parser->error = parser->warning;
	parser_fail_at(parser, token, "%s", expected);
	parser->error = error;
}

bool parser_accept(struct parser *parser, int type)
{
	if (parser->scanner.token.type != type)
		return false;
	scan_next(&parser->scanner);
	return true;
}

bool parser_symbol(struct parser *parser, int symbol)
{
	return parser_accept(parser, symbol) || parser_fail(parser, "'%c'", symbol);
}

bool parser_keyword(struct parser *parser, const char *word)
{
	if (!scan_is(&parser->scanner, word))
		return false;
	scan_next(&parser->scanner);
	return true;
}

bool parser_name(struct parser *parser, struct token *token, size_t size, const char *what)
{
	*token = parser->scanner.token;
	if (token->type < TOKEN_WORD || token->type > TOKEN_PATH ||
	    token->length - 2u * (token->type == TOKEN_QUOTED) - 1 >= size - 1)
		return parser_fail(parser, "%s of at most %zu bytes", what, size - 1);
	scan_next(&parser->scanner);
	return true;
}

bool parser_number(struct parser *parser, uint32_t min, uint32_t max, const char *what,
		   uint32_t *result)
{
	char text[16];
	uint64_t number;

	if (!scan_copy(&parser->scanner.token, text, sizeof(text)) ||
	    !text_to_number(text, min, max, &number))
		return parser_fail(parser, "%s from %u to %u", what, min, max);
	*result = (uint32_t)number;
	scan_next(&parser->scanner);
	return true;
}

bool parser_address(struct parser *parser, struct addr *address, struct token *token)
{
	char text[TEXT_ADDR];

	if (!scan_as(&parser->scanner, TOKEN_ADDRESS) ||
	    !scan_copy(&parser->scanner.token, text, sizeof(text)) || !text_to_addr(text, address))
		return parser_fail(parser, "an address");
	*token = parser->scanner.token;
	scan_next(&parser->scanner);
	return true;
}

bool parser_prefix(struct parser *parser, unsigned kinds, struct token *token,
		   struct prefix *prefix)
{
	bool multicast = kinds == PREFIX_MULTICAST;

	uint32_t length, longest, shortest;

	if (!parser_address(parser, &prefix->address, token))
		return false;
	if (!(kinds & (addr_is_multicast(&prefix->address) ? PREFIX_MULTICAST : PREFIX_UNICAST)))
		return parser_fail_at(parser, token, "a %s address",
				      multicast ? "multicast" : "unicast");
	length = longest = addr_is_ipv4(&prefix->address) ? 32 : 128;
	/* 224.0.0.0/4, ff00::/8 */
	shortest = !multicast ? 0 : longest == 32 ? 4 : 8;
	if (parser_accept(parser, '/') &&
	    !parser_number(parser, shortest, longest, "a prefix length", &length))
		return false;
	prefix->length = (uint8_t)(128 - longest + length);
	return true;
}

enum protocol parser_protocol(const struct addr *address)
{
	return addr_is_ipv4(address) ? PROTOCOL_IGMP : PROTOCOL_MLD;
}

bool parser_version(struct parser *parser, enum protocol *protocol, uint8_t *version)
{
	static const struct {
		char name[8], option[8];
		uint8_t protocol, version;
		bool enabled;
	} versions[] = {
		{"IGMPv1", "IGMP_V1", PROTOCOL_IGMP, 1, ENABLE_IGMP_V1},
		{"IGMPv2", "IGMP_V2", PROTOCOL_IGMP, 2, ENABLE_IGMP_V2},
		{"IGMPv3", "IGMP", PROTOCOL_IGMP, 3, ENABLE_IGMP},
		{"MLDv1", "MLD_V1", PROTOCOL_MLD, 1, ENABLE_MLD_V1},
		{"MLDv2", "MLD", PROTOCOL_MLD, 2, ENABLE_MLD},
	};

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (!scan_is(&parser->scanner, versions[i].name))
			continue;
		if (!versions[i].enabled)
			return parser_fail(parser, "a version that is built in (option %s is off)",
					   versions[i].option);
		*protocol = versions[i].protocol;
		*version = versions[i].version;
		scan_next(&parser->scanner);
		return true;
	}
	return parser_fail(parser, "IGMPv1, IGMPv2, IGMPv3, MLDv1 or MLDv2");
}

/* FNV-1a. Each of its steps is a bijection: of one text, different beginnings have different ends.
 */
static uint32_t hash_name(const char *name, uint32_t hash)
{
	for (hash ^= 2166136261u; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash;
}

/* NULL: there is none, and HASH is its hash. */
static struct name *find_name(const struct parser *parser, enum name_kind kind, unsigned owner,
			      const char *text, uint32_t *hash)
{
	struct name *name;

	*hash = hash_name(text, owner << 8 | kind);
	for (name = parser->name[*hash % PARSER_NAMES]; name; name = name->next)
		if (name->hash == *hash && !strcmp(name->text, text))
			break;
	return name;
}

void *parser_known(const struct parser *parser, enum name_kind kind, unsigned owner,
		   const char *text)
{
	uint32_t hash;
	const struct name *name = find_name(parser, kind, owner, text, &hash);

	return name ? name->value : NULL;
}

bool parser_remember(struct parser *parser, enum name_kind kind, unsigned owner, const char *text,
		     void *value)
{
	uint32_t hash;
	size_t size = strlen(text) + 1;
	struct name *name = find_name(parser, kind, owner, text, &hash);

	if (!name) {
		name = parser_scratch(parser, sizeof(*name) + size);
		if (!name)
			return false;
		name->next = parser->name[hash % PARSER_NAMES];
		name->hash = hash;
		memcpy(name->text, text, size);
		parser->name[hash % PARSER_NAMES] = name;
	}
	name->value = value;
	return true;
}

static bool fail_memory(const struct script *script, char error[CONF_ERROR])
{
	format_text(error, CONF_ERROR, "%.128s: out of memory", script->name);
	return false;
}

bool parser_fail_memory(struct parser *parser)
{
	return fail_memory(parser->script, parser->error);
}

static void *allocate(struct parser *parser, void **chain, size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	if (!block) {
		parser_fail_memory(parser);
		return NULL;
	}
	block->next = *chain;
	*chain = block;
	return block->data;
}

void *parser_allocate(struct parser *parser, size_t size)
{
	return allocate(parser, &parser->memory, size);
}

void *parser_scratch(struct parser *parser, size_t size)
{
	return allocate(parser, &parser->scratch, size);
}

void *parser_copy(struct parser *parser, const void *what, size_t size)
{
	void *copy = parser_allocate(parser, size);

	if (copy && size)
		memcpy(copy, what, size);
	return copy;
}

void *parser_grow(struct parser *parser, const void *list, size_t count, size_t size)
{
	void *larger;

	/* There is room up to the next power of two; what was outgrown stays until the end. */
	if (count & (count - 1))
		return (void *)(uintptr_t)list;
	larger = parser_allocate(parser, size * (count ? 2 * count : 1));
	if (larger && count)
		memcpy(larger, list, size * count);
	return larger;
}

void parser_release(void *memory)
{
	struct block *block = memory;

	while (block) {
		struct block *next = block->next;

		free(block);
		block = next;
	}
}

struct parser *parser_new(const struct script *script, const struct part *added,
			  char error[CONF_ERROR])
{
	/* On the stack it would stay resident for as long as the program runs. */
	struct parser *parser = calloc(1, sizeof(*parser));

	if (!parser) {
		fail_memory(script, error);
		return NULL;
	}
	parser->script = script;
	parser->added = added;
	parser->error = error;
	return parser;
}

void parser_free(struct parser *parser)
{
	parser_release(parser->scratch);
	free(parser->rule);
	free(parser);
}
