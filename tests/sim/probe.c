/* SPDX-License-Identifier: MIT */
/*
 * Data on its way through the routers' kernels, and what has to be true of it: see README.md for
 * the properties and their bounds.
 */
#include <stdio.h>

#include "sim.h"

enum { HOPS = 8, TICK = 2, ROUNDING = 50, READING = 60000, ASSERT_INTERVAL = 3000 };

/* A packet, and where it came by. */
struct spread {
	unsigned source, group;
	struct addr from, to;
	unsigned copies[LINKS];
	unsigned by[LINKS]; /* bit n: router n has put it there */
	bool heard[LINKS];  /* it was there at all */
	/* How often each router got it at each VIF, and put it there. */
	uint8_t got[ROUTERS][ROUTER_VIFS], put[ROUTERS][ROUTER_VIFS];
	unsigned dropped; /* by router n, as it came in elsewhere than expected */
	bool asked, exhausted;
};

static bool is_up(const struct router *router, unsigned vif)
{
	return router->proxy && router->state[vif].exists && router->state[vif].up &&
	       (router_has(router, vif, UP) || router_has(router, vif, DOWN));
}

/* NULL: somebody else is there. */
static const struct router *router_at(const struct sim *sim, const struct port *port)
{
	return port->kind == PORT_ROUTER ? &sim->router[port->node] : NULL;
}

static void carry(struct sim *sim, struct spread *spread, unsigned link, unsigned from,
		  unsigned hops);

/* Is there any reason for it? Which of several upstreams has subscribed it is not looked at. */
static bool is_let(const struct router *router, const struct spread *spread, unsigned in,
		   unsigned out)
{
	const struct addr *group = &spread->to, *source = &spread->from;
	bool below = router_takes_up(router, in, group, source);
	bool above =
		router_has(router, in, UP) && router_lets(router, in, UP, IN, in, group, source);
	bool down = router_forwards(router, out) &&
		    router_lets(router, out, DOWN, OUT, in, group, source);
	bool up =
		router_has(router, out, UP) && router_lets(router, out, UP, OUT, in, group, source);

	if (sim_group_is_discovery(spread->group) && !router->now->config.ssdp_upstream)
		up = false;
	return (below && (down || up)) || (above && down);
}

static void check_output(struct sim *sim, const struct spread *spread, const struct router *router,
			 unsigned in, unsigned out)
{
	if (out == in)
		sim_fail(sim, "back", "%s sends (%c,%c) back to vif %u", router->name,
			 sim_source_name(spread->source), sim_group_name(spread->group), in);
	else if (!is_let(router, spread, in, out))
		sim_fail(sim, "filter", "%s lets (%c,%c) pass from vif %u to %u", router->name,
			 sim_source_name(spread->source), sim_group_name(spread->group), in, out);
}

static void forward(struct sim *sim, struct spread *spread, struct router *router, unsigned vif,
		    unsigned hops)
{
	enum misrouted misrouted;
	uint32_t outputs;

	spread->got[router->index][vif]++;
	outputs = kernel_receive(&router->kernel, sim->now, vif, &spread->from, &spread->to,
				 &misrouted);
	/* The packet waits for the answer. */
	if (misrouted == UNROUTED) {
		router_upcall(sim, router, UPCALL_NOCACHE, vif, spread->source, spread->group);
		outputs = kernel_receive(&router->kernel, sim->now, vif, &spread->from, &spread->to,
					 &misrouted);
	}
	if (misrouted == DROPPED)
		spread->dropped |= 1U << router->index;
	if (misrouted == ASKED_ABOUT) {
		spread->asked = true;
		router_upcall(sim, router, UPCALL_WRONGVIF, vif, spread->source, spread->group);
	}
	for (unsigned out = 0; out < router->vif_count; out++)
		if (outputs >> out & 1 && is_up(router, out)) {
			check_output(sim, spread, router, vif, out);
			spread->copies[router->link[out]]++;
			spread->put[router->index][out]++;
			spread->by[router->link[out]] |= 1U << router->index;
			if (out != vif)
				carry(sim, spread, router->link[out], router->port[out], hops - 1);
		}
}

