/* SPDX-License-Identifier: MIT */
/* The clock of the world, and what happens at each of its moments; see sim.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

void sim_fail(struct sim *sim, const char *kind, const char *format, ...)
{
	va_list arguments;

	if (*sim->kind)
		return;
	snprintf(sim->kind, sizeof(sim->kind), "%s", kind);
	snprintf(sim->failure, sizeof(sim->failure), "at %s: ", time_text(sim->now));
	va_start(arguments, format);
	vsnprintf(sim->failure + strlen(sim->failure), sizeof(sim->failure) - strlen(sim->failure),
		  format, arguments);
	va_end(arguments);
}

void sim_say(const struct sim *sim, const char *format, ...)
{
	va_list arguments;

	if (!sim->verbose)
		return;
	printf("%10s ", time_text(sim->now));
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

uint64_t sim_key(const struct sim *sim, uint64_t a, uint64_t b, uint64_t c)
{
	return chance_mix(chance_mix(chance_mix(sim->seed, a), b), c);
}

static int64_t next_time(const struct sim *sim)
{
	int64_t next = link_next(sim), time;

	if (sim->next_statement < sim->statement_count &&
	    sim->statement[sim->next_statement].time < next)
		next = sim->statement[sim->next_statement].time;
	for (unsigned i = 0; i < sim->stream_count; i++)
		if (sim->stream[i].next < next)
			next = sim->stream[i].next;
	for (unsigned i = 0; i < sim->router_count; i++)
		if ((time = router_next(&sim->router[i])) < next)
			next = time;
	for (unsigned i = 0; i < sim->station_count; i++) {
		const struct station *station = &sim->station[i];

		if ((time = station_next(station)) < next)
			next = time;
	}
	for (unsigned i = 0; i < sim->asker_count; i++)
		if ((time = asker_next(&sim->asker[i])) < next)
			next = time;
	return next;
}

/* What else comes in for the same router at this moment may be part of the same turn. */
static bool goes_on(const struct sim *sim, const struct router *router, unsigned port)
{
	const struct arrival *next = link_peek(sim);

	if (!next || next->time > sim->now || sim->port[next->port].kind != PORT_ROUTER ||
	    sim->port[next->port].node != sim->port[port].node)
		return false;
	return router->held ||
	       chance_is(sim_key(sim, 0x401d, router->index, (uint64_t)sim->now), 500);
}

static void arrive_at_router(struct sim *sim, const struct arrival *arrival)
{
	const struct port *port = &sim->port[arrival->port];
	struct router *router = &sim->router[port->node];
	bool more = goes_on(sim, router, arrival->port);

	router->held |= more;
	router_receive(sim, router, port->vif, arrival->frame);
	if (!more && router->proxy)
		router_settle(sim, router);
}

static void arrive(struct sim *sim, const struct arrival *arrival)
{
	const struct port *port = &sim->port[arrival->port];
	char text[MESSAGE_TEXT];

	if (sim->verbose)
		sim_say(sim, "  rx port %u (%s %u.%u) from %s %s", arrival->port,
			port->kind == PORT_ROUTER    ? "router"
			: port->kind == PORT_STATION ? "station"
						     : "asker",
			port->node, port->vif, addr_text(&arrival->frame->source),
			codec_text(sim->protocol, &arrival->frame->message, text));
	if (port->kind == PORT_ROUTER)
		arrive_at_router(sim, arrival);
	else if (port->kind == PORT_STATION)
		station_receive(sim, &sim->station[port->node], arrival->frame);
	else
		asker_receive(sim, &sim->asker[port->node], arrival->frame);
}

static void flow(struct sim *sim)
{
	for (unsigned i = 0; !*sim->kind && i < sim->stream_count; i++) {
		struct stream *stream = &sim->stream[i];

		if (stream->next > sim->now)
			continue;
		probe_send(sim, stream->source, stream->group);
		stream->next += stream->interval;
		if (stream->next > stream->end)
			stream->next = NEVER;
	}
}

/* What is due goes first, then what is written, then what comes in. */
static void moment(struct sim *sim)
{
	struct arrival arrival;

	for (unsigned i = 0; i < sim->router_count; i++)
		if (router_next(&sim->router[i]) <= sim->now)
			router_settle(sim, &sim->router[i]);
	for (unsigned i = 0; i < sim->station_count; i++)
		if (station_next(&sim->station[i]) <= sim->now)
			station_tick(sim, &sim->station[i]);
	for (unsigned i = 0; i < sim->asker_count; i++)
		if (asker_next(&sim->asker[i]) <= sim->now)
			asker_tick(sim, &sim->asker[i]);
	while (!*sim->kind && sim->next_statement < sim->statement_count &&
	       sim->statement[sim->next_statement].time <= sim->now) {
		sim->counts.events++;
		text_happen(sim, &sim->statement[sim->next_statement++]);
	}
	flow(sim);
	while (!*sim->kind && link_take(sim, &arrival)) {
		arrive(sim, &arrival);
		frame_drop(arrival.frame);
	}
	if (!*sim->kind)
		probe_watch(sim);
}

void sim_run(struct sim *sim, const char *text)
{
	int64_t next;

	text_read(sim, text);
	if (sim->bad_text)
		return;
	for (unsigned i = 0; i < sim->router_count; i++)
		router_start(sim, &sim->router[i]);
	while (!*sim->kind && (next = next_time(sim)) <= sim->end) {
		if (next > sim->now)
			sim->now = next;
		moment(sim);
	}
	if (!*sim->kind)
		sim->now = sim->end;
	if (!*sim->kind)
		probe_end(sim);
	for (unsigned i = 0; !*sim->kind && i < sim->router_count; i++)
		router_stop(sim, &sim->router[i]);
	sim->counts.worlds = 1;
	sim->counts.simulated = (uint64_t)sim->now;
}

/* After a failure everything is left where it is: the process ends. */
void sim_free(struct sim *sim)
{
	while (sim->arrival_count)
		frame_drop(sim->arrival[--sim->arrival_count].frame);
	for (unsigned i = 0; i < sim->router_count; i++) {
		kernel_free(&sim->router[i].kernel);
		free(sim->router[i].dropped);
	}
	free(sim->arrival);
	free(sim->statement);
}
