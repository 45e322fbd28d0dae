/* SPDX-License-Identifier: MIT */
/*
 * The router part on the downstreams: RFC 3376 section 6 and 7.3 (RFC 3810 sections 7 and 8.3) as
 * RFC 9776 and RFC 9777 have it.
 */
#include <stdlib.h>

#include "model_state.h"

/* ---- sources ---- */

static struct wanted *find_source(const struct member *member, const struct addr *address)
{
	for (unsigned i = 0; i < member->source_count; i++)
		if (addr_equal(&member->source[i].address, address))
			return &member->source[i];
	return NULL;
}

/* Of INCLUDE (A), or X of EXCLUDE (X,Y). */
static bool in_x(const struct member *member, const struct addr *address)
{
	const struct wanted *source = find_source(member, address);

	return source && !source->excluded;
}

static bool in_y(const struct member *member, const struct addr *address)
{
	const struct wanted *source = find_source(member, address);

	return source && source->excluded;
}

static void delete_source(struct member *member, const struct addr *address)
{
	struct wanted *source = find_source(member, address);

	if (source)
		*source = member->source[--member->source_count];
}

/* A host that is tracked counts as four sources beside its own. */
static unsigned sources_of(const struct member *member)
{
	unsigned count = member->source_count;

	for (unsigned i = 0; i < member->host_count; i++)
		count += 4 + member->host[i].source_count;
	return count;
}

static unsigned all_sources(const struct link *link)
{
	unsigned count = 0;

	for (unsigned i = 0; i < link->member_count; i++)
		if (!link->member[i].permanent)
			count += sources_of(&link->member[i]);
	return count;
}

static bool is_host(const struct member *member)
{
	return !addr_is_any(&member->reporter);
}

/* A limit that is reached lets no further source in. */
static bool is_full(const struct link *link, const struct member *member)
{
	const struct proxy_interface_config *config = link->config;

	return (config->max_sources && member->source_count >= config->max_sources) ||
	       (config->max_total_sources && all_sources(link) >= config->max_total_sources);
}

static struct wanted *add_source(const struct link *link, struct member *member,
				 const struct addr *address)
{
	struct wanted *source = find_source(member, address);

	if (source)
		return source;
	if (!member->permanent && is_full(link, member))
		return NULL;
	member->source = model_grow(member->source, member->source_count, &member->source_room,
				    sizeof(*member->source));
	source = &member->source[member->source_count++];
	*source = (struct wanted){.address = *address};
	return source;
}

static void run_source(const struct link *link, struct member *member, const struct addr *address,
		       int64_t expires)
{
	struct wanted *source = add_source(link, member, address);

	if (!source)
		return;
	source->excluded = false;
	source->expires = expires;
}

static void exclude_source(const struct link *link, struct member *member,
			   const struct addr *address)
{
	struct wanted *source = add_source(link, member, address);

	if (source)
		source->excluded = true;
}

/* ---- groups ---- */

struct member *downstream_find(struct link *link, const struct addr *group, bool permanent)
{
	for (unsigned i = 0; i < link->member_count; i++)
		if (link->member[i].permanent == permanent &&
		    addr_equal(&link->member[i].group, group))
			return &link->member[i];
	return NULL;
}

static struct member *add_member(struct link *link, const struct addr *group, bool permanent)
{
	struct member *member;

	link->member = model_grow(link->member, link->member_count, &link->member_room,
				  sizeof(*link->member));
	member = &link->member[link->member_count++];
	*member = (struct member){.group = *group, .permanent = permanent, .query_at = NEVER};
	return member;
}

static void delete_host(struct member *member, unsigned i)
{
	free(member->host[i].source);
	member->host[i] = member->host[--member->host_count];
}

static void free_member(struct member *member)
{
	while (member->host_count)
		delete_host(member, 0);
	free(member->host);
	free(member->source);
}

static void delete_member(struct link *link, struct member *member)
{
	free_member(member);
	*member = link->member[--link->member_count];
}

bool downstream_wants(const struct member *member, const struct addr *source)
{
	return member->exclude ? !in_y(member, source) : in_x(member, source);
}

