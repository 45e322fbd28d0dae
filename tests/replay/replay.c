/* SPDX-License-Identifier: MIT */
/*
 * Plays transcripts: text that says what happens to a proxy and when, and what it has to do then.
 * On a virtual clock, with packets written and read by the test's own codec. README.md beside this
 * file is the language. Usage: replay [-v] FILE...
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

enum { LINE_MAX_LENGTH = 16384, TOKENS = 4096, MAX_SOURCES_RANGE = 100000 };

/* One line as words. Braces, parentheses, commas and + are words of their own. */
struct words {
	char text[2 * LINE_MAX_LENGTH];
	const char *word[TOKENS];
	unsigned count, at;
};

static void split(struct words *words, const char *line)
{
	char *to = words->text;
	bool within = false;

	words->count = words->at = 0;
	for (; *line && *line != '#' && *line != '\n'; line++) {
		bool single = strchr("{}(),+", *line) != NULL;

		if (within && (single || *line == ' ' || *line == '\t')) {
			*to++ = '\0';
			within = false;
		}
		if (*line == ' ' || *line == '\t' || words->count == TOKENS)
			continue;
		if (!within)
			words->word[words->count++] = to;
		*to++ = *line;
		within = !single;
		if (single)
			*to++ = '\0';
	}
	*to = '\0';
}

static const char *peek_word(const struct words *words)
{
	return words->at < words->count ? words->word[words->at] : "";
}

static const char *next_word(struct words *words)
{
	return words->at < words->count ? words->word[words->at++] : "";
}

static bool take_word(struct words *words, const char *word)
{
	if (strcmp(peek_word(words), word))
		return false;
	words->at++;
	return true;
}

static void need_word(struct world *world, struct words *words, const char *word)
{
	if (!take_word(words, word))
		world_fail(world, "expected \"%s\" here, got \"%s\"", word, peek_word(words));
}

/* "key=VALUE": VALUE, or NULL if it is another key. */
static const char *option(struct words *words, const char *key)
{
	size_t length = strlen(key);

	if (strncmp(peek_word(words), key, length) || peek_word(words)[length] != '=')
		return NULL;
	return next_word(words) + length + 1;
}

static unsigned number(struct world *world, const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (!*text || *end || value > UINT32_MAX)
		world_fail(world, "expected a number, got \"%s\"", text);
	return (unsigned)value;
}

/* Seconds with up to three decimals, as milliseconds. */
static int64_t seconds(struct world *world, const char *text)
{
	char *end;
	int64_t ms = (int64_t)strtoul(text, &end, 10) * 1000;
	int64_t unit = 100;

	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++, unit /= 10)
			ms += (*end - '0') * unit;
	if (!*text || *end)
		world_fail(world, "expected seconds, got \"%s\"", text);
	return ms;
}

/* ---- names ---- */

static unsigned interface_named(struct world *world, const char *name)
{
	for (unsigned i = 0; i < world->config.interface_count; i++)
		if (!strcmp(world->node[i].name, name))
			return i;
	world_fail(world, "no interface \"%s\"", name);
	return 0;
}

/* 10.0.VIF.HOST, fe80::HOST: who is on the link of an interface. */
static struct addr on_link(const struct world *world, unsigned vif, unsigned host)
{
	if (world->protocol == PROTOCOL_IGMP)
		return addr_ipv4(0x0a000000 | vif << 8 | host);
	return (struct addr){{0xfe, 0x80, [15] = (uint8_t)host}};
}

/* a, b, c ...: sources far away. A, B ...: groups, from S on those of SSM. */
static struct addr letter(const struct world *world, char name)
{
	bool group = name >= 'A' && name <= 'Z', ssm = name >= 'S';
	uint8_t n = (uint8_t)(name - (group ? 'A' : 'a') + 1);

	if (world->protocol == PROTOCOL_IGMP)
		return addr_ipv4(!group ? 0x0a090000U | n : (ssm ? 0xe8010100 : 0xef010100) | n);
	if (!group)
		return (struct addr){{0x20, 0x01, 0x0d, 0xb8, 0, 9, [15] = n}};
	if (ssm)
		return (struct addr){{0xff, 0x35, [12] = 0x40, [14] = 1, [15] = n}};
	return (struct addr){{0xff, 0x05, [13] = 1, [14] = 1, [15] = n}};
}

static bool number_to_addr(const char *text, struct addr *addr)
{
	struct in_addr ipv4;

	if (inet_pton(AF_INET, text, &ipv4) == 1)
		*addr = addr_ipv4(ntohl(ipv4.s_addr));
	else if (inet_pton(AF_INET6, text, addr->byte) != 1)
		return false;
	return true;
}

static struct addr parse_addr(struct world *world, const char *text, unsigned vif)
{
	static const struct {
		const char *name;
		unsigned host;
	} known[] = {{"low", 1}, {"self", 2}, {"high", 200}, {"host", 99}, {"host2", 98}};
	struct addr addr = {{0}};

