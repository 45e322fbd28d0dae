/* SPDX-License-Identifier: MIT */
/* Kernel routes; see forward.h. */
#include "forward.h"

#include <stdlib.h>

#include "interface.h"
#include "membership.h"
#include "merge.h"

static uint32_t bit(unsigned vif)
{
	return vif < PROXY_VIFS ? (uint32_t)1 << vif : 0;
}

static struct addr any_address(const struct proxy *p)
{
	return p->protocol == PROTOCOL_IGMP ? addr_ipv4(0) : (struct addr){{0}};
}

static unsigned unused_vif(const struct proxy *p)
{
	unsigned vif = 0;

	while (p->router[vif])
		vif++;
	return vif;
}

bool forward_wildcard(const struct proxy *p, struct route *r)
{
	*r = (struct route){.source = any_address(p), .group = any_address(p)};
	/* Without an upstream its place is taken by a VIF that is not there. */
	r->input = p->upstream < PROXY_VIFS ? p->upstream : unused_vif(p);
	r->outputs = p->tree;
	return p->tree;
}

/* A (*,*) whose input is its only output: what comes in there goes nowhere, and nobody is asked
 * about it. */
static void set_sink(struct proxy *p, unsigned vif, bool remove)
{
	struct route r = {.source = any_address(p),
			  .group = any_address(p),
			  .input = vif,
			  .remove = remove,
			  .outputs = bit(vif)};

	p->out->route(p->ctx, &r);
}

static void reinstall_all(struct proxy *p)
{
	struct membership *m;

	for (m = p->first; m; m = m->next) {
		m->reinstall = true;
		membership_touch(p, m);
	}
}

void forward_relocate(struct proxy *p)
{
	struct membership *m;

	for (m = p->first; m; m = m->next) {
		if (!m->route_count)
			continue;
		m->relocate = true;
		membership_touch(p, m);
	}
}

static uint32_t forwarding(const struct proxy *p)
{
	uint32_t vifs = bit(p->upstream);
	unsigned vif;

	for (vif = 0; vif < PROXY_VIFS; vif++)
		if (p->router[vif] && interface_forwards(p->router[vif]))
			vifs |= bit(vif);
	return vifs & p->present;
}

void forward_tree(struct proxy *p)
{
	uint32_t old_sinks = p->sinks, old_tree = p->tree, tree = forwarding(p);
	unsigned vif, root = PROXY_VIFS;
	struct route r;

	p->tree_changed = false;
	p->tree = tree;
	p->sinks = p->present & ~tree;
	for (vif = 0; vif < PROXY_VIFS; vif++)
		if (p->sinks & ~(old_sinks & p->told) & bit(vif))
			set_sink(p, vif, false);
	r.remove = !forward_wildcard(p, &r);
	if (tree != old_tree || (tree && p->present != p->told))
		p->out->route(p->ctx, &r);
	if (tree != old_tree)
		forward_relocate(p);
	for (vif = 0; vif < PROXY_VIFS; vif++)
		if (old_sinks & ~p->sinks & bit(vif))
			set_sink(p, vif, true);
	if (tree)
		root = tree & bit(p->upstream) ? p->upstream : (unsigned)__builtin_ctz(tree);
	if (p->present & ~p->told)
		reinstall_all(p);
	else if (root != p->root)
		membership_touch_all(p);
	p->root = root;
	p->told = p->present;
}

/* ---- who wants what ---- */

static uint32_t wanting_all(const struct proxy *p, const struct membership *m)
{
	const struct group *g;
	uint32_t vifs = 0;

	for (g = m->groups; g; g = g->next)
		if (g->filter_mode == EXCLUDE && interface_forwards(p->router[g->vif]))
			vifs |= bit(g->vif);
	return vifs;
}

/* RFC 3376 section 6.3. */
static uint32_t wanting(const struct proxy *p, const struct membership *m,
			const struct addr *source)
{
	const struct group *g;
	uint32_t vifs = 0;

	for (g = m->groups; g; g = g->next) {
		const struct source *s = source_list_find(&g->sources, source);
		bool wants = g->filter_mode == EXCLUDE ? !s || s->expires : !!s;

		if (wants && interface_forwards(p->router[g->vif]))
			vifs |= bit(g->vif);
	}
	return vifs;
}

/* The VIF whose subnet SOURCE is on; PROXY_VIFS: none. */
static unsigned on_link(const struct proxy *p, const struct addr *source)
{
	unsigned n, found = PROXY_VIFS;
	int longest = -1;

	for (n = 0; n < p->config->interface_count; n++) {
		const struct interface *i = p->interface[n];
		int length = interface_subnet(i, source);

		if (length > longest && i->exists) {
			longest = length;
			found = i->vif;
		}
	}
	return found;
}

