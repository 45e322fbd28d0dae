/* SPDX-License-Identifier: MIT */
/* Kernel routes; see forward.h. */
#include "proto/forward/forward.h"

#include "proto/forward/flow.h"
#include "proto/policy/filter.h"
#include "proto/policy/merge.h"
#include "proto/policy/policy.h"
#include "proto/state/interface.h"
#include "proto/state/membership.h"
#include "proto/state/route.h"

/* The input of what only drops: the last of all VIFs is there only if all are. */
enum { NOWHERE = PROXY_VIFS - 1 };

/* ---- VIFs and configuration ---- */

void forward_init(struct proxy *p)
{
	p->forwarding.root = PROXY_VIFS;
	if (ENABLE_PER_SOURCE)
		flow_init(p);
}

void forward_free(struct proxy *p)
{
	if (ENABLE_PER_SOURCE)
		flow_free(p);
}

void forward_renew(struct proxy *p)
{
	enum proxy_forwarding mode = policy_forwarding(p);

	if (!ENABLE_PER_SOURCE || mode == p->forwarding.mode)
		return;
	p->forwarding.mode = mode;
	flow_switch(p);
}

void forward_configure(struct proxy *p)
{
	const struct proxy_interface_config *config = NULL;

	if (p->upstream < PROXY_VIFS)
		config = p->host[p->upstream]->config;
	if (ENABLE_FILTER && config && filter_verdict(config->out) == FILTER_NONE)
		config = NULL;
	p->forwarding.way_up = config ? p->upstream : PROXY_VIFS;
	route_touch_tree(p);
	forward_renew(p);
}

void forward_set_vif(struct proxy *p, unsigned vif, bool exists)
{
	if (!(p->forwarding.present & route_bit(vif)) == !exists)
		return;
	p->forwarding.present ^= route_bit(vif);
	/* Even if it is back within the turn, it is another one. */
	p->forwarding.covered &= ~route_bit(vif);
	route_touch_tree(p);
}

void forward_keep_vifs(struct proxy *p, uint32_t vifs)
{
	p->forwarding.present &= vifs;
	p->forwarding.covered &= vifs;
}

void forward_adopt(struct proxy *p)
{
	p->forwarding.covered = p->forwarding.present;
	forward_renew(p);
}

/* ---- (*,*) ---- */

bool forward_wildcard(const struct proxy *p, struct route *r)
{
	*r = (struct route){.source = p->any, .group = p->any};
	r->input = p->forwarding.tree_input;
	r->outputs = p->forwarding.tree;
	return p->forwarding.tree;
}

static void tell_wildcard(struct proxy *p, const struct addr *group, unsigned input,
			  uint32_t outputs, bool remove)
{
	route_tell(p, &p->any, group, input, outputs, remove);
}

/* A (*,*) whose input is its only output: what comes in there goes nowhere, and nobody is asked
 * about it. */
static void set_sink(struct proxy *p, unsigned vif, bool remove)
{
	tell_wildcard(p, &p->any, vif, route_bit(vif), remove);
}

static void reinstall_all(struct proxy *p)
{
	struct membership *m;

	for (m = p->database.first; m; m = m->next) {
		m->reinstall = true;
		membership_touch(p, m);
	}
}

void forward_relocate(struct proxy *p)
{
	struct membership *m;

	for (m = p->database.first; m; m = m->next) {
		if (!m->route_count)
			continue;
		m->relocate = true;
		membership_touch(p, m);
	}
}

/* Where (*,*) leads: without a way up, to a VIF that is not there. */
static unsigned tree_input(const struct proxy *p)
{
	unsigned vif = 0;

	if (p->forwarding.way_up < PROXY_VIFS)
		return p->forwarding.way_up;
	while (vif < PROXY_VIFS && (p->router[vif] || p->host[vif]))
		vif++;
	return vif;
}

/* The outputs of (*,*): where the instance forwards to. */
static uint32_t tree_of(const struct proxy *p)
{
	uint32_t vifs = route_bit(p->upstream);
	unsigned vif;

	if (route_is_per_source(p))
		return 0;
	for (vif = 0; vif < PROXY_VIFS; vif++)
		if (p->router[vif] && interface_forwards(p->router[vif]))
			vifs |= route_bit(vif);
	return vifs & p->forwarding.present;
}

