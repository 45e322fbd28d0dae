/* SPDX-License-Identifier: MIT */
/*
 * A proxy under test, with its model, its kernel's routes and a clock of its own. What is due goes
 * before what comes in; all that comes in at one moment may be one turn.
 */
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "tests/model/walk.h"

enum { TURNS = 100, READING_INTERVAL = 60000 };

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

bool router_has(const struct router *router, unsigned vif, enum side side)
{
	return router->now->side[side][vif];
}

/* The position in the configuration. */
static unsigned entry_of(const struct router *router, unsigned vif, enum side side)
{
	unsigned n = 0;

	while (router->now->interface[n].vif != vif ||
	       router->now->interface[n].upstream != (side == UP))
		n++;
	return n;
}

static struct proxy_interface_status status_of(const struct router *router, unsigned vif,
					       enum side side)
{
	struct proxy_interface_status status;

	proxy_interface_status(router->proxy, entry_of(router, vif, side), &status);
	return status;
}

struct values router_values(const struct router *router, unsigned vif, enum side side)
{
	return status_of(router, vif, side).values;
}

bool router_hears(const struct router *router, unsigned vif)
{
	return router->proxy && router_has(router, vif, DOWN) && router->state[vif].up &&
	       !addr_is_any(&router->state[vif].address);
}

bool router_forwards(const struct router *router, unsigned vif)
{
	if (!router->proxy || !router_has(router, vif, DOWN) ||
	    !(router_hears(router, vif) || status_of(router, vif, DOWN).held))
		return false;
	return status_of(router, vif, DOWN).forwarder != FORWARDER_OTHER;
}

static bool is_alone(const struct router *router, unsigned vif)
{
	return router_forwards(router, vif) &&
	       status_of(router, vif, DOWN).forwarder == FORWARDER_ALONE;
}

bool router_reports(const struct router *router, unsigned vif)
{
	const struct interface_state *state = &router->state[vif];

	return router->proxy && router_has(router, vif, UP) && state->up &&
	       (router->sim->protocol == PROTOCOL_IGMP || !addr_is_any(&state->address));
}

bool router_is_limited(const struct router *router)
{
	if (router->limited)
		return true;
	for (unsigned n = 0; n < router->now->config.interface_count; n++) {
		struct proxy_interface_status status;

		proxy_interface_status(router->proxy, n, &status);
		for (enum counter c = LIMIT_GROUPS; c <= LIMIT_REPORTS; c++)
			if (status.counters->value[c])
				return true;
	}
	return false;
}

/* ---- filters ---- */

static struct filter_list list_of(const struct rules *rules)
{
	return (struct filter_list){rules->whitelist, rules->rule, rules->count};
}

static struct reading_filter filter_of(const struct rules *rules)
{
	return (struct reading_filter){1, {list_of(rules)}};
}

/* For as long as nothing happens to it. */
static void read_settings(struct router *router)
{
	struct reading *r = &router->reading;

	*r = (struct reading){.config = &router->now->config,
			      .kernel = &router->kernel,
			      .count = router->now->config.interface_count};
	for (unsigned n = 0; n < r->count; n++) {
		unsigned vif = router->now->interface[n].vif;
		bool up = router->now->interface[n].upstream;

		r->entry[n] = (struct reading_entry){vif,
						     up,
						     router->state[vif].up,
						     up ? router_reports(router, vif)
							: router_forwards(router, vif),
						     !up && router_forwards(router, vif),
						     !up && is_alone(router, vif),
						     router->now->filter[n].in,
						     router->now->filter[n].out};
	}
}

bool router_lets(const struct router *router, unsigned vif, enum side side,
		 enum direction direction, unsigned from, const struct addr *group,
		 const struct addr *source)
{
	const struct model_filter *filter = &router->now->filter[entry_of(router, vif, side)];

	return reading_passes(direction == IN ? &filter->in : &filter->out, from, group, source);
}

bool router_takes_up(const struct router *router, unsigned vif, const struct addr *group,
		     const struct addr *source)
{
	return router->proxy && reading_takes_up(&router->reading, vif, group, source);
}

bool router_takes_down(const struct router *router, unsigned vif, unsigned down,
		       const struct addr *group, const struct addr *source)
{
	return router->proxy && router_has(router, vif, UP) &&
	       !reading_is_local(&router->reading, group) &&
	       reading_serves(&router->reading, entry_of(router, vif, UP),
			      entry_of(router, down, DOWN), group, source, AS_IT_IS);
}

