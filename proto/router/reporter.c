/* SPDX-License-Identifier: MIT */
/* What tracked hosts want; see reporter.h. */
#include "proto/router/reporter.h"

#include "proto/base/config.h"

static bool is_exclude(const struct reporter *r, int64_t now)
{
	return r->state.filter_mode == EXCLUDE && r->state.group_timer > now;
}

static bool wants(const struct reporter *r, int64_t now, const struct addr *source)
{
	const struct source *s = source_list_find(&r->state.sources, source);

	if (s && s->expires > now)
		return true;
	return !s && is_exclude(r, now);
}

bool reporter_wants_anything(const struct reporter *r, int64_t now)
{
	uint32_t n;

	if (is_exclude(r, now))
		return true;
	for (n = 0; n < r->state.sources.count; n++)
		if (r->state.sources.source[n].expires > now)
			return true;
	return false;
}

bool reporter_any_wants(const struct tracking *t, int64_t now, const struct addr *source)
{
	uint32_t n;

	for (n = 0; n < t->count; n++)
		if (wants(t->reporter[n], now, source))
			return true;
	return false;
}

bool reporter_any_excludes(const struct tracking *t, int64_t now)
{
	uint32_t n;

	for (n = 0; n < t->count; n++)
		if (is_exclude(t->reporter[n], now))
			return true;
	return false;
}

static bool is_covered(const struct reporter *r, int64_t now, const struct source_list *sources)
{
	uint32_t n;

	for (n = 0; n < r->state.sources.count; n++) {
		const struct source *s = &r->state.sources.source[n], *there;

		if (s->expires <= now)
			continue;
		there = source_list_find(sources, &s->address);
		if (!there || there->expires <= now)
			return false;
	}
	return true;
}

bool reporter_all_covered(const struct tracking *t, int64_t now, const struct source_list *sources)
{
	uint32_t n;

	for (n = 0; n < t->count; n++)
		if (!is_covered(t->reporter[n], now, sources))
			return false;
	return true;
}

uint32_t reporter_count(const struct tracking *t, int64_t now)
{
	uint32_t n, count = 0;

	for (n = 0; n < t->count; n++)
		count += reporter_wants_anything(t->reporter[n], now);
	return count;
}

bool reporter_all_known(const struct tracking *t, int64_t now)
{
	return t && now >= t->valid_from;
}
