/* SPDX-License-Identifier: MIT */
/*
 * A proxy under test, with its model, its kernel's routes and a clock of its own. What is due goes
 * before what comes in; all that comes in at one moment may be one turn.
 */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

enum { TURNS = 100 };

int64_t router_clock(const struct router *router)
{
	return CLOCK_EPOCH + router->sim->now + router->offset;
}

int64_t router_next(const struct router *router)
{
	int64_t next = router->deadline;

	if (!router->proxy || next == NEVER)
		return NEVER;
	next -= CLOCK_EPOCH + router->offset;
	return next < router->sim->now ? router->sim->now : next;
}

struct values router_values(const struct router *router, unsigned vif)
{
	struct proxy_interface_status status;

	proxy_interface_status(router->proxy, vif, &status);
	return status.values;
}

bool router_forwards(const struct router *router, unsigned vif)
{
	struct proxy_interface_status status;

	if (!router->proxy || !router->state[vif].up || addr_is_any(&router->state[vif].address))
		return false;
	proxy_interface_status(router->proxy, vif, &status);
	return status.querier || router->now.interface[vif].querier == QUERIER_NEVER;
}

bool router_reports(const struct router *router)
{
	const struct interface_state *state = &router->state[0];

	return router->proxy && router->has_upstream && state->up &&
	       (router->sim->protocol == PROTOCOL_IGMP || !addr_is_any(&state->address));
}

bool router_is_limited(const struct router *router)
{
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		struct proxy_interface_status status;

		proxy_interface_status(router->proxy, vif, &status);
		for (enum counter c = LIMIT_GROUPS; c <= LIMIT_ROUTES; c++)
			if (status.counters->value[c])
				return true;
	}
	return false;
}

/* ---- what it does ---- */

static void enter(struct router *router)
{
	memory_enter(&router->memory_count, &router->memory_bytes);
}

static void differs(struct router *router, const char *why)
{
	if (why && !(router->sim->flags & SIM_NO_MODEL))
		sim_fail(router->sim, "model", (int)router->index, "%s: %s", router->name, why);
}

static void send(struct router *router, unsigned vif, const struct addr *source,
		 const struct addr *destination, const uint8_t *data, size_t length)
{
	struct sim *sim = router->sim;
	struct message message;
	const char *wrong =
		codec_decode(sim->protocol, source, destination, data, length, &message);
	char text[MESSAGE_TEXT];

	if (wrong)
		sim_fail(sim, "form", (int)router->index, "%s sends on vif %u: %s", router->name,
			 vif, wrong);
	if (!wrong && sim->verbose)
		sim_say(sim, "%s tx vif %u %s", router->name, vif,
			codec_text(sim->protocol, &message, text));
	if (!wrong)
		differs(router, model_sent(router->model, router_clock(router), vif, source,
					   destination, &message, length));
	if (!wrong && vif == 0 && router->has_upstream && message.kind == KIND_REPORT)
		view_sent(sim, router, &message);
	if (!wrong && message.kind == KIND_QUERY && !addr_is_any(&message.group))
		heard_query(sim, router, vif, &message, true);
	if (!wrong)
		link_send_octets(sim, router->port[vif], source, destination, &message, data,
				 length);
	codec_free(&message);
}

static void on_send(void *ctx, unsigned vif, const struct addr *source,
		    const struct addr *destination, const uint8_t *data, size_t length)
{
	memory_leave();
	send(ctx, vif, source, destination, data, length);
	enter(ctx);
}

static void on_route(void *ctx, const struct route *route)
{
	struct router *router = ctx;
	const char *wrong;

	memory_leave();
	wrong = kernel_route(router, route);
	if (wrong)
		sim_fail(router->sim, "routes", (int)router->index, "%s %s", router->name, wrong);
	differs(router, model_route(router->model, router_clock(router), route));
	enter(router);
}