/* ---- what it does ---- */

static void enter(struct router *router)
{
	memory_enter(&router->memory_count, &router->memory_bytes);
}

static void differs(struct router *router, const char *why)
{
	if (why && !(router->sim->flags & SIM_NO_MODEL))
		sim_fail(router->sim, "model", "%s: %s", router->name, why);
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
		sim_fail(sim, "form", "%s sends on vif %u: %s", router->name, vif, wrong);
	if (!wrong && sim->verbose)
		sim_say(sim, "%s tx vif %u %s", router->name, vif,
			codec_text(sim->protocol, &message, text));
	if (!wrong)
		differs(router, model_sent(router->model, router_clock(router), vif, source,
					   destination, &message, length));
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

/* (S,G) that go while data come in. */
static void note_dropped(struct router *router, const struct kernel_route *entry)
{
	if (!addr_is_any(&entry->route.source) && entry->packets)
		*GROW(router->dropped, router->dropped_count, router->dropped_room) = *entry;
}

static const char *set_route(struct router *router, const struct route *told)
{
	struct route route = kernel_plain(told);
	const struct kernel_route *known =
		kernel_find(&router->kernel, &route.source, &route.group, route.input);
	uint32_t vifs = 0;

	for (unsigned vif = 0; vif < router->vif_count; vif++)
		vifs |= (uint32_t)(router_has(router, vif, UP) || router_has(router, vif, DOWN))
			<< vif;
	if (addr_is_link_scope(&route.group))
		return "sets a route of a group that never leaves its link";
	if (!route.remove && route.outputs & ~vifs)
		return "sets a route with a VIF that does not exist";
	if (route.remove && known)
		note_dropped(router, known);
	return kernel_tell(&router->kernel, router->sim->now, &route)
		       ? NULL
		       : "removes a route that is not there";
}

static void on_route(void *ctx, const struct route *route)
{
	struct router *router = ctx;
	const char *wrong;

	memory_leave();
	differs(router, model_route(router->model, router_clock(router), route));
	wrong = set_route(router, route);
	if (wrong)
		sim_fail(router->sim, "routes", "%s %s", router->name, wrong);
	enter(router);
}

static bool on_packets(void *ctx, const struct route *route, uint64_t *count)
{
	const struct router *router = ctx;
	const struct kernel_route *entry =
		kernel_find(&router->kernel, &route->source, &route->group, PROXY_VIFS);

	if (entry)
		*count = entry->packets;
	return entry;
}

static unsigned vif_on(const struct router *router, unsigned link, enum side side)
{
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (router->link[vif] == link && router_has(router, vif, side))
			return vif;
	return PROXY_VIFS;
}

/* Is LINK reached through a router whose upstream is on VIA? */
static bool is_behind(const struct sim *sim, unsigned via, unsigned link)
{
	for (unsigned i = 0; i < sim->router_count; i++)
		if (vif_on(&sim->router[i], via, UP) < PROXY_VIFS &&
		    vif_on(&sim->router[i], link, DOWN) < PROXY_VIFS)
			return true;
	return false;
}

unsigned router_reverse_path(const struct router *router, const struct addr *addr)
{
	struct sim *sim = router->sim;
	unsigned source = sim_source_of(sim, addr), link = LINKS;

	if (router->no_reverse_path)
		return PROXY_VIFS;
	if (source < SOURCES)
		link = sim_source_link(source);
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (link < LINKS && router->link[vif] == link)
			return vif;
	for (unsigned vif = 0; link < LINKS && vif < router->vif_count; vif++)
		if (router_has(router, vif, DOWN) && is_behind(sim, router->link[vif], link))
			return vif;
	return router->now->order_count ? router->now->order[0] : PROXY_VIFS;
}

static unsigned on_reverse_path(void *ctx, const struct addr *addr)
{
	return router_reverse_path(ctx, addr);
}

/* ---- turns ---- */

struct union_of {
	const struct sim *sim;
	int64_t clock;
	sources held[ROUTER_VIFS][GROUPS], subscribed[ROUTER_VIFS][GROUPS];
};

/* What a downstream wants of a group (RFC 3376 section 6.3), and an upstream is told. */
static bool on_group(void *ctx, const struct group_status *status)
{
	struct union_of *all = ctx;
	unsigned group = sim_group_of(all->sim, &status->group);
	struct interest filter = {.exclude = status->filter_mode == EXCLUDE};

	if (group == GROUPS)
		return true;
	for (unsigned i = 0; i < status->source_count; i++) {
		struct source_status source;
		unsigned name;

		status->source(status, i, &source);
		name = sim_source_of(all->sim, &source.address);
		if (name < SOURCES && (!filter.exclude || status->upstream || !source.expires))
			filter.list |= 1U << name;
	}
	if (status->upstream)
		all->subscribed[status->vif][group] |= interest_bits(&filter);
	else
		all->held[status->vif][group] |= interest_bits(&filter);
	return true;
}

static void unite(struct sim *sim, struct router *router, struct union_of *all)
{

	*all = (struct union_of){.sim = sim, .clock = router_clock(router)};
	walk_all(router->proxy, all->clock, 100, on_group, NULL, all);
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		for (unsigned group = 0; router_has(router, vif, DOWN) && group < GROUPS; group++)
			heard_holds(sim, router, vif, group, all->held[vif][group]);
}

static bool has_filters(const struct router *router)
{
	for (unsigned n = 0; n < router->now->config.interface_count; n++)
		if (router->now->interface[n].in || router->now->interface[n].out)
			return true;
	return false;
}

/* With one upstream and no filters what the downstreams want together; else what the proxy says
 * that it has subscribed there. */
static sources wanted_up(const struct router *router, const struct union_of *all, unsigned vif,
			 unsigned group)
{
	sources wanted = 0;

	if (!router_reports(router, vif) ||
	    (sim_group_is_discovery(group) && !router->now->config.ssdp_upstream))
		return 0;
	if (router->now->order_count > 1 || router_has(router, vif, DOWN) || has_filters(router))
		return all->subscribed[vif][group];
	for (unsigned down = 0; down < router->vif_count; down++)
		wanted |= all->held[down][group];
	return wanted;
}

/* What is wanted at an upstream is what it wants on that link. */
static void refresh_member(struct sim *sim, struct router *router, unsigned vif,
			   const struct union_of *all)
{
	struct proxy_interface_status status = status_of(router, vif, UP);
	bool old = status.version < newest_version(sim->protocol);

	for (unsigned group = 0; group < GROUPS; group++) {
		sources after = wanted_up(router, all, vif, group);
		bool exclude = after >> (SOURCES - 1) & 1;
		struct interest filter = {exclude,
					  exclude ? ((1U << SOURCES) - 1) & ~after : after};

		member_update(sim, &router->member[vif], group, &filter, old,
			      router_reports(router, vif));
	}
}

/* Routes that went while their data came in, for no reason that can be seen. Readings that were due
 * before the settings changed come sooner. */
static void check_dropped(struct sim *sim, struct router *router)
{
	for (unsigned i = 0; i < router->dropped_count; i++) {
		const struct kernel_route *entry = &router->dropped[i];
		const struct route *route = &entry->route;

		if (!router->disturbed && !router->now->config.max_routes &&
		    sim->now > router->reloaded + READING_INTERVAL &&
		    sim->now > router->killed + READING_INTERVAL &&
		    sim->now > router->switched + READING_INTERVAL &&
		    sim->now < entry->used + (router->now->config.mutex ? router->now->config.mutex
									: READING_INTERVAL) &&
		    !kernel_find(&router->kernel, &route->source, &route->group, PROXY_VIFS) &&
		    model_is_per_source(router->model) &&
		    model_outputs(router->model, route->input, &route->source, &route->group))
			sim_fail(sim, "idle", "%s removes (%s,%s), of which a packet came at %s",
				 router->name, addr_text(&route->source), addr_text(&route->group),
				 time_text(entry->used));
	}
	router->dropped_count = 0;
	router->disturbed = false;
}

/* All that is due by now, and what follows from it; JUMPED: the clock. */
static void turn(struct sim *sim, struct router *router, bool jumped)
{
	int64_t clock = router_clock(router);
	struct union_of all;
	unsigned turns = 0;
	bool was_per_source = router->per_source;

	if (jumped)
		model_jump(router->model, clock);
	else
		model_advance(router->model, clock);
	enter(router);
	while (proxy_deadline(router->proxy) <= clock && ++turns < TURNS)
		proxy_tick(router->proxy, clock);
	memory_leave();
	if (turns == TURNS)
		sim_fail(sim, "deadline", "%s: proxy_deadline() stays in the past", router->name);
	router->deadline = proxy_deadline(router->proxy);
	router->held = false;
	/* Data may have switched it before the turn. */
	router->per_source = proxy_forwarding(router->proxy) != FORWARDING_WILDCARD;
	if (was_per_source != router->per_source) {
		router->switched = sim->now;
		router->disturbed = true;
	}
	read_settings(router);
	unite(sim, router, &all);
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (router_has(router, vif, UP))
			refresh_member(sim, router, vif, &all);
	if (!*sim->kind)
		differs(router, model_check(router->model, clock, router->proxy));
	check_dropped(sim, router);
	heard_turn(sim, router);
}

void router_settle(struct sim *sim, struct router *router)
{
	turn(sim, router, false);
}

void router_jump(struct sim *sim, struct router *router, int64_t ms)
{
	if (!router->proxy)
		return;
	router->offset += ms;
	router->disturbed = true;
	turn(sim, router, true);
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (router->down[vif].forwards_since != NEVER)
			router->down[vif].forwards_since = sim->now;
}

void router_receive(struct sim *sim, struct router *router, unsigned vif, const struct frame *frame)
{
	struct packet packet = {.vif = vif,
				.source = frame->source,
				.destination = frame->destination,
				.ttl = 1,
				.router_alert = frame->router_alert,
				.length = frame->length};
	struct heard heard = {vif, frame->source,	frame->destination,
			      1,   frame->router_alert, &frame->message};
	uint8_t *exact;

	if (!router->proxy || !router->state[vif].up ||
	    !(router_has(router, vif, UP) || router_has(router, vif, DOWN)))
		return;
	/* Exactly as long as it is, so that a sanitizer sees each octet read behind it. */
	exact = malloc(frame->length ? frame->length : 1);
	if (!exact)
		abort();
	memcpy(exact, frame->data, frame->length);
	packet.data = exact;
	model_receive(router->model, router_clock(router), &heard);
	enter(router);
	proxy_packet(router->proxy, router_clock(router), &packet);
	memory_leave();
	free(exact);
	router->deadline = proxy_deadline(router->proxy);
	if (!router_has(router, vif, DOWN) || addr_is_any(&router->state[vif].address))
		return;
	if (frame->message.kind >= KIND_ADVERTISEMENT)
		return;
	if (frame->message.kind != KIND_QUERY)
		heard_report(sim, router, vif, frame);
	else
		heard_query(sim, router, vif, &frame->message, false);
}

/* The same state, told to both. */
static void tell_interface(struct router *router, unsigned vif)
{
	struct interface_state *state = &router->state[vif];

	if (router_has(router, vif, UP))
		router->member[vif].present = router_reports(router, vif);
	router->disturbed = true;
	model_interface(router->model, router_clock(router), state);
	enter(router);
	proxy_interface(router->proxy, router_clock(router), state);
	memory_leave();
}

void router_interface(struct sim *sim, struct router *router, unsigned vif)
{
	if (!router->proxy || !(router_has(router, vif, UP) || router_has(router, vif, DOWN)))
		return;
	sim->link[router->link[vif]].double_since = sim->link[router->link[vif]].none_since = NEVER;
	tell_interface(router, vif);
	router->down[vif].forwards_since = NEVER;
	router_settle(sim, router);
}

void router_upcall(struct sim *sim, struct router *router, enum upcall_type type, unsigned vif,
		   unsigned source, unsigned group)
{
	struct upcall upcall = {type, vif, sim_source(sim, source), sim_group(sim, group)};

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
	next->config.ssm_range_count = sim->protocol == PROTOCOL_IGMP ? 1 : 16;
	for (unsigned scope = 0; scope < 16; scope++)
		next->ssm_range[scope] = ssm_prefix(sim, scope);
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		router->state[vif].vif = vif;
		router->state[vif].exists = router->state[vif].up = true;
		router->state[vif].mtu = 1500;
	}
}

