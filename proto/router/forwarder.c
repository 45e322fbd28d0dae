/* SPDX-License-Identifier: MIT */
/* See forwarder.h. */
#include "proto/router/forwarder.h"

#include "proto/base/timer.h"
#include "proto/packet/codec.h"
#include "proto/router/hold.h"
#include "proto/state/interface.h"
#include "proto/state/membership.h"
#include "proto/state/route.h"

/* Seconds between advertisements: the least of RFC 4286 section 3.1.1, as three that are missing
 * are a dead router; and the usual ones, for switches, where nobody could take over. */
enum { ADVERTISEMENT_INTERVAL = 4, ALONE_INTERVAL = 20 };
/* RFC 4286 sections 3.1.3 and 3.1.4: the first ones, in milliseconds, and how many they are. */
enum { INITIAL_INTERVAL = 2000, INITIAL_ADVERTISEMENTS = 3 };
/* Milliseconds at least between two advertisements that are asked for. */
enum { LEAST_INTERVAL = 1000 };
/* So many milliseconds after the link has come up a forwarder has nothing to hand over; so many a
 * stream takes to reach the next one, when it has been asked for. */
enum { BEGINNING = 2000, HANDING_OVER = 1000 };
/* Milliseconds at least between two takeovers, as all that hosts want is reported upstream then. */
enum { LEAST_TURN = 1000 * ADVERTISEMENT_INTERVAL };
/* In so many milliseconds after the link has come up the router that forwarded there before has to
 * say so again. A switch may have forgotten us meanwhile, and learns of us only when we forward. */
enum { LAST_KNOWN = 5000 };
/* So many milliseconds a sign holds at most, whatever it says. */
enum { LONGEST_SIGN = 180000 };
/* The kernel tells once in 3 s of data that came in elsewhere. */
enum { DATA_HOLD = 10000 };

static void forget_other(struct forwarder *f)
{
	f->other = (struct addr){{0}};
	f->other_until = f->yield_at = INT64_MAX;
}

void forwarder_reset(struct interface *i)
{
	struct forwarder *f = &i->forwarder;

	*f = (struct forwarder){
		.shared_until = INT64_MAX, .say_at = INT64_MAX, .data_until = INT64_MAX};
	forget_other(f);
}

static void set_forwards(struct proxy *p, struct interface *i, bool forwards)
{
	uint32_t n;

	if (i->forwarder.forwards == forwards)
		return;
	i->forwarder.forwards = forwards;
	i->forwarder.alone &= forwards;
	i->forwarder.yield_at = INT64_MAX;
	route_touch_tree(p);
	for (n = 0; n < i->timers.count; n++)
		membership_touch(p, interface_group(i, n)->membership);
}

/* The instance has upstreams, and none of them can be used. */
static bool is_cut_off(const struct proxy *p)
{
	unsigned n = 0;

	while (n < p->config->interface_count &&
	       !(p->interface[n]->config->upstream && p->interface[n]->active))
		n++;
	return p->upstream < PROXY_VIFS && n == p->config->interface_count;
}

/* Does the other one, if there is one, go before us? */
static bool goes_before(const struct proxy *p, const struct interface *i, const struct addr *other)
{
	return i->config->querier != QUERIER_ALWAYS && !addr_is_any(other) &&
	       (interface_is_above(i, other) || is_cut_off(p));
}

static void hurry(const struct proxy *p, struct forwarder *f, int64_t now)
{
	int64_t at = f->hurried_at + LEAST_INTERVAL;

	if (at < now)
		at = now;
	if (f->say_at <= at || is_cut_off(p))
		return;
	f->say_at = f->hurried_at = at;
}

static void share(struct proxy *p, struct interface *i, int64_t now)
{
	struct forwarder *f = &i->forwarder;

	f->shared_until = now + values_other_querier_present_interval(&i->values);
	if (!addr_is_any(&f->other) && f->shared_until < f->other_until)
		f->shared_until = f->other_until;
	if (!f->alone)
		return;
	f->alone = false;
	route_touch_tree(p);
	hurry(p, f, now);
}

void forwarder_restart(struct proxy *p, struct interface *i, int64_t now)
{
	struct forwarder *f = &i->forwarder;

	if (!goes_before(p, i, &f->other)) {
		f->yield_at = INT64_MAX;
		if (!f->forwards)
			f->began_at = now;
		set_forwards(p, i, true);
	}
	f->solicits = true;
	f->initial = INITIAL_ADVERTISEMENTS;
	f->say_at = now;
}

