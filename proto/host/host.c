/* SPDX-License-Identifier: MIT */
/* The host part of an upstream; see host.h. */
#include "proto/host/host.h"

#include "proto/base/random.h"
#include "proto/host/answer.h"
#include "proto/host/report.h"
#include "proto/host/subscription.h"
#include "proto/state/interface.h"
#include "proto/state/membership.h"

/* How often a query to our own address is answered, in milliseconds. */
enum { UNICAST_INTERVAL = 1000 };

void host_reset(struct proxy *p, struct interface *i)
{
	interface_heed(i, 0, 0);
	i->host.version = i->configured.version;
	i->host.v1_querier_until = i->host.v2_querier_until = 0;
	i->host.querier = (struct addr){{0}};
	i->host.next_unsolicited = INT64_MAX;
	answer_stop(p, i);
}

static void cancel_all(struct proxy *p, struct interface *i)
{
	struct membership *m;

	for (m = p->database.first; m; m = m->next) {
		struct subscription *s = membership_subscription(m, i->vif);

		if (s)
			subscription_settle(p, i, s);
	}
	answer_stop(p, i);
}

static bool is_kernels(const struct interface *i)
{
	return ENABLE_KERNEL_HOST && i->config->kernel_host;
}

/* The kernel reports, and repeats, and answers. */
static void tell_kernel(struct proxy *p, struct interface *i, struct subscription *s)
{
	struct addr *list;
	size_t count = 0;
	uint32_t n;

	if (!merge_room(p, s->sources.count, &list)) {
		i->counters.value[NO_MEMORY]++;
		membership_starved(p, s->membership);
		s->mode_retransmit = 1; /* to be told */
		return;
	}
	for (n = 0; n < s->sources.count; n++)
		if (s->sources.source[n].listed)
			list[count++] = s->sources.source[n].address;
	p->out->join(p->ctx, i->vif, &s->membership->group, (enum filter_mode)s->filter_mode, list,
		     count);
	subscription_settle(p, i, s);
}

/* One of the RV transmissions of a change (RFC 3376 section 5.1); ends the subscription if it was
 * the last leave. */
static void transmit(struct proxy *p, struct interface *i, struct subscription *s, int64_t now)
{
	uint32_t n;

	if (ENABLE_KERNEL_HOST && !subscription_is_member(s) && p->out->is_member &&
	    p->out->is_member(p->ctx, i->vif, &s->membership->group)) {
		subscription_settle(p, i, s);
		return;
	}
	report_change(p, i, s);
	if (s->mode_retransmit)
		s->mode_retransmit--;
	for (n = 0; n < s->sources.count; n++)
		if (s->sources.source[n].retransmit)
			s->sources.source[n].retransmit--;
	subscription_sweep(s);
	s->retransmit_at = subscription_is_pending(s) ? report_repeat_at(p, i, now) : INT64_MAX;
	if (s->retransmit_at == INT64_MAX && !subscription_is_member(s))
		subscription_delete(p, i, s);
	else
		timer_advance(&i->timers, &s->timer, s->retransmit_at);
}

/* ---- changes ---- */

/* Each source of the list gets its place in the new state; returns whether that is a change. */
static bool change_sources(struct subscription *s, bool mode_changes, uint8_t robustness)
{
	bool changed = false;
	uint32_t n;

	for (n = 0; n < s->sources.count; n++) {
		struct source *source = &s->sources.source[n];

		if (mode_changes)
			source->retransmit = 0;
		else if (source->listed != source->marked)
			source->retransmit = robustness;
		changed |= source->listed != source->marked;
		source->listed = source->marked;
	}
	return changed;
}

/* An older querier hears of groups only (RFC 4605 section 4.1). */
static bool change_old(struct subscription *s, bool was_member, uint8_t robustness)
{
	bool member = subscription_is_member(s);

	subscription_repeat(s, 0);
	if (member != was_member)
		s->mode_retransmit = member ? robustness : 1;
	return member != was_member;
}

