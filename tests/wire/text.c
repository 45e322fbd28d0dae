/* SPDX-License-Identifier: MIT */
/* Words of a message; see text.h. */
#include "text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- addresses ---- */

static struct addr on_link(enum protocol protocol, unsigned link, unsigned host)
{
	if (protocol == PROTOCOL_IGMP)
		return addr_ipv4(0x0a000000 | link << 16 | host);
	return (struct addr){{0xfe, 0x80, [15] = (uint8_t)host}};
}

static struct addr group(enum protocol protocol, char kind, unsigned n)
{
	struct addr addr = {{0xff, kind == 's' ? 0x35 : kind == 'l' ? 2 : 5, [13] = 1}};
	uint32_t base = kind == 's' ? 0xe8010000 : kind == 'l' ? 0xe0000040 : 0xef010000;

	if (protocol == PROTOCOL_IGMP)
		return addr_ipv4(base + n);
	if (kind == 's')
		addr.byte[12] = 0x40;
	addr.byte[14] = (uint8_t)(n >> 8);
	addr.byte[15] = (uint8_t)n;
	return addr;
}

static bool named(enum protocol protocol, unsigned link, const char *name, struct addr *addr)
{
	static const struct {
		const char *name;
		unsigned host;
	} known[] = {{"low", 1}, {"self", 2}, {"high", 200}, {"host", 99}, {"host2", 98}};

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(name, known[i].name)) {
			*addr = on_link(protocol, link, known[i].host);
			return true;
		}
	if (*name >= 'a' && *name <= 'f' && !name[1]) {
		*addr = (struct addr){{0x20, 1, 0x0d, 0xb8, [13] = 9, [15] = (uint8_t)*name}};
		if (protocol == PROTOCOL_IGMP)
			*addr = addr_ipv4(0x0a000900U | (uint8_t)*name);
		return true;
	}
	return false;
}

static bool find_address(enum protocol protocol, unsigned link, const char *name, struct addr *addr)
{
	struct in_addr ipv4;
	char *end;

	if (named(protocol, link, name, addr))
		return true;
	if (strchr("gsl", *name)) {
		unsigned long n = strtoul(name + 1, &end, 10);

		*addr = group(protocol, *name, (unsigned)n);
		return name[1] && !*end;
	}
	if (inet_pton(AF_INET, name, &ipv4) == 1)
		*addr = addr_ipv4(ntohl(ipv4.s_addr));
	else if (!strcmp(name, "any"))
		*addr = protocol == PROTOCOL_IGMP ? addr_ipv4(0) : (struct addr){{0}};
	else
		return inet_pton(AF_INET6, name, addr->byte) == 1;
	return true;
}

struct addr text_address(enum protocol protocol, unsigned link, const char *name)
{
	struct addr addr = {{0}};

	if (!find_address(protocol, link, name, &addr)) {
		fprintf(stderr, "wire: \"%s\" is no address\n", name);
		exit(2);
	}
	return addr;
}

/* ---- messages ---- */

struct place {
	enum protocol protocol;
	unsigned link;
	const char *whole;
};

static void name(void *ctx, const char *word, struct list *list)
{
	const struct place *place = ctx;
	struct addr addr = text_address(place->protocol, place->link, word);

	list_add(list, &addr);
}

static void wrong(void *ctx, const char *expected, const char *got)
{
	const struct place *place = ctx;

	fprintf(stderr, "wire: \"%s\" in \"%s\" is not %s\n", got, place->whole, expected);
	exit(2);
}

void text_parse(struct text *into, enum protocol protocol, unsigned link, const char *text)
{
	static const char *const kinds[] = {"report", "query", "v1", "v2", "old", "leave"};
	static const struct values values = {.robustness = 2,
					     .query_interval = 125000,
					     .query_response_interval = 1000,
					     .last_member_query_interval = 1000};
	static struct words words;
	struct place place = {protocol, link, text};
	struct speaker speaker = {protocol, &values, true, true, name, wrong, &place};
	const char *source = NULL;

	*into = (struct text){.said.ttl = 1};
	into->said.message.group = text_address(protocol, link, "any");
	words_split(&words, text, "{}");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(peek_word(&words), kinds[i]))
			source = "host";
	if (!source)
		source = next_word(&words);
	said_read(&speaker, &words, &into->said);
	into->envelope =
		(struct envelope){text_address(protocol, link, source), into->said.destination,
				  into->said.ttl, into->said.no_router_alert};
	if (!into->said.destination_set)
		into->envelope.destination = codec_destination(protocol, &into->said.message);
}

void text_free(struct text *text)
{
	codec_free(&text->said.message);
}

static bool query_matches(const struct said *text, const struct message *m)
{
	const struct message *said = &text->message;

	if (text->any_group)
		return true;
	return addr_same(&said->group, &m->group) && list_equal(&said->source, &m->source) &&
	       (!text->version_said || said->version == m->version) &&
	       (!text->suppress_said || said->suppress == m->suppress) &&
	       (!text->response_said || said->response_code == m->response_code) &&
	       (!text->robustness_said || said->robustness == m->robustness) &&
	       (!text->interval_said || said->interval_code == m->interval_code);
}

static bool has_record(const struct message *m, const struct record *said)
{
	for (unsigned i = 0; i < m->record_count; i++) {
		const struct record *record = &m->record[i];

		if ((!said->type || said->type == record->type) &&
		    addr_equal(&said->group, &record->group) &&
		    (said->any || list_equal(&said->source, &record->source)))
			return true;
	}
	return false;
}

bool text_matches(const struct text *text, const struct message *m)
{
	const struct message *said = &text->said.message;

	if (said->kind != m->kind)
		return false;
	if (m->kind == KIND_QUERY)
		return query_matches(&text->said, m);
	if (m->kind != KIND_REPORT)
		return said->version == m->version && addr_equal(&said->group, &m->group);
	for (unsigned i = 0; i < said->record_count; i++)
		if (!has_record(m, &said->record[i]))
			return false;
	return true;
}
