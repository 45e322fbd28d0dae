/* SPDX-License-Identifier: MIT */
/* One proxy instance: events in, a turn at a time out; see proxy.h. */
#include "proxy.h"

#include <stdlib.h>

#include "filter.h"
#include "flow.h"
#include "forward.h"
#include "group.h"
#include "host.h"
#include "interface.h"
#include "membership.h"
#include "merge.h"
#include "policy.h"
#include "querier.h"

/* Timers that one turn runs before packets get their chance again. */
enum { TURN_BUDGET = 4096 };
/* When memory was short, in milliseconds. */
enum { RETRY_INTERVAL = 10000 };

int64_t proxy_random(struct proxy *p, int64_t below)
{
	/* xorshift64*: delays need to differ, not to be secret. */
	p->random ^= p->random >> 12;
	p->random ^= p->random << 25;
	p->random ^= p->random >> 27;
	if (below <= 1)
		return 0;
	return (int64_t)((p->random * 0x2545f4914f6cdd1du >> 1) % (uint64_t)below);
}

/* ---- life ---- */

/* SSDP stays in the house: its groups are routed among the downstreams and, even when nobody has
 * joined, not by (*,*). */
static bool keep_local(struct proxy *p)
{
	struct addr group = addr_ipv4(0xeffffffau);
	unsigned scope, first = p->protocol == PROTOCOL_IGMP ? 15 : 3;

	for (scope = first; scope <= 15; scope++) {
		struct membership *m;

		if (p->protocol == PROTOCOL_MLD)
			group = (struct addr){{0xff, (uint8_t)scope, [15] = 0x0c}};
		m = membership_get(p, &group);
		if (!m)
			return false;
		m->local = true;
	}
	return true;
}

/* False: no memory. */
static bool start_interface(struct proxy *p, unsigned entry)
{
	const struct proxy_interface_config *config = &p->config->interface[entry];
	struct interface *i = calloc(1, sizeof(*i));

	if (!i)
		return false;
	p->interface[entry] = i;
	*(config->upstream ? &p->host[config->vif] : &p->router[config->vif]) = i;
	if (config->upstream && p->upstream == PROXY_VIFS)
		p->upstream = config->vif;
	i->config = config;
	i->vif = config->vif;
	i->configured = i->config->values;
	values_complete(&i->configured, p->protocol);
	i->values = i->configured;
	i->version = message_version(p->protocol, i->values.version);
	if (i->config->oldest_version)
		i->oldest_version = message_version(p->protocol, i->config->oldest_version);
	if (i->oldest_version > i->version)
		i->oldest_version = i->version;
	i->next_general_query = i->other_querier_until = INT64_MAX;
	i->reply_next = i->next_unsolicited = INT64_MAX;
	return true;
}

/* What the configuration means as a whole. */
static void set_policy(struct proxy *p)
{
	const struct proxy_interface_config *config = NULL;

	if (p->upstream < PROXY_VIFS)
		config = p->host[p->upstream]->config;
	p->plain = policy_is_plain(p);
	p->forwarding = policy_forwarding(p);
	p->way_up = config && filter_verdict(config->out) != FILTER_NONE ? p->upstream : PROXY_VIFS;
	p->tree_changed = true;
}

struct proxy *proxy_new(const struct proxy_config *config, const struct proxy_out *out, void *ctx,
			uint64_t seed)
{
	struct proxy *p = calloc(1, sizeof(*p));
	bool complete;
	unsigned n;

	if (!p)
		return NULL;
	p->config = config;
	p->out = out;
	p->ctx = ctx;
	p->random = seed ? seed : 1;
	p->hash_seed = (uint32_t)proxy_random(p, UINT32_MAX);
	p->protocol = config->protocol;
	p->upstream = p->root = PROXY_VIFS;
	p->retry_at = p->sweep_at = p->poll_at = INT64_MAX;
	complete = config->ssdp_upstream || keep_local(p);
	for (n = 0; complete && n < config->interface_count; n++)
		complete = start_interface(p, n);
	if (!complete) {
		proxy_free(p);
		return NULL;
	}
	set_policy(p);
	return p;
}

static void free_membership(struct proxy *p, struct membership *m)
{
	if (ENABLE_PER_SOURCE)
		flow_forget(p, m);
	free(m->route);
	membership_free(p, m);
}

