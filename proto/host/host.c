/* SPDX-License-Identifier: MIT */
/* The host part of an upstream; see host.h. */
#include "proto/host/host.h"

#include <stdlib.h>

#include "proto/state/interface.h"
#include "proto/state/membership.h"
#include "proto/policy/merge.h"
#include "proto/base/random.h"
#include "proto/packet/codec.h"

/* Memberships that one turn passes over on its way to those that it tells. */
enum { REPLY_VISITS = 4096 };

/* ---- subscriptions ---- */

static struct subscription *create(struct interface *i, struct membership *m)
{
	struct subscription *s = calloc(1, sizeof(*s));

	if (!s || !timer_add(&i->timers, &s->timer, INT64_MAX)) {
		free(s);
		i->counters.value[NO_MEMORY]++;
		return NULL;
	}
	s->retransmit_at = s->reply_at = INT64_MAX;
	s->vif = i->vif;
	s->membership = m;
	s->next = m->subscriptions;
	m->subscriptions = s;
	i->group_count++;
	return s;
}

static void delete (struct proxy *p, struct interface *i, struct subscription *s)
{
	struct subscription **link = &s->membership->subscriptions;

	while (*link != s)
		link = &(*link)->next;
	*link = s->next;
	timer_remove(&i->timers, &s->timer);
	source_list_free(&s->sources);
	membership_touch(p, s->membership);
	i->group_count--;
	free(s);
}

bool host_is_member(const struct subscription *s)
{
	uint32_t n;

	if (s->filter_mode == EXCLUDE)
		return true;
	for (n = 0; n < s->sources.count; n++)
		if (s->sources.source[n].listed)
			return true;
	return false;
}

static bool is_pending(const struct subscription *s)
{
	uint32_t n;

	if (s->mode_retransmit)
		return true;
	for (n = 0; n < s->sources.count; n++)
		if (s->sources.source[n].retransmit)
			return true;
	return false;
}

/* Sources that are of no further use go. */
static void sweep(struct subscription *s)
{
	uint32_t n;

	for (n = 0; n < s->sources.count; n++) {
		struct source *source = &s->sources.source[n];

		source->dead = !source->listed && !source->retransmit && !source->asked;
	}
	source_list_sweep(&s->sources);
}

static void cancel(struct subscription *s)
{
	uint32_t n;

	s->mode_retransmit = 0;
	s->reply_whole = false;
	s->retransmit_at = s->reply_at = INT64_MAX;
	for (n = 0; n < s->sources.count; n++) {
		s->sources.source[n].retransmit = 0;
		s->sources.source[n].asked = false;
	}
	sweep(s);
}

static void stop_general(struct proxy *p, struct interface *i)
{
	membership_walk_stop(p, &i->reply);
	i->replying = i->reply_again = false;
	i->reply_next = INT64_MAX;
}

static void cancel_all(struct proxy *p, struct interface *i)
{
	struct membership *m;

	for (m = p->first; m; m = m->next) {
		struct subscription *s = membership_subscription(m, i->vif);

		if (!s)
			continue;
		cancel(s);
		if (!host_is_member(s))
			delete (p, i, s);
	}
	stop_general(p, i);
}

/* ---- what is sent ---- */

void host_flush(struct proxy *p, struct interface *i)
{
	struct addr destination = codec_report_destination(p->protocol);

	if (p->report.wire.length)
		interface_send(p, i, &p->report, &destination, TX_REPORT);
}

typedef bool pick(const struct subscription *, const struct source *);

static bool pick_listed(const struct subscription *s, const struct source *source)
{
	(void)s;
	return source->listed;
}

/* RFC 3376 section 5.1: ALLOW what INCLUDE lists or EXCLUDE does not; BLOCK the rest. */
static bool pick_allow(const struct subscription *s, const struct source *source)
{
	return source->retransmit && source->listed == (s->filter_mode == INCLUDE);
}

static bool pick_block(const struct subscription *s, const struct source *source)
{
	return source->retransmit && source->listed != (s->filter_mode == INCLUDE);
}

/* Section 5.2, rule 3: of the sources asked for, those that are wanted. */
static bool pick_asked(const struct subscription *s, const struct source *source)
{
	return source->asked && source->listed == (s->filter_mode == INCLUDE);
}

