/* SPDX-License-Identifier: MIT */
/*
 * What holds at every moment, checked against the plainest reading of RFC 4605: sets as lists,
 * every group and every source looked at, nothing remembered.
 */
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

enum { AUDIT_GROUPS = 40, AUDIT_SOURCES = 40, WALK_PIECE = 3 };

/* ---- the status, whole ---- */

/* Now and then, ever more rarely, the visitor pauses: the membership is told again from its start.
 */
static bool pause_here(struct snapshot *snapshot, const struct addr *group)
{
	unsigned kept = 0;

	if (++snapshot->calls < snapshot->next_pause)
		return false;
	snapshot->next_pause = 2 * snapshot->calls + 1;
	for (unsigned i = 0; i < snapshot->held_count; i++)
		if (addr_equal(&snapshot->held[i].group, group))
			free(snapshot->held[i].source);
		else
			snapshot->held[kept++] = snapshot->held[i];
	snapshot->held_count = kept;
	for (unsigned i = kept = 0; i < snapshot->route_count; i++)
		if (!addr_equal(&snapshot->route[i].group, group))
			snapshot->route[kept++] = snapshot->route[i];
	snapshot->route_count = kept;
	return true;
}

static bool on_group(void *ctx, const struct group_status *status)
{
	struct snapshot *snapshot = ctx;
	struct held *held;

	if (pause_here(snapshot, &status->group))
		return false;

	if (snapshot->held_count == snapshot->held_room) {
		snapshot->held_room = snapshot->held_room ? snapshot->held_room * 2 : 16;
		snapshot->held = realloc(snapshot->held, snapshot->held_room * sizeof(*held));
		if (!snapshot->held)
			abort();
	}
	held = &snapshot->held[snapshot->held_count++];
	*held = (struct held){.vif = status->vif,
			      .upstream = status->upstream,
			      .permanent = status->permanent,
			      .tracked = status->tracked,
			      .host_count = status->host_count,
			      .group = status->group,
			      .filter_mode = status->filter_mode,
			      .version = status->version,
			      .expires = status->expires,
			      .source_count = status->source_count,
			      .source = calloc(status->source_count + 1U, sizeof(*held->source))};
	if (!held->source)
		abort();
	for (unsigned i = 0; i < status->source_count; i++) {
		struct source_status source;

		status->source(status, i, &source);
		held->source[i] = (struct held_source){source.address, source.expires};
	}
	return true;
}

static bool on_route(void *ctx, const struct route *route)
{
	struct snapshot *snapshot = ctx;

	if (pause_here(snapshot, &route->group))
		return false;
	if (snapshot->route_count == snapshot->route_room) {
		snapshot->route_room = snapshot->route_room ? snapshot->route_room * 2 : 16;
		snapshot->route = realloc(snapshot->route, snapshot->route_room * sizeof(*route));
		if (!snapshot->route)
			abort();
	}
	snapshot->route[snapshot->route_count++] = *route;
	return true;
}

void snapshot_take(struct world *world, struct snapshot *snapshot)
{
	static const struct proxy_visitor visitor = {on_group, on_route};
	struct proxy_walk walk;

	*snapshot = (struct snapshot){.next_pause = 3};
	proxy_walk_start(world->proxy, &walk);
	while (proxy_walk(world->proxy, &walk, world->now, WALK_PIECE, &visitor, snapshot))
		;
	proxy_walk_stop(world->proxy, &walk);
}

void snapshot_free(struct snapshot *snapshot)
{
	for (unsigned i = 0; i < snapshot->held_count; i++)
		free(snapshot->held[i].source);
	free(snapshot->held);
	free(snapshot->route);
}

const struct held *snapshot_find(const struct snapshot *snapshot, unsigned vif,
				 const struct addr *group, bool permanent)
{
	for (unsigned i = 0; i < snapshot->held_count; i++)
		if (snapshot->held[i].vif == vif && snapshot->held[i].permanent == permanent &&
		    addr_equal(&snapshot->held[i].group, group))
			return &snapshot->held[i];
	return NULL;
}

/* ---- the rules ---- */

static bool is_upstream(const struct world *world, unsigned vif)
{
	return world->interface[vif].upstream;
}