void proxy_free(struct proxy *p)
{
	unsigned n;

	for (n = 0; n < PROXY_ENTRIES && p->interface[n]; n++) {
		struct interface *i = p->interface[n];

		if (i->config->upstream)
			host_free(p, i);
		else
			querier_stop(p, i);
		free(i->prefix);
		free(i);
	}
	while (p->first)
		free_membership(p, p->first);
	free(p->bucket);
	free(p->merged);
	free(p->contest);
	free(p);
}

void proxy_shutdown(struct proxy *p, int64_t now)
{
	unsigned n;

	for (n = 0; n < p->config->interface_count; n++)
		if (p->interface[n]->config->upstream)
			host_leave_all(p, p->interface[n], now);
	forward_remove_all(p);
}

/* ---- events ---- */

/* False: no memory. */
static bool set_prefixes(struct proxy *p, struct interface *i, const struct interface_state *state)
{
	size_t size = state->prefix_count * sizeof(*i->prefix);
	struct prefix *prefix;

	if (i->prefix_count == state->prefix_count &&
	    (!size || !memcmp(i->prefix, state->prefix, size)))
		return true;
	prefix = size ? malloc(size) : NULL;
	if (size && !prefix) {
		i->counters.value[NO_MEMORY]++;
		return false;
	}
	if (size)
		memcpy(prefix, state->prefix, size);
	free(i->prefix);
	i->prefix = prefix;
	i->prefix_count = state->prefix_count;
	forward_relocate(p);
	return true;
}

/* A downstream needs an address to query from; MLD always a link-local one. Reports may come from
 * 0.0.0.0 (RFC 3376 section 4.2.13). */
static bool can_be_active(const struct proxy *p, const struct interface *i)
{
	if (!i->up)
		return false;
	return !addr_is_any(&i->address) || (i->config->upstream && p->protocol == PROTOCOL_IGMP);
}

static void start_or_stop(struct proxy *p, struct interface *i, int64_t now, bool start)
{
	i->active = start;
	if (i->config->upstream && start)
		host_start(p, i, now);
	else if (i->config->upstream)
		host_stop(p, i);
	else if (start)
		querier_start(p, i, now);
	else
		querier_stop(p, i);
}

/* One side of the interface. False: no memory. */
static bool set_state(struct proxy *p, struct interface *i, int64_t now,
		      const struct interface_state *state)
{
	bool was_active = i->active, moved = !addr_equal(&i->address, &state->address);
	bool complete;

	i->exists = state->exists;
	i->up = state->up;
	i->address = state->address;
	i->mtu = state->mtu;
	complete = set_prefixes(p, i, state);
	p->retransmit_at = 0;
	i->active = can_be_active(p, i);
	/* Another upstream takes over, or gives back. */
	if (was_active != i->active && i->config->upstream && !p->plain)
		membership_touch_all(p);
	if (was_active && !i->active)
		start_or_stop(p, i, now, false);
	else if (i->active && !was_active)
		start_or_stop(p, i, now, true);
	else if (i->active && moved && i->config->upstream)
		host_start(p, i, now);
	else if (i->active && moved)
		querier_restart(p, i, now);
	return complete;
}

bool proxy_interface(struct proxy *p, int64_t now, const struct interface_state *state)
{
	uint32_t bit = (uint32_t)1 << state->vif;
	struct interface *router = p->router[state->vif], *host = p->host[state->vif];
	bool complete = true;

	if (!(p->present & bit) != !state->exists) {
		p->present ^= bit;
		p->told &= ~bit; /* even if it is back within the turn, it is another one */
		p->tree_changed = true;
	}
	if (router)
		complete = set_state(p, router, now, state);
	if (host)
		complete = set_state(p, host, now, state) && complete;
	return complete;
}

static enum counter check(const struct interface *i, const struct packet *packet,
			  const struct message *m)
{
	if (!i->active)
		return DROP_DOWN;
	if (!addr_is_any(&packet->source) && addr_equal(&packet->source, &i->address))
		return DROP_OWN;
	if (i->config->upstream && m->type != MESSAGE_QUERY)
		return DROP_ROLE;
	if (m->version < i->oldest_version)
		return DROP_VERSION;
	return COUNTER_COUNT;
}

static void hear(struct proxy *p, struct interface *i, int64_t now, const struct packet *packet)
{
	struct message m;
	enum counter result = message_decode(p->protocol, packet, &m);

	if (result <= RX_LEAVE && i->config->router_alert_strict && !packet->router_alert &&
	    m.version > 1)
		result = DROP_ROUTER_ALERT;
	if (result <= RX_LEAVE) {
		enum counter refused = check(i, packet, &m);

		if (refused != COUNTER_COUNT)
			result = refused;
	}
	if (result > RX_LEAVE)
		i->counters.value[result]++;
	else if (i->config->upstream)
		host_query(p, i, now, packet, &m);
	else
		querier_message(p, i, now, packet, &m);
}

