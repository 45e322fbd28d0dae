/* SPDX-License-Identifier: MIT */
/* The world as tests/model/reading.h asks for it, and the sources that are worth asking about. */
#include <stdlib.h>

#include "world.h"

/* What still runs does not count: EXCLUDE (X,Y) is EXCLUDE (Y) (RFC 4605 section 4.1). */
static bool is_listed(const struct held *held, const struct addr *source)
{
	for (unsigned i = 0; i < held->source_count; i++)
		if (addr_equal(&held->source[i].address, source))
			return held->filter_mode == INCLUDE || !held->source[i].expires;
	return false;
}

static bool wants(const void *ctx, unsigned entry, const struct addr *group,
		  const struct addr *source, enum reading_as as)
{
	const struct snapshot *snapshot = ctx;
	unsigned vif = snapshot->reading.entry[entry].vif;

	for (unsigned i = 0; i < snapshot->held_count; i++) {
		const struct held *held = &snapshot->held[i];
		bool listed = as == AS_IT_IS && is_listed(held, source);

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

/* Whose is the downstream to forward to and from? */
static enum proxy_forwarder forwarder(const struct world *world, unsigned entry)
{
	struct proxy_interface_status status;

	proxy_interface_status(world->proxy, entry, &status);
	return status.forwarder;
}

static bool is_ours(enum proxy_forwarder forwarder)
{
	return forwarder != FORWARDER_DOWN && forwarder != FORWARDER_OTHER;
}

static struct reading_filter filter_of(const struct rules *rules)
{
	struct reading_filter filter = {.count = rules->list_count};

	for (unsigned l = 0; l < rules->list_count; l++)
		filter.list[l] = (struct filter_list){rules->list[l].whitelist, rules->list[l].rule,
						      rules->list[l].count};
	return filter;
}

void snapshot_read(const struct world *world, struct snapshot *snapshot)
{
	struct reading *r = &snapshot->reading;

	*r = (struct reading){.config = &world->config,
			      .kernel = &world->kernel,
			      .count = world->config.interface_count,
			      .wants = wants,
			      .ctx = snapshot};
	for (unsigned i = 0; i < r->count; i++) {
		unsigned vif = world->interface[i].vif;
		bool up = world->interface[i].upstream;

		r->entry[i] = (struct reading_entry){vif,
						     up,
						     world->node[vif].state.up,
						     is_active(world, vif),
						     is_ours(forwarder(world, i)),
						     forwarder(world, i) == FORWARDER_ALONE,
						     filter_of(&world->entry[i].in),
						     filter_of(&world->entry[i].out)};
	}
	r->wildcard = reading_is_wildcard(r);
}

void sample_sources(const struct snapshot *snapshot, const struct addr *group, struct list *named,
		    struct list *other)
{
	struct list cuts = {0};

	reading_points(&snapshot->reading, group, &cuts, other);
	for (unsigned i = 0; i < snapshot->held_count; i++) {
		const struct held *held = &snapshot->held[i];

		for (unsigned s = 0; !held->upstream && s < held->source_count; s++)
			if (addr_equal(&held->group, group) &&
			    is_listed(held, &held->source[s].address))
				list_add_new(named, &held->source[s].address);
	}
	for (unsigned i = 0; i < named->count; i++) {
		struct addr behind = addr_behind(named->item[i]);

		if (addr_is_ipv4(&behind) == addr_is_ipv4(group) && !addr_is_any(&behind))
			list_add_new(&cuts, &behind);
	}
	for (unsigned i = 0; i < cuts.count; i++)
		list_add_new(other, &cuts.item[i]);
	for (unsigned i = 0; i < named->count; i++)
		list_remove(other, &named->item[i]);
	free(cuts.item);
}
