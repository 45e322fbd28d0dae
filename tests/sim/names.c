/* SPDX-License-Identifier: MIT */
/* The few groups, sources and addresses that there are, and their names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* A to F of any source, S to V of SSM, K is SSDP's, L never leaves its link. */
static const char group_names[GROUPS + 1] = "ABCDEFSTUVKL";
/* a to f are far away, 1 to 5 on the link of that number, nobody ever names z. */
static const char source_names[SOURCES + 1] = "abcdef12345z";

char sim_group_name(unsigned group)
{
	return group < GROUPS ? group_names[group] : '?';
}

char sim_source_name(unsigned source)
{
	return source < SOURCES ? source_names[source] : '?';
}

unsigned sim_group_named(char name)
{
	const char *at = name ? strchr(group_names, name) : NULL;

	return at ? (unsigned)(at - group_names) : GROUPS;
}

unsigned sim_source_named(char name)
{
	const char *at = name ? strchr(source_names, name) : NULL;

	return at ? (unsigned)(at - source_names) : SOURCES;
}

bool sim_group_is_ssm(unsigned group)
{
	return group_names[group] >= 'S' && group_names[group] <= 'V';
}

bool sim_group_is_link_scope(unsigned group)
{
	return group_names[group] == 'L';
}

bool sim_group_is_discovery(unsigned group)
{
	return group_names[group] == 'K';
}

unsigned sim_source_link(unsigned source)
{
	char name = source_names[source];

	return name >= '1' && name <= '5' ? (unsigned)(name - '0') : LINKS;
}

unsigned sim_source_links(const struct sim *sim, unsigned source)
{
	unsigned links = 0;

	if (sim_source_link(source) < LINKS)
		return 1U << sim_source_link(source);
	for (unsigned link = 0; link < LINKS; link++)
		links |= (sim->origin[link] >> source & 1) << link;
	return links ? links : 1;
}

struct addr sim_group(const struct sim *sim, unsigned group)
{
	uint8_t n = (uint8_t)(group + 1);
	bool igmp = sim->protocol == PROTOCOL_IGMP;

	if (sim_group_is_discovery(group))
		return igmp ? addr_ipv4(0xeffffffa) : (struct addr){{0xff, 0x05, [15] = 0xc}};
	if (sim_group_is_link_scope(group))
		return igmp ? addr_ipv4(0xe00000c8)
			    : (struct addr){{0xff, 0x02, [14] = 7, [15] = n}};
	if (sim_group_is_ssm(group))
		return igmp ? addr_ipv4(0xe8010100U | n)
			    : (struct addr){{0xff, 0x35, [12] = 0x40, [14] = 1, [15] = n}};
	return igmp ? addr_ipv4(0xef010100U | n)
		    : (struct addr){{0xff, 0x05, [13] = 1, [14] = 1, [15] = n}};
}

struct addr sim_global(unsigned link, unsigned host)
{
	return (struct addr){{0x20, 0x01, 0x0d, 0xb8, [7] = (uint8_t)link, [15] = (uint8_t)host}};
}

struct addr sim_on_link(const struct sim *sim, unsigned link, unsigned host)
{
	if (sim->protocol == PROTOCOL_IGMP)
		return addr_ipv4(0x0a000000U | link << 8 | host);
	return (struct addr){{0xfe, 0x80, [15] = (uint8_t)host}};
}

struct addr sim_source(const struct sim *sim, unsigned source)
{
	unsigned link = sim_source_link(source);

	if (link < LINKS)
		return sim->protocol == PROTOCOL_IGMP ? sim_on_link(sim, link, 50)
						      : sim_global(link, 50);
	if (sim->protocol == PROTOCOL_IGMP)
		return addr_ipv4(0x0a090000U | (source + 1));
	return (struct addr){{0x20, 0x01, 0x0d, 0xb8, 0, 9, [15] = (uint8_t)(source + 1)}};
}

unsigned sim_group_of(const struct sim *sim, const struct addr *addr)
{
	for (unsigned group = 0; group < GROUPS; group++) {
		struct addr known = sim_group(sim, group);

		if (addr_equal(&known, addr))
			return group;
	}
	return GROUPS;
}

unsigned sim_source_of(const struct sim *sim, const struct addr *addr)
{
	for (unsigned source = 0; source < SOURCES; source++) {
		struct addr known = sim_source(sim, source);

		if (addr_equal(&known, addr))
			return source;
	}
	return SOURCES;
}

sources sim_sources_of(const struct sim *sim, const struct list *list)
{
	sources set = 0;

	for (unsigned i = 0; i < list->count; i++) {
		unsigned source = sim_source_of(sim, &list->item[i]);

		if (source < SOURCES)
			set |= 1U << source;
	}
	return set;
}

void sim_list_of(const struct sim *sim, sources set, struct list *list)
{
	for (unsigned source = 0; source < SOURCES; source++)
		if (set >> source & 1) {
			struct addr addr = sim_source(sim, source);

			list_add(list, &addr);
		}
}
