/* SPDX-License-Identifier: MIT */
/* One proxy instance: what it is configured to be, and the state of its interfaces; see proxy.h. */
#include "proto/proxy.h"

#include <stdlib.h>

#include "proto/adopt.h"
#include "proto/base/random.h"
#include "proto/forward/forward.h"
#include "proto/host/host.h"
#include "proto/policy/merge.h"
#include "proto/policy/policy.h"
#include "proto/router/forwarder.h"
#include "proto/router/hold.h"
#include "proto/router/querier.h"
#include "proto/state/interface.h"
#include "proto/state/membership.h"
#include "proto/state/route.h"

/* ---- groups that stay below the upstream ---- */

/* SSDP's groups, by number: one of IPv4, of IPv6 one a scope. False: there are no more. */
static bool ssdp_group(const struct proxy *p, unsigned n, struct addr *group)
{
	if (!values_is_mld(p->protocol))
		*group = addr_ipv4(0xeffffffau);
	else
		*group = (struct addr){{0xff, (uint8_t)(3 + n), [15] = 0x0c}};
	return n < (values_is_mld(p->protocol) ? 13 : 1);
}

/* SSDP stays in the house: its groups are routed among the downstreams and, even when nobody has
 * joined, not by (*,*). False: no memory. */
static bool reserve_local(struct proxy *p, const struct proxy_config *config)
{
	struct addr group;
	unsigned n;

	for (n = 0; !config->ssdp_upstream && ssdp_group(p, n, &group); n++)
		if (!membership_get(p, &group))
			return false;
	return true;
}

static void set_local(struct proxy *p)
{
	struct membership *m;
	struct addr group;
	unsigned n;

	for (n = 0; ssdp_group(p, n, &group); n++) {
		m = membership_find(p, &group);
		if (m)
			m->local = !p->config->ssdp_upstream;
	}
}

/* ---- entries of the configuration ---- */

/* Where the entry's interface is found by its VIF. */
static struct interface **side_slot(struct proxy *p, const struct proxy_interface_config *config)
{
	return config->upstream ? &p->host[config->vif] : &p->router[config->vif];
}

/* The interface behind the entry, if it is there and can stay. */
static struct interface *find_interface(struct proxy *p,
					const struct proxy_interface_config *config)
{
	struct interface *i = ENABLE_RELOAD ? *side_slot(p, config) : NULL;

	return i && i->config->kernel_host == config->kernel_host ? i : NULL;
}

/* The state of a new one is known from the interface in whose place it comes, or from the other
 * side. NULL: no memory. */
static struct interface *create_interface(struct proxy *p,
					  const struct proxy_interface_config *config)
{
	const struct interface *known = *side_slot(p, config);
	struct interface *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	if (!known)
		known = config->upstream ? p->router[config->vif] : p->host[config->vif];
	i->vif = config->vif;
	querier_reset(i);
	forwarder_reset(i);
	if ((ENABLE_RELOAD || ENABLE_PEERING) && known && !interface_copy_state(i, known)) {
		free(i);
		return NULL;
	}
	return i;
}

/* It has stopped, or was never configured. */
static void free_interface(struct interface *i)
{
	querier_free(i);
	free(i->prefix);
	free(i);
}

static void configure_interface(struct proxy *p, struct interface *i, int64_t now,
				const struct proxy_interface_config *config)
{
	const struct proxy_interface_config *old = i->config;
	bool used = config->upstream ? i->exists : i->active || hold_is_on(i);
	bool fresh = !ENABLE_RELOAD || !old || !used;

	i->config = config;
	i->configured = config->values;
	values_complete(&i->configured, p->protocol);
	i->configured.version = message_version(p->protocol, i->configured.version);
	if (fresh && config->upstream)
		host_reset(p, i);
	else if (fresh)
		interface_heed(i, 0, 0);
	else if (config->upstream)
		host_configure(p, i, now, old);
	else
		querier_configure(p, i, now, old);
}

/* ---- the state of an interface ---- */

/* A downstream needs an address to query from; MLD always a link-local one. Reports may come from
 * 0.0.0.0 (RFC 3376 section 4.2.13). */
static bool can_be_active(const struct proxy *p, const struct interface *i)
{
	if (!i->up)
		return false;
	return !addr_is_any(&i->address) || (i->config->upstream && !values_is_mld(p->protocol));
}

/* It is gone, having been down already: what comes in its place is another one. */
static void forget_network(struct proxy *p, struct interface *i)
{
	if (i->config->upstream)
		host_reset(p, i);
	else if (hold_is_on(i))
		querier_stop(p, i);
}

/* Starts or stops the protocol, if that is due. False: it is not. */
static bool start_or_stop(struct proxy *p, struct interface *i, int64_t now)
{
	if (i->active == can_be_active(p, i)) {
		if (!i->exists)
			forget_network(p, i);
		return false;
	}
	i->active = !i->active;
	/* Another upstream takes over, or gives back. */
	if (i->config->upstream && (!p->plain || route_is_per_source(p)))
		membership_touch_all(p);
	if (ENABLE_DISCOVERY && i->config->upstream)
		forwarder_upstream(p, now);
	if (i->config->upstream && i->active)
		host_start(p, i, now);
	else if (i->config->upstream)
		host_stop(p, i);
	else if (i->active)
		querier_start(p, i, now);
	else if (!hold_begin(i, now))
		querier_stop(p, i);
	return true;
}

