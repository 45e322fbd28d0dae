/* SPDX-License-Identifier: MIT */
/* Statements that happen to the proxy, and those that say what it has to send; see README.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

static size_t parse_raw(struct world *world, struct words *words, const struct speaker *speaker,
			struct said *said, uint8_t *buf)
{
	size_t length = 0;

	while (words->at < words->count && !world->failed_line && length < MESSAGE_MAX)
		if (!said_spoilt(speaker, words, said)) {
			char digits[8];

			snprintf(digits, sizeof(digits), "0x%.4s", next_word(words));
			buf[length++] = (uint8_t)number(world, digits);
		}
	return length;
}

/* rx INTERFACE SOURCE MESSAGE [OPTIONS] */
static void run_rx(struct world *world, struct words *words)
{
	static const struct values defaults = {.robustness = 2,
					       .query_interval = 125000,
					       .query_response_interval = 10000,
					       .last_member_query_interval = 1000};
	unsigned vif = interface_named(world, next_word(words));
	struct packet packet = {.vif = vif, .source = parse_addr(world, next_word(words), vif)};
	struct place place = {world, vif};
	struct speaker speaker = speaker_at(&place, &defaults);
	struct said said = {.message.kind = KIND_REPORT, .ttl = 1};
	uint8_t buf[MESSAGE_MAX];
	bool raw = take_word(words, "raw");

	speaker.spoils = true;
	if (raw)
		packet.length = parse_raw(world, words, &speaker, &said, buf);
	else
		said_read(&speaker, words, &said);
	packet.destination = said.destination_set
				     ? said.destination
				     : codec_destination(world->protocol, &said.message);
	packet.length = raw ? codec_finish(world->protocol, &packet.source, &packet.destination,
					   &said.damage, buf, packet.length)
			    : codec_encode(world->protocol, &said.message, &packet.source,
					   &packet.destination, &said.damage, buf);
	packet.ttl = (uint8_t)said.ttl;
	packet.router_alert = !said.no_router_alert;
	/* Exactly as long as it is, so that a sanitizer sees each octet read behind it. */
	uint8_t *exact = malloc(packet.length ? packet.length : 1);

	if (!exact)
		abort();
	memcpy(exact, buf, packet.length);
	packet.data = exact;
	codec_free(&said.message);
	if (!world->failed_line)
		world_hear(world, &packet);
	free(exact);
	world_settle(world);
}

/* What a query on VIF says if the transcript does not. */
static const struct values *query_values(const struct world *world, unsigned vif)
{
	unsigned entry = entry_of(world, vif, false);

	return &world->entry[entry < ENTRIES ? entry : 0].values;
}

/* [may] tx [within A..B] [spread | spread=N] INTERFACE MESSAGE */
static void run_tx(struct world *world, struct words *words)
{
	struct expectation pattern = {.line = world->line, .optional = is_statement(words, "may")};
	struct place place = {.world = world};
	struct speaker speaker;
	char from[32] = {0};
	const char *window, *dots, *value;

	if (pattern.optional)
		need_word(world, words, "tx");
	pattern.after = world->now - 1;
	pattern.until = world->now;
	if (take_word(words, "within")) {
		window = next_word(words);
		dots = strstr(window, "..");
		if (!dots || (size_t)(dots - window) >= sizeof(from)) {
			world_fail(world, "expected A..B, got \"%s\"", window);
			return;
		}
		memcpy(from, window, (size_t)(dots - window));
		pattern.after = world->now + seconds(world, from);
		pattern.until = world->now + seconds(world, dots + 2);
	}
	if ((value = option(words, "spread")))
		pattern.moments = number(world, value);
	pattern.spread = value || take_word(words, "spread");
	pattern.vif = interface_named(world, next_word(words));
	place.vif = pattern.vif;
	speaker = speaker_at(&place, query_values(world, pattern.vif));
	said_read(&speaker, words, &pattern.said);
	*GROW(world->expectation, world->expectation_count, world->expectation_room) = pattern;
	world->assertions += !pattern.optional;
}

/* Tells the proxy of its interface. */
static void tell_interface(struct world *world, unsigned vif)
{
	if (!world->proxy)
		return;
	world->may_act = world->repeat_ok = true;
	proxy_interface(world->proxy, world->now, &world->node[vif].state);
	world->may_act = false;
	world_settle(world);
}

