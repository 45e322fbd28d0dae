/* SPDX-License-Identifier: MIT */
/*
 * The router part on the downstreams: the querier, its queries, and time (RFC 3376 section 6, RFC
 * 3810 section 7, as RFC 9776 and RFC 9777 have them).
 */
#include <stdlib.h>

#include "tests/model/state.h"

/* ---- the querier (RFC 3376 section 6.6.2) ---- */

static void become_querier(struct model *model, struct link *link)
{
	link->other = (struct addr){{0}};
	link->other_until = NEVER;
	link->values = link->configured;
	link->told_robustness = 0;
	link->told_interval = 0;
	/* What a switch has sent to another querier only was not heard. */
	if (!link->querier)
		link->unknown_until = model->now + variables_membership(link);
	link->querier =
		(link->active || link->held_until) && link->config->querier != QUERIER_NEVER;
	link->query_at = link->querier ? model->now : NEVER;
}

void downstream_set_static(struct model *model, unsigned entry)
{
	struct link *link = &model->link[entry];

	for (size_t i = 0; i < link->config->static_join_count; i++) {
		const struct static_join *join = &link->config->static_join[i];
		struct member *member = held_find(link, &join->group, true);

		if (!member)
			member = held_add(link, &join->group, true);
		if (addr_is_any(&join->source)) {
			member->exclude = true;
			member->expires = NEVER;
			member->source_count = 0;
		} else if (!member->exclude) {
			held_run(link, member, &join->source, NEVER);
		}
	}
}

/* ---- short disturbances: the same interface, without address or carrier ---- */

/* Hosts have that long to answer. */
static int64_t return_time(const struct link *link)
{
	int64_t response = link->values.query_response_interval;
	int64_t last = variables_last_member(link);

	return last > response ? last : response;
}

/* What was due meanwhile is due now. */
static int64_t not_before(const struct model *model, int64_t at)
{
	return at > model->now ? at : model->now;
}

/* What has run out meanwhile ends now. */
static int64_t renewed(const struct model *model, const struct link *link, int64_t expires)
{
	if (expires > link->renewed_until)
		return link->unknown_until;
	return not_before(model, expires);
}

static void renew(const struct model *model, const struct link *link, struct member *member)
{
	if (member->exclude)
		member->expires = renewed(model, link, member->expires);
	for (unsigned i = 0; i < member->source_count; i++)
		if (!member->source[i].excluded)
			member->source[i].expires = renewed(model, link, member->source[i].expires);
	for (unsigned i = 0; i < member->host_count; i++)
		renew(model, link, &member->host[i]);
}

static void come_back(struct model *model, struct link *link)
{
	int64_t time = link->querier ? return_time(link) : variables_membership(link);

	link->unknown_until = model->now + time;
	for (unsigned i = 0; i < link->member_count; i++) {
		struct member *member = &link->member[i];

		member->query_at = not_before(model, member->query_at);
		if (!member->permanent)
			renew(model, link, member);
	}
	for (unsigned i = 0; i < link->parting_count; i++)
		link->parting[i].at = not_before(model, link->parting[i].at);
	link->renewed_until = link->unknown_until;
	link->held_until = 0;
	link->urgent = link->configured.robustness;
}

void downstream_pause(struct model *model, unsigned entry)
{
	struct link *link = &model->link[entry];

	if (!link->exists || !link->config->outage_hold) {
		downstream_stop(model, entry);
		return;
	}
	link->held_until = model->now + link->config->outage_hold;
}

void downstream_adopt(struct model *model, unsigned entry)
{
	struct link *link = &model->link[entry];

	if (link->active || link->held_until || !link->exists || !link->config->outage_hold)
		return;
	downstream_pause(model, entry);
	become_querier(model, link);
	link->forwards = true;
	downstream_set_static(model, entry);
}

static void give_up(struct model *model, unsigned entry)
{
	downstream_stop(model, entry);
	if (addr_is_any(&model->link[entry].address))
		model->link[entry].prefix_count = 0;
}

