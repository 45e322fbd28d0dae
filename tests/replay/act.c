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
void run_rx(struct world *world, struct words *words)
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
static void run_tx(struct world *world, struct words *words, bool optional)
{
	struct expectation pattern = {.line = world->line, .optional = optional};
	struct place place = {.world = world};
	struct speaker speaker;
	char from[32] = {0};
	const char *window, *dots, *value;

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
	world->assertions += !optional;
}

void run_may(struct world *world, struct words *words)
{
	need_word(world, words, "tx");
	run_tx(world, words, true);
}

void run_expected_tx(struct world *world, struct words *words)
{
	run_tx(world, words, false);
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

/* up INTERFACE [mtu=N] [none | ADDRESS/LENGTH...]: the first is the address that it sends from. */
void run_up(struct world *world, struct words *words)
{
	unsigned vif = interface_named(world, next_word(words));
	struct interface_state *state = &world->node[vif].state;
	struct addr address = state->address;
	const char *value;
	bool first = true, was_up = state->up;

	set_up(world, vif);
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
	if (!was_up || !addr_equal(&address, &state->address))
		world_forget_views(world, vif);
	tell_interface(world, vif);
}

/* down INTERFACE [gone] */
void run_down(struct world *world, struct words *words)
{
	unsigned vif = interface_named(world, next_word(words));

	world->node[vif].state.up = false;
	world->node[vif].state.exists = !take_word(words, "gone");
	tell_interface(world, vif);
}

/* upcall nocache|wrongvif INTERFACE SOURCE GROUP */
void run_upcall(struct world *world, struct words *words)
{
	struct upcall upcall = {.type = UPCALL_NOCACHE};

	if (!take_word(words, "nocache")) {
		need_word(world, words, "wrongvif");
		upcall.type = UPCALL_WRONGVIF;
	}
	upcall.vif = interface_named(world, next_word(words));
	upcall.source = parse_addr(world, next_word(words), upcall.vif);
	upcall.group = parse_addr(world, next_word(words), upcall.vif);
	world->repeat_ok = true;
	proxy_upcall(world->proxy, world->now, &upcall);
	world_settle(world);
}

/* data INTERFACE SOURCE GROUP [-> INTERFACE...] */
void run_data(struct world *world, struct words *words)
{
	struct route expected = {0}, got;

	expected.input = interface_named(world, next_word(words));
	expected.source = parse_addr(world, next_word(words), expected.input);
	expected.group = parse_addr(world, next_word(words), expected.input);
	got = expected;
	got.outputs = world_data(world, expected.input, &expected.source, &expected.group);
	if (words->at == words->count)
		return;
	expected.outputs = parse_outputs(world, words);
	if (got.outputs != expected.outputs)
		world_fail(world, "expected to forward %s, got %s",
			   world_route_text(world, &expected), world_route_text(world, &got));
	world->assertions++;
}

/* stream INTERFACE SOURCE GROUP every SECONDS|end: a packet now, and so on. */
void run_stream(struct world *world, struct words *words)
{
	unsigned vif = interface_named(world, next_word(words)), at = 0;
	struct addr source = parse_addr(world, next_word(words), vif);
	struct addr group = parse_addr(world, next_word(words), vif);
	struct stream stream = {source, group, vif, 0, world->now};

	while (at < world->stream_count &&
	       (world->stream[at].vif != vif || !addr_equal(&world->stream[at].source, &source) ||
		!addr_equal(&world->stream[at].group, &group)))
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
void run_packets(struct world *world, struct words *words)
{
	world->no_packet_counts = take_word(words, "uncounted");
	if (!world->no_packet_counts)
		need_word(world, words, "counted");
}

static void run_lose_route(struct world *world, struct words *words)
{
	struct route key = {.remove = true};

	parse_key(world, words, &key);
	if (!kernel_tell(&world->kernel, world->now, &key))
		world_fail(world, "there is no such route");
}

/* lose: the kernel's routes are gone, the proxy is to make them again; lose (SOURCE,GROUP): only
 * that one, and nobody tells it */
void run_lose(struct world *world, struct words *words)
{
	if (words->at < words->count) {
		run_lose_route(world, words);
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
void run_have(struct world *world, struct words *words)
{
	struct route route = {0};

	parse_key(world, words, &route);
	route.input = parse_vif(world, words);
	need_word(world, words, "->");
	while (words->at < words->count && !world->failed_line)
		route.outputs |= UINT32_C(1) << (parse_vif(world, words) % PROXY_VIFS);
	kernel_tell(&world->kernel, world->now, &route);
}

void run_hold(struct world *world, struct words *words)
{
	(void)words;
	world->holding = true;
}

void run_release(struct world *world, struct words *words)
{
	(void)words;
	world->holding = false;
	world_settle(world);
}

void run_shutdown(struct world *world, struct words *words)
{
	(void)words;
	world->may_act = true;
	proxy_shutdown(world->proxy, world->now);
	world->may_act = false;
	world->ended = true;
}

/* ignore|heed INTERFACE|* general|specific|queries|reports|all */
static void run_ignore_as(struct world *world, struct words *words, bool ignored)
{
	static const struct {
		const char *name;
		unsigned bits;
	} known[] = {{"general", IGNORE_GENERAL},
		     {"specific", IGNORE_SPECIFIC},
		     {"queries", IGNORE_GENERAL | IGNORE_SPECIFIC},
		     {"reports", IGNORE_REPORTS},
		     {"all", IGNORE_GENERAL | IGNORE_SPECIFIC | IGNORE_REPORTS}};
	const char *name = next_word(words);
	const char *what = next_word(words);
	unsigned bits = 0;

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(what, known[i].name))
			bits = known[i].bits;
	if (!bits)
		world_fail(world, "expected what to ignore, got \"%s\"", what);
	if (!strcmp(name, "*"))
		world->ignored = ignored ? world->ignored | bits : world->ignored & ~bits;
	for (unsigned i = 0; i < world->vif_count; i++)
		if (!strcmp(name, "*") || i == interface_named(world, name))
			world->node[i].ignored = ignored ? world->node[i].ignored | bits
							 : world->node[i].ignored & ~bits;
}

void run_ignore(struct world *world, struct words *words)
{
	run_ignore_as(world, words, true);
}

void run_heed(struct world *world, struct words *words)
{
	run_ignore_as(world, words, false);
}

/* silence SECONDS: the clock runs on, and what is sent then fails as unexpected. */
void run_silence(struct world *world, struct words *words)
{
	world_advance(world, world->now + seconds(world, next_word(words)));
	world->assertions++;
}

/* audit off */
void run_audit(struct world *world, struct words *words)
{
	need_word(world, words, "off");
	world->no_audit = true;
}