/* up INTERFACE [moved] [mtu=N] [none | ADDRESS/LENGTH...]: the first is the address that it sends
 * from. */
static void run_up(struct world *world, struct words *words)
{
	unsigned vif = interface_named(world, next_word(words));
	struct interface_state *state = &world->node[vif].state;
	struct addr address = state->address;
	const char *value;
	bool first = true, was_up = state->up;

	set_up(world, vif);
	state->moved = take_word(words, "moved");
	if (words->at < words->count)
		state->prefix_count = 0;
	else
		default_addresses(world, vif);
	while (words->at < words->count && !world->failed_line) {
		struct prefix prefix = {{{0}}, 128};

		if ((value = option(words, "mtu"))) {
			state->mtu = number(world, value);
			continue;
		}
		if (!take_word(words, "none")) {
			prefix = parse_prefix(world, next_word(words));
			if (state->prefix_count < INTERFACE_PREFIXES)
				world->node[vif].prefix[state->prefix_count++] = prefix;
		}
		if (first)
			state->address = prefix.address;
		first = false;
	}
	if (!was_up || state->moved || !addr_equal(&address, &state->address))
		world_forget_views(world, vif);
	state->own = (UINT32_C(1) << state->prefix_count) - 1;
	tell_interface(world, vif);
	state->moved = false;
}

/* down INTERFACE [gone] */
static void run_down(struct world *world, struct words *words)
{
	unsigned vif = interface_named(world, next_word(words));

	world->node[vif].state.up = false;
	world->node[vif].state.exists = !take_word(words, "gone");
	tell_interface(world, vif);
}

/* upcall nocache|wrongvif INTERFACE SOURCE GROUP */
static void run_upcall(struct world *world, struct words *words)
{
	struct upcall upcall = {.type = UPCALL_NOCACHE};
	struct route flow;

	if (!take_word(words, "nocache")) {
		need_word(world, words, "wrongvif");
		upcall.type = UPCALL_WRONGVIF;
	}
	flow = parse_flow(world, words);
	upcall.vif = flow.input;
	upcall.source = flow.source;
	upcall.group = flow.group;
	world->repeat_ok = true;
	proxy_upcall(world->proxy, world->now, &upcall);
	world_settle(world);
}

/* data INTERFACE SOURCE GROUP [-> INTERFACE...] */
static void run_data(struct world *world, struct words *words)
{
	struct route got = parse_flow(world, words);

	got.outputs = world_data(world, got.input, &got.source, &got.group);
	if (words->at == words->count)
		return;
	expect_outputs(world, words, &got);
	world->assertions++;
}

/* stream INTERFACE SOURCE GROUP every SECONDS|end: a packet now, and so on. */
static void run_stream(struct world *world, struct words *words)
{
	struct route flow = parse_flow(world, words);
	struct stream stream = {flow.source, flow.group, flow.input, 0, world->now};
	unsigned at = 0;

	while (at < world->stream_count && (world->stream[at].vif != flow.input ||
					    !addr_equal(&world->stream[at].source, &flow.source) ||
					    !addr_equal(&world->stream[at].group, &flow.group)))
		at++;
	if (take_word(words, "end")) {
		if (at == world->stream_count)
			world_fail(world, "there is no such stream");
		else
			world->stream[at] = world->stream[--world->stream_count];
		return;
	}
	need_word(world, words, "every");
	stream.interval = seconds(world, next_word(words));
	if (at == INTERFACE_LIST || stream.interval <= 0) {
		world_fail(world, "no such stream is possible");
		return;
	}
	world->stream[at] = stream;
	if (at == world->stream_count)
		world->stream_count++;
	world_run_streams(world);
}

/* packets uncounted|counted: can the kernel tell? */
static void run_packets(struct world *world, struct words *words)
{
	world->no_packet_counts = take_word(words, "uncounted");
	if (!world->no_packet_counts)
		need_word(world, words, "counted");
}

/* lose: the kernel's routes are gone, the proxy is to make them again; lose (SOURCE,GROUP): only
 * that one, and nobody tells it */