void host_update(struct proxy *p, struct interface *i, struct membership *m, int64_t now,
		 const struct merged *to)
{
	struct subscription *s = membership_subscription(m, i->vif);
	uint8_t robustness = i->values.robustness;
	bool was_member, mode_changes, changed;

	if (!s && (to->mode == EXCLUDE || to->count)) {
		s = subscription_create(i, m);
		if (!s)
			membership_starved(p, m);
	}
	if (!s)
		return;
	was_member = subscription_is_member(s);
	if (source_list_mark(&s->sources, to->source, to->count, true, UINT32_MAX) < 0) {
		i->counters.value[NO_MEMORY]++;
		membership_starved(p, m);
		if (!was_member && s->retransmit_at == INT64_MAX)
			subscription_delete(p, i, s);
		return;
	}
	mode_changes = s->filter_mode != to->mode;
	changed = change_sources(s, mode_changes, robustness) || mode_changes;
	s->filter_mode = (uint8_t)to->mode;
	if (message_is_old(i->host.version) && !is_kernels(i))
		changed = change_old(s, was_member, robustness);
	else if (mode_changes)
		s->mode_retransmit = robustness;
	subscription_sweep(s);
	if (!i->active)
		subscription_settle(p, i, s);
	else if (is_kernels(i) && (changed || s->mode_retransmit))
		tell_kernel(p, i, s);
	else if (changed)
		transmit(p, i, s, now);
}

void host_adopt(struct interface *i, struct membership *m)
{
	struct subscription *s = membership_subscription(m, i->vif);

	if (!s)
		s = subscription_create(i, m);
	if (s)
		s->filter_mode = EXCLUDE;
}

static void announce(struct proxy *p, struct interface *i, struct subscription *s, int64_t now)
{
	subscription_cancel(s);
	if (is_kernels(i)) {
		tell_kernel(p, i, s);
		return;
	}
	if (s->filter_mode == EXCLUDE || message_is_old(i->host.version))
		s->mode_retransmit = i->values.robustness;
	else
		subscription_repeat(s, i->values.robustness);
	transmit(p, i, s, now);
}

static void start_unsolicited(struct interface *i, int64_t now)
{
	int32_t interval = is_kernels(i) ? 0 : i->config->report_interval;

	i->host.next_unsolicited = interval ? now + interval : INT64_MAX;
}

void host_start(struct proxy *p, struct interface *i, int64_t now)
{
	struct membership *m;

	start_unsolicited(i, now);
	for (m = p->database.first; m; m = m->next) {
		struct subscription *s = membership_subscription(m, i->vif);

		if (s)
			announce(p, i, s, now);
	}
	report_flush(p, i);
}

/* What hosts leave from now on it would not hear of. */
static void leave_kernel(struct proxy *p, struct interface *i)
{
	for (const struct membership *m = p->database.first; m; m = m->next) {
		const struct subscription *s = membership_subscription(m, i->vif);

		if (s && subscription_is_member(s))
			p->out->join(p->ctx, i->vif, &m->group, INCLUDE, NULL, 0);
	}
}

void host_stop(struct proxy *p, struct interface *i)
{
	if (is_kernels(i))
		leave_kernel(p, i);
	cancel_all(p, i);
	i->host.next_unsolicited = INT64_MAX;
	if (!i->exists)
		host_reset(p, i);
}

void host_leave_all(struct proxy *p, struct interface *i, int64_t now)
{
	const struct merged nothing = {.mode = INCLUDE};
	struct membership *m;

	for (m = p->database.first; m; m = m->next)
		host_update(p, i, m, now, &nothing);
	report_flush(p, i);
	cancel_all(p, i);
}

static struct subscription *first_due(const struct interface *i)
{
	return (struct subscription *)(void *)i->timers.slot[0].timer;
}

void host_free(struct proxy *p, struct interface *i)
{
	answer_stop(p, i);
	while (i->timers.count)
		subscription_delete(p, i, first_due(i));
}

/* ---- older queriers ---- */

