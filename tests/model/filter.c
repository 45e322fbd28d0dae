/* SPDX-License-Identifier: MIT */
/*
 * Filters as they are written, and which upstream is told what: for each source by itself, whether
 * a downstream offers it and an upstream takes it (RFC 4605 section 4.1 for several upstreams).
 */
#include <stdlib.h>

#include "tests/model/state.h"

/* ---- filters ---- */

static bool is_everything(const struct addr range[2])
{
	for (unsigned i = 0; i < 16; i++)
		if (range[0].byte[i] || range[1].byte[i] != 255)
			return false;
	return true;
}

bool filter_lets(const struct filter_list *list, unsigned vif, const struct addr *group,
		 const struct addr *source)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct filter_rule *rule = &list->rule[i];

		if ((rule->vif == PROXY_VIFS || rule->vif == vif) &&
		    addr_within(group, rule->group) && addr_within(source, rule->source))
			return list->whitelist;
	}
	return !list->whitelist;
}

/* ---- where verdicts change ---- */

static void rule_points(const struct filter_list *list, const struct addr *group,
			struct list *single, struct list *range)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct addr *source = list->rule[i].source;
		struct addr behind = addr_behind(source[1]);

		if (!addr_within(group, list->rule[i].group))
			continue;
		if (addr_equal(&source[0], &source[1]))
			list_add_new(single, &source[0]);
		else
			list_add_new(range, &source[0]);
		list_add_new(range, &behind);
	}
}

/* What the groups of all downstreams list, and (S,G) whose data come in at one upstream alone. */
void filter_listed(const struct model *model, const struct addr *group, struct list *listed)
{
	for (unsigned n = 0; n < model->link_count; n++)
		for (unsigned i = 0; i < model->link[n].member_count; i++) {
			const struct member *member = &model->link[n].member[i];

			for (unsigned s = 0; s < member->source_count; s++)
				if (addr_equal(&member->group, group))
					list_add_new(listed, &member->source[s].address);
		}
	for (unsigned i = 0; model->config->mutex && i < model->kernel->route_count; i++)
		if (addr_equal(&model->kernel->route[i].route.group, group) &&
		    !addr_is_any(&model->kernel->route[i].route.source))
			list_add_new(listed, &model->kernel->route[i].route.source);
}

void filter_points(const struct model *model, const struct addr *group, struct list *single,
		   struct list *range)
{
	bool igmp = model->protocol == PROTOCOL_IGMP;
	struct addr lowest = igmp ? addr_ipv4(1) : (struct addr){{[15] = 1}};
	unsigned kept = 0;

	for (unsigned n = 0; n < model->link_count; n++) {
		rule_points(&model->link[n].filter->in, group, single, range);
		rule_points(&model->link[n].filter->out, group, single, range);
	}
	list_add_new(range, &lowest);
	/* The first of each range; of `*` the lowest one of the other family. */
	for (unsigned i = 0; i < range->count; i++)
		if (addr_is_ipv4(&range->item[i]) == igmp && !addr_is_any(&range->item[i]) &&
		    !list_has(single, &range->item[i]))
			range->item[kept++] = range->item[i];
	range->count = kept;
}

/* ---- memberships ---- */

/* UNLISTED: by whoever lists what he does not want, as if he had not listed it. */
static bool is_wanted(const struct link *down, const struct addr *source, const struct addr *group,
		      bool unlisted)
{
	for (unsigned i = 0; i < down->member_count; i++) {
		const struct member *member = &down->member[i];

		if (addr_equal(&member->group, group) &&
		    (unlisted ? member->exclude : held_wants(member, source)))
			return true;
	}
	return false;
}

bool merge_offers(const struct link *down, unsigned from, const struct addr *source,
		  const struct addr *group, bool unlisted)
{
	return !down->config->upstream && down->config->vif != from &&
	       is_wanted(down, source, group, unlisted) &&
	       filter_lets(&down->filter->out, from, group, source);
}