/* Brings (*,*) up to date. An old one whose input has become a sink was replaced by that. */
static void set_tree(struct proxy *p, uint32_t tree, unsigned input)
{
	bool moves = tree && p->forwarding.tree && input != p->forwarding.tree_input;
	bool changes = moves || tree != p->forwarding.tree;
	struct route old, r;

	forward_wildcard(p, &old);
	old.remove = true;
	if (changes)
		forward_relocate(p);
	p->forwarding.tree = tree;
	p->forwarding.tree_input = input;
	forward_wildcard(p, &r);
	if (tree && (changes || p->forwarding.present != p->forwarding.covered))
		p->out->route(p->ctx, &r);
	if ((moves || (changes && !tree)) && !(p->forwarding.sinks & route_bit(old.input)))
		p->out->route(p->ctx, &old);
}

/* The input of (*,G) routes. */
static unsigned root_of(const struct proxy *p, uint32_t tree)
{
	if (!tree)
		return PROXY_VIFS;
	return tree & route_bit(p->upstream) ? p->upstream : (unsigned)__builtin_ctz(tree);
}

bool forward_adopt_tree(struct proxy *p, const struct route *r)
{
	uint32_t tree = tree_of(p),
		 drops = route_is_per_source(p) ? 0 : p->forwarding.present & ~tree;

	if (tree && r->input == tree_input(p)) {
		p->forwarding.tree = r->outputs;
		p->forwarding.tree_input = r->input;
		return true;
	}
	if (!r->outputs || r->outputs != (drops & route_bit(r->input)))
		return false;
	p->forwarding.sinks |= r->outputs;
	return true;
}

bool forward_adopt_group(struct proxy *p, struct membership *m, const struct route *r)
{
	if (r->input == NOWHERE && r->outputs && m->local)
		m->shut = ((unsigned)__builtin_ctz(r->outputs) + 1) & 63;
	if (r->input == NOWHERE)
		return m->shut;
	if (r->input != root_of(p, tree_of(p)))
		return false;
	p->forwarding.group_route_count += !m->installed;
	m->installed = true;
	m->root = (uint8_t)r->input;
	m->outputs = r->outputs;
	return true;
}

bool forward_has_input(const struct proxy *p, unsigned vif)
{
	return tree_of(p) & route_bit(vif);
}

void forward_tree(struct proxy *p)
{
	uint32_t old_sinks = p->forwarding.sinks, tree;
	bool per_source;
	unsigned vif, root;

	forward_renew(p);
	tree = tree_of(p);
	per_source = route_is_per_source(p);
	root = root_of(p, tree);
	p->forwarding.tree_changed = false;
	p->forwarding.sinks = per_source ? 0 : p->forwarding.present & ~tree;
	for (vif = 0; vif < PROXY_VIFS; vif++)
		if (p->forwarding.sinks & ~(old_sinks & p->forwarding.covered) & route_bit(vif))
			set_sink(p, vif, false);
	set_tree(p, tree, tree ? tree_input(p) : p->forwarding.tree_input);
	for (vif = 0; vif < PROXY_VIFS; vif++)
		if (old_sinks & ~p->forwarding.sinks & route_bit(vif) &&
		    !(tree && vif == p->forwarding.tree_input))
			set_sink(p, vif, true);
	if (p->forwarding.present & ~p->forwarding.covered)
		reinstall_all(p);
	else if (root != p->forwarding.root || per_source)
		membership_touch_all(p);
	p->forwarding.root = root;
	p->forwarding.covered = p->forwarding.present;
}

/* ---- where data come from and go to ---- */

/* The downstreams that want SOURCE; any: all that is not listed. With wildcard routes the filters'
 * verdicts on a group are the same for all sources and inputs. */
static uint32_t wanting(const struct proxy *p, const struct membership *m,
			const struct addr *source)
{
	if (p->upstream < PROXY_VIFS && !policy_may_come(p->host[p->upstream], &m->group, source))
		return 0;
	return policy_wanting(p, m, PROXY_VIFS, source);
}

/* Nothing is taken from where another router forwards: what is sent there comes in elsewhere. */
static unsigned locate(struct proxy *p, const struct addr *source)
{
	unsigned vif = interface_on_link(p, source);

	if (vif == PROXY_VIFS)
		vif = p->out->reverse_path(p->ctx, source);
	return p->forwarding.tree & route_bit(vif) ? vif : p->forwarding.root;
}

