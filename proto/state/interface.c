/* SPDX-License-Identifier: MIT */
/* See interface.h. */
#include "proto/state/interface.h"

#include <stdlib.h>

#include "proto/packet/codec.h"

/* What every IPv4 host must take (RFC 791); a smaller or unknown MTU is taken for it. */
enum { LEAST_MTU = 576 };

/* The prefixes of STATE. */
static int set_prefixes(struct interface *i, const struct interface_state *state)
{
	size_t size = state->prefix_count * sizeof(*i->prefix);
	struct prefix *prefix;

	if (i->prefix_count == state->prefix_count &&
	    (!size || !memcmp(i->prefix, state->prefix, size))) {
		i->own = state->own;
		return 0;
	}
	prefix = size ? malloc(size) : NULL;
	if (size && !prefix) {
		i->counters.value[NO_MEMORY]++;
		return -1;
	}
	if (size)
		memcpy(prefix, state->prefix, size);
	free(i->prefix);
	i->prefix = prefix;
	i->prefix_count = state->prefix_count;
	i->own = state->own;
	return 1;
}

int interface_set_state(struct interface *i, const struct interface_state *state)
{
	i->exists = state->exists;
	i->up = state->up;
	i->address = state->address;
	i->mtu = state->mtu;
	return set_prefixes(i, state);
}

bool interface_copy_state(struct interface *i, const struct interface *from)
{
	struct interface_state state = {
		.exists = from->exists,
		.up = from->up,
		.address = from->address,
		.prefix = from->prefix,
		.prefix_count = from->prefix_count,
		.own = from->own,
		.mtu = from->mtu,
	};

	return interface_set_state(i, &state) >= 0;
}

struct message_writer *interface_start(struct proxy *p, struct interface *i)
{
	/* IPv4 header with Router Alert; IPv6 header with a hop-by-hop header. */
	size_t overhead = values_is_mld(p->protocol) ? 48 : 24;
	size_t room = (i->mtu < LEAST_MTU ? LEAST_MTU : i->mtu) - overhead;

	if (room > sizeof(p->sending.buffer))
		room = sizeof(p->sending.buffer);
	p->sending.writer = (struct message_writer){
		.protocol = p->protocol,
		.wire = {.start = p->sending.buffer, .size = room},
	};
	return &p->sending.writer;
}

void interface_send(struct proxy *p, struct interface *i, enum counter counter)
{
	struct message_writer *w = &p->sending.writer;
	const struct addr *source = &i->address;

	if (!w->wire.length)
		return;
	if (i->config->upstream && i->config->report_source_set)
		source = &i->config->report_source;
	message_finish(w, source);
	i->counters.value[counter]++;
	p->out->send(p->ctx, i->vif, source, &w->destination, w->wire.start, w->wire.length);
	w->wire.length = 0;
}

void interface_query(struct proxy *p, struct interface *i, const struct addr *group, bool suppress,
		     int32_t max_response_time)
{
	codec_write_query(interface_start(p, i), group, suppress, max_response_time, &i->values);
	interface_send(p, i, TX_QUERY);
}

void interface_heed(struct interface *i, uint8_t robustness, int32_t query_interval)
{
	i->heard_robustness = robustness;
	i->heard_query_interval = query_interval;
	i->values = i->configured;
	if (robustness)
		i->values.robustness = robustness;
	if (query_interval)
		i->values.query_interval = query_interval;
	if (!i->config->values.last_member_query_count)
		i->values.last_member_query_count = i->values.robustness;
}

int64_t interface_membership_interval(const struct interface *i)
{
	return values_longer(values_group_membership_interval(&i->values),
			     values_group_membership_interval(&i->configured));
}

int interface_subnet(const struct interface *i, const struct addr *address)
{
	int best = -1;
	size_t n;

	for (n = 0; n < i->prefix_count; n++)
		if (i->prefix[n].length > best && addr_in_prefix(address, &i->prefix[n]))
			best = i->prefix[n].length;
	return best;
}

bool interface_is_own(const struct interface *i, const struct addr *address)
{
	size_t n;

	for (n = 0; n < i->prefix_count && n < 32; n++)
		if (i->own >> n & 1 && addr_equal(address, &i->prefix[n].address))
			return true;
	return !addr_is_any(address) && addr_equal(address, &i->address);
}

/* It may be that another one forwards what is sent there, and that it comes in elsewhere. */
static bool is_left_to_others(const struct interface *i)
{
	return !i->config->upstream && !i->forwarder.forwards;
}

unsigned interface_on_link(const struct proxy *p, const struct addr *address)
{
	unsigned n, found = PROXY_VIFS;
	int longest = -1;

	for (n = 0; addr_is_routable(address) && n < p->config->interface_count; n++) {
		const struct interface *i = p->interface[n];
		int length = interface_subnet(i, address);

		if (length > longest && i->exists && !is_left_to_others(i)) {
			longest = length;
			found = i->vif;
		}
	}
	return found;
}

bool interface_is_ssm(const struct proxy *p, const struct addr *group)
{
	size_t n;

	for (n = 0; n < p->config->ssm_range_count; n++)
		if (addr_in_prefix(group, &p->config->ssm_range[n]))
			return true;
	return false;
}
