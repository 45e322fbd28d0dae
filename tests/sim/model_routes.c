/* SPDX-License-Identifier: MIT */
/*
 * The kernel's table as the callbacks make it, the kernel's rules of looking it up, and what RFC
 * 4605 section 4.2 wants of it.
 */
#include <stdlib.h>

#include "model_state.h"

/* ---- the table ---- */

static struct addr plain(const struct addr *addr)
{
	return addr_is_any(addr) ? (struct addr){{0}} : *addr;
}

/* INPUT tells (*,G) and (*,*) apart, as in the kernel. */
static struct route *find_route(const struct model *model, const struct addr *source,
				const struct addr *group, unsigned input)
{
	for (unsigned i = 0; i < model->route_count; i++) {
		struct route *route = &model->route[i];

		if (addr_equal(&route->source, source) && addr_equal(&route->group, group) &&
		    (input == PROXY_VIFS || !addr_is_any(source) || route->input == input))
			return route;
	}
	return NULL;
}

/* Who met the limit is routed with the next report after there is room again: from the first time
 * on single sources are not looked at any more. */
static void note_limit(struct model *model)
{
	uint32_t count = 0;

	for (unsigned i = 0; i < model->route_count; i++)
		count += !addr_is_any(&model->route[i].source);
	if (model->config->max_routes && count > model->config->max_routes)
		model_fail(model, "%u routes, more than max-routes", count);
	model->routes_limited |= model->config->max_routes && count >= model->config->max_routes;
}

const char *routes_tell(struct model *model, const struct route *told)
{
	struct route route = *told, *known;

	route.source = plain(&told->source);
	route.group = plain(&told->group);
	if (route.outputs >> model->link_count || route.input > model->link_count)
		return "a route with a VIF that does not exist";
	known = find_route(model, &route.source, &route.group, route.input);
	if (route.remove) {
		if (!known)
			return "a route is removed that is not there";
		*known = model->route[--model->route_count];
		return NULL;
	}
	if (known && known->input == route.input && known->outputs == route.outputs &&
	    !model->repeat_ok)
		return "a route is told again";
	if (!known) {
		model->route = model_grow(model->route, model->route_count, &model->route_room,
					  sizeof(*model->route));
		known = &model->route[model->route_count++];
	}
	*known = route;
	note_limit(model);
	return NULL;
}

/* ---- the kernel: mr_mfc_find_any_parent(), mr_mfc_find_any(), ip_mr_forward() ---- */

static const struct route *tree_of(const struct model *model, unsigned vif)
{
	for (unsigned i = 0; i < model->route_count; i++)
		if (addr_is_any(&model->route[i].group) && model->route[i].outputs >> vif & 1)
			return &model->route[i];
	return NULL;
}

static const struct route *group_route(const struct model *model, unsigned vif,
				       const struct addr *group)
{
	for (unsigned i = 0; i < model->route_count; i++) {
		const struct route *route = &model->route[i], *tree;

		if (!addr_is_any(&route->source) || !addr_equal(&route->group, group))
			continue;
		tree = tree_of(model, route->input);
		if (route->outputs >> vif & 1 || (tree && tree->outputs >> vif & 1))
			return route;
	}
	return NULL;
}

uint32_t model_forward(const struct model *model, unsigned vif, const struct addr *source,
		       const struct addr *group)
{
	const struct route *exact = find_route(model, source, group, PROXY_VIFS);
	const struct route *starred = group_route(model, vif, group), *tree;

	if (exact)
		return exact->input == vif ? exact->outputs : 0;
	tree = tree_of(model, starred ? starred->input : vif);
	if (starred) {
		if (starred->input != vif && !(tree && tree->outputs >> vif & 1))
			return 0;
		return starred->outputs & ~(1U << vif);
	}
	return tree && tree->input != vif ? tree->outputs & 1U << tree->input : 0;
}

/* ---- what has to be ---- */

/* Both directions are the querier's alone: the proxy that is not would send upstream again what the
 * other one has sent downstream. */
bool model_is_forwarder(const struct model *model, unsigned vif)
{
	const struct link *link = &model->link[vif];

	return link->active && !link->config->upstream &&
	       (link->querier || link->config->querier == QUERIER_NEVER);
}

bool model_wants(const struct model *model, unsigned vif, const struct addr *source,
		 const struct addr *group)
{
	const struct link *link = &model->link[vif];

	for (unsigned i = 0; i < link->member_count; i++)
		if (addr_equal(&link->member[i].group, group) &&
		    held_wants(&link->member[i], source))
			return true;
	return false;
}

static uint32_t right_outputs(const struct model *model, unsigned input, const struct addr *source,
			      const struct addr *group)
{
	uint32_t outputs = 0;

	if (input != model->upstream && !model_is_forwarder(model, input))
		return 0;
	for (unsigned vif = 0; vif < model->link_count; vif++) {
		if (vif == input)
			continue;
		if (vif == model->upstream ? model->link[vif].up && !model_is_local(model, group)
					   : model_is_forwarder(model, vif) &&
						     model_wants(model, vif, source, group))
			outputs |= 1U << vif;
	}
	return outputs;
}

static bool is_on_link(const struct link *link, const struct addr *source)
{
	for (unsigned i = 0; link->up && i < link->prefix_count; i++)
		if (addr_in_prefix(source, &link->prefix[i]))
			return true;
	return false;
}