	if (!strcmp(text, "any") || !strcmp(text, "*"))
		return addr;
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(text, known[i].name))
			return on_link(world, vif, known[i].host);
	if (((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z')) && !text[1])
		return letter(world, *text);
	if (!number_to_addr(text, &addr))
		world_fail(world, "expected an address, got \"%s\"", text);
	return addr;
}

static struct prefix parse_prefix(struct world *world, const char *text)
{
	const char *slash = strchr(text, '/');
	char address[64] = {0};
	struct prefix prefix = {.length = 128};

	if (slash && (size_t)(slash - text) < sizeof(address)) {
		memcpy(address, text, (size_t)(slash - text));
		prefix.address = parse_addr(world, address, 0);
		prefix.length = (uint8_t)(number(world, slash + 1) +
					  (addr_is_ipv4(&prefix.address) ? 96 : 0));
	} else {
		prefix.address = parse_addr(world, text, 0);
	}
	return prefix;
}

/* The address behind ADDR. */
static void increment(struct addr *addr)
{
	for (unsigned i = 16; i-- && !++addr->byte[i];)
		;
}

/* "ADDRESS" or "FIRST-LAST". */
static void parse_range(struct world *world, const char *text, struct list *list)
{
	char first[64] = {0};
	const char *dash = strchr(text, '-');
	struct addr at, last;

	if (!dash || (size_t)(dash - text) >= sizeof(first)) {
		at = parse_addr(world, text, 0);
		list_add(list, &at);
		return;
	}
	memcpy(first, text, (size_t)(dash - text));
	at = parse_addr(world, first, 0);
	last = parse_addr(world, dash + 1, 0);
	for (; addr_compare(&at, &last) <= 0 && list->count < MAX_SOURCES_RANGE; increment(&at))
		list_add(list, &at);
}

/* "{a b, 10.0.0.1-10.0.0.9}" */
static void parse_list(struct world *world, struct words *words, struct list *list)
{
	need_word(world, words, "{");
	while (!world->failed_line && !take_word(words, "}"))
		if (!take_word(words, ","))
			parse_range(world, next_word(words), list);
}

/* ---- messages ---- */

struct packet_options {
	struct damage damage;
	bool destination_set, no_router_alert;
	struct addr destination;
	unsigned ttl;
};

static bool parse_packet_option(struct world *world, struct words *words, unsigned vif,
				struct packet_options *options)
{
	struct damage *damage = &options->damage;
	const char *value, *colon;

	if ((value = option(words, "dst"))) {
		options->destination = parse_addr(world, value, vif);
		options->destination_set = true;
	} else if ((value = option(words, "ttl"))) {
		options->ttl = number(world, value);
	} else if ((value = option(words, "ra"))) {
		options->no_router_alert = !strcmp(value, "no");
	} else if ((value = option(words, "sum"))) {
		damage->checksum = !strcmp(value, "bad");
		damage->keep_checksum = !strcmp(value, "keep");
	} else if ((value = option(words, "tail"))) {
		damage->tail = number(world, value);
	} else if ((value = option(words, "cut"))) {
		damage->cut_set = true;
		damage->cut = number(world, value);
	} else if ((value = option(words, "poke"))) {
		colon = strchr(value, ':');
		if (!colon || damage->poke_count == 8) {
			world_fail(world, "expected poke=OFFSET:VALUE");
			return true;
		}
		damage->poke[damage->poke_count].offset = (unsigned)strtoul(value, NULL, 0);
		damage->poke[damage->poke_count++].value = (uint8_t)number(world, colon + 1);
	} else {
		return false;
	}
	return true;
}

static unsigned mantissa_bits(const struct world *world)
{
	return world->protocol == PROTOCOL_IGMP ? 4 : 12;
}

/* The Max Resp Code of a query. */
static unsigned response_code(const struct world *world, const struct message *message, int64_t ms)
{
	uint64_t value = (uint64_t)(world->protocol == PROTOCOL_IGMP ? ms / 100 : ms);

	if (world->protocol == PROTOCOL_IGMP && message->version == 1)
		return 0;
	if (message->version < newest_version(world->protocol))
		return (unsigned)value;
	return float_code(value, mantissa_bits(world));
}

static bool parse_query_option(struct world *world, struct words *words, struct message *message,
			       struct expectation *pattern, int64_t *response)
{
	const char *value;

	if (take_word(words, "s")) {
		message->suppress = true;
	} else if ((value = option(words, "mrt"))) {
		pattern->any_response = !strcmp(value, "*");
		*response = pattern->any_response ? 0 : seconds(world, value);
	} else if ((value = option(words, "qrv"))) {
		pattern->any_robustness = !strcmp(value, "*");
		message->robustness = pattern->any_robustness ? 0 : number(world, value);
	} else if ((value = option(words, "qqi"))) {
		pattern->any_interval = !strcmp(value, "*");
		message->interval_code =
			pattern->any_interval ? 0 : float_code(number(world, value), 4);
	} else if (!strcmp(peek_word(words), "v1") || !strcmp(peek_word(words), "v2") ||
		   !strcmp(peek_word(words), "v3")) {
		message->version = (unsigned)(next_word(words)[1] - '0');
	} else {
		return false;
	}
	return true;
}

/* [GROUP [{SOURCES}]] [s] [v1|v2|v3] [mrt=S] [qrv=N] [qqi=S]. What is not said is taken from
 * VALUES. */
static void parse_query(struct world *world, struct words *words, unsigned vif,
			struct expectation *pattern, const struct values *values,
			struct packet_options *options)
{
	struct message *message = &pattern->message;
	const char *code = NULL, *word;
	int64_t response = -1;

	message->kind = KIND_QUERY;
	message->version = values->version ? values->version : newest_version(world->protocol);
	message->robustness = values->robustness > 7 ? 0 : values->robustness;
	message->interval_code = float_code((uint64_t)values->query_interval / 1000, 4);
	while (words->at < words->count && !world->failed_line) {
		if (parse_query_option(world, words, message, pattern, &response) ||
		    (options && parse_packet_option(world, words, vif, options)))
			continue;
		if (!strcmp(peek_word(words), "{")) {
			parse_list(world, words, &message->source);
		} else if ((word = option(words, "code"))) {
			code = word;
		} else {
			message->group = parse_addr(world, next_word(words), vif);
		}
	}
	if (response < 0)
		response = addr_is_any(&message->group) ? values->query_response_interval
							: values->last_member_query_interval;
	message->response_code =
		code ? number(world, code) : response_code(world, message, response);
	if (message->version < newest_version(world->protocol))
		message->robustness = message->interval_code = 0;
}

static unsigned parse_record_type(struct world *world, const char *word)
{
	for (unsigned type = IS_IN; type <= BLOCK; type++)
		if (!strcmp(word, record_type_text(type)))
			return type;
	return number(world, word);
}

/* TYPE GROUP {SOURCES} [aux=N], for each group of a range. */
static void parse_record(struct world *world, struct words *words, struct expectation *pattern)
{
	unsigned type = parse_record_type(world, next_word(words)), aux = 0;
	struct list groups = {0}, sources = {0};
	const char *value;

	parse_range(world, next_word(words), &groups);
	if (take_word(words, "*"))
		pattern->any_list = true;
	else
		parse_list(world, words, &sources);
	if ((value = option(words, "aux")))
		aux = number(world, value);
	for (unsigned i = 0; i < groups.count; i++) {
		struct record *record = codec_add(&pattern->message, type, &groups.item[i]);

		record->aux = aux;
		for (unsigned s = 0; s < sources.count; s++)
			list_add(&record->source, &sources.item[s]);
	}
	free(groups.item);
	free(sources.item);
}

static void parse_report(struct world *world, struct words *words, unsigned vif,
			 struct expectation *pattern, struct packet_options *options)
{
	pattern->message.kind = KIND_REPORT;
	pattern->message.version = newest_version(world->protocol);
	while (words->at < words->count && !world->failed_line) {
		if (options && parse_packet_option(world, words, vif, options))
			continue;
		parse_record(world, words, pattern);
		take_word(words, "+");
	}
}

/* query ..., report ..., v1|v2|v3 ..., old GROUP, leave GROUP. */
static void parse_message(struct world *world, struct words *words, unsigned vif,
			  struct expectation *pattern, const struct values *values,
			  struct packet_options *options)
{
	struct message *message = &pattern->message;
	const char *word = next_word(words);
	unsigned newest = newest_version(world->protocol), version = newest - 1;

	if (!strcmp(word, "query")) {
		parse_query(world, words, vif, pattern, values, options);
		return;
	}
	if (word[0] == 'v' && word[1] >= '1' && word[1] <= '3' && !word[2])
		version = (unsigned)(word[1] - '0');
	else if (strcmp(word, "report") && strcmp(word, "old") && strcmp(word, "leave"))
		world_fail(world, "expected a message, got \"%s\"", word);
	if (version == newest || !strcmp(word, "report")) {
		parse_report(world, words, vif, pattern, options);
		return;
	}
	message->kind = strcmp(word, "leave") ? KIND_OLD_REPORT : KIND_LEAVE;
	message->version = version;
	message->group = parse_addr(world, next_word(words), vif);
	while (options && parse_packet_option(world, words, vif, options))
		;
}

static struct addr destination_of(const struct world *world, const struct message *message)
{
	bool igmp = world->protocol == PROTOCOL_IGMP;
	struct addr addr = message->group;
	const char *text = NULL;

	if (message->kind == KIND_REPORT)
		text = igmp ? "224.0.0.22" : "ff02::16";
	else if (message->kind == KIND_LEAVE)
		text = igmp ? "224.0.0.2" : "ff02::2";
	else if (addr_is_any(&message->group))
		text = igmp ? "224.0.0.1" : "ff02::1";
	if (text)
		number_to_addr(text, &addr);
	return addr;
}

/* ---- statements that happen ---- */

static size_t parse_raw(struct world *world, struct words *words, unsigned vif,
			struct packet_options *options, uint8_t *buf)
{
	size_t length = 0;

	while (words->at < words->count && !world->failed_line && length < MESSAGE_MAX)
		if (!parse_packet_option(world, words, vif, options)) {
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
	struct packet_options options = {.ttl = 1};
	struct expectation pattern = {0};
	uint8_t buf[MESSAGE_MAX];
	bool raw;

	raw = take_word(words, "raw");
	if (raw) {
		packet.length = parse_raw(world, words, vif, &options, buf);
		pattern.message.kind = KIND_REPORT;
	} else {
		parse_message(world, words, vif, &pattern, &defaults, &options);
	}
	packet.destination = options.destination_set ? options.destination
						     : destination_of(world, &pattern.message);
	packet.length = raw ? codec_finish(world->protocol, &packet.source, &packet.destination,
					   &options.damage, buf, packet.length)
			    : codec_encode(world->protocol, &pattern.message, &packet.source,
					   &packet.destination, &options.damage, buf);
	packet.ttl = (uint8_t)options.ttl;
	packet.router_alert = !options.no_router_alert;
	/* Exactly as long as it is, so that a sanitizer sees each octet read behind it. */
	uint8_t *exact = malloc(packet.length ? packet.length : 1);

	if (!exact)
		abort();
	memcpy(exact, buf, packet.length);
	packet.data = exact;
	codec_free(&pattern.message);
	if (!world->failed_line)
		proxy_packet(world->proxy, world->now, &packet);
	free(exact);
	world_settle(world);
}

/* [may] tx [within A..B] [spread | spread=N] INTERFACE MESSAGE */
static void run_tx(struct world *world, struct words *words, bool optional)
{
	struct expectation pattern = {.line = world->line, .optional = optional};
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
	parse_message(world, words, pattern.vif, &pattern, &world->node[pattern.vif].values, NULL);
	if (world->expectation_count == world->expectation_room) {
		world->expectation_room =
			world->expectation_room ? 2 * world->expectation_room : 32;
		world->expectation =
			realloc(world->expectation, world->expectation_room * sizeof(pattern));
		if (!world->expectation)
			abort();
	}
	world->expectation[world->expectation_count++] = pattern;
	world->assertions += !optional;
}

static void run_may(struct world *world, struct words *words)
{
	need_word(world, words, "tx");
	run_tx(world, words, true);
}

static void run_expected_tx(struct world *world, struct words *words)
{
	run_tx(world, words, false);
}

/* The addresses that an interface has unless the transcript says otherwise. */
static void default_addresses(struct world *world, unsigned vif)
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

static void set_up(struct world *world, unsigned vif)
{
	world->node[vif].state.up = true;
	world->node[vif].state.exists = true;
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
static void run_up(struct world *world, struct words *words)
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
	if (world->interface[vif].upstream && (!was_up || !addr_equal(&address, &state->address)))
		world_forget_views(world);
	tell_interface(world, vif);
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

static void run_hold(struct world *world, struct words *words)
{
	(void)words;
	world->holding = true;
}

static void run_release(struct world *world, struct words *words)
{
	(void)words;
	world->holding = false;
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
	for (unsigned i = 0; i < world->config.interface_count; i++)
		if (!strcmp(name, "*") || i == interface_named(world, name))
			world->node[i].ignored = ignored ? world->node[i].ignored | bits
							 : world->node[i].ignored & ~bits;
}

static void run_ignore(struct world *world, struct words *words)
{
	run_ignore_as(world, words, true);
}

static void run_heed(struct world *world, struct words *words)
{
	run_ignore_as(world, words, false);
}

/* silence SECONDS: the clock runs on, and what is sent then fails as unexpected. */
static void run_silence(struct world *world, struct words *words)
{
	world_advance(world, world->now + seconds(world, next_word(words)));
	world->assertions++;
}

/* audit off */
static void run_audit(struct world *world, struct words *words)
{
	need_word(world, words, "off");
	world->no_audit = true;
}

/* ---- statements that look ---- */

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
	return world_time_text(expires - world->now);
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
			    (!held->upstream && (expires > world->now) != running) ||
			    (equals && !same_time(world, equals + 1, expires)))
				right = false;
		}
		free(list.item);
	}
	return right;
}