unsigned downstream_group_version(const struct model *model, const struct member *member)
{
	if (member->v1_until > model->now)
		return 1;
	if (model->protocol == PROTOCOL_IGMP && member->v2_until > model->now)
		return 2;
	return newest_version(model->protocol);
}

void downstream_set_static(struct model *model, unsigned vif)
{
	struct link *link = &model->link[vif];

	for (size_t i = 0; i < link->config->static_join_count; i++) {
		const struct static_join *join = &link->config->static_join[i];
		struct member *member = downstream_find(link, &join->group, true);

		if (!member)
			member = add_member(link, &join->group, true);
		if (addr_is_any(&join->source)) {
			member->exclude = true;
			member->expires = NEVER;
			member->source_count = 0;
		} else if (!member->exclude) {
			run_source(link, member, &join->source, NEVER);
		}
	}
}

/* ---- queries that the tables send (RFC 3376 section 6.6.3) ---- */

/* All hosts that want the group are known. */
static bool is_tracked(const struct model *model, const struct link *link,
		       const struct member *member)
{
	return link->config->quick_leave == QUICK_LEAVE_TRACKED &&
	       link->unknown_until <= model->now && member->unknown_until <= model->now;
}

static bool is_in_exclude(const struct model *model, const struct member *host)
{
	return host->exclude && host->expires > model->now;
}

static bool is_running(const struct model *model, const struct wanted *source)
{
	return !source->excluded && source->expires > model->now;
}

static bool host_wants(const struct model *model, const struct member *member,
		       const struct addr *address)
{
	for (unsigned i = 0; i < member->host_count; i++) {
		const struct member *host = &member->host[i];
		const struct wanted *source = find_source(host, address);

		if (source ? is_running(model, source) : is_in_exclude(model, host))
			return true;
	}
	return false;
}

/* A query, an end at once, or nothing: what another host wants is left alone. */
enum leave { LEAVE_ASK, LEAVE_END, LEAVE_ALONE };

static enum leave leave_source(const struct model *model, const struct link *link,
			       const struct member *member, const struct addr *source)
{
	if (link->config->quick_leave == QUICK_LEAVE_ON || is_host(member))
		return LEAVE_END;
	if (!is_tracked(model, link, member))
		return LEAVE_ASK;
	return host_wants(model, member, source) ? LEAVE_ALONE : LEAVE_END;
}

/* Hosts in INCLUDE mode may have lost sources with the switch to EXCLUDE: unless all that they want
 * is there, they are asked. */
static enum leave leave_group(const struct model *model, const struct link *link,
			      const struct member *member)
{
	if (link->config->quick_leave == QUICK_LEAVE_ON || is_host(member))
		return LEAVE_END;
	if (!is_tracked(model, link, member))
		return LEAVE_ASK;
	for (unsigned i = 0; i < member->host_count; i++)
		if (is_in_exclude(model, &member->host[i]))
			return LEAVE_ALONE;
	for (unsigned i = 0; i < member->host_count; i++)
		for (unsigned s = 0; s < member->host[i].source_count; s++)
			if (is_running(model, &member->host[i].source[s]) &&
			    !in_x(member, &member->host[i].source[s].address))
				return LEAVE_ASK;
	return LEAVE_END;
}

static void ask_group(struct model *model, struct link *link, struct member *member)
{
	int64_t lowered = model->now + variables_last_member(link);
	enum leave leave = leave_group(model, link, member);

	if ((!link->querier && !is_host(member)) || leave == LEAVE_ALONE)
		return;
	if (leave == LEAVE_END) {
		member->expires = model->now;
		return;
	}
	if (member->expires > lowered)
		member->expires = lowered;
	member->queries = link->values.last_member_query_count;
	member->query_at = model->now;
}

