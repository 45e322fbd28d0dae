/* SPDX-License-Identifier: MIT */
/*
 * The kernel's multicast routing: Linux's rules for where a packet goes, when it asks (ipmr.c), and
 * what it counts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

/* How long packets wait for a route, and between two complaints about one. */
enum { UNRESOLVED_TIME = 10000, ASSERT_INTERVAL = 3000 };

/* ---- where a packet goes ---- */

/* mr_mfc_find_any_parent() of Linux: the (*,*) that has VIF among its outputs. */
static const struct route *tree_of(const struct world *world, unsigned vif)
{
	for (unsigned i = 0; i < world->route_count; i++) {
		const struct route *route = &world->route[i];

		if (addr_is_any(&route->group) && route->outputs >> vif & 1)
			return route;
	}
	return NULL;
}

/* mr_mfc_find_any(): a (*,G) that has VIF among its outputs, or whose input's tree has. */
static const struct route *group_route(const struct world *world, unsigned vif,
				       const struct addr *group)
{
	for (unsigned i = 0; i < world->route_count; i++) {
		const struct route *route = &world->route[i], *tree;

		if (!addr_is_any(&route->source) || !addr_equal(&route->group, group))
			continue;
		tree = tree_of(world, route->input);
		if (route->outputs >> vif & 1 || (tree && tree->outputs >> vif & 1))
			return route;
	}
	return NULL;
}

/* ip_mr_forward(): (*,G) takes what comes in at its input or anywhere in its input's tree, and
 * sends it to its outputs but that; (*,*) sends to its input only. */
uint32_t world_forward(struct world *world, unsigned vif, const struct addr *source,
		       const struct addr *group)
{
	const struct route *exact = world_find_route(world, source, group, PROXY_VIFS);
	const struct route *starred = group_route(world, vif, group), *tree;

	if (exact)
		return exact->input == vif ? exact->outputs : 0;
	tree = tree_of(world, starred ? starred->input : vif);
	if (starred) {
		if (starred->input != vif && !(tree && tree->outputs >> vif & 1))
			return 0;
		return starred->outputs & ~(1U << vif);
	}
	if (tree && tree->input != vif)
		return tree->outputs & 1U << tree->input;
	return 0;
}

/* ---- what it remembers of a flow ---- */

static struct flow *find_flow(const struct world *world, const struct addr *source,
			      const struct addr *group)
{
	for (unsigned i = 0; i < world->flow_count; i++)
		if (addr_equal(&world->flow[i].source, source) &&
		    addr_equal(&world->flow[i].group, group))
			return &world->flow[i];
	return NULL;
}

static struct flow *get_flow(struct world *world, const struct addr *source,
			     const struct addr *group)
{
	struct flow *flow = find_flow(world, source, group);

	if (flow)
		return flow;
	if (world->flow_count == world->flow_room) {
		world->flow_room = world->flow_room ? world->flow_room * 2 : 16;
		world->flow = realloc(world->flow, world->flow_room * sizeof(*flow));
		if (!world->flow)
			abort();
	}
	flow = &world->flow[world->flow_count++];
	*flow = (struct flow){
		.source = *source, .group = *group, .asserted = world->now - ASSERT_INTERVAL - 1};
	return flow;
}

void kernel_route_changed(struct world *world, const struct route *route)
{
	struct flow *flow = find_flow(world, &route->source, &route->group);

	if (flow && route->remove && !flow->unresolved)
		*flow = world->flow[--world->flow_count];
}

bool kernel_packets(void *ctx, const struct route *route, uint64_t *count)
{
	struct world *world = ctx;
	const struct flow *flow = find_flow(world, &route->source, &route->group);

	if (!world_find_route(world, &route->source, &route->group, PROXY_VIFS))
		world_fail(world, "the packets of a route that is not there are asked for: %s",
			   world_route_text(world, route));
	if (world->no_packet_counts)
		return false;
	*count = flow ? flow->packets : 0;
	return true;
}

/* ---- what it asks ---- */

/* False: the flow is not to wait. */
static bool ask(struct world *world, enum upcall_type type, unsigned vif, const struct addr *source,
		const struct addr *group)
{
	struct upcall upcall = {type, vif, *source, *group};
	bool answered;

	if (world->verbose)
		printf("%10s upcall %s %s %s %s\n", world_time_text(world->now - WORLD_EPOCH),
		       type == UPCALL_NOCACHE ? "nocache" : "wrongvif", world->node[vif].name,
		       addr_text(source), addr_text(group));
	world->upcalls++;
	answered = proxy_upcall(world->proxy, world->now, &upcall);
	world_settle(world);
	return answered;
}

