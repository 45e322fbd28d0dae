/* SPDX-License-Identifier: MIT */
/* See inside.h. Apart from the targets, as proto/ and the codec of the tests call things the same.
 */
#include "proto/state/state.h"
#include "fuzz.h"
#include "inside.h"

static void check_sources(const struct source_list *list, uint32_t most, const char *what)
{
	if (list->count > most || list->capacity > most)
		fuzz_fail("%s: %u sources in room for %u, limit %u", what, list->count,
			  list->capacity, most);
}

enum { HOST = 4 /* sources: as so many a host counts, for the memory that it takes */ };

static uint32_t limit(uint32_t configured)
{
	return configured ? configured : UINT32_MAX;
}

static uint32_t greater(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Returns how many sources the tracked hosts have in all. */
static uint32_t check_tracking(const struct inside *past, const struct interface *i,
			       const struct tracking *tracking)
{
	uint32_t sources = 0;

	for (uint32_t n = 0; tracking && n < tracking->count; n++) {
		const struct source_list *list = &tracking->reporter[n]->state.sources;

		check_sources(list, past->vif[i->vif].max_sources, "a host");
		sources += HOST + list->count;
	}
	if (tracking && tracking->count > past->vif[i->vif].max_hosts)
		fuzz_fail("VIF %u: %u hosts are tracked", i->vif, tracking->count);
	return sources;
}

static void check_total(const struct interface *i, const char *what, uint32_t count,
			uint32_t configured, uint32_t *past)
{
	if (count > greater(limit(configured), *past))
		fuzz_fail("VIF %u: %u %s in all", i->vif, count, what);
	*past = count;
}

/* What is drawn from the reserve is somebody's. */
static void check_reserve(const struct interface *i)
{
	uint32_t groups = 0, sources = 0, drawn = 0;

	for (uint32_t n = 0; n < i->timers.count; n++) {
		const struct group *g = (const struct group *)(const void *)i->timers.slot[n].timer;

		if (g->state.drawer > i->router.regular_capacity ||
		    (g->state.drawer && g->tracking))
			fuzz_fail("VIF %u: a group of %u", i->vif, g->state.drawer);
		groups += !!g->state.drawer;
		sources += g->state.drawer ? g->state.sources.count : 0;
	}
	for (uint32_t n = 0; n < i->router.regular_capacity; n++)
		drawn += i->router.regular[n].drawn;
	if (groups != i->router.drawn_groups || groups != drawn ||
	    sources != i->router.drawn_sources)
		fuzz_fail("VIF %u: %u groups and %u sources are drawn, counted are %u, %u and %u",
			  i->vif, groups, sources, i->router.drawn_groups, drawn,
			  i->router.drawn_sources);
}

/* The limits of the configuration, and no memory beyond what they make of it. */
static void check_downstream(struct inside *past, const struct interface *i)
{
	const struct proxy_interface_config *config = i->config;
	uint32_t sources = 0, groups = 0, *max_sources = &past->vif[i->vif].max_sources,
		 *max_hosts = &past->vif[i->vif].max_hosts;

	*max_sources = greater(*max_sources, limit(config->max_sources));
	*max_hosts = greater(*max_hosts, limit(config->max_hosts));
	for (uint32_t n = 0; n < i->timers.count; n++) {
		const struct group *g = (const struct group *)(const void *)i->timers.slot[n].timer;

		if (g->permanent)
			continue;
		groups++;
		sources += g->state.sources.count + check_tracking(past, i, g->tracking);
		check_sources(&g->state.sources, *max_sources, "a group");
	}
	if (sources != i->router.source_count + i->router.drawn_sources)
		fuzz_fail("VIF %u: %u sources, counted are %u and %u", i->vif, sources,
			  i->router.source_count, i->router.drawn_sources);
	check_reserve(i);
	check_total(i, "groups", groups, config->max_groups, &past->vif[i->vif].groups);
	check_total(i, "sources", sources, config->max_total_sources, &past->vif[i->vif].sources);
}

/* What is counted is there. */
static void check_counts(const struct proxy *proxy)
{
	uint32_t memberships = 0, source_routes = 0, group_routes = 0;

	for (const struct membership *m = proxy->database.first; m; m = m->next) {
		memberships++;
		source_routes += m->route_count;
		group_routes += m->installed;
	}
	if (memberships != proxy->database.count)
		fuzz_fail("%u memberships, counted are %u", memberships, proxy->database.count);
	if (source_routes != proxy->forwarding.route_count ||
	    group_routes != proxy->forwarding.group_route_count)
		fuzz_fail("%u and %u routes, counted are %u and %u", source_routes, group_routes,
			  proxy->forwarding.route_count, proxy->forwarding.group_route_count);
	if (proxy->strays.count && !proxy->forwarding.tree_changed)
		fuzz_fail("%u routes of an earlier proxy are left", proxy->strays.count);
}

void inside_note(struct inside *past, const struct proxy *proxy)
{
	past->memberships =
		greater(proxy->database.count ? past->memberships : 0, proxy->database.count);
}

void inside_check(struct inside *past, const struct proxy *proxy)
{
	struct proxy_totals totals;

	check_counts(proxy);
	inside_note(past, proxy);
	proxy_totals(proxy, &totals);
	if (proxy->config->max_routes && totals.source_routes > proxy->config->max_routes)
		fuzz_fail("%u source routes", totals.source_routes);
	if (proxy->database.bucket_capacity > 4 * past->memberships + 64)
		fuzz_fail("%u buckets for %u memberships", proxy->database.bucket_capacity,
			  past->memberships);
	for (unsigned n = 0; n < proxy->config->interface_count; n++) {
		const struct interface *i = proxy->interface[n];

		if (!i->config->upstream)
			check_downstream(past, i);
		if (i->timers.count >
		    2 * proxy->config->interface_count * (proxy->database.count + 1))
			fuzz_fail("VIF %u: %u timers", i->vif, i->timers.count);
	}
}

bool inside_walks(const struct proxy *proxy)
{
	return proxy->database.walks;
}
