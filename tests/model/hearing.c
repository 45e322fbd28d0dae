/* SPDX-License-Identifier: MIT */
/*
 * Reports and leaves: which of them count, what they are while there are older hosts (RFC 3376
 * section 7.3.2), and which host has sent them (RFC 6636 section 3).
 */
#include <stdlib.h>

#include "tests/model/state.h"

/* ---- reports ---- */

static bool right_family(const struct model *model, const struct addr *addr)
{
	return addr_is_ipv4(addr) == (model->protocol == PROTOCOL_IGMP);
}

bool hearing_is_kept(const struct model *model, const struct addr *group)
{
	struct addr reserved = {{0xff, 0x30, [12] = 0x40}};

	reserved.byte[1] = group->byte[1];
	if (!addr_is_multicast(group) || !right_family(model, group) || addr_is_link_scope(group))
		return false;
	/* RFC 4291 section 2.8: each router is a member, whoever asks. */
	if (addr_equal(group, &(struct addr){{0xff, 5, [15] = 2}}))
		return false;
	if (addr_is_ipv4(group))
		return addr_to_ipv4(group) != 0xe8000000;
	return (group->byte[1] & 0xf0) != 0x30 || !addr_equal(group, &reserved);
}

static int by_address(const void *a, const void *b)
{
	return addr_compare(a, b);
}

/* Ascending: where a limit is met, the lowest ones are in. */
static void clean_list(const struct model *model, const struct list *from, struct list *to)
{
	for (unsigned i = 0; i < from->count; i++)
		if (addr_may_leave_link(&from->item[i]) && right_family(model, &from->item[i]) &&
		    !list_has(to, &from->item[i]))
			list_add(to, &from->item[i]);
	if (to->count)
		qsort(to->item, to->count, sizeof(*to->item), by_address);
}

/* RFC 3376 section 7.3.2: what is heard of TYPE while there are older hosts. */
static unsigned older_type(const struct model *model, unsigned version, unsigned type,
			   struct list *sources)
{
	if (version == newest_version(model->protocol))
		return type;
	if (type == TO_EX)
		list_clear(sources);
	if (type == BLOCK)
		return 0;
	if (type == TO_IN && version == 1 && model->protocol == PROTOCOL_IGMP)
		return 0;
	return type;
}

/* A record as it was heard. */
struct hearing {
	struct addr group, reporter;
	unsigned type;
	struct list source;
	unsigned old_version; /* of an older report, 3: of what is taken for one; 0: none */
};

static struct member *find_host(struct member *member, const struct addr *reporter)
{
	for (unsigned i = 0; i < member->host_count; i++)
		if (addr_equal(&member->host[i].reporter, reporter))
			return &member->host[i];
	return NULL;
}

static void drop_idle_hosts(struct model *model, struct member *member)
{
	for (unsigned i = 0; i < member->host_count; i++)
		if (!held_wants_anything(model, &member->host[i]))
			held_delete_host(member, i--);
}

/* Those that want nothing any more stay until the room is needed. */
static bool has_room_for_host(struct model *model, const struct link *link, struct member *member)
{
	const struct proxy_interface_config *config = link->config;

	if (config->max_hosts && member->host_count >= config->max_hosts)
		drop_idle_hosts(model, member);
	return (!config->max_hosts || member->host_count < config->max_hosts) &&
	       reporter_finds_sources(link, 4);
}

static bool is_any_unknown(const struct member *host, const struct list *sources)
{
	for (unsigned i = 0; i < sources->count; i++)
		if (!held_source(host, &sources->item[i]))
			return true;
	return false;
}

static void somebody_is_unknown(const struct model *model, const struct link *link,
				struct member *member)
{
	int64_t until = model->now + variables_membership(link);

	if (member->unknown_until < until)
		member->unknown_until = until;
}

/* What a host wants is as a group of which it is the only member. */
static void track(struct model *model, unsigned entry, struct member *member,
		  const struct hearing *hearing)
{
	struct link *link = &model->link[entry];
	bool adds = hearing->type == IS_EX || hearing->type == TO_EX ||
		    (hearing->type != BLOCK && hearing->source.count);
	struct member *host;

	if (link->config->quick_leave != QUICK_LEAVE_TRACKED || member->untracked)
		return;
	if (hearing->old_version || addr_is_any(&hearing->reporter)) {
		if (adds)
			somebody_is_unknown(model, link, member);
		return;
	}
	host = find_host(member, &hearing->reporter);
	if (host)
		held_expire(model, entry, host);
	if (!host && !adds)
		return;
	if (!host && !has_room_for_host(model, link, member)) {
		somebody_is_unknown(model, link, member);
		return;
	}
	if (!host) {
		host = GROW(member->host, member->host_count, member->host_room);
		*host = (struct member){
			.group = hearing->group, .reporter = hearing->reporter, .query_at = NEVER};
	}
	/* A host's IS_EX is all that it wants. */
	table_apply(model, link, host, hearing->type == IS_EX ? TO_EX : hearing->type,
		    &hearing->source);
	if ((adds || host->exclude) && is_any_unknown(host, &hearing->source))
		somebody_is_unknown(model, link, member);
	if (!held_wants_anything(model, host))
		held_delete_host(member, (unsigned)(host - member->host));
}

