/* SPDX-License-Identifier: MIT */
/* What the values of keys are, one function for each type; see value.h. */
#include <string.h>

#include "core/base/text.h"
#include "core/config/ruletable.h"
#include "core/config/value.h"

/* A list of prefixes is searched for each packet or record, so it has a limit. */
enum { PREFIXES = 256 };

struct prefix_list {
	size_t count;
	struct prefix prefix[PREFIXES];
};

void value_set_number(struct statement *statement, uint32_t number)
{
	if (statement->key->size == 1)
		statement->set.byte = (uint8_t)number;
	else
		statement->set.number = number;
}

static bool read_number(struct parser *parser, struct statement *statement)
{
	const struct key *key = statement->key;
	uint32_t number;

	if (!parser_number(parser, key->minimum, key->maximum, "a number", &number))
		return false;
	value_set_number(statement, number);
	return true;
}

static bool read_interval(struct parser *parser, struct statement *statement)
{
	uint32_t min = statement->key->minimum, max = statement->key->maximum;
	char text[16];
	int64_t milliseconds;

	if (statement->key->type == KEY_INTERVAL_OR_0 && parser_keyword(parser, "0"))
		return true;
	/* The bounds have one decimal. */
	if (!scan_copy(&parser->scanner.token, text, sizeof(text)) ||
	    !text_to_milliseconds(text, min, max, &milliseconds))
		return parser_fail(parser, "seconds from %u.%u to %u.%u", min / 1000,
				   min % 1000 / 100, max / 1000, max % 1000 / 100);
	statement->set.number = (uint32_t)milliseconds;
	scan_next(&parser->scanner);
	return true;
}

static bool read_choice(struct parser *parser, struct statement *statement)
{
	const char *words = statement->key->text, *word = words;

	for (uint32_t number = 0; word; number++) {
		if (scan_is(&parser->scanner, word)) {
			value_set_number(statement, number);
			scan_next(&parser->scanner);
			return true;
		}
		word = strchr(word, '|');
		if (word)
			word++;
	}
	return parser_fail(parser, "%s", words);
}

static bool read_path(struct parser *parser, struct statement *statement)
{
	struct token *token = &statement->value;

	if (parser->scanner.token.type != TOKEN_QUOTED)
		scan_as(&parser->scanner, TOKEN_PATH);
	/* A daemon has no place to be relative to. */
	return parser_name(parser, token, CONF_PATH, "an absolute path") &&
	       (token->text[token->type == TOKEN_QUOTED] == '/' ||
		parser_fail_at(parser, token, "an absolute path"));
}

static bool read_version(struct parser *parser, struct statement *statement)
{
	enum protocol protocol;

	if (!parser_version(parser, &protocol, &statement->set.byte))
		return false;
	statement->protocols = (uint8_t)(1 << protocol);
	return true;
}

/* A report leaves with an IPv4 address or 0.0.0.0, or with a link-local IPv6 address or :: (RFC
 * 3376 section 4.2.13, RFC 3810 section 5.2.13). */
static bool may_send_reports(const struct addr *address)
{
	if (addr_is_any(address))
		return true;
	return addr_is_ipv4(address) ? addr_is_unicast(address) : addr_is_link_local(address);
}

static bool read_report_source(struct parser *parser, struct statement *statement)
{
	struct addr *address = &statement->set.source.address;

	if (parser_keyword(parser, "auto"))
		return true;
	if (!parser_address(parser, address, &statement->value))
		return false;
	statement->set.source.set = true;
	statement->protocols = (uint8_t)(1 << parser_protocol(address));
	return may_send_reports(address) ||
	       parser_fail_at(parser, &statement->value,
			      "auto, an IPv4 unicast or a link-local IPv6 address");
}

