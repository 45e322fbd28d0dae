/* SPDX-License-Identifier: MIT */
/*
 * The host part on the upstream: RFC 3376 sections 5 and 7.2 (RFC 3810 sections 6 and 8.2), with
 * the merge of RFC 4605 section 4.1. When answers and repeats leave is up to chance: what is kept
 * here is until when each has to, and what may leave at all.
 */
#include <stdlib.h>

#include "tests/model/state.h"

/* ---- lists of lists ---- */

struct subscribed *subscribed_find(struct link *link, const struct addr *group)
{
	for (unsigned i = 0; i < link->subscribed_count; i++)
		if (addr_equal(&link->subscribed[i].group, group))
			return &link->subscribed[i];
	return NULL;
}

bool subscribed_exists(const struct subscribed *subscribed)
{
	return subscribed && (subscribed->exclude || subscribed->source.count);
}

bool subscribed_is_pending(const struct subscribed *subscribed)
{
	return subscribed->mode_left || subscribed->repeat_count;
}

void subscribed_delete(struct link *link, struct subscribed *subscribed)
{
	free(subscribed->source.item);
	free(subscribed->old_source.item);
	free(subscribed->repeat);
	*subscribed = link->subscribed[--link->subscribed_count];
}

static struct subscribed *add_subscribed(struct link *link, const struct addr *group)
{
	struct subscribed *subscribed =
		GROW(link->subscribed, link->subscribed_count, link->subscribed_room);

	*subscribed = (struct subscribed){.group = *group};
	return subscribed;
}

void upstream_adopt(struct link *link, const struct addr *group)
{
	if (!subscribed_find(link, group))
		add_subscribed(link, group)->exclude = true;
}

void upstream_delete_duty(struct link *link, unsigned i)
{
	free(link->duty[i].source.item);
	link->duty[i] = link->duty[--link->duty_count];
}

void upstream_delete_allowance(struct link *link, unsigned i)
{
	free(link->allowance[i].source.item);
	link->allowance[i] = link->allowance[--link->allowance_count];
}

void upstream_forget_duties(struct link *link)
{
	while (link->duty_count)
		upstream_delete_duty(link, 0);
}

static void forget_answers(struct link *link)
{
	upstream_forget_duties(link);
	while (link->allowance_count)
		upstream_delete_allowance(link, 0);
}

void upstream_forget_told(struct link *link)
{
	while (link->told_count)
		free(link->told[--link->told_count].source.item);
	link->packet_sent = false;
	link->batch = 0;
}

static void forget_repeats(struct subscribed *subscribed)
{
	subscribed->mode_left = subscribed->mode_most = 0;
	subscribed->repeat_count = 0;
	subscribed->now = false;
}

/* ---- the version (RFC 3376 section 7.2.1) ---- */

bool upstream_is_old(const struct model *model, const struct link *link)
{
	return link->version < newest_version(model->protocol);
}

/* A change of it cancels all that is pending. */
static void set_version(struct model *model, struct link *link)
{
	unsigned version = link->configured.version;

	if (link->v2_until > model->now && version > 2)
		version = 2;
	if (link->v1_until > model->now)
		version = 1;
	if (version == link->version)
		return;
	link->version = version;
	forget_answers(link);
	for (unsigned i = 0; i < link->subscribed_count; i++) {
		forget_repeats(&link->subscribed[i]);
		if (!subscribed_exists(&link->subscribed[i]))
			subscribed_delete(link, &link->subscribed[i--]);
	}
}

static int64_t older_querier_present(const struct model *model, const struct link *link,
				     int64_t response)
{
	int64_t queries = (int64_t)link->values.robustness * link->values.query_interval;

	if (model->protocol == PROTOCOL_IGMP && !link->values.rfc3376_timers)
		return queries + 10 * response;
	return queries + link->values.query_response_interval;
}

/* Whoever hears of us next knows nothing. */
static void forget_subscribed(struct link *link)
{
	upstream_forget_told(link);
	while (link->subscribed_count)
		subscribed_delete(link, &link->subscribed[0]);
}

