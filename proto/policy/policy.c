/* SPDX-License-Identifier: MIT */
/* See policy.h. */
#include "proto/policy/policy.h"

#include "proto/policy/filter.h"
#include "proto/state/interface.h"
#include "proto/state/route.h"

bool policy_wants(const struct group *g, const struct addr *source)
{
	const struct source *s = source_list_find(&g->state.sources, source);

	return g->state.filter_mode == EXCLUDE ? !s || s->expires : !!s;
}

/* LAST, if any, goes down to where the answer may change. */
static bool passes(const struct filter *filter, unsigned vif, const struct addr *group,
		   const struct addr *source, struct addr *last)
{
	struct addr until;
	bool result;

	if (!ENABLE_FILTER || !filter)
		return true;
	if (!last)
		return filter_passes(filter, vif, group, source);
	result = filter_range(filter, vif, group, source, &until);
	if (addr_compare(&until, last) < 0)
		*last = until;
	return result;
}

bool policy_may_leave(const struct interface *i, unsigned vif, const struct addr *group,
		      const struct addr *source)
{
	return passes(i->config->out, vif, group, source, NULL);
}

bool policy_may_come(const struct interface *i, const struct addr *group, const struct addr *source)
{
	return passes(i->config->in, i->vif, group, source, NULL);
}

/* ---- memberships ---- */

/* May the members behind the downstream have SOURCE from the upstream? */
static bool is_offered(const struct interface *router, const struct interface *host,
		       const struct addr *group, const struct addr *source, struct addr *last)
{
	return router->vif != host->vif &&
	       passes(router->config->out, host->vif, group, source, last) &&
	       passes(host->config->in, host->vif, group, source, last);
}

/* Has the downstream its SOURCE from an upstream that comes first? */
static bool is_served(const struct proxy *p, const struct interface *router,
		      const struct interface *host, const struct addr *group,
		      const struct addr *source, struct addr *last)
{
	unsigned n;

	if (!ENABLE_MULTI_UPSTREAM || p->config->mutex)
		return false;
	for (n = 0; n < p->config->interface_count && p->interface[n] != host; n++) {
		const struct interface *earlier = p->interface[n];

		if (earlier->config->upstream && earlier->active &&
		    is_offered(router, earlier, group, source, last))
			return true;
	}
	return false;
}

/* Do the data of SOURCE come by another upstream? */
static bool is_excluded(const struct proxy *p, const struct membership *m,
			const struct interface *host, const struct addr *source)
{
	const struct source_route *s;

	if (!ENABLE_MULTI_UPSTREAM || !p->config->mutex)
		return false;
	s = route_find(m, source);
	return s && s->contested && s->origin != host->vif;
}

bool policy_subscribes(const struct proxy *p, const struct membership *m,
		       const struct interface *host, const struct addr *source, bool listed,
		       struct addr *last)
{
	const struct group *g;

	if (m->local || (listed && is_excluded(p, m, host, source)))
		return false;
	for (g = m->groups; g; g = g->next) {
		const struct interface *router = p->router[g->vif];

		if (interface_forwards(router) &&
		    (listed ? policy_wants(g, source) : g->state.filter_mode == EXCLUDE) &&
		    is_offered(router, host, &m->group, source, last) &&
		    !is_served(p, router, host, &m->group, source, last))
			return true;
	}
	return false;
}

/* ---- data ---- */

bool policy_accepts_down(const struct proxy *p, const struct membership *m, unsigned vif,
			 const struct addr *source)
{
	const struct interface *router = p->router[vif];

	return router && interface_forwards(router) && addr_is_routable(source) &&
	       policy_may_come(router, &m->group, source);
}

bool policy_accepts_up(const struct proxy *p, const struct membership *m, unsigned vif,
		       const struct addr *source)
{
	const struct interface *host = p->host[vif];

	return host && host->active && addr_is_routable(source) &&
	       policy_subscribes(p, m, host, source, true, NULL);
}

static uint32_t outputs_up(const struct proxy *p, const struct membership *m, unsigned vif,
			   const struct addr *source)
{
	uint32_t vifs = 0;
	unsigned n;

	if (m->local)
		return 0;
	for (n = 0; n < p->config->interface_count; n++) {
		const struct interface *i = p->interface[n];

		if (!i->config->upstream || i->vif == vif || !i->exists ||
		    !policy_may_leave(i, vif, &m->group, source))
			continue;
		if (p->config->out_first && i->active)
			return route_bit(i->vif);
		if (!p->config->out_first)
			vifs |= route_bit(i->vif);
	}
	return vifs;
}