/* By the entry of the flow: the right interface, or a complaint (with MRT_PIM about any other). */
static uint32_t by_exact_route(struct world *world, unsigned vif, const struct addr *source,
			       const struct addr *group)
{
	const struct route *exact = world_find_route(world, source, group, PROXY_VIFS);
	struct flow *flow = get_flow(world, source, group);

	world->astray = exact->input != vif;
	if (!world->astray) {
		flow->packets++;
		return exact->outputs;
	}
	if (world->now - flow->asserted > ASSERT_INTERVAL) {
		flow->asserted = world->now;
		ask(world, UPCALL_WRONGVIF, vif, source, group);
	}
	/* This packet is lost, whatever the answer. */
	return 0;
}

/* Without an entry of any kind the packet waits, and the first one makes the kernel ask. */
static uint32_t by_no_route(struct world *world, unsigned vif, const struct addr *source,
			    const struct addr *group)
{
	struct flow *flow = get_flow(world, source, group);

	if (!flow->unresolved || flow->unresolved_until <= world->now) {
		flow->unresolved = true;
		flow->unresolved_until = world->now + UNRESOLVED_TIME;
		if (!ask(world, UPCALL_NOCACHE, vif, source, group))
			get_flow(world, source, group)->unresolved_until = world->now;
	}
	if (!world_find_route(world, source, group, PROXY_VIFS))
		return 0;
	get_flow(world, source, group)->unresolved = false;
	return by_exact_route(world, vif, source, group);
}

static uint32_t receive(struct world *world, unsigned vif, const struct addr *source,
			const struct addr *group)
{
	if (world_find_route(world, source, group, PROXY_VIFS))
		return by_exact_route(world, vif, source, group);
	if (group_route(world, vif, group) || tree_of(world, vif))
		return world_forward(world, vif, source, group);
	return by_no_route(world, vif, source, group);
}

/* What is asked for has to be answered, with where the packet has to go. */
static void check_data(struct world *world, const struct route *got)
{
	struct route expected = *got;
	struct snapshot snapshot;

	if (world->no_audit || world->failed_line || world->astray || world->holding)
		return;
	snapshot_take(world, &snapshot);
	expected.outputs =
		expected_outputs(world, &snapshot, got->input, &got->source, &got->group);
	snapshot_free(&snapshot);
	if (!is_wildcard(world) && !world->config.max_routes &&
	    !world_find_route(world, &got->source, &got->group, PROXY_VIFS))
		world_fail(world, "the kernel has no answer about %s",
			   world_route_text(world, got));
	if (got->outputs != expected.outputs)
		world_fail(world, "expected to forward %s, got %s",
			   world_route_text(world, &expected), world_route_text(world, got));
}

uint32_t world_data(struct world *world, unsigned vif, const struct addr *source,
		    const struct addr *group)
{
	struct route got = {*source, *group, vif, false, 0};

	/* Groups of the link are no matter of multicast routing. */
	if (!world->node[vif].state.up || addr_is_link_scope(group))
		return 0;
	world->astray = false;
	got.outputs = receive(world, vif, source, group);
	for (unsigned i = 0; i < world->vif_count; i++)
		if (!world->node[i].state.up)
			got.outputs &= ~(1U << i);
	if (world->verbose)
		printf("%10s data %s\n", world_time_text(world->now - WORLD_EPOCH),
		       world_route_text(world, &got));
	check_data(world, &got);
	return got.outputs;
}

/* ---- streams ---- */

int64_t kernel_next_packet(const struct world *world)
{
	int64_t first = INT64_MAX;

	for (unsigned i = 0; i < world->stream_count; i++)
		if (world->stream[i].next < first)
			first = world->stream[i].next;
	return first;
}

void kernel_run_streams(struct world *world)
{
	for (unsigned i = 0; i < world->stream_count; i++) {
		struct stream *stream = &world->stream[i];

		if (stream->next > world->now)
			continue;
		stream->next += stream->interval;
		world_data(world, stream->vif, &stream->source, &stream->group);
	}
}
