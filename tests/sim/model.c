/* SPDX-License-Identifier: MIT */
/* What comes in from the world, checked (RFC 3376 sections 4 and 9, RFC 3810 sections 5 to 8), the
 * order of time, and the merge of RFC 4605 section 4.1. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "model_state.h"

/* ---- small things ---- */

void model_fail(struct model *model, const char *format, ...)
{
	va_list arguments;
	int length;

	if (*model->failure)
		return;
	length = snprintf(model->failure, sizeof(model->failure), "at %" PRId64 ".%03" PRId64 ": ",
			  model->now / 1000, model->now % 1000);
	va_start(arguments, format);
	vsnprintf(model->failure + length, sizeof(model->failure) - (size_t)length, format,
		  arguments);
	va_end(arguments);
}

void *model_grow(void *array, unsigned count, unsigned *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 8;
	array = realloc(array, *room * size);
	if (!array)
		abort();
	return array;
}

void list_clear(struct list *list)
{
	list->count = 0;
}

void list_copy(struct list *to, const struct list *from)
{
	list_clear(to);
	for (unsigned i = 0; i < from->count; i++)
		list_add(to, &from->item[i]);
}

bool model_is_ssm(const struct model *model, const struct addr *group)
{
	for (size_t i = 0; i < model->config->ssm_range_count; i++)
		if (addr_in_prefix(group, &model->config->ssm_range[i]))
			return true;
	return false;
}

bool model_is_local(const struct model *model, const struct addr *group)
{
	return addr_is_discovery(group) && !model->config->ssdp_upstream;
}

const char *model_vif_text(unsigned vif)
{
	static char text[4][16];
	static unsigned turn;
	char *buf = text[turn++ % 4];

	snprintf(buf, sizeof(text[0]), "VIF %u", vif);
	return buf;
}

struct expected *model_expect(struct model *model, unsigned vif, const struct addr *group)
{
	model->expected = model_grow(model->expected, model->expected_count, &model->expected_room,
				     sizeof(*model->expected));
	model->expected[model->expected_count] = (struct expected){.vif = vif, .group = *group};
	return &model->expected[model->expected_count++];
}

static const char *failure_of(const struct model *model)
{
	return *model->failure ? model->failure : NULL;
}

/* ---- life ---- */

struct model *model_new(const struct proxy_config *config,
			unsigned (*reverse_path)(void *ctx, const struct addr *), void *ctx)
{
	struct model *model = calloc(1, sizeof(*model));

	if (!model)
		abort();
	model->config = config;
	model->protocol = config->protocol;
	model->reverse_path = reverse_path;
	model->ctx = ctx;
	model->link_count = config->interface_count;
	model->upstream = PROXY_VIFS;
	for (unsigned vif = 0; vif < model->link_count; vif++) {
		struct link *link = &model->link[vif];

		link->config = &config->interface[vif];
		link->configured = link->config->values;
		variables_fill(&link->configured, model->protocol);
		link->values = link->configured;
		link->version = link->configured.version;
		link->query_at = link->other_until = link->unsolicited_at = NEVER;
		if (link->config->upstream)
			model->upstream = vif;
	}
	return model;
}

static void forget_expected(struct model *model)
{
	while (model->expected_count) {
		struct expected *expected = &model->expected[--model->expected_count];

		free(expected->source.item);
		free(expected->maybe.item);
	}
}

void model_free(struct model *model)
{
	if (!model)
		return;
	for (unsigned vif = 0; vif < model->link_count; vif++) {
		struct link *link = &model->link[vif];

		downstream_stop(model, vif);
		free(link->member);
		upstream_free(link);
	}
	forget_expected(model);
	free(model->expected);
	free(model->route);
	free(model->moved);
	free(model);
}

/* ---- the merge ---- */

static void add_new(struct list *list, const struct addr *addr)
{
	if (!list_has(list, addr))
		list_add(list, addr);
}

void model_groups(const struct model *model, struct list *group)
{
	for (unsigned vif = 0; vif < model->link_count; vif++)
		for (unsigned i = 0; i < model->link[vif].member_count; i++)
			add_new(group, &model->link[vif].member[i].group);
}

static bool wanted_anywhere(const struct model *model, const struct addr *source,
			    const struct addr *group)
{
	for (unsigned vif = 0; vif < model->link_count; vif++)
		if (model_wants(model, vif, source, group))
			return true;
	return false;
}

/* A source is in the INCLUDE list if anybody wants it, in the EXCLUDE list if nobody does: what RFC
 * 3376 section 3.2 says with unions and intersections. EXCLUDE (X,Y) is EXCLUDE (Y). */
bool model_merged(const struct model *model, const struct addr *group, enum filter_mode *mode,
		  struct list *source)
{
	bool exclude = false;

