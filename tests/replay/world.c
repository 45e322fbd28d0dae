/* SPDX-License-Identifier: MIT */
/*
 * The clock, the callbacks and the kernel's forwarding rules. Checks of what is sent that need no
 * expectation are here: form, role, source, size, what may never be sent at all.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

void world_fail(struct world *world, const char *format, ...)
{
	va_list arguments;

	if (world->failed_line)
		return;
	world->failed_line = world->line;
	va_start(arguments, format);
	vsnprintf(world->failure, sizeof(world->failure), format, arguments);
	va_end(arguments);
}

const char *world_route_text(const struct world *world, const struct route *route)
{
	static char text[4][512];
	static unsigned turn;
	char *buf = text[turn++ % 4];
	const char *input = route->input < world->vif_count ? world->node[route->input].name : "?";
	size_t length = (size_t)snprintf(
		buf, sizeof(text[0]), "(%s,%s) %s ->",
		addr_is_any(&route->source) ? "*" : addr_text(&route->source),
		addr_is_any(&route->group) ? "*" : addr_text(&route->group), input);

	for (unsigned i = 0; i < PROXY_VIFS; i++)
		if (route->outputs >> i & 1)
			length += (size_t)snprintf(
				buf + length, sizeof(text[0]) - length, " %s",
				i < world->config.interface_count ? world->node[i].name : "?");
	return buf;
}

static void say(const struct world *world, const char *verb, const char *rest)
{
	if (world->verbose)
		printf("%10s %s %s\n", time_text(world->now - WORLD_EPOCH), verb, rest);
}

/* ---- what the proxy does ---- */

static bool in_ssm_range(const struct world *world, const struct addr *group)
{
	for (size_t i = 0; i < world->config.ssm_range_count; i++)
		if (addr_in_prefix(group, &world->ssm_range[i]))
			return true;
	return false;
}

/* RFC 3376 5.1, RFC 4604 2.2: groups that are never reported, records that never name SSM. What was
 * reported under another configuration may be left. */
static const char *forbidden_group(const struct world *world, const struct addr *group, bool leaves)
{
	if (addr_is_link_scope(group))
		return "a report of a link-local group";
	if (addr_is_discovery(group) && !world->config.ssdp_upstream && !leaves)
		return "a report of the SSDP group";
	return NULL;
}

static const char *forbidden_record(const struct world *world, const struct record *record)
{
	bool exclude = record->type == IS_EX || record->type == TO_EX;
	bool leaves = record->type == BLOCK || (record->type == TO_IN && !record->source.count);

	if (exclude && in_ssm_range(world, &record->group))
		return "an EXCLUDE record of an SSM group";
	return forbidden_group(world, &record->group, leaves);
}

/* The upstream of VIF, or NULL; from the configuration before, of which an upstream that is gone,
 * or has another host now, is left. */
static const struct proxy_interface_config *upstream_of(const struct world *world, unsigned vif,
							bool kernel_host)
{
	const struct proxy_config *config[] = {&world->config, &world->given->config};

	for (unsigned n = 0; n < 2; n++)
		for (unsigned i = 0; i < config[n]->interface_count; i++) {
			const struct proxy_interface_config *entry = &config[n]->interface[i];

			if (entry->vif == vif && entry->upstream &&
			    entry->kernel_host == kernel_host)
				return entry;
		}
	return NULL;
}

/* The same of a downstream. */
static bool is_downstream(const struct world *world, unsigned vif)
{
	for (unsigned i = 0; i < world->given->config.interface_count; i++)
		if (world->given->interface[i].vif == vif && !world->given->interface[i].upstream)
			return true;
	return entry_of(world, vif, false) < ENTRIES;
}

static const char *forbidden(const struct world *world, unsigned vif, const struct message *message)
{
	bool router = message->kind == KIND_QUERY || message->kind >= KIND_ADVERTISEMENT;
	unsigned newest = newest_version(world->protocol);

	if (router ? !is_downstream(world, vif) : !upstream_of(world, vif, false))
		return router ? "a router's message on an upstream"
			      : "a report that is not ours to send";
	if (message->kind == KIND_REPORT) {
		for (unsigned i = 0; i < message->record_count; i++) {
			const char *wrong = forbidden_record(world, &message->record[i]);
			if (wrong)
				return wrong;
		}
	} else if (message->kind == KIND_QUERY) {
		if (message->version < newest && !addr_is_any(&message->group) &&
		    in_ssm_range(world, &message->group))
			return "an old query of an SSM group";
	} else if (!router) {
		return forbidden_group(world, &message->group, message->kind == KIND_LEAVE);
	}
	return NULL;
}