void upstream_stop(struct link *link)
{
	forget_answers(link);
	forget_subscribed(link);
	link->unsolicited_at = NEVER;
}

void upstream_forget(struct link *link)
{
	link->v1_until = link->v2_until = 0;
	link->version = link->configured.version;
	link->values = link->configured;
	link->heard = (struct addr){{0}};
	link->told_robustness = 0;
	link->told_interval = 0;
}

void upstream_start(struct model *model, struct link *link)
{
	forget_subscribed(link);
	upstream_forget_duties(link); /* all is told anew, but what is due may still leave */
	if (link->config->report_interval)
		link->unsolicited_at = model->now + link->config->report_interval;
	set_version(model, link);
}

/* What the querier has told stays. */
void upstream_configure(struct model *model, struct link *link,
			const struct proxy_interface_config *old)
{
	variables_combine(link);
	if (link->active && link->config->report_interval != old->report_interval)
		link->unsolicited_at = link->config->report_interval
					       ? model->now + link->config->report_interval
					       : NEVER;
	set_version(model, link);
}

/* ---- what is asked (RFC 3376 section 5.2) ---- */

static void add_duty(struct link *link, const struct addr *group, bool whole,
		     const struct list *source, int64_t until)
{
	struct duty *duty;

	duty = GROW(link->duty, link->duty_count, link->duty_room);
	*duty = (struct duty){.group = *group, .whole = whole, .until = until};
	if (!whole)
		list_copy(&duty->source, source);
}

/* One answer to general queries, one to those of the group: rules 1 to 5 join what is pending. */
static void allow(const struct model *model, struct link *link, const struct addr *group,
		  bool general, bool whole, const struct list *source, int64_t until)
{
	struct allowance *allowance = NULL;

	for (unsigned i = 0; i < link->allowance_count; i++)
		if (link->allowance[i].general == general && !link->allowance[i].loose &&
		    addr_equal(&link->allowance[i].group, group))
			allowance = &link->allowance[i];
	if (!allowance) {
		allowance = GROW(link->allowance, link->allowance_count, link->allowance_room);
		*allowance = (struct allowance){
			.group = *group, .general = general, .after = model->now};
	}
	allowance->whole |= whole;
	for (unsigned i = 0; source && i < source->count; i++)
		if (!list_has(&allowance->source, &source->item[i]))
			list_add(&allowance->source, &source->item[i]);
	if (allowance->until < until)
		allowance->until = until;
}

static void ask_all(const struct model *model, struct link *link, int64_t until)
{
	struct list known = {0};

	for (unsigned i = 0; i < link->subscribed_count; i++)
		if (subscribed_exists(&link->subscribed[i])) {
			list_add(&known, &link->subscribed[i].group);
			allow(model, link, &link->subscribed[i].group, true, true, NULL, until);
			add_duty(link, &link->subscribed[i].group, true, NULL, until);
		}
	/* Groups that begin before the answer leaves may be told of, too: all but the known ones.
	 */
	for (unsigned a = 0; a < link->allowance_count; a++)
		if (addr_is_any(&link->allowance[a].group))
			list_clear(&link->allowance[a].source);
	allow(model, link, &(struct addr){{0}}, true, true, &known, until);
	free(known.item);
}

/* What the querier tells all of the link. */
static void learn(struct model *model, struct link *link, const struct heard *heard)
{
	const struct message *message = heard->message;
	int64_t response = codec_response(model->protocol, message);
	bool general = addr_is_any(&message->group);

	if (general)
		link->heard = heard->source;
	if (message->version == newest_version(model->protocol))
		variables_adopt(model, link, message);
	if (message->version == 1 && (general || model->protocol == PROTOCOL_MLD))
		link->v1_until = model->now + older_querier_present(model, link, response);
	else if (message->version == 2 && model->protocol == PROTOCOL_IGMP && general)
		link->v2_until = model->now + older_querier_present(model, link, response);
	set_version(model, link);
}