static void run_lose(struct world *world, struct words *words)
{
	struct route key = {.remove = true};

	if (words->at < words->count) {
		parse_key(world, words, &key);
		if (!kernel_tell(&world->kernel, world->now, &key))
			world_fail(world, "there is no such route");
		return;
	}
	world->kernel.route_count = 0;
	proxy_reinstall(world->proxy);
	world_settle(world);
}

/* An interface, or the number of a VIF. */
static unsigned parse_vif(struct world *world, struct words *words)
{
	const char *name = next_word(words);
	bool digit = *name >= '0' && *name <= '9';

	return digit ? number(world, name) : interface_named(world, name);
}

/* have (SOURCE,GROUP) INPUT -> OUTPUT...: before `restart`, the kernel has this route from whomever
 */
static void run_have(struct world *world, struct words *words)
{
	struct route route = {0};

	parse_key(world, words, &route);
	route.input = parse_vif(world, words);
	need_word(world, words, "->");
	while (words->at < words->count && !world->failed_line)
		route.outputs |= UINT32_C(1) << (parse_vif(world, words) % PROXY_VIFS);
	kernel_tell(&world->kernel, world->now, &route);
}

/* hold, release */
static void run_hold(struct world *world, struct words *words)
{
	world->holding = is_statement(words, "hold");
	if (!world->holding)
		world_settle(world);
}

static void run_shutdown(struct world *world, struct words *words)
{
	(void)words;
	world->may_act = true;
	proxy_shutdown(world->proxy, world->now);
	world->may_act = false;
	world->ended = true;
}

/* ignore|heed INTERFACE|* general|specific|s-flag|queries|reports|discovery|all */
static void run_ignore(struct world *world, struct words *words)
{
	static const struct {
		const char *name;
		unsigned bits;
	} known[] = {{"general", IGNORE_GENERAL},
		     {"specific", IGNORE_SPECIFIC},
		     {"s-flag", IGNORE_S_FLAG},
		     {"queries", IGNORE_GENERAL | IGNORE_SPECIFIC},
		     {"reports", IGNORE_REPORTS},
		     {"discovery", IGNORE_DISCOVERY},
		     {"all", IGNORE_GENERAL | IGNORE_SPECIFIC | IGNORE_REPORTS}};
	bool ignored = is_statement(words, "ignore");
	const char *name = next_word(words);
	const char *what = next_word(words);
	unsigned bits = 0;

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(what, known[i].name))
			bits = known[i].bits;
	if (!bits)
		world_fail(world, "expected what to ignore, got \"%s\"", what);
	if (!strcmp(name, "*"))
		world->ignored = (world->ignored & ~bits) | (ignored ? bits : 0);
	for (unsigned i = 0; i < world->vif_count; i++)
		if (!strcmp(name, "*") || i == interface_named(world, name))
			world->node[i].ignored =
				(world->node[i].ignored & ~bits) | (ignored ? bits : 0);
}

/* silence SECONDS: the clock runs on, and what is sent then fails as unexpected. */
static void run_silence(struct world *world, struct words *words)
{
	world_advance(world, world->now + seconds(world, next_word(words)));
}

/* audit off */
static void run_audit(struct world *world, struct words *words)
{
	need_word(world, words, "off");
	world->no_audit = true;
}

const struct statement *act_statements(void)
{
	static const struct statement list[] = {
		{"rx", run_rx, 0},
		{"tx", run_tx, 0},
		{"may", run_tx, 0},
		{"up", run_up, SETS_UP},
		{"down", run_down, SETS_UP},
		{"upcall", run_upcall, 0},
		{"data", run_data, 0},
		{"stream", run_stream, 0},
		{"packets", run_packets, SETS_UP},
		{"lose", run_lose, 0},
		{"have", run_have, CONFIGURES},
		{"hold", run_hold, 0},
		{"release", run_hold, 0},
		{"shutdown", run_shutdown, 0},
		{"ignore", run_ignore, SETS_UP},
		{"heed", run_ignore, SETS_UP},
		{"silence", run_silence, ASSERTS},
		{"audit", run_audit, SETS_UP},
		{NULL, NULL, 0},
	};

	return list;
}
