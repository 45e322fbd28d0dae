/* SPDX-License-Identifier: MIT */
/*
 * What the proxy has sent upstream, held against what it had to tell: answers (RFC 3376
 * section 5.2) and changes (section 5.1).
 */
#include <stdlib.h>

#include "tests/model/state.h"

enum { TOLD_LEAVE = 100 }; /* beside enum record_type */

enum { JUMP_SLACK = 100 }; /* an answer in many packets is still spread when its time has passed */

/* ---- what was sent ---- */

static size_t record_size(const struct model *model, size_t sources)
{
	return model->protocol == PROTOCOL_IGMP ? 8 + 4 * sources : 20 + 16 * sources;
}

/* RFC 3376 section 4.2.16, and one report a turn: a packet that begins with what had room in the
 * one before belongs to another batch. */
static void check_packing(struct model *model, struct link *link, const struct message *message,
			  size_t length)
{
	size_t header = model->protocol == PROTOCOL_IGMP ? 24 : 48;

	if (length + header > link->mtu)
		model_fail(model, "a report of %zu octets is longer than the MTU", length);
	if (message->kind != KIND_REPORT)
		return;
	if (link->packet_sent &&
	    record_size(model, message->record[0].source.count) <= link->packet_left)
		link->batch++;
	link->packet_sent = true;
	link->packet_left = link->mtu > length + header ? link->mtu - length - header : 0;
}

static void tell(struct model *model, struct link *link, unsigned type, const struct addr *group,
		 const struct list *source)
{
	size_t header = model->protocol == PROTOCOL_IGMP ? 32 : 56;
	struct told *told;

	told = GROW(link->told, link->told_count, link->told_room);
	*told = (struct told){.type = type, .group = *group, .batch = link->batch};
	if (source)
		list_copy(&told->source, source);
	while (header + record_size(model, told->source.count + told->room + 1) <= link->mtu)
		told->room++;
}

void told_sent(struct model *model, struct link *link, const struct message *message, size_t length)
{
	check_packing(model, link, message, length);
	if ((message->kind == KIND_REPORT) == upstream_is_old(model, link) ||
	    (message->kind == KIND_OLD_REPORT && message->version != link->version))
		model_fail(model, "a message of another version than %u", link->version);
	if (message->kind == KIND_LEAVE)
		tell(model, link, TOLD_LEAVE, &message->group, NULL);
	else if (message->kind == KIND_OLD_REPORT)
		tell(model, link, 0, &message->group, NULL);
	for (unsigned i = 0; message->kind == KIND_REPORT && i < message->record_count; i++) {
		const struct record *record = &message->record[i];

		if (model_is_ssm(model, &record->group) &&
		    (record->type == IS_EX || record->type == TO_EX))
			model_fail(model, "an EXCLUDE record of %s", addr_text(&record->group));
		tell(model, link, record->type, &record->group, &record->source);
	}
}

static void check_leave(struct model *model, const struct link *link, const struct addr *group)
{
	for (unsigned i = 0; i < model->expected_count; i++) {
		struct expected *expected = &model->expected[i];

		if (expected->leave && !expected->met &&
		    expected->entry == (unsigned)(link - model->link) &&
		    addr_equal(&expected->group, group)) {
			expected->met = true;
			return;
		}
	}
	model_fail(model, "%s: a leave of %s is not due", model_link_text(link), addr_text(group));
}

/* ---- answers that were sent ---- */

/* SOURCE is all of WHOLE, or, of an EXCLUDE record that would not fit, a part. */
static bool is_whole(const struct told *told, const struct list *whole)
{
	if (list_equal(&told->source, whole))
		return true;
	for (unsigned i = 0; i < told->source.count; i++)
		if (!list_has(whole, &told->source.item[i]))
			return false;
	return told->type == IS_EX && !told->room && told->source.count < whole->count;
}

static bool covers(const struct told *told, const struct subscribed *subscribed,
		   const struct list *asked)
{
	struct list answer = {0};
	bool all = true;

	subscribed_answer(subscribed, asked, &answer);
	for (unsigned i = 0; i < answer.count; i++)
		all &= list_has(&told->source, &answer.item[i]);
	free(answer.item);
	return all;
}