	*mode = INCLUDE;
	if (model_is_local(model, group) || addr_is_link_scope(group))
		return false;
	for (unsigned vif = 0; vif < model->link_count; vif++)
		for (unsigned i = 0; i < model->link[vif].member_count; i++)
			exclude |= model->link[vif].member[i].exclude &&
				   addr_equal(&model->link[vif].member[i].group, group);
	for (unsigned vif = 0; vif < model->link_count; vif++)
		for (unsigned i = 0; i < model->link[vif].member_count; i++) {
			const struct member *member = &model->link[vif].member[i];

			for (unsigned s = 0; s < member->source_count; s++)
				if (addr_equal(&member->group, group) &&
				    wanted_anywhere(model, &member->source[s].address, group) !=
					    exclude)
					add_new(source, &member->source[s].address);
		}
	*mode = exclude ? EXCLUDE : INCLUDE;
	return exclude || source->count;
}

const struct values *model_values(const struct model *model, unsigned vif)
{
	return &model->link[vif].values;
}

unsigned model_version(const struct model *model, unsigned vif)
{
	return model->link[vif].version;
}

/* ---- time ---- */

static int64_t deadline(const struct model *model)
{
	int64_t next = NEVER;

	for (unsigned vif = 0; vif < model->link_count; vif++) {
		int64_t at = vif == model->upstream ? upstream_deadline(model)
						    : downstream_deadline(model, vif);

		if (at < next)
			next = at;
	}
	return next;
}

/* All that is due at model->now; queries last, as what expires is not asked for any more. */
static void turn(struct model *model)
{
	for (unsigned vif = 0; vif < model->link_count; vif++)
		if (vif != model->upstream && model->link[vif].up)
			downstream_expire(model, vif);
	for (unsigned vif = 0; vif < model->link_count; vif++)
		if (vif != model->upstream && model->link[vif].up)
			downstream_ask(model, vif);
	if (model->upstream != PROXY_VIFS) {
		upstream_expire(model);
		upstream_update(model);
	}
}

static void check_sent(struct model *model)
{
	for (unsigned i = 0; i < model->expected_count; i++) {
		const struct expected *expected = &model->expected[i];
		char text[MODEL_TEXT / 2];

		if (!expected->met && !expected->optional)
			model_fail(model, "%s: %s %s %s%s was not sent",
				   model_vif_text(expected->vif),
				   expected->leave ? "the leave of" : "the query of",
				   addr_text(&expected->group),
				   list_text(&expected->source, text, sizeof(text)),
				   expected->suppress ? " s" : "");
	}
	forget_expected(model);
	if (model->upstream != PROXY_VIFS && model->link[model->upstream].active)
		told_check(model);
}

/* What was due before NOW has left by now. */
static void catch_up(struct model *model, int64_t now)
{
	int64_t next;

	while ((next = deadline(model)) < now) {
		model->now = next;
		turn(model);
		check_sent(model);
	}
	model->now = now;
}

/* ---- interfaces ---- */

/* Whether IGMP or MLD runs: a router that asks needs an address, as does MLD (RFC 3590 section 4);
 * IGMP reports leave from 0.0.0.0 without one (RFC 3376 section 4.2.13). */
static bool is_active(const struct model *model, const struct link *link)
{
	if (!link->up || !addr_is_any(&link->address))
		return link->up;
	return link->config->upstream &&
	       (model->protocol == PROTOCOL_IGMP || link->config->report_source_set);
}

void model_interface(struct model *model, int64_t now, const struct interface_state *state)
{
	struct link *link = &model->link[state->vif];
	bool moved = !addr_equal(&link->address, &state->address);
	bool was_active = link->active;

	catch_up(model, now);
	link->exists = state->exists;
	link->up = state->up;
	link->address = state->address;
	link->active = is_active(model, link);
	link->mtu = state->mtu;
	link->prefix_count = 0;
	for (size_t i = 0; i < state->prefix_count && i < MODEL_PREFIXES; i++)
		link->prefix[link->prefix_count++] = state->prefix[i];
	model->repeat_ok = true;
	if (link->config->upstream) {
		if (link->active && (!was_active || moved))
			upstream_start(model, !was_active);
		else if (!link->active && was_active)
			upstream_stop(model);
	} else if (link->active && (!was_active || moved)) {
		downstream_start(model, state->vif, !was_active);
		downstream_set_static(model, state->vif);
	} else if (!link->active && was_active) {
		downstream_stop(model, state->vif);
	}
}

/* ---- packets ---- */

static bool is_all_hosts(const struct addr *addr)
{
	if (addr_is_ipv4(addr))
		return addr_to_ipv4(addr) == 0xe0000001;
	return addr_equal(addr, &(struct addr){{0xff, 2, [15] = 1}});
}

/* RFC 3376 section 9: the option is missing in IGMPv1. */
static bool needs_router_alert(const struct model *model, const struct link *link,
			       const struct message *message)
{
	if (model->protocol == PROTOCOL_MLD)
		return true;
	return link->config->router_alert_strict && message->version > 1;
}