static bool is_listed(const struct world *world, const struct held *held, const struct addr *source)
{
	for (unsigned i = 0; i < held->source_count; i++)
		if (addr_equal(&held->source[i].address, source))
			/* EX(X,Y) is EX(Y): what still runs does not count (RFC 4605 4.1). */
			return held->upstream || held->filter_mode == INCLUDE ||
			       held->source[i].expires <= world->now;
	return false;
}

/* RFC 3376 section 6.3. */
static bool wants(const struct world *world, const struct snapshot *snapshot, unsigned vif,
		  const struct addr *group, const struct addr *source)
{
	for (unsigned i = 0; i < snapshot->held_count; i++) {
		const struct held *held = &snapshot->held[i];

		if (held->vif == vif && addr_equal(&held->group, group) &&
		    is_listed(world, held, source) == (held->filter_mode == INCLUDE))
			return true;
	}
	return false;
}

static void audit_timers(struct world *world, const struct held *held)
{
	if (held->upstream != is_upstream(world, held->vif))
		world_fail(world, "the status of %s has the wrong role", addr_text(&held->group));
	if (held->upstream)
		return;
	if (held->filter_mode == EXCLUDE && held->expires <= world->now)
		world_fail(world, "%s %s: the group timer has passed", world->node[held->vif].name,
			   addr_text(&held->group));
	if (held->filter_mode == INCLUDE && !held->source_count)
		world_fail(world, "%s %s: INCLUDE {} is kept", world->node[held->vif].name,
			   addr_text(&held->group));
	for (unsigned i = 0; held->filter_mode == INCLUDE && i < held->source_count; i++)
		if (held->source[i].expires <= world->now)
			world_fail(world, "%s %s: the timer of source %s has passed",
				   world->node[held->vif].name, addr_text(&held->group),
				   addr_text(&held->source[i].address));
}

/* All that is listed for GROUP, anywhere. */
static void listed_sources(const struct snapshot *snapshot, const struct addr *group,
			   struct list *sources)
{
	for (unsigned i = 0; i < snapshot->held_count; i++) {
		const struct held *held = &snapshot->held[i];

		if (!addr_equal(&held->group, group))
			continue;
		for (unsigned s = 0; s < held->source_count; s++)
			if (!list_has(sources, &held->source[s].address))
				list_add(sources, &held->source[s].address);
	}
}

/* Is S subscribed upstream, by the union of all downstreams (RFC 3376 section 3.2)? */
static bool wanted_anywhere(const struct world *world, const struct snapshot *snapshot,
			    const struct addr *group, const struct addr *source)
{
	for (unsigned vif = 0; vif < world->config.interface_count; vif++)
		if (!is_upstream(world, vif) && wants(world, snapshot, vif, group, source))
			return true;
	return false;
}

static bool any_exclude(const struct world *world, const struct snapshot *snapshot,
			const struct addr *group)
{
	for (unsigned i = 0; i < snapshot->held_count; i++)
		if (!is_upstream(world, snapshot->held[i].vif) &&
		    snapshot->held[i].filter_mode == EXCLUDE &&
		    addr_equal(&snapshot->held[i].group, group))
			return true;
	return false;
}

/* A source of the merged list: the wanted ones of INCLUDE, the unwanted ones of EXCLUDE. */
static void audit_merge(struct world *world, const struct snapshot *snapshot, unsigned vif,
			const struct addr *group, const struct list *sources)
{
	const struct held *held = snapshot_find(snapshot, vif, group, false);
	bool kept = addr_is_discovery(group) && !world->config.ssdp_upstream;
	bool exclude = any_exclude(world, snapshot, group);
	unsigned expected = 0;

	if (kept || addr_is_link_scope(group)) {
		if (held)
			world_fail(world, "%s is subscribed upstream", addr_text(group));
		return;
	}
	for (unsigned s = 0; s < sources->count; s++) {
		bool wanted = wanted_anywhere(world, snapshot, group, &sources->item[s]);

		expected += wanted != exclude;
		if (held && is_listed(world, held, &sources->item[s]) != (wanted != exclude))
			world_fail(world, "%s: upstream's list is wrong about %s", addr_text(group),
				   addr_text(&sources->item[s]));
	}
	if (!held && (exclude || expected))
		world_fail(world, "%s is not subscribed upstream", addr_text(group));
	if (held && !exclude && !expected)
		world_fail(world, "%s is subscribed upstream for nobody", addr_text(group));
	if (held && (held->filter_mode == EXCLUDE) != exclude)
		world_fail(world, "%s: upstream's filter mode is wrong", addr_text(group));
}