/* Could it be the answer to some of the sources asked for? */
static bool is_part(const struct told *told, const struct subscribed *subscribed,
		    const struct list *asked)
{
	for (unsigned i = 0; i < told->source.count; i++)
		if (!list_has(asked, &told->source.item[i]) ||
		    list_has(&subscribed->source, &told->source.item[i]) == subscribed->exclude)
			return false;
	return told->type == IS_IN && told->source.count;
}

/* Either answer may have left, and the other one is still to come. */
static void join_allowances(struct link *link, struct allowance *used, struct allowance *other)
{
	other->loose = true;
	other->whole |= used->whole;
	for (unsigned i = 0; i < used->source.count; i++)
		if (!list_has(&other->source, &used->source.item[i]))
			list_add(&other->source, &used->source.item[i]);
	if (other->after > used->after)
		other->after = used->after;
	if (other->until < used->until)
		other->until = used->until;
	upstream_delete_allowance(link, (unsigned)(used - link->allowance));
}

static bool is_usable(const struct model *model, const struct allowance *allowance)
{
	return allowance->until >= model->now && allowance->after != model->now;
}

/* Section 5.2 rule 5: to an answer that is pending the sources are added that are asked for since;
 * where nobody knows whether it was the one to all that has left, it may be pending still. */
static bool use_both(struct model *model, struct link *link, const struct told *told,
		     const struct subscribed *subscribed, unsigned pending)
{
	for (unsigned i = 0; i < link->allowance_count; i++) {
		const struct allowance *later = &link->allowance[i];
		struct list asked = {0};
		bool fits;

		if (later->general || later->loose || !is_usable(model, later) ||
		    !addr_equal(&later->group, &told->group))
			continue;
		list_copy(&asked, &link->allowance[pending].source);
		for (unsigned s = 0; s < later->source.count; s++)
			if (!list_has(&asked, &later->source.item[s]))
				list_add(&asked, &later->source.item[s]);
		fits = is_part(told, subscribed, &asked);
		free(asked.item);
		if (!fits)
			continue;
		upstream_delete_allowance(link, i > pending ? i : pending);
		upstream_delete_allowance(link, i > pending ? pending : i);
		return true;
	}
	return false;
}

static bool use_joined(struct model *model, struct link *link, const struct told *told,
		       const struct subscribed *subscribed)
{
	for (unsigned i = 0; i < link->allowance_count; i++) {
		const struct allowance *allowance = &link->allowance[i];

		if (allowance->loose && is_usable(model, allowance) &&
		    addr_equal(&allowance->group, &told->group) &&
		    use_both(model, link, told, subscribed, i))
			return true;
	}
	return false;
}

static bool use_allowance(struct model *model, struct link *link, const struct told *told,
			  const struct subscribed *subscribed, bool whole)
{
	struct allowance *used = NULL, *stranger = NULL;

	for (unsigned i = 0; i < link->allowance_count; i++) {
		struct allowance *allowance = &link->allowance[i];
		bool fits = (allowance->whole && whole) ||
			    (told->type && is_part(told, subscribed, &allowance->source));

		if (!is_usable(model, allowance))
			continue;
		if (addr_is_any(&allowance->group)) {
			stranger = allowance;
		} else if (addr_equal(&allowance->group, &told->group) && fits) {
			if (used) {
				join_allowances(link, used, allowance);
				return true;
			}
			used = allowance;
		}
	}
	if (whole && stranger && !list_has(&stranger->source, &told->group)) {
		list_add(&stranger->source, &told->group);
		if (used && used->until < stranger->until)
			used->until = stranger->until;
		if (used)
			used->loose = true;
		return true;
	}
	if (used)
		upstream_delete_allowance(link, (unsigned)(used - link->allowance));
	return used || (told->type && use_joined(model, link, told, subscribed));
}

