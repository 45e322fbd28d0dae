/* SPDX-License-Identifier: MIT */
/* What comes in from the world, checked (RFC 3376 sections 4 and 9, RFC 3810 sections 5 to 8), the
 * order of time, and the merge of RFC 4605 section 4.1. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/state.h"

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

const char *model_link_text(const struct link *link)
{
	static char text[4][32];
	static unsigned turn;
	char *buf = text[turn++ % 4];

	snprintf(buf, sizeof(text[0]), "VIF %u %s", link->config->vif,
		 link->config->upstream ? "upstream" : "downstream");
	return buf;
}

const char *model_entry_text(const struct model *model, unsigned entry)
{
	return model_link_text(&model->link[entry]);
}

unsigned model_side(const struct model *model, unsigned vif, bool upstream)
{
	unsigned n = 0;

	while (n < model->link_count &&
	       (model->link[n].config->vif != vif || model->link[n].config->upstream != upstream))
		n++;
	return n;
}

const struct link *model_router(const struct model *model, unsigned vif)
{
	unsigned n = model_side(model, vif, false);

	return n < model->link_count ? &model->link[n] : NULL;
}

const struct link *model_host(const struct model *model, unsigned vif)
{
	unsigned n = model_side(model, vif, true);

	return n < model->link_count ? &model->link[n] : NULL;
}

struct expected *model_expect(struct model *model, unsigned entry, const struct addr *group)
{
	struct expected *expected =
		GROW(model->expected, model->expected_count, model->expected_room);

	*expected = (struct expected){.entry = entry, .group = *group};
	return expected;
}

static const char *failure_of(const struct model *model)
{
	return *model->failure ? model->failure : NULL;
}

/* ---- life ---- */

static void start_link(struct model *model, struct link *link)
{
	link->configured = link->config->values;
	variables_fill(&link->configured, model->protocol);
	link->values = link->configured;
	link->version = link->configured.version;
	link->query_at = link->other_until = link->unsolicited_at = NEVER;
	rivals_forget(link);
}

struct model *model_new(const struct proxy_config *config, const struct model_filter *filter,
			const struct kernel *kernel,
			unsigned (*reverse_path)(void *ctx, const struct addr *), void *ctx)
{
	struct model *model = calloc(1, sizeof(*model));

	if (!model)
		abort();
	model->config = config;
	model->protocol = config->protocol;
	model->reverse_path = reverse_path;
	model->ctx = ctx;
	model->kernel = kernel;
	model->link_count = config->interface_count;
	for (unsigned n = 0; n < model->link_count; n++) {
		model->link[n].config = &config->interface[n];
		model->link[n].filter = &filter[n];
		start_link(model, &model->link[n]);
	}
	merge_read(model);
	return model;
}

static void free_link(struct model *model, unsigned n)
{
	downstream_stop(model, n);
	free(model->link[n].member);
	free(model->link[n].known);
	free(model->link[n].parting);
	upstream_free(&model->link[n]);
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
	for (unsigned n = 0; n < model->link_count + model->retired; n++)
		free_link(model, n);
	forget_expected(model);
	free(model->expected);
	free(model->flow);
	status_forget_listed(model);
	free(model->listed);
	free(model);
}

/* ---- the merge ---- */

void model_groups(const struct model *model, struct list *group)
{
	for (unsigned n = 0; n < model->link_count; n++)
		for (unsigned i = 0; i < model->link[n].member_count; i++)
			list_add_new(group, &model->link[n].member[i].group);
}

bool model_is_per_source(const struct model *model)
{
	return model->per_source;
}

/* ---- time ---- */

static int64_t deadline(const struct model *model)
{
	int64_t next = NEVER;

	for (unsigned n = 0; n < model->link_count; n++) {
		const struct link *link = &model->link[n];
		int64_t at = link->config->upstream ? upstream_deadline(model, link)
						    : downstream_deadline(model, n);

		if (at < next)
			next = at;
	}
	return next;
}

/* All that is due at model->now; queries last, as what expires is not asked for any more. */
static void turn(struct model *model)
{
	for (unsigned n = 0; n < model->link_count; n++)
		if (!model->link[n].config->upstream)
			downstream_expire(model, n);
	for (unsigned n = 0; n < model->link_count; n++)
		if (!model->link[n].config->upstream)
			downstream_ask(model, n);
	for (unsigned n = 0; n < model->link_count; n++)
		if (model->link[n].config->upstream)
			upstream_expire(model, &model->link[n]);
}