/* The source of JOIN, which is of its group's family. */
static bool read_source(struct parser *parser, struct static_join *join, struct token *token)
{
	*token = parser->scanner.token;
	if (parser_accept(parser, '*'))
		return true;
	if (!parser_address(parser, &join->source, token))
		return parser_fail(parser, "a source address or *");
	if (!addr_is_routable(&join->source) ||
	    parser_protocol(&join->source) != parser_protocol(&join->group))
		return parser_fail_at(parser, token,
				      "a unicast address of the group's family, not link-local");
	return true;
}

static bool read_static_join(struct parser *parser, struct statement *statement)
{
	struct static_join *join = &statement->set.static_join.join;
	struct token *token = &statement->value;

	if (!parser_symbol(parser, '(') || !parser_address(parser, &join->group, token))
		return false;
	if (!addr_is_multicast(&join->group) || addr_is_link_scope(&join->group))
		return parser_fail_at(parser, token, "a multicast group that may leave its link");
	statement->protocols = (uint8_t)(1 << parser_protocol(&join->group));
	return parser_symbol(parser, '|') &&
	       read_source(parser, join, &statement->set.static_join.source) &&
	       parser_symbol(parser, ')');
}

/* PREFIX or (PREFIX ...), sorted by protocol. A list without a prefix of one protocol says nothing
 * about that protocol, but () is about both. */
static bool read_prefixes(struct parser *parser, struct statement *statement,
			  struct prefix_list list[PROTOCOLS])
{
	bool many = parser_accept(parser, '(');
	bool groups = statement->key->type == KEY_GROUPS;

	if ((many && parser_accept(parser, ')')) || (groups && parser_keyword(parser, "none")))
		return true;
	statement->protocols = 0;
	do {
		struct token token;
		struct prefix prefix;
		struct prefix_list *its;
		enum protocol protocol;

		if (!parser_prefix(parser, groups ? PREFIX_MULTICAST : PREFIX_UNICAST, &token,
				   &prefix))
			return false;
		protocol = parser_protocol(&prefix.address);
		its = &list[protocol];
		if (its->count == PREFIXES)
			return parser_fail_at(parser, &token, "')' after %d prefixes", PREFIXES);
		statement->protocols |= (uint8_t)(1 << protocol);
		its->prefix[its->count++] = prefix;
		if (many)
			parser_accept(parser, ',');
	} while (many && !parser_accept(parser, ')'));
	return true;
}

static bool read_lists(struct parser *parser, struct statement *statement)
{
	struct prefix_list list[PROTOCOLS];

	list[PROTOCOL_IGMP].count = list[PROTOCOL_MLD].count = 0;
	if (!read_prefixes(parser, statement, list))
		return false;
	for (size_t i = 0; i < PROTOCOLS; i++) {
		size_t count = list[i].count;
		const void *item;

		if (!count)
			continue;
		if (ENABLE_FILTER && statement->key->type == KEY_SENDERS)
			item = ruletable_make_senders(parser, list[i].prefix, count);
		else
			item = parser_copy(parser, list[i].prefix, count * sizeof(struct prefix));
		if (!item)
			return false;
		statement->set.list[i].item = item;
		statement->set.list[i].count = count;
	}
	return true;
}

bool value_read(struct parser *parser, struct statement *statement)
{
	statement->value = parser->scanner.token;
	statement->protocols = statement->key->protocols;
	switch (statement->key->type) {
	case KEY_NUMBER:
		return read_number(parser, statement);
	case KEY_INTERVAL:
	case KEY_QUERY_INTERVAL:
	case KEY_INTERVAL_OR_0:
		return read_interval(parser, statement);
	case KEY_CHOICE:
		return read_choice(parser, statement);
	case KEY_NAME:
		return parser_name(parser, &statement->value, CONF_NAME, "a name");
	case KEY_PATH:
		return read_path(parser, statement);
	case KEY_VERSION:
		return read_version(parser, statement);
	case KEY_REPORT_SOURCE:
		return read_report_source(parser, statement);
	case KEY_STATIC_JOIN:
		return read_static_join(parser, statement);
	default:
		return read_lists(parser, statement);
	}
}
