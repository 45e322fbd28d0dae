/* SPDX-License-Identifier: MIT */
/*
 * Links: what is sent arrives later, twice, out of order or not at all. A link may have a switch
 * that snoops (RFC 4541): reports go to where queries come from only, and data to where reports
 * come from.
 */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

enum { ROUTER_PORT_TIME = 300000, MEMBER_PORT_TIME = 900000 };

unsigned link_attach(struct sim *sim, unsigned link, enum port_kind kind, unsigned node,
		     unsigned vif)
{
	if (sim->port_count == PORTS || link >= LINKS) {
		sim->bad_text = true;
		return 0;
	}
	sim->port[sim->port_count] = (struct port){
		.kind = kind, .node = node, .vif = vif, .link = link, .router_until = FOREVER_BACK};
	return sim->port_count++;
}

int64_t link_slowest(const struct link *link)
{
	return link->delay + link->jitter;
}

bool link_is_perfect(const struct link *link)
{
	return !link->loss && !link->duplicates && !link->jitter;
}

void frame_drop(struct frame *frame)
{
	if (--frame->references)
		return;
	codec_free(&frame->message);
	free(frame);
}

struct frame *link_frame(struct sim *sim, const struct addr *source, const struct addr *destination,
			 const uint8_t *data, size_t length)
{
	struct frame *frame = calloc(1, sizeof(*frame) + length);

	if (!frame)
		abort();
	frame->references = 1;
	frame->sent = sim->now;
	frame->from = PORTS;
	frame->source = *source;
	frame->destination = *destination;
	frame->length = length;
	frame->router_alert = true;
	if (length)
		memcpy(frame->data, data, length);
	return frame;
}

/* ---- what is under way: a heap ---- */

static bool sooner(const struct arrival *a, const struct arrival *b)
{
	return a->time != b->time ? a->time < b->time : a->order < b->order;
}

static void arrive(struct sim *sim, int64_t time, unsigned port, struct frame *frame)
{
	struct arrival arrival = {time, sim->order++, port, frame};
	unsigned at = sim->arrival_count;

	GROW(sim->arrival, sim->arrival_count, sim->arrival_room);
	frame->references++;
	for (; at && sooner(&arrival, &sim->arrival[(at - 1) / 2]); at = (at - 1) / 2)
		sim->arrival[at] = sim->arrival[(at - 1) / 2];
	sim->arrival[at] = arrival;
}

const struct arrival *link_peek(const struct sim *sim)
{
	return sim->arrival_count ? sim->arrival : NULL;
}

int64_t link_next(const struct sim *sim)
{
	return sim->arrival_count ? sim->arrival->time : NEVER;
}

bool link_take(struct sim *sim, struct arrival *taken)
{
	struct arrival last;
	unsigned at = 0, child;

	if (link_next(sim) > sim->now)
		return false;
	*taken = sim->arrival[0];
	last = sim->arrival[--sim->arrival_count];
	while ((child = 2 * at + 1) < sim->arrival_count) {
		if (child + 1 < sim->arrival_count &&
		    sooner(&sim->arrival[child + 1], &sim->arrival[child]))
			child++;
		if (!sooner(&sim->arrival[child], &last))
			break;
		sim->arrival[at] = sim->arrival[child];
		at = child;
	}
	sim->arrival[at] = last;
	return true;
}

/* ---- the switch ---- */

/* What the report says of the port's groups; leaves are waited out. */
static void learn_report(struct sim *sim, struct port *port, const struct message *message)
{
	unsigned group = sim_group_of(sim, &message->group);

	if (message->kind == KIND_OLD_REPORT && group < GROUPS)
		port->group_until[group] = sim->now + MEMBER_PORT_TIME;
	for (unsigned i = 0; i < message->record_count; i++) {
		group = sim_group_of(sim, &message->record[i].group);
		if (group < GROUPS)
			port->group_until[group] = sim->now + MEMBER_PORT_TIME;
	}
}

static void learn(struct sim *sim, struct port *port, const struct frame *frame)
{
	if (frame->message.kind != KIND_QUERY && frame->message.kind != KIND_ADVERTISEMENT)
		learn_report(sim, port, &frame->message);
	else if (!addr_is_any(&frame->source))
		port->router_until = sim->now + ROUTER_PORT_TIME;
}

static bool knows_router(const struct sim *sim, unsigned link)
{
	for (unsigned i = 0; i < sim->port_count; i++)
		if (sim->port[i].link == link && sim->port[i].router_until > sim->now)
			return true;
	return false;
}

