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

static void set_lists(struct bytes *bytes, struct world *world, unsigned vif, unsigned which)
{
	struct proxy_interface_config *config = &world->interface[vif];
	struct entry *entry = &world->entry[vif];

	if (which & 1) {
		entry->accept_from[0] = (struct prefix){on_link(world, vif, 0), 121};
		config->accept_from_count = 1;
	}
	for (unsigned i = 0; i < (which >> 1 & 3); i++) {
		struct addr group = packet_addr(bytes, world, vif);
		struct addr source = packet_addr(bytes, world, vif);

		if (addr_is_multicast(&group) && !addr_is_link_scope(&group) &&
		    (addr_is_any(&source) ? !is_ssm(world, &group) : addr_is_unicast(&source)))
			entry->static_join[config->static_join_count++] =
				(struct static_join){group, source};
	}
}

static void set_downstream(struct bytes *bytes, struct world *world, unsigned vif)
{
	struct proxy_interface_config *config = &world->interface[vif];
	unsigned modes = bytes_get(bytes), limits = bytes_get(bytes), most = bytes_get(bytes);

	config->querier = (enum querier_mode)((modes & 3) % 3);
	config->router_alert_strict = modes >> 2 & 1;
	config->oldest_version = modes >> 3 & 1 ? config->values.version : 0;
	config->max_groups = limit(limits, 0);
	config->max_sources = limit(limits >> 3, SOURCES);
	config->max_total_sources = limit(most, 0);
	config->quick_leave = (enum quick_leave)((most >> 3 & 3) % 3);
	config->max_hosts = limit(most >> 5, 0);
	set_lists(bytes, world, vif, modes >> 4);
}

static void set_upstream(struct bytes *bytes, struct world *world, unsigned vif)
{
	static const int32_t intervals[] = {0, 0, 0, 0, 1000, 10000, 60000, 31744000};
	struct proxy_interface_config *config = &world->interface[vif];
	unsigned modes = bytes_get(bytes);

	config->report_interval = intervals[modes & 7];
	config->report_source_set = modes >> 3 & 1;
	config->oldest_version = modes >> 5 & 1 ? config->values.version : 0;
	if (config->report_source_set)
		config->report_source = world->protocol == PROTOCOL_IGMP
						? addr_ipv4(modes >> 4 & 1 ? 0x0a630001 : 0)
						: on_link(world, vif, 77);
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

static void add_interface(struct bytes *bytes, struct world *world, bool upstream)
{
	unsigned vif = world->vif_count++;
	struct node *node = &world->node[vif];

	snprintf(node->name, sizeof(node->name), upstream ? "up%u" : "lan%u", vif);
	node->state = (struct interface_state){.vif = vif, .mtu = 1500};
	world->config.interface_count++;
	world->interface[vif].vif = (uint8_t)vif;
	world->interface[vif].upstream = upstream;
	set_up(world, vif);
	default_addresses(world, vif);
	set_values(bytes, world->protocol, &world->interface[vif].values);
	if (upstream)
		set_upstream(bytes, world, vif);
	else
		set_downstream(bytes, world, vif);
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
	if (!(shape & 2))
		add_interface(&head, world, true);
	for (unsigned i = 0; i <= (shape >> 2 & 3) % 3; i++)
		add_interface(&head, world, false);
	for (unsigned vif = 0; vif < world->config.interface_count; vif++)
		world->interface[vif].values.rfc3376_timers = shape >> 4 & 1;
	return world;
}