static void ask_sources(struct model *model, struct link *link, struct member *member,
			const struct list *sources)
{
	int64_t lowered = model->now + variables_last_member(link);

	if (!link->querier && !is_host(member))
		return;
	for (unsigned i = 0; i < sources->count; i++) {
		struct wanted *source = find_source(member, &sources->item[i]);
		enum leave leave;

		if (!source || source->excluded)
			continue;
		leave = leave_source(model, link, member, &source->address);
		if (leave == LEAVE_END) {
			source->expires = model->now;
		} else if (leave == LEAVE_ASK && source->expires > lowered) {
			source->expires = lowered;
			source->queries = link->values.last_member_query_count;
			member->query_at = model->now;
		}
	}
}

/* ---- the tables (RFC 3376 sections 6.4.1 and 6.4.2) ---- */

/* What comes is added before what goes is deleted: that is how limits are met. */

/* X, or what an INCLUDE group has; excluded: Y. */
static void copy_sources(const struct member *member, bool excluded, struct list *list)
{
	list_clear(list);
	for (unsigned i = 0; i < member->source_count; i++)
		if (member->source[i].excluded == excluded)
			list_add(list, &member->source[i].address);
}

static void delete_unlisted(struct member *member, const struct list *all, const struct list *keep)
{
	for (unsigned i = 0; i < all->count; i++)
		if (!list_has(keep, &all->item[i]))
			delete_source(member, &all->item[i]);
}

static void keep_if(struct list *list, const struct list *other, bool in)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < list->count; i++)
		if (list_has(other, &list->item[i]) == in)
			list->item[kept++] = list->item[i];
	list->count = kept;
}

/* IS_IN, ALLOW, TO_IN in both modes: (B)=GMI. */
static void include(struct model *model, struct link *link, struct member *member,
		    const struct list *sources)
{
	for (unsigned i = 0; i < sources->count; i++)
		run_source(link, member, &sources->item[i],
			   model->now + variables_membership(model, link));
}

/* INCLUDE (A): TO_IN (B): Send Q(G,A-B). EXCLUDE (X,Y): Send Q(G,X-A), Send Q(G). */
static void to_in(struct model *model, struct link *link, struct member *member,
		  const struct list *sources)
{
	struct list asked = {0};

	copy_sources(member, false, &asked);
	keep_if(&asked, sources, false);
	include(model, link, member, sources);
	ask_sources(model, link, member, &asked);
	if (member->exclude)
		ask_group(model, link, member);
	free(asked.item);
}

/* INCLUDE (A): IS_EX (B), TO_EX (B): EXCLUDE (A*B,B-A). */
static void include_to_exclude(struct model *model, struct link *link, struct member *member,
			       const struct list *sources, bool ask)
{
	struct list a = {0};

	copy_sources(member, false, &a);
	for (unsigned i = 0; i < sources->count; i++)
		if (!list_has(&a, &sources->item[i]))
			exclude_source(link, member, &sources->item[i]);
	delete_unlisted(member, &a, sources);
	member->exclude = true;
	if (ask)
		ask_sources(model, link, member, sources); /* of A*B, what runs */
	member->expires = model->now + variables_membership(model, link);
	free(a.item);
}

/* EXCLUDE (X,Y): IS_EX (A), TO_EX (A): EXCLUDE (A-Y,Y*A). */
static void exclude_to_exclude(struct model *model, struct link *link, struct member *member,
			       const struct list *sources, bool ask)
{
	int64_t full = model->now + variables_membership(model, link);
	int64_t fresh = ask ? member->expires : full;
	struct list x = {0}, y = {0};

	copy_sources(member, false, &x);
	copy_sources(member, true, &y);
	for (unsigned i = 0; i < sources->count; i++)
		if (!list_has(&x, &sources->item[i]) && !list_has(&y, &sources->item[i]))
			run_source(link, member, &sources->item[i], fresh);
	delete_unlisted(member, &x, sources);
	delete_unlisted(member, &y, sources);
	if (ask)
		ask_sources(model, link, member, sources); /* of A-Y, which all run */
	member->expires = full;
	free(x.item);
	free(y.item);
}

