/* SPDX-License-Identifier: MIT */
/*
 * Tables and filters. Owns: the rules' meaning as ranges of addresses, tables within tables, which
 * filter an interface has, and those that no rule of the text makes: of the keys `source` and
 * `scope`, and of peering (RFC 7287 section 5.3). Leaves out: looking rules up, which is
 * proto/policy/filter.h.
 */
#include <stdlib.h>
#include <string.h>

#include "core/config/conf_filter.h"

/* ---- ranges ---- */

enum { ANY_FAMILY = PROTOCOLS };

struct range {
	struct addr end[2];
	unsigned family; /* its protocol; ANY_FAMILY: all addresses of both */
};

#define ONES 0xff, 0xff, 0xff, 0xff
static const struct range any = {{{{0}}, {{ONES, ONES, ONES, ONES}}}, ANY_FAMILY};

static struct addr lowest(unsigned family, bool multicast)
{
	if (family == PROTOCOL_IGMP)
		return addr_ipv4(multicast ? 0xe0000000 : 0);
	return (struct addr){{multicast ? 0xff : 0}};
}

static struct addr highest(unsigned family, bool multicast)
{
	return family == PROTOCOL_IGMP ? addr_ipv4(multicast ? 0xefffffff : 0xffffffff)
				       : any.end[1];
}

static unsigned family_of(const struct addr *address)
{
	return addr_is_ipv4(address) ? PROTOCOL_IGMP : PROTOCOL_MLD;
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
		range->family = family_of(&last);
		range->end[0] = lowest(range->family, multicast);
	} else {
		family = range->family;
	}
	if (!check_family(parser, &token, family_of(&last), family))
		return false;
	if (addr_is_multicast(&last) != multicast)
		return parser_fail_at(parser, &token, "a %s address",
				      multicast ? "multicast" : "unicast");
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

	if (parser_accept(parser, '*')) {
		*range = any;
		return !accept_dash(parser) || read_last(parser, multicast, family, range);
	}
	if (!parser_prefix(parser, multicast, &token, &prefix))
		return false;
	range->family = family_of(&prefix.address);
	if (!check_family(parser, &token, range->family, family))
		return false;
	set_prefix(range->end, &prefix);
	if (prefix.length < 128 || !accept_dash(parser))
		return true;
	range->end[1] = highest(range->family, multicast);
	return read_last(parser, multicast, family, range);
}

/* Takes a rule's ranges. */
static bool read_ranges(struct parser *parser, struct conf_rule *rule)
{
	struct range group, source;
	struct addr first, last;

	if (!read_range(parser, true, ANY_FAMILY, &group) || !parser_symbol(parser, '|') ||
	    !read_range(parser, false, group.family, &source) || !parser_symbol(parser, ')'))
		return false;
	first = lowest(source.family, false);
	last = highest(source.family, false);
	/* All sources of one family are no restriction, once the groups are of that family. */
	if (source.family != ANY_FAMILY && addr_equal(&source.end[0], &first) &&
	    addr_equal(&source.end[1], &last)) {
		if (group.family == ANY_FAMILY) {
			group.end[0] = lowest(source.family, true);
			group.end[1] = highest(source.family, true);
		}
		source = any;
	}
	memcpy(rule->group, group.end, sizeof(rule->group));
	memcpy(rule->source, source.end, sizeof(rule->source));
	return true;
}

/* ---- tables ---- */

struct table {
	const struct conf_rule *rule;
	size_t count;
};

/* One that is being read. */
struct open_table {
	struct token token;
	char name[CONF_NAME]; /* "": none */
	size_t first;	      /* of its rules in parser->rule */
};

struct reader {
	struct open_table open[FILTER_TABLES];
	unsigned depth;
	const struct table *used; /* the last one that was referred to */
};

static bool has_room(const struct parser *parser, size_t count)
{
	return count <= CONFIG_MAX_RULES - parser->rule_total - parser->rule_count;
}

static bool fail_room(struct parser *parser, const struct token *token)
{
	return parser_fail_at(parser, token, "at most %d rules in all", CONFIG_MAX_RULES);
}

