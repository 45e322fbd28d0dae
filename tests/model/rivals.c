/* SPDX-License-Identifier: MIT */
/*
 * Who forwards on a downstream: among those that say so (RFC 4286) the one
 * with the lowest address; and when a link is known to be ours alone.
 */
#include "tests/model/state.h"

enum {
	EVERY = 4000,
	EVERY_ALONE = 20000,
	EVERY_AT_FIRST = 2000, /* RFC 4286 section 3.1.3 */
	FIRST = 3,	       /* section 3.1.4 */
	AT_MOST_EVERY = 1000,
	SIGN_HOLDS = 180000,
	LAST_KNOWN = 5000,
	YOUNG = 2000,
	DATA_SEEN = 10000,
	ARRIVES = 1000,
	DEAD = 3 * 1025
};

void rivals_forget(struct link *link)
{
	link->forwards = link->alone = link->solicits = false;
	link->rival = (struct addr){{0}};
	link->rival_until = link->yield_at = link->shared_until = link->sign_at = NEVER;
	link->data_until = NEVER;
}

static bool has_rival(const struct link *link)
{
	return !addr_is_any(&link->rival);
}

static void forget_rival(struct link *link)
{
	link->rival = (struct addr){{0}};
	link->rival_until = link->yield_at = NEVER;
}

/* There is something to forward from. */
static bool has_root(const struct model *model)
{
	bool any = false, usable = false;

	for (unsigned n = 0; n < model->link_count; n++) {
		any |= model->link[n].config->upstream;
		usable |= model->link[n].config->upstream && model->link[n].active;
	}
	return usable || !any;
}

/* Addresses of one link differ in what stands behind the prefix only. */
static bool yields_to(const struct model *model, const struct link *link, const struct addr *other)
{
	return link->config->querier != QUERIER_ALWAYS &&
	       (addr_compare(other, &link->address) < 0 || !has_root(model));
}

static void take_on(const struct model *model, struct link *link)
{
	if (!has_rival(link) || !yields_to(model, link, &link->rival)) {
		if (!link->forwards)
			link->began_at = model->now;
		link->forwards = true;
		link->yield_at = NEVER;
	}
	link->solicits = true;
	link->first_signs = FIRST;
	link->sign_at = model->now;
}

static void shorten(const struct model *model, struct link *link)
{
	int64_t soonest = link->hurried_at + AT_MOST_EVERY;

	if (soonest < model->now)
		soonest = model->now;
	if (link->sign_at > soonest && has_root(model))
		link->sign_at = link->hurried_at = soonest;
}

/* Nobody else's: if he were there, he would have asked by then. */
void rivals_share(struct model *model, struct link *link)
{
	if (link->alone)
		shorten(model, link);
	link->alone = false;
	link->shared_until = model->now + variables_other_querier(link);
	if (has_rival(link) && link->rival_until > link->shared_until)
		link->shared_until = link->rival_until;
}

void rivals_start(struct model *model, unsigned entry, bool anew)
{
	struct link *link = &model->link[entry];

	if (anew) {
		/* What ran out while nothing was looked at. */
		if (link->rival_until <= model->now)
			forget_rival(link);
		if (link->data_until <= model->now)
			link->data_until = NEVER;
		if (link->yield_at < model->now)
			link->yield_at = model->now;
		rivals_share(model, link);
		if (has_rival(link) && link->rival_until > model->now + LAST_KNOWN)
			link->rival_until = model->now + LAST_KNOWN;
		if (!link->forwards)
			link->started_at = model->now;
	}
	take_on(model, link);
}

/* Who forwarded there is remembered, for as long as his word holds. */
void rivals_stop(struct link *link)
{
	struct addr rival = link->rival;
	int64_t until = link->rival_until;

	rivals_forget(link);
	link->rival = rival;
	link->rival_until = until;
}

/* ---- what is heard ---- */

