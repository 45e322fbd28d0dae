/* SPDX-License-Identifier: MIT */
/* A small configuration out of a few bytes; whatever they are, it is one that core/ could have
 * made. Limits are so low that the whole of a list fits into one report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"

enum { SOURCES = 24 };

struct addr packet_addr(struct bytes *bytes, const struct world *world, unsigned vif)
{
	static const char *const igmp[] = {"224.0.0.1", "224.0.0.2", "224.0.0.22",
					   "239.255.255.250"};
	static const char *const mld[] = {"ff02::1", "ff02::2", "ff02::16", "ff05::c"};
	bool is_igmp = world->protocol == PROTOCOL_IGMP;
	unsigned code = bytes_get(bytes), low = code & 31;
	struct addr addr = {{0}};

	if (code == 255) {
		for (unsigned i = is_igmp ? 12 : 0; i < 16; i++)
			addr.byte[i] = bytes_get(bytes);
		if (is_igmp)
			addr.byte[10] = addr.byte[11] = 0xff;
	} else if (code >= 224) {
		number_to_addr((is_igmp ? igmp : mld)[low % 4], &addr);
	} else if (code >= 160) {
		bool ssm = code >= 192;

		addr = is_igmp ? addr_ipv4((ssm ? 0xe8010100 : 0xef010100) | low)
			       : (struct addr){{0xff, ssm ? 0x35 : 5, [13] = ssm ? 0x40 : 1,
						[14] = 1, [15] = (uint8_t)low}};
	} else if (code >= 128) {
		addr = is_igmp ? addr_ipv4(0x0a090000 | low)
			       : (struct addr){{0x20, 1, 0x0d, 0xb8, [7] = 9, [15] = (uint8_t)low}};
	} else if (code) {
		addr = on_link(world, vif, code);
	} else if (is_igmp) {
		addr = addr_ipv4(0);
	}
	return addr;
}

/* 0: the default. */
static void set_values(struct bytes *bytes, enum protocol protocol, struct values *values)
{
	static const int32_t intervals[] = {0, 0, 125000, 1000, 10000, 300000, 31744000, 20000};
	static const int32_t responses[] = {0, 0, 10000, 100, 900, 1000, 3000, 25600};
	unsigned a = bytes_get(bytes), b = bytes_get(bytes), c = bytes_get(bytes);

	values->version = (uint8_t)(a % (newest_version(protocol) + 1));
	values->robustness = (uint8_t)(a >> 2 & 7);
	values->last_member_query_count = (uint8_t)(a >> 5 & 3);
	values->startup_query_count = (uint8_t)(a >> 7 & 1);
	values->query_interval = intervals[b & 7];
	values->query_response_interval = responses[b >> 3 & 7];
	values->last_member_query_interval = responses[(b >> 6) + (c & 3)];
	values->startup_query_interval = intervals[c >> 2 & 7];
	values->unsolicited_report_interval = responses[c >> 5 & 7];
	values_complete(values, protocol);
	if (values->query_response_interval >= values->query_interval)
		values->query_response_interval = values->query_interval - 100;
}

static uint32_t limit(unsigned code, uint32_t otherwise)
{
	static const uint32_t limits[] = {0, 0, 1, 2, 3, 5, 8, 16};

	return limits[code & 7] ? limits[code & 7] : otherwise;
}

static bool is_ssm(const struct world *world, const struct addr *group)
{
	return world->config.ssm_range_count && addr_in_prefix(group, &world->ssm_range[0]);
}

static void set_lists(struct bytes *bytes, struct world *world, unsigned at, unsigned which)
{
	struct proxy_interface_config *config = &world->interface[at];
	struct entry *entry = &world->entry[at];
	unsigned vif = config->vif;

	if (which & 1) {
		entry->accept_from[0] = (struct prefix){on_link(world, vif, 0), 121};
		config->accept_from_count = 1;
	}
	for (unsigned i = 0; i < (which >> 1 & 3); i++) {
		struct addr group = packet_addr(bytes, world, vif);
		struct addr source = packet_addr(bytes, world, vif);

		if (addr_is_multicast(&group) && !addr_is_link_scope(&group) &&
		    (addr_is_any(&source) ? !is_ssm(world, &group) : addr_is_routable(&source)))
			entry->static_join[config->static_join_count++] =
				(struct static_join){group, source};
	}
}

