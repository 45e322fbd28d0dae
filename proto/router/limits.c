/* SPDX-License-Identifier: MIT */
/* See limits.h. */
#include "proto/router/limits.h"

#include "proto/state/interface.h"

/* Groups that a regular may draw at least, if there are any left: who changes channels has the old
 * one until it is known that nobody else wants it. */
enum { LEAST_PART = 4 };

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* What of LIMIT is kept for regulars. */
static uint32_t reserved_part(const struct hearing *h, uint32_t limit)
{
	return (uint32_t)((uint64_t)limit * h->reserve / 100);
}

/* What of LIMIT (0: there is none) is for all; UINT32_MAX: no limit. */
static uint32_t open_part(const struct hearing *h, uint32_t limit)
{
	return limit ? limit - reserved_part(h, limit) : UINT32_MAX;
}

/* ---- groups ---- */

bool limits_are_full(const struct interface *i, const struct hearing *h)
{
	return i->timers.count - i->router.drawn_groups >= open_part(h, i->config->max_groups);
}

/* It wants sources, and there is no room for any. */
static bool lacks_sources(const struct interface *i, const struct hearing *h,
			  const struct record *r)
{
	return r->type != IS_EX && r->type != TO_EX &&
	       i->router.source_count >= open_part(h, i->config->max_total_sources);
}

/* Has a regular sent it, whose part of the reserve is not used up? */
static bool may_draw(const struct interface *i, const struct hearing *h)
{
	const struct proxy_interface_config *c = i->config;
	uint32_t kept = reserved_part(h, c->max_groups ? c->max_groups : c->max_total_sources);
	uint32_t part;

	if (!h->slot || !kept || (c->max_groups && i->timers.count >= c->max_groups))
		return false;
	part = kept / i->config->max_reporters;
	return i->router.regular[h->slot - 1].drawn < (part > LEAST_PART ? part : LEAST_PART);
}

bool limits_admit_group(struct interface *i, const struct hearing *h, const struct record *r,
			uint32_t *drawer)
{
	bool full = limits_are_full(i, h);

	*drawer = 0;
	if (ENABLE_REPORTER_LIMITS && (full || lacks_sources(i, h, r)) && may_draw(i, h))
		*drawer = h->slot;
	if (!full || *drawer)
		return true;
	i->counters.value[LIMIT_GROUPS]++;
	return false;
}

void limits_take_group(struct interface *i, struct filter_state *f, uint32_t drawer)
{
	if (!ENABLE_REPORTER_LIMITS || !drawer)
		return;
	f->drawer = drawer;
	i->router.regular[drawer - 1].drawn++;
	i->router.drawn_groups++;
}

/* Where its sources are counted: those of the reserve apart. */
static uint32_t *source_count(struct interface *i, const struct filter_state *f)
{
	return ENABLE_REPORTER_LIMITS && f->drawer ? &i->router.drawn_sources
						   : &i->router.source_count;
}

void limits_return_group(struct interface *i, const struct filter_state *f)
{
	*source_count(i, f) -= f->sources.count;
	if (!ENABLE_REPORTER_LIMITS || !f->drawer)
		return;
	i->router.regular[f->drawer - 1].drawn--;
	i->router.drawn_groups--;
}

void limits_forget_drawers(struct interface *i)
{
	uint32_t n;

	for (n = 0; n < i->timers.count; n++)
		interface_group(i, n)->state.drawer = 0;
	i->router.source_count += i->router.drawn_sources;
	i->router.drawn_groups = i->router.drawn_sources = 0;
}

/* ---- hosts and sources ---- */

bool limits_admit_host(const struct interface *i, const struct hearing *h)
{
	return i->router.source_count + LIMITS_HOST_SOURCES <=
	       open_part(h, i->config->max_total_sources);
}

/* How many a group of the reserve may have. */
static uint32_t drawn_sources(const struct proxy_interface_config *c)
{
	uint32_t most = 1;

	if (c->max_groups && c->max_total_sources > c->max_groups)
		most = c->max_total_sources / c->max_groups;
	return c->max_total_sources ? most : UINT32_MAX;
}

uint32_t limits_sources(struct interface *i, const struct hearing *h, const struct filter_state *f)
{
	const struct proxy_interface_config *c = i->config;
	uint32_t own = open_part(h, c->max_sources), total = open_part(h, c->max_total_sources);
	uint32_t others = *source_count(i, f) - f->sources.count;

	/* What is kept of a group's own limit is for any regular. */
	if (ENABLE_REPORTER_LIMITS && h->slot && c->max_sources)
		own = c->max_sources;
	if (ENABLE_REPORTER_LIMITS && f->drawer) {
		own = least(own, drawn_sources(c));
		total = c->max_total_sources ? reserved_part(h, c->max_total_sources) : total;
	}
	return least(own, total > others ? total - others : 0);
}

void limits_count_sources(struct interface *i, const struct filter_state *f, uint32_t before)
{
	*source_count(i, f) += f->sources.count - before;
}
