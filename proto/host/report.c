/* SPDX-License-Identifier: MIT */
/* See report.h. */
#include "proto/host/report.h"

#include "proto/base/random.h"
#include "proto/host/subscription.h"
#include "proto/packet/codec.h"
#include "proto/state/interface.h"

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
	const struct wire_writer *wire = &p->sending.writer.wire;

	if (wire->length && wire->size - wire->length < message_record_size(p->protocol, sources))
		interface_send(p, i, TX_REPORT);
	if (!wire->length)
		interface_start(p, i);
	codec_add_record(&p->sending.writer, type, group);
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

		if (!picked(s, source) || message_add_source(&p->sending.writer, &source->address))
			continue;
		if (type == IS_EX || type == TO_EX)
			return;
		interface_send(p, i, TX_REPORT);
		start_record(p, i, type, group, 0);
		message_add_source(&p->sending.writer, &source->address);
	}
}

static void send_old(struct proxy *p, struct interface *i, const struct subscription *s)
{
	bool member = subscription_is_member(s);

	if (!member && ENABLE_IGMP_V1 && i->host.version == 1)
		return;
	if (interface_is_ssm(p, &s->membership->group))
		i->counters.value[WARN_SSM_VERSION]++;
	codec_write_old(interface_start(p, i), member ? MESSAGE_REPORT : MESSAGE_LEAVE,
			i->host.version, &s->membership->group);
	interface_send(p, i, member ? TX_REPORT : TX_LEAVE);
}

void report_change(struct proxy *p, struct interface *i, const struct subscription *s)
{
	if (message_is_old(i->host.version)) {
		send_old(p, i, s);
	} else if (s->mode_retransmit) {
		add_record(p, i, s, s->filter_mode == EXCLUDE ? TO_EX : TO_IN, pick_listed);
	} else {
		add_record(p, i, s, ALLOW, pick_allow);
		add_record(p, i, s, BLOCK, pick_block);
	}
}

void report_state(struct proxy *p, struct interface *i, const struct subscription *s, bool whole)
{
	if (message_is_old(i->host.version)) {
		if (subscription_is_member(s))
			send_old(p, i, s);
	} else if (!whole) {
		add_record(p, i, s, IS_IN, pick_asked);
	} else {
		add_record(p, i, s, s->filter_mode == EXCLUDE ? IS_EX : IS_IN, pick_listed);
	}
}

uint32_t report_capacity(const struct proxy *p, const struct interface *i)
{
	if (message_is_old(i->host.version))
		return 1;
	return (uint32_t)(sizeof(p->sending.buffer) / message_record_size(p->protocol, 0));
}

int64_t report_repeat_at(struct proxy *p, const struct interface *i, int64_t now)
{
	bool old = message_is_old(i->host.version);
	int32_t interval = values_unsolicited_report_interval(&i->values, old);

	if (!p->repeat_at)
		p->repeat_at = now + 1 + random_below(&p->random, interval - 1);
	return p->repeat_at;
}

void report_flush(struct proxy *p, struct interface *i)
{
	interface_send(p, i, TX_REPORT);
	p->repeat_at = 0;
}
