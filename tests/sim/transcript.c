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

	snprintf(text, sizeof(text), "at %s ", sim_time_text(at));
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

static void say_values(struct router *router, unsigned vif, const struct values *values)
{
	const struct {
		const char *key;
		unsigned value;
		bool interval;
	} key[] = {
		{"version", values->version, false},
		{"robustness", values->robustness, false},
		{"last-member-query-count", values->last_member_query_count, false},
		{"startup-query-count", values->startup_query_count, false},
		{"query-interval", (unsigned)values->query_interval, true},
		{"query-response-interval", (unsigned)values->query_response_interval, true},
		{"last-member-query-interval", (unsigned)values->last_member_query_interval, true},
		{"startup-query-interval", (unsigned)values->startup_query_interval, true},
		{"unsolicited-report-interval", (unsigned)values->unsolicited_report_interval,
		 true}};

	for (unsigned i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (key[i].value && key[i].interval)
			say(router, "set if%u %s %s\n", vif, key[i].key,
			    sim_time_text(key[i].value));
		else if (key[i].value)
			say(router, "set if%u %s %u\n", vif, key[i].key, key[i].value);
	if (values->rfc3376_timers)
		say(router, "set if%u rfc3376-timers on\n", vif);
}

static void say_settings(struct router *router, unsigned vif)
{
	const struct proxy_interface_config *config = &router->now.interface[vif];
	unsigned igmp = router->sim->protocol == PROTOCOL_IGMP ? 96 : 0;

	say_values(router, vif, &config->values);
	if (config->querier != QUERIER_AUTO)
		say(router, "set if%u querier %s\n", vif,
		    config->querier == QUERIER_ALWAYS ? "always" : "never");
	if (config->router_alert_strict)
		say(router, "set if%u router-alert strict\n", vif);
	if (config->max_groups)
		say(router, "set if%u max-groups %u\n", vif, config->max_groups);
	if (config->max_sources)
		say(router, "set if%u max-sources %u\n", vif, config->max_sources);
	if (config->max_total_sources)
		say(router, "set if%u max-total-sources %u\n", vif, config->max_total_sources);
	if (config->max_hosts)
		say(router, "set if%u max-hosts %u\n", vif, config->max_hosts);
	if (config->quick_leave)
		say(router, "set if%u quick-leave %s\n", vif,
		    config->quick_leave == QUICK_LEAVE_ON ? "on" : "tracked");
	if (config->report_interval)
		say(router, "set if%u report-interval %s\n", vif,
		    sim_time_text(config->report_interval));
	for (size_t i = 0; i < config->accept_from_count; i++)
		say(router, "set if%u accept-from %s/%u\n", vif,
		    addr_text(&config->accept_from[i].address),
		    config->accept_from[i].length - igmp);
	for (size_t i = 0; i < config->static_join_count; i++)
		say(router, "set if%u static-join %s %s\n", vif,
		    addr_text(&config->static_join[i].group),
		    addr_is_any(&config->static_join[i].source)
			    ? ""
			    : addr_text(&config->static_join[i].source));
}

void transcript_start(struct sim *sim, struct router *router)
{
	if (!sim->transcribe)
		return;
	router->transcript_length = 0;
	router->transcript_at = router_clock(router);
	say(router, "config %s", sim->protocol == PROTOCOL_IGMP ? "igmp" : "mld");
	if (!router->has_upstream)
		say(router, " ==>");
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		say(router, " if%u%s", vif, vif < router->has_upstream ? " ==>" : "");
	say(router, "\n");
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		say_settings(router, vif);
	if (router->now.config.max_routes)
		say(router, "set max-routes %u\n", router->now.config.max_routes);
	if (router->now.config.ssdp_upstream)
		say(router, "set ssdp-upstream yes\n");
	if (router->has_upstream && !router->no_reverse_path)
		for (unsigned source = 0; source < SOURCES; source++) {
			struct addr addr = sim_source(sim, source);

			say(router, "rpf %s if0\n", addr_text(&addr));
		}
	for (unsigned vif = 0; vif < router->vif_count; vif++)
		say(router, "%s\n", interface_text(router, &router->state[vif]));
	say(router, "ignore * all\n");
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
