/* SPDX-License-Identifier: MIT */
/* The router part of a downstream; see querier.h. */
#include "proto/router/querier.h"

#include <stdlib.h>

#include "proto/router/forwarder.h"
#include "proto/router/group.h"
#include "proto/router/hold.h"
#include "proto/router/parting.h"
#include "proto/router/regular.h"
#include "proto/router/tracking.h"
#include "proto/state/interface.h"

void querier_reset(struct interface *i)
{
	i->router.querier = false;
	i->router.next_general_query = i->router.other_querier_until = INT64_MAX;
	i->router.other_querier = (struct addr){{0}};
}

void querier_free(struct interface *i)
{
	free(i->router.regular);
}

static void become_querier(struct interface *i, int64_t now)
{
	bool asked = i->router.querier;

	querier_reset(i);
	interface_heed(i, 0, 0);
	/* A switch sends reports to the querier only. */
	if (!asked)
		i->router.tracking_from = now + interface_membership_interval(i);
	if (i->config->querier != QUERIER_NEVER) {
		i->router.querier = true;
		i->router.next_general_query = now;
	}
}

/* All members are to be heard of. */
static void start_up(struct interface *i, int64_t now)
{
	become_querier(i, now);
	i->router.startup_left = i->values.startup_query_count;
	i->router.urgent_left = 1;
}

void querier_restart(struct proxy *p, struct interface *i, int64_t now)
{
	start_up(i, now);
	if (ENABLE_DISCOVERY)
		forwarder_restart(p, i, now);
}

/* Hosts that nobody has noted down yet will have been heard of after a membership's time. */
static void change_tracking(struct interface *i, int64_t now)
{
	bool begins = i->config->quick_leave == QUICK_LEAVE_TRACKED;
	uint32_t n;

	i->router.tracking_from = now + interface_membership_interval(i);
	for (n = 0; n < i->timers.count; n++) {
		struct group *g = interface_group(i, n);

		tracking_stop(i, g);
		if (begins && !g->permanent && !g->state.drawer)
			tracking_start(i, g);
	}
}

static bool same_static_joins(const struct proxy_interface_config *a,
			      const struct proxy_interface_config *b)
{
	size_t count = a->static_join_count;

	return count == b->static_join_count &&
	       (!count || !memcmp(a->static_join, b->static_join, count * sizeof(*a->static_join)));
}

void querier_configure(struct proxy *p, struct interface *i, int64_t now,
		       const struct proxy_interface_config *old)
{
	if (ENABLE_HOST_TRACKING && (i->config->quick_leave == QUICK_LEAVE_TRACKED) !=
					    (old->quick_leave == QUICK_LEAVE_TRACKED))
		change_tracking(i, now);
	if (i->config->querier != old->querier)
		querier_restart(p, i, now);
	else
		interface_heed(i, i->heard_robustness, i->heard_query_interval);
	if (i->router.querier && i->router.next_general_query > now + i->values.query_interval)
		i->router.next_general_query = now + i->values.query_interval;
	if (!same_static_joins(old, i->config))
		group_renew_static(p, i);
}

void querier_start(struct proxy *p, struct interface *i, int64_t now)
{
	start_up(i, now);
	if (ENABLE_DISCOVERY)
		forwarder_start(p, i, now);
	else
		forwarder_hold(p, i);
	i->router.tracking_from = now + values_startup_time(&i->configured);
	if (hold_is_on(i))
		hold_end(i, now);
	group_join_static(p, i);
}

void querier_adopt(struct proxy *p, struct interface *i, int64_t now)
{
	if (!hold_begin(i, now))
		return;
	i->router.querier = i->config->querier != QUERIER_NEVER;
	forwarder_hold(p, i);
	group_join_static(p, i);
}

void querier_stop(struct proxy *p, struct interface *i)
{
	while (i->timers.count)
		group_delete(p, i, interface_group(i, i->timers.count - 1));
	if (ENABLE_HOST_TRACKING)
		parting_end(i);
	i->router.held_until = 0;
	querier_reset(i);
	forwarder_stop(p, i);
}

static void send_general_query(struct proxy *p, struct interface *i)
{
	int32_t time = i->router.urgent_left ? values_urgent_response_time(&i->values)
					     : i->values.query_response_interval;

	interface_query(p, i, &p->any, false, time);
}

/* Of another querier's query interval no more is believed than so many times the own one, else a
 * single forged query would keep the link for days. */
enum { RAREST = 4 };
/* Milliseconds at least between two general queries, whoever else asks. */
enum { LEAST_INTERVAL = 1000 };