/* Nothing is taken from where another querier forwards: what is sent there comes in elsewhere. */
static unsigned locate(struct proxy *p, const struct addr *source)
{
	unsigned vif = on_link(p, source);

	if (vif == PROXY_VIFS)
		vif = p->out->reverse_path(p->ctx, source);
	return p->tree & bit(vif) ? vif : p->root;
}

/* ---- (*,G) ---- */

static void remove_group_route(struct proxy *p, const struct membership *m)
{
	struct route r = {
		.source = any_address(p), .group = m->group, .input = m->root, .remove = true};

	p->out->route(p->ctx, &r);
}

static void update_group_route(struct proxy *p, struct membership *m, uint32_t all)
{
	bool wanted = p->root < PROXY_VIFS && (all || m->local);
	struct route r = {.source = any_address(p), .group = m->group, .input = p->root};

	r.outputs = (all | (m->local ? 0 : bit(p->upstream))) & p->present;
	if (wanted &&
	    (!m->installed || m->reinstall || m->outputs != r.outputs || m->root != p->root))
		p->out->route(p->ctx, &r);
	/* A route with another input is another entry: the new one stands before the old one goes.
	 */
	if (m->installed && (!wanted || m->root != p->root))
		remove_group_route(p, m);
	p->group_route_count += wanted;
	p->group_route_count -= m->installed;
	m->installed = wanted;
	m->root = (uint8_t)p->root;
	m->outputs = r.outputs;
}

/* ---- (S,G) ---- */

static struct source_route *find_route(const struct membership *m, const struct addr *source)
{
	uint32_t low = 0, high = m->route_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = addr_compare(&m->route[middle].source, source);

