/* SPDX-License-Identifier: MIT */
/* Words of a message; see text.h. */
#include "text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4096, LATER_QUERY = 125, RESPONSE_MS = 1000 };

struct parser {
	enum protocol protocol;
	unsigned link;
	const char *whole;
	char text[TEXT_MAX], *rest;
	struct text *into;
};

static _Noreturn void wrong(const struct parser *p, const char *word)
{
	fprintf(stderr, "wire: \"%s\" in \"%s\" means nothing\n", word, p->whole);
	exit(2);
}

/* The next word, "" at the end. Braces have blanks on their outer side only. */
static char *peek(struct parser *p)
{
	p->rest += strspn(p->rest, " ");
	return p->rest;
}

static char *next(struct parser *p)
{
	char *word = peek(p), *end = word + strcspn(word, " ");

	p->rest = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

static bool take(struct parser *p, const char *word)
{
	size_t length = strlen(word);
	const char *at = peek(p);

	if (strncmp(at, word, length) || (at[length] && at[length] != ' '))
		return false;
	next(p);
	return true;
}

/* "key=VALUE": VALUE */
static char *option(struct parser *p, const char *key)
{
	size_t length = strlen(key);

	if (strncmp(peek(p), key, length) || p->rest[length] != '=')
		return NULL;
	return next(p) + length + 1;
}

static unsigned number(const struct parser *p, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (!*text || *end)
		wrong(p, text);
	return (unsigned)value;
}

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

/* "{a b}"; false: there is none. */
static bool parse_list(struct parser *p, struct list *list)
{
	struct addr addr;
	char *end;

	if (*peek(p) != '{')
		return false;
	p->rest++;
	end = strchr(p->rest, '}');
	if (!end)
		wrong(p, p->rest);
	*end = ' ';
	while (peek(p) < end) {
		addr = text_address(p->protocol, p->link, next(p));
		list_add(list, &addr);
	}
	p->rest = end + 1;
	return true;
}

/* ---- messages ---- */

static bool parse_option(struct parser *p)
{
	struct damage *damage = &p->into->damage;
	struct envelope *envelope = &p->into->envelope;
	const char *value;

	if ((value = option(p, "dst"))) {
		envelope->destination = text_address(p->protocol, p->link, value);
		p->into->destination_set = true;
	} else if ((value = option(p, "ttl"))) {
		envelope->ttl = number(p, value);
	} else if (option(p, "ra")) {
		envelope->no_router_alert = true;
	} else if (option(p, "sum")) {
		damage->checksum = true;
	} else if ((value = option(p, "tail"))) {
		damage->tail = number(p, value);
	} else if ((value = option(p, "cut"))) {
		damage->cut_set = true;
		damage->cut = number(p, value);
	} else if ((value = option(p, "poke"))) {
		damage->poke[damage->poke_count].offset = (unsigned)strtoul(value, NULL, 10);
		damage->poke[damage->poke_count++].value =
			(uint8_t)number(p, strchr(value, ':') + 1);
	} else {
		return false;
	}
	return true;
}

static bool parse_query_option(struct parser *p)
{
	struct text *into = p->into;
	struct message *m = &into->message;
	const char *value;

	if (take(p, "s")) {
		into->suppress_said = m->suppress = true;
	} else if (take(p, "clear")) {
		into->suppress_said = true;
	} else if (take(p, "new")) {
		into->version_said = true;
	} else if (take(p, "v1")) {
		into->version_said = true;
		m->version = 1;
	} else if (take(p, "v2")) {
		into->version_said = true;
		m->version = 2;
	} else if ((value = option(p, "mrt"))) {
		into->response_said = true;
		m->response_code = number(p, value);
	} else if ((value = option(p, "qrv"))) {
		into->robustness_said = true;
		m->robustness = number(p, value);
	} else if ((value = option(p, "qqi"))) {
		into->interval_said = true;
		m->interval_code = float_code(number(p, value), 4);
	} else {
		return false;
	}
	return true;
}

/* Milliseconds become the code of the message's version. */
static unsigned response_code(const struct parser *p)
{
	unsigned value = p->into->message.response_code, version = p->into->message.version;

	if (p->protocol == PROTOCOL_MLD)
		return version == 2 ? float_code(value, 12) : value;
	value /= 100;
	return version == 1 ? 0 : version == 2 ? value : float_code(value, 4);
}

static void parse_query(struct parser *p)
{
	struct message *m = &p->into->message;

	m->kind = KIND_QUERY;
	m->version = newest_version(p->protocol);
	m->robustness = 2;
	m->interval_code = LATER_QUERY;
	m->response_code = RESPONSE_MS;
	m->group = text_address(p->protocol, p->link, "any");
	while (*peek(p)) {
		if (parse_query_option(p) || parse_option(p) || parse_list(p, &m->source))
			continue;
		if (take(p, "*"))
			p->into->any_group = true;
		else
			m->group = text_address(p->protocol, p->link, next(p));
	}
	m->response_code = response_code(p);
	if (m->version != newest_version(p->protocol))
		m->robustness = m->interval_code = 0;
}

static void parse_record(struct parser *p)
{
	struct message *m = &p->into->message;
	const char *word = next(p), *value;
	unsigned type = BLOCK + 1;
	struct record *record;
	struct addr addr;

	while (type && strcmp(word, record_type_text(type)))
		type--;
	if (!type && strcmp(word, "*"))
		type = number(p, word);
	addr = text_address(p->protocol, p->link, next(p));
	record = codec_add(m, type, &addr);
	if (take(p, "*") || (!parse_list(p, &record->source) && !type))
		p->into->any_list |= UINT64_C(1) << (m->record_count - 1);
	if ((value = option(p, "aux")))
		record->aux = number(p, value);
}

static void parse_message(struct parser *p)
{
	struct message *m = &p->into->message;
	const char *word = next(p);

	if (!strcmp(word, "query")) {
		parse_query(p);
		return;
	}
	m->version = newest_version(p->protocol);
	if (!strcmp(word, "report")) {
		m->kind = KIND_REPORT;
		while (*peek(p)) {
			if (!parse_option(p))
				parse_record(p);
			take(p, "+");
		}
		return;
	}
	m->version--;
	if (*word == 'v')
		m->version = number(p, word + 1);
	else if (strcmp(word, "old") && strcmp(word, "leave"))
		wrong(p, word);
	m->kind = strcmp(word, "leave") ? KIND_OLD_REPORT : KIND_LEAVE;
	m->group = text_address(p->protocol, p->link, next(p));
	while (parse_option(p))
		;
}

void text_parse(struct text *into, enum protocol protocol, unsigned link, const char *text)
{
	static const char *const kinds[] = {"report", "query", "v1", "v2", "old", "leave"};
	struct parser p = {.protocol = protocol, .link = link, .whole = text, .into = into};
	const char *source = "host";

	*into = (struct text){.envelope.ttl = 1};
	snprintf(p.text, sizeof(p.text), "%s", text);
	p.rest = p.text;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = strlen(kinds[i]);

		if (!strncmp(peek(&p), kinds[i], length) && p.rest[length] == ' ')
			break;
		if (!strcmp(peek(&p), kinds[i]))
			break;
		if (i == sizeof(kinds) / sizeof(kinds[0]) - 1)
			source = next(&p);
	}
	into->envelope.source = text_address(protocol, link, source);
	parse_message(&p);
	if (!into->destination_set)
		into->envelope.destination = codec_destination(protocol, &into->message);
}

void text_free(struct text *text)
{
	codec_free(&text->message);
}

static bool query_matches(const struct text *text, const struct message *m)
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

static bool has_record(const struct text *text, unsigned number, const struct message *m)
{
	const struct record *said = &text->message.record[number];

	for (unsigned i = 0; i < m->record_count; i++) {
		const struct record *record = &m->record[i];

		if ((!said->type || said->type == record->type) &&
		    addr_equal(&said->group, &record->group) &&
		    ((text->any_list >> number & 1) || list_equal(&said->source, &record->source)))
			return true;
	}
	return false;
}

bool text_matches(const struct text *text, const struct message *m)
{
	if (text->message.kind != m->kind)
		return false;
	if (m->kind == KIND_QUERY)
		return query_matches(text, m);
	if (m->kind != KIND_REPORT)
		return text->message.version == m->version &&
		       addr_equal(&text->message.group, &m->group);
	for (unsigned i = 0; i < text->message.record_count; i++)
		if (!has_record(text, i, m))
			return false;
	return true;
}