void forwarder_start(struct proxy *p, struct interface *i, int64_t now)
{
	struct forwarder *f = &i->forwarder;

	if (f->other_until <= now)
		forget_other(f);
	share(p, i, now);
	if (!addr_is_any(&f->other))
		f->other_until = timer_sooner(f->other_until, now + LAST_KNOWN);
	if (!f->forwards)
		f->started_at = now;
	forwarder_restart(p, i, now);
}

void forwarder_hold(struct proxy *p, struct interface *i)
{
	set_forwards(p, i, true);
}

void forwarder_stop(struct proxy *p, struct interface *i)
{
	struct forwarder *f = &i->forwarder;

	set_forwards(p, i, false);
	f->solicits = false;
	f->shared_until = f->say_at = f->data_until = INT64_MAX;
}

void forwarder_adopt(struct proxy *p, int64_t now, const struct route *r)
{
	struct interface *i = p->router[r->input];
	unsigned vif;

	/* What comes in there was dropped: somebody else forwards, and will say so. */
	if (addr_is_any(&r->group) && r->outputs == route_bit(r->input) && i && i->active &&
	    i->config->querier == QUERIER_AUTO) {
		set_forwards(p, i, false);
		share(p, i, now);
		i->forwarder.other_until = now + 3 * 1000 * ADVERTISEMENT_INTERVAL;
	}
	for (vif = 0; vif < PROXY_VIFS; vif++)
		if (p->router[vif] && p->router[vif]->forwarder.forwards) {
			p->router[vif]->forwarder.alone = true;
			p->router[vif]->forwarder.shared_until = INT64_MAX;
		}
}

/* ---- what is said ---- */

static int interval_of(const struct proxy *p, const struct interface *i)
{
	bool alone = i->forwarder.alone || p->config->routes == ROUTES_WILDCARD;

	return alone ? ALONE_INTERVAL : ADVERTISEMENT_INTERVAL;
}

/* Until the next one, in milliseconds. */
static int next_interval(const struct proxy *p, struct interface *i)
{
	struct forwarder *f = &i->forwarder;

	if (f->initial && --f->initial)
		return INITIAL_INTERVAL;
	return interval_of(p, i) * 1000;
}

static void say(struct proxy *p, struct interface *i, enum message_type type)
{
	const struct values *values = &i->values;

	codec_write_discovery(interface_start(p, i), type, (uint8_t)interval_of(p, i), values);
	interface_send(p, i, TX_MRD);
}

/* Who stands by, or is cut off, asks now and then who is there, so that nobody takes the link for
 * its own. */
static void say_what_is_due(struct proxy *p, struct interface *i, int64_t now)
{
	struct forwarder *f = &i->forwarder;
	bool serves = f->forwards && !is_cut_off(p);

	if (f->solicits || (f->say_at <= now && !serves))
		say(p, i, MESSAGE_SOLICITATION);
	f->solicits = false;
	if (f->say_at > now)
		return;
	f->say_at = now + i->values.query_interval;
	if (!serves)
		return;
	say(p, i, MESSAGE_ADVERTISEMENT);
	f->say_at = now + next_interval(p, i);
}

void forwarder_end(struct proxy *p, struct interface *i)
{
	if (ENABLE_DISCOVERY && i->active && i->forwarder.forwards)
		say(p, i, MESSAGE_TERMINATION);
}

void forwarder_upstream(struct proxy *p, int64_t now)
{
	unsigned vif;

	for (vif = 0; vif < PROXY_VIFS; vif++) {
		struct interface *i = p->router[vif];

		if (!i || !i->active)
			continue;
		if (is_cut_off(p))
			forwarder_end(p, i);
		else
			i->forwarder.say_at = now;
	}
}

/* ---- what is heard ---- */

/* It forwards for so many milliseconds more. Who serves nobody, so far, has nothing to hand over.
 */
static void hear_sign(struct proxy *p, struct interface *i, int64_t now, const struct addr *source,
		      int32_t holdtime)
{
	struct forwarder *f = &i->forwarder;
	bool serves = i->timers.count && now >= f->started_at + BEGINNING && !is_cut_off(p);

	if (addr_is_any(&f->other) || addr_equal(&f->other, source) ||
	    interface_is_lower(source, &f->other)) {
		f->other = *source;
		f->other_until = now + (holdtime < LONGEST_SIGN ? holdtime : LONGEST_SIGN);
	}
	share(p, i, now);
	/* An upstream has come back: the link is ours again. */
	if (!f->forwards && !goes_before(p, i, &f->other))
		f->other_until = now;
	/* Queries may be closer together by now. */
	else if (!f->forwards)
		f->say_at = timer_sooner(f->say_at, now + i->values.query_interval);
	else if (!goes_before(p, i, source))
		hurry(p, f, now);
	else if (f->yield_at == INT64_MAX)
		f->yield_at = now + (serves ? i->values.query_response_interval : 0);
}