/* ---- settings ---- */

static void block(struct rules *rules, unsigned vif)
{
	struct filter_rule all = {.vif = vif};

	memset(&all.group[1], 255, sizeof(all.group[1]));
	memset(&all.source[1], 255, sizeof(all.source[1]));
	rules->rule[rules->count++ % RULES] = all;
}

/* RFC 7287 section 5, as the documented recipe has it; rules of its own a peer has none. */
static void set_peering(struct router *router, struct settings *now)
{
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		bool peer = router->peers >> vif & 1;
		struct rules *up_out = &now->rules[UP][vif][OUT];

		if (!peer && router->peers && !up_out->count)
			for (unsigned other = 0; other < router->vif_count; other++)
				if (router->peers >> other & 1)
					block(up_out, other);
		if (!peer)
			continue;
		memset(now->rules[UP][vif], 0, sizeof(now->rules[UP][vif]));
		memset(now->rules[DOWN][vif], 0, sizeof(now->rules[DOWN][vif]));
		block(&now->rules[UP][vif][OUT], PROXY_VIFS);
		block(&now->rules[DOWN][vif][IN], PROXY_VIFS);
		for (unsigned other = 0; other < router->vif_count; other++)
			if (now->side[UP][other])
				block(&now->rules[DOWN][vif][OUT], other);
	}
}