static void carry(struct sim *sim, struct spread *spread, unsigned link, unsigned from,
		  unsigned hops)
{
	spread->heard[link] = true;
	if (!hops) {
		spread->exhausted = true;
		return;
	}
	for (unsigned i = 0; i < sim->port_count; i++) {
		const struct port *port = &sim->port[i];

		if (port->link == link && i != from && port->kind == PORT_ROUTER &&
		    is_up(&sim->router[port->node], port->vif))
			forward(sim, spread, &sim->router[port->node], port->vif, hops);
	}
}

/* ---- what must arrive ---- */

/* Some are set to forward come what may, others have not heard of each other yet. */
static bool has_doubles(const struct sim *sim, unsigned link)
{
	unsigned forwarding = 0;

	for (unsigned i = 0; i < sim->port_count; i++) {
		const struct port *port = &sim->port[i];
		const struct router *router = router_at(sim, port);

		if (port->link == link && router && router_forwards(router, port->vif))
			forwarding++;
	}
	return forwarding > 1;
}

/* What comes in twice may move the route of its source; what comes in on an interface that does not
 * want it, and not where the route expects it, the kernel drops without a word. */
static bool is_misled(const struct sim *sim, const struct spread *spread,
		      const struct router *router)
{
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (router_has(router, vif, DOWN) && has_doubles(sim, router->link[vif]))
			return true;
	return !model_is_per_source(router->model) && spread->dropped >> router->index & 1;
}

/* Did it come in at VIF, from somebody else? */
static bool is_heard(const struct spread *spread, const struct router *router, unsigned vif)
{
	unsigned link = router->link[vif];

	return spread->heard[link] && spread->by[link] != 1U << router->index && is_up(router, vif);
}

/* Did it come in where ROUTER takes it from for VIF, other than there? */
static bool had_it(const struct spread *spread, const struct router *router, unsigned in,
		   unsigned vif)
{
	const struct addr *group = &spread->to, *source = &spread->from;

	if (in == vif || !is_heard(spread, router, in) ||
	    !router_lets(router, vif, DOWN, OUT, in, group, source))
		return false;
	return router_takes_up(router, in, group, source) ||
	       router_takes_down(router, in, vif, group, source);
}

/* The kernel takes (S,G) from one interface only. It is another one than IN for a reason: data come
 * in there, too, or have until a moment ago and may come from nowhere else. */
static bool comes_elsewhere(const struct sim *sim, const struct spread *spread,
			    const struct router *router, unsigned in)
{
	const struct kernel_route *entry =
		kernel_find(&router->kernel, &spread->from, &spread->to, PROXY_VIFS);
	int64_t mutex = router->now->config.mutex;

	if (!entry || entry->route.input == in)
		return false;
	/* The kernel asks once in a while only. */
	if (sim->now <= entry->asserted + ASSERT_INTERVAL && !spread->asked)
		return true;
	if (is_heard(spread, router, entry->route.input) && entry->route.outputs)
		return true;
	if (router_has(router, entry->route.input, UP) && router_has(router, in, UP))
		return mutex && sim->now <= entry->used + 2 * mutex + TICK;
	return sim->now <= entry->used + 4 * READING;
}

static const char *entry_text(const struct kernel_route *entry)
{
	static char text[64];

	if (!entry)
		return "no route";
	snprintf(text, sizeof(text), "route from %u to %x, used at %s", entry->route.input,
		 entry->route.outputs, time_text(entry->used));
	return text;
}

static void check_delivery(struct sim *sim, const struct spread *spread,
			   const struct router *router, unsigned vif)
{
	int64_t until = heard_until(router, vif, spread->group, spread->source);

	if (!router_forwards(router, vif) || !is_up(router, vif) || router_clock(router) >= until ||
	    sim_source_link(spread->source) == router->link[vif] ||
	    is_misled(sim, spread, router) || spread->by[router->link[vif]] >> router->index & 1)
		return;
	for (unsigned in = 0; in < router->vif_count; in++)
		if (had_it(spread, router, in, vif) && !comes_elsewhere(sim, spread, router, in))
			sim_fail(sim, "delivery",
				 "(%c,%c) is not forwarded by %s from vif %u to %u, where it was "
				 "asked for until %s (%s)",
				 sim_source_name(spread->source), sim_group_name(spread->group),
				 router->name, in, vif,
				 time_text(until - router->offset - CLOCK_EPOCH),
				 entry_text(kernel_find(&router->kernel, &spread->from, &spread->to,
							PROXY_VIFS)));
}

