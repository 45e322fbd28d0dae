/* SPDX-License-Identifier: MIT */
/* See reading.h. */
#include "tests/model/reading.h"

/* ---- filters ---- */

/* A rule with an interface says nothing about data from others. */
static bool list_passes(const struct filter_list *list, unsigned from, const struct addr *group,
			const struct addr *source, enum reading_as as)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct filter_rule *rule = &list->rule[i];

		if ((rule->vif == PROXY_VIFS || rule->vif == from) &&
		    addr_within(group, rule->group) && addr_within(source, rule->source) &&
		    !(as == AS_UNNAMED && addr_equal(&rule->source[0], &rule->source[1])))
			return list->whitelist;
	}
	return !list->whitelist;
}

static bool passes(const struct reading_filter *filter, unsigned from, const struct addr *group,
		   const struct addr *source, enum reading_as as)
{
	for (unsigned i = 0; i < filter->count; i++)
		if (!list_passes(&filter->list[i], from, group, source, as))
			return false;
	return true;
}

bool reading_passes(const struct reading_filter *filter, unsigned from, const struct addr *group,
		    const struct addr *source)
{
	return passes(filter, from, group, source, AS_IT_IS);
}

/* ---- memberships ---- */

unsigned reading_side(const struct reading *r, unsigned vif, bool upstream)
{
	unsigned n = 0;

	while (n < r->count && (r->entry[n].vif != vif || r->entry[n].upstream != upstream))
		n++;
	return n;
}

bool reading_is_local(const struct reading *r, const struct addr *group)
{
	return addr_is_discovery(group) && !r->config->ssdp_upstream;
}

static bool takes(const struct reading *r, unsigned up, const struct addr *group,
		  const struct addr *source, enum reading_as as)
{
	const struct reading_entry *host = &r->entry[up];

	return host->upstream && host->active && passes(&host->in, host->vif, group, source, as);
}

/* May the downstream have it from the upstream, by both filters? */
static bool is_let(const struct reading *r, unsigned up, unsigned down, const struct addr *group,
		   const struct addr *source, enum reading_as as)
{
	return !r->entry[down].upstream && r->entry[down].vif != r->entry[up].vif &&
	       takes(r, up, group, source, as) &&
	       passes(&r->entry[down].out, r->entry[up].vif, group, source, as);
}

/* With `mutex` each upstream is asked until the data come from one of them. */
bool reading_serves(const struct reading *r, unsigned up, unsigned down, const struct addr *group,
		    const struct addr *source, enum reading_as as)
{
	if (!is_let(r, up, down, group, source, as))
		return false;
	for (unsigned earlier = 0; !r->config->mutex && earlier < up; earlier++)
		if (is_let(r, earlier, down, group, source, as))
			return false;
	return true;
}

bool reading_offers(const struct reading *r, unsigned up, const struct addr *group,
		    const struct addr *source, enum reading_as as)
{
	if (!r->entry[up].upstream || reading_is_local(r, group) || addr_is_link_scope(group))
		return false;
	for (unsigned down = 0; down < r->count; down++)
		if (!r->entry[down].upstream && r->entry[down].forwards &&
		    r->wants(r->ctx, down, group, source, as) &&
		    reading_serves(r, up, down, group, source, as))
			return true;
	return false;
}

/* Another upstream has it already: a route is there whose input that is. */
static bool comes_elsewhere(const struct reading *r, unsigned up, const struct addr *group,
			    const struct addr *source)
{
	const struct kernel_route *known = kernel_find(r->kernel, source, group, PROXY_VIFS);
	unsigned other = known ? reading_side(r, known->route.input, true) : r->count;

	return other < r->count && other != up && reading_offers(r, other, group, source, AS_IT_IS);
}

bool reading_subscribes(const struct reading *r, unsigned up, const struct addr *group,
			const struct addr *source, enum reading_as as)
{
	return reading_offers(r, up, group, source, as) &&
	       !(r->config->mutex && as == AS_IT_IS && comes_elsewhere(r, up, group, source));
}

/* ---- wildcard routes ---- */

/* All sources of the family, or all of its groups. */
static bool is_everything(const struct reading *r, const struct addr range[2], bool groups)
{
	struct addr first = {{groups ? 0xff : 0}}, last;

	memset(&last, 0xff, sizeof(last));
	if (r->config->protocol == PROTOCOL_IGMP) {
		first = addr_ipv4(groups ? 0xe0000000 : 0);
		last = addr_ipv4(groups ? 0xefffffff : UINT32_MAX);
	}
	return addr_within(&first, range) && addr_within(&last, range);
}

static enum filter_verdict verdict(const struct reading *r, const struct reading_filter *filter)
{
	enum filter_verdict result = FILTER_ALL;

	for (unsigned l = 0; l < filter->count; l++) {
		const struct filter_list *list = &filter->list[l];
		bool all = false;

		for (size_t i = 0; i < list->count; i++)
			all |= list->rule[i].vif == PROXY_VIFS &&
			       is_everything(r, list->rule[i].group, true) &&
			       is_everything(r, list->rule[i].source, false);
		if (list->whitelist ? !list->count : all)
			return FILTER_NONE;
		if (list->whitelist ? !all : list->count)
			result = FILTER_DEPENDS;
	}
	return result;
}