static struct filter *compile(const struct router *router, const struct rules *rules)
{
	struct filter_list list = list_of(rules);
	struct filter *filter;

	if (!rules->count && !rules->whitelist)
		return NULL;
	filter = filter_new(router->sim->protocol, &list, 1);
	if (!filter)
		abort();
	return filter;
}

static void add_interface(struct router *router, struct settings *now, unsigned vif, enum side side)
{
	unsigned n = now->config.interface_count++;

	now->interface[n] = now->setting[vif];
	now->interface[n].vif = (uint8_t)vif;
	now->interface[n].upstream = side == UP;
	now->filter[n].in = filter_of(&now->rules[side][vif][IN]);
	now->filter[n].out = filter_of(&now->rules[side][vif][OUT]);
	now->compiled[n][IN] = compile(router, &now->rules[side][vif][IN]);
	now->compiled[n][OUT] = compile(router, &now->rules[side][vif][OUT]);
	now->interface[n].in = now->compiled[n][IN];
	now->interface[n].out = now->compiled[n][OUT];
}

/* The configuration of the next proxy; the pointers go with it. */
static void take_settings(struct router *router)
{
	struct settings *now = &router->slot[router->now == &router->slot[0]];

	router->now = now;
	router->changed = false;
	*now = router->next;
	set_peering(router, now);
	now->config.interface = now->interface;
	now->config.ssm_range = now->ssm_range;
	now->config.interface_count = 0;
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		now->setting[vif].static_join = now->static_join[vif];
		now->setting[vif].accept_from = now->accept_from[vif];
	}
	for (unsigned i = 0; i < now->order_count; i++)
		add_interface(router, now, now->order[i], UP);
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (now->side[DOWN][vif])
			add_interface(router, now, vif, DOWN);
}