/* group INTERFACE GROUP [static] INCLUDE {A}; EXCLUDE {X} / {Y} (upstream: EXCLUDE {Y}) [timer=S]
 * [version=N] */
static void run_group(struct world *world, struct words *words)
{
	unsigned vif = interface_named(world, next_word(words)), count = 0;
	struct addr group = parse_addr(world, next_word(words), vif);
	bool permanent = take_word(words, "static");
	bool right, exclude = take_word(words, "EXCLUDE");
	struct snapshot snapshot;
	const struct held *held;
	const char *value;

	if (!exclude)
		need_word(world, words, "INCLUDE");
	snapshot_take(world, &snapshot);
	held = snapshot_find(&snapshot, vif, &group, permanent);
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
	world->assertions++;
}

/* nogroup INTERFACE GROUP */
static void run_nogroup(struct world *world, struct words *words)
{
	unsigned vif = interface_named(world, next_word(words));
	struct addr group = parse_addr(world, next_word(words), vif);
	struct snapshot snapshot;
	const struct held *held;

	snapshot_take(world, &snapshot);
	held = snapshot_find(&snapshot, vif, &group, false);
	if (held)
		world_fail(world, "expected no such group, got %s", held_text(world, held));
	snapshot_free(&snapshot);
	world->assertions++;
}

