/* SPDX-License-Identifier: MIT */
/* Statements of the configuration; see README.md. */
#include <stdlib.h>
#include <string.h>

#include "script.h"
#include "tests/model/settings.h"

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
	state->own = state->prefix_count == 1 ? 1 : 3;
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
	for (unsigned entry = 0; entry < ENTRIES; entry++)
		world->interface[entry].values.rfc3376_timers = on;
}

/* matching out all|first, matching in first, matching in mutex SECONDS */
static void set_matching(struct world *world, struct words *words)
{
	if (take_word(words, "out")) {
		world->config.out_first = take_word(words, "first");
		if (!world->config.out_first)
			need_word(world, words, "all");
		return;
	}
	need_word(world, words, "in");
	world->config.mutex = 0;
	if (take_word(words, "mutex"))
		world->config.mutex = (int32_t)seconds(world, next_word(words));
	else
		need_word(world, words, "first");
}

static void set_routes(struct world *world, struct words *words)
{
	if (take_word(words, "per-source"))
		world->config.routes = ROUTES_PER_SOURCE;
	else if (take_word(words, "wildcard"))
		world->config.routes = ROUTES_WILDCARD;
	else if (take_word(words, "auto"))
		world->config.routes = ROUTES_AUTO;
	else
		need_word(world, words, "auto, per-source or wildcard");
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
	else if (take_word(words, "matching"))
		set_matching(world, words);
	else if (take_word(words, "forwarding"))
		set_routes(world, words);
	else
		return false;
	return true;
}

/* static-join GROUP [SOURCE], one more; static-join none */
static void set_static_join(struct world *world, struct words *words, unsigned entry)
{
	struct proxy_interface_config *config = &world->interface[entry];
	struct static_join *join = &world->entry[entry].static_join[config->static_join_count];

	if (take_word(words, "none")) {
		config->static_join_count = 0;
		return;
	}
	if (config->static_join_count == INTERFACE_LIST)
		return;
	*join = (struct static_join){.group = parse_addr(world, next_word(words), config->vif)};
	if (words->at < words->count)
		join->source = parse_addr(world, next_word(words), config->vif);
	config->static_join_count++;
}

static void set_entry(struct world *world, struct words *words, unsigned entry)
{
	struct proxy_interface_config *config = &world->interface[entry];
	const char *key, *value, *expected;

	if (take_word(words, "accept-from")) {
		config->accept_from_count = set_list(world, words, world->entry[entry].accept_from);
	} else if (take_word(words, "static-join")) {
		set_static_join(world, words, entry);
	} else if (take_word(words, "report-source")) {
		config->report_source_set = true;
		config->report_source = parse_addr(world, next_word(words), config->vif);
	} else {
		key = next_word(words);
		value = next_word(words);
		expected = settings_set(config, key, value);
		if (expected)
			world_fail(world,
				   *expected ? "%s: expected %s, got \"%s\"" : "no setting \"%s\"",
				   key, expected, value);
	}
}

/* set KEY VALUE; set ENTRY|* KEY VALUE */
static void run_set(struct world *world, struct words *words)
{
	const char *name;
	unsigned start;

	world->changed = true;
	if (set_instance(world, words))
		return;
	name = next_word(words);
	start = words->at;
	for (unsigned i = 0; i < world->config.interface_count; i++) {
		if (!entry_matches(world, name, i))
			continue;
		words->at = start;
		set_entry(world, words, i);
	}
}

/* [FROM](GROUPS|SOURCES)... */
static void parse_rules(struct world *world, struct words *words, struct rule_list *list)
{
	while (words->at < words->count && !world->failed_line) {
		struct filter_rule *rule = &list->rule[list->count];

		if (list->count++ == RULES) {
			world_fail(world, "more than %d rules", RULES);
			return;
		}
		rule->vif = PROXY_VIFS;
		if (strcmp(peek_word(words), "("))
			rule->vif = interface_named(world, next_word(words));
		need_word(world, words, "(");
		parse_bounds(world, next_word(words), rule->group);
		need_word(world, words, "|");
		parse_bounds(world, next_word(words), rule->source);
		need_word(world, words, ")");
	}
}

/* filter ENTRY in|out none | [and] whitelist|blacklist RULE... */
static void run_filter(struct world *world, struct words *words)
{
	unsigned entry = entry_named(world, next_word(words));
	bool in = take_word(words, "in");
	struct rules *rules = in ? &world->entry[entry].in : &world->entry[entry].out;
	struct rule_list *list;

	if (!in)
		need_word(world, words, "out");
	world->changed = true;
	if (!take_word(words, "and"))
		rules->list_count = 0;
	if (take_word(words, "none"))
		return;
	if (rules->list_count == RULE_LISTS) {
		world_fail(world, "more than %d lists", RULE_LISTS);
		return;
	}
	list = &rules->list[rules->list_count++];
	*list = (struct rule_list){.whitelist = take_word(words, "whitelist")};
	if (!list->whitelist)
		need_word(world, words, "blacklist");
	parse_rules(world, words, list);
}

