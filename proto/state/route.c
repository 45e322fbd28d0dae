/* SPDX-License-Identifier: MIT */
/* See route.h. */
#include "proto/state/route.h"

#include <stdlib.h>

void route_touch_tree(struct proxy *p)
{
	p->forwarding.tree_changed = true;
}

struct source_route *route_find(const struct membership *m, const struct addr *source)
{
	uint32_t at = addr_rank(m->route, m->route_count, sizeof(*m->route), source);

	if (at == m->route_count || !addr_equal(&m->route[at].source, source))
		return NULL;
	return &m->route[at];
}

uint32_t route_room(const struct proxy *p, size_t count)
{
	uint32_t most = p->config->max_routes;
	uint32_t left = most > p->forwarding.route_count ? most - p->forwarding.route_count : 0;

	return !most || count <= left ? (uint32_t)count : left;
}

bool route_insert(struct proxy *p, struct membership *m, const struct addr *source, uint32_t count)
{
	uint32_t old = m->route_count, to = old + count, at;
	struct source_route *route = realloc(m->route, to * sizeof(*route));

	if (!route)
		return false;
	m->route = route;
	m->route_count = to;
	p->forwarding.route_count += count;
	/* From the back; COUNT is how far those behind the next one move. */
	for (; count; count--, old = at) {
		const struct addr *next = &source[count - 1];

		at = addr_rank(route, old, sizeof(*route), next);
		memmove(&route[at + count], &route[at], (old - at) * sizeof(*route));
		route[at + count - 1] = (struct source_route){.source = *next, .fresh = true};
	}
	return true;
}

void route_tell(struct proxy *p, const struct addr *source, const struct addr *group,
		unsigned input, uint32_t outputs, bool remove)
{
	struct route r = {.source = *source,
			  .group = *group,
			  .input = input,
			  .remove = remove,
			  .outputs = outputs};

	p->out->route(p->ctx, &r);
}

void route_set(struct proxy *p, const struct membership *m, struct source_route *s, unsigned input,
	       uint32_t outputs)
{
	if (!s->fresh && !m->reinstall && s->input == input && s->outputs == outputs)
		return;
	s->fresh = false;
	s->input = (uint8_t)input;
	s->outputs = outputs;
	route_tell(p, &s->source, &m->group, input, outputs, false);
}

bool route_is_used(struct proxy *p, const struct membership *m, struct source_route *s)
{
	struct route r = {.source = s->source, .group = m->group, .input = s->input};
	uint64_t count;
	bool used =
		!s->fresh && p->out->packets(p->ctx, &r, &count) && (uint32_t)count != s->packets;

	if (used) {
		s->packets = (uint32_t)count;
		s->idle = 0;
	}
	return used;
}

void route_end(struct proxy *p, const struct membership *m, struct source_route *s)
{
	if (!s->fresh)
		route_tell(p, &s->source, &m->group, s->input, 0, true);
	p->forwarding.route_count--;
	s->dead = true;
}

void route_sweep(struct membership *m)
{
	uint32_t n, kept = 0;

	for (n = 0; n < m->route_count; n++)
		if (!m->route[n].dead)
			m->route[kept++] = m->route[n];
	m->route_count = kept;
	if (kept)
		return;
	free(m->route);
	m->route = NULL;
}