/* One side of the interface. False: no memory. */
static bool set_interface_state(struct proxy *p, struct interface *i, int64_t now,
				const struct interface_state *state)
{
	bool moved = state->moved || !addr_equal(&i->address, &state->address);
	struct interface_state next = *state;
	int changed;

	/* While it is held, its senders are where they were. */
	if (!i->config->upstream && !next.prefix_count && next.exists && i->config->outage_hold) {
		next.prefix = i->prefix;
		next.prefix_count = i->prefix_count;
	}
	changed = interface_set_state(i, &next);
	if (changed > 0)
		forward_relocate(p);
	if (!start_or_stop(p, i, now) && i->active && moved) {
		if (i->config->upstream)
			host_start(p, i, now);
		else
			querier_restart(p, i, now);
	}
	return changed >= 0;
}

bool proxy_interface(struct proxy *p, int64_t now, const struct interface_state *state)
{
	struct interface *router = p->router[state->vif], *host = p->host[state->vif];
	bool complete = true;

	forward_set_vif(p, state->vif, state->exists);
	if (router)
		complete = set_interface_state(p, router, now, state);
	if (host)
		complete = set_interface_state(p, host, now, state) && complete;
	return complete;
}

/* ---- life ---- */

/* NEXT are the interfaces from now on, by the entries of the configuration. */
static void install_interfaces(struct proxy *p, struct interface **next,
			       const struct proxy_config *config)
{
	uint32_t vifs = 0;
	unsigned n;

	p->config = config;
	p->upstream = PROXY_VIFS;
	memset(p->router, 0, sizeof(p->router));
	memset(p->host, 0, sizeof(p->host));
	memset(p->interface, 0, sizeof(p->interface));
	for (n = config->interface_count; n--;) {
		const struct proxy_interface_config *entry = &config->interface[n];

		p->interface[n] = *side_slot(p, entry) = next[n];
		vifs |= (uint32_t)1 << entry->vif;
		if (entry->upstream)
			p->upstream = entry->vif;
	}
	forward_keep_vifs(p, vifs);
}

static void end_interface(struct proxy *p, struct interface *i)
{
	if (i->config->upstream)
		host_free(p, i);
	else
		querier_stop(p, i);
	free_interface(i);
}

/* Ends what is not among COUNT in NEXT. */
static void end_others(struct proxy *p, int64_t now, struct interface *const *next, unsigned count)
{
	unsigned n, at;

	for (n = 0; n < p->config->interface_count; n++) {
		struct interface *i = p->interface[n];

		for (at = 0; at < count && next[at] != i; at++)
			continue;
		if (at < count)
			continue;
		if (!i->config->upstream)
			forwarder_end(p, i);
		else if (i->active)
			host_leave_all(p, i, now);
		end_interface(p, i);
	}
}

/* The interfaces that CONFIG has, old and new, to NEXT. False: no memory, nothing has changed. */
static bool make_interfaces(struct proxy *p, const struct proxy_config *config,
			    struct interface **next)
{
	bool complete = reserve_local(p, config);
	unsigned n;

	for (n = 0; complete && n < config->interface_count; n++) {
		next[n] = find_interface(p, &config->interface[n]);
		if (!next[n])
			next[n] = create_interface(p, &config->interface[n]);
		complete = next[n];
	}
	if (complete)
		return true;
	while (n--)
		if (next[n] && !next[n]->config)
			free_interface(next[n]);
	return false;
}

bool proxy_reconfigure(struct proxy *p, int64_t now, const struct proxy_config *config)
{
	struct interface *next[PROXY_ENTRIES] = {NULL};
	unsigned n;

	if (!make_interfaces(p, config, next))
		return false;
	if (ENABLE_RELOAD)
		end_others(p, now, next, config->interface_count);
	install_interfaces(p, next, config);
	for (n = 0; n < config->interface_count; n++)
		configure_interface(p, next[n], now, &config->interface[n]);
	p->plain = policy_is_plain(p);
	forward_configure(p);
	set_local(p);
	for (n = 0; n < config->interface_count; n++)
		start_or_stop(p, next[n], now);
	membership_touch_all(p);
	return true;
}

struct proxy *proxy_new(const struct proxy_config *config, const struct proxy_out *out, void *ctx,
			uint64_t seed)
{
	static const struct proxy_config nothing;
	struct proxy *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->config = &nothing;
	p->out = out;
	p->ctx = ctx;
	p->random = seed ? seed : 1;
	p->hash_seed = (uint32_t)random_below(&p->random, UINT32_MAX);
	p->protocol = config->protocol;
	if (!values_is_mld(p->protocol))
		p->any = addr_ipv4(0);
	p->retry_at = INT64_MAX;
	forward_init(p);
	if (proxy_reconfigure(p, 0, config))
		return p;
	proxy_free(p);
	return NULL;
}

void proxy_free(struct proxy *p)
{
	unsigned n;

	for (n = 0; n < p->config->interface_count; n++)
		end_interface(p, p->interface[n]);
	membership_free_all(p);
	merge_free(p);
	forward_free(p);
	if (ENABLE_PRIVSEP)
		adopt_free(p);
	free(p);
}

void proxy_shutdown(struct proxy *p, int64_t now)
{
	unsigned n;

	for (n = 0; n < p->config->interface_count; n++)
		if (p->interface[n]->config->upstream)
			host_leave_all(p, p->interface[n], now);
		else
			forwarder_end(p, p->interface[n]);
	if (ENABLE_PRIVSEP)
		adopt_end(p);
	forward_remove_all(p);
}
