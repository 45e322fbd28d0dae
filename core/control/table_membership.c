/* SPDX-License-Identifier: MIT */
/* The tables of groups, upstream memberships and routes; see table.h. Owns: where one of them is
 * that pauses. */
#include "core/control/column.h"
#include "core/control/table.h"
#include "core/kernel/mroute.h"

enum { PIECE = 32 /* memberships visited for one piece */ };

/* A pause may come between any two lines, and then the membership is visited again and may have
 * changed. So what has been told of it is known by its keys. */
static void begin_membership(struct control_answer *answer, const struct addr *group)
{
	if (addr_equal(group, &answer->group))
		return;
	answer->group = *group;
	answer->told = answer->partly = 0;
}

static uint64_t record_bit(const struct group_status *group)
{
	return UINT64_C(1) << (group->vif + (group->permanent ? PROXY_VIFS : 0));
}

/* The first line of GROUP after that of source LAST. */
static unsigned line_after(const struct group_status *group, const struct addr *last)
{
	unsigned low = 0, high = group->source_count;
	struct source_status entry;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		group->source(group, middle, &entry);
		if (addr_compare(&entry.address, last) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 1 + low;
}

/* Line 0 is the group itself, line N its source N - 1. */
static void tell_group(struct control_answer *answer, const struct group_status *group,
		       unsigned line)
{
	struct source_status entry = {.expires = group->expires};
	enum filter_mode mode = group->filter_mode;
	bool timer = mode == EXCLUDE;

	if (line) {
		group->source(group, line - 1, &entry);
		if (!group->upstream)
			mode = mode == INCLUDE || entry.expires ? INCLUDE : EXCLUDE;
		timer = mode == INCLUDE;
	}
	column_text(answer, answer->view->instance);
	column_text(answer, answer->view->interface[group->vif]->name);
	column_addr(answer, &group->group, "*");
	column_addr(answer, &entry.address, "*");
	column_text(answer, mode == EXCLUDE ? "exclude" : "include");
	if (!group->upstream) {
		column_number(answer, group->version);
		if (timer)
			column_remaining(answer, entry.expires);
		else
			column_text(answer, "-");
		if (group->tracked && !line)
			column_number(answer, group->host_count);
		else
			column_text(answer, "-");
	}
	column_end(answer);
	answer->last = entry.address;
}

static bool visit_group(struct control_answer *answer, const struct group_status *group)
{
	uint64_t bit = record_bit(group);
	unsigned line;

	begin_membership(answer, &group->group);
	if (answer->told & bit)
		return true;
	line = answer->partly == bit ? line_after(group, &answer->last) : 0;
	for (; line <= group->source_count; line++) {
		if (!column_room(answer))
			return false;
		tell_group(answer, group, line);
		answer->partly = bit;
	}
	answer->told |= bit;
	return true;
}

static bool visit_downstream(void *ctx, const struct group_status *group)
{
	return group->upstream || visit_group(ctx, group);
}

static bool visit_upstream(void *ctx, const struct group_status *group)
{
	return !group->upstream || visit_group(ctx, group);
}

static void put_outputs(struct control_answer *answer, uint32_t outputs)
{
	bool any = false;

	for (unsigned vif = 0; vif < PROXY_VIFS; vif++) {
		if (!(outputs & UINT32_C(1) << vif) || !answer->view->interface[vif])
			continue;
		if (any)
			answer->text[answer->length - 1] = ',';
		column_text(answer, answer->view->interface[vif]->name);
		any = true;
	}
	if (!any)
		column_text(answer, "-");
}

static void tell_route(struct control_answer *answer, const struct route *route)
{
	const struct control_view *view = answer->view;
	struct mroute_counters counters;

	column_text(answer, view->instance);
	column_addr(answer, &route->source, "*");
	column_addr(answer, &route->group, "*");
	/* (*,*) without an upstream has a VIF as its input that there is not. */
	column_text(answer, route->input < PROXY_VIFS && view->interface[route->input]
				    ? view->interface[route->input]->name
				    : "-");
	put_outputs(answer, route->outputs);
	if (mroute_read_counters(view->mroute, view->protocol, route, &counters)) {
		for (unsigned i = 0; i < 3; i++)
			column_text(answer, "-");
	} else {
		column_number(answer, counters.packets);
		column_number(answer, counters.bytes);
		column_number(answer, counters.wrong_if);
	}
	column_end(answer);
}

static bool visit_route(void *ctx, const struct route *route)
{
	struct control_answer *answer = ctx;

	begin_membership(answer, &route->group);
	if (answer->partly && addr_compare(&route->source, &answer->last) <= 0)
		return true;
	if (!column_room(answer))
		return false;
	tell_route(answer, route);
	answer->last = route->source;
	answer->partly = 1;
	return true;
}

void table_stop(struct control_answer *answer)
{
	if (answer->walking)
		proxy_walk_stop(answer->view->proxy, &answer->walk);
	answer->walking = false;
}

static bool tell_memberships(struct control_answer *answer, const struct control_view *view,
			     const struct proxy_visitor *visitor)
{
	if (!answer->walking) {
		proxy_walk_start(view->proxy, &answer->walk);
		answer->walking = true;
		answer->group = (struct addr){{0}};
		answer->told = answer->partly = 0;
	}
	if (proxy_walk(view->proxy, &answer->walk, answer->now, PIECE, visitor, answer))
		return false;
	table_stop(answer);
	return true;
}

bool table_groups(struct control_answer *answer, const struct control_view *view)
{
	return tell_memberships(answer, view, &(struct proxy_visitor){.group = visit_downstream});
}

bool table_upstream(struct control_answer *answer, const struct control_view *view)
{
	return tell_memberships(answer, view, &(struct proxy_visitor){.group = visit_upstream});
}

bool table_routes(struct control_answer *answer, const struct control_view *view)
{
	return tell_memberships(answer, view, &(struct proxy_visitor){.route = visit_route});
}