void downstream_start(struct model *model, unsigned entry, bool anew)
{
	struct link *link = &model->link[entry];

	become_querier(model, link);
	link->startup_left = link->configured.startup_query_count;
	link->urgent = 1;
	rivals_start(model, entry, anew);
	if (anew)
		link->unknown_until = model->now +
				      (int64_t)(link->configured.startup_query_count - 1) *
					      link->configured.startup_query_interval +
				      link->configured.query_response_interval;
	if (anew && link->held_until)
		come_back(model, link);
}

/* What another querier has told stays; what is asked next is asked as is configured now. */
void downstream_configure(struct model *model, unsigned entry,
			  const struct proxy_interface_config *old)
{
	struct link *link = &model->link[entry];

	if (link->config->querier != old->querier) {
		downstream_start(model, entry, false);
		return;
	}
	variables_combine(link);
	for (unsigned i = 0; i < link->member_count; i++)
		for (unsigned n = 0; n < link->member[i].source_count; n++)
			if (link->configured.version < newest_version(model->protocol))
				link->member[i].source[n].queries = 0;
	if (link->querier && link->query_at > model->now + link->values.query_interval)
		link->query_at = model->now + link->values.query_interval;
	if (link->config->quick_leave != QUICK_LEAVE_TRACKED ||
	    old->quick_leave == QUICK_LEAVE_TRACKED)
		return;
	link->unknown_until = model->now + variables_membership(link);
	for (unsigned i = 0; i < link->member_count; i++)
		link->member[i].untracked = link->member[i].drawer;
}

void downstream_renew_static(struct model *model, unsigned entry)
{
	struct link *link = &model->link[entry];

	for (unsigned i = 0; i < link->member_count; i++)
		if (link->member[i].permanent)
			held_delete(link, &link->member[i--]);
	downstream_set_static(model, entry);
}

void downstream_stop(struct model *model, unsigned entry)
{
	struct link *link = &model->link[entry];

	while (link->member_count)
		held_delete(link, &link->member[0]);
	link->parting_count = 0;
	link->querier = false;
	link->held_until = 0;
	link->query_at = link->other_until = NEVER;
	link->other = (struct addr){{0}};
	link->values = link->configured;
	rivals_stop(link);
}

/* He has to hear that we ask; once a second is enough. */
static void ask_again(const struct model *model, struct link *link)
{
	int64_t soonest = link->asked_at + 1000 > model->now ? link->asked_at + 1000 : model->now;

	if (link->querier && soonest < link->query_at)
		link->query_at = soonest;
}

/* RFC 9776 section 6.6.2: only a General Query elects; RFC 3376: any query. A switch without an
 * address (RFC 4541) is no router, but where others ask its values hold. */
static void elect(struct model *model, struct link *link, const struct heard *heard)
{
	bool nobody = addr_is_any(&heard->source);

	if (link->config->querier == QUERIER_ALWAYS || (nobody && link->querier) ||
	    (!addr_is_any(&heard->message->group) && !link->values.rfc3376_timers))
		return;
	if (link->config->querier == QUERIER_AUTO && !nobody &&
	    addr_compare(&heard->source, &link->address) >= 0) {
		ask_again(model, link);
		return;
	}
	variables_adopt(model, link, heard->message);
	if (nobody && link->config->querier == QUERIER_AUTO)
		return;
	link->querier = false;
	link->query_at = NEVER;
	link->startup_left = 0;
	link->urgent = 0;
	link->other = heard->source;
	link->other_until = model->now + variables_other_querier(link);
}

/* RFC 3376 section 6.6.1; RFC 2236 section 3: a query of an older version says itself how long the
 * members have. */
static void lower_timers(struct model *model, struct link *link, const struct message *message)
{
	struct member *member = held_find(link, &message->group, false);
	int64_t time = variables_answers(link, codec_response(model->protocol, message));

	/* Who always asks has been told what there is to ask about, too, and lowers them itself. */
	if (!member || message->suppress || link->config->querier == QUERIER_ALWAYS)
		return;
	if (message->version == 1 && model->protocol == PROTOCOL_IGMP)
		return; /* IGMPv1 has no queries of groups (RFC 1112) */
	if (!message->source.count && member->exclude && member->expires > model->now + time)
		member->expires = model->now + time;
	for (unsigned i = 0; i < message->source.count; i++) {
		struct wanted *source = held_source(member, &message->source.item[i]);

		if (source && !source->excluded && source->expires > model->now + time)
			source->expires = model->now + time;
	}
}