static int32_t believed_interval(const struct interface *i, int32_t told)
{
	int64_t most = (int64_t)RAREST * i->configured.query_interval;

	return told < most ? told : (int32_t)most;
}

/* Somebody with a higher address takes himself for the querier: he is told at once who is. */
static void ask_again(struct interface *i, int64_t now)
{
	int64_t at = i->router.last_general_query + LEAST_INTERVAL;

	if (i->router.querier && i->router.next_general_query > at)
		i->router.next_general_query = at < now ? now : at;
}

/* On links without one (point-to-point, addresses with /32) any address may be a router's. */
static bool has_subnet(const struct interface *i)
{
	size_t n;

	for (n = 0; n < i->prefix_count; n++)
		if (i->prefix[n].length < 128)
			return true;
	return false;
}

/* No router of the link has this address: it is of none of the subnets, or stands for one as a
 * whole (RFC 1122 section 3.2.1.3, RFC 4291 section 2.6.1). */
static bool is_foreign(const struct interface *i, const struct addr *source)
{
	int length = 64, bit;

	if (addr_is_any(source) || !i->prefix_count)
		return false;
	if (addr_is_ipv4(source))
		length = interface_subnet(i, source);
	if (length < 0)
		return has_subnet(i);
	for (bit = length; bit < 128; bit++)
		if (source->byte[bit / 8] >> (7 - bit % 8) & 1)
			return false;
	return length < 127;
}

/* A query of somebody else: by RFC 9776 section 6.6.2 a General Query elects, by RFC 3376 section
 * 6.6.2 each one. From 0.0.0.0 it is a snooping switch's (RFC 4541), from another subnet one that
 * is managed elsewhere: nobody gives way to these, but their values hold where others ask. */
static void elect(struct proxy *p, struct interface *i, int64_t now, const struct addr *source,
		  const struct message *m)
{
	bool never = i->config->querier == QUERIER_NEVER;
	bool outsider = addr_is_any(source) || is_foreign(i, source);

	if (ENABLE_DISCOVERY && !outsider)
		forwarder_query(p, i, now, source, m);
	if (i->config->querier == QUERIER_ALWAYS || (outsider && i->router.querier))
		return;
	if (!m->general && !i->values.rfc3376_timers)
		return;
	if (!never && !outsider && !interface_is_above(i, source)) {
		ask_again(i, now);
		return;
	}
	interface_heed(i, m->robustness, believed_interval(i, m->query_interval));
	if (outsider && !never)
		return;
	i->router.other_querier = *source;
	i->router.other_querier_until = now + values_other_querier_present_interval(&i->values);
	i->router.next_general_query = INT64_MAX;
	i->router.startup_left = i->router.urgent_left = 0;
	i->router.querier = false;
}

/* Section 6.6.1: the query tells how long members have to answer each of those that are to come
 * (RFC 2236 section 3). Nobody makes it shorter than it is here. */
static void lower_timers(struct proxy *p, struct interface *i, int64_t now, struct message *m)
{
	struct record r;
	int64_t time = (int64_t)i->values.last_member_query_count * m->max_response_time;

	time = values_longer(time, values_last_member_query_time(&i->values));
	time = values_longer(time, values_last_member_query_time(&i->configured));
	message_query_sources(p->protocol, m, &r, p->source, &i->counters);
	if (r.source_count || !m->count)
		group_query_heard(p, i, now + time, &r);
}

static void hear_query(struct proxy *p, struct interface *i, int64_t now,
		       const struct packet *packet, struct message *m)
{
	if (!addr_is_multicast(&packet->destination)) {
		i->counters.value[DROP_DESTINATION]++;
		return;
	}
	if (i->router.querier && is_foreign(i, &packet->source)) {
		i->counters.value[DROP_SOURCE]++;
		return;
	}
	i->counters.value[RX_QUERY]++;
	if (m->version != i->configured.version)
		i->counters.value[WARN_QUERIER_VERSION]++;
	elect(p, i, now, &packet->source, m);
	if (!m->general && !m->suppress && m->version > 1 && i->config->querier != QUERIER_ALWAYS)
		lower_timers(p, i, now, m);
}

static void hear_sign(struct proxy *p, struct interface *i, int64_t now, const struct addr *source,
		      const struct message *m)
{
	if (is_foreign(i, source)) {
		i->counters.value[DROP_SOURCE]++;
		return;
	}
	i->counters.value[RX_MRD]++;
	forwarder_message(p, i, now, source, m);
}

