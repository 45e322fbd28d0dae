/* SPDX-License-Identifier: MIT */
/*
 * What one router went through, in the language of tests/replay/README.md, so that a difference
 * between it and its model can be looked at without the rest of the world. Answers leave at other
 * times there: chance is another one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "tests/model/settings.h"

static void append(struct router *router, const char *text)
{
	size_t length = strlen(text);

	if (router->transcript_length + length + 1 > router->transcript_room) {
		router->transcript_room = 2 * (router->transcript_room + length + 1);
		router->transcript = realloc(router->transcript, router->transcript_room);
		if (!router->transcript)
			abort();
	}
	memcpy(router->transcript + router->transcript_length, text, length + 1);
	router->transcript_length += length;
}

static void pass_time(struct router *router)
{
	char text[64];
	int64_t at = router_clock(router) - router->transcript_at;

	snprintf(text, sizeof(text), "at %s ", time_text(at));
	append(router, text);
}

void transcript_line(struct router *router, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	if (!router->sim->transcribe)
		return;
	pass_time(router);
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	append(router, text);
	append(router, "\n");
}

static const char *interface_text(const struct router *router, const struct interface_state *state)
{
	static char text[256];
	bool igmp = router->sim->protocol == PROTOCOL_IGMP;
	size_t length = 0;

	if (!state->up) {
		snprintf(text, sizeof(text), "down if%u%s", state->vif,
			 state->exists ? "" : " gone");
		return text;
	}
	length = (size_t)snprintf(text, sizeof(text), "up if%u", state->vif);
	if (addr_is_any(&state->address))
		length += (size_t)snprintf(text + length, sizeof(text) - length, " none");
	for (size_t i = 0; i < state->prefix_count && length < sizeof(text); i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, " %s/%u",
					   addr_text(&state->prefix[i].address),
					   state->prefix[i].length - (igmp ? 96U : 0));
	return text;
}

void transcript_interface(struct router *router, const struct interface_state *state)
{
	transcript_line(router, "%s", interface_text(router, state));
}

void transcript_upcall(struct router *router, unsigned vif, unsigned source, unsigned group)
{
	struct addr from = sim_source(router->sim, source), to = sim_group(router->sim, group);

	transcript_line(router, "upcall wrongvif if%u %s %s", vif, addr_text(&from),
			addr_text(&to));
}

void transcript_data(struct router *router, unsigned vif, const struct addr *from,
		     const struct addr *to)
{
	if (model_is_per_source(router->model))
		transcript_line(router, "data if%u %s %s", vif, addr_text(from), addr_text(to));
}

static void say(struct router *router, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void say(struct router *router, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	append(router, text);
}

static void say_settings(struct router *router, unsigned vif, enum side side)
{
	const struct proxy_interface_config *config = &router->now->setting[vif];
	char name[24], text[64];
	const char *key;
	unsigned igmp = router->sim->protocol == PROTOCOL_IGMP ? 96 : 0;

	snprintf(name, sizeof(name), "%s:if%u", side == UP ? "up" : "down", vif);
	for (unsigned i = 0; (key = settings_text(config, i, text)); i++)
		if (*key)
			say(router, "set %s %s\n", name, key);
	if (side == UP)
		return;
	for (size_t i = 0; i < config->accept_from_count; i++)
		say(router, "set %s accept-from %s/%u\n", name,
		    addr_text(&config->accept_from[i].address),
		    config->accept_from[i].length - igmp);
	for (size_t i = 0; i < config->static_join_count; i++)
		say(router, "set %s static-join %s %s\n", name,
		    addr_text(&config->static_join[i].group),
		    addr_is_any(&config->static_join[i].source)
			    ? ""
			    : addr_text(&config->static_join[i].source));
}

static void say_range(struct router *router, const struct addr range[2])
{
	unsigned zeros = 0, ones = 0;

	for (unsigned i = 0; i < 16; i++) {
		zeros += !range[0].byte[i];
		ones += range[1].byte[i] == 255;
	}
	if (zeros == 16 && ones == 16)
		append(router, "*");
	else if (addr_equal(&range[0], &range[1]))
		append(router, addr_text(&range[0]));
	else
		say(router, "%s-%s", zeros == 16 ? "*" : addr_text(&range[0]),
		    ones == 16 ? "*" : addr_text(&range[1]));
}

static void say_rules(struct router *router, unsigned vif, enum side side, enum direction direction,
		      bool anew)
{
	const struct rules *rules = &router->now->rules[side][vif][direction];
	bool none = !rules->count && !rules->whitelist;

	if (none && !anew)
		return;
	say(router, "filter %s:if%u %s %s", side == UP ? "up" : "down", vif,
	    direction == IN ? "in" : "out",
	    none	       ? "none"
	    : rules->whitelist ? "whitelist"
			       : "blacklist");
	for (unsigned i = 0; i < rules->count; i++) {
		const struct filter_rule *rule = &rules->rule[i];

		append(router, " ");
		if (rule->vif < PROXY_VIFS)
			say(router, "if%u", rule->vif);
		append(router, "(");
		say_range(router, rule->group);
		append(router, "|");
		say_range(router, rule->source);
		append(router, ")");
	}
	append(router, "\n");
}

static void say_instance(struct router *router)
{
	const struct proxy_config *config = &router->now->config;

	if (config->max_routes)
		say(router, "set max-routes %u\n", config->max_routes);
	if (config->ssdp_upstream)
		say(router, "set ssdp-upstream yes\n");
	if (config->out_first)
		say(router, "set matching out first\n");
	if (config->mutex)
		say(router, "set matching in mutex %s\n", time_text(config->mutex));
	if (config->per_source)
		say(router, "set forwarding per-source\n");
}

static void say_configuration(struct router *router, bool anew)
{
	for (unsigned vif = 0; vif < router->vif_count; vif++) {
		for (enum side side = DOWN; side < SIDES; side++)
			if (router_has(router, vif, side))
				say_settings(router, vif, side);
		for (enum side side = DOWN; side < SIDES; side++)
			for (enum direction direction = IN; direction < DIRECTIONS; direction++)
				if (router_has(router, vif, side))
					say_rules(router, vif, side, direction, anew);
	}
	say_instance(router);
}

static void say_interfaces(struct router *router)
{
	for (unsigned i = 0; i < router->now->order_count; i++)
		say(router, " if%u", router->now->order[i]);
	append(router, " ==>");
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (router_has(router, vif, DOWN))
			say(router, " if%u", vif);
	append(router, "\n");
}

void transcript_start(struct sim *sim, struct router *router)
{
	if (!sim->transcribe)
		return;
	router->transcript_length = 0;
	router->transcript_at = router_clock(router);
	say(router, "config %s", sim->protocol == PROTOCOL_IGMP ? "igmp" : "mld");
	say_interfaces(router);
	say_configuration(router, false);
	for (unsigned source = 0; source < SOURCES; source++) {
		struct addr addr = sim_source(sim, source);
		unsigned vif = router_reverse_path(router, &addr);

		if (vif < PROXY_VIFS)
			say(router, "rpf %s if%u\n", addr_text(&addr), vif);
	}
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		if (router_has(router, vif, UP) || router_has(router, vif, DOWN))
			say(router, "%s\n", interface_text(router, &router->state[vif]));
	append(router, "ignore * all\n");
}

/* A value that is back at its default cannot be said. */
void transcript_reload(struct router *router, const char *how)
{
	if (!router->sim->transcribe)
		return;
	pass_time(router);
	append(router, "interfaces");
	say_interfaces(router);
	say_configuration(router, true);
	say(router, "%s\n", how);
}

void transcript_packet(struct router *router, unsigned vif, const struct packet *packet,
		       const struct frame *frame)
{
	char text[MESSAGE_TEXT];

	if (!router->sim->transcribe)
		return;
	pass_time(router);
	say(router, "rx if%u %s raw", vif, addr_text(&packet->source));
	for (size_t i = 0; i < packet->length; i++)
		say(router, " %02x", packet->data[i]);
	say(router, " dst=%s", addr_text(&packet->destination));
	if (packet->ttl != 1)
		say(router, " ttl=%u", packet->ttl);
	if (!packet->router_alert)
		say(router, " ra=no");
	append(router, " sum=keep # ");
	append(router,
	       frame->spoilt ? "spoilt" : codec_text(router->sim->protocol, &frame->message, text));
	append(router, "\n");
}