/* RFC 4605 section 4.2: what comes from a downstream goes upstream, to all or to the first. */
static void check_upstream(struct sim *sim, const struct spread *spread,
			   const struct router *router, unsigned vif)
{
	const struct addr *group = &spread->to, *source = &spread->from;
	bool kept = sim_group_is_discovery(spread->group) && !router->now->config.ssdp_upstream;

	if (kept || !router_takes_up(router, vif, group, source) ||
	    !is_heard(spread, router, vif) || is_misled(sim, spread, router) ||
	    comes_elsewhere(sim, spread, router, vif))
		return;
	for (unsigned i = 0; i < router->now->order_count; i++) {
		unsigned up = router->now->order[i];

		if (up == vif || !is_up(router, up) ||
		    (router->now->config.out_first && !router_reports(router, up)) ||
		    !router_lets(router, up, UP, OUT, vif, group, source))
			continue;
		if (!(spread->by[router->link[up]] >> router->index & 1))
			sim_fail(sim, "upstream",
				 "(%c,%c) from vif %u is not forwarded by %s to vif %u",
				 sim_source_name(spread->source), sim_group_name(spread->group),
				 vif, router->name, up);
		if (router->now->config.out_first)
			return;
	}
}

/* ---- what must not ---- */

static bool is_static(const struct spread *spread, const struct router *router, unsigned vif)
{
	const struct proxy_interface_config *config = &router->now->setting[vif];

	for (size_t i = 0; i < config->static_join_count; i++) {
		const struct static_join *join = &config->static_join[i];

		if (addr_equal(&join->group, &spread->to) &&
		    (addr_is_any(&join->source) || addr_equal(&join->source, &spread->from)))
			return true;
	}
	return false;
}

/* Is this router alone on the link, and has it heard the last leave as it was sent? */
static bool left_in_order(const struct sim *sim, const struct spread *spread,
			  const struct router *router, unsigned vif, const struct gone *gone)
{
	unsigned link = router->link[vif];
	const struct downstream *down = &router->down[vif];

	/* Tracked hosts are believed to be there until their time is over. */
	if (router->now->setting[vif].quick_leave == QUICK_LEAVE_TRACKED &&
	    sim->link[link].disorder > sim->now - 2 * down->membership_max)
		return false;
	for (unsigned i = 0; i < sim->port_count; i++)
		if (sim->port[i].link == link && sim->port[i].kind != PORT_STATION &&
		    (sim->port[i].kind != PORT_ROUTER || sim->port[i].node != router->index ||
		     sim->port[i].vif != vif))
			return false;
	return gone->clean && link_is_perfect(&sim->link[link]) && !router_is_old(router, vif) &&
	       down->forwards_since < gone->at && down->old_heard[spread->group] < 0 &&
	       !router->now->setting[vif].accept_from_count &&
	       !router->now->setting[vif].router_alert_strict &&
	       router->now->setting[vif].querier != QUERIER_NEVER &&
	       !link_excludes(sim, link, spread->group) &&
	       sim->link[link].excluded[spread->group] <= gone->at;
}

/* Has nobody told it that he wants it, since it took over as the querier? */
static bool is_swept(const struct sim *sim, const struct spread *spread,
		     const struct router *router, unsigned vif, const struct gone *gone)
{
	const struct link *link = &sim->link[router->link[vif]];
	int64_t before = router->killed - 2 * link_slowest(link);

	return gone->at < before && router->down[vif].forwards_since == router->killed &&
	       router->now->setting[vif].querier != QUERIER_NEVER &&
	       !link_excludes(sim, router->link[vif], spread->group) &&
	       link->excluded[spread->group] < before;
}

