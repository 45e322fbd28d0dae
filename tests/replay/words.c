/* SPDX-License-Identifier: MIT */
/* Words of a line, numbers, names and addresses; see script.h. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

enum { MAX_SOURCES_RANGE = 100000 };

void need_word(struct world *world, struct words *words, const char *word)
{
	if (!take_word(words, word))
		world_fail(world, "expected \"%s\" here, got \"%s\"", word, peek_word(words));
}

bool is_statement(const struct words *words, const char *name)
{
	return !strcmp(words->word[words->at - 1], name);
}

unsigned number(struct world *world, const char *text)
{
	unsigned value;

	if (!word_number(text, &value))
		world_fail(world, "expected a number, got \"%s\"", text);
	return value;
}

int64_t seconds(struct world *world, const char *text)
{
	int64_t ms;

	if (!word_seconds(text, &ms))
		world_fail(world, "expected seconds, got \"%s\"", text);
	return ms;
}

/* ---- names ---- */

unsigned interface_named(struct world *world, const char *name)
{
	for (unsigned vif = 0; vif < world->vif_count; vif++)
		if (*name && !strcmp(world->node[vif].name, name))
			return vif;
	world_fail(world, "no interface \"%s\"", name);
	return 0;
}

static const char *without_side(const char *name, bool *up, bool *down)
{
	*down = strncmp(name, "up:", 3) != 0;
	*up = strncmp(name, "down:", 5) != 0;
	return name + (*down ? 0 : 3) + (*up ? 0 : 5);
}

unsigned entry_named(struct world *world, const char *name)
{
	bool up, down;
	unsigned vif = interface_named(world, without_side(name, &up, &down));
	unsigned upper = up ? entry_of(world, vif, true) : ENTRIES;
	unsigned lower = down ? entry_of(world, vif, false) : ENTRIES;

	if ((upper < ENTRIES) != (lower < ENTRIES))
		return upper < ENTRIES ? upper : lower;
	world_fail(world, "%s \"%s\"", upper < ENTRIES ? "which side of" : "no such side of", name);
	return 0;
}

bool entry_matches(struct world *world, const char *name, unsigned entry)
{
	bool up, down;

	if (!strcmp(without_side(name, &up, &down), "*"))
		return world->interface[entry].upstream ? up : down;
	return entry == entry_named(world, name);
}

struct addr on_link(const struct world *world, unsigned vif, unsigned host)
{
	if (world->protocol == PROTOCOL_IGMP)
		return addr_ipv4(0x0a000000 | vif << 8 | host);
	return (struct addr){{0xfe, 0x80, [15] = (uint8_t)host}};
}

/* a, b, c ...: sources far away. A, B ...: groups, from S on those of SSM. */
static struct addr letter(const struct world *world, char name)
{
	bool group = name >= 'A' && name <= 'Z', ssm = name >= 'S';
	uint8_t n = (uint8_t)(name - (group ? 'A' : 'a') + 1);

	if (world->protocol == PROTOCOL_IGMP)
		return addr_ipv4(!group ? 0x0a090000U | n : (ssm ? 0xe8010100 : 0xef010100) | n);
	if (!group)
		return (struct addr){{0x20, 0x01, 0x0d, 0xb8, 0, 9, [15] = n}};
	if (ssm)
		return (struct addr){{0xff, 0x35, [12] = 0x40, [14] = 1, [15] = n}};
	return (struct addr){{0xff, 0x05, [13] = 1, [14] = 1, [15] = n}};
}

bool number_to_addr(const char *text, struct addr *addr)
{
	struct in_addr ipv4;

	if (inet_pton(AF_INET, text, &ipv4) == 1)
		*addr = addr_ipv4(ntohl(ipv4.s_addr));
	else if (inet_pton(AF_INET6, text, addr->byte) != 1)
		return false;
	return true;
}