/* INCLUDE (A): BLOCK (B): Send Q(G,A*B). EXCLUDE (X,Y): (A-X-Y)=Group Timer, Send Q(G,A-Y). */
static void block(struct model *model, struct link *link, struct member *member,
		  const struct list *sources)
{
	for (unsigned i = 0; member->exclude && i < sources->count; i++)
		if (!find_source(member, &sources->item[i]))
			run_source(link, member, &sources->item[i], member->expires);
	ask_sources(model, link, member, sources);
}

static void apply(struct model *model, struct link *link, struct member *member, unsigned type,
		  const struct list *sources)
{
	switch (type) {
	case IS_IN:
	case ALLOW:
		include(model, link, member, sources);
		break;
	case TO_IN:
		to_in(model, link, member, sources);
		break;
	case BLOCK:
		block(model, link, member, sources);
		break;
	default:
		if (member->exclude)
			exclude_to_exclude(model, link, member, sources, type == TO_EX);
		else
			include_to_exclude(model, link, member, sources, type == TO_EX);
	}
}

/* ---- what is over ---- */

static struct expected *expect(struct model *model, unsigned vif, const struct addr *group)
{
	model->expected = model_grow(model->expected, model->expected_count, &model->expected_room,
				     sizeof(*model->expected));
	model->expected[model->expected_count] = (struct expected){.vif = vif, .group = *group};
	return &model->expected[model->expected_count++];
}

/* What expires in the moment in which it is asked for may be asked for or not. */
static void may_ask(struct model *model, unsigned vif, const struct member *member, bool over)
{
	struct expected *expected = NULL;

	if (member->query_at > model->now)
		return;
	if (over && member->queries)
		expect(model, vif, &member->group)->optional = true;
	for (unsigned i = 0; i < member->source_count; i++) {
		const struct wanted *source = &member->source[i];

		if (!source->queries || source->expires > model->now)
			continue;
		if (!expected)
			expected = expect(model, vif, &member->group);
		expected->optional = true;
		list_add(&expected->maybe, &source->address);
	}
}

/* RFC 3376 sections 6.2.2, 6.2.3 and 6.5. True: the group is gone. */
static bool expire_member(struct model *model, unsigned vif, struct member *member)
{
	bool over = member->exclude && member->expires <= model->now;
	unsigned kept = 0;

	may_ask(model, vif, member, over);
	for (unsigned i = 0; i < member->source_count; i++) {
		struct wanted source = member->source[i];

		if (!source.excluded && source.expires <= model->now) {
			source.excluded = true;
			source.queries = 0;
		}
		if (!source.excluded || (member->exclude && !over))
			member->source[kept++] = source;
	}
	member->source_count = kept;
	member->ended = over && member->queries && member->query_at <= model->now;
	if (over) {
		member->exclude = false;
		member->expires = 0;
		member->queries = 0;
	}
	return !member->exclude && !kept;
}

/* ---- reports ---- */

static bool right_family(const struct model *model, const struct addr *addr)
{
	return addr_is_ipv4(addr) == (model->protocol == PROTOCOL_IGMP);
}

