/* SPDX-License-Identifier: MIT */
/* Who on a link wants what, since when, and when the last one left. */
#include "sim.h"

static const sources everything = (1U << SOURCES) - 1;

sources interest_bits(const struct interest *filter)
{
	return filter->exclude ? everything & ~filter->list : filter->list;
}

void member_start(struct member *member, unsigned link)
{
	*member = (struct member){.link = link, .present = true};
	for (unsigned group = 0; group < GROUPS; group++)
		for (unsigned source = 0; source < SOURCES; source++)
			member->since[group][source] = NEVER;
}

static void left(struct sim *sim, const struct member *member, unsigned group, unsigned source,
		 bool clean)
{
	struct gone *gone = &sim->link[member->link].gone[group][source];

	if (link_told(sim, member->link, group, source))
		return;
	*gone = (struct gone){sim->now, clean};
}

void member_update(struct sim *sim, struct member *member, unsigned group,
		   const struct interest *filter, bool old, bool clean)
{
	sources wanted = interest_bits(filter), told = old && wanted ? everything : wanted;
	sources before = member->told[group];

	/* RFC 4604 section 2.2: not so. Nobody is to listen, but to answers about one source. */
	if (sim_group_is_ssm(group) && old)
		told = 0;
	if (sim_group_is_ssm(group) && (old || filter->exclude))
		clean = false;

	if (!before && told)
		member->told_since[group] = sim->now;
	if ((before | told) >> (SOURCES - 1) & 1)
		sim->link[member->link].excluded[group] = sim->now;
	if (!clean && before & ~told)
		sim->link[member->link].disorder = sim->now;
	member->want[group] = *filter;
	for (unsigned source = 0; source < SOURCES; source++)
		if (!(wanted >> source & 1) || (sim_group_is_ssm(group) && filter->exclude))
			member->since[group][source] = NEVER;
		else if (member->since[group][source] == NEVER)
			member->since[group][source] = sim->now;
	member->wanted[group] = wanted;
	member->told[group] = told;
	for (unsigned source = 0; source < SOURCES; source++)
		if ((before & ~told) >> source & 1)
			left(sim, member, group, source, clean);
}

/* Each member of a link in turn; NULL: that was the last. */
static const struct member *next_member(const struct sim *sim, unsigned link, unsigned *at)
{
	while (*at < sim->station_count + sim->router_count * ROUTER_VIFS) {
		unsigned i = (*at)++, n = i - sim->station_count;
		const struct member *member =
			i < sim->station_count
				? &sim->station[i].member
				: &sim->router[n / ROUTER_VIFS].member[n % ROUTER_VIFS];

		if (member->present && member->link == link)
			return member;
	}
	return NULL;
}

bool link_wanted_before(const struct sim *sim, unsigned link, const struct member *except,
			unsigned group, unsigned source, int64_t time)
{
	const struct member *member;
	unsigned at = 0;

	while ((member = next_member(sim, link, &at)))
		if (member != except && member->since[group][source] < time &&
		    member->told[group] >> source & 1)
			return true;
	return false;
}

bool link_told(const struct sim *sim, unsigned link, unsigned group, unsigned source)
{
	const struct member *member;
	unsigned at = 0;

	while ((member = next_member(sim, link, &at)))
		if (member->told[group] >> source & 1)
			return true;
	return false;
}

bool link_excludes(const struct sim *sim, unsigned link, unsigned group)
{
	return link_told(sim, link, group, SOURCES - 1);
}