/* Is LINK reached through a router whose upstream is on VIA? */
static bool is_behind(const struct sim *sim, unsigned via, unsigned link)
{
	for (unsigned i = 0; i < sim->router_count; i++) {
		const struct router *router = &sim->router[i];

		for (unsigned vif = 1; router->has_upstream && vif < router->vif_count; vif++)
			if (router->link[0] == via && router->link[vif] == link)
				return true;
	}
	return false;
}

static unsigned on_reverse_path(void *ctx, const struct addr *addr)
{
	struct router *router = ctx;
	unsigned source = sim_source_of(router->sim, addr), link = LINKS;

	if (router->no_reverse_path)
		return PROXY_VIFS;
	if (source < SOURCES)
		link = sim_source_link(source);
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (link < LINKS && router->link[vif] == link)
			return vif;
	for (unsigned vif = router->has_upstream; link < LINKS && vif < router->vif_count; vif++)
		if (is_behind(router->sim, router->link[vif], link))
			return vif;
	return router->has_upstream ? 0 : PROXY_VIFS;
}

/* ---- turns ---- */

struct union_of {
	const struct sim *sim;
	int64_t clock;
	sources wanted[GROUPS], by_vif[ROUTER_VIFS][GROUPS];
};

/* What one downstream wants of a group, RFC 3376 section 6.3, for all of them together. */
static bool on_group(void *ctx, const struct group_status *status)
{
	struct union_of *all = ctx;
	unsigned group = sim_group_of(all->sim, &status->group);
	struct filter filter = {.exclude = status->filter_mode == EXCLUDE};

	if (status->upstream || group == GROUPS)
		return true;
	for (unsigned i = 0; i < status->source_count; i++) {
		struct source_status source;
		unsigned name;

		status->source(status, i, &source);
		name = sim_source_of(all->sim, &source.address);
		if (name < SOURCES && (!filter.exclude || source.expires <= all->clock))
			filter.list |= 1U << name;
	}
	all->by_vif[status->vif][group] |= filter_bits(&filter);
	all->wanted[group] |= filter_bits(&filter);
	return true;
}

static void unite(struct sim *sim, struct router *router, struct union_of *all)
{
	static const struct proxy_visitor visitor = {.group = on_group};
	struct proxy_walk walk;

	*all = (struct union_of){.sim = sim, .clock = router_clock(router)};
	proxy_walk_start(router->proxy, &walk);
	while (proxy_walk(router->proxy, &walk, all->clock, 100, &visitor, all))
		;
	proxy_walk_stop(router->proxy, &walk);
	for (unsigned vif = router->has_upstream; vif < router->vif_count; vif++)
		for (unsigned group = 0; group < GROUPS; group++)
			heard_holds(sim, router, vif, group, all->by_vif[vif][group]);
	if (!router->now.config.ssdp_upstream)
		all->wanted[sim_group_named('K')] = 0;
}

/* What its downstreams want together is what it wants on its upstream's link. */
static void refresh_member(struct sim *sim, struct router *router, const struct union_of *all)
{
	struct proxy_interface_status status;
	bool old;

	proxy_interface_status(router->proxy, 0, &status);
	old = status.version < newest_version(sim->protocol);
	if (router->upstream_version != status.version)
		router->upstream_since = sim->now;
	router->upstream_version = status.version;
	for (unsigned group = 0; group < GROUPS; group++) {
		sources before = router->member.wanted[group];
		sources after = router_reports(router) ? all->wanted[group] : 0;
		bool exclude = after >> (SOURCES - 1) & 1;
		struct filter filter = {exclude, exclude ? ((1U << SOURCES) - 1) & ~after : after};

		member_update(sim, &router->member, group, &filter, old, router_reports(router));
		if (before != after)
			view_changed(sim, router, group, before, after);
	}
	view_turn(router);
}

