/* SPDX-License-Identifier: MIT */
/*
 * What holds at every moment, checked against the plainest reading of RFC 4605: sets as lists,
 * every group and every source looked at, nothing remembered.
 */
#include <stdio.h>
#include <stdlib.h>

#include "world.h"
#include "tests/model/walk.h"

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
	held = GROW(snapshot->held, snapshot->held_count, snapshot->held_room);
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
	*GROW(snapshot->route, snapshot->route_count, snapshot->route_room) = *route;
	return true;
}

void snapshot_take(struct world *world, struct snapshot *snapshot)
{

	*snapshot = (struct snapshot){.next_pause = 3};
	walk_all(world->proxy, world->now, WALK_PIECE, on_group, on_route, snapshot);
	snapshot_read(world, snapshot);
}

void snapshot_free(struct snapshot *snapshot)
{
	for (unsigned i = 0; i < snapshot->held_count; i++)
		free(snapshot->held[i].source);
	free(snapshot->held);
	free(snapshot->route);
}

const struct held *snapshot_find(const struct snapshot *snapshot, unsigned vif, bool upstream,
				 const struct addr *group, bool permanent)
{
	for (unsigned i = 0; i < snapshot->held_count; i++) {
		const struct held *held = &snapshot->held[i];

		if (held->vif == vif && held->upstream == upstream &&
		    held->permanent == permanent && addr_equal(&held->group, group))
			return held;
	}
	return NULL;
}

/* ---- the rules ---- */

static bool has_source(const struct held *held, const struct addr *source)
{
	for (unsigned i = 0; held && i < held->source_count; i++)
		if (addr_equal(&held->source[i].address, source))
			return true;
	return false;
}

static void audit_timers(struct world *world, const struct held *held)
{
	struct proxy_interface_status status;
	bool stopped;

	if (entry_of(world, held->vif, held->upstream) == ENTRIES)
		world_fail(world, "the status of %s has the wrong role", addr_text(&held->group));
	if (held->upstream)
		return;
	proxy_interface_status(world->proxy, entry_of(world, held->vif, false), &status);
	stopped = status.held;
	if (held->filter_mode == EXCLUDE && held->expires <= world->now && !stopped)
		world_fail(world, "%s %s: the group timer has passed", world->node[held->vif].name,
			   addr_text(&held->group));
	if (held->filter_mode == INCLUDE && !held->source_count)
		world_fail(world, "%s %s: INCLUDE {} is kept", world->node[held->vif].name,
			   addr_text(&held->group));
	for (unsigned i = 0; held->filter_mode == INCLUDE && i < held->source_count; i++)
		if (held->source[i].expires <= world->now && !stopped)
			world_fail(world, "%s %s: the timer of source %s has passed",
				   world->node[held->vif].name, addr_text(&held->group),
				   addr_text(&held->source[i].address));
}

/* Is it asked for at the upstream if it is wanted from there? More may be asked for only of a range
 * that is not wanted, as no list can say that: what members list, or a rule about it alone keeps
 * back, can be listed. */
static void audit_source(struct world *world, const struct snapshot *snapshot, unsigned entry,
			 const struct held *held, const struct addr *group,
			 const struct addr *source, bool named)
{
	bool exclude = held && held->filter_mode == EXCLUDE;
	bool asked = has_source(held, source) != exclude;
	bool wanted = reading_subscribes(&snapshot->reading, entry, group, source, AS_IT_IS);

	/* Whatever rules say, no list has what never leaves its link: the codec sees to that. */
	if (asked == wanted || !addr_may_leave_link(source))
		return;
	if (asked && exclude && !named &&
	    !reading_subscribes(&snapshot->reading, entry, group, source, AS_UNNAMED))
		return;
	world_fail(world, "%s is %s at %s for %s", addr_text(source),
		   wanted ? "not subscribed" : "subscribed",
		   world->node[world->interface[entry].vif].name, addr_text(group));
}

/* Is a range wanted there, which no list can name: two addresses in a row that nothing names? */
static bool has_range(const struct snapshot *snapshot, unsigned entry, const struct addr *group,
		      const struct list *begin)
{
	for (unsigned i = 0; i < begin->count; i++) {
		struct addr next = addr_behind(begin->item[i]);

		if (reading_subscribes(&snapshot->reading, entry, group, &begin->item[i],
				       AS_UNNAMED) &&
		    reading_subscribes(&snapshot->reading, entry, group, &next, AS_UNNAMED))
			return true;
	}
	return false;
}

/* RFC 3376 section 3.2 and RFC 4605 section 4.1, for one upstream of several: what is subscribed
 * there, of the sources that members list, of each range between them and those of rules, and of
 * what is listed there. */
