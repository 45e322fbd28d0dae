/* SPDX-License-Identifier: MIT */
/* Statements that look at the proxy and the kernel's routes; see README.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

static bool held_has(const struct held *held, const struct addr *addr, int64_t *expires)
{
	for (unsigned i = 0; i < held->source_count; i++)
		if (addr_equal(&held->source[i].address, addr)) {
			*expires = held->source[i].expires;
			return true;
		}
	return false;
}

static const char *remaining(const struct world *world, int64_t expires)
{
	if (expires == INT64_MAX)
		return "static";
	return time_text(expires - world->now);
}

static const char *held_text(const struct world *world, const struct held *held)
{
	static char text[2048];
	size_t at = 0, size = sizeof(text);

	if (!held)
		return "no such group";
	at += (size_t)snprintf(text, size, "%s {",
			       held->filter_mode == INCLUDE ? "INCLUDE" : "EXCLUDE");
	for (unsigned i = 0; i < held->source_count && at + 128 < size; i++)
		at += (size_t)snprintf(text + at, size - at, "%s%s=%s", i ? " " : "",
				       addr_text(&held->source[i].address),
				       held->upstream ? "-"
						      : remaining(world, held->source[i].expires));
	at += (size_t)snprintf(text + at, size - at, "}");
	if (held->filter_mode == EXCLUDE && !held->upstream)
		at += (size_t)snprintf(text + at, size - at, " timer=%s",
				       remaining(world, held->expires));
	snprintf(text + at, size - at, " version=%u", held->version);
	return text;
}

/* "270" seconds from now, "static"; an excluded source is 0. */
static bool same_time(struct world *world, const char *text, int64_t expires)
{
	if (!strcmp(text, "static"))
		return expires == INT64_MAX;
	return expires != INT64_MAX && expires - world->now == seconds(world, text);
}

/* {a=270 b}: each one held, with this timer. RUNNING: with a timer at all. Counts them. */
static bool held_list(struct world *world, struct words *words, const struct held *held,
		      bool running, unsigned *count)
{
	bool right = true;

	need_word(world, words, "{");
	while (!world->failed_line && !take_word(words, "}")) {
		char name[64] = {0};
		const char *word = next_word(words), *equals = strchr(word, '=');
		struct list list = {0};

		strncpy(name, word, equals && equals - word < 64 ? (size_t)(equals - word) : 63);
		if (!strcmp(word, ","))
			continue;
		parse_range(world, name, &list);
		for (unsigned i = 0; i < list.count; i++) {
			int64_t expires;

			++*count;
			if (!held_has(held, &list.item[i], &expires) ||
			    (!held->upstream && (expires != 0) != running) ||
			    (equals && !same_time(world, equals + 1, expires)))
				right = false;
		}
		free(list.item);
	}
	return right;
}

/* INTERFACE GROUP [static]: what the status says of it, or NULL. */
static const struct held *take_held(struct world *world, struct words *words,
				    struct snapshot *snapshot)
{
	unsigned entry = entry_named(world, next_word(words)), vif = world->interface[entry].vif;
	struct addr group = parse_addr(world, next_word(words), vif);
	bool permanent = take_word(words, "static");

	snapshot_take(world, snapshot);
	return snapshot_find(snapshot, vif, world->interface[entry].upstream, &group, permanent);
}

/* group INTERFACE GROUP [static] INCLUDE {A}; EXCLUDE {X} / {Y} (upstream: EXCLUDE {Y}) [timer=S]
 * [version=N] */
static void run_group(struct world *world, struct words *words)
{
	struct snapshot snapshot;
	const struct held *held = take_held(world, words, &snapshot);
	bool right, exclude = take_word(words, "EXCLUDE");
	unsigned count = 0;
	const char *value;

	if (!exclude)
		need_word(world, words, "INCLUDE");
	right = held && (held->filter_mode == EXCLUDE) == exclude;
	if (right) {
		right = held_list(world, words, held, true, &count);
		if (take_word(words, "/"))
			right &= held_list(world, words, held, false, &count);
		right &= count == held->source_count;
		if ((value = option(words, "timer")))
			right &= same_time(world, value, held->expires);
		if ((value = option(words, "version")))
			right &= held->version == number(world, value);
		if (words->at < words->count)
			world_fail(world, "expected the end here, got \"%s\"", peek_word(words));
	}
	words->at = words->count;
	if (!right)
		world_fail(world, "expected another state, got %s", held_text(world, held));
	snapshot_free(&snapshot);
}

