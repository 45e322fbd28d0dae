/* SPDX-License-Identifier: MIT */
/* What RFC 4605 section 4.2 wants of the kernel's table as the callbacks make it. */
#include <stdlib.h>

#include "tests/model/state.h"

/* ---- the table ---- */

static uint32_t vifs(const struct model *model)
{
	uint32_t all = 0;

	for (unsigned n = 0; n < model->link_count; n++)
		all |= (uint32_t)1 << model->link[n].config->vif;
	return all;
}

/* A quarter of the routes is for groups that somebody has joined. */
static void note_count(struct model *model, uint32_t count)
{
	uint32_t most = model->config->max_routes;

	model->routes_limited |= most && count >= most;
	model->flows_limited |= most && count >= most - most / 4;
}

static bool is_joined(struct model *model, const struct addr *group)
{
	for (unsigned n = 0; n < model->link_count; n++)
		if (!model->link[n].config->upstream && (held_find(&model->link[n], group, false) ||
							 held_find(&model->link[n], group, true)))
			return true;
	return false;
}

static uint32_t count_sources(const struct model *model)
{
	uint32_t count = 0;

	for (unsigned i = 0; i < model->kernel->route_count; i++)
		count += !addr_is_any(&model->kernel->route[i].route.source);
	return count;
}

/* Who met the limit is routed with the next report after there is room again: from the first time
 * on single sources are not looked at any more. */
static void note_limit(struct model *model, const struct route *added)
{
	uint32_t count = count_sources(model) + !addr_is_any(&added->source);

	if (!addr_is_any(&added->source) && model->config->max_routes &&
	    count > model->config->max_routes)
		model_fail(model, "%u routes, more than max-routes", count);
	note_count(model, count);
}

const char *routes_tell(struct model *model, const struct route *told)
{
	struct route route = kernel_plain(told);
	const struct kernel_route *known =
		kernel_find(model->kernel, &route.source, &route.group, route.input);

	if (route.remove)
		return known ? NULL : "a route is removed that is not there";
	if (route.outputs & ~vifs(model))
		return "a route to a VIF that does not exist";
	if (known && known->route.input == route.input && known->route.outputs == route.outputs &&
	    !model->repeat_ok)
		return "a route is told again";
	if (!known)
		note_limit(model, &route);
	return NULL;
}

/* ---- what has to be ---- */

uint32_t model_outputs(struct model *model, unsigned input, const struct addr *source,
		       const struct addr *group)
{
	merge_read(model);
	return reading_outputs(&model->reading, input, group, source);
}

static bool is_forwarder(const struct model *model, unsigned vif)
{
	unsigned n = model_side(model, vif, false);

	return n < model->link_count && model->reading.entry[n].forwards;
}

static bool is_on_link(const struct link *link, const struct addr *source)
{
	for (unsigned i = 0; (link->up || link->held_until) && i < link->prefix_count; i++)
		if (addr_in_prefix(source, &link->prefix[i]))
			return true;
	return false;
}

/* The first upstream; PROXY_VIFS: none. */
static unsigned first_host(const struct model *model)
{
	for (unsigned n = 0; n < model->link_count; n++)
		if (model->link[n].config->upstream)
			return model->link[n].config->vif;
	return PROXY_VIFS;
}

/* PROXY_VIFS: there is no upstream that they could come from, any will do. Else where packets of
 * SOURCE come in: on its own link, else where unicast routes lead, else from the
 * upstream; from there, too, if another querier's link is meant. */
static unsigned right_input(const struct model *model, const struct addr *source)
{
	unsigned input = PROXY_VIFS, host = first_host(model);

	for (unsigned n = 0; n < model->link_count && input == PROXY_VIFS; n++)
		if (is_on_link(&model->link[n], source))
			input = model->link[n].config->vif;
	if (input == PROXY_VIFS)
		input = model->reverse_path(model->ctx, source);
	if (!model_host(model, input) && !is_forwarder(model, input))
		input = host;
	return host == PROXY_VIFS || (input == host && !model_host(model, host)->exists)
		       ? PROXY_VIFS
		       : input;
}

void routes_asked(struct model *model, const struct upcall *upcall)
{
	*GROW(model->flow, model->flow_count, model->flow_room) = (struct flow){
		upcall->source, upcall->group, upcall->vif, upcall->type == UPCALL_NOCACHE};
}

void routes_adopt(struct model *model, const struct route *route)
{
	if (addr_is_any(&route->source))
		return;
	/* It is taken from where it came in. */
	routes_asked(model,
		     &(struct upcall){UPCALL_WRONGVIF, route->input, route->source, route->group});
	note_count(model, count_sources(model));
}