static const char *wrong_source(const struct world *world, unsigned vif, const struct addr *source,
				const struct message *message)
{
	const struct addr *own = &world->node[vif].state.address;
	const struct proxy_interface_config *upstream = upstream_of(world, vif, false);

	bool router = message->kind == KIND_QUERY || message->kind >= KIND_ADVERTISEMENT;

	if (!router && upstream && upstream->report_source_set)
		own = &upstream->report_source;
	if (addr_is_any(own) && router)
		return "a router's message without a source address";
	if (addr_is_any(own) ? !addr_is_any(source) : !addr_equal(source, own))
		return "the source is not the interface's address";
	return NULL;
}

void world_forget_views(struct world *world, unsigned vif)
{
	unsigned up = entry_of(world, vif, true), kept = 0;

	for (unsigned i = 0; i < world->view_count; i++)
		if (world->view[i].vif == vif)
			free(world->view[i].source.item);
		else
			world->view[kept++] = world->view[i];
	world->view_count = kept;
	if (up < ENTRIES)
		world->entry[up].view_lost = false;
}

static struct view *view_of(struct world *world, unsigned vif, const struct addr *group)
{
	struct view *view;

	for (unsigned i = 0; i < world->view_count; i++)
		if (world->view[i].vif == vif && addr_equal(&world->view[i].group, group))
			return &world->view[i];
	view = GROW(world->view, world->view_count, world->view_room);
	*view = (struct view){.vif = vif, .group = *group};
	return view;
}

/* RFC 3376 section 4.2.12: TO_IN and TO_EX tell all, ALLOW and BLOCK the difference. */
static void learn(struct world *world, unsigned vif, const struct record *record)
{
	struct view *view;
	bool add;

	if (record->type == IS_IN || record->type == IS_EX)
		return;
	view = view_of(world, vif, &record->group);
	if (record->type == TO_IN || record->type == TO_EX) {
		view->exclude = record->type == TO_EX;
		view->source.count = 0;
	}
	add = record->type == TO_IN || record->type == TO_EX ||
	      (record->type == ALLOW) != view->exclude;
	for (unsigned i = 0; i < record->source.count; i++) {
		list_remove(&view->source, &record->source.item[i]);
		if (add)
			list_add(&view->source, &record->source.item[i]);
	}
}

static void learn_all(struct world *world, unsigned vif, const struct message *message)
{
	unsigned up = entry_of(world, vif, true);

	if (up == ENTRIES)
		return;
	if (message->kind == KIND_OLD_REPORT || message->kind == KIND_LEAVE)
		world->entry[up].view_lost = true;
	for (unsigned i = 0; i < message->record_count; i++)
		learn(world, vif, &message->record[i]);
}

static void on_send(void *ctx, unsigned vif, const struct addr *source,
		    const struct addr *destination, const uint8_t *data, size_t length)
{
	struct world *world = ctx;
	struct output output = {.time = world->now, .vif = vif};
	size_t header = world->protocol == PROTOCOL_IGMP ? 24 : 48;
	char text[MESSAGE_TEXT + 64], *end = text;
	const char *wrong;

	if (!world->may_act)
		world_fail(world, "sent outside of proxy_interface() and proxy_tick()");
	if (vif >= world->vif_count || !*world->node[vif].name) {
		world_fail(world, "sent to VIF %u, which does not exist", vif);
		return;
	}
	wrong = codec_decode(world->protocol, source, destination, data, length, &output.message);
	end += sprintf(text, "%s ", world->node[vif].name);
	codec_text(world->protocol, &output.message, end);
	say(world, "tx", text);
	if (!wrong)
		wrong = forbidden(world, vif, &output.message);
	if (!wrong)
		wrong = wrong_source(world, vif, source, &output.message);
	if (!wrong && !world->node[vif].state.up)
		wrong = "the interface is down";
	if (!wrong && length + header > world->node[vif].state.mtu)
		wrong = "longer than the MTU";
	if (wrong)
		world_fail(world, "at %s sent %s: %s", time_text(world->now - WORLD_EPOCH), text,
			   wrong);
	if (!wrong)
		learn_all(world, vif, &output.message);
	if (output.message.kind == KIND_QUERY)
		output.ignorable = world->node[vif].ignored &
				   (addr_is_any(&output.message.group) ? IGNORE_GENERAL
				    : output.message.suppress ? IGNORE_SPECIFIC | IGNORE_S_FLAG
							      : IGNORE_SPECIFIC);
	else
		output.ignorable = world->node[vif].ignored &
				   (output.message.kind >= KIND_ADVERTISEMENT ? IGNORE_DISCOVERY
									      : IGNORE_REPORTS);
	*GROW(world->output, world->output_count, world->output_room) = output;
}

