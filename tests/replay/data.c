/* SPDX-License-Identifier: MIT */
/* Packets of data, and what the kernel asks the proxy about them. */
#include <stdio.h>

#include "world.h"

bool world_packets(void *ctx, const struct route *route, uint64_t *count)
{
	struct world *world = ctx;
	const struct kernel_route *entry =
		kernel_find(&world->kernel, &route->source, &route->group, PROXY_VIFS);

	if (!entry)
		world_fail(world, "the packets of a route that is not there are asked for: %s",
			   world_route_text(world, route));
	if (world->no_packet_counts)
		return false;
	*count = entry ? entry->packets : 0;
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
		printf("%10s upcall %s %s %s %s\n", time_text(world->now - WORLD_EPOCH),
		       type == UPCALL_NOCACHE ? "nocache" : "wrongvif", world->node[vif].name,
		       addr_text(source), addr_text(group));
	world->upcalls++;
	answered = proxy_upcall(world->proxy, world->now, &upcall);
	world_settle(world);
	return answered;
}

/* The packet waits for the answer; one that came in elsewhere than expected is lost, whatever that
 * is. */
static uint32_t receive(struct world *world, unsigned vif, const struct addr *source,
			const struct addr *group)
{
	enum misrouted misrouted;
	uint32_t outputs =
		kernel_receive(&world->kernel, world->now, vif, source, group, &misrouted);

	if (misrouted == UNROUTED) {
		if (!ask(world, UPCALL_NOCACHE, vif, source, group))
			kernel_refuse(&world->kernel, source, group);
		if (!world_find_route(world, source, group))
			return 0;
		outputs =
			kernel_receive(&world->kernel, world->now, vif, source, group, &misrouted);
	}
	world->astray = misrouted != WELL_ROUTED && world_find_route(world, source, group);
	if (misrouted == ASKED_ABOUT)
		ask(world, UPCALL_WRONGVIF, vif, source, group);
	return outputs;
}

/* Nothing leaves by what is down, whatever the routes say. */
static uint32_t links_up(const struct world *world)
{
	uint32_t up = 0;

	for (unsigned i = 0; i < world->vif_count; i++)
		up |= (uint32_t)world->node[i].state.up << i;
	return up;
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
		reading_outputs(&snapshot.reading, got->input, &got->group, &got->source) &
		links_up(world);
	snapshot_free(&snapshot);
	if (!snapshot.reading.wildcard && !world->config.max_routes &&
	    !world_find_route(world, &got->source, &got->group))
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
	got.outputs = receive(world, vif, source, group) & links_up(world);
	if (world->verbose)
		printf("%10s data %s\n", time_text(world->now - WORLD_EPOCH),
		       world_route_text(world, &got));
	check_data(world, &got);
	return got.outputs;
}

/* ---- streams ---- */

int64_t world_next_packet(const struct world *world)
{
	int64_t first = INT64_MAX;

	for (unsigned i = 0; i < world->stream_count; i++)
		if (world->stream[i].next < first)
			first = world->stream[i].next;
	return first;
}

void world_run_streams(struct world *world)
{
	for (unsigned i = 0; i < world->stream_count; i++) {
		struct stream *stream = &world->stream[i];

		if (stream->next > world->now)
			continue;
		stream->next += stream->interval;
		world_data(world, stream->vif, &stream->source, &stream->group);
	}
}