static void audit_merge(struct world *world, const struct snapshot *snapshot, unsigned entry,
			const struct addr *group, const struct list *named,
			const struct list *other)
{
	const char *name = world->node[world->interface[entry].vif].name;
	const struct held *held =
		snapshot_find(snapshot, world->interface[entry].vif, true, group, false);

	for (unsigned i = 0; i < named->count; i++)
		audit_source(world, snapshot, entry, held, group, &named->item[i], true);
	for (unsigned i = 0; i < other->count; i++) {
		struct addr next = addr_behind(other->item[i]);

		audit_source(world, snapshot, entry, held, group, &other->item[i], false);
		audit_source(world, snapshot, entry, held, group, &next, false);
	}
	if (!held)
		return;
	for (unsigned i = 0; i < held->source_count; i++)
		audit_source(world, snapshot, entry, held, group, &held->source[i].address, false);
	if (held->filter_mode == INCLUDE && !held->source_count)
		world_fail(world, "%s is subscribed at %s for nobody", addr_text(group), name);
	if (held->filter_mode == EXCLUDE && !has_range(snapshot, entry, group, named) &&
	    !has_range(snapshot, entry, group, other))
		world_fail(world, "%s: the filter mode at %s is wrong", addr_text(group), name);
}

/* Where data go out, or, of a downstream that is held, would. */
static uint32_t interfaces_up(const struct world *world, const struct snapshot *snapshot)
{
	uint32_t up = 0;

	for (unsigned i = 0; i < snapshot->reading.count; i++)
		if (snapshot->reading.entry[i].forwards &&
		    entry_of(world, snapshot->reading.entry[i].vif, true) == ENTRIES)
			up |= UINT32_C(1) << snapshot->reading.entry[i].vif;
	for (unsigned vif = 0; vif < world->vif_count; vif++)
		up |= (uint32_t)world->node[vif].state.up << vif;
	return up;
}

/* Per source, what has no route is asked about: world_data() looks at the answer. */
static void audit_forwarding(struct world *world, const struct snapshot *snapshot,
			     const struct addr *group, const struct addr *source)
{
	const struct route *exact = world_find_route(world, source, group);
	uint32_t up = interfaces_up(world, snapshot);

	if (!exact && !snapshot->reading.wildcard)
		return;
	for (unsigned vif = 0; vif < world->vif_count; vif++) {
		struct route got = {*source, *group, vif, false, 0}, expected = got;

		if (!(up >> vif & 1) || (exact && exact->input != vif))
			continue;
		got.outputs = kernel_lookup(&world->kernel, vif, source, group) & up;
		expected.outputs = reading_outputs(&snapshot->reading, vif, group, source);
		if (got.outputs != expected.outputs)
			world_fail(world, "expected to forward %s, got %s",
				   world_route_text(world, &expected),
				   world_route_text(world, &got));
	}
}

static void audit_group(struct world *world, const struct snapshot *snapshot,
			const struct addr *group)
{
	struct list named = {0}, other = {0};
	struct addr stranger =
		world->protocol == PROTOCOL_IGMP
			? addr_ipv4(0x0afe0101)
			: (struct addr){{0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = 0x77}};

	sample_sources(snapshot, group, &named, &other);
	for (unsigned i = 0; i < world->config.interface_count; i++)
		if (world->interface[i].upstream && is_active(world, world->interface[i].vif))
			audit_merge(world, snapshot, i, group, &named, &other);
	if (!addr_is_link_scope(group) && named.count + other.count <= AUDIT_SOURCES) {
		audit_forwarding(world, snapshot, group, &stranger);
		for (unsigned i = 0; i < named.count; i++)
			audit_forwarding(world, snapshot, group, &named.item[i]);
		for (unsigned i = 0; i < other.count; i++)
			audit_forwarding(world, snapshot, group, &other.item[i]);
	}
	free(named.item);
	free(other.item);
}

static bool is_on_link(const struct world *world, const struct addr *source)
{
	for (unsigned vif = 0; vif < world->vif_count; vif++)
		for (size_t i = 0; i < world->node[vif].state.prefix_count; i++)
			if (addr_in_prefix(source, &world->node[vif].prefix[i]))
				return true;
	return false;
}

/* What is subscribed is taken from where it is subscribed, without waiting for an upcall; but a
 * source of a subnet stays there. */
static void audit_input(struct world *world, const struct snapshot *snapshot,
			const struct route *route)
{
	/* With `mutex` the next packet decides. */
	if (world->config.mutex || !addr_may_leave_link(&route->source) ||
	    is_on_link(world, &route->source) ||
	    reading_takes_up(&snapshot->reading, route->input, &route->group, &route->source) ||
	    reading_takes_down(&snapshot->reading, route->input, &route->group, &route->source))
		return;
	for (unsigned i = 0; i < world->config.interface_count; i++)
		if (world->interface[i].upstream &&
		    reading_subscribes(&snapshot->reading, i, &route->group, &route->source,
				       AS_IT_IS))
			world_fail(world, "%s: it is subscribed at %s",
				   world_route_text(world, route),
				   world->node[world->interface[i].vif].name);
}

