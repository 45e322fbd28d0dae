/* SPDX-License-Identifier: MIT */
/*
 * From definitions to instances; see choose.h. Owns: which interfaces an instance has, on which
 * side and in what order, by what it names and what its patterns match; the numbers of kernel
 * tables.
 *
 * A pattern stands for the interfaces there are that it matches and that no definition names. One
 * of downstreams or peers takes only what no pattern before it has taken, where those of upstreams
 * and peers come before those of downstreams. Upstreams can be shared between instances.
 */
#include "core/config/choose.h"

#include <string.h>

#include "core/base/text.h"
#include "core/config/keys.h"

enum { PEER_MUTEX = 10 /* ms, of an instance with peers */ };

static bool is_peer(const struct item *item)
{
	return item->place == PLACE_PEER;
}

/* Names that are used go before patterns, and two instances cannot have one downstream. */
static bool reserve_names(struct draft *draft, struct definition *definition)
{
	for (struct item *item = definition->item; item; item = item->next) {
		if (item->deleted || item->pattern)
			continue;
		if (item->place & PLACE_DOWNSTREAM &&
		    parser_known(draft->parser, NAME_CLAIMED, 0, item->name))
			return parser_fail_at(draft->parser, item->token,
					      "a downstream that no other instance has");
		if (!parser_remember(draft->parser, NAME_RESERVED, 0, item->name, item) ||
		    (item->place & PLACE_DOWNSTREAM &&
		     !parser_remember(draft->parser, NAME_CLAIMED, 0, item->name, item)))
			return false;
	}
	return true;
}

static void choose(struct definition *definition, const char *name, bool upstream, bool peer)
{
	definition->choice[definition->choices++] = (struct choice){name, upstream, peer};
}

/* What is named always has room. */
static bool has_room_for_match(const struct definition *definition, bool upstream)
{
	bool has_upstream = upstream || definition->upstream_names ||
			    (definition->choices && definition->choice[0].upstream);

	if (upstream && definition->choices && !ENABLE_MULTI_UPSTREAM)
		return false;
	return definition->names < (has_upstream ? PROXY_VIFS : PROXY_VIFS - 1);
}

/* The interfaces that the pattern ITEM stands for. */
static bool choose_matching(struct draft *draft, struct definition *definition,
			    const struct item *item, bool upstream)
{
	unsigned mine = definition->number + 1;

	for (size_t i = 0; i < draft->present_count; i++) {
		const char *name = draft->present[i];

		if (!text_matches(item->name, name) ||
		    parser_known(draft->parser, NAME_RESERVED, 0, name) ||
		    parser_known(draft->parser, NAME_TAKEN, mine, name) ||
		    (item->place & PLACE_DOWNSTREAM &&
		     parser_known(draft->parser, NAME_TAKEN, 0, name)))
			continue;
		if (!parser_remember(draft->parser, NAME_TAKEN, mine, name, definition))
			return false;
		if (!has_room_for_match(definition, upstream)) {
			if (!definition->conf->skipped_count++)
				memcpy(definition->conf->skipped, name, IF_NAMESIZE);
			continue;
		}
		if (!parser_remember(draft->parser, NAME_TAKEN, 0, name, definition))
			return false;
		definition->names++;
		choose(definition, name, upstream, is_peer(item));
	}
	return true;
}

static bool choose_items(struct draft *draft, struct definition *definition, bool upstream,
			 bool peer)
{
	uint8_t side = upstream ? PLACE_UPSTREAM : PLACE_DOWNSTREAM;

	for (const struct item *item = definition->item; item; item = item->next) {
		if (item->deleted || !(item->place & side) || is_peer(item) != peer)
			continue;
		if (!item->pattern)
			choose(definition, item->name, upstream, peer);
		else if (ENABLE_RELOAD && !choose_matching(draft, definition, item, upstream))
			return false;
	}
	return true;
}

