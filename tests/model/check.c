/* SPDX-License-Identifier: MIT */
/* The proxy's status beside the model's state. */
#include <inttypes.h>
#include <stdlib.h>

#include "tests/model/state.h"
#include "tests/model/walk.h"

enum { WALK_PIECE = 3 };

struct comparison {
	struct model *model;
	unsigned members, subscribed, routes;
};

/* ---- groups ---- */

static void differ(struct model *model, const struct group_status *status, const char *what,
		   int64_t right, int64_t got)
{
	model_fail(model, "VIF %u %s: %s is %" PRId64 ", not %" PRId64, status->vif,
		   addr_text(&status->group), what, got, right);
}

static void compare_source(struct model *model, const struct group_status *status,
			   const struct member *member, const struct source_status *got)
{
	for (unsigned i = 0; i < member->source_count; i++) {
		const struct wanted *source = &member->source[i];

		if (!addr_equal(&source->address, &got->address))
			continue;
		if (source->excluded != !got->expires)
			differ(model, status, addr_text(&got->address),
			       source->excluded ? 0 : source->expires, got->expires);
		else if (!source->excluded && source->expires != got->expires)
			differ(model, status, addr_text(&got->address), source->expires,
			       got->expires);
		return;
	}
	model_fail(model, "VIF %u %s: lists %s", status->vif, addr_text(&status->group),
		   addr_text(&got->address));
}

static void compare_member(struct model *model, const struct group_status *status)
{
	struct link *link = &model->link[model_side(model, status->vif, false)];
	struct member *member = held_find(link, &status->group, status->permanent);

	if (!member) {
		model_fail(model, "%s holds %s", model_link_text(link), addr_text(&status->group));
		return;
	}
	if (member->exclude != (status->filter_mode == EXCLUDE))
		differ(model, status, "the filter mode", member->exclude, status->filter_mode);
	if (member->exclude && member->expires != status->expires)
		differ(model, status, "the group timer", member->expires, status->expires);
	if (member->source_count != status->source_count)
		differ(model, status, "the number of sources", member->source_count,
		       status->source_count);
	if (held_version(model, member) != status->version)
		differ(model, status, "the version", held_version(model, member), status->version);
	for (unsigned i = 0; i < status->source_count; i++) {
		struct source_status source;

		status->source(status, i, &source);
		compare_source(model, status, member, &source);
	}
}

/* What is to be told at the end of the turn is what has to be subscribed. */
static void compare_subscribed(struct model *model, struct link *host,
			       const struct group_status *status)
{
	const struct subscribed *right = subscribed_find(host, &status->group);
	struct list got = {0};
	char expected[MODEL_TEXT / 4], text[MODEL_TEXT / 4];

	if (!subscribed_exists(right)) {
		model_fail(model, "%s is subscribed at %s", addr_text(&status->group),
			   model_link_text(host));
		return;
	}
	for (unsigned i = 0; i < status->source_count; i++) {
		struct source_status source;

		status->source(status, i, &source);
		list_add(&got, &source.address);
	}
	if (right->exclude != (status->filter_mode == EXCLUDE) || !list_equal(&right->source, &got))
		model_fail(model, "%s is subscribed at %s as %s %s, not %s %s",
			   addr_text(&status->group), model_link_text(host),
			   status->filter_mode == EXCLUDE ? "EXCLUDE" : "INCLUDE",
			   list_text(&got, text, sizeof(text)),
			   right->exclude ? "EXCLUDE" : "INCLUDE",
			   list_text(&right->source, expected, sizeof(expected)));
	free(got.item);
}

/* Of an upstream where nothing runs nobody is told anything. */
static bool on_group(void *ctx, const struct group_status *status)
{
	struct comparison *comparison = ctx;
	struct model *model = comparison->model;
	unsigned n = model_side(model, status->vif, status->upstream);

	if (n == model->link_count) {
		model_fail(model, "%s has the wrong role", addr_text(&status->group));
	} else if (!status->upstream) {
		comparison->members++;
		compare_member(model, status);
	} else if (model->link[n].active) {
		comparison->subscribed++;
		compare_subscribed(model, &model->link[n], status);
	}
	return true;
}

static bool on_route(void *ctx, const struct route *shown)
{
	struct comparison *comparison = ctx;
	struct model *model = comparison->model;

	comparison->routes++;
	for (unsigned i = 0; i < model->kernel->route_count; i++) {
		const struct route *told = &model->kernel->route[i].route;

		if (addr_same(&told->source, &shown->source) &&
		    addr_same(&told->group, &shown->group) && told->input == shown->input &&
		    told->outputs == shown->outputs)
			return true;
	}
	model_fail(model, "status shows a route of %s that was not told", addr_text(&shown->group));
	return true;
}

/* A (*,*) that drops what comes in on a link that is not ours is shown nowhere. */
static unsigned routes_shown(const struct model *model)
{
	unsigned count = 0;

	for (unsigned i = 0; i < model->kernel->route_count; i++) {
		const struct route *route = &model->kernel->route[i].route;
		bool router = model_router(model, route->input),
		     known = router || model_host(model, route->input);

		/* Not what drops all that comes in somewhere, or all of a local group. */
		count += addr_is_any(&route->group) ? !router
						    : known || !addr_is_any(&route->source);
	}
	return count;
}

