/* SPDX-License-Identifier: MIT */
/*
 * What a configuration with several upstreams, filters and peering means, in the plainest way: each
 * question is answered anew from the rules and from who is a member of what.
 */
#include <stdlib.h>
#include <string.h>

#include "world.h"

/* ---- filters ---- */

static bool is_single(const struct filter_rule *rule)
{
	return addr_equal(&rule->source[0], &rule->source[1]);
}

/* A rule with an interface says nothing about data from others. UNNAMED: nor does one about a
 * single source. */
static bool list_passes(const struct rule_list *list, unsigned from, const struct addr *group,
			const struct addr *source, bool unnamed)
{
	bool listed = false;

	for (unsigned i = 0; i < list->count; i++) {
		const struct filter_rule *rule = &list->rule[i];

		listed |= (rule->vif == PROXY_VIFS || rule->vif == from) &&
			  addr_within(group, rule->group) && addr_within(source, rule->source) &&
			  !(unnamed && is_single(rule));
	}
	return listed == list->whitelist;
}

static bool lists_pass(const struct rules *rules, unsigned from, const struct addr *group,
		       const struct addr *source, bool unnamed)
{
	for (unsigned i = 0; i < rules->list_count; i++)
		if (!list_passes(&rules->list[i], from, group, source, unnamed))
			return false;
	return true;
}

bool rules_pass(const struct rules *rules, unsigned from, const struct addr *group,
		const struct addr *source)
{
	return lists_pass(rules, from, group, source, false);
}

bool is_kept_local(const struct world *world, const struct addr *group)
{
	return addr_is_discovery(group) && !world->config.ssdp_upstream;
}

/* ---- memberships ---- */

static bool is_listed(const struct world *world, const struct held *held, const struct addr *source)
{
	for (unsigned i = 0; i < held->source_count; i++)
		if (addr_equal(&held->source[i].address, source))
			/* EX(X,Y) is EX(Y): what still runs does not count (RFC 4605 4.1). */
			return held->filter_mode == INCLUDE ||
			       held->source[i].expires <= world->now;
	return false;
}

/* RFC 3376 section 6.3. UNNAMED: as if nobody listed it. */
static bool wants(const struct world *world, const struct snapshot *snapshot, unsigned vif,
		  const struct addr *group, const struct addr *source, bool unnamed)
{
	for (unsigned i = 0; i < snapshot->held_count; i++) {
		const struct held *held = &snapshot->held[i];
		bool listed = !unnamed && is_listed(world, held, source);

		if (held->vif == vif && !held->upstream && addr_equal(&held->group, group) &&
		    listed == (held->filter_mode == INCLUDE))
			return true;
	}
	return false;
}

bool is_active(const struct world *world, unsigned vif)
{
	const struct interface_state *state = &world->node[vif].state;

	return state->up && (world->protocol == PROTOCOL_IGMP || !addr_is_any(&state->address));
}

/* What is asked about a source. */
struct question {
	const struct world *world;
	const struct snapshot *snapshot;
	const struct addr *group, *source;
	bool unnamed; /* as if no member and no rule named it */
};

/* Is S of a downstream's members to be had from the upstream, by the downstream's filter? */
static bool offers(const struct question *q, unsigned down, unsigned up)
{
	const struct world *world = q->world;
	unsigned vif = world->interface[down].vif, from = world->interface[up].vif;

	return !world->interface[down].upstream && vif != from &&
	       wants(world, q->snapshot, vif, q->group, q->source, q->unnamed) &&
	       lists_pass(&world->entry[down].out, from, q->group, q->source, q->unnamed);
}

static bool takes(const struct question *q, unsigned up)
{
	const struct world *world = q->world;
	unsigned vif = world->interface[up].vif;

	return world->interface[up].upstream && is_active(world, vif) &&
	       lists_pass(&world->entry[up].in, vif, q->group, q->source, q->unnamed);
}

static bool any_offers(const struct question *q, unsigned up)
{
	for (unsigned down = 0; down < q->world->config.interface_count; down++)
		if (offers(q, down, up))
			return true;
	return false;
}

/* No earlier upstream has what DOWN wants. */
static bool is_left_over(const struct question *q, unsigned down, unsigned up)
{
	for (unsigned earlier = 0; earlier < up; earlier++)
		if (takes(q, earlier) && offers(q, down, earlier))
			return false;
	return true;
}

/* Where the data of (S,G) are arriving; ENTRIES: at no upstream that asks for them. */
static unsigned arriving_at(const struct question *q)
{
	for (unsigned i = 0; !q->unnamed && i < q->world->kernel.route_count; i++) {
		const struct route *route = &q->world->kernel.route[i].route;
		unsigned up = entry_of(q->world, route->input, true);

		if (addr_equal(&route->source, q->source) && addr_equal(&route->group, q->group) &&
		    up < ENTRIES && takes(q, up) && any_offers(q, up))
			return up;
	}
	return ENTRIES;
}