/* ... or since it came back, when those who had told it before were asked? */
static bool is_asked_again(const struct sim *sim, const struct spread *spread,
			   const struct router *router, unsigned vif, const struct gone *gone)
{
	const struct link *link = &sim->link[router->link[vif]];
	int64_t before = router->down[vif].returned - 2 * link_slowest(link);

	return router->down[vif].returned != NEVER && gone->at < before &&
	       router->killed < router->down[vif].returned &&
	       router->now->setting[vif].querier != QUERIER_NEVER &&
	       !link_excludes(sim, router->link[vif], spread->group) &&
	       link->excluded[spread->group] < before;
}

static int64_t asked_again(const struct values *values)
{
	int64_t last =
		(int64_t)values->last_member_query_count * values->last_member_query_interval;

	return last > values->query_response_interval ? last : values->query_response_interval;
}

static void check_unwanted(struct sim *sim, const struct spread *spread,
			   const struct router *router, unsigned vif)
{
	unsigned link = router->link[vif];
	const struct gone *gone = &sim->link[link].gone[spread->group][spread->source];
	struct values values = router_values(router, vif, DOWN);
	int64_t longest = 2 * router->down[vif].membership_max + 2 * link_slowest(&sim->link[link]);
	int64_t bound = longest, since = gone->at;
	bool ssm_unwanted = sim_group_is_ssm(spread->group) && spread->source == SOURCES - 1;

	if (!(spread->by[link] >> router->index & 1) || is_static(spread, router, vif) ||
	    router_has(router, vif, UP))
		return;
	if (left_in_order(sim, spread, router, vif, gone))
		bound = values.last_member_query_count * values.last_member_query_interval +
			2 * sim->link[link].delay;
	/* Who takes over from a router that died does not know what it was about to end. */
	if (since < router->killed)
		since = router->killed;
	if (is_swept(sim, spread, router, vif, gone))
		bound = heard_sweep(&values);
	if (is_asked_again(sim, spread, router, vif, gone)) {
		since = router->down[vif].returned;
		bound = asked_again(&values);
	}
	/* An older router knows groups only. */
	for (unsigned source = 0; router_is_old(router, vif) && source < SOURCES; source++) {
		const struct gone *other = &sim->link[link].gone[spread->group][source];

		if (link_told(sim, link, spread->group, source))
			return;
		if (other->at > since) {
			since = other->at;
			bound = longest;
		}
	}
	if (!ssm_unwanted && link_told(sim, link, spread->group, spread->source))
		return;
	if (ssm_unwanted || sim->now > since + bound + TICK)
		sim_fail(sim, "unwanted",
			 "(%c,%c) is forwarded by %s to vif %u, which nobody has wanted since %s",
			 sim_source_name(spread->source), sim_group_name(spread->group),
			 router->name, vif, time_text(gone->at));
}

/* ---- who has to be known ---- */

/* It neither asks nor says that it forwards, as it has nothing to forward: then a switch gives it
 * no reports (RFC 4541 section 2.1.1). */
static bool is_unseen(const struct sim *sim, const struct router *router, unsigned vif)
{
	return router_is_cut_off(router) && sim->link[router->link[vif]].snoops &&
	       sim->port[router->port[vif]].router_until <= sim->now;
}

/* What keeps a report from being heard, or from being needed. */
static bool is_excused(const struct sim *sim, const struct router *router, unsigned vif,
		       const struct station *station, unsigned group)
{
	const struct proxy_interface_config *config = &router->now->setting[vif];
	bool perfect = link_is_perfect(&sim->link[router->link[vif]]);

	if (config->accept_from_count || config->querier == QUERIER_NEVER ||
	    config->quick_leave == QUICK_LEAVE_ON ||
	    (config->quick_leave == QUICK_LEAVE_TRACKED &&
	     (!perfect || config->router_alert_strict)))
		return true;
	/* Older hosts are silent if another one has answered, who may have not been heard. */
	if (config->router_alert_strict &&
	    (station->no_router_alert || station->spoken < newest_version(sim->protocol)))
		return true;
	if (sim_group_is_link_scope(group))
		return true;
	return sim_group_is_ssm(group) && (station->member.want[group].exclude ||
					   station->spoken < newest_version(sim->protocol));
}

/* It may ask about a group when it has not heard of all who are there. */
static bool has_asker(const struct sim *sim, unsigned link)
{
	for (unsigned i = 0; i < sim->asker_count; i++)
		if (sim->asker[i].link == link)
			return true;
	return false;
}