const struct route *world_find_route(const struct world *world, const struct addr *source,
				     const struct addr *group)
{
	const struct kernel_route *entry = kernel_find(&world->kernel, source, group, PROXY_VIFS);

	return entry ? &entry->route : NULL;
}

/* Of an interface that is gone there may be no new one; the input of a wildcard may be a VIF that
 * does not exist. */
bool world_route_is_possible(const struct world *world, const struct route *route)
{
	uint32_t vifs = 0;

	for (unsigned vif = 0; vif < PROXY_VIFS; vif++)
		vifs |= (uint32_t)(*world->node[vif].name != '\0') << vif;
	return !(route->outputs & ~vifs) && route->input < PROXY_VIFS &&
	       (vifs >> route->input & 1 || addr_is_any(&route->source));
}

static void on_route(void *ctx, const struct route *told)
{
	struct world *world = ctx;
	struct route route = kernel_plain(told);
	const struct kernel_route *known =
		kernel_find(&world->kernel, &route.source, &route.group, route.input);

	say(world, told->remove ? "unroute" : "route", world_route_text(world, told));
	world->told++;
	if (!world->may_act)
		world_fail(world, "route outside of proxy_interface() and proxy_tick()");
	if (!told->remove && !world_route_is_possible(world, &route))
		world_fail(world, "a route with a VIF that does not exist: %s",
			   world_route_text(world, told));
	if (!told->remove && known && known->route.outputs == route.outputs &&
	    known->route.input == route.input && !world->repeat_ok)
		world_fail(world, "told a route again: %s", world_route_text(world, told));
	if (!kernel_tell(&world->kernel, world->now, &route))
		world_fail(world, "removed a route that was not there: %s",
			   world_route_text(world, told));
}

/* `host kernel`: what the kernel was told last is what it tells the router. */
static void on_join(void *ctx, unsigned vif, const struct addr *group, enum filter_mode mode,
		    const struct addr *source, size_t count)
{
	struct world *world = ctx;
	struct record record = {.type = mode == EXCLUDE ? TO_EX : TO_IN, .group = *group};
	char text[MESSAGE_TEXT];

	for (size_t i = 0; i < count; i++)
		list_add(&record.source, &source[i]);
	snprintf(text, sizeof(text), "%s %s %s, %zu sources", world->node[vif].name,
		 record_type_text(record.type), addr_text(group), count);
	say(world, "join", text);
	if (!world->may_act)
		world_fail(world, "join outside of proxy_interface() and proxy_tick()");
	if (!upstream_of(world, vif, true))
		world_fail(world, "the kernel is no host: %s", text);
	else if (!world->node[vif].state.exists && (mode == EXCLUDE || count))
		world_fail(world, "there is no such interface: %s", text);
	else
		learn(world, vif, &record);
	free(record.source.item);
}

static unsigned on_reverse_path(void *ctx, const struct addr *source)
{
	const struct world *world = ctx;

	for (unsigned i = 0; i < world->reverse_path_count; i++)
		if (addr_equal(&world->reverse_path[i].source, source))
			return world->reverse_path[i].vif;
	return PROXY_VIFS;
}

/* ---- the clock ---- */

static void tick(struct world *world)
{
	world->may_act = true;
	proxy_tick(world->proxy, world->now);
	world->may_act = false;
}

void world_settle(struct world *world)
{
	unsigned turns = 0;

	if (world->holding)
		return;
	while (proxy_deadline(world->proxy) <= world->now) {
		tick(world);
		if (++turns == 100) {
			world_fail(world, "proxy_deadline() stays in the past");
			break;
		}
	}
	world->repeat_ok = false;
	audit(world);
}

void world_advance(struct world *world, int64_t time)
{
	while (!world->failed_line && !world->holding && !world->ended) {
		int64_t deadline = proxy_deadline(world->proxy);
		int64_t packet = world_next_packet(world);
		int64_t next = packet <= deadline ? packet : deadline;

		if (next > time)
			break;
		if (next > world->now)
			world->now = next;
		if (packet <= deadline) {
			world_run_streams(world);
			continue;
		}
		world->wakeups++;
		world_settle(world);
	}
	world->now = time;
}

