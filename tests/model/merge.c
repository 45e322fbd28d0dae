/* SPDX-License-Identifier: MIT */
/* What the downstreams want of a group, as the reading asks for it, and as an upstream is told: in
 * lists of sources. */
#include <stdlib.h>

#include "tests/model/state.h"

/* What the groups of all downstreams list, and (S,G) whose data come in at one upstream alone. */
void merge_listed(const struct model *model, const struct addr *group, struct list *listed)
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

static bool wants(const void *ctx, unsigned entry, const struct addr *group,
		  const struct addr *source, enum reading_as as)
{
	const struct model *model = ctx;

	return is_wanted(&model->link[entry], source, group, as != AS_IT_IS);
}

void merge_read(struct model *model)
{
	struct reading *r = &model->reading;

	r->config = model->config;
	r->kernel = model->kernel;
	r->count = model->link_count;
	r->wants = wants;
	r->ctx = model;
	for (unsigned n = 0; n < r->count; n++) {
		const struct link *link = &model->link[n];

		r->entry[n] = (struct reading_entry){link->config->vif, link->config->upstream,
						     link->up,		link->active,
						     link->forwards,	link->alone,
						     link->filter->in,	link->filter->out};
	}
	r->wildcard = reading_is_wildcard(r);
	/* What there are routes of stays. */
	for (unsigned i = 0; !r->wildcard && !model->per_source && i < r->kernel->route_count; i++)
		routes_asked(model,
			     &(struct upcall){UPCALL_WRONGVIF, r->kernel->route[i].route.input,
					      r->kernel->route[i].route.source,
					      r->kernel->route[i].route.group});
	model->per_source = !r->wildcard;
}

/* ---- lists of sources ---- */

/* A single address or the first of a range, which ends before the next. */
struct piece {
	struct addr first;
	bool single, wanted;
	bool named;   /* a single address that some rule consists of */
	bool covered; /* a single address, but within the range of some rule */
};

static bool is_everything(const struct addr range[2])
{
	for (unsigned i = 0; i < 16; i++)
		if (range[0].byte[i] || range[1].byte[i] != 255)
			return false;
	return true;
}

static bool is_covered(const struct reading_filter *filter, const struct addr *group,
		       const struct addr *source)
{
	for (unsigned l = 0; l < filter->count; l++)
		for (size_t i = 0; i < filter->list[l].count; i++) {
			const struct filter_rule *rule = &filter->list[l].rule[i];

			if (addr_within(group, rule->group) && addr_within(source, rule->source) &&
			    !addr_equal(&rule->source[0], &rule->source[1]) &&
			    !is_everything(rule->source))
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

	reading_points(&model->reading, group, &single, &range);
	count = single.count + range.count;
	*piece = calloc(count, sizeof(**piece));
	if (!*piece)
		abort();
	for (unsigned i = 0; i < count; i++) {
		struct piece *at = &(*piece)[i];

		at->single = at->named = i < single.count;
		at->first = at->single ? single.item[i] : range.item[i - single.count];
		at->wanted = reading_offers(&model->reading, (unsigned)(host - model->link), group,
					    &at->first, AS_UNLISTED);
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

/* It lies in a range that is not wanted or was cut out of one, or beside one, or is what ranges
 * leave between them: then it need not be listed. */
static bool is_in_cut(const struct piece *piece, unsigned count, const struct addr *source)
{
	unsigned below = 0, above;

	while (below < count - 1 && addr_compare(&piece[below + 1].first, source) <= 0)
		below++;
	if (piece[below].single &&
	    (piece[below].covered || (!piece[below].named && !piece[below].wanted)))
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
	unsigned entry = (unsigned)(host - model->link);
	struct list points = {0};
	struct piece *piece;
	unsigned count = cut(model, host, group, &piece);
	bool exclude = false;

	merge_listed(model, group, &points);
	for (unsigned i = 0; i < count; i++) {
		exclude |= piece[i].wanted && (!piece[i].single || (piece[i].covered && listed));
		if (piece[i].single)
			list_add_new(&points, &piece[i].first);
	}
	for (unsigned i = 0; i < points.count; i++) {
		const struct addr *point = &points.item[i];

		if (reading_subscribes(&model->reading, entry, group, point, AS_IT_IS) != exclude &&
		    (!exclude || !is_in_cut(piece, count, point) ||
		     (listed && list_has(listed, point))))
			list_add(source, point);
	}
	*mode = exclude ? EXCLUDE : INCLUDE;
	free(points.item);
	free(piece);
	return exclude || source->count;
}
