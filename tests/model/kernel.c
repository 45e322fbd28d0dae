/* SPDX-License-Identifier: MIT */
/* See kernel.h. */
#include "tests/model/kernel.h"

#include <stdlib.h>

/* How long packets wait for a route, and between two complaints about one. */
enum { UNRESOLVED_TIME = 10000, ASSERT_INTERVAL = 3000 };

struct route kernel_plain(const struct route *told)
{
	struct route route = *told;

	if (addr_is_any(&told->source))
		route.source = (struct addr){{0}};
	if (addr_is_any(&told->group))
		route.group = (struct addr){{0}};
	return route;
}

struct kernel_route *kernel_find(const struct kernel *kernel, const struct addr *source,
				 const struct addr *group, unsigned input)
{
	for (unsigned i = 0; i < kernel->route_count; i++) {
		const struct route *route = &kernel->route[i].route;

		if (addr_equal(&route->source, source) && addr_equal(&route->group, group) &&
		    (input == PROXY_VIFS || !addr_is_any(source) || route->input == input))
			return &kernel->route[i];
	}
	return NULL;
}

/* ---- what waits ---- */

static struct kernel_waiting *waiting(struct kernel *kernel, const struct addr *source,
				      const struct addr *group)
{
	for (unsigned i = 0; i < kernel->waiting_count; i++)
		if (addr_equal(&kernel->waiting[i].source, source) &&
		    addr_equal(&kernel->waiting[i].group, group))
			return &kernel->waiting[i];
	return NULL;
}

void kernel_refuse(struct kernel *kernel, const struct addr *source, const struct addr *group)
{
	struct kernel_waiting *found = waiting(kernel, source, group);

	if (found)
		*found = kernel->waiting[--kernel->waiting_count];
}

/* Nobody has asked about it in the last ten seconds. */
static bool starts_to_wait(struct kernel *kernel, int64_t now, const struct addr *source,
			   const struct addr *group)
{
	struct kernel_waiting *found = waiting(kernel, source, group);

	if (found && found->until > now)
		return false;
	if (!found)
		found = GROW(kernel->waiting, kernel->waiting_count, kernel->waiting_room);
	*found = (struct kernel_waiting){*source, *group, now + UNRESOLVED_TIME};
	return true;
}

/* ---- the table ---- */

bool kernel_tell(struct kernel *kernel, int64_t now, const struct route *told)
{
	struct route route = kernel_plain(told);
	struct kernel_route *known = kernel_find(kernel, &route.source, &route.group, route.input);

	if (route.remove) {
		if (known)
			memmove(known, known + 1,
				(size_t)(kernel->route + --kernel->route_count - known) *
					sizeof(*known));
		return known;
	}
	if (!known) {
		known = GROW(kernel->route, kernel->route_count, kernel->route_room);
		*known = (struct kernel_route){.used = now, .asserted = INT32_MIN};
	}
	known->route = route;
	kernel_refuse(kernel, &route.source, &route.group);
	return true;
}

/* ---- where a packet goes ---- */

/* mr_mfc_find_any_parent() of Linux: the youngest (*,*) that has VIF among its outputs. */
static const struct route *tree_of(const struct kernel *kernel, unsigned vif)
{
	for (unsigned i = kernel->route_count; i--;) {
		const struct route *route = &kernel->route[i].route;

		if (addr_is_any(&route->group) && route->outputs >> vif & 1)
			return route;
	}
	return NULL;
}

/* mr_mfc_find_any(): the youngest (*,G) that has VIF among its outputs, or whose input's tree has.
 */
static const struct route *group_route(const struct kernel *kernel, unsigned vif,
				       const struct addr *group)
{
	for (unsigned i = kernel->route_count; i--;) {
		const struct route *route = &kernel->route[i].route, *tree;

		if (!addr_is_any(&route->source) || !addr_equal(&route->group, group))
			continue;
		tree = tree_of(kernel, route->input);
		if (route->outputs >> vif & 1 || (tree && tree->outputs >> vif & 1))
			return route;
	}
	return NULL;
}

/* ip_mr_forward(): (*,G) takes what comes in at its input or anywhere in its input's tree, and
 * sends it to its outputs but that; (*,*) sends to its input only. */
static uint32_t by_wildcards(const struct kernel *kernel, unsigned vif, const struct addr *group,
			     bool *found)
{
	const struct route *starred = group_route(kernel, vif, group);
	const struct route *tree = tree_of(kernel, starred ? starred->input : vif);

	*found = starred || tree;
	if (starred) {
		if (starred->input != vif && !(tree && tree->outputs >> vif & 1))
			return 0;
		return starred->outputs & ~(1U << vif);
	}
	return tree && tree->input != vif ? tree->outputs & 1U << tree->input : 0;
}

uint32_t kernel_lookup(const struct kernel *kernel, unsigned vif, const struct addr *source,
		       const struct addr *group)
{
	const struct kernel_route *exact = kernel_find(kernel, source, group, PROXY_VIFS);
	bool found;

	if (exact)
		return exact->route.input == vif ? exact->route.outputs : 0;
	return by_wildcards(kernel, vif, group, &found);
}

/* With MRT_PIM it complains whether or not VIF is among the outputs. */
static uint32_t by_entry(struct kernel_route *entry, int64_t now, unsigned vif,
			 enum misrouted *misrouted)
{
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

uint32_t kernel_receive(struct kernel *kernel, int64_t now, unsigned vif, const struct addr *source,
			const struct addr *group, enum misrouted *misrouted)
{
	struct kernel_route *entry = kernel_find(kernel, source, group, PROXY_VIFS);
	uint32_t outputs;
	bool found;

	*misrouted = WELL_ROUTED;
	if (entry)
		return by_entry(entry, now, vif, misrouted);
	outputs = by_wildcards(kernel, vif, group, &found);
	if (!found)
		*misrouted = starts_to_wait(kernel, now, source, group) ? UNROUTED : DROPPED;
	return outputs;
}

void kernel_free(struct kernel *kernel)
{
	free(kernel->route);
	free(kernel->waiting);
	*kernel = (struct kernel){.route = NULL};
}