/* Puts rules to those that are read. */
static bool append(struct parser *parser, const struct token *token, const struct conf_rule *rule,
		   size_t count)
{
	if (!has_room(parser, count))
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

/* The rules that were read from number FIRST on, to stay. */
static struct table *keep(struct parser *parser, size_t first)
{
	size_t count = parser->rule_count - first;
	struct table *table = parser_scratch(parser, sizeof(*table));
	struct conf_rule *rule = parser_allocate(parser, count * sizeof(*rule));

	if (!table || !rule)
		return NULL;
	if (count)
		memcpy(rule, parser->rule + first, count * sizeof(*rule));
	parser->rule_total += count;
	*table = (struct table){rule, count};
	return table;
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
	return !reader->depth || append(parser, token, reader->used->rule, reader->used->count);
}

/* Takes what is behind the keyword `table`, up to the brace, if there is one. */
static bool open_table(struct parser *parser, struct reader *reader)
{
	struct open_table table = {.token = parser->scanner.token, .first = parser->rule_count};

	if (parser->scanner.token.type != '{' &&
	    !parser_name(parser, table.name, sizeof(table.name), "'{' or a table's name"))
		return false;
	if (*table.name && parser->scanner.token.type != '{')
		return refer(parser, reader, &table.token, table.name);
	if (parser_known(parser, NAME_TABLE, 0, table.name))
		return parser_fail_at(parser, &table.token, "a name that no other table has");
	if (reader->depth == FILTER_TABLES)
		return parser_fail(parser, "at most %d tables within each other", FILTER_TABLES);
	reader->open[reader->depth++] = table;
	return parser_symbol(parser, '{');
}

/* A table without a name in another one is only a part of that. */
static bool close_table(struct parser *parser, struct reader *reader)
{
	const struct open_table *open = &reader->open[--reader->depth];
	struct table *table;

	if (*open->name && parser_known(parser, NAME_TABLE, 0, open->name))
		return parser_fail_at(parser, &open->token, "a name that no other table has");
	if (*open->name || !reader->depth) {
		if (reader->depth && !has_room(parser, parser->rule_count - open->first))
			return fail_room(parser, &open->token);
		table = keep(parser, open->first);
		if (!table ||
		    (*open->name && !parser_remember(parser, NAME_TABLE, 0, open->name, table)))
			return false;
		reader->used = table;
	}
	return !reader->depth || parser_symbol(parser, ')');
}

/* Takes a rule, or a table's head. */
static bool read_rule(struct parser *parser, struct reader *reader)
{
	struct conf_rule rule = {.interface = ""};
	struct token token = parser->scanner.token;
	unsigned depth = reader->depth;

	if (token.type != '(' && !parser_name(parser, rule.interface, sizeof(rule.interface),
					      "'}', '(' or an interface's name"))
		return false;
	if (!parser_symbol(parser, '('))
		return false;
	if (*rule.interface || !parser_keyword(parser, "table"))
		return read_ranges(parser, &rule) && append(parser, &token, &rule, 1);
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

bool conf_filter_table(struct parser *parser)
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

struct conf_binding {
	struct conf_binding *next;
	struct conf_filter *filter;
};

static struct conf_filter *make_filter(struct parser *parser, bool whitelist,
				       const struct conf_rule *rule, size_t count)
{
	struct conf_filter *filter = parser_allocate(parser, sizeof(*filter));

	if (filter)
		*filter = (struct conf_filter){whitelist, rule, count};
	return filter;
}

bool conf_filter_read(struct parser *parser, bool whitelist)
{
	const struct table *table;
	struct conf_binding *binding;

	if (!parser_keyword(parser, "table"))
		return parser_fail(parser, "table");
	table = read_table(parser);
	if (!table)
		return false;
	binding = parser_scratch(parser, sizeof(*binding));
	if (!binding)
		return false;
	binding->filter = make_filter(parser, whitelist, table->rule, table->count);
	*parser->last_binding = binding;
	parser->last_binding = &binding->next;
	return binding->filter;
}

void conf_filter_bind(struct parser *parser, bool out)
{
	const struct conf_filter *filter = parser->binding->filter;
	struct conf_interface *interface;

	parser->binding = parser->binding->next;
	for (unsigned i = 0; (interface = conf_define_selected(parser, &i)); i++)
		(out ? interface->out : interface->in)[CONF_BOUND] = filter;
}

const struct conf_filter *conf_filter_sources(struct parser *parser, const struct prefix *prefix,
					      size_t count)
{
	struct conf_rule *rule = parser_allocate(parser, count * sizeof(*rule));

	if (!rule)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		memcpy(rule[i].group, any.end, sizeof(rule->group));
		set_prefix(rule[i].source, &prefix[i]);
	}
	return make_filter(parser, true, rule, count);
}

/* ---- scopes ---- */

enum { LINK = 2, SITE = 5, ORGANIZATION = 8 }; /* RFC 7346 section 2 */

static void set_groups(struct conf_rule *rule, struct addr first, struct addr last)
{
	rule->group[0] = first;
	rule->group[1] = last;
	memcpy(rule->source, any.end, sizeof(rule->source));
}

/* A blacklist of the groups whose scope is narrower: ffXs::/16 (RFC 7346 section 2), and of
 * 239.0.0.0/8 what is local (239.255.0.0/16 and what that can grow into, 239.252.0.0/14) or of an
 * organization (the rest; RFC 2365 section 6). */
static const struct conf_filter *make_scope(struct parser *parser, unsigned scope)
{
	enum { FLAGS = 16 };
	struct conf_rule *rule = parser_allocate(parser, (FLAGS + 1) * sizeof(*rule));
	size_t count = 0;

	if (!rule)
		return NULL;
	for (; count < FLAGS; count++) {
		struct addr first = {{0xff, (uint8_t)(count << 4)}},
			    last = highest(PROTOCOL_MLD, true);

		last.byte[1] = (uint8_t)(count << 4 | (scope - 1));
		set_groups(&rule[count], first, last);
	}
	if (scope > SITE) {
		uint32_t first = scope > ORGANIZATION ? 0xef000000 : 0xeffc0000;

		set_groups(&rule[count++], addr_ipv4(first), highest(PROTOCOL_IGMP, true));
	}
	return make_filter(parser, false, rule, count);
}

static bool complete_scope(struct parser *parser, struct conf_instance *instance)
{
	const struct conf_filter **filter = &parser->scope[instance->scope];

	if (instance->scope <= LINK)
		return true;
	if (!*filter)
		*filter = make_scope(parser, instance->scope);
	for (unsigned i = 0; i < instance->interface_count; i++)
		if (instance->interface[i].upstream)
			instance->interface[i].in[CONF_SCOPE] =
				instance->interface[i].out[CONF_SCOPE] = *filter;
	return *filter;
}

/* ---- peers ---- */

/* A blacklist of what comes from upstreams, or from PEERS only. */
static const struct conf_filter *make_origins(struct parser *parser,
					      const struct conf_instance *instance, bool peers)
{
	struct conf_rule *rule = parser_allocate(parser, instance->interface_count * sizeof(*rule));
	size_t count = 0;

	if (!rule)
		return NULL;
	for (unsigned i = 0; i < instance->interface_count; i++) {
		const struct conf_interface *interface = &instance->interface[i];

		if (!interface->upstream || (peers && !interface->peer))
			continue;
		set_groups(&rule[count], any.end[0], any.end[1]);
		strcpy(rule[count++].interface, interface->name);
	}
	return make_filter(parser, false, rule, count);
}

/* RFC 7287 section 5.3, without several hops: a peer gets what comes from our own downstreams, and
 * nothing of what it sends goes on to upstreams. It is asked as an upstream, so nothing goes out or
 * comes in on the other side. */
static bool complete_peers(struct parser *parser, struct conf_instance *instance)
{
	const struct conf_filter *nothing, *from_upstreams, *from_peers;
	unsigned i = 0;

	while (i < instance->interface_count && !instance->interface[i].peer)
		i++;
	if (i == instance->interface_count)
		return true;
	nothing = make_filter(parser, true, NULL, 0);
	from_upstreams = make_origins(parser, instance, false);
	from_peers = make_origins(parser, instance, true);
	if (!nothing || !from_upstreams || !from_peers)
		return false;
	for (i = 0; i < instance->interface_count; i++) {
		struct conf_interface *interface = &instance->interface[i];

		if (interface->peer && !interface->upstream)
			interface->in[CONF_PEERING] = nothing;
		if (interface->upstream)
			interface->out[CONF_PEERING] = interface->peer ? nothing : from_peers;
		else if (interface->peer)
			interface->out[CONF_PEERING] = from_upstreams;
	}
	return true;
}

bool conf_filter_complete(struct parser *parser)
{
	for (unsigned i = 0; i < parser->conf.instance_count; i++)
		if (!complete_scope(parser, &parser->conf.instance[i]) ||
		    (ENABLE_PEERING && !complete_peers(parser, &parser->conf.instance[i])))
			return false;
	return true;
}