static void drop_settings(struct settings *settings)
{
	for (unsigned n = 0; n < settings->config.interface_count; n++)
		for (unsigned i = 0; i < DIRECTIONS; i++)
			filter_free(settings->compiled[n][i]);
}

/* ---- life ---- */

static void start_upstream(struct router *router, unsigned vif)
{
	member_start(&router->member[vif], router->link[vif]);
	router->member[vif].present = router_reports(router, vif);
}

static void stop_upstream(struct sim *sim, struct router *router, unsigned vif)
{
	static const struct interest none;

	for (unsigned group = 0; group < GROUPS; group++)
		member_update(sim, &router->member[vif], group, &none, false, false);
	router->member[vif].present = false;
}

/* With its model, and the settings that were made. */
static void make_proxy(struct sim *sim, struct router *router)
{
	static const struct proxy_out out = {.send = on_send,
					     .route = on_route,
					     .reverse_path = on_reverse_path,
					     .packets = on_packets};
	uint64_t seed = sim_key(sim, 0x9407U, router->index, router->starts++);

	take_settings(router);
	router->memory_count = router->memory_bytes = 0;
	router->started = sim->now;
	router->reloaded = FOREVER_BACK;
	router->model = model_new(&router->now->config, router->now->filter, &router->kernel,
				  on_reverse_path, router);
	enter(router);
	router->proxy = proxy_new(&router->now->config, &out, router, seed);
	memory_leave();
	if (!router->proxy || !router->model)
		abort();
}

