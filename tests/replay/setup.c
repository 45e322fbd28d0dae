/* SPDX-License-Identifier: MIT */
/* Statements of the configuration; see README.md. */
#include <string.h>

#include "script.h"

void default_addresses(struct world *world, unsigned vif)
{
	struct interface_state *state = &world->node[vif].state;
	struct prefix *prefix = world->node[vif].prefix;

	state->address = on_link(world, vif, 2);
	prefix[0] = (struct prefix){state->address, 96 + 24};
	state->prefix_count = 1;
	if (world->protocol == PROTOCOL_MLD) {
		prefix[0].length = 64;
		prefix[1] = (struct prefix){
			{{0x20, 0x01, 0x0d, 0xb8, [7] = (uint8_t)vif, [15] = 2}}, 64};
		state->prefix_count = 2;
	}
	state->prefix = prefix;
}

void set_up(struct world *world, unsigned vif)
{
	world->node[vif].state.up = true;
	world->node[vif].state.exists = true;
}

static uint32_t set_list(struct world *world, struct words *words, struct prefix *list)
{
	uint32_t count = 0;

	while (words->at < words->count && count < INTERFACE_LIST)
		list[count++] = parse_prefix(world, next_word(words));
	return count;
}

static void set_rfc3376_timers(struct world *world, bool on)
{
	for (unsigned vif = 0; vif < PROXY_VIFS; vif++)
		world->interface[vif].values.rfc3376_timers = on;
}

/* The keys of the instance. */
static bool set_instance(struct world *world, struct words *words)
{
	if (take_word(words, "max-routes"))
		world->config.max_routes = number(world, next_word(words));
	else if (take_word(words, "ssm-range"))
		world->config.ssm_range_count = set_list(world, words, world->ssm_range);
	else if (take_word(words, "ssdp-upstream"))
		world->config.ssdp_upstream = !strcmp(next_word(words), "yes");
	else if (take_word(words, "rfc3376-timers"))
		set_rfc3376_timers(world, !strcmp(next_word(words), "yes"));
	else
		return false;
	return true;
}

static bool set_value(struct world *world, struct words *words, unsigned vif)
{
	struct values *values = &world->interface[vif].values;

	if (take_word(words, "version"))
		values->version = (uint8_t)number(world, next_word(words));
	else if (take_word(words, "robustness"))
		values->robustness = (uint8_t)number(world, next_word(words));
	else if (take_word(words, "last-member-query-count"))
		values->last_member_query_count = (uint8_t)number(world, next_word(words));
	else if (take_word(words, "startup-query-count"))
		values->startup_query_count = (uint8_t)number(world, next_word(words));
	else if (take_word(words, "query-interval"))
		values->query_interval = (int32_t)seconds(world, next_word(words));
	else if (take_word(words, "query-response-interval"))
		values->query_response_interval = (int32_t)seconds(world, next_word(words));
	else if (take_word(words, "last-member-query-interval"))
		values->last_member_query_interval = (int32_t)seconds(world, next_word(words));
	else if (take_word(words, "startup-query-interval"))
		values->startup_query_interval = (int32_t)seconds(world, next_word(words));
	else if (take_word(words, "unsolicited-report-interval"))
		values->unsolicited_report_interval = (int32_t)seconds(world, next_word(words));
	else
		return false;
	return true;
}

static void set_static_join(struct world *world, struct words *words, unsigned vif)
{
	struct proxy_interface_config *config = &world->interface[vif];
	struct static_join *join = &world->node[vif].static_join[config->static_join_count];

	if (config->static_join_count == INTERFACE_LIST)
		return;
	*join = (struct static_join){.group = parse_addr(world, next_word(words), vif)};
	if (words->at < words->count)
		join->source = parse_addr(world, next_word(words), vif);
	config->static_join = world->node[vif].static_join;
	config->static_join_count++;
}

static bool set_limit(struct world *world, struct words *words, unsigned vif)
{
	struct proxy_interface_config *config = &world->interface[vif];

	if (take_word(words, "max-groups"))
		config->max_groups = number(world, next_word(words));
	else if (take_word(words, "max-sources"))
		config->max_sources = number(world, next_word(words));
	else if (take_word(words, "max-total-sources"))
		config->max_total_sources = number(world, next_word(words));
	else if (take_word(words, "max-hosts"))
		config->max_hosts = number(world, next_word(words));
	else
		return false;
	return true;
}