/* Routes of flows that no member asks for, and wildcards where there must be none. */
static void audit_routes(struct world *world, const struct snapshot *snapshot)
{
	for (unsigned i = 0; i < world->kernel.route_count && i < AUDIT_GROUPS; i++) {
		const struct route *route = &world->kernel.route[i].route;

		if (!world_route_is_possible(world, route))
			world_fail(world, "a route with a VIF that does not exist: %s",
				   world_route_text(world, route));
		if (!addr_is_any(&route->source))
			audit_forwarding(world, snapshot, &route->group, &route->source);
		if (snapshot->reading.wildcard)
			continue;
		if (addr_is_any(&route->source))
			world_fail(world, "a wildcard where forwarding is per source: %s",
				   world_route_text(world, route));
		audit_input(world, snapshot, route);
	}
}

/* A (*,*) that drops what comes in on an interface that is not ours, or a (*,G) what comes from
 * upstream to a local group; no status tells of it. */
static bool is_sink(const struct world *world, const struct route *route)
{
	if (!addr_is_any(&route->group) && !*world->node[route->input].name)
		return true;
	return addr_is_any(&route->group) && route->outputs == 1U << route->input &&
	       entry_of(world, route->input, true) == ENTRIES;
}

static bool same_view(const struct view *view, const struct held *held)
{
	bool exclude = held && held->filter_mode == EXCLUDE;
	unsigned count = held ? held->source_count : 0, same = 0;

	for (unsigned s = 0; s < count; s++)
		same += list_has(&view->source, &held->source[s].address);
	return view->exclude == exclude && view->source.count == count && same == count;
}

/* RFC 3376 section 5.1: each change is told at once, so that each upstream's router always knows
 * what there is. */
static void audit_views(struct world *world, const struct snapshot *snapshot, unsigned entry)
{
	unsigned vif = world->interface[entry].vif, held_count = 0, view_count = 0;
	struct proxy_interface_status status;

	proxy_interface_status(world->proxy, entry, &status);
	world->entry[entry].view_lost |= status.version < newest_version(world->protocol);
	if (!status.up || (world->entry[entry].view_lost && !world->interface[entry].kernel_host))
		return;
	for (unsigned i = 0; i < snapshot->held_count; i++)
		held_count += snapshot->held[i].upstream && snapshot->held[i].vif == vif;
	for (unsigned i = 0; i < world->view_count; i++) {
		const struct view *view = &world->view[i];

		if (view->vif != vif)
			continue;
		view_count += view->exclude || view->source.count;
		if (!same_view(view, snapshot_find(snapshot, vif, true, &view->group, false)))
			world_fail(world, "%s: %s was told something else", addr_text(&view->group),
				   world->node[vif].name);
	}
	if (view_count != held_count)
		world_fail(world, "%s was told %u groups, subscribed are %u", world->node[vif].name,
			   view_count, held_count);
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
	if (!unknown.remove && !world_find_route(world, &told->source, &unknown.group))
		world_fail(world, "a route that nobody wants would not be removed");
}

/* proxy_totals(), the walk and the callbacks speak of the same routes. */
static void audit_status(struct world *world, const struct snapshot *snapshot)
{
	struct proxy_totals totals;
	unsigned told_count = 0;

	if ((proxy_forwarding(world->proxy) == FORWARDING_WILDCARD) != snapshot->reading.wildcard)
		world_fail(world, "forwarding is %s wildcards",
			   snapshot->reading.wildcard ? "not by" : "by");
	proxy_totals(world->proxy, &totals);
	for (unsigned i = 0; i < world->kernel.route_count; i++)
		told_count += !is_sink(world, &world->kernel.route[i].route);
	for (unsigned i = 0; i < world->kernel.route_count; i++)
		audit_wanted(world, &world->kernel.route[i].route);
	if (snapshot->route_count != told_count)
		world_fail(world, "status shows %u routes, %u were told", snapshot->route_count,
			   told_count);
	for (unsigned i = 0; i < snapshot->route_count; i++) {
		const struct route *shown = &snapshot->route[i];
		struct route plain = kernel_plain(shown);
		const struct kernel_route *told =
			kernel_find(&world->kernel, &plain.source, &plain.group, plain.input);

		if (!told || told->route.input != shown->input ||
		    told->route.outputs != shown->outputs)
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
	for (unsigned i = 0; i < world->config.interface_count; i++)
		if (world->interface[i].upstream)
			audit_views(world, &snapshot, i);
	for (unsigned i = 0; i < snapshot.held_count; i++) {
		audit_timers(world, &snapshot.held[i]);
		if (snapshot.held_count <= AUDIT_GROUPS)
			audit_group(world, &snapshot, &snapshot.held[i].group);
	}
	if (snapshot.held_count <= AUDIT_GROUPS)
		audit_routes(world, &snapshot);
	snapshot_free(&snapshot);
}
