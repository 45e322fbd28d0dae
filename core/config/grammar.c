/* SPDX-License-Identifier: MIT */
/*
 * The grammar of the configuration language, one function a rule. All errors that a statement has
 * in itself are found while it is read, here and in what is called from here. Leaves out: the
 * values of keys, which are value.c's, and tables, ruletable.c's.
 */
#include "core/config/grammar.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/format.h"
#include "core/config/keys.h"
#include "core/config/ruletable.h"

/* ---- names ---- */

/* What the kernel takes as an interface's name. */
static bool is_interface_name(const char *name)
{
	return !strchr(name, '/') && !strchr(name, ':') && !strchr(name, ' ') &&
	       strcmp(name, ".") && strcmp(name, "..");
}

/* Takes the name of an interface, or a pattern. */
static bool read_interface(struct parser *parser, const char *expected, struct token *token)
{
	char name[IF_NAMESIZE];

	scan_as(&parser->scanner, TOKEN_PATTERN);
	if (!parser_name(parser, token, IF_NAMESIZE, expected))
		return false;
	scan_copy(token, name, sizeof(name));
	return statement_is_pattern(token) || is_interface_name(name) ||
	       parser_fail_at(parser, token, "a name that an interface can have");
}

static bool fail_statement(struct parser *parser)
{
	return parser_fail(parser, "protocol, pinstance, table, set or disable");
}

/* ---- definitions ---- */

/* Takes one more name or pattern of a definition. */
static bool read_item(struct parser *parser, struct named ***end, uint8_t place,
		      const char *expected)
{
	struct named *named = parser_allocate(parser, sizeof(*named));

	if (!named || !read_interface(parser, expected, &named->token))
		return false;
	named->place = place;
	**end = named;
	*end = &named->next;
	return true;
}

/* Does the definition end here? OLD: with its line. */
static bool ends(const struct parser *parser, bool old)
{
	int type = parser->scanner.token.type;

	return type == ';' || type == TOKEN_END || (old && parser->scanner.on_new_line);
}

static bool read_items(struct parser *parser, struct statement *statement, bool old)
{
	static const char expected[] = "an interface's name";
	struct named **end = &statement->set.define.first;
	uint8_t place = PLACE_DOWNSTREAM;
	bool needed;

	while (!parser_accept(parser, TOKEN_ARROW))
		if (!read_item(parser, &end, PLACE_UPSTREAM, "'==>' or an interface's name"))
			return false;
	needed = !statement->set.define.first;
	while (needed || !ends(parser, old)) {
		if (!ENABLE_PEERING && scan_is(&parser->scanner, "peer"))
			return parser_fail(parser, "no peers (option PEERING is off)");
		if (parser_keyword(parser, "peer"))
			place = PLACE_PEER;
		if (old && parser->scanner.on_new_line && parser->scanner.token.type != TOKEN_END)
			return fail_statement(parser);
		if (!read_item(parser, &end, place,
			       needed ? expected : "';' or an interface's name"))
			return false;
		needed = false;
	}
	return true;
}

static bool read_definition(struct parser *parser, struct statement *statement)
{
	/* The kernel has none above. */
	const uint32_t most = 999999999;

	statement->kind = STATEMENT_DEFINE;
	if (parser_accept(parser, '(')) {
		statement->value = parser->scanner.token;
		if (!ENABLE_MULTI_INSTANCE)
			return parser_fail(parser,
					   "no table's number (option MULTI_INSTANCE is off)");
		if (!parser_number(parser, 1, most, "a table's number",
				   &statement->set.define.table) ||
		    !parser_symbol(parser, ')'))
			return false;
	}
	return parser_symbol(parser, ':') && read_items(parser, statement, false);
}

static bool read_change(struct parser *parser, struct statement *statement, bool add)
{
	statement->kind = add ? STATEMENT_ADD : STATEMENT_DEL;
	if (!ENABLE_RELOAD)
		return parser_fail(parser, "no add or del (option RELOAD is off)");
	if (parser_keyword(parser, "upstream"))
		statement->place = PLACE_UPSTREAM;
	else if (parser_keyword(parser, "downstream"))
		statement->place = PLACE_DOWNSTREAM;
	else if (ENABLE_PEERING && parser_keyword(parser, "peer"))
		statement->place = PLACE_PEER;
	else
		return parser_fail(parser, ENABLE_PEERING ? "upstream, downstream or peer"
							  : "upstream or downstream");
	return read_interface(parser, "an interface's name", &statement->interface);
}

/* ---- statements; the semicolon is read()'s ---- */

static bool read_protocol(struct parser *parser, struct statement *statement)
{
	enum protocol protocol;

	statement->kind = STATEMENT_PROTOCOL;
	statement->value = parser->scanner.token;
	if (!parser_version(parser, &protocol, &statement->set.byte))
		return false;
	statement->protocols = (uint8_t)(1 << protocol);
	return true;
}

static bool read_table(struct parser *parser)
{
	return ENABLE_FILTER ? ruletable_read(parser)
			     : parser_fail(parser, "no table (option FILTER is off)");
}

/* Where `set` is missing in front of a key? The text ends here then. */
static bool is_gap(struct parser *parser)
{
	if (!parser->gap)
		return false;
	*parser->gap = parser->scanner.token.text;
	return true;
}

/* Takes what is said of an interface in a place. */
static bool read_side(struct parser *parser, struct statement *statement, uint8_t place)
{
	static const char any[] = "\"*\"";
	struct token *interface = &statement->interface;

	statement->place = place;
	if (!read_interface(parser, "an interface's name or pattern", interface))
		return false;
	/* What C++ mcproxy takes for a star. */
	if (interface->length == sizeof(any) - 1 && !memcmp(interface->text, any, sizeof(any) - 1))
		*interface = (struct token){interface->text + 1, 1, TOKEN_PATTERN};
	if (parser_keyword(parser, "set"))
		return keys_read(parser, statement);
	if (parser_keyword(parser, "in"))
		return keys_read_binding(parser, statement, false);
	if (parser_keyword(parser, "out"))
		return keys_read_binding(parser, statement, true);
	return !is_gap(parser) && parser_fail(parser, "set, in or out");
}

