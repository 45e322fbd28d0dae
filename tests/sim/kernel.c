/* SPDX-License-Identifier: MIT */
/* The multicast route cache of Linux as the proxy's callbacks fill it, and its rules of lookup. */
#include <stdlib.h>

#include "sim.h"

enum { UNRESOLVED_TIME = 10000, ASSERT_INTERVAL = 3000 };

/* "Any" is one address here, however it was spelt. */
static struct addr plain(const struct addr *addr)
{
	return addr_is_any(addr) ? (struct addr){{0}} : *addr;
}

/* Routes with a source are known by (S,G), the others by their input, too. */
static struct entry *find(const struct router *router, const struct route *like)
{
	for (unsigned i = 0; i < router->route_count; i++) {
		struct route *route = &router->route[i].route;

		if (addr_equal(&route->source, &like->source) &&
		    addr_equal(&route->group, &like->group) &&
		    (!addr_is_any(&like->source) || route->input == like->input))
			return &router->route[i];
	}
	return NULL;
}

struct entry *kernel_find(const struct router *router, const struct addr *source,
			  const struct addr *group)
{
	return find(router, &(struct route){.source = *source, .group = *group});
}

void kernel_forget(struct router *router)
{
	router->route_count = router->unresolved_count = 0;
}

bool kernel_packets(const struct router *router, const struct route *route, uint64_t *count)
{
	const struct entry *entry = kernel_find(router, &route->source, &route->group);

	if (entry)
		*count = entry->packets;
	return entry;
}

/* ---- what waits ---- */

static struct unresolved *waiting(struct router *router, const struct addr *source,
				  const struct addr *group)
{
	for (unsigned i = 0; i < router->unresolved_count; i++) {
		struct unresolved *unresolved = &router->unresolved[i];

		if (unresolved->until <= router->sim->now) {
			*unresolved = router->unresolved[--router->unresolved_count];
			i--;
		} else if (addr_equal(&unresolved->source, source) &&
			   addr_equal(&unresolved->group, group)) {
			return unresolved;
		}
	}
	return NULL;
}

/* Nobody has asked about it in the last ten seconds. */
static bool starts_to_wait(struct router *router, const struct addr *source,
			   const struct addr *group)
{
	if (waiting(router, source, group))
		return false;
	if (router->unresolved_count == router->unresolved_room) {
		router->unresolved_room = router->unresolved_room ? 2 * router->unresolved_room : 8;
		router->unresolved = realloc(router->unresolved,
					     router->unresolved_room * sizeof(*router->unresolved));
		if (!router->unresolved)
			abort();
	}
	router->unresolved[router->unresolved_count++] =
		(struct unresolved){*source, *group, router->sim->now + UNRESOLVED_TIME};
	return true;
}

static void stop_waiting(struct router *router, const struct addr *source, const struct addr *group)
{
	struct unresolved *unresolved = waiting(router, source, group);

	if (unresolved)
		*unresolved = router->unresolved[--router->unresolved_count];
}

/* ---- the table ---- */

static uint32_t vifs_of(const struct router *router)
{
	uint32_t vifs = 0;

	for (unsigned vif = 0; vif < router->vif_count; vif++)
		vifs |= (uint32_t)(router_has(router, vif, UP) || router_has(router, vif, DOWN))
			<< vif;
	return vifs;
}

/* (S,G) that go while data come in. */
static void note_dropped(struct router *router, const struct entry *entry)
{
	if (addr_is_any(&entry->route.source) || !entry->packets)
		return;
	if (router->dropped_count == router->dropped_room) {
		router->dropped_room = router->dropped_room ? 2 * router->dropped_room : 8;
		router->dropped =
			realloc(router->dropped, router->dropped_room * sizeof(*router->dropped));
		if (!router->dropped)
			abort();
	}
	router->dropped[router->dropped_count++] = *entry;
}

static struct entry *add_entry(struct router *router)
{
	if (router->route_count == router->route_room) {
		router->route_room = router->route_room ? 2 * router->route_room : 32;
		router->route = realloc(router->route, router->route_room * sizeof(*router->route));
		if (!router->route)
			abort();
	}
	router->route[router->route_count] =
		(struct entry){.used = router->sim->now, .asserted = FOREVER_BACK};
	return &router->route[router->route_count++];
}

const char *kernel_route(struct router *router, const struct route *told)
{
	struct route route = *told;
	struct entry *known;

	route.source = plain(&told->source);
	route.group = plain(&told->group);
	known = find(router, &route);
	if (addr_is_link_scope(&route.group))
		return "sets a route of a group that never leaves its link";
	if (route.remove && !known)
		return "removes a route that is not there";
	if (!route.remove && route.outputs & ~vifs_of(router))
		return "sets a route with a VIF that does not exist";
	if (route.remove) {
		note_dropped(router, known);
		*known = router->route[--router->route_count];
		return NULL;
	}
	if (!known)
		known = add_entry(router);
	known->route = route;
	if (!addr_is_any(&route.source))
		stop_waiting(router, &route.source, &route.group);
	return NULL;
}

/* The (*,*) that has VIF among its outputs. */
static const struct route *tree_of(const struct router *router, unsigned vif)
{
	for (unsigned i = 0; i < router->route_count; i++) {
		const struct route *route = &router->route[i].route;

		if (addr_is_any(&route->group) && route->outputs >> vif & 1)
			return route;
	}
	return NULL;
}

/* A (*,G) that has VIF among its outputs, or whose input's tree has. */
static const struct route *starred(const struct router *router, unsigned vif,
				   const struct addr *group)
{
	for (unsigned i = 0; i < router->route_count; i++) {
		const struct route *route = &router->route[i].route, *tree;

		if (!addr_is_any(&route->source) || !addr_equal(&route->group, group))
			continue;
		tree = tree_of(router, route->input);
		if (route->outputs >> vif & 1 || (tree && tree->outputs >> vif & 1))
			return route;
	}
	return NULL;
}

/* mcproxy has MRT_PIM on: then it asks whether or not VIF is among the outputs. */
static uint32_t by_entry(const struct router *router, struct entry *entry, unsigned vif,
			 enum misrouted *misrouted)
{
	int64_t now = router->sim->now;

	if (entry->route.input == vif) {
		entry->packets++;
		entry->used = now;
		return entry->route.outputs;
	}
	*misrouted = now > entry->asserted + ASSERT_INTERVAL ? ASKED_ABOUT : DROPPED;
	if (*misrouted == ASKED_ABOUT)
		entry->asserted = now;
	return 0;
}

uint32_t kernel_forward(struct router *router, unsigned vif, const struct addr *source,
			const struct addr *group, enum misrouted *misrouted)
{
	struct entry *entry = kernel_find(router, source, group);
	const struct route *route, *tree;

	*misrouted = WELL_ROUTED;
	if (entry)
		return by_entry(router, entry, vif, misrouted);
	route = starred(router, vif, group);
	tree = tree_of(router, route ? route->input : vif);
	if (route) {
		if (route->input != vif && !(tree && tree->outputs >> vif & 1))
			return 0;
		return route->outputs & ~(1U << vif);
	}
	if (tree)
		return tree->input != vif ? tree->outputs & 1U << tree->input : 0;
	*misrouted = starts_to_wait(router, source, group) ? UNROUTED : DROPPED;
	return 0;
}
