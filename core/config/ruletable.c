/* SPDX-License-Identifier: MIT */
/*
 * Tables. Owns: the rules' meaning as ranges of addresses, and tables within tables. Leaves out:
 * looking rules up, which is proto/policy/filter.h.
 */
#include <stdlib.h>
#include <string.h>

#include "core/config/ruletable.h"

/* ---- ranges ---- */

enum {
	TABLES = 16, /* within each other */
	ANY_FAMILY = PROTOCOLS
};

struct range {
	struct addr end[2];
	unsigned family; /* its protocol; ANY_FAMILY: all addresses of both */
};

void ruletable_set_any(struct addr end[2])
{
	memset(&end[0], 0, sizeof(*end));
	memset(&end[1], 0xff, sizeof(*end));
}

/* All addresses of a family, or all its groups. */
static void set_all(struct addr end[2], unsigned family, bool multicast)
{
	ruletable_set_any(end);
	if (family == PROTOCOL_IGMP) {
		end[0] = addr_ipv4(multicast ? 0xe0000000 : 0);
		end[1] = addr_ipv4(multicast ? 0xefffffff : 0xffffffff);
	} else if (multicast) {
		end[0].byte[0] = 0xff;
	}
}

static void set_prefix(struct addr end[2], const struct prefix *prefix)
{
	end[0] = end[1] = prefix->address;
	for (unsigned bit = prefix->length; bit < 128; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		end[0].byte[bit / 8] &= (uint8_t)~mask;
		end[1].byte[bit / 8] |= mask;
	}
}

static bool accept_dash(struct parser *parser)
{
	struct scanner before = parser->scanner;

	if (scan_as(&parser->scanner, TOKEN_DASH) && parser->scanner.token.length == 1)
		return parser_accept(parser, TOKEN_DASH);
	parser->scanner = before;
	return false;
}

static bool check_family(struct parser *parser, const struct token *token, unsigned family,
			 unsigned expected)
{
	return family == expected || expected == ANY_FAMILY ||
	       parser_fail_at(parser, token, "an %s address",
			      expected == PROTOCOL_IGMP ? "IPv4" : "IPv6");
}

/* C++ mcproxy took what is no group. */
static void warn_group(struct parser *parser, bool multicast, const struct token *token,
		       const struct addr *address)
{
	if (multicast && !addr_is_multicast(address))
		parser_warn_at(parser, token, "a multicast address: there is no such group");
}

/* The end of a range behind the dash. */
static bool read_last(struct parser *parser, bool multicast, unsigned family, struct range *range)
{
	struct addr last;
	struct token token;

	if (parser_accept(parser, '*'))
		return true;
	if (!parser_address(parser, &last, &token))
		return false;
	if (range->family == ANY_FAMILY) {
		range->family = parser_protocol(&last);
		set_all(range->end, range->family, false);
	} else {
		family = range->family;
	}
	if (!check_family(parser, &token, parser_protocol(&last), family))
		return false;
	if (!multicast && addr_is_multicast(&last))
		return parser_fail_at(parser, &token, "a unicast address");
	warn_group(parser, multicast, &token, &last);
	if (addr_compare(&last, &range->end[0]) < 0)
		return parser_fail_at(parser, &token, "an address not below the first one");
	range->end[1] = last;
	return true;
}

/* Takes a range of that family, if any. */
static bool read_range(struct parser *parser, bool multicast, unsigned family, struct range *range)
{
	struct prefix prefix;
	struct token token;
	struct addr all[2];

	if (parser_accept(parser, '*')) {
		ruletable_set_any(range->end);
		range->family = ANY_FAMILY;
		return !accept_dash(parser) || read_last(parser, multicast, family, range);
	}
	if (!parser_prefix(parser, PREFIX_UNICAST | (multicast ? PREFIX_MULTICAST : 0), &token,
			   &prefix))
		return false;
	warn_group(parser, multicast, &token, &prefix.address);
	range->family = parser_protocol(&prefix.address);
	if (!check_family(parser, &token, range->family, family))
		return false;
	set_prefix(range->end, &prefix);
	if (prefix.length < 128 || !accept_dash(parser))
		return true;
	set_all(all, range->family, false);
	range->end[1] = all[1];
	return read_last(parser, multicast, family, range);
}