void proxy_packet(struct proxy *p, int64_t now, const struct packet *packet)
{
	struct interface *router = p->router[packet->vif], *host = p->host[packet->vif];

	uint64_t queries = router ? router->counters.value[RX_QUERY] : 0;

	if (router)
		hear(p, router, now, packet);
	/* Where it is both, the host part has to do with queries alone. */
	if (host && (!router || router->counters.value[RX_QUERY] > queries))
		hear(p, host, now, packet);
}

void proxy_upcall(struct proxy *p, int64_t now, const struct upcall *upcall)
{
	if (upcall->vif >= PROXY_VIFS)
		return;
	if (ENABLE_PER_SOURCE && p->forwarding)
		flow_upcall(p, now, upcall);
	else if (upcall->type == UPCALL_WRONGVIF)
		forward_wrong_vif(p, upcall);
}

void proxy_wanted_route(const struct proxy *p, struct route *r)
{
	forward_wanted(p, r);
}

void proxy_reinstall(struct proxy *p)
{
	forward_reinstall(p);
}

void proxy_drop(struct proxy *p, unsigned vif, enum counter counter)
{
	struct interface *i = p->router[vif] ? p->router[vif] : p->host[vif];

	if (i)
		i->counters.value[counter]++;
}

/* ---- time ---- */

static int64_t deadline(const struct interface *i)
{
	return i->config->upstream ? host_deadline(i) : querier_deadline(i);
}

int64_t proxy_deadline(const struct proxy *p)
{
	int64_t first = p->retry_at;
	unsigned n;

	if (ENABLE_PER_SOURCE && flow_deadline(p) < first)
		first = flow_deadline(p);
	if (p->dirty || p->tree_changed)
		return INT64_MIN;
	for (n = 0; n < p->config->interface_count; n++) {
		int64_t next = deadline(p->interface[n]);

		if (next < first)
			first = next;
	}
	return first;
}

/* Reports leave before routes are made: the way back takes longer. */
static void report_changes(struct proxy *p, struct interface *i, int64_t now)
{
	struct membership *m;
	size_t count;
	int mode;

	p->retransmit_at = 0;
	for (m = p->dirty; m; m = m->dirty_next) {
		if (m->local)
			continue;
		mode = merge_membership(p, m, i, &count);
		if (mode >= 0) {
			host_update(p, i, m, now, (enum filter_mode)mode, count);
			continue;
		}
		i->counters.value[NO_MEMORY]++;
		membership_starved(p, m);
	}
	host_flush(p, i);
}

static void route_changes(struct proxy *p)
{
	while (p->dirty) {
		struct membership *m = p->dirty;

		forward_update(p, m);
		p->dirty = m->dirty_next;
		m->dirty = false;
		if (!m->groups && !m->subscriptions && !m->local && !m->route)
			free_membership(p, m);
	}
}

/* What was left undone for want of memory. */
static void retry(struct proxy *p)
{
	struct membership *m;
	unsigned n;

	p->retry_at = INT64_MAX;
	for (m = p->first; m; m = m->next)
		if (m->incomplete)
			membership_touch(p, m);
	for (n = 0; n < p->config->interface_count; n++)
		if (p->interface[n]->active && p->interface[n]->static_missing)
			group_join_static(p, p->interface[n]);
}

void proxy_tick(struct proxy *p, int64_t now)
{
	struct membership *m;
	unsigned n;

	if (p->retry_at <= now)
		retry(p);
	for (n = 0; n < p->config->interface_count; n++) {
		struct interface *i = p->interface[n];

		if (deadline(i) <= now && i->config->upstream)
			host_tick(p, i, now, TURN_BUDGET);
		else if (deadline(i) <= now)
			querier_tick(p, i, now, TURN_BUDGET);
	}
	if (ENABLE_PER_SOURCE)
		flow_tick(p, now);
	if (p->tree_changed)
		forward_tree(p);
	for (m = p->dirty; m; m = m->dirty_next) {
		m->incomplete = false;
		if (ENABLE_PER_SOURCE && p->forwarding)
			flow_place(p, m, now);
	}
	for (n = 0; n < p->config->interface_count; n++)
		if (p->interface[n]->config->upstream)
			report_changes(p, p->interface[n], now);
	route_changes(p);
	if (p->starved && p->retry_at == INT64_MAX)
		p->retry_at = now + RETRY_INTERVAL;
	p->starved = false;
}