static bool is_too_lossy(const struct sim *sim, const struct router *router, unsigned vif,
			 const struct station *station)
{
	struct values values = router_values(router, vif, DOWN);
	int64_t since = sim->now - 2 * router_membership_interval(router, vif);
	unsigned least = values.robustness;

	if (values.last_member_query_count < least)
		least = values.last_member_query_count;
	return link_lost(sim, router->port[vif], since) >= least ||
	       link_lost(sim, station->port, since) >= least;
}

static int64_t grace(const struct sim *sim, const struct router *router, unsigned vif,
		     const struct station *station, unsigned group)
{
	const struct link *link = &sim->link[router->link[vif]];
	struct values values = router_values(router, vif, DOWN);
	bool v1 = router->down[vif].v1_heard[group] > 0;

	/* It has told of its wish at once; of a group of SSM only in a version that names sources.
	 */
	if (link_is_perfect(link) && !v1 &&
	    (!sim_group_is_ssm(group) || station->spoken <= values.version))
		return 0;
	return values.query_interval + values.query_response_interval;
}

static void check_known(struct sim *sim, const struct spread *spread, const struct router *router,
			unsigned vif, const struct station *station)
{
	const struct link *link = &sim->link[router->link[vif]];
	int64_t since = station->member.since[spread->group][spread->source];
	const struct downstream *down = &router->down[vif];
	int64_t dropped = down->dropped[spread->group][spread->source];
	int64_t forwards = down->forwards_since, slow = 2 * link_slowest(link) + ROUNDING;
	bool holds = down->holds[spread->group] >> spread->source & 1;
	struct values values = router_values(router, vif, DOWN);
	int64_t wait = grace(sim, router, vif, station, spread->group);

	if (since == NEVER || !router_forwards(router, vif) || !router_hears(router, vif) ||
	    is_unseen(sim, router, vif) || has_asker(sim, router->link[vif]) ||
	    is_excused(sim, router, vif, station, spread->group) ||
	    is_too_lossy(sim, router, vif, station))
		return;
	if (station->spoken < newest_version(sim->protocol))
		since = station->member.told_since[spread->group];
	/* Until then a switch did not know where it is. */
	if (link->snoops && forwards < router->rooted_since)
		forwards = router->rooted_since;
	if (forwards < station->spoken_since)
		forwards = station->spoken_since;
	if (since <= forwards) {
		since = forwards;
		wait = values.query_interval + values.query_response_interval;
		/* All have just been asked. */
		if (since == router->killed && link_is_perfect(link) &&
		    station->spoken == newest_version(sim->protocol))
			wait = values.query_response_interval;
	}
	if (sim->now <= since + wait + slow)
		return;
	if (!holds && sim->now > dropped + slow)
		sim_fail(sim, "known",
			 "%s wants (%c,%c) since %s, and %s has not heard of it since %s",
			 station->name, sim_source_name(spread->source),
			 sim_group_name(spread->group), time_text(since), router->name,
			 time_text(dropped));
	else if (!link_gives(sim, station->port, spread->group))
		sim_fail(sim, "switch", "%s wants %c since %s, and the switch does not know",
			 station->name, sim_group_name(spread->group), time_text(since));
}

/* ---- all of it ---- */

static void check_link(struct sim *sim, const struct spread *spread, const struct router *router,
		       unsigned vif)
{
	check_delivery(sim, spread, router, vif);
	check_upstream(sim, spread, router, vif);
	check_unwanted(sim, spread, router, vif);
	for (unsigned i = 0; i < sim->station_count; i++)
		if (sim->station[i].on && sim->station[i].link == router->link[vif])
			check_known(sim, spread, router, vif, &sim->station[i]);
}

static void start_spread(const struct sim *sim, struct spread *spread, unsigned source,
			 unsigned group)
{
	*spread = (struct spread){.source = source, .group = group};
	spread->from = sim_source(sim, source);
	spread->to = sim_group(sim, group);
}

/* The fault that is planted: two stations must not want something of A at a time. */
static void look_planted(struct sim *sim)
{
	unsigned wanting = 0;

	for (unsigned i = 0; i < sim->station_count; i++)
		wanting += sim->station[i].member.wanted[0] != 0;
	if (wanting > 1)
		sim_fail(sim, "planted", "%u stations want A", wanting);
}