static void set_interface(struct world *world, struct words *words, unsigned vif)
{
	struct proxy_interface_config *config = &world->interface[vif];

	if (set_value(world, words, vif) || set_limit(world, words, vif))
		return;
	if (take_word(words, "oldest-version")) {
		config->oldest_version = (uint8_t)number(world, next_word(words));
	} else if (take_word(words, "querier")) {
		const char *word = next_word(words);

		config->querier = !strcmp(word, "always")  ? QUERIER_ALWAYS
				  : !strcmp(word, "never") ? QUERIER_NEVER
							   : QUERIER_AUTO;
	} else if (take_word(words, "router-alert")) {
		config->router_alert_strict = !strcmp(next_word(words), "strict");
	} else if (take_word(words, "quick-leave")) {
		const char *word = next_word(words);

		config->quick_leave = !strcmp(word, "on")	 ? QUICK_LEAVE_ON
				      : !strcmp(word, "tracked") ? QUICK_LEAVE_TRACKED
								 : QUICK_LEAVE_OFF;
	} else if (take_word(words, "accept-from")) {
		config->accept_from = world->node[vif].accept_from;
		config->accept_from_count = set_list(world, words, world->node[vif].accept_from);
	} else if (take_word(words, "static-join")) {
		set_static_join(world, words, vif);
	} else if (take_word(words, "report-source")) {
		config->report_source_set = true;
		config->report_source = parse_addr(world, next_word(words), vif);
	} else if (take_word(words, "report-interval")) {
		config->report_interval = (int32_t)seconds(world, next_word(words));
	} else {
		world_fail(world, "no setting \"%s\"", peek_word(words));
	}
}

/* set KEY VALUE; set INTERFACE|* KEY VALUE */
void run_set(struct world *world, struct words *words)
{
	const char *name;
	unsigned start;

	if (set_instance(world, words))
		return;
	name = next_word(words);
	start = words->at;
	for (unsigned i = 0; i < world->config.interface_count; i++) {
		if (strcmp(name, "*") && i != interface_named(world, name))
			continue;
		words->at = start;
		set_interface(world, words, i);
	}
}

/* rpf SOURCE INTERFACE: where the unicast route to it points */
void run_rpf(struct world *world, struct words *words)
{
	struct reverse_path *path = &world->reverse_path[world->reverse_path_count];

	if (world->reverse_path_count == INTERFACE_LIST)
		return;
	path->source = parse_addr(world, next_word(words), 0);
	path->vif = interface_named(world, next_word(words));
	world->reverse_path_count++;
}

struct values effective_values(enum protocol protocol, const struct values *set)
{
	struct values values = *set;

	if (!values.version)
		values.version = (uint8_t)newest_version(protocol);
	if (!values.robustness)
		values.robustness = 2;
	if (!values.query_interval)
		values.query_interval = 125000;
	if (!values.query_response_interval)
		values.query_response_interval = 10000;
	if (!values.last_member_query_interval)
		values.last_member_query_interval = 1000;
	return values;
}

/* config igmp|mld|both [UP...] ==> DOWN...: a new world. */
void run_config(struct world *world, struct words *words)
{
	bool upstream = true;

	next_word(words);
	while (words->at < words->count && world->config.interface_count < PROXY_VIFS) {
		unsigned vif = world->config.interface_count;
		struct node *node = &world->node[vif];
		const char *name = next_word(words);

		if (!strcmp(name, "==>")) {
			upstream = false;
			continue;
		}
		strncpy(node->name, name, sizeof(node->name) - 1);
		world->interface[vif].vif = (uint8_t)vif;
		world->interface[vif].upstream = upstream;
		node->state = (struct interface_state){.vif = vif, .mtu = 1500};
		world->config.interface_count++;
		set_up(world, vif);
		default_addresses(world, vif);
	}
	if (upstream)
		world_fail(world, "expected ==> in this line");
	world->config.protocol = world->protocol;
	world->config.interface = world->interface;
	world->config.ssm_range = world->ssm_range;
	if (world->protocol == PROTOCOL_IGMP) {
		world->ssm_range[0] = (struct prefix){addr_ipv4(0xe8000000), 96 + 8};
		world->config.ssm_range_count = 1;
	} else {
		for (unsigned scope = 0; scope < 16; scope++)
			world->ssm_range[scope] =
				(struct prefix){{{0xff, (uint8_t)(0x30 | scope)}}, 32};
		world->config.ssm_range_count = 16;
	}
}
