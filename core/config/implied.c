/* SPDX-License-Identifier: MIT */
/* Filters that no rule of the script makes, but the key `scope` and peering (RFC 7287 section 5.3).
 */
#include "core/config/implied.h"

#include <string.h>

#include "core/config/ruletable.h"

/* ---- scopes ---- */

/* A blacklist of the groups whose scope is narrower: ffXs::/16 (RFC 7346 section 2), and of
 * 239.0.0.0/8 what is local (239.255.0.0/16 and what that can grow into, 239.252.0.0/14) or of an
 * organization (the rest; RFC 2365 section 6). */
static const struct conf_filter *make_scope(struct parser *parser, enum conf_scope scope)
{
	enum { FLAGS = 16 };
	/* RFC 7346 section 2. */
	static const uint8_t number[] = {
		[SCOPE_SITE] = 5, [SCOPE_ORGANIZATION] = 8, [SCOPE_GLOBAL] = 14};
	struct conf_rule *rule = parser_allocate(parser, (FLAGS + 1) * sizeof(*rule));
	size_t count = 0;

	if (!rule)
		return NULL;
	for (; count <= FLAGS; count++) {
		ruletable_set_any(rule[count].group);
		ruletable_set_any(rule[count].source);
		rule[count].group[0].byte[0] = 0xff;
		rule[count].group[0].byte[1] = (uint8_t)(count << 4);
		rule[count].group[1].byte[1] = (uint8_t)(count << 4 | (number[scope] - 1u));
	}
	rule[FLAGS].group[0] = addr_ipv4(scope == SCOPE_GLOBAL ? 0xef000000 : 0xeffc0000);
	rule[FLAGS].group[1] = addr_ipv4(0xefffffff);
	return ruletable_make_filter(parser, false, rule, scope == SCOPE_SITE ? FLAGS : FLAGS + 1);
}

static bool complete_scope(struct draft *draft, struct conf_instance *instance,
			   const struct conf_filter *known[])
{
	const struct conf_filter **filter = &known[instance->scope];

	if (instance->scope == SCOPE_LINK)
		return true;
	if (!*filter)
		*filter = make_scope(draft->parser, instance->scope);
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
		ruletable_set_any(rule[count].group);
		ruletable_set_any(rule[count].source);
		memcpy(rule[count++].interface, interface->name, IF_NAMESIZE);
	}
	return ruletable_make_filter(parser, false, rule, count);
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
	nothing = ruletable_make_filter(parser, true, NULL, 0);
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

bool implied_filters(struct draft *draft)
{
	const struct conf_filter *scope[SCOPE_GLOBAL + 1] = {NULL};

	for (unsigned i = 0; i < draft->conf.instance_count; i++)
		if (!complete_scope(draft, &draft->conf.instance[i], scope) ||
		    (ENABLE_PEERING && !complete_peers(draft->parser, &draft->conf.instance[i])))
			return false;
	return true;
}