static bool is_on_any_link(const struct model *model, const struct addr *source)
{
	for (unsigned n = 0; n < model->link_count; n++)
		if (is_on_link(&model->link[n], source))
			return true;
	return false;
}

static bool is_flow(const struct model *model, const struct route *route, unsigned vif)
{
	for (unsigned i = 0; i < model->flow_count; i++)
		if (addr_equal(&model->flow[i].source, &route->source) &&
		    addr_equal(&model->flow[i].group, &route->group) &&
		    (vif == PROXY_VIFS || model->flow[i].vif == vif))
			return true;
	return false;
}

/* A packet came in there once. That moves no source of a link of ours to another downstream, nor
 * one that the unicast routes put upstream; the addresses of a link may be an upstream's, too. */
static bool was_seen(const struct model *model, const struct route *route)
{
	return is_flow(model, route, route->input) &&
	       (model_host(model, route->input) ||
		(!is_on_any_link(model, &route->source) &&
		 model->reverse_path(model->ctx, &route->source) != first_host(model)));
}

/* Where data go out, or, of a downstream that is held, would. */
static uint32_t links_up(const struct model *model)
{
	uint32_t up = 0;

	for (unsigned n = 0; n < model->link_count; n++) {
		const struct link *link = &model->link[n];

		if (link->up || (link->held_until && !model_host(model, link->config->vif)))
			up |= UINT32_C(1) << link->config->vif;
	}
	return up;
}

static void check_source(struct model *model, const struct addr *source, const struct addr *group)
{
	const struct kernel_route *entry = kernel_find(model->kernel, source, group, PROXY_VIFS);
	const struct route *exact = entry ? &entry->route : NULL;
	uint32_t up = links_up(model);
	unsigned right;

	for (unsigned vif = 0; up >> vif; vif++) {
		uint32_t wanted, got;

		if (!(up >> vif & 1) || (exact && exact->input != vif))
			continue;
		wanted = reading_outputs(&model->reading, vif, group, source) & up;
		got = kernel_lookup(model->kernel, vif, source, group) & up;
		if (wanted != got)
			model_fail(model, "(%s,%s) from %u goes to %x, not to %x",
				   addr_text(source), addr_text(group), vif, got, wanted);
	}
	right = exact ? right_input(model, source) : PROXY_VIFS;
	if (right != PROXY_VIFS && exact->input != right && !was_seen(model, exact))
		model_fail(model, "(%s,%s) has the input %u, not %u", addr_text(source),
			   addr_text(group), exact->input, right);
}

/* Routes of what nobody has. */
static void check_leftovers(struct model *model, const struct list *groups)
{
	for (unsigned i = 0; i < model->kernel->route_count; i++) {
		const struct route *route = &model->kernel->route[i].route;
		struct list single = {0}, range = {0};

		if (addr_is_any(&route->group))
			continue;
		reading_points(&model->reading, &route->group, &single, &range);
		merge_listed(model, &route->group, &single);
		if (!list_has(groups, &route->group) && !model_is_local(model, &route->group))
			model_fail(model, "a route of %s, which nobody has",
				   addr_text(&route->group));
		else if (!addr_is_any(&route->source) && !list_has(&single, &route->source))
			model_fail(model, "a route of (%s,%s), which nobody has",
				   addr_text(&route->source), addr_text(&route->group));
		free(single.item);
		free(range.item);
	}
}

static void check_group(struct model *model, const struct addr *group)
{
	struct list single = {0}, range = {0};

	reading_points(&model->reading, group, &single, &range);
	merge_listed(model, group, &single);
	for (unsigned i = 0; i < range.count; i++)
		check_source(model, &range.item[i], group);
	for (unsigned i = 0; i < single.count && !model->routes_limited; i++)
		check_source(model, &single.item[i], group);
	free(single.item);
	free(range.item);
}

static void check_wildcards(struct model *model)
{
	bool mld = model->protocol == PROTOCOL_MLD;
	struct addr stranger = mld ? (struct addr){{0x20, 1, 0x0d, 0xb8, 0xff, 0xff, [15] = 0x77}}
				   : addr_ipv4(0x0afe0101);
	struct addr nowhere = mld ? (struct addr){{0xff, 5, [15] = 0x77}} : addr_ipv4(0xef7f7f7f);
	struct list groups = {0};

	model_groups(model, &groups);
	check_leftovers(model, &groups);
	check_source(model, &stranger, &nowhere);
	for (unsigned i = 0; i < groups.count; i++)
		check_group(model, &groups.item[i]);
	free(groups.item);
}