/* RFC 3376 section 7.3.2. */
static void note_version(struct model *model, struct link *link, struct member *member,
			 unsigned old_version)
{
	if (old_version == 1)
		member->v1_until = model->now + variables_older_host(link);
	else if (old_version == 2)
		member->v2_until = model->now + variables_older_host(link);
}

static void hear_record(struct model *model, unsigned entry, struct hearing *hearing)
{
	struct link *link = &model->link[entry];
	struct member *member = held_find(link, &hearing->group, false);
	unsigned version, type = hearing->type;

	if (!hearing_is_kept(model, &hearing->group) ||
	    (model_is_ssm(model, &hearing->group) && (type == IS_EX || type == TO_EX)))
		return;
	if (model_is_own(link, &hearing->reporter) &&
	    (type == IS_EX || type == TO_EX || (type != BLOCK && hearing->source.count)))
		rivals_own(model, link);
	if (!member) {
		bool full = !reporter_finds_group(link);
		bool lacks = type != IS_EX && type != TO_EX && !reporter_finds_sources(link, 1);
		bool draw = (full || lacks) && reporter_may_draw(link);

		if (full && !draw)
			return;
		member = held_add(link, &hearing->group, false);
		if (draw)
			reporter_draw(link, member);
	}
	note_version(model, link, member, hearing->old_version);
	track(model, entry, member, hearing);
	version = held_version(model, member);
	if (version > link->configured.version)
		version = link->configured.version;
	type = older_type(model, version, type, &hearing->source);
	if (type)
		table_apply(model, link, member, type, &hearing->source);
	/* What ends at once ends with the turn, as if the last member query time were 0. */
	if (!member->exclude && !member->source_count)
		held_delete(link, member);
}

/* A router of an older version hears of the group as a whole. False: of nothing. */
static bool make_old(const struct model *model, struct link *link, struct hearing *hearing)
{
	bool joins = hearing->type == IS_EX || hearing->type == TO_EX ||
		     (hearing->type != BLOCK && hearing->source.count);
	bool igmpv1 = model->protocol == PROTOCOL_IGMP && link->configured.version == 1;

	list_clear(&hearing->source);
	hearing->old_version = 3;
	if (joins) {
		hearing->type = IS_EX;
		return true;
	}
	hearing->old_version = 0;
	return hearing->type == TO_IN && !igmpv1 && held_find(link, &hearing->group, false);
}

static void hear_records(struct model *model, unsigned entry, const struct heard *heard)
{
	struct link *link = &model->link[entry];

	for (unsigned i = 0; i < heard->message->record_count; i++) {
		const struct record *record = &heard->message->record[i];
		struct hearing hearing = {record->group, heard->source, record->type, {0}, 0};

		if (record->type < IS_IN || record->type > BLOCK)
			continue;
		clean_list(model, &record->source, &hearing.source);
		if (link->configured.version == newest_version(model->protocol) ||
		    make_old(model, link, &hearing))
			hear_record(model, entry, &hearing);
		free(hearing.source.item);
	}
}

/* There is no leave in IGMPv1. */
static bool understands(const struct model *model, const struct link *link,
			const struct message *message)
{
	return message->kind != KIND_LEAVE || link->configured.version > 1 ||
	       model->protocol == PROTOCOL_MLD;
}

void hearing_report(struct model *model, unsigned entry, const struct heard *heard)
{
	struct link *link = &model->link[entry];
	const struct message *message = heard->message;
	struct hearing hearing = {message->group, heard->source, IS_EX, {0}, message->version};

	if (!understands(model, link, message) || !reporter_hear(model, link, heard))
		return;
	if (message->kind == KIND_REPORT) {
		hear_records(model, entry, heard);
	} else if (!model_is_ssm(model, &message->group)) {
		if (message->kind == KIND_LEAVE) {
			hearing.type = TO_IN;
			hearing.old_version = 0;
			if (!held_find(link, &message->group, false))
				return;
		}
		hear_record(model, entry, &hearing);
	}
}