/* hosts INTERFACE GROUP N|untracked */
static void run_hosts(struct world *world, struct words *words)
{
	struct snapshot snapshot;
	const struct held *held = take_held(world, words, &snapshot);
	bool untracked = take_word(words, "untracked");
	unsigned count = untracked ? 0 : number(world, next_word(words));

	if (!held)
		world_fail(world, "no such group");
	else if (held->tracked == untracked || held->host_count != count)
		world_fail(world, "expected %u hosts, got %u%s", count, held->host_count,
			   held->tracked ? "" : ", untracked");
	snapshot_free(&snapshot);
}

/* nogroup INTERFACE GROUP */
static void run_nogroup(struct world *world, struct words *words)
{
	struct snapshot snapshot;
	const struct held *held = take_held(world, words, &snapshot);

	if (held)
		world_fail(world, "expected no such group, got %s", held_text(world, held));
	snapshot_free(&snapshot);
}

static uint32_t parse_outputs(struct world *world, struct words *words)
{
	uint32_t outputs = 0;

	need_word(world, words, "->");
	while (words->at < words->count && !world->failed_line)
		outputs |= 1U << interface_named(world, next_word(words));
	return outputs;
}

/* route (SOURCE,GROUP) INPUT -> OUTPUT...; noroute (SOURCE,GROUP) */
static void run_route(struct world *world, struct words *words)
{
	struct route expected = {0};
	const struct route *got;
	bool none = is_statement(words, "noroute");

	parse_key(world, words, &expected);
	got = world_find_route(world, &expected.source, &expected.group);
	if (none) {
		if (got)
			world_fail(world, "expected no route, got %s",
				   world_route_text(world, got));
		return;
	}
	expected.input = interface_named(world, next_word(words));
	expected.outputs = parse_outputs(world, words);
	if (!got || got->input != expected.input || got->outputs != expected.outputs)
		world_fail(world, "expected %s, got %s", world_route_text(world, &expected),
			   got ? world_route_text(world, got) : "no such route");
}

static void expect_count(struct world *world, unsigned expected, unsigned got, const char *what)
{
	if (got != expected)
		world_fail(world, "expected %u %s, got %u", expected, what, got);
}

/* routes N: routes of groups, without those that keep SSDP at home; routes none: none at all */
static void run_routes(struct world *world, struct words *words)
{
	bool none = take_word(words, "none");
	unsigned got = 0;

	for (unsigned i = 0; i < world->kernel.route_count; i++) {
		const struct addr *group = &world->kernel.route[i].route.group;

		got += none || !(addr_is_any(group) || addr_is_discovery(group));
	}
	expect_count(world, none ? 0 : number(world, next_word(words)), got, "routes");
}

void expect_outputs(struct world *world, struct words *words, const struct route *got)
{
	struct route expected = *got;

	expected.outputs = parse_outputs(world, words);
	if (got->outputs != expected.outputs)
		world_fail(world, "expected to forward %s, got %s",
			   world_route_text(world, &expected), world_route_text(world, got));
}

/* forward INTERFACE SOURCE GROUP -> INTERFACE...: what the kernel does with such a packet. */
static void run_forward(struct world *world, struct words *words)
{
	struct route got = parse_flow(world, words);

	got.outputs = kernel_lookup(&world->kernel, got.input, &got.source, &got.group);
	expect_outputs(world, words, &got);
}

/* forwarding wildcard | configured|upstreams|peering|in|out|interfaces|sources|groups|shared: why
 * per source */
static void run_forwarding(struct world *world, struct words *words)
{
	static const char *const names[] = {"wildcard", "configured", "upstreams",  "peering",
					    "in",	"out",	      "interfaces", "sources",
					    "groups",	"shared"};
	const char *expected = next_word(words);
	enum proxy_forwarding got = proxy_forwarding(world->proxy);

	if (strcmp(names[got], expected))
		world_fail(world, "expected forwarding %s, got %s", expected, names[got]);
}

/* counter INTERFACE NAME VALUE */
static void run_counter(struct world *world, struct words *words)
{
	unsigned entry = entry_named(world, next_word(words));
	const char *name = next_word(words);
	unsigned long long expected = number(world, next_word(words)), got;
	struct proxy_interface_status status;
	unsigned i;

	proxy_interface_status(world->proxy, entry, &status);
	for (i = 0; i < COUNTER_COUNT && strcmp(counter_name((enum counter)i), name); i++)
		;
	if (i == COUNTER_COUNT) {
		world_fail(world, "no counter \"%s\"", name);
		return;
	}
	got = status.counters->value[i];
	if (got != expected) {
		char all[1024] = "";
		size_t at = 0;

		for (i = 0; i < COUNTER_COUNT; i++)
			if (status.counters->value[i] && at + 64 < sizeof(all))
				at += (size_t)snprintf(
					all + at, sizeof(all) - at, " %s %llu",
					counter_name((enum counter)i),
					(unsigned long long)status.counters->value[i]);
		world_fail(world, "expected %s %llu, got %llu (all:%s)", name, expected, got, all);
	}
}