static bool is_about_groups_only(const struct reading *r, const struct reading_filter *filter)
{
	if (verdict(r, filter) != FILTER_DEPENDS)
		return true;
	for (unsigned l = 0; l < filter->count; l++)
		for (size_t i = 0; i < filter->list[l].count; i++)
			if (filter->list[l].rule[i].vif != PROXY_VIFS ||
			    !is_everything(r, filter->list[l].rule[i].source, false))
				return false;
	return true;
}

bool reading_is_wildcard(const struct reading *r)
{
	unsigned upstreams = 0;

	for (unsigned n = 0; n < r->count; n++)
		upstreams += r->entry[n].upstream;
	if (r->config->routes == ROUTES_PER_SOURCE || upstreams > 1)
		return false;
	for (unsigned n = 0; n < r->count; n++) {
		const struct reading_entry *entry = &r->entry[n];
		bool up = entry->upstream;

		if ((up && reading_side(r, entry->vif, false) < r->count) ||
		    (up ? verdict(r, &entry->out) == FILTER_DEPENDS
			: verdict(r, &entry->in) != FILTER_ALL) ||
		    (entry->forwards && !entry->alone && r->config->routes == ROUTES_AUTO) ||
		    !is_about_groups_only(r, up ? &entry->in : &entry->out) ||
		    (up && verdict(r, &entry->in) != FILTER_ALL && r->count - upstreams > 1))
			return false;
	}
	return true;
}

/* ---- data ---- */

/* Both directions are the forwarder's alone: the proxy that is not would send upstream again what
 * the other one has forwarded downstream. */
bool reading_takes_up(const struct reading *r, unsigned vif, const struct addr *group,
		      const struct addr *source)
{
	unsigned down = reading_side(r, vif, false);

	/* What follows from the members alone takes no notice of the source. */
	return down < r->count && r->entry[down].forwards &&
	       (r->wildcard || addr_may_leave_link(source)) &&
	       reading_passes(&r->entry[down].in, vif, group, source);
}

/* By wildcards, who wants it downstream decides. */
bool reading_takes_down(const struct reading *r, unsigned vif, const struct addr *group,
			const struct addr *source)
{
	unsigned up = reading_side(r, vif, true);

	return up < r->count && !reading_is_local(r, group) &&
	       reading_passes(&r->entry[up].in, vif, group, source) &&
	       (r->wildcard || (addr_may_leave_link(source) &&
				reading_subscribes(r, up, group, source, AS_IT_IS)));
}

/* RFC 4605 section 4.2: what comes from below goes to the upstreams; or to the first one that is up
 * as it has to be for memberships, so that both move on together. Where there is but one, and
 * wildcards, there is no choice. */
static uint32_t upwards(const struct reading *r, unsigned from, const struct addr *group,
			const struct addr *source)
{
	bool first = r->config->out_first && !r->wildcard;
	uint32_t outputs = 0;

	for (unsigned n = 0; n < r->count; n++) {
		const struct reading_entry *host = &r->entry[n];

		if (!host->upstream || host->vif == from || !(first ? host->active : host->up) ||
		    !reading_passes(&host->out, from, group, source))
			continue;
		outputs |= UINT32_C(1) << host->vif;
		if (first)
			break;
	}
	return outputs;
}

uint32_t reading_outputs(const struct reading *r, unsigned vif, const struct addr *group,
			 const struct addr *source)
{
	bool below = reading_takes_up(r, vif, group, source);
	uint32_t outputs = 0;

	if (below && !reading_is_local(r, group))
		outputs = upwards(r, vif, group, source);
	if (!below && !reading_takes_down(r, vif, group, source))
		return 0;
	for (unsigned down = 0; down < r->count; down++) {
		const struct reading_entry *entry = &r->entry[down];

		if (!entry->upstream && entry->vif != vif && entry->forwards &&
		    r->wants(r->ctx, down, group, source, AS_IT_IS) &&
		    reading_passes(&entry->out, vif, group, source))
			outputs |= UINT32_C(1) << entry->vif;
	}
	return outputs;
}

/* ---- where verdicts change ---- */

static void rule_points(const struct filter_rule *rule, struct list *single, struct list *range)
{
	const struct addr *source = rule->source;
	struct addr behind = addr_behind(source[1]);

	list_add_new(addr_equal(&source[0], &source[1]) ? single : range, &source[0]);
	list_add_new(range, &behind);
}

static void filter_points(const struct reading_filter *filter, const struct addr *group,
			  struct list *single, struct list *range)
{
	for (unsigned l = 0; l < filter->count; l++)
		for (size_t i = 0; i < filter->list[l].count; i++)
			if (addr_within(group, filter->list[l].rule[i].group))
				rule_points(&filter->list[l].rule[i], single, range);
}

void reading_points(const struct reading *r, const struct addr *group, struct list *single,
		    struct list *range)
{
	bool igmp = r->config->protocol == PROTOCOL_IGMP;
	struct addr lowest = igmp ? addr_ipv4(1) : (struct addr){{[15] = 1}};
	unsigned kept = 0;

	for (unsigned n = 0; n < r->count; n++) {
		filter_points(&r->entry[n].in, group, single, range);
		filter_points(&r->entry[n].out, group, single, range);
	}
	list_add_new(range, &lowest);
	/* Of `*` the lowest one is of the other family. */
	for (unsigned i = 0; i < range->count; i++)
		if (addr_is_ipv4(&range->item[i]) == igmp && !addr_is_any(&range->item[i]) &&
		    !list_has(single, &range->item[i]))
			range->item[kept++] = range->item[i];
	range->count = kept;
}