static bool takes(const struct link *host, const struct addr *source, const struct addr *group)
{
	return host->config->upstream && host->active &&
	       filter_lets(&host->filter->in, host->config->vif, group, source);
}

/* At the first upstream that takes it; what that does not cover goes on to the next. */
static bool is_first(const struct model *model, const struct link *host, const struct link *down,
		     const struct addr *source, const struct addr *group, bool unlisted)
{
	for (const struct link *earlier = model->link; earlier < host; earlier++)
		if (takes(earlier, source, group) &&
		    merge_offers(down, earlier->config->vif, source, group, unlisted))
			return false;
	return true;
}

/* Should it be subscribed there, if its data come from nowhere yet? */
static bool is_offered(const struct model *model, const struct link *host,
		       const struct addr *source, const struct addr *group, bool unlisted)
{
	if (!takes(host, source, group))
		return false;
	for (unsigned n = 0; n < model->link_count; n++) {
		const struct link *down = &model->link[n];

		if (merge_offers(down, host->config->vif, source, group, unlisted) &&
		    (model->config->mutex || is_first(model, host, down, source, group, unlisted)))
			return true;
	}
	return false;
}

/* Another upstream has it already: a route is there whose input that is. */
static bool comes_elsewhere(const struct model *model, const struct link *host,
			    const struct addr *source, const struct addr *group)
{
	for (unsigned i = 0; i < model->kernel->route_count; i++) {
		const struct route *route = &model->kernel->route[i].route;
		const struct link *other = model_host(model, route->input);

		if (addr_equal(&route->source, source) && addr_equal(&route->group, group) &&
		    other && other != host && is_offered(model, other, source, group, false))
			return true;
	}
	return false;
}

bool merge_subscribes(const struct model *model, const struct link *host, const struct addr *source,
		      const struct addr *group)
{
	if (model_is_local(model, group) || addr_is_link_scope(group))
		return false;
	return is_offered(model, host, source, group, false) &&
	       !(model->config->mutex && comes_elsewhere(model, host, source, group));
}

/* ---- lists of sources ---- */

/* A single address or the first of a range, which ends before the next. */
struct piece {
	struct addr first;
	bool single, wanted;
	bool covered; /* a single address, but within the range of some rule */
};

static bool is_covered(const struct filter_list *list, const struct addr *group,
		       const struct addr *source)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct filter_rule *rule = &list->rule[i];

		if (addr_within(group, rule->group) && addr_within(source, rule->source) &&
		    !addr_equal(&rule->source[0], &rule->source[1]) && !is_everything(rule->source))
			return true;
	}
	return false;
}

static int by_address(const void *a, const void *b)
{
	const struct piece *one = a, *other = b;

	return addr_compare(&one->first, &other->first);
}

/* All addresses as the rules cut them; where nobody lists them, are they wanted? */
static unsigned cut(const struct model *model, const struct link *host, const struct addr *group,
		    struct piece **piece)
{
	struct list single = {0}, range = {0};
	unsigned count;

	filter_points(model, group, &single, &range);
	count = single.count + range.count;
	*piece = calloc(count, sizeof(**piece));
	if (!*piece)
		abort();
	for (unsigned i = 0; i < count; i++) {
		struct piece *at = &(*piece)[i];

		at->single = i < single.count;
		at->first = at->single ? single.item[i] : range.item[i - single.count];
		at->wanted = !model_is_local(model, group) &&
			     is_offered(model, host, &at->first, group, true);
	}
	qsort(*piece, count, sizeof(**piece), by_address);
	for (unsigned i = 0; i + 1 < count; i++) {
		struct addr next = addr_behind((*piece)[i].first);
		struct piece *at = &(*piece)[i];

		at->single |= addr_equal(&next, &at[1].first);
		for (unsigned n = 0; at->single && n < model->link_count; n++)
			at->covered |= is_covered(&model->link[n].filter->in, group, &at->first) ||
				       is_covered(&model->link[n].filter->out, group, &at->first);
	}
	free(single.item);
	free(range.item);
	return count;
}