static void set_downstream(struct bytes *bytes, struct world *world, unsigned at)
{
	struct proxy_interface_config *config = &world->interface[at];
	unsigned modes = bytes_get(bytes), limits = bytes_get(bytes), most = bytes_get(bytes);

	config->querier = (enum querier_mode)((modes & 3) % 3);
	config->router_alert_strict = modes >> 2 & 1;
	config->oldest_version = modes >> 3 & 1 ? config->values.version : 0;
	config->outage_hold = most & 1 ? 10000 : 0;
	config->max_groups = limit(limits, 0);
	config->max_sources = limit(limits >> 3, SOURCES);
	config->max_total_sources = limit(most, 0);
	config->quick_leave = (enum quick_leave)((most >> 3 & 3) % 3);
	config->max_hosts = limit(most >> 5, 0);
	config->max_reporters = modes >> 7 ? 1 + (limits >> 6) * 4 : 0;
	config->max_reports = limits >> 6;
	config->reserve = (uint8_t)((limits >> 6) * 100 / 3);
	set_lists(bytes, world, at, modes >> 4);
}

static void set_upstream(struct bytes *bytes, struct world *world, unsigned at)
{
	static const int32_t intervals[] = {0, 0, 0, 0, 1000, 10000, 60000, 31744000};
	struct proxy_interface_config *config = &world->interface[at];
	unsigned modes = bytes_get(bytes);

	config->report_interval = intervals[modes & 7];
	config->report_source_set = modes >> 3 & 1;
	config->oldest_version = modes >> 5 & 1 ? config->values.version : 0;
	config->kernel_host = modes >> 6 & 1 && modes >> 7;
	if (config->report_source_set)
		config->report_source = world->protocol == PROTOCOL_IGMP
						? addr_ipv4(modes >> 4 & 1 ? 0x0a630001 : 0)
						: on_link(world, config->vif, 77);
}

static void set_instance(struct world *world, unsigned code)
{
	world->config.protocol = world->protocol;
	world->config.interface = world->interface;
	world->config.ssm_range = world->ssm_range;
	world->config.ssdp_upstream = code & 1;
	world->config.max_routes = limit(code >> 1, 0);
	/* Groups beyond the limit are not forwarded as they should be. */
	world->no_audit = world->config.max_routes;
	if (code >> 4 & 1)
		return;
	world->config.ssm_range_count = 1;
	world->ssm_range[0] = world->protocol == PROTOCOL_IGMP
				      ? (struct prefix){addr_ipv4(0xe8000000), 96 + 8}
				      : (struct prefix){{{0xff, 0x35}}, 32};
}

/* An interface that is there, or another one. */
static void add_entry(struct bytes *bytes, struct world *world, unsigned vif, bool upstream)
{
	unsigned at = world->config.interface_count++;
	struct node *node = &world->node[vif];

	if (!*node->name) {
		snprintf(node->name, sizeof(node->name), upstream ? "up%u" : "lan%u", vif);
		node->state = (struct interface_state){.vif = vif, .mtu = 1500};
		set_up(world, vif);
		default_addresses(world, vif);
	}
	if (vif >= world->vif_count)
		world->vif_count = vif + 1;
	world->interface[at] =
		(struct proxy_interface_config){.vif = (uint8_t)vif, .upstream = upstream};
	memset(&world->entry[at], 0, sizeof(world->entry[at]));
	set_values(bytes, world->protocol, &world->interface[at].values);
	if (upstream)
		set_upstream(bytes, world, at);
	else
		set_downstream(bytes, world, at);
}

/* ---- what a world may have beside: several upstreams, filters, peering ---- */

/* Of addresses of the family that may occur; else all. */
static void set_range(struct bytes *bytes, const struct world *world, unsigned code,
		      bool (*may_occur)(const struct addr *), struct addr range[2])
{
	bool all = !(code & 3), ipv4 = world->protocol == PROTOCOL_IGMP;

	range[0] = packet_addr(bytes, world, 0);
	range[1] = code & 2 ? packet_addr(bytes, world, 0) : range[0];
	if (addr_compare(&range[0], &range[1]) > 0) {
		struct addr first = range[1];

		range[1] = range[0];
		range[0] = first;
	}
	for (unsigned i = 0; i < 2; i++)
		all |= !may_occur(&range[i]) || addr_is_ipv4(&range[i]) != ipv4;
	for (unsigned i = 0; all && i < 16; i++) {
		range[0].byte[i] = 0;
		range[1].byte[i] = 0xff;
	}
}

/* CODE: none (0, 1), a whitelist, a blacklist; then a number of rules. */
static void set_rules(struct bytes *bytes, const struct world *world, unsigned code,
		      struct rules *rules)
{
	struct rule_list *list = &rules->list[0];
	unsigned count = code & 2 ? bytes_get(bytes) & 7 : 0;

	*rules = (struct rules){.list_count = code >> 1 & 1};
	list->whitelist = code & 1;
	for (; count; count--) {
		struct filter_rule *rule = &list->rule[list->count++];
		unsigned kinds = bytes_get(bytes);

		rule->vif = kinds & 0x30 ? PROXY_VIFS : (kinds >> 6) % world->vif_count;
		set_range(bytes, world, kinds, addr_is_multicast, rule->group);
		set_range(bytes, world, kinds >> 2, addr_is_unicast, rule->source);
	}
}