static void free_proxy(struct sim *sim, struct router *router)
{
	enter(router);
	proxy_free(router->proxy);
	memory_leave();
	if (router->memory_count || router->memory_bytes)
		sim_fail(sim, "memory", "%s leaves %zu blocks, %zu octets", router->name,
			 router->memory_count, router->memory_bytes);
	model_free(router->model);
	drop_settings(router->now);
	router->proxy = NULL;
	router->model = NULL;
	router->dropped_count = 0;
}

void router_start(struct sim *sim, struct router *router)
{
	unsigned up = 0;

	if (router->proxy)
		return;
	kernel_free(&router->kernel);
	router->limited = false;
	make_proxy(sim, router);
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		if (router_has(router, vif, UP))
			start_upstream(router, vif);
		heard_start(router, vif);
	}
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		up += router->state[vif].up && !addr_is_any(&router->state[vif].address);
		if (router_has(router, vif, UP) || router_has(router, vif, DOWN))
			tell_interface(router, vif);
	}
	router_settle(sim, router);
	router->memory_first = up == router->vif_count ? router->memory_count : 0;
}

void router_stop(struct sim *sim, struct router *router)
{
	if (!router->proxy)
		return;
	model_shutdown(router->model, router_clock(router));
	enter(router);
	proxy_shutdown(router->proxy, router_clock(router));
	memory_leave();
	differs(router, model_check_shutdown(router->model, router_clock(router)));
	if (router->kernel.route_count)
		sim_fail(sim, "routes", "%s leaves %u routes behind", router->name,
			 router->kernel.route_count);
	free_proxy(sim, router);
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (router_has(router, vif, UP))
			stop_upstream(sim, router, vif);
}

/* ---- death ---- */

static uint32_t forwarders(const struct router *router)
{
	uint32_t vifs = 0;

	for (unsigned vif = 0; vif < router->vif_count; vif++)
		vifs |= (uint32_t)router_forwards(router, vif) << vif;
	return vifs;
}

/* As the kernel tells them: those of whole groups first. */
static void adopt(struct router *router, const struct kernel_route *entry, unsigned count,
		  bool whole)
{
	bool igmp = router->sim->protocol == PROTOCOL_IGMP;

	for (unsigned i = 0; i < count; i++) {
		struct route route = entry[i].route;

		if (addr_is_any(&route.source) != whole)
			continue;
		model_adopt(router->model, router_clock(router), &route);
		if (whole && igmp)
			route.source = addr_ipv4(0);
		if (addr_is_any(&route.group) && igmp)
			route.group = addr_ipv4(0);
		enter(router);
		if (!proxy_adopt(router->proxy, router_clock(router), &route))
			abort();
		memory_leave();
	}
}

static bool has_route(const struct router *router, const struct route *route)
{
	for (unsigned i = 0; i < router->kernel.route_count; i++) {
		const struct route *there = &router->kernel.route[i].route;

		if (addr_equal(&route->source, &there->source) &&
		    addr_equal(&route->group, &there->group) && route->input == there->input &&
		    route->outputs == there->outputs)
			return true;
	}
	return false;
}

/* Does it come in elsewhere than on the downstream that it has an address of? */
static bool is_misplaced(const struct sim *sim, const struct router *router,
			 const struct route *route)
{
	unsigned source = sim_source_of(sim, &route->source);
	unsigned link = source < SOURCES ? sim_source_link(source) : LINKS;

	for (unsigned vif = 0; link < LINKS && vif < router->vif_count; vif++)
		if (router->link[vif] == link && router_has(router, vif, DOWN))
			return vif != route->input;
	return false;
}

/* Where nothing else has changed, nothing has to change in the kernel. With `mutex` what is wanted
 * from another upstream, and has no outputs here, may be asked about again, as may what is wanted
 * of a group that upstreams do not have; and what has an address of a downstream may be expected
 * there once more. */
static void check_kept(struct sim *sim, struct router *router, const struct kernel_route *before,
		       unsigned count)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct route *route = &before[i].route;

		if (has_route(router, route) ||
		    (is_misplaced(sim, router, route) &&
		     kernel_find(&router->kernel, &route->source, &route->group, PROXY_VIFS)))
			kept++;
		else if (route->outputs || !(router->now->config.mutex ||
					     reading_is_local(&router->reading, &route->group)))
			sim_fail(sim, "kept",
				 "%s changes the route of (%s,%s) that it has taken over",
				 router->name, addr_text(&route->source), addr_text(&route->group));
	}
	if (router->kernel.route_count != kept)
		sim_fail(sim, "kept", "%s has taken over %u routes and has %u", router->name, kept,
			 router->kernel.route_count);
}