/* What RDK-B's mcproxy has, up to the semicolon: no quick leave, which is how it is here without a
 * word, or a limit of reports a second and a pause. */
static bool read_foreign(struct parser *parser, struct statement *statement)
{
	struct token token = parser->scanner.token;

	if (parser_keyword(parser, "throttle"))
		parser_warn_at(parser, &token, "a key of this mcproxy: it has no effect");
	else if (!parser_keyword(parser, "fastleave"))
		return parser_fail(parser, "':', set, upstream, downstream, add or del");
	else if (!parser_keyword(parser, "disable"))
		parser_warn_at(parser, &token, "set quick-leave of a downstream: it has no effect");
	while (!ends(parser, false))
		scan_next(&parser->scanner);
	statement->kind = STATEMENT_TABLE;
	return true;
}

static bool read_instance(struct parser *parser, struct statement *statement)
{
	if (!parser_name(parser, &statement->instance, CONF_NAME, "an instance's name"))
		return false;
	statement->place = PLACE_INSTANCE;
	if (parser_keyword(parser, "set"))
		return keys_read(parser, statement);
	if (parser_keyword(parser, "upstream"))
		return read_side(parser, statement, PLACE_UPSTREAM);
	if (parser_keyword(parser, "downstream"))
		return read_side(parser, statement, PLACE_DOWNSTREAM);
	if (is_gap(parser))
		return false;
	if (parser->scanner.token.type == ':' || parser->scanner.token.type == '(')
		return read_definition(parser, statement);
	if (parser_keyword(parser, "add"))
		return read_change(parser, statement, true);
	if (parser_keyword(parser, "del"))
		return read_change(parser, statement, false);
	return read_foreign(parser, statement);
}

/* ---- the oldest form: one statement a line, without semicolons ---- */

/* Is there an arrow on this line, behind nothing but names? */
static bool is_old_definition(const struct parser *parser)
{
	struct scanner scanner = parser->scanner;

	for (scanner.on_new_line = false; !scanner.on_new_line; scan_next(&scanner))
		if (!scan_as(&scanner, TOKEN_PATTERN) && scanner.token.type != TOKEN_QUOTED)
			return scanner.token.type == TOKEN_ARROW;
	return false;
}

static bool read_old_definition(struct parser *parser, struct statement *statement)
{
	statement->kind = STATEMENT_DEFINE;
	statement->place = PLACE_INSTANCE;
	statement->instance = parser->scanner.token;
	if (!read_items(parser, statement, true))
		return false;
	/* Nothing is to the left of the arrow. */
	statement->instance = statement->set.define.first->token;
	return true;
}

/* What can stand in the oldest form needs no semicolon at the end of its line. */
static bool end_statement(struct parser *parser, bool old)
{
	if (old && (parser->scanner.token.type == TOKEN_END || parser->scanner.on_new_line))
		return true;
	return parser_symbol(parser, ';');
}

static bool read_statement(struct parser *parser, struct statement *statement)
{
	if (parser_keyword(parser, "protocol"))
		return read_protocol(parser, statement) && end_statement(parser, true);
	if (parser_keyword(parser, "pinstance"))
		return read_instance(parser, statement) && end_statement(parser, false);
	if (parser_keyword(parser, "set")) {
		statement->place = PLACE_PROGRAM;
		return keys_read(parser, statement) && end_statement(parser, false);
	}
	if (parser_keyword(parser, "disable")) {
		statement->kind = STATEMENT_DISABLE;
		return end_statement(parser, true);
	}
	if (parser_keyword(parser, "table")) {
		statement->kind = STATEMENT_TABLE;
		return read_table(parser) && end_statement(parser, false);
	}
	if (is_old_definition(parser))
		return read_old_definition(parser, statement) && end_statement(parser, true);
	return fail_statement(parser);
}

static bool read_all(struct parser *parser, struct statement **end)
{
	while (parser->scanner.token.type != TOKEN_END) {
		struct statement *statement;

		if (parser_accept(parser, ';'))
			continue;
		statement = parser_allocate(parser, sizeof(*statement));
		if (!statement)
			return false;
		*end = statement;
		end = &statement->next;
		statement->text = parser->scanner.token.text;
		if (!read_statement(parser, statement))
			return false;
	}
	return true;
}

/* Others than the file know its tables. */
static bool know_tables(struct parser *parser, const struct part *file)
{
	parser->rule_total = file->rule_count;
	for (struct table *table = file->table; table; table = table->next)
		if (!parser_remember(parser, NAME_TABLE, 0, table->name, table))
			return false;
	return true;
}

bool grammar_scan(struct script *script, struct part *part, size_t from, const char **gap,
		  char error[CONF_ERROR])
{
	struct parser *parser = parser_new(script, part, error);
	bool valid;

	part->first = NULL;
	part->memory = NULL;
	if (!parser)
		return false;
	parser->gap = gap;
	scan_start(&parser->scanner, part->text + from, part->size - from - 1);
	valid = (part == &script->file || know_tables(parser, &script->file)) &&
		read_all(parser, &part->first);
	script->end = part == &script->file ? parser->scanner.token : script->end;
	part->table = parser->table;
	part->rule_count = parser->rule_total;
	part->memory = parser->memory;
	if (part == &script->file)
		memcpy(script->warning, parser->warning, sizeof(script->warning));
	parser_free(parser);
	return valid;
}