void upstream_query(struct model *model, struct link *link, const struct heard *heard)
{
	const struct message *message = heard->message;
	int64_t response = codec_response(model->protocol, message);
	bool general = addr_is_any(&message->group);
	bool whole;

	if (addr_is_multicast(&heard->destination)) {
		learn(model, link, heard);
	} else {
		if (model->now < link->unicast_again)
			return;
		link->unicast_again = model->now + 1000;
	}
	if (response < 1)
		response = 1;
	if (general) {
		ask_all(model, link, model->now + response);
		return;
	}
	whole = !message->source.count || upstream_is_old(model, link);
	allow(model, link, &message->group, false, whole, &message->source, model->now + response);
	if (!subscribed_exists(subscribed_find(link, &message->group)))
		return; /* it may be there when the answer is due */
	/* A query of IGMPv1 should name no group (RFC 1112): whoever hears it may do either. */
	if (message->version > 1 || model->protocol == PROTOCOL_MLD)
		add_duty(link, &message->group, whole, &message->source, model->now + response);
}

/* ---- what is to be answered now ---- */

/* What INCLUDE (A) or EXCLUDE (A) says of the sources asked for. */
void subscribed_answer(const struct subscribed *subscribed, const struct list *asked,
		       struct list *answer)
{
	for (unsigned i = 0; i < asked->count; i++)
		if (list_has(&subscribed->source, &asked->item[i]) != subscribed->exclude)
			list_add(answer, &asked->item[i]);
}

/* An answer that would be empty may have been due just then: it need not come any more. */
static void drop_void_duties(struct link *link)
{
	for (unsigned i = 0; i < link->duty_count; i++) {
		const struct duty *duty = &link->duty[i];
		const struct subscribed *subscribed = subscribed_find(link, &duty->group);
		struct list answer = {0};
		bool is_void = !subscribed_exists(subscribed);

		if (!is_void && !duty->whole) {
			subscribed_answer(subscribed, &duty->source, &answer);
			is_void = !answer.count;
		}
		free(answer.item);
		if (is_void)
			upstream_delete_duty(link, i--);
	}
}

void upstream_drop_allowances(struct model *model, struct link *link)
{
	for (unsigned i = 0; i < link->allowance_count; i++)
		if (link->allowance[i].until < model->now)
			upstream_delete_allowance(link, i--);
}

int64_t upstream_deadline(const struct model *model, const struct link *link)
{
	int64_t next = link->unsolicited_at;

	if (!link->active)
		return NEVER;
	if (link->v1_until > model->now && link->v1_until < next)
		next = link->v1_until;
	if (link->v2_until > model->now && link->v2_until < next)
		next = link->v2_until;
	return next;
}

void upstream_expire(struct model *model, struct link *link)
{
	if (!link->active)
		return;
	set_version(model, link);
	if (link->unsolicited_at <= model->now) {
		link->unsolicited_at = model->now + link->config->report_interval;
		ask_all(model, link, link->unsolicited_at);
	}
}

/* ---- changes (RFC 3376 section 5.1) ---- */

static void repeat_source(struct link *link, struct subscribed *subscribed,
			  const struct addr *address)
{
	struct repeat *repeat = NULL;

	for (unsigned i = 0; i < subscribed->repeat_count; i++)
		if (addr_equal(&subscribed->repeat[i].address, address))
			repeat = &subscribed->repeat[i];
	if (!repeat) {
		repeat =
			GROW(subscribed->repeat, subscribed->repeat_count, subscribed->repeat_room);
	}
	*repeat = (struct repeat){*address, link->values.robustness, true};
}

static void change_new(struct link *link, struct subscribed *subscribed, bool exclude,
		       const struct list *source)
{
	if (subscribed->exclude != exclude) {
		subscribed->mode_left = link->values.robustness;
		subscribed->repeat_count = 0; /* the whole list is told as often */
		subscribed->mode_fresh = true;
		subscribed->now = true;
	} else {
		for (unsigned i = 0; i < source->count; i++)
			if (!list_has(&subscribed->source, &source->item[i])) {
				repeat_source(link, subscribed, &source->item[i]);
				subscribed->now = true;
			}
		for (unsigned i = 0; i < subscribed->source.count; i++)
			if (!list_has(source, &subscribed->source.item[i])) {
				repeat_source(link, subscribed, &subscribed->source.item[i]);
				subscribed->now = true;
			}
	}
}