static void start_record(struct proxy *p, struct interface *i, enum record_type type,
			 const struct addr *group, size_t sources)
{
	struct wire_writer *wire = &p->report.wire;

	if (wire->length && wire->size - wire->length < message_record_size(p->protocol, sources))
		host_flush(p, i);
	if (!wire->length)
		interface_start(p, i, &p->report, p->report_buffer, sizeof(p->report_buffer));
	codec_add_record(&p->report, type, group);
}

/* Adds a record with the sources that PICK picks. What one packet cannot hold is split; of an
 * EXCLUDE list only as much as fits is told, which asks for too much rather than too little (RFC
 * 3376 section 4.2.16). */
static void add_record(struct proxy *p, struct interface *i, const struct subscription *s,
		       enum record_type type, pick *picked)
{
	const struct addr *group = &s->membership->group;
	size_t count = 0;
	uint32_t n;

	for (n = 0; n < s->sources.count; n++)
		count += picked(s, &s->sources.source[n]);
	if (!count && (type == IS_IN || type == ALLOW || type == BLOCK))
		return;
	start_record(p, i, type, group, count);
	for (n = 0; n < s->sources.count; n++) {
		const struct source *source = &s->sources.source[n];

		if (!picked(s, source) || message_add_source(&p->report, &source->address))
			continue;
		if (type == IS_EX || type == TO_EX)
			return;
		host_flush(p, i);
		start_record(p, i, type, group, 0);
		message_add_source(&p->report, &source->address);
	}
}

static void send_old(struct proxy *p, struct interface *i, const struct subscription *s)
{
	bool member = host_is_member(s);
	struct message_writer w;
	uint8_t buffer[64];
	struct addr destination;

	if (!member && ENABLE_IGMP_V1 && i->version == 1)
		return;
	if (interface_is_ssm(p, &s->membership->group))
		i->counters.value[WARN_SSM_VERSION]++;
	interface_start(p, i, &w, buffer, sizeof(buffer));
	destination = codec_write_old(&w, member ? MESSAGE_REPORT : MESSAGE_LEAVE, i->version,
				      &s->membership->group);
	interface_send(p, i, &w, &destination, member ? TX_REPORT : TX_LEAVE);
}

static bool is_kernels(const struct interface *i)
{
	return ENABLE_KERNEL_HOST && i->config->kernel_host;
}

/* The kernel reports, and repeats, and answers. */
static void tell_kernel(struct proxy *p, struct interface *i, struct subscription *s)
{
	size_t count = 0;
	uint32_t n;

	if (!merge_room(p, s->sources.count)) {
		i->counters.value[NO_MEMORY]++;
		membership_starved(p, s->membership);
		s->mode_retransmit = 1; /* to be told */
		return;
	}
	for (n = 0; n < s->sources.count; n++)
		if (s->sources.source[n].listed)
			p->merged[count++] = s->sources.source[n].address;
	p->out->join(p->ctx, i->vif, &s->membership->group, (enum filter_mode)s->filter_mode,
		     p->merged, count);
	cancel(s);
	if (!host_is_member(s))
		delete (p, i, s);
}

/* One of the RV transmissions of a change (RFC 3376 section 5.1); ends the subscription if it was
 * the last leave. */
static void transmit(struct proxy *p, struct interface *i, struct subscription *s, int64_t now)
{
	int32_t interval =
		values_unsolicited_report_interval(&i->values, message_is_old(i->version));
	uint32_t n;

	if (message_is_old(i->version)) {
		send_old(p, i, s);
	} else if (s->mode_retransmit) {
		add_record(p, i, s, s->filter_mode == EXCLUDE ? TO_EX : TO_IN, pick_listed);
	} else {
		add_record(p, i, s, ALLOW, pick_allow);
		add_record(p, i, s, BLOCK, pick_block);
	}
	if (s->mode_retransmit)
		s->mode_retransmit--;
	for (n = 0; n < s->sources.count; n++)
		if (s->sources.source[n].retransmit)
			s->sources.source[n].retransmit--;
	sweep(s);
	if (!p->retransmit_at)
		p->retransmit_at = now + 1 + random_below(&p->random, interval - 1);
	s->retransmit_at = is_pending(s) ? p->retransmit_at : INT64_MAX;
	if (s->retransmit_at == INT64_MAX && !host_is_member(s))
		delete (p, i, s);
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
	bool member = host_is_member(s);
	uint32_t n;

	for (n = 0; n < s->sources.count; n++)
		s->sources.source[n].retransmit = 0;
	if (member != was_member)
		s->mode_retransmit = member ? robustness : 1;
	return member != was_member;
}