static unsigned members(const struct model *model)
{
	unsigned count = 0;

	for (unsigned n = 0; n < model->link_count; n++)
		count += model->link[n].member_count;
	return count;
}

static unsigned subscriptions(const struct model *model)
{
	unsigned count = 0;

	for (unsigned n = 0; n < model->link_count; n++)
		for (unsigned i = 0; i < model->link[n].subscribed_count; i++)
			count += subscribed_exists(&model->link[n].subscribed[i]);
	return count;
}

static void compare_walk(struct model *model, struct proxy *proxy)
{
	struct comparison comparison = {.model = model};
	struct proxy_totals totals;

	walk_all(proxy, model->now, WALK_PIECE, on_group, on_route, &comparison);
	proxy_totals(proxy, &totals);
	if (comparison.members != members(model))
		model_fail(model, "%u groups are held, not %u", comparison.members, members(model));
	if (comparison.subscribed != subscriptions(model))
		model_fail(model, "%u groups are subscribed upstream, not %u",
			   comparison.subscribed, subscriptions(model));
	if (comparison.routes != routes_shown(model))
		model_fail(model, "status shows %u routes, %u were told", comparison.routes,
			   routes_shown(model));
	if (totals.groups != comparison.members)
		model_fail(model, "the total of groups is %u, not %u", totals.groups,
			   comparison.members);
}

/* ---- what it lists ---- */

void status_forget_listed(struct model *model)
{
	while (model->listed_count)
		free(model->listed[--model->listed_count].source.item);
}

static bool list_group(void *ctx, const struct group_status *status)
{
	struct model *model = ctx;
	struct listed *listed;

	if (!status->upstream || status->filter_mode != EXCLUDE)
		return true;
	listed = GROW(model->listed, model->listed_count, model->listed_room);
	*listed = (struct listed){.entry = model_side(model, status->vif, true),
				  .group = status->group};
	for (unsigned i = 0; i < status->source_count; i++) {
		struct source_status source;

		status->source(status, i, &source);
		list_add(&listed->source, &source.address);
	}
	return true;
}

void status_list(struct model *model, struct proxy *proxy)
{

	if (!model->per_source)
		return;
	status_forget_listed(model);
	walk_all(proxy, model->now, WALK_PIECE, list_group, NULL, model);
}

/* ---- interfaces ---- */

static void compare_number(struct model *model, unsigned entry, const char *what, int64_t right,
			   int64_t got)
{
	if (right != got)
		model_fail(model, "%s: %s is %" PRId64 ", not %" PRId64,
			   model_entry_text(model, entry), what, got, right);
}

static void compare_values(struct model *model, unsigned entry, const struct values *got)
{
	const struct values *right = &model->link[entry].values;

	compare_number(model, entry, "robustness", right->robustness, got->robustness);
	compare_number(model, entry, "query interval", right->query_interval, got->query_interval);
	if (model->link[entry].config->upstream)
		return;
	compare_number(model, entry, "query response interval", right->query_response_interval,
		       got->query_response_interval);
	compare_number(model, entry, "last member query interval",
		       right->last_member_query_interval, got->last_member_query_interval);
	compare_number(model, entry, "last member query count", right->last_member_query_count,
		       got->last_member_query_count);
}

static void compare_link(struct model *model, struct proxy *proxy, unsigned entry)
{
	const struct link *link = &model->link[entry];
	struct proxy_interface_status status;
	int64_t next = link->querier ? link->query_at : link->other_until;

	proxy_interface_status(proxy, entry, &status);
	compare_number(model, entry, "the VIF", link->config->vif, status.vif);
	compare_number(model, entry, "up", link->active, status.up);
	compare_number(model, entry, "held", link->held_until != 0, status.held);
	compare_number(model, entry, "the role", link->config->upstream, status.upstream);
	if (!link->active)
		return;
	compare_values(model, entry, &status.values);
	compare_number(model, entry, "the version",
		       link->config->upstream ? link->version : link->configured.version,
		       status.version);
	if (!addr_equal(&link->address, &status.address))
		model_fail(model, "%s: the address is %s", model_entry_text(model, entry),
			   addr_text(&status.address));
	if (!addr_same(link->config->upstream ? &link->heard : &link->other, &status.other_querier))
		model_fail(model, "%s: the querier is %s", model_entry_text(model, entry),
			   addr_text(&status.other_querier));
	if (link->config->upstream)
		return;
	compare_number(model, entry, "querier", link->querier, status.querier);
	compare_number(model, entry, "the forwarder", rivals_state(link), status.forwarder);
	if (!addr_same(addr_is_any(&link->rival) && link->data_until < NEVER ? &link->asker
									     : &link->rival,
		       &status.other_forwarder))
		model_fail(model, "%s: the other forwarder is %s", model_entry_text(model, entry),
			   addr_text(&status.other_forwarder));
	if (link->querier || !addr_is_any(&link->other))
		compare_number(model, entry, "the next query", next, status.next_query);
}

void status_check(struct model *model, struct proxy *proxy)
{
	if (model->per_source != (proxy_forwarding(proxy) != FORWARDING_WILDCARD))
		model_fail(model, "forwarding is %d", proxy_forwarding(proxy));
	for (unsigned entry = 0; entry < model->link_count; entry++)
		compare_link(model, proxy, entry);
	compare_walk(model, proxy);
}