/* querier INTERFACE yes | no | ADDRESS: are we, are we not, who is or asked last */
static void run_querier(struct world *world, struct words *words)
{
	unsigned entry = entry_named(world, next_word(words));
	const char *word = next_word(words);
	struct proxy_interface_status status;
	struct addr other;
	bool right;

	proxy_interface_status(world->proxy, entry, &status);
	if (!strcmp(word, "yes") || !strcmp(word, "no")) {
		right = status.querier == !strcmp(word, "yes");
	} else {
		other = parse_addr(world, word, world->interface[entry].vif);
		right = !status.querier && addr_same(&status.other_querier, &other);
	}
	if (!right)
		world_fail(world, "expected querier %s, got %s, %s", word,
			   status.querier ? "yes" : "no", addr_text(&status.other_querier));
}

/* forwarder INTERFACE down|alone|first|both|yields|other ADDRESS: who forwards, and who else */
static void run_forwarder(struct world *world, struct words *words)
{
	static const char *const states[] = {"down", "alone", "first", "both", "yields", "other"};
	unsigned entry = entry_named(world, next_word(words));
	const char *state = next_word(words);
	struct addr other = parse_addr(world, next_word(words), world->interface[entry].vif);
	struct proxy_interface_status status;

	proxy_interface_status(world->proxy, entry, &status);
	if (strcmp(states[status.forwarder], state) || !addr_same(&status.other_forwarder, &other))
		world_fail(world, "expected forwarder %s %s, got %s %s", state, addr_text(&other),
			   states[status.forwarder], addr_text(&status.other_forwarder));
}

/* value INTERFACE version|robustness|query-interval N: what is in force */
static void run_value(struct world *world, struct words *words)
{
	unsigned entry = entry_named(world, next_word(words));
	const char *name = next_word(words);
	const char *text = next_word(words);
	int64_t expected, got;
	struct proxy_interface_status status;

	proxy_interface_status(world->proxy, entry, &status);
	if (!strcmp(name, "version") || !strcmp(name, "robustness")) {
		expected = number(world, text);
		got = *name == 'v' ? status.version : status.values.robustness;
	} else if (!strcmp(name, "query-interval")) {
		expected = seconds(world, text);
		got = status.values.query_interval;
	} else {
		world_fail(world, "no value \"%s\"", name);
		return;
	}
	if (got != expected)
		world_fail(world, "expected %s %s, got %lld", name, text, (long long)got);
}

/* Since the last such statement: wakeups N: not more deadlines than N have passed; upcalls N: so
 * many times the kernel has asked; told N: so many times it was told of a route, or of its end,
 * since `restart` or then */
static void run_count(struct world *world, struct words *words)
{
	unsigned *count = is_statement(words, "wakeups")   ? &world->wakeups
			  : is_statement(words, "upcalls") ? &world->upcalls
							   : &world->told;
	const char *what = words->word[words->at - 1];
	unsigned expected = number(world, next_word(words));

	if (count != &world->wakeups || *count > expected)
		expect_count(world, expected, *count, what);
	*count = 0;
}

/* deadline SECONDS|never: the next one, seen from now */
static void run_deadline(struct world *world, struct words *words)
{
	const char *text = next_word(words);
	int64_t deadline = proxy_deadline(world->proxy);
	bool right = !strcmp(text, "never") ? deadline == INT64_MAX
					    : deadline - world->now == seconds(world, text);

	if (!right)
		world_fail(world, "expected a deadline in %s, got %s", text,
			   remaining(world, deadline));
}

const struct statement *look_statements(void)
{
	static const struct statement list[] = {
		{"group", run_group, ASSERTS},
		{"nogroup", run_nogroup, ASSERTS},
		{"hosts", run_hosts, ASSERTS},
		{"route", run_route, ASSERTS},
		{"noroute", run_route, ASSERTS},
		{"routes", run_routes, ASSERTS},
		{"forward", run_forward, ASSERTS},
		{"forwarding", run_forwarding, ASSERTS},
		{"counter", run_counter, ASSERTS},
		{"querier", run_querier, ASSERTS},
		{"forwarder", run_forwarder, ASSERTS},
		{"value", run_value, ASSERTS},
		{"wakeups", run_count, ASSERTS},
		{"upcalls", run_count, ASSERTS},
		{"told", run_count, ASSERTS},
		{"deadline", run_deadline, ASSERTS},
		{NULL, NULL, 0},
	};

	return list;
}