static void discharge(struct link *link, const struct told *told,
		      const struct subscribed *subscribed, bool whole)
{
	for (unsigned i = 0; i < link->duty_count; i++) {
		const struct duty *duty = &link->duty[i];

		if (addr_equal(&duty->group, &told->group) &&
		    (whole || (!duty->whole && covers(told, subscribed, &duty->source))))
			upstream_delete_duty(link, i--);
	}
}

static bool is_answer(struct model *model, struct link *link, const struct told *told,
		      const struct subscribed *state)
{
	bool whole =
		told->type == (state->exclude ? IS_EX : IS_IN) && is_whole(told, &state->source);

	if (!subscribed_exists(state) || !use_allowance(model, link, told, state, whole))
		return false;
	discharge(link, told, state, whole);
	return true;
}

static void check_answer(struct model *model, struct link *link, const struct told *told)
{
	const struct subscribed *subscribed = subscribed_find(link, &told->group);
	bool changed = subscribed && subscribed->changed;
	struct subscribed before = {.exclude = false};

	if (changed) {
		before = *subscribed;
		before.exclude = subscribed->old_exclude;
		before.source = subscribed->old_source;
	}
	if (subscribed && is_answer(model, link, told, subscribed)) {
		if (changed)
			discharge(link, told, &before, false);
		return;
	}
	if (changed && is_answer(model, link, told, &before))
		return;
	model_fail(model, "%s of %s: nobody asked for that, or it is wrong",
		   record_type_text(told->type), addr_text(&told->group));
}

/* ---- changes that were told ---- */

static bool is_change(unsigned type)
{
	return type == TO_IN || type == TO_EX || type == ALLOW || type == BLOCK;
}

/* The batches that tell a change of GROUP: their number, and the last one. */
static unsigned batches_of(const struct link *link, const struct addr *group, unsigned *last)
{
	unsigned count = 0;

	*last = 0;
	for (unsigned i = 0; i < link->told_count; i++) {
		const struct told *told = &link->told[i];

		if (!is_change(told->type) || !addr_equal(&told->group, group))
			continue;
		count += !count || told->batch != *last;
		*last = told->batch;
	}
	return count;
}

/* What the records of TYPE in this turn say; false: there is none. */
static bool collect(const struct link *link, const struct addr *group, unsigned type,
		    struct list *source, bool *full)
{
	bool found = false;
	unsigned last;

	batches_of(link, group, &last);

	for (unsigned i = 0; i < link->told_count; i++) {
		const struct told *told = &link->told[i];

		if (told->type != type || told->batch != last || !addr_equal(&told->group, group))
			continue;
		found = true;
		*full |= !told->room;
		for (unsigned s = 0; s < told->source.count; s++)
			list_add(source, &told->source.item[s]);
	}
	return found;
}

static void check_records(struct model *model, const struct link *link, const struct addr *group,
			  unsigned type, bool due, const struct list *source)
{
	struct list got = {0};
	bool full = false, found = collect(link, group, type, &got, &full);
	char expected[MODEL_TEXT / 4], text[MODEL_TEXT / 4];

	if (found != due)
		model_fail(model, "%s of %s was %s", record_type_text(type), addr_text(group),
			   found ? "sent" : "not sent");
	else if (found && !list_equal(&got, source) && !(type == TO_EX && full))
		model_fail(model, "%s of %s: expected %s, got %s", record_type_text(type),
			   addr_text(group), list_text(source, expected, sizeof(expected)),
			   list_text(&got, text, sizeof(text)));
	free(got.item);
}

/* Sources whose change is being reported: those that are wanted now, or not. */
static void changed_sources(const struct subscribed *subscribed, bool wanted, struct list *list)
{
	for (unsigned i = 0; i < subscribed->repeat_count; i++) {
		const struct addr *address = &subscribed->repeat[i].address;

		if ((list_has(&subscribed->source, address) != subscribed->exclude) == wanted)
			list_add(list, address);
	}
}

/* One transmission: right in all, and one less to come. */
static void check_transmission(struct model *model, struct link *link,
			       struct subscribed *subscribed)
{
	const struct addr *group = &subscribed->group;
	bool mode = subscribed->mode_left > 0;
	struct list allowed = {0}, blocked = {0};
	unsigned kept = 0;