void host_update(struct proxy *p, struct interface *i, struct membership *m, int64_t now,
		 enum filter_mode mode, size_t count)
{
	struct subscription *s = membership_subscription(m, i->vif);
	uint8_t robustness = i->values.robustness;
	bool was_member, mode_changes, changed;

	if (!s && (mode == EXCLUDE || count)) {
		s = create(i, m);
		if (!s)
			membership_starved(p, m);
	}
	if (!s)
		return;
	was_member = host_is_member(s);
	if (source_list_mark(&s->sources, p->merged, count, true, UINT32_MAX) < 0) {
		i->counters.value[NO_MEMORY]++;
		membership_starved(p, m);
		if (!was_member && s->retransmit_at == INT64_MAX)
			delete (p, i, s);
		return;
	}
	mode_changes = s->filter_mode != mode;
	changed = change_sources(s, mode_changes, robustness) || mode_changes;
	s->filter_mode = (uint8_t)mode;
	if (message_is_old(i->version) && !is_kernels(i))
		changed = change_old(s, was_member, robustness);
	else if (mode_changes)
		s->mode_retransmit = robustness;
	sweep(s);
	if (i->active && is_kernels(i) && (changed || s->mode_retransmit)) {
		tell_kernel(p, i, s);
	} else if (changed && i->active) {
		transmit(p, i, s, now);
	} else if (!i->active) {
		cancel(s);
		if (!host_is_member(s))
			delete (p, i, s);
	}
}

void host_adopt(struct interface *i, struct membership *m)
{
	struct subscription *s = membership_subscription(m, i->vif);

	if (!s)
		s = create(i, m);
	if (s)
		s->filter_mode = EXCLUDE;
}

static void announce(struct proxy *p, struct interface *i, struct subscription *s, int64_t now)
{
	uint32_t n;

	cancel(s);
	if (is_kernels(i)) {
		tell_kernel(p, i, s);
		return;
	}
	if (s->filter_mode == EXCLUDE || message_is_old(i->version))
		s->mode_retransmit = i->values.robustness;
	else
		for (n = 0; n < s->sources.count; n++)
			s->sources.source[n].retransmit = i->values.robustness;
	transmit(p, i, s, now);
}

static void start_unsolicited(struct interface *i, int64_t now)
{
	int32_t interval = is_kernels(i) ? 0 : i->config->report_interval;

	i->next_unsolicited = interval ? now + interval : INT64_MAX;
}

void host_start(struct proxy *p, struct interface *i, int64_t now)
{
	struct membership *m;

	start_unsolicited(i, now);
	for (m = p->first; m; m = m->next) {
		struct subscription *s = membership_subscription(m, i->vif);

		if (s)
			announce(p, i, s, now);
	}
	host_flush(p, i);
}

/* What hosts leave from now on it would not hear of. */
static void leave_kernel(struct proxy *p, struct interface *i)
{
	for (const struct membership *m = p->first; m; m = m->next) {
		const struct subscription *s = membership_subscription(m, i->vif);

		if (s && host_is_member(s))
			p->out->join(p->ctx, i->vif, &m->group, INCLUDE, NULL, 0);
	}
}

void host_stop(struct proxy *p, struct interface *i)
{
	if (is_kernels(i))
		leave_kernel(p, i);
	cancel_all(p, i);
	i->told_robustness = 0;
	i->told_query_interval = 0;
	interface_adopt(i);
	i->version = message_version(p->protocol, i->configured.version);
	i->v1_querier_until = i->v2_querier_until = 0;
	i->other_querier = (struct addr){{0}};
	i->next_unsolicited = INT64_MAX;
}

void host_leave_all(struct proxy *p, struct interface *i, int64_t now)
{
	struct membership *m;

	for (m = p->first; m; m = m->next)
		host_update(p, i, m, now, INCLUDE, 0);
	host_flush(p, i);
	cancel_all(p, i);
}

void host_free(struct proxy *p, struct interface *i)
{
	while (i->timers.count)
		delete (p, i, (struct subscription *)(void *)i->timers.slot[0].timer);
}

/* ---- answers ---- */

static void reply(struct proxy *p, struct interface *i, struct subscription *s, bool whole)
{
	if (message_is_old(i->version)) {
		if (host_is_member(s))
			send_old(p, i, s);
	} else if (!whole) {
		add_record(p, i, s, IS_IN, pick_asked);
	} else {
		add_record(p, i, s, s->filter_mode == EXCLUDE ? IS_EX : IS_IN, pick_listed);
	}
}