/* Groups of which there is any state. */
static bool is_kept(const struct model *model, const struct addr *group)
{
	struct addr reserved = {{0xff, 0x30, [12] = 0x40}};

	reserved.byte[1] = group->byte[1];
	if (!addr_is_multicast(group) || !right_family(model, group) || addr_is_link_scope(group))
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
		if (addr_is_unicast(&from->item[i]) && right_family(model, &from->item[i]) &&
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
	unsigned old_version; /* of an older report; 0: none */
};

static struct member *find_host(struct member *member, const struct addr *reporter)
{
	for (unsigned i = 0; i < member->host_count; i++)
		if (addr_equal(&member->host[i].reporter, reporter))
			return &member->host[i];
	return NULL;
}

static bool wants_anything(const struct model *model, const struct member *host)
{
	bool wants = is_in_exclude(model, host);

	for (unsigned i = 0; i < host->source_count; i++)
		wants |= is_running(model, &host->source[i]);
	return wants;
}

static void drop_idle_hosts(struct model *model, struct member *member)
{
	for (unsigned i = 0; i < member->host_count; i++)
		if (!wants_anything(model, &member->host[i]))
			delete_host(member, i--);
}

static bool has_room_for_host(const struct link *link, const struct member *member)
{
	const struct proxy_interface_config *config = link->config;

	return (!config->max_hosts || member->host_count < config->max_hosts) &&
	       (!config->max_total_sources || all_sources(link) + 4 <= config->max_total_sources);
}

static bool is_any_unknown(const struct member *host, const struct list *sources)
{
	for (unsigned i = 0; i < sources->count; i++)
		if (!find_source(host, &sources->item[i]))
			return true;
	return false;
}

static void somebody_is_unknown(const struct model *model, const struct link *link,
				struct member *member)
{
	int64_t until = model->now + variables_membership(model, link);

	if (member->unknown_until < until)
		member->unknown_until = until;
}

/* What a host wants is as a group of which it is the only member. */
static void track(struct model *model, unsigned vif, struct member *member,
		  const struct hearing *hearing)
{
	struct link *link = &model->link[vif];
	bool adds = hearing->type == IS_EX || hearing->type == TO_EX ||
		    (hearing->type != BLOCK && hearing->source.count);
	struct member *host;

	if (link->config->quick_leave != QUICK_LEAVE_TRACKED)
		return;
	if (hearing->old_version || addr_is_any(&hearing->reporter)) {
		if (adds)
			somebody_is_unknown(model, link, member);
		return;
	}
	drop_idle_hosts(model, member);
	host = find_host(member, &hearing->reporter);
	if (host)
		expire_member(model, vif, host);
	if (!host && !adds)
		return;
	if (!host && !has_room_for_host(link, member)) {
		somebody_is_unknown(model, link, member);
		return;
	}
	if (!host) {
		member->host = model_grow(member->host, member->host_count, &member->host_room,
					  sizeof(*member->host));
		host = &member->host[member->host_count++];
		*host = (struct member){
			.group = hearing->group, .reporter = hearing->reporter, .query_at = NEVER};
	}
	apply(model, link, host, hearing->type, &hearing->source);
	if ((adds || host->exclude) && is_any_unknown(host, &hearing->source))
		somebody_is_unknown(model, link, member);
	if (!wants_anything(model, host))
		delete_host(member, (unsigned)(host - member->host));
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

static void hear_record(struct model *model, unsigned vif, struct hearing *hearing)
{
	struct link *link = &model->link[vif];
	struct member *member = downstream_find(link, &hearing->group, false);
	unsigned version, type = hearing->type;

	if (!is_kept(model, &hearing->group) ||
	    (model_is_ssm(model, &hearing->group) && (type == IS_EX || type == TO_EX)))
		return;
	if (!member) {
		if (link->config->max_groups && link->member_count >= link->config->max_groups)
			return;
		member = add_member(link, &hearing->group, false);
	}
	note_version(model, link, member, hearing->old_version);
	track(model, vif, member, hearing);
	version = downstream_group_version(model, member);
	if (version > link->configured.version)
		version = link->configured.version;
	type = older_type(model, version, type, &hearing->source);
	if (type)
		apply(model, link, member, type, &hearing->source);
	/* What ends at once ends with the turn, as if the last member query time were 0. */
	if (!member->exclude && !member->source_count)
		delete_member(link, member);
}

static void hear_records(struct model *model, unsigned vif, const struct heard *heard)
{
	for (unsigned i = 0; i < heard->message->record_count; i++) {
		const struct record *record = &heard->message->record[i];
		struct hearing hearing = {record->group, heard->source, record->type, {0}, 0};

		if (record->type < IS_IN || record->type > BLOCK)
			continue;
		clean_list(model, &record->source, &hearing.source);
		hear_record(model, vif, &hearing);
		free(hearing.source.item);
	}
}

void downstream_report(struct model *model, unsigned vif, const struct heard *heard)
{
	struct link *link = &model->link[vif];
	const struct message *message = heard->message;
	struct hearing hearing = {message->group, heard->source, IS_EX, {0}, message->version};

	if (message->kind == KIND_REPORT) {
		if (link->configured.version == newest_version(model->protocol))
			hear_records(model, vif, heard);
	} else if (!model_is_ssm(model, &message->group)) {
		if (message->kind == KIND_LEAVE) {
			hearing.type = TO_IN;
			hearing.old_version = 0;
			if (!downstream_find(link, &message->group, false) || !link->querier)
				return;
		}
		hear_record(model, vif, &hearing);
	}
}

/* ---- the querier (RFC 3376 section 6.6.2) ---- */

static void become_querier(struct model *model, struct link *link)
{
	link->other = (struct addr){{0}};
	link->other_until = NEVER;
	link->values = link->configured;
	link->querier = link->active && link->config->querier != QUERIER_NEVER;
	link->query_at = link->querier ? model->now : NEVER;
}

void downstream_start(struct model *model, unsigned vif, bool anew)
{
	struct link *link = &model->link[vif];

	become_querier(model, link);
	link->startup_left = link->configured.startup_query_count;
	if (anew)
		link->unknown_until = model->now +
				      (int64_t)(link->configured.startup_query_count - 1) *
					      link->configured.startup_query_interval +
				      link->configured.query_response_interval;
}

void downstream_stop(struct model *model, unsigned vif)
{
	struct link *link = &model->link[vif];

	while (link->member_count)
		delete_member(link, &link->member[0]);
	link->querier = false;
	link->query_at = link->other_until = NEVER;
	link->other = (struct addr){{0}};
	link->values = link->configured;
	(void)model;
}

/* RFC 9776 section 6.6.2: only a General Query elects; RFC 3376: any query. */
static void elect(struct model *model, struct link *link, const struct heard *heard)
{
	if (link->config->querier == QUERIER_ALWAYS || addr_is_any(&heard->source) ||
	    (!addr_is_any(&heard->message->group) && !link->values.rfc3376_timers))
		return;
	if (link->config->querier == QUERIER_AUTO &&
	    addr_compare(&heard->source, &link->address) >= 0)
		return;
	variables_adopt(model, link, heard->message);
	link->querier = false;
	link->query_at = NEVER;
	link->startup_left = 0;
	link->other = heard->source;
	link->other_until = model->now + variables_other_querier(link);
}

/* RFC 3376 section 6.6.1; RFC 2236 section 3: a query of an older version says itself how long the
 * members have. */
static void lower_timers(struct model *model, struct link *link, const struct message *message)
{
	struct member *member = downstream_find(link, &message->group, false);
	int64_t time = variables_last_member(link);

	if (!member || message->suppress)
		return;
	if (message->version == 1 && model->protocol == PROTOCOL_IGMP)
		return; /* IGMPv1 has no queries of groups (RFC 1112) */
	if (message->version < newest_version(model->protocol))
		time = link->values.last_member_query_count * variables_response(model, message);
	if (!message->source.count && member->exclude && member->expires > model->now + time)
		member->expires = model->now + time;
	for (unsigned i = 0; i < message->source.count; i++) {
		struct wanted *source = find_source(member, &message->source.item[i]);

		if (source && !source->excluded && source->expires > model->now + time)
			source->expires = model->now + time;
	}
}

void downstream_query(struct model *model, unsigned vif, const struct heard *heard)
{
	struct link *link = &model->link[vif];

	elect(model, link, heard);
	if (!addr_is_any(&heard->message->group))
		lower_timers(model, link, heard->message);
}

/* ---- time ---- */

int64_t downstream_deadline(const struct model *model, unsigned vif)
{
	const struct link *link = &model->link[vif];
	int64_t next = link->query_at < link->other_until ? link->query_at : link->other_until;

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

void downstream_expire(struct model *model, unsigned vif)
{
	struct link *link = &model->link[vif];

	for (unsigned i = 0; i < link->member_count; i++)
		if (expire_member(model, vif, &link->member[i]))
			delete_member(link, &link->member[i--]);
	if (link->other_until <= model->now)
		become_querier(model, link);
}

/* One transmission: the sources that answered with the S flag, the others without. */
static bool ask_for_sources(struct model *model, unsigned vif, struct member *member, bool suppress,
			    bool optional)
{
	int64_t limit = model->now + variables_last_member(&model->link[vif]);
	struct expected *expected = NULL;
	bool more = false;

	for (unsigned i = 0; i < member->source_count; i++) {
		struct wanted *source = &member->source[i];

		if (!source->queries || source->excluded || (source->expires > limit) != suppress)
			continue;
		if (!expected)
			expected = expect(model, vif, &member->group);
		expected->suppress = suppress;
		expected->optional = optional;
		list_add(&expected->source, &source->address);
		source->queries--;
		more |= source->queries > 0;
	}
	return more;
}

static void ask_member(struct model *model, unsigned vif, struct member *member)
{
	struct link *link = &model->link[vif];
	bool answered = member->expires > model->now + variables_last_member(link);
	bool old = link->configured.version < newest_version(model->protocol);
	bool asked = member->queries > 0, more;

	if (old && answered)
		member->queries = 0; /* RFC 2236 section 3: it has no S flag */
	more = ask_for_sources(model, vif, member, true, asked || member->ended);
	more |= ask_for_sources(model, vif, member, false, false);
	if (member->queries) {
		expect(model, vif, &member->group)->suppress = answered;
		member->queries--;
	}
	member->query_at = more || member->queries
				   ? model->now + link->values.last_member_query_interval
				   : NEVER;
}

void downstream_ask(struct model *model, unsigned vif)
{
	struct link *link = &model->link[vif];

	if (link->query_at <= model->now) {
		expect(model, vif, &(struct addr){{0}});
		if (link->startup_left)
			link->startup_left--;
		link->query_at =
			model->now + (link->startup_left ? link->values.startup_query_interval
							 : link->values.query_interval);
	}
	for (unsigned i = 0; i < link->member_count; i++)
		if (link->member[i].query_at <= model->now)
			ask_member(model, vif, &link->member[i]);
}

/* ---- what was sent ---- */

static bool right_code(const struct model *model, const struct link *link,
		       const struct message *message)
{
	int64_t time = addr_is_any(&message->group) ? link->values.query_response_interval
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
static bool may_be_asked(const struct model *model, unsigned vif, const struct message *message,
			 const struct addr *source)
{
	for (unsigned i = 0; i < model->expected_count; i++)
		if (model->expected[i].vif == vif &&
		    addr_equal(&model->expected[i].group, &message->group) &&
		    list_has(&model->expected[i].maybe, source))
			return true;
	return false;
}

static bool is_expected(const struct model *model, const struct expected *expected, unsigned vif,
			const struct message *message)
{
	bool names_sources = expected->source.count || expected->maybe.count;
	unsigned found = 0;

	if (expected->leave || expected->met || expected->vif != vif ||
	    !addr_equal(&expected->group, &message->group) ||
	    names_sources != (message->source.count > 0))
		return false;
	if (message->version == newest_version(model->protocol) &&
	    expected->suppress != message->suppress)
		return false;
	for (unsigned i = 0; i < message->source.count; i++)
		if (list_has(&expected->source, &message->source.item[i]))
			found++;
		else if (!may_be_asked(model, vif, message, &message->source.item[i]))
			return false;
	return found == expected->source.count;
}

void downstream_sent(struct model *model, unsigned vif, const struct message *message)
{
	struct link *link = &model->link[vif];
	bool newest = message->version == newest_version(model->protocol);
	char text[MESSAGE_TEXT];

	if (message->version != link->configured.version)
		model_fail(model, "%s: a query of version %u", model_vif_text(vif),
			   message->version);
	if (!right_code(model, link, message) || (newest && !right_values(link, message)))
		model_fail(model, "%s: wrong values in %s", model_vif_text(vif),
			   codec_text(model->protocol, message, text));
	for (unsigned i = 0; i < model->expected_count; i++)
		if (is_expected(model, &model->expected[i], vif, message)) {
			model->expected[i].met = true;
			return;
		}
	model_fail(model, "%s: sent, but not due: %s", model_vif_text(vif),
		   codec_text(model->protocol, message, text));
}