	if (!mode) {
		changed_sources(subscribed, true, &allowed);
		changed_sources(subscribed, false, &blocked);
	}
	check_records(model, link, group, TO_IN, mode && !subscribed->exclude, &subscribed->source);
	check_records(model, link, group, TO_EX, mode && subscribed->exclude, &subscribed->source);
	check_records(model, link, group, ALLOW, allowed.count > 0, &allowed);
	check_records(model, link, group, BLOCK, blocked.count > 0, &blocked);
	free(allowed.item);
	free(blocked.item);
	if (mode)
		subscribed->mode_left--;
	for (unsigned i = 0; i < subscribed->repeat_count; i++)
		if (--subscribed->repeat[i].left)
			subscribed->repeat[kept++] = subscribed->repeat[i];
	subscribed->repeat_count = kept;
}

static unsigned told_old(const struct link *link, const struct addr *group)
{
	unsigned count = 0;

	for (unsigned i = 0; i < link->told_count; i++)
		count += !link->told[i].type && addr_equal(&link->told[i].group, group);
	return count;
}

static int64_t report_interval(const struct model *model, const struct link *link)
{
	if (link->configured.unsolicited_report_interval)
		return link->configured.unsolicited_report_interval;
	return upstream_is_old(model, link) ? 10000 : 1000;
}

/* A repeat that was due in the very moment of a change has left before it: one less to come of what
 * was there before. */
static void take_off_repeat(struct subscribed *subscribed)
{
	unsigned kept = 0;

	if (subscribed->mode_left && !subscribed->mode_fresh)
		subscribed->mode_left--;
	for (unsigned i = 0; i < subscribed->repeat_count; i++) {
		struct repeat repeat = subscribed->repeat[i];

		if (repeat.fresh || --repeat.left)
			subscribed->repeat[kept++] = repeat;
	}
	subscribed->repeat_count = kept;
}

/* All changes of a turn leave together; before them, what was due in that moment anyway. */
static void check_batches(struct model *model, struct link *link)
{
	if (link->batch > 1)
		model_fail(model, "%u reports in one turn, with room in them", link->batch + 1);
	for (unsigned i = 0; link->batch && i < link->told_count; i++) {
		const struct told *told = &link->told[i];
		const struct subscribed *subscribed = subscribed_find(link, &told->group);

		if (is_change(told->type) && !told->batch && subscribed && subscribed->now &&
		    !subscribed->was_pending)
			model_fail(model, "two reports in one turn, the first, with room, of %s",
				   addr_text(&told->group));
	}
}

static void settle(struct subscribed *subscribed)
{
	subscribed->now = subscribed->mode_fresh = subscribed->was_pending = false;
	subscribed->changed = false;
	for (unsigned i = 0; i < subscribed->repeat_count; i++)
		subscribed->repeat[i].fresh = false;
}

static void check_new(struct model *model, struct link *link, struct subscribed *subscribed)
{
	unsigned last, told = batches_of(link, &subscribed->group, &last);

	if (told > 1 && subscribed->was_pending)
		take_off_repeat(subscribed);

	if (told && !subscribed_is_pending(subscribed)) {
		model_fail(model, "a change of %s is told that was none or was told often enough",
			   addr_text(&subscribed->group));
	} else if (told) {
		if (!subscribed->now && subscribed->by < model->now)
			model_fail(model, "a change of %s is repeated too late",
				   addr_text(&subscribed->group));
		check_transmission(model, link, subscribed);
		subscribed->by = model->now + report_interval(model, link);
	} else if (subscribed->now ||
		   (subscribed_is_pending(subscribed) && subscribed->by <= model->now)) {
		model_fail(model, "a change of %s is not told in time",
			   addr_text(&subscribed->group));
	}
	settle(subscribed);
}