/* Of what is no group nothing is left: the first end is above the last one. */
static void clip_groups(struct range *range)
{
	struct addr all[2];

	set_all(all, range->family, true);
	if (addr_compare(&range->end[0], &all[0]) < 0)
		range->end[0] = all[0];
	if (addr_compare(&range->end[1], &all[1]) > 0)
		range->end[1] = all[1];
}

/* Takes a rule's ranges. */
static bool read_ranges(struct parser *parser, struct conf_rule *rule)
{
	struct range group, source;
	struct addr all[2];

	if (!read_range(parser, true, ANY_FAMILY, &group) || !parser_symbol(parser, '|') ||
	    !read_range(parser, false, group.family, &source) || !parser_symbol(parser, ')'))
		return false;
	if (group.family != ANY_FAMILY)
		clip_groups(&group);
	set_all(all, source.family, false);
	/* All sources of one family are no restriction, once the groups are of that family. */
	if (source.family != ANY_FAMILY && !memcmp(source.end, all, sizeof(all))) {
		if (group.family == ANY_FAMILY)
			set_all(group.end, source.family, true);
		ruletable_set_any(source.end);
	}
	memcpy(rule->group, group.end, sizeof(rule->group));
	memcpy(rule->source, source.end, sizeof(rule->source));
	return true;
}

/* ---- tables ---- */

/* One that is being read. */
struct open_table {
	struct token token;
	char name[CONF_NAME]; /* "": none */
	size_t first;	      /* of its rules in parser->rule */
};

struct reader {
	struct open_table open[TABLES];
	unsigned depth;
	const struct table *used; /* the last one that was referred to */
};

static bool has_room_for_rules(const struct parser *parser, size_t count)
{
	return count <= CONFIG_MAX_RULES - parser->rule_total - parser->rule_count;
}

static bool fail_room(struct parser *parser, const struct token *token)
{
	return parser_fail_at(parser, token, "at most %d rules in all", CONFIG_MAX_RULES);
}

/* Puts rules to those that are read. */
static bool append_rule(struct parser *parser, const struct token *token,
			const struct conf_rule *rule, size_t count)
{
	if (!has_room_for_rules(parser, count))
		return fail_room(parser, token);
	while (parser->rule_room < parser->rule_count + count) {
		size_t room = parser->rule_room ? 2 * parser->rule_room : 64;
		void *larger = realloc(parser->rule, room * sizeof(*rule));

		if (!larger)
			return parser_fail_memory(parser);
		parser->rule = larger;
		parser->rule_room = room;
	}
	if (count)
		memcpy(parser->rule + parser->rule_count, rule, count * sizeof(*rule));
	parser->rule_count += count;
	return true;
}

/* The rules of a table that ends here, to stay. */
static struct table *keep_table(struct parser *parser, const struct open_table *open)
{
	size_t count = parser->rule_count - open->first;
	struct table *table = parser_allocate(parser, sizeof(*table));

	if (!table)
		return NULL;
	table->rule = parser_copy(parser, count ? parser->rule + open->first : NULL,
				  count * sizeof(*table->rule));
	if (!table->rule)
		return NULL;
	parser->rule_total += count;
	table->count = count;
	memcpy(table->name, open->name, CONF_NAME);
	if (!*table->name)
		return table;
	table->next = parser->table;
	parser->table = table;
	return parser_remember(parser, NAME_TABLE, 0, table->name, table) ? table : NULL;
}

/* A table that is referred to. */
static bool refer(struct parser *parser, struct reader *reader, const struct token *token,
		  const char *name)
{
	reader->used = parser_known(parser, NAME_TABLE, 0, name);
	for (unsigned i = 0; i < reader->depth && !reader->used; i++)
		if (!strcmp(reader->open[i].name, name))
			return parser_fail_at(parser, token, "another table than the one it is in");
	if (!reader->used)
		return parser_fail_at(parser, token, "a table that is defined before");
	return !reader->depth ||
	       append_rule(parser, token, reader->used->rule, reader->used->count);
}