static void reply_to_specific(struct proxy *p, struct interface *i, struct subscription *s)
{
	uint32_t n;

	reply(p, i, s, s->reply_whole);
	s->reply_at = INT64_MAX;
	s->reply_whole = false;
	for (n = 0; n < s->sources.count; n++)
		s->sources.source[n].asked = false;
	sweep(s);
}

/* How many memberships one packet tells of, about. */
static uint32_t per_packet(const struct proxy *p, const struct interface *i)
{
	if (message_is_old(i->version))
		return 1;
	return (uint32_t)(sizeof(p->report_buffer) / message_record_size(p->protocol, 0));
}

/* Section 5.2 has one delay for the whole answer; many packets are spread over the time that there
 * is. What is still to be told of an earlier query goes on where it is, so that a flood of queries
 * cannot silence the end of the list. */
static void schedule_general(struct proxy *p, struct interface *i, int64_t now, int64_t time)
{
	int64_t packets = i->group_count / per_packet(p, i) + 1;
	int64_t next = now + 1 + random_below(&p->random, time / packets), end = now + time;

	if (!i->group_count)
		return;
	i->reply_again = i->replying;
	if (!i->replying) {
		membership_walk_start(p, &i->reply);
		i->reply_next = i->reply_end = INT64_MAX;
	}
	i->replying = true;
	i->reply_number = (uint8_t)(i->reply_number < UINT8_MAX ? i->reply_number + 1 : 1);
	i->reply_left = i->group_count;
	i->reply_begun = false;
	/* Rule 1: what is due sooner stays so, or long response times would put it off for ever. */
	if (next < i->reply_next)
		i->reply_next = next;
	if (end < i->reply_end)
		i->reply_end = end;
}

/* The next subscription that the last query has not heard of, within VISITS; NULL: there is none.
 */
static struct subscription *next_untold(struct proxy *p, struct interface *i, uint32_t *visits)
{
	while (*visits) {
		struct membership *m = i->reply.next;
		struct subscription *s = m ? membership_subscription(m, i->vif) : NULL;

		if (!m && !i->reply_again)
			return NULL;
		if (!m) {
			i->reply_again = false;
			i->reply.next = p->first;
			continue;
		}
		--*visits;
		i->reply.next = m->next;
		if (!s || s->told == i->reply_number)
			continue;
		s->told = i->reply_number;
		i->reply_left -= i->reply_left > 0;
		return s;
	}
	return NULL;
}

static void continue_general(struct proxy *p, struct interface *i, int64_t now)
{
	int64_t time = i->reply_end > now ? i->reply_end - now : 1;
	int64_t left = i->reply_left ? i->reply_left : 1, chunk = left / time + 1;
	uint32_t visits;
	struct subscription *s;

	if (chunk < per_packet(p, i))
		chunk = per_packet(p, i);
	if (chunk < left)
		time = time * chunk / left;
	visits = (uint32_t)chunk + REPLY_VISITS;
	i->reply_begun = true;
	while (chunk-- && (s = next_untold(p, i, &visits)))
		reply(p, i, s, true);
	i->reply_next = now + 1 + random_below(&p->random, time);
	if (!i->reply.next && !i->reply_again)
		stop_general(p, i);
}

/* Section 5.2, rules 1 and 3 to 5. */
static void schedule_specific(struct proxy *p, struct interface *i, int64_t at, struct message *msg)
{
	struct membership *m = membership_find(p, &msg->group);
	struct subscription *s = m ? membership_subscription(m, i->vif) : NULL;
	struct record r;
	uint32_t n;

	message_query_sources(p->protocol, msg, &r, p->source, &i->counters);
	if (!s || (msg->count && !r.source_count))
		return;
	if (i->replying && !i->reply_begun && i->reply_end <= at)
		return;
	if (!r.source_count || s->reply_whole || message_is_old(i->version))
		s->reply_whole = true;
	else if (source_list_mark(&s->sources, r.source, r.source_count, true, CONFIG_MAX_SOURCES))
		s->reply_whole = true; /* cannot remember what was asked for: tell all */
	else
		for (n = 0; n < s->sources.count; n++)
			s->sources.source[n].asked |= s->sources.source[n].marked;
	if (at < s->reply_at)
		s->reply_at = at;
	timer_advance(&i->timers, &s->timer, s->reply_at);
}