static void expect_leave(struct model *model, const struct link *link, const struct addr *group)
{
	model_expect(model, (unsigned)(link - model->link), group)->leave = true;
}

static bool has_leave(const struct model *model, const struct link *link)
{
	return link->version == 2 || (link->version == 1 && model->protocol == PROTOCOL_MLD);
}

/* RFC 4605 section 4.1: only creation and deletion are reported. */
static void change_old(struct model *model, struct link *link, struct subscribed *subscribed,
		       bool before, bool after)
{
	if (!before && after) {
		subscribed->mode_left = subscribed->mode_most = link->values.robustness;
		subscribed->now = true;
	} else if (before && !after) {
		forget_repeats(subscribed);
		if (has_leave(model, link))
			expect_leave(model, link, &subscribed->group);
	}
}

/* An answer that is due in the moment of a change may have left before it. */
static void note_change(struct subscribed *subscribed, bool exclude, const struct list *source)
{
	if (subscribed->changed ||
	    (subscribed->exclude == exclude && list_equal(&subscribed->source, source)))
		return;
	subscribed->changed = true;
	subscribed->old_exclude = subscribed->exclude;
	list_copy(&subscribed->old_source, &subscribed->source);
}

/* Whoever begins anew while all are told may be told again. */
static void allow_newcomer(struct link *link, const struct addr *group)
{
	for (unsigned i = 0; i < link->allowance_count; i++)
		if (addr_is_any(&link->allowance[i].group))
			list_remove(&link->allowance[i].source, group);
}

static void update_group(struct model *model, struct link *link, const struct addr *group)
{
	struct subscribed *subscribed = subscribed_find(link, group);
	enum filter_mode mode = INCLUDE;
	struct list source = {0};
	bool after = merge_upstream(model, link, group, &mode, &source);
	bool before = subscribed_exists(subscribed);

	if (!before && after)
		allow_newcomer(link, group);
	if (before || after) {
		if (!subscribed)
			subscribed = add_subscribed(link, group);
		note_change(subscribed, mode == EXCLUDE, &source);
		if (upstream_is_old(model, link))
			change_old(model, link, subscribed, before, after);
		else
			change_new(link, subscribed, mode == EXCLUDE, &source);
		subscribed->exclude = mode == EXCLUDE;
		list_copy(&subscribed->source, &source);
	}
	free(source.item);
}

void upstream_update(struct model *model, struct link *link)
{
	struct list groups = {0};

	if (!link->active)
		return;
	model_groups(model, &groups);
	for (unsigned i = 0; i < link->subscribed_count; i++)
		if (!link->subscribed[i].now)
			link->subscribed[i].was_pending =
				subscribed_is_pending(&link->subscribed[i]);
	for (unsigned i = 0; i < link->subscribed_count; i++)
		if (!list_has(&groups, &link->subscribed[i].group))
			list_add(&groups, &link->subscribed[i].group);
	for (unsigned i = 0; i < groups.count; i++)
		update_group(model, link, &groups.item[i]);
	free(groups.item);
	drop_void_duties(link);
	upstream_drop_allowances(model, link);
}

/* ---- the end ---- */

/* All is left at once, and once only (RFC 3376 section 5.1). */
void upstream_shutdown(struct model *model, struct link *link)
{
	if (!link->active)
		return;
	forget_answers(link);
	for (unsigned i = 0; i < link->subscribed_count; i++) {
		struct subscribed *subscribed = &link->subscribed[i];
		bool before = subscribed_exists(subscribed);

		if (upstream_is_old(model, link))
			change_old(model, link, subscribed, before, false);
		else if (before)
			change_new(link, subscribed, false, &(struct list){0});
		subscribed->exclude = false;
		list_clear(&subscribed->source);
	}
}

void upstream_free(struct link *link)
{
	forget_answers(link);
	upstream_forget_told(link);
	while (link->subscribed_count)
		subscribed_delete(link, &link->subscribed[0]);
	free(link->subscribed);
	free(link->duty);
	free(link->allowance);
	free(link->told);
}