static bool is_from_accepted(const struct link *link, const struct heard *heard)
{
	if (!link->config->accept_from_count || addr_is_any(&heard->source))
		return true;
	for (size_t i = 0; i < link->config->accept_from_count; i++)
		if (addr_in_prefix(&heard->source, &link->config->accept_from[i]))
			return true;
	return false;
}

/* RFC 3376 section 9.2: older versions may be switched off, all but the one that is spoken. */
static bool is_too_old(const struct link *link, const struct message *message)
{
	return message->version < link->config->oldest_version &&
	       message->version < link->configured.version;
}

static bool is_valid(const struct model *model, const struct heard *heard)
{
	const struct link *link = &model->link[heard->vif];

	if (!link->up || !heard->message || heard->ttl != 1 || is_too_old(link, heard->message))
		return false;
	if (!heard->router_alert && needs_router_alert(model, link, heard->message))
		return false;
	if (!addr_is_any(&heard->source) && addr_equal(&heard->source, &link->address))
		return false;
	return model->protocol == PROTOCOL_IGMP || addr_is_link_local(&heard->source);
}

/* A general query goes to all hosts, or, for the host part alone, any query to our own address:
 * the other routers of a link have not heard that. */
static bool is_valid_query(const struct model *model, const struct heard *heard)
{
	const struct link *link = &model->link[heard->vif];
	const struct addr *group = &heard->message->group;
	bool own = addr_equal(&heard->destination, &link->address);

	if (own && !link->config->upstream)
		return false;
	if (addr_is_any(group))
		return own || is_all_hosts(&heard->destination);
	return addr_is_multicast(group) &&
	       addr_is_ipv4(group) == (model->protocol == PROTOCOL_IGMP);
}

void model_receive(struct model *model, int64_t now, const struct heard *heard)
{
	const struct link *link = &model->link[heard->vif];

	catch_up(model, now);
	if (!is_valid(model, heard) || !link->active)
		return;
	if (heard->message->kind == KIND_QUERY) {
		if (!is_valid_query(model, heard))
			return;
		if (link->config->upstream)
			upstream_query(model, heard);
		else
			downstream_query(model, heard->vif, heard);
	} else if (!link->config->upstream && is_from_accepted(link, heard)) {
		hearing_report(model, heard->vif, heard);
	}
}

void model_upcall(struct model *model, int64_t now, const struct upcall *upcall)
{
	catch_up(model, now);
	model->repeat_ok = true;
	routes_moved(model, upcall);
}

/* ---- turns ---- */

void model_advance(struct model *model, int64_t now)
{
	catch_up(model, now);
	turn(model);
}

void model_jump(struct model *model, int64_t now)
{
	model->now = now;
	model->jumped = true;
	if (model->upstream != PROXY_VIFS)
		told_jump(model);
	turn(model);
}

void model_shutdown(struct model *model, int64_t now)
{
	model->now = now;
	model->ended = true;
	if (model->upstream != PROXY_VIFS)
		upstream_shutdown(model);
}

/* ---- what the proxy does ---- */

static const char *wrong_packet(const struct model *model, unsigned vif, const struct addr *source,
				const struct message *message)
{
	const struct link *link = &model->link[vif];
	const struct addr *own = &link->address;

	if ((message->kind == KIND_QUERY) == link->config->upstream)
		return "is not of its role";
	if (!link->active)
		return "is sent on a link that is down or has no address";
	if (link->config->upstream && link->config->report_source_set)
		own = &link->config->report_source;
	if (addr_is_any(own) ? !addr_is_any(source) : !addr_equal(own, source))
		return "has another source";
	return NULL;
}

const char *model_sent(struct model *model, int64_t now, unsigned vif, const struct addr *source,
		       const struct addr *destination, const struct message *message, size_t length)
{
	const char *wrong = wrong_packet(model, vif, source, message);

	(void)destination; /* codec_decode() has checked it */
	model->now = now;
	if (wrong)
		model_fail(model, "%s: what is sent %s", model_vif_text(vif), wrong);
	else if (message->kind == KIND_QUERY)
		downstream_sent(model, vif, message);
	else
		told_sent(model, message, length);
	return failure_of(model);
}

const char *model_route(struct model *model, int64_t now, const struct route *route)
{
	const char *wrong = routes_tell(model, route);

	model->now = now;
	if (wrong)
		model_fail(model, "(%s,%s): %s", addr_text(&route->source),
			   addr_text(&route->group), wrong);
	return failure_of(model);
}

const char *model_check(struct model *model, int64_t now, struct proxy *proxy)
{
	model->now = now;
	check_sent(model);
	status_check(model, proxy);
	routes_check(model);
	model->repeat_ok = model->jumped = false;
	return failure_of(model);
}

const char *model_check_shutdown(struct model *model, int64_t now)
{
	model->now = now;
	check_sent(model);
	if (model->route_count)
		model_fail(model, "%u routes stay", model->route_count);
	return failure_of(model);
}