/* (SOURCE,GROUP) */
static void parse_key(struct world *world, struct words *words, struct route *route)
{
	need_word(world, words, "(");
	route->source = parse_addr(world, next_word(words), 0);
	need_word(world, words, ",");
	route->group = parse_addr(world, next_word(words), 0);
	need_word(world, words, ")");
}

static uint32_t parse_outputs(struct world *world, struct words *words)
{
	uint32_t outputs = 0;

	need_word(world, words, "->");
	while (words->at < words->count && !world->failed_line)
		outputs |= 1U << interface_named(world, next_word(words));
	return outputs;
}

/* route (SOURCE,GROUP) INPUT -> OUTPUT... */
static void run_route(struct world *world, struct words *words)
{
	struct route expected = {0};
	const struct route *got;

	parse_key(world, words, &expected);
	expected.input = interface_named(world, next_word(words));
	expected.outputs = parse_outputs(world, words);
	got = world_find_route(world, &expected.source, &expected.group, PROXY_VIFS);
	if (!got || got->input != expected.input || got->outputs != expected.outputs)
		world_fail(world, "expected %s, got %s", world_route_text(world, &expected),
			   got ? world_route_text(world, got) : "no such route");
	world->assertions++;
}

/* noroute (SOURCE,GROUP) */
static void run_noroute(struct world *world, struct words *words)
{
	struct route key = {0};
	const struct route *got;

	parse_key(world, words, &key);
	got = world_find_route(world, &key.source, &key.group, PROXY_VIFS);
	if (got)
		world_fail(world, "expected no route, got %s", world_route_text(world, got));
	world->assertions++;
}

