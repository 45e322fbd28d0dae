/* SPDX-License-Identifier: MIT */
/* Groups that are joined, and what came for them; see listener.h. */
#include "core/traffic/listener.h"

#include <errno.h>
#include <stdlib.h>

static struct listener_group *find_group(const struct listener *listener, const struct addr *addr)
{
	for (unsigned i = 0; i < listener->range_count; i++) {
		const struct listener_range *range = &listener->range[i];
		uint32_t index = stream_range_find(&range->groups, addr);

		if (index < range->groups.count)
			return &range->group[index];
	}
	return NULL;
}

void listener_packet(void *ctx, const struct addr *addr, const struct stream_packet *packet)
{
	struct listener *listener = ctx;
	struct listener_group *group = find_group(listener, addr);

	if (!group) {
		listener->strays++;
		return;
	}
	listener->receiver.wanted--;
	stream_group_add(&group->stream, packet, &listener->stream_room);
	if (group->first_delay < 0)
		group->first_delay = packet->arrival - group->joined;
	if (group->stream.counts.received == listener->per_group)
		listener->satisfied++;
}

static int change_group(struct listener *listener, struct listener_group *group,
			enum receiver_change change, const struct addr *addr,
			const struct addr *source)
{
	bool was_joined = group->membership.joined;
	int64_t before = loop_nanoseconds();
	int error = receiver_change(&listener->receiver, &group->membership, change, addr, source);

	if (!error && !was_joined) {
		group->joined = before;
		group->first_delay = -1;
	}
	return error;
}

static bool overlap(const struct stream_range *a, const struct stream_range *b)
{
	return stream_range_find(a, &b->first) < a->count ||
	       stream_range_find(b, &a->first) < b->count;
}

/* The groups, if all of them are known and stand together. */
static struct listener_group *find_range(const struct listener *listener,
					 const struct stream_range *groups)
{
	for (unsigned i = 0; i < listener->range_count; i++) {
		const struct listener_range *range = &listener->range[i];
		uint32_t index = stream_range_find(&range->groups, &groups->first);

		if (index < range->groups.count && groups->count <= range->groups.count - index)
			return &range->group[index];
	}
	return NULL;
}

static int add_range(struct listener *listener, const struct stream_range *groups,
		     struct listener_group **result)
{
	struct listener_range *range = &listener->range[listener->range_count];

	for (unsigned i = 0; i < listener->range_count; i++) {
		if (overlap(&listener->range[i].groups, groups))
			return -EEXIST;
	}
	if (listener->range_count == LISTENER_RANGES ||
	    listener->groups + groups->count > STREAM_GROUPS)
		return -ENOSPC;
	range->groups = *groups;
	range->group = calloc(groups->count, sizeof(*range->group));
	if (!range->group)
		return -ENOMEM;
	for (uint32_t i = 0; i < groups->count; i++)
		range->group[i].first_delay = -1;
	listener->range_count++;
	listener->groups += groups->count;
	*result = range->group;
	return 0;
}

int listener_change(struct listener *listener, const struct stream_range *groups,
		    enum receiver_change change, const struct addr *source, struct addr *failed)
{
	struct listener_group *group = find_range(listener, groups);
	int error = 0;

	*failed = groups->first;
	if (!group && change != RECEIVER_JOIN)
		return -EADDRNOTAVAIL;
	if (!group)
		error = add_range(listener, groups, &group);
	for (uint32_t i = 0; i < groups->count && !error; i++) {
		*failed = stream_range_at(groups, i);
		error = change_group(listener, &group[i], change, failed, source);
	}
	return error;
}

void listener_close(struct listener *listener)
{
	receiver_close(&listener->receiver);
	for (unsigned i = 0; i < listener->range_count; i++) {
		for (uint32_t j = 0; j < listener->range[i].groups.count; j++)
			stream_group_clear(&listener->range[i].group[j].stream);
		free(listener->range[i].group);
	}
}