/* It lies in a range that is not wanted or was cut out of one, or beside one: then it need not be
 * listed. */
static bool is_in_cut(const struct piece *piece, unsigned count, const struct addr *source)
{
	unsigned below = 0, above;

	while (below < count - 1 && addr_compare(&piece[below + 1].first, source) <= 0)
		below++;
	if (piece[below].single && piece[below].covered)
		return true;
	above = below;
	while (below && piece[below].single)
		below--;
	while (above < count - 1 && piece[above].single)
		above++;
	return (!piece[below].single && !piece[below].wanted) ||
	       (!piece[above].single && !piece[above].wanted);
}

/* What the proxy lists there; NULL: it is not in EXCLUDE mode. */
static const struct list *listed_at(const struct model *model, const struct link *host,
				    const struct addr *group)
{
	for (unsigned i = 0; i < model->listed_count; i++)
		if (&model->link[model->listed[i].entry] == host &&
		    addr_equal(&model->listed[i].group, group))
			return &model->listed[i].source;
	return NULL;
}

/* INCLUDE of what is wanted, if single addresses are all of it; else EXCLUDE of those that are not:
 * ranges cannot be listed, and what is told too much there is filtered when it comes. What stands
 * alone in what is wanted has to be listed, what stands beside a range that is not may be. A range
 * that other rules cut into single addresses may be taken for what it was. */
bool merge_upstream(const struct model *model, const struct link *host, const struct addr *group,
		    enum filter_mode *mode, struct list *source)
{
	const struct list *listed = listed_at(model, host, group);
	struct list points = {0};
	struct piece *piece;
	unsigned count = cut(model, host, group, &piece);
	bool exclude = false;

	filter_listed(model, group, &points);
	for (unsigned i = 0; i < count; i++) {
		exclude |= piece[i].wanted && (!piece[i].single || (piece[i].covered && listed));
		if (piece[i].single)
			list_add_new(&points, &piece[i].first);
	}
	for (unsigned i = 0; i < points.count; i++) {
		const struct addr *point = &points.item[i];

		if (merge_subscribes(model, host, point, group) != exclude &&
		    (!exclude || !is_in_cut(piece, count, point) ||
		     (listed && list_has(listed, point))))
			list_add(source, point);
	}
	*mode = exclude ? EXCLUDE : INCLUDE;
	free(points.item);
	free(piece);
	return exclude || source->count;
}

/* ---- forwarding auto ---- */

static enum filter_verdict verdict(const struct filter_list *list)
{
	bool all = !list->count;

	for (size_t i = 0; i < list->count; i++)
		all |= list->rule[i].vif == PROXY_VIFS && is_everything(list->rule[i].group) &&
		       is_everything(list->rule[i].source);
	if (!all)
		return FILTER_DEPENDS;
	return list->whitelist == !list->count ? FILTER_NONE : FILTER_ALL;
}

/* Is it about groups alone? */
static bool is_plain(const struct filter_list *list)
{
	for (size_t i = 0; verdict(list) == FILTER_DEPENDS && i < list->count; i++)
		if (list->rule[i].vif != PROXY_VIFS || !is_everything(list->rule[i].source))
			return false;
	return true;
}

bool merge_is_per_source(const struct model *model)
{
	unsigned hosts = 0, routers = 0;
	bool plain = true;

	for (unsigned n = 0; n < model->link_count; n++) {
		hosts += model->link[n].config->upstream;
		routers += !model->link[n].config->upstream;
	}
	for (unsigned n = 0; n < model->link_count; n++) {
		const struct link *link = &model->link[n];

		if (link->config->upstream)
			plain &= verdict(&link->filter->out) != FILTER_DEPENDS &&
				 is_plain(&link->filter->in) &&
				 !model_router(model, link->config->vif) &&
				 (routers < 2 || verdict(&link->filter->in) == FILTER_ALL);
		else
			plain &= verdict(&link->filter->in) == FILTER_ALL &&
				 is_plain(&link->filter->out);
	}
	return model->config->per_source || hosts > 1 || !plain;
}