/* ---- (*,G) ---- */

/* What comes in by the upstream meets a (*,G) of its own, which leads nowhere. Its input has no
 * tree, so it is for nobody else; and Linux looks at what has been made last first: that of another
 * upstream goes before. */
static void shut_group(struct proxy *p, struct membership *m, unsigned shut)
{
	if (m->shut && m->shut != shut)
		tell_wildcard(p, &m->group, NOWHERE, 0, true);
	if (shut && (m->shut != shut || m->reinstall))
		tell_wildcard(p, &m->group, NOWHERE, route_bit(shut - 1), false);
	m->shut = shut & 63;
}

static void update_group_route(struct proxy *p, struct membership *m, uint32_t all)
{
	unsigned root = p->forwarding.root;
	bool wanted = root < PROXY_VIFS && (all || m->local);
	uint32_t outputs = all | (m->local ? 0 : route_bit(p->forwarding.way_up));

	outputs &= p->forwarding.present;
	if (wanted && (!m->installed || m->reinstall || m->outputs != outputs || m->root != root))
		tell_wildcard(p, &m->group, root, outputs, false);
	/* With another input it is another entry: the new one stands before the old one goes. */
	if (m->installed && (!wanted || m->root != root))
		tell_wildcard(p, &m->group, m->root, 0, true);
	p->forwarding.group_route_count += wanted;
	p->forwarding.group_route_count -= m->installed;
	m->installed = wanted;
	m->root = (uint8_t)root;
	m->outputs = outputs;
	wanted &= m->local && outputs && root == p->upstream;
	shut_group(p, m, wanted ? p->upstream + 1 : 0);
}

/* ---- (S,G) ---- */

/* Every source that some downstream lists, sorted. */
static size_t listed_sources(const struct membership *m, struct addr *to)
{
	const struct group *g;
	size_t count = 0;
	uint32_t n;

	for (g = m->groups; g; g = g->next)
		for (n = 0; n < g->state.sources.count; n++)
			if (g->state.filter_mode == INCLUDE || !g->state.sources.source[n].expires)
				to[count++] = g->state.sources.source[n].address;
	return source_sort(to, count);
}

/* Of COUNT sources keeps those that need a route and have none. */
static size_t missing_route(const struct proxy *p, const struct membership *m, struct addr *source,
			    size_t count, uint32_t all)
{
	size_t n, kept = 0;

	for (n = 0; n < count; n++)
		if (wanting(p, m, &source[n]) != all && !route_find(m, &source[n]))
			source[kept++] = source[n];
	return kept;
}

static void install_source(struct proxy *p, struct membership *m, struct source_route *s)
{
	unsigned input = s->fresh || m->relocate ? locate(p, &s->source) : s->input;
	uint32_t outputs =
		wanting(p, m, &s->source) | (m->local ? 0 : route_bit(p->forwarding.way_up));

	if (m->local && input == p->upstream)
		outputs = 0;
	/* From the upstream to the upstream there is nothing to forward, nor back to any input. */
	route_set(p, m, s, input, outputs & p->forwarding.present & ~route_bit(input));
}

/* The routes there are: brings them up to date, or removes them. Needs no memory. */
static void update_source_routes(struct proxy *p, struct membership *m, uint32_t all)
{
	uint32_t n;

	for (n = 0; n < m->route_count; n++) {
		struct source_route *s = &m->route[n];
		bool possible = p->forwarding.root < PROXY_VIFS;
		bool needed = possible && wanting(p, m, &s->source) != all;

		/* The kernel has asked about it before there were wildcards, and waits. */
		if (needed || (s->fresh && possible))
			install_source(p, m, s);
		if (!needed)
			route_end(p, m, s);
	}
	route_sweep(m);
}

/* Adds routes for COUNT sources, as far as there is room. */
static void add_source_routes(struct proxy *p, struct membership *m, const struct addr *source,
			      size_t count)
{
	struct interface *i = p->host[p->forwarding.root] ? p->host[p->forwarding.root]
							  : p->router[p->forwarding.root];
	uint32_t n, room = route_room(p, count);

	if (room < count) {
		i->counters.value[LIMIT_ROUTES] += count - room;
		m->incomplete = p->forwarding.crowded = true;
	}
	if (room && !route_insert(p, m, source, room)) {
		i->counters.value[NO_MEMORY]++;
		membership_starved(p, m);
	}
	for (n = 0; n < m->route_count; n++)
		if (m->route[n].fresh)
			install_source(p, m, &m->route[n]);
}