static bool choose_upstreams(struct draft *draft, struct definition *definition)
{
	definition->choice = parser_scratch(draft->parser, PROXY_ENTRIES * sizeof(struct choice));
	return definition->choice &&
	       (!ENABLE_PEERING || choose_items(draft, definition, true, true)) &&
	       choose_items(draft, definition, true, false);
}

static bool choose_downstreams(struct draft *draft, struct definition *definition)
{
	unsigned upstreams = definition->choices;

	for (unsigned i = 0; ENABLE_PEERING && i < upstreams; i++)
		if (definition->choice[i].peer)
			choose(definition, definition->choice[i].name, false, true);
	return choose_items(draft, definition, false, false);
}

static bool list_patterns(struct draft *draft, const struct definition *definition)
{
	struct conf *conf = &draft->conf;

	for (const struct item *item = definition->item; item; item = item->next) {
		if (item->deleted || !item->pattern ||
		    parser_known(draft->parser, NAME_PATTERN, 0, item->name))
			continue;
		conf->pattern = parser_grow(draft->parser, conf->pattern, conf->pattern_count,
					    sizeof(*conf->pattern));
		if (!conf->pattern ||
		    !parser_remember(draft->parser, NAME_PATTERN, 0, item->name, conf))
			return false;
		memcpy(conf->pattern[conf->pattern_count++], item->name, IF_NAMESIZE);
	}
	return true;
}

/* One instance alone has the default table, several have 1, 2, 3... but for those that were asked
 * for. */
static uint32_t number_table(const struct draft *draft, const struct definition *definition)
{
	const struct definition *other = draft->first;
	uint32_t number = 1;

	if (definition->table || !other->next)
		return definition->table;
	while (other) {
		bool taken =
			other->table == number || (other->conf && other->conf->table == number);

		other = other->next;
		if (taken) {
			number++;
			other = draft->first;
		}
	}
	return number;
}

static bool make_interfaces(struct draft *draft, struct definition *definition)
{
	struct conf_instance *instance = definition->conf;
	unsigned count = definition->choices;

	instance->interface = parser_allocate(draft->parser, count * sizeof(struct conf_interface));
	if (!instance->interface)
		return false;
	instance->interface_count = count;
	for (unsigned i = 0; i < count; i++) {
		struct conf_interface *interface = &instance->interface[i];

		keys_put_defaults(KEY_OF_INTERFACE, interface);
		memcpy(interface->name, definition->choice[i].name, IF_NAMESIZE);
		interface->upstream = definition->choice[i].upstream;
		interface->peer = definition->choice[i].peer;
		for (unsigned n = 0; n < PROTOCOLS; n++)
			interface->proxy[n].upstream = interface->upstream;
	}
	for (const struct item *item = definition->item; ENABLE_PEERING && item; item = item->next)
		for (unsigned n = 0; n < PROTOCOLS && is_peer(item) && !item->deleted; n++)
			instance->proxy[n].mutex = PEER_MUTEX;
	return !ENABLE_RELOAD || list_patterns(draft, definition);
}

bool choose_interfaces(struct draft *draft)
{
	struct conf_instance *instance =
		parser_allocate(draft->parser, draft->definitions * sizeof(*instance));
	struct definition *definition;

	if (!instance)
		return false;
	draft->conf.instance = instance;
	draft->conf.instance_count = draft->definitions;
	for (definition = draft->first; definition; definition = definition->next) {
		keys_put_defaults(KEY_OF_INSTANCE, instance);
		memcpy(instance->name, definition->name, CONF_NAME);
		memcpy(instance->protocol, draft->runs, sizeof(draft->runs));
		if (ENABLE_MULTI_INSTANCE)
			instance->table = number_table(draft, definition);
		definition->conf = instance++;
		if ((ENABLE_MULTI_INSTANCE || ENABLE_RELOAD) && !reserve_names(draft, definition))
			return false;
	}
	for (definition = draft->first; definition; definition = definition->next)
		if (!choose_upstreams(draft, definition))
			return false;
	for (definition = draft->first; definition; definition = definition->next)
		if (!choose_downstreams(draft, definition) || !make_interfaces(draft, definition))
			return false;
	return true;
}