/* routes N: routes of groups, without those that keep SSDP at home; routes none: none at all */
static void run_routes(struct world *world, struct words *words)
{
	bool none = take_word(words, "none");
	unsigned expected = none ? 0 : number(world, next_word(words)), got = 0;

	for (unsigned i = 0; i < world->route_count; i++) {
		const struct addr *group = &world->route[i].group;

		got += none || !(addr_is_any(group) || addr_is_discovery(group));
	}
	if (got != expected)
		world_fail(world, "expected %u routes, got %u", expected, got);
	world->assertions++;
}

/* forward INTERFACE SOURCE GROUP -> INTERFACE...: what the kernel does with such a packet. */
static void run_forward(struct world *world, struct words *words)
{
	struct route expected = {0}, got;

	expected.input = interface_named(world, next_word(words));
	expected.source = parse_addr(world, next_word(words), expected.input);
	expected.group = parse_addr(world, next_word(words), expected.input);
	expected.outputs = parse_outputs(world, words);
	got = expected;
	got.outputs = world_forward(world, expected.input, &expected.source, &expected.group);
	if (got.outputs != expected.outputs)
		world_fail(world, "expected to forward %s, got %s",
			   world_route_text(world, &expected), world_route_text(world, &got));
	world->assertions++;
}

/* counter INTERFACE NAME VALUE */
static void run_counter(struct world *world, struct words *words)
{
	unsigned vif = interface_named(world, next_word(words));
	const char *name = next_word(words);
	unsigned long long expected = number(world, next_word(words)), got;
	struct proxy_interface_status status;
	unsigned i;

	proxy_interface_status(world->proxy, world->now, vif, &status);
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
	world->assertions++;
}

/* querier INTERFACE yes | no | ADDRESS: are we, are we not, who is or asked last */
static void run_querier(struct world *world, struct words *words)
{
	unsigned vif = interface_named(world, next_word(words));
	const char *word = next_word(words);
	struct proxy_interface_status status;
	struct addr other;
	bool right;

	proxy_interface_status(world->proxy, world->now, vif, &status);
	if (!strcmp(word, "yes") || !strcmp(word, "no")) {
		right = status.querier == !strcmp(word, "yes");
	} else {
		other = parse_addr(world, word, vif);
		right = !status.querier &&
			(addr_equal(&status.other_querier, &other) ||
			 (addr_is_any(&other) && addr_is_any(&status.other_querier)));
	}
	if (!right)
		world_fail(world, "expected querier %s, got %s, %s", word,
			   status.querier ? "yes" : "no", addr_text(&status.other_querier));
	world->assertions++;
}

