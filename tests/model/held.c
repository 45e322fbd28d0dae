/* SPDX-License-Identifier: MIT */
/*
 * What a router keeps of a group (RFC 3376 sections 6.2 and 6.3): its mode, its timers, its sources
 * within their limits, and what ends with time.
 */
#include <stdlib.h>

#include "tests/model/state.h"

/* ---- sources ---- */

struct wanted *held_source(const struct member *member, const struct addr *address)
{
	for (unsigned i = 0; i < member->source_count; i++)
		if (addr_equal(&member->source[i].address, address))
			return &member->source[i];
	return NULL;
}

/* Of INCLUDE (A), or X of EXCLUDE (X,Y). */
bool held_in_x(const struct member *member, const struct addr *address)
{
	const struct wanted *source = held_source(member, address);

	return source && !source->excluded;
}

bool held_in_y(const struct member *member, const struct addr *address)
{
	const struct wanted *source = held_source(member, address);

	return source && source->excluded;
}

void held_delete_source(struct member *member, const struct addr *address)
{
	struct wanted *source = held_source(member, address);

	if (source)
		*source = member->source[--member->source_count];
}

/* A host that is tracked counts as four sources beside its own. */
static unsigned sources_of(const struct member *member)
{
	unsigned count = member->source_count;

	for (unsigned i = 0; i < member->host_count; i++)
		count += 4 + member->host[i].source_count;
	return count;
}

unsigned held_total(const struct link *link, bool drawn)
{
	unsigned count = 0;

	for (unsigned i = 0; i < link->member_count; i++)
		if (!link->member[i].permanent && !link->member[i].drawer == !drawn)
			count += sources_of(&link->member[i]);
	return count;
}

bool held_is_host(const struct member *member)
{
	return !addr_is_any(&member->reporter);
}

static struct wanted *add_source(const struct link *link, struct member *member,
				 const struct addr *address)
{
	struct wanted *source = held_source(member, address);

	if (source)
		return source;
	if (!member->permanent && !reporter_finds_source(link, member))
		return NULL;
	source = GROW(member->source, member->source_count, member->source_room);
	*source = (struct wanted){.address = *address};
	return source;
}

void held_run(const struct link *link, struct member *member, const struct addr *address,
	      int64_t expires)
{
	struct wanted *source = add_source(link, member, address);

	if (!source)
		return;
	source->excluded = false;
	source->expires = expires;
}

void held_exclude(const struct link *link, struct member *member, const struct addr *address)
{
	struct wanted *source = add_source(link, member, address);

	if (source)
		source->excluded = true;
}

/* ---- groups ---- */

struct member *held_find(struct link *link, const struct addr *group, bool permanent)
{
	for (unsigned i = 0; i < link->member_count; i++)
		if (link->member[i].permanent == permanent &&
		    addr_equal(&link->member[i].group, group))
			return &link->member[i];
	return NULL;
}

struct member *held_add(struct link *link, const struct addr *group, bool permanent)
{
	struct member *member;

	member = GROW(link->member, link->member_count, link->member_room);
	*member = (struct member){.group = *group, .permanent = permanent, .query_at = NEVER};
	return member;
}

void held_delete_host(struct member *member, unsigned i)
{
	free(member->host[i].source);
	member->host[i] = member->host[--member->host_count];
}

static void free_member(struct member *member)
{
	while (member->host_count)
		held_delete_host(member, 0);
	free(member->host);
	free(member->source);
}

void held_delete(struct link *link, struct member *member)
{
	reporter_return(link, member);
	free_member(member);
	*member = link->member[--link->member_count];
}

bool held_wants(const struct member *member, const struct addr *source)
{
	return member->exclude ? !held_in_y(member, source) : held_in_x(member, source);
}

unsigned held_version(const struct model *model, const struct member *member)
{
	if (member->v1_until > model->now)
		return 1;
	if (model->protocol == PROTOCOL_IGMP && member->v2_until > model->now)
		return 2;
	return newest_version(model->protocol);
}

bool held_is_exclude(const struct model *model, const struct member *host)
{
	return host->exclude && host->expires > model->now;
}

bool held_is_running(const struct model *model, const struct wanted *source)
{
	return !source->excluded && source->expires > model->now;
}

bool held_wants_anything(const struct model *model, const struct member *host)
{
	bool wants = held_is_exclude(model, host);

	for (unsigned i = 0; i < host->source_count; i++)
		wants |= held_is_running(model, &host->source[i]);
	return wants;
}

/* ---- what is over ---- */

/* What expires in the moment in which it is asked for may be asked for or not. */
static void may_ask(struct model *model, unsigned entry, const struct member *member, bool over)
{
	struct expected *expected = NULL;

	if (member->query_at > model->now)
		return;
	if (over && member->queries)
		model_expect(model, entry, &member->group)->optional = true;
	for (unsigned i = 0; i < member->source_count; i++) {
		const struct wanted *source = &member->source[i];

		if (!source->queries || source->expires > model->now)
			continue;
		if (!expected)
			expected = model_expect(model, entry, &member->group);
		expected->optional = true;
		list_add(&expected->maybe, &source->address);
	}
}

/* RFC 3376 sections 6.2.2, 6.2.3 and 6.5. True: the group is gone. */
bool held_expire(struct model *model, unsigned entry, struct member *member)
{
	bool over = member->exclude && member->expires <= model->now;
	unsigned kept = 0;

	may_ask(model, entry, member, over);
	for (unsigned i = 0; i < member->source_count; i++) {
		struct wanted source = member->source[i];

		if (!source.excluded && source.expires <= model->now) {
			source.excluded = true;
			source.queries = 0;
		}
		if (!source.excluded || (member->exclude && !over))
			member->source[kept++] = source;
	}
	member->source_count = kept;
	member->ended = over && member->queries && member->query_at <= model->now;
	if (over) {
		member->exclude = false;
		member->expires = 0;
		member->queries = 0;
	}
	return !member->exclude && !kept;
}
