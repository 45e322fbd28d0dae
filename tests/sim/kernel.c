/* SPDX-License-Identifier: MIT */
/* The multicast route cache of Linux as the proxy's callbacks fill it, and its rules of lookup. */
#include <stdlib.h>

#include "sim.h"

/* "Any" is one address here, however it was spelt. */
static struct addr plain(const struct addr *addr)
{
	return addr_is_any(addr) ? (struct addr){{0}} : *addr;
}

/* Routes with a source are known by (S,G), the others by their input, too. */
static struct route *find(const struct router *router, const struct route *like)
{
	for (unsigned i = 0; i < router->route_count; i++) {
		struct route *route = &router->route[i];

		if (addr_equal(&route->source, &like->source) &&
		    addr_equal(&route->group, &like->group) &&
		    (!addr_is_any(&like->source) || route->input == like->input))
			return route;
	}
	return NULL;
}

const char *kernel_route(struct router *router, const struct route *told)
{
	struct route route = *told, *known;

	route.source = plain(&told->source);
	route.group = plain(&told->group);
	known = find(router, &route);
	if (addr_is_link_scope(&route.group))
		return "sets a route of a group that never leaves its link";
	if (route.remove && !known)
		return "removes a route that is not there";
	if (route.outputs >> router->vif_count || route.input > router->vif_count)
		return "sets a route with a VIF that does not exist";
	if (route.remove) {
		*known = router->route[--router->route_count];
		return NULL;
	}
	if (known) {
		*known = route;
		return NULL;
	}
	if (router->route_count == router->route_room) {
		router->route_room = router->route_room ? 2 * router->route_room : 32;
		router->route = realloc(router->route, router->route_room * sizeof(route));
		if (!router->route)
			abort();
	}
	router->route[router->route_count++] = route;
	return NULL;
}

/* The (*,*) that has VIF among its outputs. */
static const struct route *tree_of(const struct router *router, unsigned vif)
{
	for (unsigned i = 0; i < router->route_count; i++) {
		const struct route *route = &router->route[i];

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
		const struct route *route = &router->route[i], *tree;

		if (!addr_is_any(&route->source) || !addr_equal(&route->group, group))
			continue;
		tree = tree_of(router, route->input);
		if (route->outputs >> vif & 1 || (tree && tree->outputs >> vif & 1))
			return route;
	}
	return NULL;
}

uint32_t kernel_forward(const struct router *router, unsigned vif, const struct addr *source,
			const struct addr *group, enum misrouted *misrouted)
{
	const struct route like = {.source = *source, .group = *group};
	const struct route *route = find(router, &like), *tree;

	*misrouted = WELL_ROUTED;
	if (route) {
		if (route->input != vif)
			*misrouted = route->outputs >> vif & 1 ? ASKED_ABOUT : DROPPED;
		return route->input == vif ? route->outputs : 0;
	}
	route = starred(router, vif, group);
	tree = tree_of(router, route ? route->input : vif);
	if (route) {
		if (route->input != vif && !(tree && tree->outputs >> vif & 1))
			return 0;
		return route->outputs & ~(1U << vif);
	}
	if (tree && tree->input != vif)
		return tree->outputs & 1U << tree->input;
	return 0;
}