/* Section 7.2.1: a change cancels everything that is pending. */
static void update_version(struct proxy *p, struct interface *i, int64_t now)
{
	uint8_t highest = i->configured.version;
	uint8_t version;

	/* What is over is no deadline any more, also where no newer version is to follow. */
	if (i->host.v1_querier_until <= now)
		i->host.v1_querier_until = 0;
	if (i->host.v2_querier_until <= now)
		i->host.v2_querier_until = 0;
	version = i->host.v1_querier_until ? 1 : i->host.v2_querier_until ? 2 : 3;
	if (version > highest)
		version = highest;
	if (version == i->host.version)
		return;
	cancel_all(p, i);
	i->host.version = version;
}

/* Older Version Querier Present Timeout: RFC 9776 section 8.12; RFC 3376 section 8.12, RFC 9777
 * section 9.12. */
static int64_t older_querier_present(const struct proxy *p, const struct interface *i,
				     const struct message *m)
{
	int64_t time = (int64_t)i->values.robustness * i->values.query_interval;

	if (values_is_mld(p->protocol) || i->values.rfc3376_timers)
		return time + i->values.query_response_interval;
	return time + 10 * (int64_t)m->max_response_time;
}

static void note_version(struct proxy *p, struct interface *i, int64_t now, const struct message *m)
{
	int64_t until = now + older_querier_present(p, i, m);
	if (ENABLE_IGMP_V1 && m->version == 1 && m->general)
		i->host.v1_querier_until = until;
	if (m->version == 2 &&
	    (values_is_mld(p->protocol) ? ENABLE_MLD_V1 : ENABLE_IGMP_V2 && m->general))
		i->host.v2_querier_until = until;
	if (m->version == 3)
		interface_heed(i, m->robustness, m->query_interval);
	update_version(p, i, now);
}

void host_configure(struct proxy *p, struct interface *i, int64_t now,
		    const struct proxy_interface_config *old)
{
	interface_heed(i, i->heard_robustness, i->heard_query_interval);
	if (i->active && i->config->report_interval != old->report_interval)
		start_unsolicited(i, now);
	update_version(p, i, now);
}

bool host_query(struct proxy *p, struct interface *i, int64_t now, const struct packet *packet,
		struct message *m)
{
	bool unicast = !addr_is_multicast(&packet->destination);
	int64_t time = m->max_response_time;

	if (unicast && now < i->host.unicast_again) {
		i->counters.value[DROP_DESTINATION]++;
		return false;
	}
	i->counters.value[RX_QUERY]++;
	if (unicast)
		i->host.unicast_again = now + UNICAST_INTERVAL;
	else if (m->general)
		i->host.querier = packet->source;
	if (is_kernels(i))
		return !unicast;
	if (!unicast)
		note_version(p, i, now, m);
	if (m->general)
		answer_general(p, i, now, time);
	else
		answer_specific(p, i, now + 1 + random_below(&p->random, time), m);
	return !unicast;
}

/* ---- time ---- */

int64_t host_deadline(const struct interface *i)
{
	const struct host *host = &i->host;
	int64_t first = timer_sooner(timer_first(&i->timers), host->answer.next_at);

	first = timer_sooner(first, host->next_unsolicited);
	if (host->v1_querier_until)
		return timer_sooner(first, host->v1_querier_until);
	return host->v2_querier_until ? timer_sooner(first, host->v2_querier_until) : first;
}

static void run_subscription(struct proxy *p, struct interface *i, struct subscription *s,
			     int64_t now)
{
	if (s->answer_at <= now)
		answer_subscription(p, i, s);
	if (s->retransmit_at <= now) {
		s->retransmit_at = INT64_MAX;
		timer_set(&i->timers, &s->timer, s->answer_at);
		transmit(p, i, s, now);
		return;
	}
	timer_set(&i->timers, &s->timer, timer_sooner(s->answer_at, s->retransmit_at));
}

void host_tick(struct proxy *p, struct interface *i, int64_t now, unsigned budget)
{
	update_version(p, i, now);
	if (i->host.next_unsolicited <= now) {
		int32_t interval = i->config->report_interval;

		i->host.next_unsolicited = now + interval;
		answer_general(p, i, now, interval < 10000 ? interval : 10000);
	}
	if (i->host.answer.next_at <= now)
		answer_continue(p, i, now);
	while (budget-- && timer_first(&i->timers) <= now)
		run_subscription(p, i, first_due(i), now);
	report_flush(p, i);
}