/* To all links on which it appears, one after the other. */
static void spread_it(struct sim *sim, struct spread *spread, unsigned source, unsigned group)
{
	unsigned links = sim_source_links(sim, source);

	start_spread(sim, spread, source, group);
	for (unsigned n = 0; n < LINKS; n++)
		if (links >> n & 1 && sim->link[n].exists &&
		    (!sim->link[n].pulls || link_told(sim, n, group, source)))
			carry(sim, spread, n, PORTS, HOPS);
}

/* What came to a router once on each of its links leaves it once on each, even if it came from
 * several upstreams: a flow has one input. (*,G) has all, also where a root is below. */
static void check_twice(struct sim *sim, const struct spread *spread, const struct router *router)
{
	const uint8_t *got = spread->got[router->index], *put = spread->put[router->index];

	if (!model_is_per_source(router->model))
		return;
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (got[vif] > 1)
			return;
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (put[vif] > 1 && !is_misled(sim, spread, router))
			sim_fail(sim, "twice", "%s sends (%c,%c) to vif %u twice", router->name,
				 sim_source_name(spread->source), sim_group_name(spread->group),
				 vif);
}

/* The counters are read every minute; three times nothing, and a route is not used. */
static void check_idle(struct sim *sim, const struct router *router)
{
	int64_t bound = 4 * READING + 2 * router->now->config.mutex + ROUNDING;

	if (!model_is_per_source(router->model) || sim->now <= router->reloaded + bound ||
	    sim->now <= router->killed + bound || sim->now <= router->switched + bound)
		return;
	for (unsigned i = 0; i < router->kernel.route_count; i++) {
		const struct kernel_route *entry = &router->kernel.route[i];

		if (sim->now > entry->used + bound)
			sim_fail(sim, "idle",
				 "%s has a route of (%s,%s), of which no packet came since %s",
				 router->name, addr_text(&entry->route.source),
				 addr_text(&entry->route.group), time_text(entry->used));
	}
}

static void check_spread(struct sim *sim, const struct spread *spread)
{
	bool doubles = false;

	for (unsigned n = 0; n < LINKS; n++) {
		doubles |= has_doubles(sim, n);
		sim->counts.deliveries += spread->copies[n];
	}
	if (spread->exhausted && !doubles && !sim->noisy)
		sim_fail(sim, "loop", "(%c,%c) goes in circles", sim_source_name(spread->source),
			 sim_group_name(spread->group));
	if (spread->exhausted || sim->noisy)
		return;
	for (unsigned i = 0; i < sim->router_count; i++) {
		const struct router *router = &sim->router[i];

		if (!router->proxy || router_is_limited(router))
			continue;
		check_idle(sim, router);
		check_twice(sim, spread, router);
		for (unsigned vif = 0; vif < router->vif_count; vif++)
			if (router_has(router, vif, DOWN))
				check_link(sim, spread, router, vif);
	}
}

void probe_send(struct sim *sim, unsigned source, unsigned group)
{
	struct spread spread;

	/* What never leaves its link the kernel takes past the routes. */
	if (sim_group_is_link_scope(group))
		return;
	sim->counts.probes++;
	if (sim->flags & SIM_PLANTED)
		look_planted(sim);
	spread_it(sim, &spread, source, group);
	/* What the kernel asked about is where it belongs with the next packet. */
	if (spread.asked)
		spread_it(sim, &spread, source, group);
	check_spread(sim, &spread);
}

/* ---- who forwards to a link ---- */

/* RFC 4286 section 3.1: between advertisements where there are others; on a link for oneself. */
enum { ADVERTISEMENT = 4000, RARE_ADVERTISEMENT = 20000 };

struct forwarders {
	unsigned active, forwarding, lost;
	unsigned heeding; /* that forward, and would give way */
	int64_t response;
	bool old; /* an older version, whose queries do not tell how often they come */
};

/* Peers, and who always asks, believe nobody. */
static bool heeds_others(const struct router *router, unsigned vif)
{
	int querier = (int)router->now->setting[vif].querier;

	return querier == QUERIER_AUTO ||
	       (querier == QUERIER_NEVER && !router_has(router, vif, UP));
}