void forward_update(struct proxy *p, struct membership *m)
{
	struct addr *list;
	uint32_t all;

	if (ENABLE_PER_SOURCE && route_is_per_source(p)) {
		update_group_route(p, m, 0);
		flow_update(p, m);
		return;
	}
	all = wanting(p, m, &p->any);
	update_group_route(p, m, all);
	update_source_routes(p, m, all);
	m->reinstall = m->relocate = false;
	if (p->forwarding.root == PROXY_VIFS)
		return;
	if (merge_room_listed(p, m, &list)) {
		size_t count = listed_sources(m, list);

		add_source_routes(p, m, list, missing_route(p, m, list, count, all));
		return;
	}
	p->interface[0]->counters.value[NO_MEMORY]++;
	membership_starved(p, m);
}

void forward_wrong_vif(struct proxy *p, const struct upcall *upcall)
{
	struct membership *m = membership_find(p, &upcall->group);
	struct source_route *s = m ? route_find(m, &upcall->source) : NULL;
	bool up = upcall->vif == p->upstream;
	unsigned link;

	if (!s || s->input == upcall->vif || !(p->forwarding.tree & route_bit(upcall->vif)))
		return;
	link = interface_on_link(p, &upcall->source);
	if (!up && (link < PROXY_VIFS
			    ? link != upcall->vif
			    : p->upstream < PROXY_VIFS &&
				      p->out->reverse_path(p->ctx, &upcall->source) == p->upstream))
		return;
	if (route_is_used(p, m, s))
		return;
	s->input = (uint8_t)upcall->vif;
	s->outputs = UINT32_MAX; /* unlike any that it may get */
	membership_touch(p, m);
}

bool forward_has_room_again(struct proxy *p)
{
	if (!p->forwarding.crowded || !route_room(p, 1))
		return false;
	p->forwarding.crowded = false;
	return true;
}

static bool wants_wildcard(const struct proxy *p, struct route *r)
{
	struct route tree;

	if (forward_wildcard(p, &tree) && tree.input == r->input)
		r->outputs = tree.outputs;
	else
		r->outputs = p->forwarding.sinks & route_bit(r->input);
	return r->outputs;
}

static bool wants_route(const struct proxy *p, struct route *r)
{
	const struct membership *m = membership_find(p, &r->group);
	const struct source_route *s = NULL;

	if (addr_is_any(&r->group) && addr_is_any(&r->source))
		return wants_wildcard(p, r);
	if (!m)
		return false;
	if (addr_is_any(&r->source)) {
		r->outputs = r->input != NOWHERE ? m->outputs
			     : m->shut		 ? route_bit(m->shut - 1u)
						 : 0;
		return r->input == NOWHERE ? m->shut : m->installed && m->root == r->input;
	}
	s = route_find(m, &r->source);
	if (!s)
		return false;
	r->input = s->input;
	r->outputs = s->outputs;
	return true;
}

void forward_wanted(const struct proxy *p, struct route *r)
{
	r->remove = !wants_route(p, r);
}

void forward_reinstall(struct proxy *p)
{
	p->forwarding.covered = 0;
	p->forwarding.tree_changed = true;
}

void forward_remove_all(struct proxy *p)
{
	struct membership *m;
	struct route r;
	uint32_t n;

	for (m = p->database.first; m; m = m->next) {
		shut_group(p, m, 0);
		if (m->installed)
			tell_wildcard(p, &m->group, m->root, 0, true);
		for (n = 0; n < m->route_count; n++)
			route_end(p, m, &m->route[n]);
		route_sweep(m);
		m->installed = false;
	}
	p->forwarding.group_route_count = 0;
	for (n = 0; n < PROXY_VIFS; n++)
		if (p->forwarding.sinks & route_bit(n))
			set_sink(p, n, true);
	if (forward_wildcard(p, &r)) {
		r.remove = true;
		p->out->route(p->ctx, &r);
	}
}