/* PROXY_VIFS: there is no upstream that they could come from, any will do. Else where packets of
 * SOURCE come in: on its own link, else where unicast routes lead, else from the
 * upstream; from there, too, if another querier's link is meant. */
static unsigned right_input(const struct model *model, const struct addr *source)
{
	unsigned input = PROXY_VIFS;

	for (unsigned vif = 0; vif < model->link_count && input == PROXY_VIFS; vif++)
		if (is_on_link(&model->link[vif], source))
			input = vif;
	if (input == PROXY_VIFS)
		input = model->reverse_path(model->ctx, source);
	if (input >= model->link_count ||
	    (input != model->upstream && !model_is_forwarder(model, input)))
		input = model->upstream;
	return input == model->upstream && (input == PROXY_VIFS || !model->link[input].exists)
		       ? PROXY_VIFS
		       : input;
}

void routes_moved(struct model *model, const struct upcall *upcall)
{
	if (upcall->type != UPCALL_WRONGVIF)
		return;
	model->moved = model_grow(model->moved, model->moved_count, &model->moved_room,
				  sizeof(*model->moved));
	model->moved[model->moved_count++] =
		(struct moved){upcall->source, upcall->group, upcall->vif};
}

static bool is_on_any_link(const struct model *model, const struct addr *source)
{
	for (unsigned vif = 0; vif < model->link_count; vif++)
		if (is_on_link(&model->link[vif], source))
			return true;
	return false;
}

/* A packet came in there once. That moves no source of a link of ours, nor one that the unicast
 * routes put upstream. */
static bool was_seen(const struct model *model, const struct route *route)
{
	if (is_on_any_link(model, &route->source) ||
	    model->reverse_path(model->ctx, &route->source) == model->upstream)
		return false;
	for (unsigned i = 0; i < model->moved_count; i++)
		if (addr_equal(&model->moved[i].source, &route->source) &&
		    addr_equal(&model->moved[i].group, &route->group) &&
		    model->moved[i].vif == route->input)
			return true;
	return false;
}

static uint32_t links_up(const struct model *model)
{
	uint32_t up = 0;

	for (unsigned vif = 0; vif < model->link_count; vif++)
		up |= (uint32_t)model->link[vif].up << vif;
	return up;
}

static void check_source(struct model *model, const struct addr *source, const struct addr *group)
{
	const struct route *exact = find_route(model, source, group, PROXY_VIFS);
	uint32_t up = links_up(model);
	unsigned right;

	for (unsigned vif = 0; vif < model->link_count; vif++) {
		uint32_t wanted, got;

		if (!(up >> vif & 1) || (exact && exact->input != vif))
			continue;
		wanted = right_outputs(model, vif, source, group) & up;
		got = model_forward(model, vif, source, group) & up;
		if (wanted != got)
			model_fail(model, "(%s,%s) from %u goes to %x, not to %x",
				   addr_text(source), addr_text(group), vif, got, wanted);
	}
	right = exact ? right_input(model, source) : PROXY_VIFS;
	if (right != PROXY_VIFS && exact->input != right && !was_seen(model, exact))
		model_fail(model, "(%s,%s) has the input %u, not %u", addr_text(source),
			   addr_text(group), exact->input, right);
}

static void listed_sources(const struct model *model, const struct addr *group, struct list *list)
{
	for (unsigned vif = 0; vif < model->link_count; vif++)
		for (unsigned i = 0; i < model->link[vif].member_count; i++) {
			const struct member *member = &model->link[vif].member[i];

			if (!addr_equal(&member->group, group))
				continue;
			for (unsigned s = 0; s < member->source_count; s++)
				if (!list_has(list, &member->source[s].address))
					list_add(list, &member->source[s].address);
		}
}

/* Routes of what nobody has. */
static void check_leftovers(struct model *model, const struct list *groups)
{
	for (unsigned i = 0; i < model->route_count; i++) {
		const struct route *route = &model->route[i];
		struct list listed = {0};

		if (addr_is_any(&route->group))
			continue;
		listed_sources(model, &route->group, &listed);
		if (!list_has(groups, &route->group) && !model_is_local(model, &route->group))
			model_fail(model, "a route of %s, which nobody has",
				   addr_text(&route->group));
		else if (!addr_is_any(&route->source) && !list_has(&listed, &route->source))
			model_fail(model, "a route of (%s,%s), which nobody has",
				   addr_text(&route->source), addr_text(&route->group));
		free(listed.item);
	}
}

void routes_check(struct model *model)
{
	bool mld = model->protocol == PROTOCOL_MLD;
	struct addr stranger = mld ? (struct addr){{0x20, 1, 0x0d, 0xb8, 0xff, 0xff, [15] = 0x77}}
				   : addr_ipv4(0x0afe0101);
	struct addr nowhere = mld ? (struct addr){{0xff, 5, [15] = 0x77}} : addr_ipv4(0xef7f7f7f);
	struct list groups = {0};

	model_groups(model, &groups);
	check_leftovers(model, &groups);
	check_source(model, &stranger, &nowhere);
	for (unsigned i = 0; i < groups.count; i++) {
		struct list sources = {0};

		listed_sources(model, &groups.item[i], &sources);
		check_source(model, &stranger, &groups.item[i]);
		for (unsigned s = 0; s < sources.count && !model->routes_limited; s++)
			check_source(model, &sources.item[s], &groups.item[i]);
		free(sources.item);
	}
	free(groups.item);
}