/* rpf SOURCE INTERFACE: where the unicast route to it points */
static void run_rpf(struct world *world, struct words *words)
{
	struct reverse_path *path = &world->reverse_path[world->reverse_path_count];

	if (world->reverse_path_count == INTERFACE_LIST)
		return;
	path->source = parse_addr(world, next_word(words), 0);
	path->vif = interface_named(world, next_word(words));
	world->reverse_path_count++;
}

static struct values effective_values(enum protocol protocol, const struct values *set)
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

void complete_values(struct world *world)
{
	for (unsigned i = 0; i < world->config.interface_count; i++)
		world->entry[i].values =
			effective_values(world->protocol, &world->interface[i].values);
}

/* The VIF of that name, or the lowest free one for it. */
static unsigned get_node(struct world *world, const char *name)
{
	unsigned vif = 0;

	for (unsigned i = 0; i < world->vif_count; i++)
		if (!strcmp(world->node[i].name, name))
			return i;
	while (vif < PROXY_VIFS - 1 && *world->node[vif].name)
		vif++;
	if (*world->node[vif].name)
		world_fail(world, "more than %d interfaces", PROXY_VIFS);
	if (vif == world->vif_count)
		world->vif_count++;
	world->node[vif] =
		(struct node){.state = {.vif = vif, .mtu = 1500}, .ignored = world->ignored};
	strncpy(world->node[vif].name, name, sizeof(world->node[vif].name) - 1);
	set_up(world, vif);
	default_addresses(world, vif);
	return vif;
}

/* [UP...] ==> DOWN...: entries; what there was of them before is kept. */
static void parse_interfaces(struct world *world, struct words *words)
{
	struct proxy_interface_config interface[ENTRIES] = {{.upstream = false}};
	struct entry *entry = calloc(ENTRIES, sizeof(*entry));
	unsigned count = 0;
	bool upstream = true;

	if (!entry)
		abort();
	while (words->at < words->count && count < ENTRIES) {
		const char *name = next_word(words);
		unsigned vif, known;

		if (upstream && !strcmp(name, "==>")) {
			upstream = false;
			continue;
		}
		vif = get_node(world, name);
		known = entry_of(world, vif, upstream);
		interface[count] =
			(struct proxy_interface_config){.vif = (uint8_t)vif,
							.upstream = upstream,
							.outage_hold = upstream ? 0 : 10000};
		if (known < ENTRIES) {
			interface[count] = world->interface[known];
			entry[count] = world->entry[known];
		}
		count++;
	}
	if (upstream)
		world_fail(world, "expected ==> in this line");
	memcpy(world->interface, interface, sizeof(interface));
	memcpy(world->entry, entry, sizeof(world->entry));
	world->config.interface_count = count;
	free(entry);
}

/* interfaces [UP...] ==> DOWN...: others than now. */
static void run_interfaces(struct world *world, struct words *words)
{
	parse_interfaces(world, words);
	world->changed = true;
}

/* reconfigure: what was set, filtered and named since the last time is in force. */
static void run_reconfigure(struct world *world, struct words *words)
{
	(void)words;
	complete_values(world);
	world_reconfigure(world);
}

/* restart [twice]: the proxy dies, another one takes over, with what was set and so on since, and
 * is told twice what there is. */
static void run_restart(struct world *world, struct words *words)
{
	complete_values(world);
	world_restart(world, take_word(words, "twice") ? 2 : 1);
}

/* config igmp|mld|both [UP...] ==> DOWN...: a new world. */
static void run_config(struct world *world, struct words *words)
{
	next_word(words);
	parse_interfaces(world, words);
	world->config.protocol = world->protocol;
	world->config.routes = ROUTES_WILDCARD;
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

const struct statement *setup_statements(void)
{
	static const struct statement list[] = {
		{"config", run_config, SETS_UP},
		{"set", run_set, SETS_UP | CONFIGURES},
		{"filter", run_filter, SETS_UP | CONFIGURES},
		{"interfaces", run_interfaces, SETS_UP | CONFIGURES},
		{"reconfigure", run_reconfigure, CONFIGURES},
		{"restart", run_restart, CONFIGURES},
		{"rpf", run_rpf, SETS_UP},
		{NULL, NULL, 0},
	};

	return list;
}