/* Is the downstream ours to forward to and from? Both directions are its querier's alone: the proxy
 * that is not would send upstream again what the other one has forwarded downstream. */
static bool is_ours(const struct world *world, unsigned vif)
{
	struct proxy_interface_status status;

	proxy_interface_status(world->proxy, vif, &status);
	return status.up && (status.querier || world->interface[vif].querier == QUERIER_NEVER);
}

/* RFC 4605 section 4.2: upstream always, a downstream if it wants (S,G), never back. */
static uint32_t expected_outputs(const struct world *world, const struct snapshot *snapshot,
				 unsigned input, const struct addr *source,
				 const struct addr *group)
{
	bool kept = addr_is_discovery(group) && !world->config.ssdp_upstream;
	uint32_t outputs = 0;

	if (!is_upstream(world, input) && !is_ours(world, input))
		return 0;
	for (unsigned vif = 0; vif < world->config.interface_count; vif++) {
		if (vif == input)
			continue;
		if (is_upstream(world, vif)
			    ? world->node[vif].state.up && !kept
			    : is_ours(world, vif) && wants(world, snapshot, vif, group, source))
			outputs |= 1U << vif;
	}
	return outputs;
}

static uint32_t interfaces_up(const struct world *world)
{
	uint32_t up = 0;

	for (unsigned vif = 0; vif < world->config.interface_count; vif++)
		up |= (uint32_t)world->node[vif].state.up << vif;
	return up;
}

static void audit_forwarding(struct world *world, const struct snapshot *snapshot,
			     const struct addr *group, const struct addr *source)
{
	const struct route *exact = world_find_route(world, source, group, PROXY_VIFS);
	uint32_t up = interfaces_up(world);

	for (unsigned vif = 0; vif < world->config.interface_count; vif++) {
		struct route got = {*source, *group, vif, false, 0}, expected = got;

		if (!(up >> vif & 1) || (exact && exact->input != vif))
			continue;
		got.outputs = world_forward(world, vif, source, group) & up;
		expected.outputs = expected_outputs(world, snapshot, vif, source, group);
		if (got.outputs != expected.outputs)
			world_fail(world, "expected to forward %s, got %s",
				   world_route_text(world, &expected),
				   world_route_text(world, &got));
	}
}

static void audit_group(struct world *world, const struct snapshot *snapshot,
			const struct addr *group)
{
	struct list sources = {0};
	struct addr stranger =
		world->protocol == PROTOCOL_IGMP
			? addr_ipv4(0x0afe0101)
			: (struct addr){{0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = 0x77}};

	listed_sources(snapshot, group, &sources);
	for (unsigned vif = 0; vif < world->config.interface_count; vif++)
		if (is_upstream(world, vif) && world->node[vif].state.up)
			audit_merge(world, snapshot, vif, group, &sources);
	if (!addr_is_link_scope(group) && sources.count <= AUDIT_SOURCES) {
		audit_forwarding(world, snapshot, group, &stranger);
		for (unsigned s = 0; s < sources.count; s++)
			audit_forwarding(world, snapshot, group, &sources.item[s]);
	}
	free(sources.item);
}

/* A (*,*) that drops what comes in on an interface that is not ours; no status tells of it. */
static bool is_sink(const struct world *world, const struct route *route)
{
	return addr_is_any(&route->group) && route->input < world->config.interface_count &&
	       !is_upstream(world, route->input);
}

/* RFC 3376 section 5.1: each change is told at once, so that the upstream's router always knows
 * what there is. */