/* ---- older queriers ---- */

/* Section 7.2.1: a change cancels everything that is pending. */
static void update_version(struct proxy *p, struct interface *i, int64_t now)
{
	uint8_t highest = message_version(p->protocol, i->configured.version);
	uint8_t version = now < i->v1_querier_until ? 1 : now < i->v2_querier_until ? 2 : 3;

	/* What is over is no deadline any more, also where no newer version is to follow. */
	if (i->v1_querier_until <= now)
		i->v1_querier_until = 0;
	if (i->v2_querier_until <= now)
		i->v2_querier_until = 0;
	if (version > highest)
		version = highest;
	if (version == i->version)
		return;
	cancel_all(p, i);
	i->version = version;
}

/* Older Version Querier Present Timeout: RFC 9776 section 8.12; RFC 3376 section 8.12, RFC 9777
 * section 9.12. */
static int64_t older_querier_present(const struct proxy *p, const struct interface *i,
				     const struct message *m)
{
	int64_t time = (int64_t)i->values.robustness * i->values.query_interval;

	if (p->protocol == PROTOCOL_MLD || i->values.rfc3376_timers)
		return time + i->values.query_response_interval;
	return time + 10 * (int64_t)m->max_response_time;
}

static void note_version(struct proxy *p, struct interface *i, int64_t now, const struct message *m)
{
	int64_t until = now + older_querier_present(p, i, m);
	bool general = addr_is_any(&m->group);

	if (ENABLE_IGMP_V1 && m->version == 1 && general)
		i->v1_querier_until = until;
	if (m->version == 2 &&
	    (p->protocol == PROTOCOL_IGMP ? ENABLE_IGMP_V2 && general : ENABLE_MLD_V1))
		i->v2_querier_until = until;
	if (m->version == 3) {
		i->told_robustness = m->robustness;
		i->told_query_interval = m->query_interval;
		interface_adopt(i);
	}
	update_version(p, i, now);
}

void host_configure(struct proxy *p, struct interface *i, int64_t now,
		    const struct proxy_interface_config *old)
{
	interface_adopt(i);
	if (i->config->report_interval != old->report_interval)
		start_unsolicited(i, now);
	update_version(p, i, now);
}

void host_query(struct proxy *p, struct interface *i, int64_t now, const struct packet *packet,
		struct message *m)
{
	int64_t time = m->max_response_time;

	i->counters.value[RX_QUERY]++;
	if (addr_is_any(&m->group))
		i->other_querier = packet->source;
	if (is_kernels(i))
		return;
	note_version(p, i, now, m);
	if (addr_is_any(&m->group))
		schedule_general(p, i, now, time);
	else
		schedule_specific(p, i, now + 1 + random_below(&p->random, time), m);
}

/* ---- time ---- */

int64_t host_deadline(const struct interface *i)
{
	int64_t first = timer_first(&i->timers);

	if (i->reply_next < first)
		first = i->reply_next;
	if (i->next_unsolicited < first)
		first = i->next_unsolicited;
	if (i->v1_querier_until && i->v1_querier_until < first)
		first = i->v1_querier_until;
	if (i->v2_querier_until && i->version == 2 && i->v2_querier_until < first)
		first = i->v2_querier_until;
	return first;
}

static void run(struct proxy *p, struct interface *i, struct subscription *s, int64_t now)
{
	int64_t next;

	if (s->reply_at <= now)
		reply_to_specific(p, i, s);
	if (s->retransmit_at <= now) {
		s->retransmit_at = INT64_MAX;
		timer_set(&i->timers, &s->timer, s->reply_at);
		transmit(p, i, s, now);
		return;
	}
	next = s->reply_at < s->retransmit_at ? s->reply_at : s->retransmit_at;
	timer_set(&i->timers, &s->timer, next);
}

void host_tick(struct proxy *p, struct interface *i, int64_t now, unsigned budget)
{
	p->retransmit_at = 0;
	update_version(p, i, now);
	if (i->next_unsolicited <= now) {
		int32_t interval = i->config->report_interval;

		i->next_unsolicited = now + interval;
		schedule_general(p, i, now, interval < 10000 ? interval : 10000);
	}
	if (i->reply_next <= now)
		continue_general(p, i, now);
	while (budget-- && timer_first(&i->timers) <= now)
		run(p, i, (struct subscription *)(void *)i->timers.slot[0].timer, now);
	host_flush(p, i);
}