/* ---- the configuration ---- */

unsigned entry_of(const struct world *world, unsigned vif, bool upstream)
{
	for (unsigned i = 0; i < world->config.interface_count; i++)
		if (world->interface[i].vif == vif && world->interface[i].upstream == upstream)
			return i;
	return ENTRIES;
}

/* Where the proxy has no memory for it, it has at the second attempt: tests/fault. */
static struct filter *make_filter(const struct world *world, const struct rules *rules)
{
	struct filter_list list[RULE_LISTS];
	struct filter *filter;

	for (unsigned i = 0; i < rules->list_count; i++)
		list[i] = (struct filter_list){rules->list[i].whitelist, rules->list[i].rule,
					       rules->list[i].count};
	if (!rules->list_count)
		return NULL;
	filter = filter_new(world->protocol, list, rules->list_count);
	if (!filter)
		filter = filter_new(world->protocol, list, rules->list_count);
	if (!filter)
		abort();
	return filter;
}

static struct given *give(const struct world *world)
{
	struct given *given = malloc(sizeof(*given));

	if (!given)
		abort();
	given->config = world->config;
	memcpy(given->interface, world->interface, sizeof(given->interface));
	memcpy(given->entry, world->entry, sizeof(given->entry));
	memcpy(given->ssm_range, world->ssm_range, sizeof(given->ssm_range));
	given->config.interface = given->interface;
	given->config.ssm_range = given->ssm_range;
	for (unsigned i = 0; i < world->config.interface_count; i++) {
		struct proxy_interface_config *interface = &given->interface[i];

		interface->accept_from = given->entry[i].accept_from;
		interface->static_join = given->entry[i].static_join;
		interface->in = given->in[i] = make_filter(world, &world->entry[i].in);
		interface->out = given->out[i] = make_filter(world, &world->entry[i].out);
	}
	return given;
}

static void given_free(struct given *given)
{
	for (unsigned i = 0; given && i < given->config.interface_count; i++) {
		filter_free(given->in[i]);
		filter_free(given->out[i]);
	}
	free(given);
}

/* With what is configured now. */
static void make_proxy(struct world *world)
{
	static const struct proxy_out out = {.send = on_send,
					     .route = on_route,
					     .reverse_path = on_reverse_path,
					     .packets = world_packets,
					     .join = on_join};

	world->changed = false;
	world->given = give(world);
	world->proxy = proxy_new(&world->given->config, &out, world, 0x5eedULL + world->line);
	if (!world->proxy)
		world_fail(world, "no proxy");
}

void world_start(struct world *world)
{
	world->now = WORLD_EPOCH;
	make_proxy(world);
	if (!world->proxy)
		return;
	world->may_act = true;
	for (unsigned vif = 0; vif < world->vif_count; vif++)
		if (world->node[vif].state.up)
			proxy_interface(world->proxy, world->now, &world->node[vif].state);
	world->may_act = false;
	world_settle(world);
}

/* Interfaces that are gone, and upstreams that are none any more. */
static void forget_interfaces(struct world *world)
{
	for (unsigned vif = 0; vif < world->vif_count; vif++) {
		if (entry_of(world, vif, true) < ENTRIES)
			continue;
		world_forget_views(world, vif);
		if (entry_of(world, vif, false) == ENTRIES)
			world->node[vif] = (struct node){.name = ""};
	}
}

/* With another host all has been left and is joined anew, so that what an older querier did not
 * hear is over. */
static void renew_views(struct world *world)
{
	for (unsigned i = 0; i < world->given->config.interface_count; i++) {
		const struct proxy_interface_config *before = &world->given->interface[i];
		unsigned up = before->upstream ? entry_of(world, before->vif, true) : ENTRIES;

		if (up < ENTRIES && world->entry[up].view_lost &&
		    world->interface[up].kernel_host != before->kernel_host)
			world_forget_views(world, before->vif);
	}
}

uint64_t world_no_memory(const struct world *world)
{
	struct proxy_interface_status status;
	uint64_t sum = world->no_memory;

	for (unsigned i = 0; i < world->given->config.interface_count; i++) {
		proxy_interface_status(world->proxy, i, &status);
		sum += status.counters->value[NO_MEMORY];
	}
	return sum;
}