		if (!order)
			return &m->route[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void remove_source_route(struct proxy *p, const struct membership *m,
				const struct source_route *s)
{
	struct route r = {
		.source = s->source, .group = m->group, .input = s->input, .remove = true};

	p->out->route(p->ctx, &r);
	p->route_count--;
}

/* Every source that some forwarding downstream lists, sorted, to p->merged, which is large enough.
 */
static size_t listed_sources(struct proxy *p, const struct membership *m)
{
	const struct group *g;
	size_t count = 0;
	uint32_t n;

	for (g = m->groups; g; g = g->next)
		for (n = 0; n < g->sources.count; n++)
			if (g->filter_mode == INCLUDE || !g->sources.source[n].expires)
				p->merged[count++] = g->sources.source[n].address;
	return source_sort(p->merged, count);
}

/* Of the COUNT sources in p->merged keeps those that need a route and have none. */
static size_t missing_route(struct proxy *p, const struct membership *m, size_t count, uint32_t all)
{
	size_t n, kept = 0;

	for (n = 0; n < count; n++)
		if (wanting(p, m, &p->merged[n]) != all && !find_route(m, &p->merged[n]))
			p->merged[kept++] = p->merged[n];
	return kept;
}

static void install_source(struct proxy *p, struct membership *m, struct source_route *s)
{
	struct route r = {.source = s->source, .group = m->group, .input = s->input};

	if (s->fresh || m->relocate)
		r.input = locate(p, &s->source);
	r.outputs = wanting(p, m, &s->source);
	if (!m->local)
		r.outputs |= bit(p->upstream);
	/* From the upstream to the upstream there is nothing to forward, nor back to any input. */
	r.outputs &= p->present & ~bit(r.input);
	if (!s->fresh && !m->reinstall && s->input == r.input && s->outputs == r.outputs)
		return;
	s->fresh = false;
	s->input = (uint8_t)r.input;
	s->outputs = r.outputs;
	p->out->route(p->ctx, &r);
}

/* The routes there are: brings them up to date, or removes them. Needs no memory. */
static void update_source_routes(struct proxy *p, struct membership *m, uint32_t all)
{
	uint32_t n, kept = 0;

	for (n = 0; n < m->route_count; n++) {
		struct source_route *s = &m->route[n];

		if (p->root == PROXY_VIFS || wanting(p, m, &s->source) == all) {
			remove_source_route(p, m, s);
			continue;
		}
		install_source(p, m, s);
		m->route[kept++] = *s;
	}
	m->route_count = kept;
	if (kept)
		return;
	free(m->route);
	m->route = NULL;
}

/* Where what has no interface of its own is counted. */
static struct interface *root_interface(struct proxy *p)
{
	return p->host[p->root] ? p->host[p->root] : p->router[p->root];
}

/* How many of COUNT routes there is room for. */
static uint32_t limit_routes(struct proxy *p, struct membership *m, size_t count)
{
	uint32_t most = p->config->max_routes;
	uint32_t left = most > p->route_count ? most - p->route_count : 0;

	if (!most || count <= left)
		return (uint32_t)count;
	root_interface(p)->counters.value[LIMIT_ROUTES] += count - left;
	m->incomplete = true;
	return left;
}

/* Adds routes for the first COUNT sources in p->merged, from the back, as both are sorted. */
static void add_source_routes(struct proxy *p, struct membership *m, uint32_t count)
{
	uint32_t old = m->route_count, to = old + count;
	struct source_route *route = realloc(m->route, to * sizeof(*route));

	if (!route) {
		root_interface(p)->counters.value[NO_MEMORY]++;
		membership_starved(p, m);
		return;
	}
	m->route = route;
	m->route_count = to;
	p->route_count += count;
	while (count) {
		const struct addr *next = &p->merged[count - 1];

		if (old && addr_compare(&route[old - 1].source, next) > 0) {
			route[--to] = route[--old];
			continue;
		}
		route[--to] = (struct source_route){.source = *next, .fresh = true};
		count--;
	}
	for (to = 0; to < m->route_count; to++)
		if (route[to].fresh)
			install_source(p, m, &route[to]);
}

void forward_update(struct proxy *p, struct membership *m)
{
	uint32_t all = wanting_all(p, m), count;

	update_group_route(p, m, all);
	update_source_routes(p, m, all);
	m->reinstall = m->relocate = false;
	if (p->root == PROXY_VIFS)
		return;
	if (!merge_reserve(p, m)) {
		root_interface(p)->counters.value[NO_MEMORY]++;
		membership_starved(p, m);
		return;
	}
	count = limit_routes(p, m, missing_route(p, m, listed_sources(p, m), all));
	if (count)
		add_source_routes(p, m, count);
}

void forward_wrong_vif(struct proxy *p, const struct upcall *upcall)
{
	struct membership *m = membership_find(p, &upcall->group);
	struct source_route *s = m ? find_route(m, &upcall->source) : NULL;
	unsigned link;

	if (!s || s->input == upcall->vif || !(p->tree & bit(upcall->vif)))
		return;
	link = on_link(p, &upcall->source);
	if (link < PROXY_VIFS
		    ? link != upcall->vif
		    : upcall->vif != p->upstream && p->upstream < PROXY_VIFS &&
			      p->out->reverse_path(p->ctx, &upcall->source) == p->upstream)
		return;
	s->input = (uint8_t)upcall->vif;
	s->outputs = UINT32_MAX; /* unlike any that it may get */
	membership_touch(p, m);
}

static bool is_wildcard_wanted(const struct proxy *p, struct route *r)
{
	struct route tree;

	if (forward_wildcard(p, &tree) && tree.input == r->input)
		r->outputs = tree.outputs;
	else
		r->outputs = p->sinks & bit(r->input);
	return r->outputs;
}

static bool is_wanted(const struct proxy *p, struct route *r)
{
	const struct membership *m = membership_find(p, &r->group);
	const struct source_route *s = NULL;

	if (addr_is_any(&r->group))
		return is_wildcard_wanted(p, r);
	if (!m)
		return false;
	if (addr_is_any(&r->source)) {
		r->outputs = m->outputs;
		return m->installed && m->root == r->input;
	}
	s = find_route(m, &r->source);
	if (!s)
		return false;
	r->input = s->input;
	r->outputs = s->outputs;
	return true;
}

void forward_wanted(const struct proxy *p, struct route *r)
{
	r->remove = !is_wanted(p, r);
}

void forward_reinstall(struct proxy *p)
{
	p->told = 0;
	p->tree_changed = true;
}

void forward_remove_all(struct proxy *p)
{
	struct membership *m;
	struct route r;
	uint32_t n;

	for (m = p->first; m; m = m->next) {
		if (m->installed)
			remove_group_route(p, m);
		for (n = 0; n < m->route_count; n++)
			remove_source_route(p, m, &m->route[n]);
		m->installed = false;
		m->route_count = 0;
	}
	p->group_route_count = 0;
	for (n = 0; n < PROXY_VIFS; n++)
		if (p->sinks & bit(n))
			set_sink(p, n, true);
	if (forward_wildcard(p, &r)) {
		r.remove = true;
		p->out->route(p->ctx, &r);
	}
}