static void audit_views(struct world *world, const struct snapshot *snapshot)
{
	unsigned upstream = 0, held_count = 0, view_count = 0;
	struct proxy_interface_status status;

	proxy_interface_status(world->proxy, upstream, &status);
	world->view_lost |= status.version < newest_version(world->protocol);
	if (!is_upstream(world, upstream) || !status.up || world->view_lost)
		return;
	for (unsigned i = 0; i < snapshot->held_count; i++)
		held_count += snapshot->held[i].upstream;
	for (unsigned i = 0; i < world->view_count; i++) {
		const struct view *view = &world->view[i];
		const struct held *held = snapshot_find(snapshot, upstream, &view->group, false);
		bool exclude = held && held->filter_mode == EXCLUDE;
		unsigned same = 0;

		for (unsigned s = 0; held && s < held->source_count; s++)
			same += list_has(&view->source, &held->source[s].address);
		view_count += view->exclude || view->source.count;
		if (view->exclude != exclude || same != view->source.count ||
		    (held && same != held->source_count))
			world_fail(world, "%s: upstream was told something else",
				   addr_text(&view->group));
	}
	if (view_count != held_count)
		world_fail(world, "upstream was told %u groups, subscribed are %u", view_count,
			   held_count);
}

/* If the kernel refused it, what would be told the next time? */
static void audit_wanted(struct world *world, const struct route *told)
{
	struct route wanted = {.source = told->source, .group = told->group, .input = told->input};
	struct route unknown = {.source = told->source, .input = told->input};
	struct addr ipv4 = addr_ipv4(0);

	if (world->protocol == PROTOCOL_IGMP && addr_is_any(&wanted.source))
		wanted.source = ipv4;
	if (world->protocol == PROTOCOL_IGMP && addr_is_any(&wanted.group))
		wanted.group = ipv4;
	proxy_wanted_route(world->proxy, &wanted);
	if (wanted.remove || wanted.input != told->input || wanted.outputs != told->outputs)
		world_fail(world, "a refused route would become %s",
			   world_route_text(world, &wanted));
	unknown.group = world->protocol == PROTOCOL_IGMP ? addr_ipv4(0xefffff01)
							 : (struct addr){{0xff, 0x0e, [15] = 0xee}};
	proxy_wanted_route(world->proxy, &unknown);
	if (!unknown.remove)
		world_fail(world, "a route that nobody wants would not be removed");
}

/* proxy_totals(), the walk and the callbacks speak of the same routes. */
static void audit_status(struct world *world, const struct snapshot *snapshot)
{
	struct proxy_totals totals;
	unsigned told_count = 0;

	proxy_totals(world->proxy, &totals);
	for (unsigned i = 0; i < world->route_count; i++)
		told_count += !is_sink(world, &world->route[i]);
	for (unsigned i = 0; i < world->route_count; i++)
		audit_wanted(world, &world->route[i]);
	if (snapshot->route_count != told_count)
		world_fail(world, "status shows %u routes, %u were told", snapshot->route_count,
			   told_count);
	for (unsigned i = 0; i < snapshot->route_count; i++) {
		const struct route *shown = &snapshot->route[i];
		struct addr any = {{0}};
		const struct route *told = world_find_route(
			world, addr_is_any(&shown->source) ? &any : &shown->source,
			addr_is_any(&shown->group) ? &any : &shown->group, shown->input);

		if (!told || told->input != shown->input || told->outputs != shown->outputs)
			world_fail(world, "status shows a route that was not told: %s",
				   world_route_text(world, shown));
	}
	for (unsigned i = 0; i < snapshot->held_count; i++) {
		const struct held *held = &snapshot->held[i];

		if (held->upstream ? !proxy_is_subscribed(world->proxy, &held->group)
				   : !proxy_has_group(world->proxy, &held->group, held->vif))
			world_fail(world, "status and walk disagree on %s %s",
				   world->node[held->vif].name, addr_text(&held->group));
		totals.groups -= !held->upstream;
	}
	if (totals.groups)
		world_fail(world, "the total of groups is off by %d", (int)totals.groups);
}

void audit(struct world *world)
{
	struct snapshot snapshot;

	if (world->no_audit || world->failed_line)
		return;
	snapshot_take(world, &snapshot);
	audit_status(world, &snapshot);
	audit_views(world, &snapshot);
	for (unsigned i = 0; i < snapshot.held_count; i++) {
		audit_timers(world, &snapshot.held[i]);
		if (snapshot.held_count <= AUDIT_GROUPS)
			audit_group(world, &snapshot, &snapshot.held[i].group);
	}
	snapshot_free(&snapshot);
}
