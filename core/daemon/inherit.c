/* SPDX-License-Identifier: MIT */
/* From one worker to the next; see inherit.h. */
#include "core/daemon/inherit.h"

#include <errno.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/kernel/mroute.h"
#include "core/kernel/mroute_dump.h"
#include "proto/status.h"

/* NULL: there are none. */
static struct priv_vifs *notes(const struct instance *instance)
{
	return ENABLE_PRIVSEP ? instance->note : NULL;
}

/* ---- notes for the next worker ---- */

void inherit_open(struct instance *instance)
{
	instance->note = priv_vifs(instance->common->priv, instance->table);
}

void inherit_use(const struct side *side, bool used)
{
	struct priv_vifs *note = notes(side->instance);

	if (note)
		priv_use(side->instance->common->priv, note, side->protocol, side->instance->table,
			 used);
}

void inherit_forget_queries(const struct side *side, unsigned vif)
{
	struct priv_vifs *note = notes(side->instance);

	/* Where no interface is noted there are none. */
	if (note && note->index[side->protocol][vif])
		memset(note->query[vif][side->protocol], 0, sizeof(note->query[0][0]));
}

void inherit_note_query(const struct side *side, int64_t now, const struct packet *packet,
			unsigned version)
{
	struct priv_vifs *note = notes(side->instance);
	struct priv_query *query;

	if (!note || !version || packet->length > PRIV_QUERY)
		return;
	query = &note->query[packet->vif][side->protocol][version - 1];
	*query = (struct priv_query){.at = now,
				     .source = packet->source,
				     .destination = packet->destination,
				     .router_alert = packet->router_alert,
				     .length = (uint8_t)packet->length};
	memcpy(query->data, packet->data, packet->length);
}

void inherit_note_vif(const struct side *side, unsigned vif, unsigned index)
{
	struct priv_vifs *note = notes(side->instance);

	inherit_forget_queries(side, vif);
	if (note)
		note->index[side->protocol][vif] = index;
}

bool inherit_is_noted(const struct instance *instance, unsigned n, const char *name)
{
	const struct priv_vifs *note = notes(instance);

	return note ? !memcmp(note->name[n], name, strlen(name) + 1) : !*name;
}

void inherit_note_name(struct instance *instance, unsigned n, const char *name)
{
	struct priv_vifs *note = notes(instance);

	if (!note || inherit_is_noted(instance, n, name))
		return;
	for (unsigned protocol = 0; protocol < PROTOCOLS; protocol++)
		inherit_note_vif(&instance->side[protocol], n, 0);
	memcpy(note->name[n], name, strlen(name) + 1);
}

/* ---- what the worker before has left ---- */

bool inherit_is_kept(const struct side *side)
{
	return ENABLE_PRIVSEP && side->kept;
}

unsigned inherit_index(const struct side *side, unsigned vif)
{
	const struct priv_vifs *note = notes(side->instance);

	return note && side->kept ? note->index[side->protocol][vif] : 0;
}

enum { ORPHANS = 16 };

struct inheritance {
	struct side *side;
	enum { WILDCARDS, SOURCES, REMOVE_ORPHANS } pass;
	bool failed;
	/* whose VIF is gone: not removed while they are being read */
	struct route orphan[ORPHANS];
	unsigned orphan_count;
};

/* Its VIF is gone, so nobody knows which input the kernel has it under. */
static void remove_anywhere(struct side *side, struct route route)
{
	route.remove = true;
	for (route.input = 0; route.input < PROXY_VIFS; route.input++)
		mroute_route(side->source.fd, side->protocol, &route, side->plan->threshold);
}

static void inherit_route(void *ctx, const struct route *route)
{
	struct inheritance *all = ctx;
	struct side *side = all->side;

	if (all->pass == REMOVE_ORPHANS) {
		if (route->input == PROXY_VIFS && all->orphan_count < ORPHANS)
			all->orphan[all->orphan_count++] = *route;
	} else if (route->input < PROXY_VIFS &&
		   addr_is_any(&route->source) == (all->pass == WILDCARDS)) {
		all->failed |= !proxy_adopt(side->proxy, loop_now(), route);
	}
}

/* The first query that the worker before has heard since BEFORE (NULL: at all). NULL: none. */
static const struct priv_query *next_query(const struct priv_query query[PRIV_VERSIONS],
					   const struct priv_query *before)
{
	const struct priv_query *next = NULL;

	for (unsigned n = 0; n < PRIV_VERSIONS; n++)
		if (query[n].length && (!before || query[n].at > before->at) &&
		    (!next || query[n].at < next->at))
			next = &query[n];
	return next;
}

/* Whatever the worker before has made of it, it is one more packet. */
static void hear_queries(struct side *side, unsigned vif)
{
	const struct priv_query *all = side->instance->note->query[vif][side->protocol];
	const struct priv_query *query = NULL;

	while ((query = next_query(all, query))) {
		const struct packet packet = {.vif = vif,
					      .source = query->source,
					      .destination = query->destination,
					      .ttl = 1,
					      .router_alert = query->router_alert,
					      .data = query->data,
					      .length = query->length};

		if (query->length <= PRIV_QUERY && query->at <= loop_now())
			proxy_packet(side->proxy, query->at, &packet);
	}
}

/* Who asks on a link, and which version: a proxy that does not know would ask and forward beside
 * another one, and speak what is not understood, until that one asks again. */
static void hear_queriers(struct side *side)
{
	for (unsigned n = 0; n < PROXY_VIFS; n++)
		if (notes(side->instance) && side->instance->vif[n] && side_link(side, n)->index)
			hear_queries(side, n);
}

/* The routes in the kernel become memberships. If they cannot be read they are told anew. */
static void inherit_routes(struct side *side)
{
	unsigned index[PROXY_VIFS] = {0};
	struct inheritance all = {.side = side};
	const struct mroute_dump dump = {.protocol = side->protocol,
					 .table = side->table,
					 .index = index,
					 .route = inherit_route,
					 .ctx = &all};
	/* One of its own: the proxy may ask about routes meanwhile. */
	struct netlink netlink;
	int error = netlink_open(&netlink, 0);

	for (unsigned n = 0; n < PROXY_VIFS; n++)
		if (side->instance->vif[n])
			index[n] = side_link(side, n)->index;
	for (unsigned pass = WILDCARDS; pass <= REMOVE_ORPHANS && !error; pass++) {
		all.pass = pass;
		error = mroute_dump(&netlink, &dump);
	}
	netlink_close(&netlink);
	while (all.orphan_count)
		remove_anywhere(side, all.orphan[--all.orphan_count]);
	side->instance->common->guesses |=
		error || all.failed || proxy_forwarding(side->proxy) != FORWARDING_WILDCARD;
	if (!error && !all.failed)
		return;
	log_warning("%s: the kernel's routes are made anew: %s", text_family(side->protocol),
		    error_text(error ? error : -ENOMEM));
	mroute_flush(side->source.fd, side->protocol);
	proxy_reinstall(side->proxy);
}

void inherit_state(struct side *side)
{
	if (!ENABLE_PRIVSEP || !side->kept)
		return;
	hear_queriers(side);
	inherit_routes(side);
}