/* Those who watch it: it is another one, to whom its interfaces are told. */
static void begin_anew(struct sim *sim, struct router *router, uint32_t forwarding)
{
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		struct link *link = &sim->link[router->link[vif]];

		if (router_has(router, vif, UP))
			start_upstream(router, vif);
		if (router_has(router, vif, UP) || router_has(router, vif, DOWN))
			tell_interface(router, vif);
		link->double_since = link->none_since = NEVER;
	}
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		heard_kill(sim, router, vif, forwarding >> vif & 1);
}

bool router_is_old(const struct router *router, unsigned vif)
{
	unsigned version = router->now->setting[vif].values.version;

	return version && version < newest_version(router->sim->protocol);
}

/* The hosts of a link for which an older version was set while they were newer may still have what
 * only newer ones can ask for. */
static bool has_grown_old(const struct router *router)
{
	bool old = false;

	for (unsigned vif = 0; vif < router->vif_count; vif++)
		old |= router_has(router, vif, DOWN) && router_is_old(router, vif);
	return old && router->reloaded > router->started;
}

/* The next one is not told which sources are at home on a link that is held without an address. */
static bool has_lost_subnet(const struct router *router)
{
	bool lost = false;

	for (unsigned vif = 0; vif < router->vif_count; vif++)
		lost |= router_forwards(router, vif) && addr_is_any(&router->state[vif].address);
	return lost;
}

void router_kill(struct sim *sim, struct router *router)
{
	unsigned count = router->kernel.route_count;
	struct kernel_route *before;
	uint32_t forwarding;
	bool steady;

	if (!router->proxy)
		return;
	before = calloc(count + 1U, sizeof(*before));
	if (!before)
		abort();
	for (unsigned i = 0; i < count; i++)
		before[i] = router->kernel.route[i];
	router->limited = router_is_limited(router);
	forwarding = router->limited ? 0 : forwarders(router);
	steady = !router->changed && !router->limited && !has_grown_old(router) &&
		 !has_lost_subnet(router);
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (router_has(router, vif, UP))
			stop_upstream(sim, router, vif);
	free_proxy(sim, router);
	make_proxy(sim, router);
	router->killed = sim->now;
	begin_anew(sim, router, forwarding);
	adopt(router, before, count, true);
	adopt(router, before, count, false);
	router_settle(sim, router);
	router->memory_first = 0;
	if (steady && !router_is_limited(router) && forwarding == forwarders(router))
		check_kept(sim, router, before, count);
	free(before);
}

/* What is new starts anew for those who watch it, what has gone has no more to say. */
static void change_sides(struct sim *sim, struct router *router, const struct settings *old,
			 unsigned vif)
{
	if (old->side[UP][vif] && !router_has(router, vif, UP))
		stop_upstream(sim, router, vif);
	else if (!old->side[UP][vif] && router_has(router, vif, UP))
		start_upstream(router, vif);
	if (old->side[DOWN][vif] != router_has(router, vif, DOWN))
		heard_start(router, vif);
	router->down[vif].forwards_since = NEVER;
	sim->link[router->link[vif]].disorder = sim->now;
	sim->link[router->link[vif]].double_since = sim->link[router->link[vif]].none_since = NEVER;
}

void router_reload(struct sim *sim, struct router *router)
{
	struct settings *old = router->now;
	bool done;

	if (!router->proxy)
		return;
	router->limited = router_is_limited(router);
	take_settings(router);
	router->disturbed = true;
	router->reloaded = sim->now;
	model_reconfigure(router->model, router_clock(router), &router->now->config,
			  router->now->filter);
	model_advance(router->model, router_clock(router));
	enter(router);
	done = proxy_reconfigure(router->proxy, router_clock(router), &router->now->config);
	memory_leave();
	if (!done)
		abort();
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		change_sides(sim, router, old, vif);
		if ((router_has(router, vif, UP) || router_has(router, vif, DOWN)) &&
		    !old->side[UP][vif] && !old->side[DOWN][vif])
			tell_interface(router, vif);
	}
	drop_settings(old);
	router_settle(sim, router);
	router->memory_first = 0;
}
