/* SPDX-License-Identifier: MIT */
/* The proxy's status beside the model's state. */
#include <inttypes.h>
#include <stdlib.h>

#include "model_state.h"

enum { WALK_PIECE = 3 };

struct comparison {
	struct model *model;
	unsigned members, subscribed, routes;
};

/* ---- groups ---- */

static void differ(struct model *model, const struct group_status *status, const char *what,
		   int64_t right, int64_t got)
{
	model_fail(model, "%s %s: %s is %" PRId64 ", not %" PRId64, model_vif_text(status->vif),
		   addr_text(&status->group), what, got, right);
}

static void compare_source(struct model *model, const struct group_status *status,
			   const struct member *member, const struct source_status *got)
{
	for (unsigned i = 0; i < member->source_count; i++) {
		const struct wanted *source = &member->source[i];

		if (!addr_equal(&source->address, &got->address))
			continue;
		if (source->excluded != (got->expires <= model->now))
			differ(model, status, addr_text(&got->address),
			       source->excluded ? 0 : source->expires, got->expires);
		else if (!source->excluded && source->expires != got->expires)
			differ(model, status, addr_text(&got->address), source->expires,
			       got->expires);
		return;
	}
	model_fail(model, "%s %s: lists %s", model_vif_text(status->vif), addr_text(&status->group),
		   addr_text(&got->address));
}