static void check_expected(struct model *model)
{
	for (unsigned i = 0; i < model->expected_count; i++) {
		const struct expected *expected = &model->expected[i];
		char text[MODEL_TEXT / 2];

		if (!expected->met && !expected->optional)
			model_fail(model, "%s: %s %s %s%s was not sent",
				   model_entry_text(model, expected->entry),
				   expected->leave ? "the leave of" : "the query of",
				   addr_text(&expected->group),
				   list_text(&expected->source, text, sizeof(text)),
				   expected->suppress ? " s" : "");
	}
	forget_expected(model);
}

/* The turn is over: which upstream has to be told what is known when the routes are, as it may
 * depend on where data come from. */
static void check_sent(struct model *model)
{
	merge_read(model);
	for (unsigned n = 0; n < model->link_count; n++) {
		struct link *link = &model->link[n];

		if (!link->config->upstream || !link->active)
			continue;
		if (!model->ended)
			upstream_update(model, link);
		told_check(model, link);
	}
	for (unsigned n = model->link_count; n < model->link_count + model->retired; n++)
		if (model->link[n].config->upstream && model->link[n].active)
			told_check(model, &model->link[n]);
	check_expected(model);
	while (model->retired)
		free_link(model, model->link_count + --model->retired);
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

static void set_state(struct model *model, unsigned n, const struct interface_state *state)
{
	struct link *link = &model->link[n];
	bool moved = state->moved || !addr_equal(&link->address, &state->address);
	bool was_active = link->active;

	link->exists = state->exists;
	link->up = state->up;
	link->address = state->address;
	link->active = is_active(model, link);
	link->mtu = state->mtu;
	/* Who sends on a link that is held is still there. */
	if (state->prefix_count || link->config->upstream || !link->exists ||
	    !link->config->outage_hold)
		link->prefix_count = 0;
	for (size_t i = 0; i < state->prefix_count && i < MODEL_PREFIXES; i++)
		link->prefix[link->prefix_count++] = state->prefix[i];
	link->own = state->own;
	if (link->config->upstream) {
		if (link->active && (!was_active || moved))
			upstream_start(model, link);
		else if (!link->active && was_active)
			upstream_stop(link);
		if (!link->exists)
			upstream_forget(link);
	} else if (link->active && (!was_active || moved)) {
		downstream_start(model, n, !was_active);
		downstream_set_static(model, n);
	} else if (!link->active && was_active) {
		downstream_pause(model, n);
	} else if (!link->exists && link->held_until) {
		downstream_stop(model, n);
	}
}

void model_interface(struct model *model, int64_t now, const struct interface_state *state)
{
	const struct link *root = model_host(model, state->vif);
	bool was_active = root && root->active;

	catch_up(model, now);
	model->repeat_ok = true;
	for (unsigned n = 0; n < model->link_count; n++)
		if (model->link[n].config->vif == state->vif)
			set_state(model, n, state);
	if (root && root->active != was_active)
		rivals_root(model);
}

/* ---- another configuration ---- */

/* The state of an interface is that of its other side. */
static void copy_state(struct link *to, const struct link *from)
{
	to->exists = from->exists;
	to->up = from->up;
	to->address = from->address;
	to->mtu = from->mtu;
	memcpy(to->prefix, from->prefix, sizeof(to->prefix));
	to->prefix_count = from->prefix_count;
	to->own = from->own;
}

static void configure(struct model *model, unsigned n, const struct proxy_interface_config *config,
		      const struct model_filter *filter)
{
	struct link *link = &model->link[n];
	const struct proxy_interface_config *old = link->config;

	link->config = config;
	link->filter = filter;
	if (!old || !(config->upstream ? link->exists : link->active || link->held_until)) {
		start_link(model, link);
		return;
	}
	link->configured = config->values;
	variables_fill(&link->configured, model->protocol);
	if (config->upstream) {
		upstream_configure(model, link, old);
		return;
	}
	downstream_configure(model, n, old);
	if (old->static_join_count != config->static_join_count ||
	    memcmp(old->static_join, config->static_join,
		   config->static_join_count * sizeof(*config->static_join)))
		downstream_renew_static(model, n);
}

/* A side that was not there. */
static void begin(struct model *model, unsigned n)
{
	struct link *link = &model->link[n];

	if (link->active || !is_active(model, link))
		return;
	link->active = true;
	if (link->config->upstream) {
		upstream_start(model, link);
		rivals_root(model);
		return;
	}
	downstream_start(model, n, true);
	downstream_set_static(model, n);
}

/* Upstreams that are gone leave their groups; of downstreams nothing is left. They stand behind the
 * others until the turn is over. */
static void retire(struct model *model, const struct link *old, unsigned count, const bool *kept)
{
	model->retired = 0;
	for (unsigned n = 0; n < count; n++) {
		unsigned to = model->link_count + model->retired;

		if (kept[n])
			continue;
		model->link[to] = old[n];
		model->retired++;
		if (old[n].config->upstream) {
			upstream_shutdown(model, &model->link[to]);
		} else {
			rivals_end(model, to);
			downstream_stop(model, to);
		}
		free(model->link[to].known);
		free(model->link[to].parting);
		model->link[to].known = NULL;
		model->link[to].parting = NULL;
	}
}

/* The entries of the new configuration, in its order. */
static void rearrange(struct model *model, const struct proxy_config *config)
{
	struct link *old = calloc(PROXY_ENTRIES, sizeof(*old));
	unsigned count = model->link_count;
	bool kept[PROXY_ENTRIES] = {false};

	if (!old)
		abort();
	memcpy(old, model->link, count * sizeof(*old));
	for (unsigned n = 0; n < config->interface_count; n++) {
		const struct proxy_interface_config *entry = &config->interface[n];
		struct link *link = &model->link[n];

		*link = (struct link){.config = NULL};
		for (unsigned from = 0; from < count; from++) {
			if (old[from].config->vif != entry->vif)
				continue;
			if (old[from].config->upstream == entry->upstream) {
				*link = old[from];
				kept[from] = true;
				break;
			}
			copy_state(link, &old[from]);
		}
	}
	model->link_count = config->interface_count;
	retire(model, old, count, kept);
	free(old);
}

void model_reconfigure(struct model *model, int64_t now, const struct proxy_config *config,
		       const struct model_filter *filter)
{
	catch_up(model, now);
	status_forget_listed(model);
	rearrange(model, config);
	model->config = config;
	for (unsigned n = 0; n < model->link_count; n++)
		configure(model, n, &config->interface[n], &filter[n]);
	for (unsigned n = 0; n < model->link_count; n++)
		begin(model, n);
	merge_read(model);
	model->repeat_ok = true;
	model->routes_limited =
		config->max_routes && model->kernel->route_count >= config->max_routes;
	model->flows_limited =
		config->max_routes &&
		model->kernel->route_count >= config->max_routes - config->max_routes / 4;
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

/* The router hears itself. Its own sockets are members like those of any host (RFC 3376 section 6),
 * where they are not those of an upstream. */
bool model_is_own(const struct link *link, const struct addr *source)
{
	for (unsigned i = 0; i < link->prefix_count; i++)
		if (link->own >> i & 1 && addr_equal(&link->prefix[i].address, source))
			return true;
	return !addr_is_any(source) && addr_equal(source, &link->address);
}

static bool is_valid(const struct model *model, const struct link *link, const struct heard *heard)
{
	if (!link->up || heard->ttl != 1 || is_too_old(link, heard->message))
		return false;
	if (!heard->router_alert && needs_router_alert(model, link, heard->message))
		return false;
	if (model_is_own(link, &heard->source) &&
	    (heard->message->kind == KIND_QUERY || heard->message->kind >= KIND_ADVERTISEMENT ||
	     model_host(model, link->config->vif)))
		return false;
	return model->protocol == PROTOCOL_IGMP || addr_is_link_local(&heard->source);
}

/* A general query goes to all hosts, or, for the host part alone, any query to our own address:
 * the other routers of a link have not heard that. */
static bool is_valid_query(const struct model *model, const struct link *link,
			   const struct heard *heard)
{
	const struct addr *group = &heard->message->group;
	bool own = addr_equal(&heard->destination, &link->address);

	if (own && !link->config->upstream)
		return false;
	if (addr_is_any(group))
		return own || is_all_hosts(&heard->destination);
	return addr_is_multicast(group) &&
	       addr_is_ipv4(group) == (model->protocol == PROTOCOL_IGMP);
}

static void receive(struct model *model, unsigned n, const struct heard *heard)
{
	struct link *link = &model->link[n];

	if (!is_valid(model, link, heard) || !link->active)
		return;
	if (heard->message->kind >= KIND_ADVERTISEMENT) {
		if (!link->config->upstream)
			rivals_hear(model, n, heard);
		return;
	}
	if (heard->message->kind == KIND_QUERY) {
		if (!is_valid_query(model, link, heard))
			return;
		if (link->config->upstream)
			upstream_query(model, link, heard);
		else
			downstream_query(model, n, heard);
	} else if (!link->config->upstream && is_from_accepted(link, heard)) {
		hearing_report(model, n, heard);
	}
}

void model_receive(struct model *model, int64_t now, const struct heard *heard)
{
	catch_up(model, now);
	for (unsigned n = 0; n < model->link_count; n++)
		if (model->link[n].config->vif == heard->vif)
			receive(model, n, heard);
}

/* Somebody else has put there what comes from upstream. */
static void see_data(struct model *model, const struct upcall *upcall)
{
	const struct kernel_route *known =
		kernel_find(model->kernel, &upcall->source, &upcall->group, PROXY_VIFS);
	unsigned n = model_side(model, upcall->vif, false);

	if (upcall->type == UPCALL_WRONGVIF && n < model->link_count && known &&
	    known->route.input != upcall->vif && model_host(model, known->route.input))
		rivals_data(model, &model->link[n]);
}

void model_upcall(struct model *model, int64_t now, const struct upcall *upcall)
{
	catch_up(model, now);
	model->repeat_ok = true;
	see_data(model, upcall);
	routes_asked(model, upcall);
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
	for (unsigned n = 0; n < model->link_count; n++)
		if (model->link[n].config->upstream)
			told_jump(model, &model->link[n]);
	turn(model);
}

void model_shutdown(struct model *model, int64_t now)
{
	model->now = now;
	model->ended = true;
	for (unsigned n = 0; n < model->link_count; n++)
		if (model->link[n].config->upstream)
			upstream_shutdown(model, &model->link[n]);
		else
			rivals_end(model, n);
}

/* ---- what the proxy does ---- */

static const char *wrong_packet(const struct link *link, const struct addr *source)
{
	const struct addr *own;

	if (!link)
		return "is not of its role";
	if (!link->active)
		return "is sent on a link that is down or has no address";
	own = link->config->upstream && link->config->report_source_set
		      ? &link->config->report_source
		      : &link->address;
	if (addr_is_any(own) ? !addr_is_any(source) : !addr_equal(own, source))
		return "has another source";
	return NULL;
}

const char *model_sent(struct model *model, int64_t now, unsigned vif, const struct addr *source,
		       const struct addr *destination, const struct message *message, size_t length)
{
	bool sign = message->kind >= KIND_ADVERTISEMENT;
	bool query = message->kind == KIND_QUERY || sign;
	unsigned all = model->link_count + model->retired, n = model_side(model, vif, !query);
	const char *wrong;

	/* An upstream that is leaving. */
	while (n >= model->link_count && n < all &&
	       (model->link[n].config->vif != vif || model->link[n].config->upstream == query))
		n++;
	wrong = wrong_packet(n < all ? &model->link[n] : NULL, source);

	(void)destination; /* codec_decode() has checked it */
	model->now = now;
	if (wrong)
		model_fail(model, "VIF %u: what is sent %s", vif, wrong);
	else if (sign)
		rivals_sent(model, n, message);
	else if (query)
		downstream_sent(model, n, message);
	else
		told_sent(model, &model->link[n], message, length);
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

const char *model_check_sent(struct model *model, int64_t now)
{
	model->now = now;
	check_sent(model);
	model->repeat_ok = model->jumped = false;
	return failure_of(model);
}

const char *model_check(struct model *model, int64_t now, struct proxy *proxy)
{
	model->now = now;
	status_list(model, proxy);
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
	if (model->kernel->route_count)
		model_fail(model, "%u routes stay", model->kernel->route_count);
	return failure_of(model);
}