static bool subscribes(const struct question *q, unsigned entry)
{
	const struct world *world = q->world;

	if (!takes(q, entry) || is_kept_local(world, q->group) || addr_is_link_scope(q->group))
		return false;
	if (world->config.mutex) {
		unsigned only = arriving_at(q);

		return any_offers(q, entry) && (only == ENTRIES || only == entry);
	}
	for (unsigned down = 0; down < world->config.interface_count; down++)
		if (offers(q, down, entry) && is_left_over(q, down, entry))
			return true;
	return false;
}

bool is_subscribed(const struct world *world, const struct snapshot *snapshot, unsigned entry,
		   const struct addr *group, const struct addr *source)
{
	return subscribes(&(struct question){world, snapshot, group, source, false}, entry);
}

bool is_subscribed_unnamed(const struct world *world, const struct snapshot *snapshot,
			   unsigned entry, const struct addr *group, const struct addr *source)
{
	return subscribes(&(struct question){world, snapshot, group, source, true}, entry);
}

/* ---- the kernel's wildcard routes ---- */

/* All sources of the family, or all of its groups. */
static bool is_everything(const struct world *world, const struct addr range[2], bool groups)
{
	struct addr first = {{groups ? 0xff : 0}}, last;

	memset(&last, 0xff, sizeof(last));
	if (world->protocol == PROTOCOL_IGMP) {
		first = addr_ipv4(groups ? 0xe0000000 : 0);
		last = addr_ipv4(groups ? 0xefffffff : UINT32_MAX);
	}
	return addr_within(&first, range) && addr_within(&last, range);
}

/* 1: everything passes; 0: nothing does; -1: it depends. */
static int verdict(const struct world *world, const struct rules *rules)
{
	int result = 1;

	for (unsigned l = 0; l < rules->list_count; l++) {
		const struct rule_list *list = &rules->list[l];
		bool all = false;

		for (unsigned i = 0; i < list->count; i++)
			all |= list->rule[i].vif == PROXY_VIFS &&
			       is_everything(world, list->rule[i].group, true) &&
			       is_everything(world, list->rule[i].source, false);
		if (list->whitelist ? !list->count : all)
			return 0;
		if (list->whitelist ? !all : list->count)
			result = -1;
	}
	return result;
}

static bool is_about_groups_only(const struct world *world, const struct rules *rules)
{
	if (verdict(world, rules) >= 0)
		return true;
	for (unsigned l = 0; l < rules->list_count; l++)
		for (unsigned i = 0; i < rules->list[l].count; i++)
			if (rules->list[l].rule[i].vif != PROXY_VIFS ||
			    !is_everything(world, rules->list[l].rule[i].source, false))
				return false;
	return true;
}

static unsigned upstream_count(const struct world *world)
{
	unsigned count = 0;

	for (unsigned i = 0; i < world->config.interface_count; i++)
		count += world->interface[i].upstream;
	return count;
}

bool is_wildcard(const struct world *world)
{
	unsigned upstreams = upstream_count(world), count = world->config.interface_count;

	if (world->config.per_source || upstreams > 1)
		return false;
	for (unsigned i = 0; i < count; i++) {
		const struct entry *entry = &world->entry[i];
		bool up = world->interface[i].upstream;

		if ((up && entry_of(world, world->interface[i].vif, false) < ENTRIES) ||
		    (up ? verdict(world, &entry->out) < 0 : verdict(world, &entry->in) < 1) ||
		    !is_about_groups_only(world, up ? &entry->in : &entry->out) ||
		    (up && verdict(world, &entry->in) < 1 && count - upstreams > 1))
			return false;
	}
	return true;
}

/* ---- data ---- */

/* Is the downstream ours to forward to and from? Both directions are its querier's alone: the proxy
 * that is not would send upstream again what the other one has forwarded downstream. */
static bool is_ours(const struct world *world, unsigned entry)
{
	struct proxy_interface_status status;

	if (entry == ENTRIES)
		return false;
	proxy_interface_status(world->proxy, entry, &status);
	return status.up && (status.querier || world->interface[entry].querier == QUERIER_NEVER);
}

static bool comes_from_above(const struct world *world, const struct snapshot *snapshot,
			     unsigned vif, const struct addr *source, const struct addr *group)
{
	unsigned up = entry_of(world, vif, true);

	if (up == ENTRIES || !rules_pass(&world->entry[up].in, vif, group, source))
		return false;
	/* By wildcards, who wants it downstream decides. */
	return is_wildcard(world) || is_subscribed(world, snapshot, up, group, source);
}