void world_reconfigure(struct world *world)
{
	struct given *given = give(world);
	uint64_t no_memory = world_no_memory(world), left;
	uint32_t known = 0;

	for (unsigned i = 0; i < world->given->config.interface_count; i++)
		known |= 1U << world->given->interface[i].vif;
	world->may_act = true;
	/* For want of memory once, not twice: tests/fault. */
	if (!proxy_reconfigure(world->proxy, world->now, &given->config) &&
	    !proxy_reconfigure(world->proxy, world->now, &given->config))
		world_fail(world, "it cannot be reconfigured");
	renew_views(world);
	given_free(world->given);
	world->given = given;
	world->changed = false;
	left = world_no_memory(world);
	if (left < no_memory)
		world->no_memory += no_memory - left;
	forget_interfaces(world);
	for (unsigned vif = 0; vif < world->vif_count; vif++)
		if (*world->node[vif].name && !(known >> vif & 1)) {
			world->repeat_ok = true;
			proxy_interface(world->proxy, world->now, &world->node[vif].state);
		}
	world->may_act = false;
	world_settle(world);
}

void world_hear(struct world *world, const struct packet *packet)
{
	unsigned version = proxy_packet(world->proxy, world->now, packet);
	struct heard *heard = &world->node[packet->vif].heard[version ? version - 1 : 0];

	if (!version || packet->length > sizeof(heard->data))
		return;
	heard->at = world->now;
	heard->packet = *packet;
	heard->packet.data = heard->data;
	memcpy(heard->data, packet->data, packet->length);
}

/* Who has become the querier has been asked by nobody. */
static void forget_heard(struct world *world)
{
	struct proxy_interface_status status;

	for (unsigned i = 0; i < world->given->config.interface_count; i++) {
		proxy_interface_status(world->proxy, i, &status);
		if (!status.upstream && status.querier)
			memset(world->node[status.vif].heard, 0,
			       sizeof(world->node[status.vif].heard));
	}
}

/* The queries that hold still, the earliest first. */
static void hear_again(struct world *world, struct node *node)
{
	const struct heard *next, *before = NULL;

	do {
		next = NULL;
		for (const struct heard *heard = node->heard; heard < node->heard + 3; heard++)
			if (heard->packet.data && (!before || heard->at > before->at) &&
			    (!next || heard->at < next->at))
				next = heard;
		if (next)
			proxy_packet(world->proxy, next->at, &next->packet);
		before = next;
	} while (next);
}

/* The routes that the kernel has, those of whole groups first, as it would tell them. */
static void adopt(struct world *world, bool whole)
{
	struct addr any = world->protocol == PROTOCOL_IGMP ? addr_ipv4(0) : (struct addr){{0}};

	for (unsigned i = 0; i < world->kernel.route_count; i++) {
		struct route route = world->kernel.route[i].route;

		if (addr_is_any(&route.source) != whole)
			continue;
		if (whole)
			route.source = any;
		if (addr_is_any(&route.group))
			route.group = any;
		/* For want of memory once, not twice: tests/fault. */
		if (!proxy_adopt(world->proxy, world->now, &route) &&
		    !proxy_adopt(world->proxy, world->now, &route))
			world_fail(world, "it cannot take over %s",
				   world_route_text(world, &route));
	}
}

/* What the root knows of the proxy's memberships it is told anew. */
void world_restart(struct world *world, unsigned times)
{
	world->no_memory = world_no_memory(world);
	world->told = 0;
	forget_heard(world);
	proxy_free(world->proxy);
	given_free(world->given);
	make_proxy(world);
	if (!world->proxy)
		return;
	forget_interfaces(world);
	world->may_act = true;
	for (unsigned vif = 0; vif < world->vif_count; vif++) {
		world_forget_views(world, vif);
		if (*world->node[vif].name && world->node[vif].state.exists)
			proxy_interface(world->proxy, world->now, &world->node[vif].state);
		if (*world->node[vif].name)
			hear_again(world, &world->node[vif]);
	}
	world->may_act = false;
	while (times--) {
		adopt(world, true);
		adopt(world, false);
	}
	world_settle(world);
}

void world_free(struct world *world)
{
	if (world->proxy)
		proxy_free(world->proxy);
	given_free(world->given);
	for (unsigned i = 0; i < world->output_count; i++)
		codec_free(&world->output[i].message);
	for (unsigned i = 0; i < world->expectation_count; i++)
		codec_free(&world->expectation[i].said.message);
	for (unsigned i = 0; i < world->view_count; i++)
		free(world->view[i].source.item);
	free(world->view);
	free(world->output);
	free(world->expectation);
	kernel_free(&world->kernel);
	free(world);
}