/* No router of the link has it: it is of none of the subnets, or the lowest address of one. */
static bool is_impossible(const struct link *link, const struct addr *source)
{
	bool igmp = addr_is_ipv4(source), inside = !igmp, subnet = false;

	if (addr_is_any(source))
		return false;
	for (unsigned i = 0; igmp && i < link->prefix_count; i++) {
		struct addr net = link->prefix[i].address;

		subnet |= link->prefix[i].length < 128;
		if (!addr_in_prefix(source, &link->prefix[i]))
			continue;
		inside = true;
		for (unsigned bit = link->prefix[i].length; bit < 128; bit++)
			net.byte[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
		if (link->prefix[i].length < 127 && addr_equal(source, &net))
			return true;
	}
	return !inside && subnet;
}

static void hear_rival(struct model *model, struct link *link, const struct addr *source,
		       int64_t holds)
{
	if (!has_rival(link) || addr_compare(source, &link->rival) <= 0) {
		link->rival = *source;
		link->rival_until = model->now + (holds > SIGN_HOLDS ? SIGN_HOLDS : holds);
	}
	rivals_share(model, link);
	/* It had the link while there was nothing to forward here. */
	if (!link->forwards && !yields_to(model, link, &link->rival))
		link->rival_until = model->now;
	else if (!link->forwards && link->sign_at > model->now + link->values.query_interval)
		link->sign_at = model->now + link->values.query_interval;
	if (!link->forwards)
		return;
	if (!yields_to(model, link, source))
		shorten(model, link);
	else if (link->yield_at == NEVER && link->member_count && has_root(model) &&
		 model->now - link->started_at >= YOUNG)
		link->yield_at = model->now + link->values.query_response_interval;
	else if (link->yield_at == NEVER)
		link->yield_at = model->now;
}

/* Linux gives what it forwards to a link to its own sockets there, too, as if it came in. */
void rivals_own(struct model *model, struct link *link)
{
	rivals_share(model, link);
	link->own_until = model->now + variables_membership(link);
}

void rivals_data(struct model *model, struct link *link)
{
	if (!link->active || (model->protocol == PROTOCOL_MLD && model->now < link->own_until))
		return;
	rivals_share(model, link);
	link->data_until = model->now + DATA_SEEN;
}

/* By then the members have answered whom we yield to. */
void rivals_query(struct model *model, struct link *link, const struct heard *heard)
{
	int64_t answered = model->now + codec_response(model->protocol, heard->message) + ARRIVES;

	if (addr_is_any(&heard->source) || is_impossible(link, &heard->source))
		return;
	rivals_share(model, link);
	link->asker = heard->source;
	/* RFC 4541 section 2.1.1: so that switches send us the reports. */
	if (link->forwards && addr_is_any(&heard->message->group))
		shorten(model, link);
	if (link->yield_at != NEVER && answered < link->yield_at &&
	    addr_equal(&heard->source, &link->rival) && addr_is_any(&heard->message->group))
		link->yield_at = answered;
}

static int64_t holds(const struct message *message)
{
	if (message->kind == KIND_ADVERTISEMENT)
		return (int64_t)message->interval * DEAD;
	return 0;
}

void rivals_hear(struct model *model, unsigned entry, const struct heard *heard)
{
	struct link *link = &model->link[entry];
	const struct message *message = heard->message;

	if ((model_host(model, link->config->vif) && link->config->querier != QUERIER_AUTO) ||
	    is_impossible(link, &heard->source))
		return;
	if (message->kind == KIND_SOLICITATION) {
		if (!addr_is_any(&heard->source))
			rivals_share(model, link);
		if (link->forwards)
			shorten(model, link);
	} else if (holds(message)) {
		hear_rival(model, link, &heard->source, holds(message));
	} else if (addr_equal(&link->rival, &heard->source)) {
		if (link->forwards)
			forget_rival(link);
		else if (link->began_at + EVERY > model->now)
			link->rival_until = link->began_at + EVERY;
		else
			link->rival_until = model->now;
	}
}

/* ---- time ---- */

int64_t rivals_deadline(const struct link *link)
{
	const int64_t at[] = {link->data_until, link->shared_until, link->yield_at,
			      link->rival_until, link->sign_at};
	int64_t first = NEVER;

	for (unsigned i = 0; link->active && i < sizeof(at) / sizeof(at[0]); i++)
		if (at[i] < first)
			first = at[i];
	return first;
}

static int64_t every(const struct model *model, const struct link *link)
{
	bool alone = link->alone || model->config->routes == ROUTES_WILDCARD;

	return alone ? EVERY_ALONE : EVERY;
}

static void expect(struct model *model, unsigned entry, enum kind sign)
{
	model_expect(model, entry, &(struct addr){{0}})->sign = sign;
}

bool rivals_expire(struct model *model, unsigned entry)
{
	struct link *link = &model->link[entry];
	bool shows;

	if (!link->active)
		return false;
	if (link->rival_until <= model->now)
		forget_rival(link);
	if (link->data_until <= model->now)
		link->data_until = NEVER;
	if (link->shared_until <= model->now) {
		link->shared_until = NEVER;
		link->alone = true;
	}
	if (link->yield_at <= model->now) {
		expect(model, entry, KIND_TERMINATION);
		link->forwards = link->alone = false;
		link->yield_at = NEVER;
		link->sign_at = model->now + link->values.query_interval;
	}
	if (!link->forwards && link->rival_until == NEVER) {
		take_on(model, link);
		return true;
	}
	shows = link->forwards && has_root(model);
	if (link->solicits || (!shows && link->sign_at <= model->now))
		expect(model, entry, KIND_SOLICITATION);
	link->solicits = false;
	if (link->sign_at > model->now)
		return false;
	if (!shows) {
		link->sign_at = model->now + link->values.query_interval;
		return false;
	}
	link->first_signs -= !!link->first_signs;
	link->sign_at = model->now + (link->first_signs ? EVERY_AT_FIRST : every(model, link));
	expect(model, entry, KIND_ADVERTISEMENT);
	return false;
}

void rivals_end(struct model *model, unsigned entry)
{
	if (model->link[entry].active && model->link[entry].forwards)
		expect(model, entry, KIND_TERMINATION);
}

void rivals_root(struct model *model)
{
	for (unsigned n = 0; n < model->link_count; n++) {
		struct link *link = &model->link[n];

		if (link->config->upstream || !link->active)
			continue;
		if (!has_root(model)) {
			rivals_end(model, n);
			continue;
		}
		link->sign_at = model->now;
	}
}

/* ---- what is said ---- */

void rivals_sent(struct model *model, unsigned entry, const struct message *message)
{
	const struct values *values = &model->link[entry].values;
	char text[MESSAGE_TEXT];

	if (message->kind == KIND_ADVERTISEMENT &&
	    (message->interval != every(model, &model->link[entry]) / 1000 ||
	     message->robustness != values->robustness ||
	     message->query_interval != (unsigned)values->query_interval / 1000))
		model_fail(model, "%s: wrong values in %s", model_entry_text(model, entry),
			   codec_text(model->protocol, message, text));
	for (unsigned i = 0; i < model->expected_count; i++) {
		struct expected *expected = &model->expected[i];

		if (expected->entry == entry && expected->sign == message->kind && !expected->met) {
			expected->met = true;
			return;
		}
	}
	model_fail(model, "%s: sent, but not due: %s", model_entry_text(model, entry),
		   codec_text(model->protocol, message, text));
}

enum proxy_forwarder rivals_state(const struct link *link)
{
	if (!link->forwards)
		return FORWARDER_OTHER;
	if (link->yield_at < NEVER)
		return FORWARDER_YIELDS;
	if (has_rival(link) || link->data_until < NEVER)
		return FORWARDER_BESIDE;
	return link->alone ? FORWARDER_ALONE : FORWARDER_FIRST;
}