/* All that is due by now, and what follows from it; JUMPED: the clock. */
static void turn(struct sim *sim, struct router *router, bool jumped)
{
	int64_t clock = router_clock(router);
	struct union_of all;
	unsigned turns = 0;

	if (jumped)
		model_jump(router->model, clock);
	else
		model_advance(router->model, clock);
	enter(router);
	while (proxy_deadline(router->proxy) <= clock && ++turns < TURNS)
		proxy_tick(router->proxy, clock);
	memory_leave();
	if (turns == TURNS)
		sim_fail(sim, "deadline", (int)router->index,
			 "%s: proxy_deadline() stays in the past", router->name);
	router->deadline = proxy_deadline(router->proxy);
	router->held = false;
	unite(sim, router, &all);
	if (router->has_upstream)
		refresh_member(sim, router, &all);
	if (!*sim->kind)
		differs(router, model_check(router->model, clock, router->proxy));
	heard_turn(sim, router);
}

void router_settle(struct sim *sim, struct router *router)
{
	if (router->held)
		transcript_line(router, "release");
	turn(sim, router, false);
}

void router_jump(struct sim *sim, struct router *router, int64_t ms)
{
	if (!router->proxy)
		return;
	router->offset += ms;
	transcript_line(router, "# the clock jumps: what was due until here is late");
	turn(sim, router, true);
	for (unsigned vif = router->has_upstream; vif < router->vif_count; vif++)
		if (router->down[vif].forwards_since != NEVER)
			router->down[vif].forwards_since = sim->now;
}

void router_receive(struct sim *sim, struct router *router, unsigned vif, const struct frame *frame)
{
	struct packet packet = {.vif = vif,
				.source = frame->source,
				.destination = frame->destination,
				.ttl = (uint8_t)frame->ttl,
				.router_alert = frame->router_alert,
				.length = frame->length};
	struct heard heard = {
		vif,	    frame->source,	 frame->destination,
		frame->ttl, frame->router_alert, frame->spoilt ? NULL : &frame->message};
	uint8_t *exact;

	if (!router->proxy || !router->state[vif].up)
		return;
	/* Exactly as long as it is, so that a sanitizer sees each octet read behind it. */
	exact = malloc(frame->length ? frame->length : 1);
	if (!exact)
		abort();
	memcpy(exact, frame->data, frame->length);
	packet.data = exact;
	transcript_packet(router, vif, &packet, frame);
	model_receive(router->model, router_clock(router), &heard);
	enter(router);
	proxy_packet(router->proxy, router_clock(router), &packet);
	memory_leave();
	free(exact);
	router->deadline = proxy_deadline(router->proxy);
	if (vif < router->has_upstream || addr_is_any(&router->state[vif].address))
		return;
	if (frame->message.kind != KIND_QUERY)
		heard_report(sim, router, vif, frame);
	else if (!frame->spoilt)
		heard_query(sim, router, vif, &frame->message, false);
}

/* The same state, told to both; they act on it at once. */
static void tell_interface(struct sim *sim, struct router *router, unsigned vif)
{
	struct interface_state *state = &router->state[vif];

	if (vif < router->has_upstream) {
		router->upstream_since = sim->now;
		router->member.present = router_reports(router);
	}
	model_interface(router->model, router_clock(router), state);
	model_advance(router->model, router_clock(router));
	enter(router);
	proxy_interface(router->proxy, router_clock(router), state);
	memory_leave();
}

void router_interface(struct sim *sim, struct router *router, unsigned vif)
{
	if (!router->proxy)
		return;
	sim->link[router->link[vif]].double_since = sim->link[router->link[vif]].none_since = NEVER;
	transcript_interface(router, &router->state[vif]);
	tell_interface(sim, router, vif);
	if (vif >= router->has_upstream)
		router->down[vif].forwards_since = NEVER;
	router_settle(sim, router);
}