struct addr parse_addr(struct world *world, const char *text, unsigned vif)
{
	static const struct {
		const char *name;
		unsigned host;
	} known[] = {{"low", 1}, {"self", 2}, {"high", 200}, {"host", 99}, {"host2", 98}};
	struct addr addr = {{0}};

	if (!strcmp(text, "any") || !strcmp(text, "*"))
		return addr;
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(text, known[i].name))
			return on_link(world, vif, known[i].host);
	if (((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z')) && !text[1])
		return letter(world, *text);
	if (!number_to_addr(text, &addr))
		world_fail(world, "expected an address, got \"%s\"", text);
	return addr;
}

struct prefix parse_prefix(struct world *world, const char *text)
{
	const char *slash = strchr(text, '/');
	char address[64] = {0};
	struct prefix prefix = {.length = 128};

	if (slash && (size_t)(slash - text) < sizeof(address)) {
		memcpy(address, text, (size_t)(slash - text));
		prefix.address = parse_addr(world, address, 0);
		prefix.length = (uint8_t)(number(world, slash + 1) +
					  (addr_is_ipv4(&prefix.address) ? 96 : 0));
	} else {
		prefix.address = parse_addr(world, text, 0);
	}
	return prefix;
}

void parse_range(struct world *world, const char *text, struct list *list)
{
	char first[64] = {0};
	const char *dash = strchr(text, '-');
	struct addr at, last;

	if (!dash || (size_t)(dash - text) >= sizeof(first)) {
		at = parse_addr(world, text, 0);
		list_add(list, &at);
		return;
	}
	memcpy(first, text, (size_t)(dash - text));
	at = parse_addr(world, first, 0);
	last = parse_addr(world, dash + 1, 0);
	for (; addr_compare(&at, &last) <= 0 && list->count < MAX_SOURCES_RANGE;
	     at = addr_behind(at))
		list_add(list, &at);
}

/* "*" is the lowest, or the highest, of the family. */
static struct addr bound(struct world *world, const char *text, bool last)
{
	struct addr addr = {{0}};

	if (strcmp(text, "*"))
		return parse_addr(world, text, 0);
	for (unsigned i = 0; i < 16; i++)
		addr.byte[i] = last ? 0xff : 0;
	if (world->protocol == PROTOCOL_IGMP)
		addr = addr_ipv4(last ? UINT32_MAX : 0);
	return addr;
}

/* Of both families. */
static void everything(struct addr range[2])
{
	for (unsigned i = 0; i < 16; i++) {
		range[0].byte[i] = 0;
		range[1].byte[i] = 0xff;
	}
}

void parse_bounds(struct world *world, const char *text, struct addr range[2])
{
	char first[64] = {0};
	const char *dash = strchr(text, '-');
	struct prefix prefix;

	if (!strcmp(text, "*")) {
		everything(range);
		return;
	}
	if (strchr(text, '/')) {
		prefix = parse_prefix(world, text);
		range[0] = range[1] = prefix.address;
		for (unsigned i = prefix.length; i < 128; i++) {
			range[0].byte[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
			range[1].byte[i / 8] |= (uint8_t)(0x80 >> i % 8);
		}
		return;
	}
	strncpy(first, text, dash && dash - text < 64 ? (size_t)(dash - text) : 63);
	range[0] = bound(world, first, false);
	range[1] = bound(world, dash ? dash + 1 : text, true);
}

void parse_key(struct world *world, struct words *words, struct route *route)
{
	need_word(world, words, "(");
	route->source = parse_addr(world, next_word(words), 0);
	need_word(world, words, ",");
	route->group = parse_addr(world, next_word(words), 0);
	need_word(world, words, ")");
}

struct route parse_flow(struct world *world, struct words *words)
{
	struct route flow = {.input = interface_named(world, next_word(words))};

	flow.source = parse_addr(world, next_word(words), flow.input);
	flow.group = parse_addr(world, next_word(words), flow.input);
	return flow;
}