static bool is_asked(const struct link *link, const struct addr *group)
{
	for (unsigned i = 0; i < link->allowance_count; i++)
		if (addr_equal(&link->allowance[i].group, group) ||
		    addr_is_any(&link->allowance[i].group))
			return true;
	return false;
}

/* Of an older report nobody knows whether it was a repeat or an answer: it counts as both, where
 * both could be. */
static void check_old_report(struct model *model, struct link *link, struct subscribed *subscribed)
{
	struct told report = {.group = subscribed->group};
	bool asked = is_asked(link, &subscribed->group);
	int64_t by = model->now + report_interval(model, link);

	if (subscribed->mode_most) {
		subscribed->mode_left -= subscribed->mode_left > 0;
		subscribed->mode_most -= !asked;
		/* Of an answer the repeat is due as before, by an interval that was longer then. */
		if (!asked || by > subscribed->by)
			subscribed->by = by;
	} else if (!model->jumped && !use_allowance(model, link, &report, subscribed, true)) {
		model_fail(model, "nobody asked for a report of %s", addr_text(&subscribed->group));
	}
	discharge(link, &report, subscribed, true);
}

static void check_old(struct model *model, struct link *link, struct subscribed *subscribed)
{
	unsigned told = told_old(link, &subscribed->group);

	if (subscribed->changed && !subscribed_exists(subscribed))
		told = 0; /* it left before the group ended, in the same moment */
	for (unsigned i = 0; i < told; i++)
		check_old_report(model, link, subscribed);
	if (!told && subscribed->by <= model->now) {
		if (subscribed->mode_left)
			model_fail(model, "%s is not reported in time",
				   addr_text(&subscribed->group));
		subscribed->mode_most = 0;
	}
	if (!told && subscribed->now && subscribed->mode_left)
		model_fail(model, "%s is not reported", addr_text(&subscribed->group));
	subscribed->now = subscribed->changed = false;
}

static void check_strangers(struct model *model, struct link *link)
{
	for (unsigned i = 0; i < link->told_count; i++)
		if (link->told[i].type != TOLD_LEAVE &&
		    !subscribed_find(link, &link->told[i].group))
			model_fail(model, "%s is told, but nobody wants it",
				   addr_text(&link->told[i].group));
}

void told_check(struct model *model, struct link *link)
{
	if (model->jumped) {
		upstream_forget_duties(link);
	} else {
		check_strangers(model, link);
		check_batches(model, link);
	}
	for (unsigned i = 0; i < link->told_count; i++)
		if (link->told[i].type == TOLD_LEAVE)
			check_leave(model, link, &link->told[i].group);
		else if (!model->jumped &&
			 (link->told[i].type == IS_IN || link->told[i].type == IS_EX))
			check_answer(model, link, &link->told[i]);
	for (unsigned i = 0; i < link->subscribed_count; i++) {
		if (upstream_is_old(model, link))
			check_old(model, link, &link->subscribed[i]);
		else
			check_new(model, link, &link->subscribed[i]);
	}
	for (unsigned i = 0; i < link->subscribed_count; i++)
		if (!subscribed_exists(&link->subscribed[i]) &&
		    !subscribed_is_pending(&link->subscribed[i]))
			subscribed_delete(link, &link->subscribed[i--]);
	for (unsigned i = 0; i < link->duty_count; i++)
		if (link->duty[i].until <= model->now)
			model_fail(model, "a query of %s is not answered in time",
				   addr_text(&link->duty[i].group));
	upstream_drop_allowances(model, link);
	upstream_forget_told(link);
}

void told_jump(const struct model *model, struct link *link)
{
	for (unsigned i = 0; i < link->subscribed_count; i++)
		if (link->subscribed[i].by < model->now)
			link->subscribed[i].by = model->now;
	for (unsigned i = 0; i < link->duty_count; i++)
		if (link->duty[i].until < model->now + JUMP_SLACK)
			link->duty[i].until = model->now + JUMP_SLACK;
	for (unsigned i = 0; i < link->allowance_count; i++)
		if (link->allowance[i].until < model->now + JUMP_SLACK)
			link->allowance[i].until = model->now + JUMP_SLACK;
}