void router_upcall(struct sim *sim, struct router *router, unsigned vif, unsigned source,
		   unsigned group)
{
	struct upcall upcall = {UPCALL_WRONGVIF, vif, sim_source(sim, source),
				sim_group(sim, group)};

	transcript_line(router, "upcall wrongvif if%u %s %s", vif, addr_text(&upcall.source),
			addr_text(&upcall.group));
	model_upcall(router->model, router_clock(router), &upcall);
	enter(router);
	proxy_upcall(router->proxy, router_clock(router), &upcall);
	memory_leave();
	router_settle(sim, router);
}

/* ---- life ---- */

static struct prefix ssm_prefix(const struct sim *sim, unsigned scope)
{
	if (sim->protocol == PROTOCOL_IGMP)
		return (struct prefix){addr_ipv4(0xe8000000), 96 + 8};
	return (struct prefix){{{0xff, (uint8_t)(0x30 | scope)}}, 32};
}

void router_prepare(struct sim *sim, struct router *router)
{
	struct settings *next = &router->next;

	next->config.protocol = sim->protocol;
	next->config.interface_count = router->vif_count;
	next->config.ssm_range_count = sim->protocol == PROTOCOL_IGMP ? 1 : 16;
	for (unsigned scope = 0; scope < 16; scope++)
		next->ssm_range[scope] = ssm_prefix(sim, scope);
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		next->interface[vif].vif = (uint8_t)vif;
		next->interface[vif].upstream = vif < router->has_upstream;
		router->state[vif].vif = vif;
		router->state[vif].exists = router->state[vif].up = true;
		router->state[vif].mtu = 1500;
	}
}

/* The configuration of the next proxy; the pointers go with it. */
static void take_settings(struct router *router)
{
	struct settings *now = &router->now;

	*now = router->next;
	now->config.interface = now->interface;
	now->config.ssm_range = now->ssm_range;
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		now->interface[vif].static_join = now->static_join[vif];
		now->interface[vif].accept_from = now->accept_from[vif];
	}
}

void router_start(struct sim *sim, struct router *router)
{
	static const struct proxy_out out = {
		.send = on_send, .route = on_route, .reverse_path = on_reverse_path};
	uint64_t seed = sim_key(sim, 0x9407U, router->index, router->starts++);
	unsigned up = 0;

	if (router->proxy)
		return;
	take_settings(router);
	router->memory_count = router->memory_bytes = 0;
	router->route_count = 0;
	router->started = sim->now;
	router->model = model_new(&router->now.config, on_reverse_path, router);
	enter(router);
	router->proxy = proxy_new(&router->now.config, &out, router, seed);
	memory_leave();
	if (!router->proxy || !router->model)
		abort();
	member_start(&router->member, router->link[0]);
	router->member.present = router_reports(router);
	router->upstream_version = newest_version(sim->protocol);
	view_start(sim, router);
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		heard_start(router, vif);
	transcript_start(sim, router);
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		up += router->state[vif].up && !addr_is_any(&router->state[vif].address);
		tell_interface(sim, router, vif);
	}
	router_settle(sim, router);
	router->memory_first = up == router->vif_count ? router->memory_count : 0;
}

void router_stop(struct sim *sim, struct router *router)
{
	static const struct filter none;

	if (!router->proxy)
		return;
	transcript_line(router, "shutdown");
	model_shutdown(router->model, router_clock(router));
	enter(router);
	proxy_shutdown(router->proxy, router_clock(router));
	memory_leave();
	differs(router, model_check_shutdown(router->model, router_clock(router)));
	if (router->route_count)
		sim_fail(sim, "routes", (int)router->index, "%s leaves %u routes behind",
			 router->name, router->route_count);
	enter(router);
	proxy_free(router->proxy);
	memory_leave();
	if (router->memory_count || router->memory_bytes)
		sim_fail(sim, "memory", (int)router->index, "%s leaves %zu blocks, %zu octets",
			 router->name, router->memory_count, router->memory_bytes);
	model_free(router->model);
	router->proxy = NULL;
	router->model = NULL;
	for (unsigned group = 0; router->has_upstream && group < GROUPS; group++)
		member_update(sim, &router->member, group, &none, false, false);
	router->member.present = false;
}