/* The VIF of the link that SOURCE is on; PROXY_VIFS: none, or somebody else forwards there, so that
 * it comes in elsewhere. */
static unsigned home_of(const struct model *model, const struct addr *source)
{
	for (unsigned n = 0; n < model->link_count; n++) {
		const struct link *link = &model->link[n];

		if (!link->config->upstream && !link->forwards)
			continue;
		for (unsigned i = 0; link->exists && i < link->prefix_count; i++)
			if (addr_in_prefix(source, &link->prefix[i]))
				return link->config->vif;
	}
	return PROXY_VIFS;
}

/* Nothing is taken from its input: then that has to be where the source is at home, else the
 * upstream at which it is subscribed; with `mutex` the next packet decides. */
static bool is_misplaced(const struct model *model, const struct route *route)
{
	const struct addr *source = &route->source, *group = &route->group;
	unsigned home = home_of(model, source);

	if (reading_takes_up(&model->reading, route->input, group, source) ||
	    reading_takes_down(&model->reading, route->input, group, source))
		return false;
	if (home < PROXY_VIFS || model->config->mutex)
		return home < PROXY_VIFS && route->input != home;
	for (unsigned n = 0; n < model->link_count; n++)
		if (reading_subscribes(&model->reading, n, group, source, AS_IT_IS))
			return true;
	return false;
}

/* Where every flow has a route of its own: the one it needs, from where it comes in. */
static void check_flows(struct model *model)
{
	uint32_t up = links_up(model);

	for (unsigned i = 0; i < model->kernel->route_count; i++) {
		const struct route *route = &model->kernel->route[i].route;
		uint32_t wanted = reading_outputs(&model->reading, route->input, &route->group,
						  &route->source);

		if (addr_is_any(&route->source))
			model_fail(model, "a wildcard route of %s", addr_text(&route->group));
		else if (!is_flow(model, route, PROXY_VIFS))
			model_fail(model, "a route of (%s,%s), of which nobody has heard",
				   addr_text(&route->source), addr_text(&route->group));
		else if (is_misplaced(model, route))
			model_fail(model, "(%s,%s) is not to be taken from %u",
				   addr_text(&route->source), addr_text(&route->group),
				   route->input);
		else if ((wanted ^ route->outputs) & up)
			model_fail(model, "(%s,%s) from %u goes to %x, not to %x",
				   addr_text(&route->source), addr_text(&route->group),
				   route->input, route->outputs & up, wanted & up);
	}
}

/* They come in at another downstream than that of their own link, from where they are taken: it is
 * another router that has put them there, and from here they could only go back or in circles. */
static bool is_astray(const struct model *model, const struct route *route, const struct flow *flow)
{
	return route->input == home_of(model, &flow->source) && !model_host(model, flow->vif);
}

/* The kernel's questions of this turn have an answer, if there is room. */
static void check_answers(struct model *model)
{
	for (unsigned i = 0; i < model->flow_count; i++) {
		struct flow *flow = &model->flow[i];
		const struct kernel_route *entry;
		const struct route *route;

		if (!flow->now)
			continue;
		flow->now = false;
		entry = kernel_find(model->kernel, &flow->source, &flow->group, PROXY_VIFS);
		route = entry ? &entry->route : NULL;
		if (!route && !model->routes_limited &&
		    (!model->flows_limited || is_joined(model, &flow->group)))
			model_fail(model, "(%s,%s) from %u: the kernel got no answer",
				   addr_text(&flow->source), addr_text(&flow->group), flow->vif);
		else if (route && home_of(model, &flow->source) < PROXY_VIFS &&
			 route->input != home_of(model, &flow->source) &&
			 !(model_host(model, route->input) && is_flow(model, route, route->input)))
			model_fail(model, "(%s,%s) is not at home on %u", addr_text(&flow->source),
				   addr_text(&flow->group), route->input);
		else if (route && route->input != flow->vif && !is_astray(model, route, flow) &&
			 reading_outputs(&model->reading, flow->vif, &flow->group, &flow->source) &&
			 !reading_outputs(&model->reading, route->input, &flow->group,
					  &flow->source))
			model_fail(model, "(%s,%s) comes from %u, the route takes it from %u",
				   addr_text(&flow->source), addr_text(&flow->group), flow->vif,
				   route->input);
	}
}

void routes_check(struct model *model)
{
	if (!model->per_source) {
		check_wildcards(model);
		return;
	}
	check_flows(model);
	check_answers(model);
}