static struct forwarders count_forwarders(const struct sim *sim, unsigned link)
{
	struct forwarders count = {0};
	int64_t since = sim->link[link].double_since;

	for (unsigned i = 0; i < sim->port_count; i++) {
		const struct port *port = &sim->port[i];
		const struct router *router = router_at(sim, port);
		bool forwards;
		struct values values;

		if (port->link != link || !router || !router_has(router, port->vif, DOWN))
			continue;
		count.old |= router_is_old(router, port->vif);
		if (!router_hears(router, port->vif))
			continue;
		if (router_is_cut_off(router))
			continue;
		forwards = router_forwards(router, port->vif);
		values = router_values(router, port->vif, DOWN);
		count.active++;
		count.forwarding += forwards;
		count.heeding += forwards && heeds_others(router, port->vif);
		if (values.query_response_interval > count.response)
			count.response = values.query_response_interval;
		if (since != NEVER)
			count.lost += link_lost(sim, i, since - link_slowest(&sim->link[link]));
	}
	return count;
}

/* "since" is kept while STATE holds; true if it has held longer than BOUND. */
static bool holds_too_long(const struct sim *sim, bool state, int64_t *since, int64_t bound)
{
	if (!state)
		*since = NEVER;
	else if (*since == NEVER)
		*since = sim->now;
	return state && sim->now > *since + bound;
}

/* Who has died has said so far that he has the link for himself, if what the others say is lost. */
static int64_t dead_after(const struct link *link, bool old)
{
	int interval = link->loss || old ? RARE_ADVERTISEMENT : ADVERTISEMENT;

	return (int64_t)3 * interval * 1025 / 1000;
}

static void watch_link(struct sim *sim, unsigned n)
{
	struct link *link = &sim->link[n];
	struct forwarders count = count_forwarders(sim, n);
	int64_t slow = 2 * link_slowest(link) + ROUNDING;

	if (holds_too_long(sim, count.heeding > 1, &link->double_since,
			   count.response + ADVERTISEMENT * (1 + count.lost) + slow))
		sim_fail(sim, "double", "%u routers forward to link %u since %s", count.heeding, n,
			 time_text(link->double_since));
	if (holds_too_long(sim, count.active && !count.forwarding, &link->none_since,
			   dead_after(link, count.old) + slow))
		sim_fail(sim, "nobody", "none of %u routers forwards to link %u since %s",
			 count.active, n, time_text(link->none_since));
}

void probe_watch(struct sim *sim)
{
	for (unsigned link = 0; !sim->noisy && link < LINKS; link++)
		if (sim->link[link].exists)
			watch_link(sim, link);
}

/* ---- when all have left ---- */

static bool is_deserted(const struct sim *sim, const struct router *router)
{
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		for (unsigned group = 0; router_has(router, vif, DOWN) && group < GROUPS; group++)
			for (unsigned source = 0; source < SOURCES; source++)
				if (link_told(sim, router->link[vif], group, source))
					return false;
	return true;
}

void probe_end(struct sim *sim)
{
	for (unsigned i = 0; i < sim->router_count; i++) {
		const struct router *router = &sim->router[i];
		struct proxy_totals totals;
		size_t statics = 0, tables = 0;

		if (!router->proxy || sim->noisy || !is_deserted(sim, router))
			continue;
		proxy_totals(router->proxy, &totals);
		for (unsigned vif = 0; vif < router->vif_count; vif++) {
			statics += router->now->setting[vif].static_join_count;
			tables += !!router->now->setting[vif].max_reporters;
		}
		if (totals.groups > statics)
			sim_fail(sim, "left", "%s holds %u groups that nobody wants", router->name,
				 totals.groups);
		/* One block is scratch that a proxy keeps, with `mutex` another one; what reporters
		 * there are; and routes of static joins, where they are wildcards by now. */
		if (router->memory_first &&
		    router->memory_count > router->memory_first + 1 + !!router->now->config.mutex +
						   tables + statics)
			sim_fail(sim, "memory", "%s holds %zu blocks, %zu at first", router->name,
				 router->memory_count, router->memory_first);
	}
}