uint32_t policy_wanting(const struct proxy *p, const struct membership *m, unsigned vif,
			const struct addr *source)
{
	const struct group *g;
	uint32_t vifs = 0;

	for (g = m->groups; g; g = g->next) {
		const struct interface *router = p->router[g->vif];

		if (interface_forwards(router) && policy_wants(g, source) &&
		    policy_may_leave(router, vif, &m->group, source))
			vifs |= route_bit(g->vif);
	}
	return vifs;
}

uint32_t policy_outputs(const struct proxy *p, const struct membership *m, unsigned vif,
			const struct addr *source)
{
	bool down = policy_accepts_down(p, m, vif, source);
	uint32_t vifs = down ? outputs_up(p, m, vif, source) : 0;

	if (!down && !policy_accepts_up(p, m, vif, source))
		return 0;
	vifs |= policy_wanting(p, m, vif, source) & ~route_bit(vif);
	return vifs & p->forwarding.present;
}

/* ---- the configuration as a whole ---- */

bool policy_is_plain(const struct proxy *p)
{
	unsigned n, upstreams = 0;

	for (n = 0; n < p->config->interface_count; n++) {
		const struct proxy_interface_config *config = &p->config->interface[n];

		upstreams += config->upstream;
		if ((ENABLE_FILTER && (config->in || config->out)) ||
		    (p->router[config->vif] && p->host[config->vif]))
			return false;
	}
	return upstreams <= 1;
}

/* A filter whose verdict is a function of the group. */
static enum proxy_forwarding of_groups(const struct filter *filter)
{
	if (filter_has_interfaces(filter))
		return PER_SOURCE_INTERFACES;
	return filter_has_sources(filter) ? PER_SOURCE_SOURCES : FORWARDING_WILDCARD;
}

static enum proxy_forwarding of_downstream(const struct proxy_interface_config *config)
{
	if (filter_verdict(config->in) != FILTER_ALL)
		return PER_SOURCE_IN;
	return of_groups(config->out);
}

static enum proxy_forwarding of_upstream(const struct proxy_interface_config *config,
					 unsigned downstreams)
{
	if (filter_verdict(config->out) == FILTER_DEPENDS)
		return PER_SOURCE_OUT;
	/* What (*,G) takes from one downstream to another it takes from the upstream, too. */
	if (downstreams > 1 && filter_verdict(config->in) != FILTER_ALL)
		return PER_SOURCE_GROUPS;
	return of_groups(config->in);
}

/* With wildcard routes, what one forwarder puts onto the link of another goes round. */
static bool is_shared(const struct proxy *p)
{
	unsigned n;

	for (n = 0; n < p->config->interface_count && p->config->routes == ROUTES_AUTO; n++)
		if (ENABLE_DISCOVERY && p->interface[n]->forwarder.forwards &&
		    !p->interface[n]->forwarder.alone)
			return true;
	return false;
}

enum proxy_forwarding policy_forwarding(const struct proxy *p)
{
	unsigned n, upstreams = 0, downstreams = 0;
	enum proxy_forwarding result = FORWARDING_WILDCARD;

	if (!ENABLE_PER_SOURCE)
		return FORWARDING_WILDCARD;
	if (p->config->routes == ROUTES_PER_SOURCE)
		return PER_SOURCE_CONFIGURED;
	for (n = 0; n < p->config->interface_count; n++) {
		const struct proxy_interface_config *config = &p->config->interface[n];

		upstreams += config->upstream;
		downstreams += !config->upstream;
		if (p->router[config->vif] && p->host[config->vif])
			return PER_SOURCE_PEERING;
	}
	if (upstreams > 1)
		return PER_SOURCE_UPSTREAMS;
	for (n = 0; ENABLE_FILTER && !result && n < p->config->interface_count; n++) {
		const struct proxy_interface_config *config = &p->config->interface[n];

		result =
			config->upstream ? of_upstream(config, downstreams) : of_downstream(config);
	}
	return !result && is_shared(p) ? PER_SOURCE_SHARED : result;
}