static void compare_member(struct model *model, const struct group_status *status)
{
	struct link *link = &model->link[status->vif];
	struct member *member = held_find(link, &status->group, status->permanent);

	if (!member) {
		model_fail(model, "%s holds %s", model_vif_text(status->vif),
			   addr_text(&status->group));
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

static void compare_subscribed(struct model *model, const struct group_status *status)
{
	enum filter_mode mode;
	struct list list = {0}, got = {0};

	if (!model_merged(model, &status->group, &mode, &list))
		model_fail(model, "%s is subscribed upstream", addr_text(&status->group));
	for (unsigned i = 0; i < status->source_count; i++) {
		struct source_status source;

		status->source(status, i, &source);
		list_add(&got, &source.address);
	}
	if (mode != status->filter_mode || !list_equal(&list, &got))
		model_fail(model, "%s is subscribed upstream with another filter",
			   addr_text(&status->group));
	free(list.item);
	free(got.item);
}

static bool on_group(void *ctx, const struct group_status *status)
{
	struct comparison *comparison = ctx;
	struct model *model = comparison->model;

	if (status->vif >= model->link_count ||
	    status->upstream != model->link[status->vif].config->upstream) {
		model_fail(model, "%s has the wrong role", addr_text(&status->group));
	} else if (status->upstream) {
		comparison->subscribed++;
		compare_subscribed(model, status);
	} else {
		comparison->members++;
		compare_member(model, status);
	}
	return true;
}

static bool on_route(void *ctx, const struct route *shown)
{
	struct comparison *comparison = ctx;
	struct model *model = comparison->model;

	comparison->routes++;
	for (unsigned i = 0; i < model->route_count; i++) {
		const struct route *told = &model->route[i];

		if ((addr_equal(&told->source, &shown->source) ||
		     (addr_is_any(&told->source) && addr_is_any(&shown->source))) &&
		    (addr_equal(&told->group, &shown->group) ||
		     (addr_is_any(&told->group) && addr_is_any(&shown->group))) &&
		    told->input == shown->input && told->outputs == shown->outputs)
			return true;
	}
	model_fail(model, "status shows a route of %s that was not told", addr_text(&shown->group));
	return true;
}

/* A (*,*) that drops what comes in on a link that is not ours is shown nowhere. */
static unsigned routes_shown(const struct model *model)
{
	unsigned count = 0;

	for (unsigned i = 0; i < model->route_count; i++)
		count += !addr_is_any(&model->route[i].group) ||
			 model->route[i].input == model->upstream ||
			 model->route[i].input >= model->link_count;
	return count;
}

static unsigned members(const struct model *model)
{
	unsigned count = 0;

	for (unsigned vif = 0; vif < model->link_count; vif++)
		count += model->link[vif].member_count;
	return count;
}

static unsigned merged(const struct model *model)
{
	struct list groups = {0};
	unsigned count = 0;

	if (model->upstream == PROXY_VIFS)
		return 0;
	model_groups(model, &groups);
	for (unsigned i = 0; i < groups.count; i++) {
		enum filter_mode mode;
		struct list list = {0};

		count += model_merged(model, &groups.item[i], &mode, &list);
		free(list.item);
	}
	free(groups.item);
	return count;
}

static void compare_walk(struct model *model, struct proxy *proxy)
{
	static const struct proxy_visitor visitor = {on_group, on_route};
	struct comparison comparison = {.model = model};
	struct proxy_totals totals;
	struct proxy_walk walk;

	proxy_walk_start(proxy, &walk);
	while (proxy_walk(proxy, &walk, model->now, WALK_PIECE, &visitor, &comparison))
		;
	proxy_walk_stop(proxy, &walk);
	proxy_totals(proxy, &totals);
	if (comparison.members != members(model))
		model_fail(model, "%u groups are held, not %u", comparison.members, members(model));
	if (comparison.subscribed != merged(model))
		model_fail(model, "%u groups are subscribed upstream, not %u",
			   comparison.subscribed, merged(model));
	if (comparison.routes != routes_shown(model))
		model_fail(model, "status shows %u routes, %u were told", comparison.routes,
			   routes_shown(model));
	if (totals.groups != comparison.members)
		model_fail(model, "the total of groups is %u, not %u", totals.groups,
			   comparison.members);
}

/* ---- interfaces ---- */

static void compare_number(struct model *model, unsigned vif, const char *what, int64_t right,
			   int64_t got)
{
	if (right != got)
		model_fail(model, "%s: %s is %" PRId64 ", not %" PRId64, model_vif_text(vif), what,
			   got, right);
}

static void compare_values(struct model *model, unsigned vif, const struct values *got)
{
	const struct values *right = &model->link[vif].values;

	compare_number(model, vif, "robustness", right->robustness, got->robustness);
	compare_number(model, vif, "query interval", right->query_interval, got->query_interval);
	if (model->link[vif].config->upstream)
		return;
	compare_number(model, vif, "query response interval", right->query_response_interval,
		       got->query_response_interval);
	compare_number(model, vif, "last member query interval", right->last_member_query_interval,
		       got->last_member_query_interval);
	compare_number(model, vif, "last member query count", right->last_member_query_count,
		       got->last_member_query_count);
}

static void compare_link(struct model *model, struct proxy *proxy, unsigned vif)
{
	const struct link *link = &model->link[vif];
	struct proxy_interface_status status;
	int64_t next = link->querier ? link->query_at : link->other_until;

	proxy_interface_status(proxy, vif, &status);
	compare_number(model, vif, "up", link->active, status.up);
	compare_number(model, vif, "the role", link->config->upstream, status.upstream);
	if (!link->active)
		return;
	compare_values(model, vif, &status.values);
	compare_number(model, vif, "the version",
		       link->config->upstream ? link->version : link->configured.version,
		       status.version);
	if (!addr_equal(&link->address, &status.address))
		model_fail(model, "%s: the address is %s", model_vif_text(vif),
			   addr_text(&status.address));
	if (!addr_equal(link->config->upstream ? &link->heard : &link->other,
			&status.other_querier) &&
	    !(addr_is_any(&status.other_querier) &&
	      addr_is_any(link->config->upstream ? &link->heard : &link->other)))
		model_fail(model, "%s: the querier is %s", model_vif_text(vif),
			   addr_text(&status.other_querier));
	if (link->config->upstream)
		return;
	compare_number(model, vif, "querier", link->querier, status.querier);
	if (link->querier || !addr_is_any(&link->other))
		compare_number(model, vif, "the next query", next, status.next_query);
}

void status_check(struct model *model, struct proxy *proxy)
{
	for (unsigned vif = 0; vif < model->link_count; vif++)
		compare_link(model, proxy, vif);
	compare_walk(model, proxy);
}