/* value INTERFACE version|robustness|query-interval N: what is in force */
static void run_value(struct world *world, struct words *words)
{
	unsigned vif = interface_named(world, next_word(words));
	const char *name = next_word(words);
	const char *text = next_word(words);
	int64_t expected, got;
	struct proxy_interface_status status;

	proxy_interface_status(world->proxy, world->now, vif, &status);
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
	world->assertions++;
}

/* wakeups N: not more deadlines than N have passed since the last such statement */
static void run_wakeups(struct world *world, struct words *words)
{
	unsigned limit = number(world, next_word(words));

	if (world->wakeups > limit)
		world_fail(world, "expected at most %u wake-ups, got %u", limit, world->wakeups);
	world->wakeups = 0;
	world->assertions++;
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
	world->assertions++;
}

/* ---- the configuration ---- */

static uint32_t set_list(struct world *world, struct words *words, struct prefix *list)
{
	uint32_t count = 0;

	while (words->at < words->count && count < INTERFACE_LIST)
		list[count++] = parse_prefix(world, next_word(words));
	return count;
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

static void set_interface(struct world *world, struct words *words, unsigned vif)
{
	struct proxy_interface_config *config = &world->interface[vif];

	if (set_value(world, words, vif))
		return;
	if (take_word(words, "querier")) {
		const char *word = next_word(words);

		config->querier = !strcmp(word, "always")  ? QUERIER_ALWAYS
				  : !strcmp(word, "never") ? QUERIER_NEVER
							   : QUERIER_AUTO;
	} else if (take_word(words, "router-alert")) {
		config->router_alert_strict = !strcmp(next_word(words), "strict");
	} else if (take_word(words, "max-groups")) {
		config->max_groups = number(world, next_word(words));
	} else if (take_word(words, "max-sources")) {
		config->max_sources = number(world, next_word(words));
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
static void run_set(struct world *world, struct words *words)
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
static void run_rpf(struct world *world, struct words *words)
{
	struct reverse_path *path = &world->reverse_path[world->reverse_path_count];

	if (world->reverse_path_count == INTERFACE_LIST)
		return;
	path->source = parse_addr(world, next_word(words), 0);
	path->vif = interface_named(world, next_word(words));
	world->reverse_path_count++;
}

/* What RFC 3376 section 8 and RFC 3810 section 9 make of what is set. */
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

/* config igmp|mld|both [UP...] ==> DOWN...: a new world. */
static void run_config(struct world *world, struct words *words)
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

/* ---- a case ---- */

struct statement {
	const char *name;
	void (*run)(struct world *, struct words *);
	bool setup; /* before the clock starts, too */
};

static const struct statement statements[] = {
	{"config", run_config, true},
	{"set", run_set, true},
	{"rpf", run_rpf, true},
	{"ignore", run_ignore, true},
	{"heed", run_heed, true},
	{"audit", run_audit, true},
	{"up", run_up, true},
	{"down", run_down, true},
	{"rx", run_rx, false},
	{"tx", run_expected_tx, false},
	{"may", run_may, false},
	{"upcall", run_upcall, false},
	{"hold", run_hold, false},
	{"release", run_release, false},
	{"shutdown", run_shutdown, false},
	{"silence", run_silence, false},
	{"group", run_group, false},
	{"nogroup", run_nogroup, false},
	{"route", run_route, false},
	{"noroute", run_noroute, false},
	{"routes", run_routes, false},
	{"forward", run_forward, false},
	{"counter", run_counter, false},
	{"querier", run_querier, false},
	{"value", run_value, false},
	{"wakeups", run_wakeups, false},
	{"deadline", run_deadline, false},
};

static const struct statement *statement_named(const char *name)
{
	for (unsigned i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (!strcmp(statements[i].name, name))
			return &statements[i];
	return NULL;
}

static void start(struct world *world)
{
	if (world->proxy)
		return;
	for (unsigned i = 0; i < world->config.interface_count; i++)
		world->node[i].values =
			effective_values(world->protocol, &world->interface[i].values);
	world_start(world);
}

/* at TIME | at +SECONDS: the clock runs there. */
static void run_at(struct world *world, struct words *words)
{
	bool relative = take_word(words, "+");
	int64_t time = seconds(world, next_word(words)) + (relative ? world->now : WORLD_EPOCH);

	if (time < world->now)
		world_fail(world, "the clock does not go back");
	else
		world_advance(world, time);
}

static void run_line(struct world *world, const char *line)
{
	static struct words words;
	const struct statement *statement;

	split(&words, line);
	if (!words.count)
		return;
	if (world->verbose)
		printf("%s:%u: %s", world->file, world->line, line);
	statement = statement_named(peek_word(&words));
	if (!statement || !statement->setup)
		start(world);
	if (take_word(&words, "at")) {
		run_at(world, &words);
		if (words.at == words.count || world->failed_line)
			return;
		statement = statement_named(peek_word(&words));
	}
	if (!statement) {
		world_fail(world, "no statement \"%s\"", peek_word(&words));
		return;
	}
	words.at++;
	statement->run(world, &words);
	if (words.at < words.count)
		world_fail(world, "expected the end of the line, got \"%s\"", peek_word(&words));
}

/* ---- expectations against what was sent ---- */

static bool same_record(const struct record *expected, const struct record *got, bool any_list)
{
	return expected->type == got->type && addr_equal(&expected->group, &got->group) &&
	       (any_list || list_equal(&expected->source, &got->source));
}

/* The same records, in any order. */
static bool same_records(const struct expectation *expectation, const struct message *got)
{
	const struct message *expected = &expectation->message;

	if (expected->record_count != got->record_count)
		return false;
	for (unsigned i = 0; i < expected->record_count; i++) {
		unsigned k = 0;

		while (k < got->record_count &&
		       !same_record(&expected->record[i], &got->record[k], expectation->any_list))
			k++;
		if (k == got->record_count)
			return false;
	}
	return true;
}

static bool matches(const struct expectation *expectation, const struct output *output)
{
	const struct message *expected = &expectation->message, *got = &output->message;

	if (expectation->vif != output->vif || output->time <= expectation->after ||
	    output->time > expectation->until || expected->kind != got->kind ||
	    expected->version != got->version)
		return false;
	if (got->kind == KIND_REPORT)
		return expectation->spread || same_records(expectation, got);
	if (!addr_equal(&expected->group, &got->group) &&
	    !(addr_is_any(&expected->group) && addr_is_any(&got->group)))
		return false;
	return got->kind != KIND_QUERY ||
	       (expected->suppress == got->suppress &&
		(expectation->any_response || expected->response_code == got->response_code) &&
		(expectation->any_robustness || expected->robustness == got->robustness) &&
		(expectation->any_interval || expected->interval_code == got->interval_code) &&
		list_equal(&expected->source, &got->source));
}

static bool is_subset(const struct list *part, const struct list *whole)
{
	for (unsigned i = 0; i < part->count; i++)
		if (!list_has(whole, &part->item[i]))
			return false;
	return true;
}

/* Takes GOT out of what is still missing, if it is some of it: a record, or a part of one whose
 * list may be divided (RFC 3376 section 4.2.16). */
static bool take_part(struct message *missing, const struct record *got)
{
	for (unsigned i = 0; i < missing->record_count; i++) {
		struct record *record = &missing->record[i];
		bool divided = got->source.count && got->type != IS_EX && got->type != TO_EX;

		if (record->type != got->type || !addr_equal(&record->group, &got->group))
			continue;
		if (!same_record(record, got, false) &&
		    !(divided && is_subset(&got->source, &record->source)))
			continue;
		for (unsigned k = 0; k < got->source.count; k++)
			list_remove(&record->source, &got->source.item[k]);
		if (!record->source.count) {
			free(record->source.item);
			*record = missing->record[--missing->record_count];
		}
		return true;
	}
	return false;
}

static bool take_spread(struct expectation *expectation, const struct output *output)
{
	for (unsigned i = 0; i < output->message.record_count; i++)
		if (!take_part(&expectation->message, &output->message.record[i]))
			return false;
	if (output->time != expectation->last_moment && expectation->moments)
		expectation->moments--;
	expectation->last_moment = output->time;
	expectation->met = !expectation->message.record_count && !expectation->moments;
	return true;
}

/* The expectation that ends first takes it. */
static void take(struct world *world, struct output *output)
{
	struct expectation *best = NULL;

	for (unsigned i = 0; i < world->expectation_count; i++) {
		struct expectation *expectation = &world->expectation[i];

		if (!expectation->met && matches(expectation, output) &&
		    (!best || expectation->until < best->until))
			best = expectation;
	}
	if (!best)
		return;
	if (best->spread) {
		output->taken = take_spread(best, output);
	} else {
		best->met = output->taken = true;
	}
}

/* What was sent on VIF in the window and nobody expected. */
static const char *candidates(const struct world *world, const struct expectation *expectation)
{
	static char text[FAILURE_TEXT / 2];
	char one[MESSAGE_TEXT];
	size_t length = 0;

	snprintf(text, sizeof(text), "nothing");
	for (unsigned i = 0; i < world->output_count && length < sizeof(text) / 2; i++) {
		const struct output *output = &world->output[i];

		if (output->vif != expectation->vif || output->taken ||
		    output->time <= expectation->after - 2000 ||
		    output->time > expectation->until + 2000)
			continue;
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%sat %s %.400s",
					   length ? ", " : "",
					   world_time_text(output->time - WORLD_EPOCH),
					   codec_text(world->protocol, &output->message, one));
	}
	return text;
}

static void check_expectations(struct world *world)
{
	char text[MESSAGE_TEXT];

	for (unsigned i = 0; i < world->output_count; i++)
		take(world, &world->output[i]);
	for (unsigned i = 0; i < world->expectation_count && !world->failed_line; i++) {
		const struct expectation *expectation = &world->expectation[i];

		if (expectation->met || expectation->optional)
			continue;
		world->line = expectation->line;
		world_fail(world, "expected from %s to %s on %s %.400s, got %s",
			   world_time_text(expectation->after - WORLD_EPOCH),
			   world_time_text(expectation->until - WORLD_EPOCH),
			   world->node[expectation->vif].name,
			   codec_text(world->protocol, &expectation->message, text),
			   candidates(world, expectation));
	}
	for (unsigned i = 0; i < world->output_count && !world->failed_line; i++) {
		const struct output *output = &world->output[i];

		if (!output->taken && !output->ignorable)
			world_fail(world, "expected nothing, got at %s on %s %.400s",
				   world_time_text(output->time - WORLD_EPOCH),
				   world->node[output->vif].name,
				   codec_text(world->protocol, &output->message, text));
	}
}

/* Runs on until no expectation can be met any more. */
static void finish_case(struct world *world)
{
	int64_t end = world->now;

	start(world);
	if (world->failed_line)
		return;
	for (unsigned i = 0; i < world->expectation_count; i++)
		if (world->expectation[i].until > end)
			end = world->expectation[i].until;
	world_advance(world, end);
	if (!world->failed_line)
		check_expectations(world);
	if (!world->assertions)
		world_fail(world, "this case asserts nothing");
}

/* ---- a file ---- */

struct transcript {
	const char *name;
	char **line;
	unsigned count;
};

static bool transcript_read(struct transcript *transcript, const char *name)
{
	static char buf[LINE_MAX_LENGTH];
	FILE *file = fopen(name, "r");

	*transcript = (struct transcript){.name = name};
	if (!file)
		return false;
	while (fgets(buf, sizeof(buf), file)) {
		transcript->line = realloc(transcript->line,
					   (transcript->count + 1) * sizeof(*transcript->line));
		if (!transcript->line)
			abort();
		transcript->line[transcript->count++] = strdup(buf);
	}
	fclose(file);
	return true;
}

static void transcript_free(struct transcript *transcript)
{
	for (unsigned i = 0; i < transcript->count; i++)
		free(transcript->line[i]);
	free(transcript->line);
}

static bool is_case(const char *line)
{
	return !strncmp(line, "config ", 7);
}

/* The lines from FIRST up to LAST as one case of PROTOCOL. */
static bool play_case(const struct transcript *transcript, unsigned first, unsigned last,
		      enum protocol protocol, bool verbose)
{
	struct world *world = calloc(1, sizeof(*world));
	bool right;

	if (!world)
		abort();
	world->file = transcript->name;
	world->protocol = protocol;
	world->verbose = verbose;
	for (unsigned i = first; i < last && !world->failed_line; i++) {
		world->line = i + 1;
		run_line(world, transcript->line[i]);
	}
	if (!world->failed_line)
		finish_case(world);
	right = !world->failed_line;
	if (!right)
		printf("not ok %s:%u: %s: %s\n", transcript->name, world->failed_line,
		       protocol == PROTOCOL_IGMP ? "igmp" : "mld", world->failure);
	world_free(world);
	return right;
}

static bool play(const char *name, bool verbose)
{
	struct transcript transcript;
	unsigned first = 0, last, cases = 0;
	bool right = true;

	if (!transcript_read(&transcript, name)) {
		printf("not ok %s:0: cannot be read\n", name);
		return false;
	}
	for (; first < transcript.count && right; first = last) {
		const char *line = transcript.line[first];

		for (last = first + 1; last < transcript.count; last++)
			if (is_case(transcript.line[last]))
				break;
		if (!is_case(line))
			continue;
		cases++;
		if (strncmp(line + 7, "mld ", 4))
			right = play_case(&transcript, first, last, PROTOCOL_IGMP, verbose);
		if (right && strncmp(line + 7, "igmp ", 5))
			right = play_case(&transcript, first, last, PROTOCOL_MLD, verbose);
	}
	if (right && !cases) {
		printf("not ok %s:1: expected a config line, got none\n", name);
		right = false;
	}
	if (right)
		printf("ok %s\n", name);
	transcript_free(&transcript);
	return right;
}

int main(int argc, char **argv)
{
	bool verbose = argc > 1 && !strcmp(argv[1], "-v");
	int first = 1 + verbose, failed = 0;

	if (argc <= first) {
		fputs("usage: replay [-v] FILE...\n", stderr);
		return 2;
	}
	for (int i = first; i < argc; i++)
		failed += !play(argv[i], verbose);
	return failed != 0;
}