static void set_matching(struct world *world, unsigned code)
{
	static const int32_t mutexes[] = {0, 0, 1000, 5000};

	world->config.out_first = code & 1;
	world->config.routes = code >> 1 & 1 ? ROUTES_PER_SOURCE : ROUTES_WILDCARD;
	world->config.mutex = mutexes[code >> 2 & 3];
}

static void set_policy(struct bytes *bytes, struct world *world)
{
	set_matching(world, bytes_get(bytes));
	for (unsigned i = 0; i < world->config.interface_count; i++) {
		unsigned code = bytes_get(bytes);

		set_rules(bytes, world, code, &world->entry[i].in);
		set_rules(bytes, world, code >> 2, &world->entry[i].out);
	}
}

static void add_interfaces(struct bytes *bytes, struct world *world, unsigned shape)
{
	unsigned upstreams = shape & 2 ? 0 : 1, code = 0, peer;

	if (shape & 32) {
		code = bytes_get(bytes);
		upstreams += (code & 3) % 3;
	}
	peer = upstreams;
	if (code & 4)
		add_entry(bytes, world, peer, true);
	for (unsigned i = 0; i < upstreams; i++)
		add_entry(bytes, world, i, true);
	for (unsigned i = 0; i <= (shape >> 2 & 3) % 3; i++)
		add_entry(bytes, world, peer + i, false);
}

struct world *packet_world(struct bytes *input)
{
	struct world *world = calloc(1, sizeof(*world));
	struct bytes head = {NULL, 0};
	unsigned shape, code;

	if (!world)
		abort();
	head.left = bytes_take(input, PACKET_HEAD, &head.at);
	shape = bytes_get(&head);
	code = bytes_get(&head);
	world->file = "input";
	world->line = 1;
	world->protocol = shape & 1 ? PROTOCOL_MLD : PROTOCOL_IGMP;
	set_instance(world, code);
	add_interfaces(&head, world, shape);
	if (shape & 32) {
		head.left = bytes_take(input, PACKET_HEAD, &head.at);
		set_policy(&head, world);
	}
	for (unsigned i = 0; i < ENTRIES; i++)
		world->interface[i].values.rfc3376_timers = shape >> 4 & 1;
	return world;
}

/* ---- while it runs ---- */

static void remove_entry(struct world *world, unsigned at)
{
	unsigned behind = --world->config.interface_count - at;

	memmove(&world->interface[at], &world->interface[at + 1],
		behind * sizeof(world->interface[0]));
	memmove(&world->entry[at], &world->entry[at + 1], behind * sizeof(world->entry[0]));
}

/* Another one, with the settings of the next bytes; where that side is taken it comes in its place,
 * and its router knows what it has been told. */
static void put_entry(struct bytes *bytes, struct world *world, unsigned code)
{
	bool upstream = code >> 4 & 1, view_lost = false;
	unsigned vif = (code >> 5) % (world->vif_count < 5 ? world->vif_count + 1 : 5);
	unsigned there = entry_of(world, vif, upstream);

	if (there < ENTRIES) {
		view_lost = world->entry[there].view_lost;
		remove_entry(world, there);
	}
	add_entry(bytes, world, vif, upstream);
	world->entry[world->config.interface_count - 1].view_lost = view_lost;
}

static void swap_entries(struct world *world)
{
	struct proxy_interface_config first = world->interface[0];
	struct entry *entry = malloc(sizeof(*entry));

	if (!entry)
		abort();
	*entry = world->entry[0];
	world->interface[0] = world->interface[1];
	world->entry[0] = world->entry[1];
	world->interface[1] = first;
	world->entry[1] = *entry;
	free(entry);
}

/* Whatever a kernel can have. */
static void set_route(struct bytes *bytes, struct world *world)
{
	struct route route = {.source = packet_addr(bytes, world, 0),
			      .group = packet_addr(bytes, world, 0)};

	route.input = bytes_get(bytes) % PROXY_VIFS;
	route.outputs = bytes_get(bytes);
	kernel_tell(&world->kernel, world->now, &route);
}

bool packet_reconfigure(struct bytes *bytes, struct world *world)
{
	unsigned code = bytes_get(bytes), count = world->config.interface_count;

	if ((code >> 1 & 3) == 1 && count > 1)
		remove_entry(world, (code >> 3) % count);
	else if ((code >> 1 & 3) == 2 && count > 1)
		swap_entries(world);
	else if ((code >> 1 & 3) == 3)
		put_entry(bytes, world, code);
	if (code & 1)
		set_policy(bytes, world);
	if (code >> 1 & 3 || !(code >> 7))
		return true;
	for (unsigned n = code >> 3 & 7; n; n--)
		set_route(bytes, world);
	if (code >> 6 & 1)
		put_entry(bytes, world, bytes_get(bytes));
	return false;
}