void downstream_query(struct model *model, unsigned entry, const struct heard *heard)
{
	struct link *link = &model->link[entry];

	rivals_query(model, link, heard);
	elect(model, link, heard);
	if (!addr_is_any(&heard->message->group))
		lower_timers(model, link, heard->message);
}

/* ---- time ---- */

int64_t downstream_deadline(const struct model *model, unsigned entry)
{
	const struct link *link = &model->link[entry];
	int64_t next = rivals_deadline(link);

	if (!link->active)
		return link->held_until ? link->held_until : NEVER;
	if (link->query_at < next)
		next = link->query_at;
	if (link->other_until < next)
		next = link->other_until;
	for (unsigned i = 0; i < link->parting_count; i++)
		if (link->parting[i].at < next)
			next = link->parting[i].at;
	for (unsigned i = 0; i < link->member_count; i++) {
		const struct member *member = &link->member[i];

		if (member->exclude && member->expires < next)
			next = member->expires;
		if (member->query_at < next)
			next = member->query_at;
		for (unsigned s = 0; s < member->source_count; s++)
			if (!member->source[s].excluded && member->source[s].expires < next)
				next = member->source[s].expires;
	}
	return next;
}

void downstream_expire(struct model *model, unsigned entry)
{
	struct link *link = &model->link[entry];

	if (link->held_until && link->held_until <= model->now)
		give_up(model, entry);
	if (!link->active)
		return;
	for (unsigned i = 0; i < link->member_count; i++)
		if (held_expire(model, entry, &link->member[i]))
			held_delete(link, &link->member[i--]);
	if (link->other_until <= model->now)
		become_querier(model, link);
	if (!rivals_expire(model, entry))
		return;
	if (link->config->querier != QUERIER_NEVER) {
		become_querier(model, link);
		link->startup_left = link->configured.startup_query_count;
		link->urgent = 1;
	}
	rivals_expire(model, entry);
}

/* One transmission: the sources that answered with the S flag, the others without. */
static bool ask_for_sources(struct model *model, unsigned entry, struct member *member,
			    bool suppress, bool optional)
{
	int64_t limit = model->now + variables_last_member(&model->link[entry]);
	struct expected *expected = NULL;
	bool more = false;

	for (unsigned i = 0; i < member->source_count; i++) {
		struct wanted *source = &member->source[i];

		if (!source->queries || source->excluded || (source->expires > limit) != suppress)
			continue;
		if (!expected)
			expected = model_expect(model, entry, &member->group);
		expected->suppress = suppress;
		expected->optional = optional;
		list_add(&expected->source, &source->address);
		source->queries--;
		more |= source->queries > 0;
	}
	return more;
}

static void ask_member(struct model *model, unsigned entry, struct member *member)
{
	struct link *link = &model->link[entry];
	bool answered = member->expires > model->now + variables_last_member(link);
	bool old = link->configured.version < newest_version(model->protocol);
	bool asked = member->queries > 0, more;

	if (old && answered)
		member->queries = 0; /* RFC 2236 section 3: it has no S flag */
	more = ask_for_sources(model, entry, member, true, asked || member->ended);
	more |= ask_for_sources(model, entry, member, false, false);
	if (member->queries) {
		model_expect(model, entry, &member->group)->suppress = answered;
		member->queries--;
	}
	member->query_at = more || member->queries
				   ? model->now + link->values.last_member_query_interval
				   : NEVER;
}

/* The startup queries begin when those that are to be answered soon have been sent. */
static void ask_all(struct model *model, unsigned entry)
{
	struct link *link = &model->link[entry];
	int64_t next = link->values.query_interval;

	link->asked_at = model->now;
	model_expect(model, entry, &(struct addr){{0}});
	link->response = link->values.query_response_interval;
	if (link->urgent && link->response > 1000)
		link->response = 1000;
	if (link->urgent > 1) {
		next = return_time(link) / link->configured.robustness;
	} else {
		if (link->startup_left)
			link->startup_left--;
		if (link->startup_left)
			next = link->values.startup_query_interval;
	}
	if (link->urgent)
		link->urgent--;
	link->query_at = model->now + next;
}