static bool passes(const struct sim *sim, const struct port *to, const struct frame *frame)
{
	if (!sim->link[to->link].snoops || frame->message.kind == KIND_QUERY ||
	    frame->message.kind >= KIND_ADVERTISEMENT)
		return true;
	return to->router_until > sim->now || !knows_router(sim, to->link);
}

bool link_gives(const struct sim *sim, unsigned port, unsigned group)
{
	const struct port *to = &sim->port[port];

	return !sim->link[to->link].snoops || to->group_until[group] > sim->now ||
	       to->router_until > sim->now;
}

/* ---- transmission ---- */

static void note_loss(const struct sim *sim, struct port *port)
{
	port->lost[port->lost_count++ % 16] = sim->now;
}

unsigned link_lost(const struct sim *sim, unsigned port, int64_t since)
{
	const struct port *at = &sim->port[port];
	unsigned lost = 0;

	for (unsigned i = 0; i < 16 && i < at->lost_count; i++)
		lost += at->lost[i] >= since;
	return lost;
}

static void transmit_to(struct sim *sim, unsigned to, struct frame *frame, uint64_t key)
{
	const struct link *link = &sim->link[frame->link];
	uint64_t own = chance_mix(key, to + 1);
	int64_t delay = link->delay;

	if (!passes(sim, &sim->port[to], frame))
		return;
	if (chance_is(chance_mix(own, 1), link->loss)) {
		note_loss(sim, &sim->port[to]);
		if (frame->from < PORTS)
			note_loss(sim, &sim->port[frame->from]);
		return;
	}
	delay += (int64_t)chance_below(chance_mix(own, 2), (uint64_t)link->jitter + 1);
	arrive(sim, sim->now + delay, to, frame);
	if (!chance_is(chance_mix(own, 3), link->duplicates))
		return;
	delay = link->delay + (int64_t)chance_below(chance_mix(own, 4), (uint64_t)link->jitter + 1);
	arrive(sim, sim->now + delay, to, frame);
}

static void transmit(struct sim *sim, struct frame *frame)
{
	uint64_t key = chance_of_octets(chance_mix(sim->seed, (uint64_t)sim->now), frame->data,
					frame->length);

	key = chance_mix(key, frame->from);
	sim->counts.packets++;
	if (frame->from < PORTS && sim->link[frame->link].snoops)
		learn(sim, &sim->port[frame->from], frame);
	for (unsigned to = 0; to < sim->port_count; to++)
		if (sim->port[to].link == frame->link && to != frame->from)
			transmit_to(sim, to, frame, key);
	frame_drop(frame);
}

/* A copy of what there is of a message; its lists are its own. */
static struct message copy_of(const struct message *message)
{
	struct message copy = *message;

	copy.source = (struct list){0};
	copy.record = NULL;
	copy.record_count = copy.record_room = 0;
	list_copy(&copy.source, &message->source);
	for (unsigned i = 0; i < message->record_count; i++) {
		const struct record *record = &message->record[i];
		struct record *added = codec_add(&copy, record->type, &record->group);

		added->aux = record->aux;
		list_copy(&added->source, &record->source);
	}
	return copy;
}

static void send(struct sim *sim, unsigned port, const struct addr *source,
		 const struct addr *destination, bool router_alert, const struct message *message,
		 const uint8_t *data, size_t length)
{
	struct frame *frame = link_frame(sim, source, destination, data, length);

	frame->link = sim->port[port].link;
	frame->from = port;
	frame->router_alert = router_alert;
	frame->message = copy_of(message);
	transmit(sim, frame);
}

void link_send_octets(struct sim *sim, unsigned port, const struct addr *source,
		      const struct addr *destination, const struct message *message,
		      const uint8_t *data, size_t length)
{
	send(sim, port, source, destination, true, message, data, length);
}

void link_send(struct sim *sim, unsigned port, const struct addr *source,
	       const struct addr *destination, bool router_alert, const struct message *message,
	       const struct damage *damage)
{
	uint8_t buf[MESSAGE_MAX];
	size_t length = codec_encode(sim->protocol, message, source, destination, damage, buf);

	send(sim, port, source, destination, router_alert, message, buf, length);
}

void link_to_routers(struct sim *sim, unsigned link, struct frame *frame)
{
	frame->link = link;
	sim->counts.packets++;
	for (unsigned to = 0; to < sim->port_count; to++)
		if (sim->port[to].link == link && sim->port[to].kind == PORT_ROUTER)
			arrive(sim, sim->now + 1, to, frame);
	frame_drop(frame);
}