/* RFC 4605 section 4.2: what comes from below goes to the upstreams; or to the first one that is up
 * as it has to be for memberships, so that both move on together. Where there is but one, and
 * wildcards, there is no choice. */
static uint32_t upwards(const struct world *world, unsigned from, const struct addr *source,
			const struct addr *group)
{
	bool first = world->config.out_first && !is_wildcard(world);
	uint32_t outputs = 0;

	for (unsigned up = 0; up < world->config.interface_count; up++) {
		unsigned vif = world->interface[up].vif;

		if (!world->interface[up].upstream || vif == from ||
		    !(first ? is_active(world, vif) : world->node[vif].state.up) ||
		    !rules_pass(&world->entry[up].out, from, group, source))
			continue;
		outputs |= 1U << vif;
		if (first)
			break;
	}
	return outputs;
}

static uint32_t downwards(const struct world *world, const struct snapshot *snapshot, unsigned from,
			  const struct addr *source, const struct addr *group)
{
	uint32_t outputs = 0;

	for (unsigned down = 0; down < world->config.interface_count; down++) {
		unsigned vif = world->interface[down].vif;

		if (!world->interface[down].upstream && vif != from && is_ours(world, down) &&
		    wants(world, snapshot, vif, group, source, false) &&
		    rules_pass(&world->entry[down].out, from, group, source))
			outputs |= 1U << vif;
	}
	return outputs;
}

static bool comes_from_below(const struct world *world, unsigned vif, const struct addr *source,
			     const struct addr *group)
{
	unsigned down = entry_of(world, vif, false);

	return is_ours(world, down) && rules_pass(&world->entry[down].in, vif, group, source);
}

bool is_acceptable(const struct world *world, const struct snapshot *snapshot, unsigned vif,
		   const struct addr *source, const struct addr *group)
{
	return comes_from_below(world, vif, source, group) ||
	       comes_from_above(world, snapshot, vif, source, group);
}

uint32_t expected_outputs(const struct world *world, const struct snapshot *snapshot, unsigned vif,
			  const struct addr *source, const struct addr *group)
{
	bool from_below = comes_from_below(world, vif, source, group);
	uint32_t outputs = 0;

	if (is_acceptable(world, snapshot, vif, source, group))
		outputs = downwards(world, snapshot, vif, source, group);
	if (from_below && !is_kept_local(world, group))
		outputs |= upwards(world, vif, source, group);
	return outputs;
}

/* ---- the sources for which answers may differ ---- */

/* All sources of the family, but for that of all zeros, which means another thing. */
static void source_space(const struct world *world, struct addr space[2])
{
	space[0] = addr_ipv4(1);
	space[1] = addr_ipv4(UINT32_MAX);
	if (world->protocol == PROTOCOL_IGMP)
		return;
	for (unsigned i = 0; i < 16; i++) {
		space[0].byte[i] = i == 15;
		space[1].byte[i] = 0xff;
	}
}

/* Where something may begin: at the first of the range, and behind its last. */
static void add_range(const struct addr space[2], const struct addr range[2], struct list *cuts)
{
	struct addr next = addr_behind(range[1]);

	if (addr_within(&range[0], space))
		list_add_new(cuts, &range[0]);
	if (addr_compare(&range[1], &space[1]) < 0 && addr_within(&next, space))
		list_add_new(cuts, &next);
}

static void add_rules(const struct rules *rules, const struct addr *group,
		      const struct addr space[2], struct list *cuts)
{
	for (unsigned l = 0; l < rules->list_count; l++)
		for (unsigned i = 0; i < rules->list[l].count; i++)
			if (addr_within(group, rules->list[l].rule[i].group))
				add_range(space, rules->list[l].rule[i].source, cuts);
}

void sample_sources(const struct world *world, const struct snapshot *snapshot,
		    const struct addr *group, struct list *named, struct list *other)
{
	struct addr space[2];
	struct list cuts = {0};

	source_space(world, space);
	list_add(&cuts, &space[0]);
	for (unsigned i = 0; i < snapshot->held_count; i++) {
		const struct held *held = &snapshot->held[i];

		for (unsigned s = 0; !held->upstream && s < held->source_count; s++)
			if (addr_equal(&held->group, group) &&
			    is_listed(world, held, &held->source[s].address))
				list_add_new(named, &held->source[s].address);
	}
	for (unsigned i = 0; i < world->config.interface_count; i++) {
		add_rules(&world->entry[i].in, group, space, &cuts);
		add_rules(&world->entry[i].out, group, space, &cuts);
	}
	for (unsigned i = 0; i < named->count; i++)
		add_range(space, (struct addr[2]){named->item[i], named->item[i]}, &cuts);
	for (unsigned i = 0; i < cuts.count; i++)
		if (!list_has(named, &cuts.item[i]))
			list_add(other, &cuts.item[i]);
	free(cuts.item);
}