static bool accepts_from(const struct interface *i, const struct addr *source)
{
	size_t n;

	for (n = 0; n < i->config->accept_from_count; n++)
		if (addr_in_prefix(source, &i->config->accept_from[n]))
			return true;
	/* RFC 3376 section 4.2.13: a host without an address is heard. */
	return !i->config->accept_from_count || addr_is_any(source);
}

/* May hosts speak VERSION to this interface? RFC 3376 sections 7.3.1 and 7.3.2; RFC 2236 section 2.
 */
static enum counter refusal(const struct proxy *p, const struct interface *i,
			    const struct packet *packet, const struct message *m)
{
	uint8_t version = i->configured.version;

	if (!accepts_from(i, &packet->source))
		return DROP_ACCEPT_FROM;
	if (m->version == 1 && !ENABLE_IGMP_V1)
		return DROP_VERSION;
	if (m->version == 2 && !(values_is_mld(p->protocol) ? ENABLE_MLD_V1 : ENABLE_IGMP_V2))
		return DROP_VERSION;
	if (m->type == MESSAGE_LEAVE && version == 1)
		return DROP_VERSION;
	return NOT_DROPPED;
}

static void hear_report(struct proxy *p, struct interface *i, const struct hearing *h,
			struct message *m)
{
	struct record r = {.type = IS_EX, .group = m->group};

	if (m->type == MESSAGE_LEAVE) {
		i->counters.value[RX_LEAVE]++;
		r.type = TO_IN;
		group_leave(p, i, h, &r);
	} else if (message_is_old(m->version)) {
		i->counters.value[m->version == 1 ? RX_REPORT_V1 : RX_REPORT_V2]++;
		group_report(p, i, h, &r, m->version);
	} else {
		i->counters.value[RX_REPORT_V3]++;
		while (message_next_record(p->protocol, m, &r, p->source, &i->counters))
			group_record(p, i, h, &r);
	}
}

void querier_message(struct proxy *p, struct interface *i, int64_t now, const struct packet *packet,
		     struct message *m)
{
	struct hearing h = {
		.now = now,
		.reporter = packet->source,
		.own = ENABLE_DISCOVERY && interface_is_own(i, &packet->source),
	};
	enum counter refused;

	if (m->type == MESSAGE_QUERY) {
		hear_query(p, i, now, packet, m);
		return;
	}
	if (m->type > MESSAGE_LEAVE) {
		hear_sign(p, i, now, &packet->source, m);
		return;
	}
	refused = refusal(p, i, packet, m);
	if (ENABLE_REPORTER_LIMITS && refused == NOT_DROPPED &&
	    !regular_hear(p, i, &h, m->count ? m->count : 1))
		refused = LIMIT_REPORTS;
	if (refused == NOT_DROPPED)
		hear_report(p, i, &h, m);
	else
		i->counters.value[refused]++;
}

int64_t querier_deadline(const struct interface *i)
{
	int64_t first = timer_first(&i->timers);

	if (hold_is_on(i))
		return i->router.held_until;
	if (i->router.next_general_query < first)
		first = i->router.next_general_query;
	if (ENABLE_DISCOVERY)
		first = timer_sooner(first, forwarder_deadline(i));
	if (ENABLE_HOST_TRACKING)
		first = timer_sooner(first, parting_deadline(i));
	return i->router.other_querier_until < first ? i->router.other_querier_until : first;
}

/* A query has left: how long until the next one. */
static int64_t next_interval(struct interface *i)
{
	if (i->router.urgent_left && --i->router.urgent_left)
		return values_return_time(&i->values) / i->values.robustness;
	if (i->router.startup_left)
		i->router.startup_left--;
	return i->router.startup_left ? i->values.startup_query_interval : i->values.query_interval;
}

void querier_tick(struct proxy *p, struct interface *i, int64_t now, unsigned budget)
{
	if (hold_is_on(i))
		return;
	if (i->router.other_querier_until <= now)
		become_querier(i, now);
	if (ENABLE_DISCOVERY && forwarder_tick(p, i, now) && i->config->querier != QUERIER_NEVER)
		start_up(i, now);
	if (i->router.next_general_query <= now) {
		send_general_query(p, i);
		i->router.last_general_query = now;
		i->router.next_general_query = now + next_interval(i);
	}
	if (ENABLE_HOST_TRACKING)
		parting_tick(p, i, now);
	while (budget-- && timer_first(&i->timers) <= now)
		group_run(p, i, interface_group(i, 0), now);
}
