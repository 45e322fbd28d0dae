/* SPDX-License-Identifier: MIT */
/*
 * What a proxy makes of the kernel's routes that it takes over from one that died (proxy_adopt()):
 * from each route who must have wanted it, for as long as the startup queries and their answers
 * take.
 */
#include "tests/model/state.h"

enum { DELIVERY = 1000 };

static int64_t lasts_until(const struct model *model, const struct link *link)
{
	const struct values *values = &link->values;

	if (!link->querier)
		return model->now + variables_membership(link);
	return model->now +
	       (int64_t)(values->startup_query_count - 1) * values->startup_query_interval +
	       values->query_response_interval + DELIVERY;
}

/* Hosts there want all of a group or nothing. */
static bool is_old(const struct model *model, const struct link *link)
{
	return link->configured.version < newest_version(model->protocol);
}

/* Does a static join explain the output? */
static bool is_static(struct link *link, const struct route *route)
{
	const struct member *member = held_find(link, &route->group, true);

	if (!member)
		return false;
	return addr_is_any(&route->source) ? member->exclude : held_wants(member, &route->source);
}

static bool is_excluding(struct link *link, const struct addr *group, bool permanent)
{
	const struct member *member = held_find(link, group, permanent);

	return member && member->exclude;
}

/* With S wanted on LINK as the outputs say elsewhere, would it need no route of its own? */
static bool is_like_the_rest(struct model *model, struct link *link, const struct route *route)
{
	for (unsigned n = 0; n < model->link_count; n++) {
		struct link *other = &model->link[n];
		bool out = route->outputs >> other->config->vif & 1 || other == link;

		if (!other->config->upstream && out != (is_excluding(other, &route->group, false) ||
							is_excluding(other, &route->group, true)))
			return false;
	}
	return true;
}

static struct member *find_or_add(struct link *link, const struct addr *group)
{
	struct member *member = held_find(link, group, false);

	/* Nobody has reported it: all of the limits is for it. */
	link->reporter = link->reserve = 0;
	if (member || !reporter_finds_group(link))
		return member;
	return held_add(link, group, false);
}

static void hold_group(struct model *model, struct link *link, const struct addr *group)
{
	struct member *member;

	if (model_is_ssm(model, group))
		return;
	member = find_or_add(link, group);
	if (!member)
		return;
	member->exclude = true;
	member->expires = member->unknown_until = lasts_until(model, link);
}

/* Who has more sources than may be listed wants all. */
static void hold_source(struct model *model, struct link *link, struct member *member,
			const struct addr *source)
{
	member->unknown_until = lasts_until(model, link);
	held_run(link, member, source, member->unknown_until);
	if (!model->per_source || !member->source_count || held_source(member, source) ||
	    model_is_ssm(model, &member->group))
		return;
	member->source_count = 0;
	member->exclude = true;
	member->expires = member->unknown_until;
}

static void adopt_group(struct model *model, struct link *link, const struct route *route)
{
	if (route->outputs >> link->config->vif & 1 && !is_static(link, route))
		hold_group(model, link, &route->group);
}

/* Where S comes in, the route does not say: but it says that there is reason for it. */
static void adopt_source(struct model *model, struct link *link, const struct route *route)
{
	bool out = route->outputs >> link->config->vif & 1;
	bool excluding = is_excluding(link, &route->group, false);
	struct member *member;

	if (!model->per_source && route->input == link->config->vif)
		out = !is_like_the_rest(model, link, route) && (excluding || !is_old(model, link));
	if (out ? excluding || is_static(link, route) : !excluding || model->per_source)
		return;
	/* Of an interface that is both it may have been the upstream that it went to. */
	if (out && model->per_source && is_old(model, link) &&
	    !model_host(model, link->config->vif) && !model_is_ssm(model, &route->group)) {
		hold_group(model, link, &route->group);
		return;
	}
	member = find_or_add(link, &route->group);
	if (!member)
		return;
	if (out)
		hold_source(model, link, member, &route->source);
	else
		held_exclude(link, member, &route->source);
	if (!member->exclude && !member->source_count)
		held_delete(link, member);
}

static bool is_held(struct model *model, const struct addr *group)
{
	for (unsigned n = 0; n < model->link_count; n++)
		if (held_find(&model->link[n], group, false) ||
		    held_find(&model->link[n], group, true))
			return true;
	return false;
}

/* Whatever it led to is gone: upstream it is left. */
static void adopt_upstream(struct model *model, const struct route *route)
{
	unsigned n = model_side(model, route->input, true);

	if (n < model->link_count && model->link[n].active && !model->per_source &&
	    !model_is_local(model, &route->group) && !is_held(model, &route->group))
		upstream_adopt(&model->link[n], &route->group);
}

/* Wildcards are for links that are ours alone; where what comes in is dropped, somebody else
 * forwards, who says so three times until he has to be believed dead. */
static void adopt_links(struct model *model, const struct route *route)
{
	for (unsigned n = 0; n < model->link_count; n++) {
		struct link *link = &model->link[n];

		if (!link->forwards)
			continue;
		link->alone = true;
		link->shared_until = NEVER;
		if (!link->active || !addr_is_any(&route->group) ||
		    link->config->vif != route->input || link->config->querier != QUERIER_AUTO ||
		    route->outputs != UINT32_C(1) << route->input)
			continue;
		link->forwards = link->alone = false;
		rivals_share(model, link);
		link->rival_until = model->now + 3 * 4000;
	}
}

void model_adopt(struct model *model, int64_t now, const struct route *route)
{
	bool whole = addr_is_any(&route->source);

	model->now = now;
	model->repeat_ok = false;
	for (unsigned n = 0; n < model->link_count; n++) {
		if (!model->link[n].config->upstream && route->input < PROXY_VIFS &&
		    route->outputs >> model->link[n].config->vif & 1)
			downstream_adopt(model, n);
		/* What was adopted before that was known. */
		model->repeat_ok |= model->link[n].held_until != 0;
	}
	if (whole && route->input < PROXY_VIFS)
		adopt_links(model, route);
	merge_read(model);
	routes_adopt(model, route);
	if (!hearing_is_kept(model, &route->group))
		return;
	for (unsigned n = 0; n < model->link_count; n++) {
		struct link *link = &model->link[n];

		if (link->config->upstream)
			continue;
		if (!link->active && !link->held_until)
			continue;
		if (whole)
			adopt_group(model, link, route);
		else
			adopt_source(model, link, route);
	}
	adopt_upstream(model, route);
}