void forwarder_query(struct proxy *p, struct interface *i, int64_t now, const struct addr *source,
		     const struct message *m)
{
	struct forwarder *f = &i->forwarder;
	int64_t answered = now + m->max_response_time + HANDING_OVER;

	share(p, i, now);
	f->asker = *source;
	if (!m->general)
		return;
	/* Now members report: switches have to know who wants to hear it. */
	if (f->forwards)
		hurry(p, f, now);
	if (f->yield_at < INT64_MAX && addr_equal(source, &f->other))
		f->yield_at = timer_sooner(f->yield_at, answered);
}

void forwarder_own(struct proxy *p, struct interface *i, int64_t now)
{
	share(p, i, now);
	i->forwarder.own_until = now + interface_membership_interval(i);
}

void forwarder_data(struct proxy *p, struct interface *i, int64_t now)
{
	/* Of what the kernel has given back to itself only IPv6 tells. */
	if (!i->active || (p->protocol == PROTOCOL_MLD && now < i->forwarder.own_until))
		return;
	share(p, i, now);
	i->forwarder.data_until = now + DATA_HOLD;
}

static void hear_end(struct forwarder *f, int64_t now, const struct addr *source)
{
	if (!addr_equal(&f->other, source))
		return;
	if (f->forwards)
		forget_other(f);
	else
		f->other_until = values_longer(now, f->began_at + LEAST_TURN);
}

void forwarder_message(struct proxy *p, struct interface *i, int64_t now, const struct addr *source,
		       const struct message *m)
{
	struct forwarder *f = &i->forwarder;

	if (p->host[i->vif] && i->config->querier != QUERIER_AUTO)
		return;
	if (m->type == MESSAGE_SOLICITATION) {
		if (!addr_is_any(source))
			share(p, i, now);
		if (f->forwards)
			hurry(p, f, now);
	} else if (m->holdtime) {
		hear_sign(p, i, now, source, m->holdtime);
	} else {
		hear_end(f, now, source);
	}
}

/* ---- time ---- */

int64_t forwarder_deadline(const struct interface *i)
{
	const struct forwarder *f = &i->forwarder;
	int64_t first = timer_sooner(f->shared_until, f->say_at);

	if (!i->active)
		return INT64_MAX;
	first = timer_sooner(first, f->data_until);
	return timer_sooner(timer_sooner(first, f->yield_at), f->other_until);
}

bool forwarder_tick(struct proxy *p, struct interface *i, int64_t now)
{
	struct forwarder *f = &i->forwarder;

	if (!i->active)
		return false;
	if (f->other_until <= now)
		forget_other(f);
	if (f->data_until <= now)
		f->data_until = INT64_MAX;
	if (f->shared_until <= now) {
		f->shared_until = INT64_MAX;
		f->alone = true;
		route_touch_tree(p);
	}
	if (f->yield_at <= now) {
		say(p, i, MESSAGE_TERMINATION);
		set_forwards(p, i, false);
		f->say_at = now + i->values.query_interval;
	}
	if (!f->forwards && f->other_until == INT64_MAX) {
		forwarder_restart(p, i, now);
		return true;
	}
	say_what_is_due(p, i, now);
	return false;
}

enum proxy_forwarder forwarder_state(const struct interface *i)
{
	const struct forwarder *f = &i->forwarder;

	if (!(i->active || hold_is_on(i)) || i->config->upstream)
		return FORWARDER_DOWN;
	if (!f->forwards)
		return FORWARDER_OTHER;
	if (f->yield_at < INT64_MAX)
		return FORWARDER_YIELDS;
	if (!addr_is_any(&f->other) || f->data_until < INT64_MAX)
		return FORWARDER_BESIDE;
	return f->alone || !ENABLE_DISCOVERY ? FORWARDER_ALONE : FORWARDER_FIRST;
}

bool forwarder_is_guessed(const struct interface *i)
{
	return addr_is_any(&i->forwarder.other) && i->forwarder.data_until < INT64_MAX;
}

const struct addr *forwarder_other(const struct interface *i)
{
	return forwarder_is_guessed(i) ? &i->forwarder.asker : &i->forwarder.other;
}
