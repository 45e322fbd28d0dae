/* SPDX-License-Identifier: MIT */
/*
 * The twelve rows of RFC 3376 sections 6.4.1 and 6.4.2 (RFC 3810 sections 7.4.1 and 7.4.2), and
 * what their queries come to: a query, an end at once, or nothing.
 */
#include <stdlib.h>

#include "tests/model/state.h"

/* ---- queries that the tables send (RFC 3376 section 6.6.3) ---- */

/* Who forwards there ends what one leave says is over; whoever asks. */
static bool ends_at_once(const struct link *link)
{
	return link->config->quick_leave == QUICK_LEAVE_ON && link->forwards;
}

/* All hosts that want the group are known: to who asks them. */
static bool is_tracked(const struct model *model, const struct link *link,
		       const struct member *member)
{
	return link->config->quick_leave == QUICK_LEAVE_TRACKED && link->querier &&
	       link->forwards && !member->untracked && link->unknown_until <= model->now &&
	       member->unknown_until <= model->now;
}

static bool host_wants(const struct model *model, const struct member *member,
		       const struct addr *address)
{
	for (unsigned i = 0; i < member->host_count; i++) {
		const struct member *host = &member->host[i];
		const struct wanted *source = held_source(host, address);

		if (source ? held_is_running(model, source) : held_is_exclude(model, host))
			return true;
	}
	return false;
}

/* A query, an end at once, or nothing: what another host wants is left alone. */
enum leave { LEAVE_ASK, LEAVE_END, LEAVE_ALONE };

static enum leave leave_source(const struct model *model, const struct link *link,
			       const struct member *member, const struct addr *source)
{
	if (ends_at_once(link) || held_is_host(member))
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
	if (ends_at_once(link) || held_is_host(member))
		return LEAVE_END;
	if (!is_tracked(model, link, member))
		return LEAVE_ASK;
	for (unsigned i = 0; i < member->host_count; i++)
		if (held_is_exclude(model, &member->host[i]))
			return LEAVE_ALONE;
	for (unsigned i = 0; i < member->host_count; i++)
		for (unsigned s = 0; s < member->host[i].source_count; s++)
			if (held_is_running(model, &member->host[i].source[s]) &&
			    !held_in_x(member, &member->host[i].source[s].address))
				return LEAVE_ASK;
	return LEAVE_END;
}

/* While the same is being asked, the queries that are still to come ask again. The first one that
 * asks leaves the last member query time for answers, as section 6.6.3 has it. */
static void ask(const struct model *model, const struct link *link, struct member *member,
		int64_t *expires, unsigned *queries)
{
	int64_t at = model->now;

	if (*queries && link->asking > at)
		at = link->asking;
	/* RFC 2236 section 7: the members are being asked. */
	if (*expires <= at + variables_last_member(link))
		return;
	*expires = at + variables_last_member(link);
	if (!*queries)
		member->query_at = at;
	*queries = link->values.last_member_query_count;
}

static void ask_group(struct model *model, struct link *link, struct member *member)
{
	enum leave leave = leave_group(model, link, member);

	if (!link->querier && leave == LEAVE_ASK)
		return;
	link->settled |= leave != LEAVE_ASK;
	if (leave == LEAVE_ALONE)
		return;
	if (leave == LEAVE_END)
		member->expires = model->now;
	else
		ask(model, link, member, &member->expires, &member->queries);
}

static void ask_sources(struct model *model, struct link *link, struct member *member,
			const struct list *sources)
{
	/* Older versions cannot ask for sources. */
	if (!held_is_host(member) && !ends_at_once(link) &&
	    (!link->querier || link->configured.version < newest_version(model->protocol)))
		return;
	for (unsigned i = 0; i < sources->count; i++) {
		struct wanted *source = held_source(member, &sources->item[i]);
		enum leave leave;

		if (!source || source->excluded)
			continue;
		leave = leave_source(model, link, member, &source->address);
		link->settled |= leave != LEAVE_ASK && held_is_running(model, source);
		if (leave == LEAVE_END) {
			source->expires = model->now;
		} else if (leave == LEAVE_ASK) {
			ask(model, link, member, &source->expires, &source->queries);
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
			held_delete_source(member, &all->item[i]);
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
		held_run(link, member, &sources->item[i], model->now + variables_membership(link));
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
			held_exclude(link, member, &sources->item[i]);
	delete_unlisted(member, &a, sources);
	member->exclude = true;
	if (ask)
		ask_sources(model, link, member, sources); /* of A*B, what runs */
	member->expires = model->now + variables_membership(link);
	free(a.item);
}

/* EXCLUDE (X,Y): IS_EX (A), TO_EX (A): EXCLUDE (A-Y,Y*A). */
static void exclude_to_exclude(struct model *model, struct link *link, struct member *member,
			       const struct list *sources, bool ask)
{
	int64_t full = model->now + variables_membership(link);
	int64_t fresh = ask ? member->expires : full;
	struct list x = {0}, y = {0};

	copy_sources(member, false, &x);
	copy_sources(member, true, &y);
	for (unsigned i = 0; i < sources->count; i++)
		if (!list_has(&x, &sources->item[i]) && !list_has(&y, &sources->item[i]))
			held_run(link, member, &sources->item[i], fresh);
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
		if (!held_source(member, &sources->item[i]))
			held_run(link, member, &sources->item[i], member->expires);
	ask_sources(model, link, member, sources);
}

/* RFC 4541 section 2.1.1: a switch waits for the queries that follow a leave. */
static void tell_switches(struct model *model, struct link *link, const struct member *member)
{
	struct parting *parting = NULL;

	if (link->config->quick_leave != QUICK_LEAVE_TRACKED || held_is_host(member) ||
	    (member->queries && member->expires > model->now))
		return;
	for (unsigned i = 0; i < link->parting_count; i++)
		if (addr_equal(&link->parting[i].group, &member->group))
			parting = &link->parting[i];
	if (!parting) {
		parting = GROW(link->parting, link->parting_count, link->parting_room);
		*parting = (struct parting){.group = member->group, .at = model->now};
	}
	parting->left = link->values.last_member_query_count;
}

void table_apply(struct model *model, struct link *link, struct member *member, unsigned type,
		 const struct list *sources)
{
	link->settled = false;
	link->asking = member->query_at;
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
	if (link->settled)
		tell_switches(model, link, member);
}