void downstream_ask(struct model *model, unsigned entry)
{
	struct link *link = &model->link[entry];

	if (!link->active)
		return;
	if (link->query_at <= model->now)
		ask_all(model, entry);
	for (unsigned i = 0; i < link->member_count; i++)
		if (link->member[i].query_at <= model->now)
			ask_member(model, entry, &link->member[i]);
	for (unsigned i = 0; i < link->parting_count; i++) {
		struct parting *parting = &link->parting[i];

		if (parting->at > model->now)
			continue;
		if (link->configured.version == newest_version(model->protocol))
			model_expect(model, entry, &parting->group)->suppress = true;
		parting->at = model->now + link->values.last_member_query_interval;
		if (!--parting->left)
			link->parting[i--] = link->parting[--link->parting_count];
	}
}

/* ---- what was sent ---- */

static bool right_code(const struct model *model, const struct link *link,
		       const struct message *message)
{
	int64_t time = addr_is_any(&message->group) ? link->response
						    : link->values.last_member_query_interval;
	bool newest = message->version == newest_version(model->protocol);

	if (model->protocol == PROTOCOL_MLD)
		return message->response_code == (newest	  ? float_code((uint64_t)time, 12)
						  : time > 0xffff ? 0xffff
								  : (unsigned)time);
	time /= 100;
	if (message->version == 1)
		return message->response_code == 0;
	return message->response_code == (newest	? float_code((uint64_t)time, 4)
					  : time > 0xff ? 0xff
							: (unsigned)time);
}

/* The robustness and interval, ours or, in a specific query that goes on after another one has
 * become querier, those in force. */
static bool right_values(const struct link *link, const struct message *message)
{
	const struct values *values[] = {&link->configured, &link->values};

	for (unsigned i = 0; i < 2; i++)
		if (message->robustness ==
			    (values[i]->robustness > 7 ? 0U : values[i]->robustness) &&
		    message->interval_code ==
			    float_code((uint64_t)values[i]->query_interval / 1000, 4))
			return true;
	return false;
}

/* In this moment it expires and is asked for at once. */
static bool may_be_asked(const struct model *model, unsigned entry, const struct message *message,
			 const struct addr *source)
{
	for (unsigned i = 0; i < model->expected_count; i++)
		if (model->expected[i].entry == entry &&
		    addr_equal(&model->expected[i].group, &message->group) &&
		    list_has(&model->expected[i].maybe, source))
			return true;
	return false;
}

static bool is_expected(const struct model *model, const struct expected *expected, unsigned entry,
			const struct message *message)
{
	bool names_sources = expected->source.count || expected->maybe.count;
	unsigned found = 0;

	if (expected->leave || expected->sign != KIND_QUERY || expected->met ||
	    expected->entry != entry || !addr_equal(&expected->group, &message->group) ||
	    names_sources != (message->source.count > 0))
		return false;
	if (message->version == newest_version(model->protocol) &&
	    expected->suppress != message->suppress)
		return false;
	for (unsigned i = 0; i < message->source.count; i++)
		if (list_has(&expected->source, &message->source.item[i]))
			found++;
		else if (!may_be_asked(model, entry, message, &message->source.item[i]))
			return false;
	return found == expected->source.count;
}

void downstream_sent(struct model *model, unsigned entry, const struct message *message)
{
	struct link *link = &model->link[entry];
	bool newest = message->version == newest_version(model->protocol);
	char text[MESSAGE_TEXT];

	if (message->version != link->configured.version)
		model_fail(model, "%s: a query of version %u", model_entry_text(model, entry),
			   message->version);
	if (!right_code(model, link, message) || (newest && !right_values(link, message)))
		model_fail(model, "%s: wrong values in %s", model_entry_text(model, entry),
			   codec_text(model->protocol, message, text));
	for (unsigned i = 0; i < model->expected_count; i++)
		if (is_expected(model, &model->expected[i], entry, message)) {
			model->expected[i].met = true;
			return;
		}
	model_fail(model, "%s: sent, but not due: %s", model_entry_text(model, entry),
		   codec_text(model->protocol, message, text));
}