/* Takes what is behind the keyword `table`, up to the brace, if there is one. */
static bool open_table(struct parser *parser, struct reader *reader)
{
	struct open_table table = {.token = parser->scanner.token, .first = parser->rule_count};

	if (parser->scanner.token.type != '{' &&
	    !parser_name(parser, &table.token, sizeof(table.name), "'{' or a table's name"))
		return false;
	if (table.token.type != '{')
		scan_copy(&table.token, table.name, sizeof(table.name));
	if (*table.name && parser->scanner.token.type != '{')
		return refer(parser, reader, &table.token, table.name);
	if (parser_known(parser, NAME_TABLE, 0, table.name))
		return parser_fail_at(parser, &table.token, "a name that no other table has");
	if (reader->depth == TABLES)
		return parser_fail(parser, "at most %d tables within each other", TABLES);
	reader->open[reader->depth++] = table;
	return parser_symbol(parser, '{');
}

/* A table without a name in another one is only a part of that. */
static bool close_table(struct parser *parser, struct reader *reader)
{
	const struct open_table *open = &reader->open[--reader->depth];

	if (*open->name && parser_known(parser, NAME_TABLE, 0, open->name))
		return parser_fail_at(parser, &open->token, "a name that no other table has");
	if (*open->name || !reader->depth) {
		if (reader->depth && !has_room_for_rules(parser, parser->rule_count - open->first))
			return fail_room(parser, &open->token);
		reader->used = keep_table(parser, open);
		if (!reader->used)
			return false;
	}
	return !reader->depth || parser_symbol(parser, ')');
}

/* Takes a rule, or a table's head. */
static bool read_rule(struct parser *parser, struct reader *reader)
{
	struct conf_rule rule = {.interface = ""};
	struct token token = parser->scanner.token;
	unsigned depth = reader->depth;

	if (token.type != '(') {
		if (!parser_name(parser, &token, sizeof(rule.interface),
				 "'}', '(' or an interface's name"))
			return false;
		scan_copy(&token, rule.interface, sizeof(rule.interface));
	}
	if (!parser_symbol(parser, '('))
		return false;
	if (*rule.interface || !parser_keyword(parser, "table"))
		return read_ranges(parser, &rule) &&
		       append_rule(parser, &token, &rule,
				   addr_compare(&rule.group[0], &rule.group[1]) <= 0);
	return open_table(parser, reader) && (reader->depth > depth || parser_symbol(parser, ')'));
}

/* Takes what is behind the keyword `table`. */
static const struct table *read_table(struct parser *parser)
{
	struct reader reader = {.depth = 0};

	parser->rule_count = 0;
	if (!open_table(parser, &reader))
		return NULL;
	while (reader.depth)
		if (!(parser_accept(parser, '}') ? close_table(parser, &reader)
						 : read_rule(parser, &reader)))
			return NULL;
	return reader.used;
}

bool ruletable_read(struct parser *parser)
{
	struct scanner next = parser->scanner;

	if (parser->scanner.token.type == '{' || parser->scanner.token.type == TOKEN_UNTERMINATED)
		return parser_fail(parser, "a table's name");
	scan_next(&next);
	if (next.token.type != '{')
		return parser_fail_at(parser, &next.token, "'{'");
	return read_table(parser);
}

/* ---- filters ---- */

const struct conf_filter *ruletable_make_filter(struct parser *parser, bool whitelist,
						const struct conf_rule *rule, size_t count)
{
	const struct conf_filter filter = {whitelist, rule, count};

	return parser_copy(parser, &filter, sizeof(filter));
}

const struct conf_filter *ruletable_read_filter(struct parser *parser, bool whitelist)
{
	const struct table *table;

	if (!parser_keyword(parser, "table")) {
		parser_fail(parser, "table");
		return NULL;
	}
	table = read_table(parser);
	return table ? ruletable_make_filter(parser, whitelist, table->rule, table->count) : NULL;
}

const struct conf_filter *ruletable_make_senders(struct parser *parser, const struct prefix *prefix,
						 size_t count)
{
	struct conf_rule *rule = parser_allocate(parser, count * sizeof(*rule));

	if (!rule)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		ruletable_set_any(rule[i].group);
		set_prefix(rule[i].source, &prefix[i]);
	}
	return ruletable_make_filter(parser, true, rule, count);
}
