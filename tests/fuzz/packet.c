/* SPDX-License-Identifier: MIT */
/*
 * A whole proxy: events on its interfaces with delays between them, so that timers are fuzzed, too.
 * What is sent is read by the codec of the transcripts, and after every turn their audit compares
 * the state with the plainest reading of RFC 4605. Here in addition: limits, memory, time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"
#include "packet.h"

enum {
	EVENTS = 300,	    /* of one input, ... */
	ALL_WAKEUPS = 3000, /* and so many deadlines */
	WAKEUPS = 1000,	    /* that a delay may cost, and ... */
	WAKEUPS_A_SECOND = 200,
	KINDS = 8,
};

/* An input that is being run. */
struct run {
	struct world *world;
	struct digest *digest;
	struct bytes bytes;
	unsigned wakeups;
	struct proxy_walk walk; /* through the status, with pauses of events */
	bool walking;
	struct inside inside;
};

static unsigned vif_of(const struct run *run, unsigned code)
{
	const struct world *world = run->world;
	unsigned vif = code % world->vif_count;

	while (!*world->node[vif].name)
		vif = (vif + 1) % world->vif_count;
	return vif;
}

/* ---- packets ---- */

/* Each octet behind its end is beyond the memory. */
static void receive(struct run *run, const struct packet *packet, const uint8_t *data)
{
	struct packet exact = *packet;
	uint8_t *copy = malloc(packet->length ? packet->length : 1);

	if (!copy)
		abort();
	memcpy(copy, data, packet->length);
	exact.data = copy;
	proxy_packet(run->world->proxy, run->world->now, &exact);
	inside_note(&run->inside, run->world->proxy);
	free(copy);
	world_settle(run->world);
}

/* FLAGS: what is unusual about it. */
static struct packet packet_from(struct run *run, unsigned vif, unsigned flags)
{
	struct packet packet = {.vif = vif};

	packet.source = packet_addr(&run->bytes, run->world, vif);
	packet.ttl = flags & 1 ? 64 : 1;
	packet.router_alert = !(flags & 2);
	return packet;
}

/* Octets: FLAGS, source, destination, length, and these. */
static void receive_octets(struct run *run, unsigned vif)
{
	unsigned flags = bytes_get(&run->bytes);
	struct packet packet = packet_from(run, vif, flags);
	struct damage damage = {.keep_checksum = flags & 4};
	uint8_t buf[MESSAGE_MAX];
	const uint8_t *data;
	size_t length;

	packet.destination = packet_addr(&run->bytes, run->world, vif);
	length = bytes_get(&run->bytes) | (flags >> 4) << 8;
	length = bytes_take(&run->bytes, length, &data);
	if (length)
		memcpy(buf, data, length);
	packet.length = codec_finish(run->world->protocol, &packet.source, &packet.destination,
				     &damage, buf, length);
	receive(run, &packet, buf);
}

static void receive_message(struct run *run, unsigned vif, struct message *message, unsigned flags)
{
	struct packet packet = packet_from(run, vif, flags);
	struct damage none = {0};
	uint8_t buf[MESSAGE_MAX];

	packet.destination = codec_destination(run->world->protocol, message);
	packet.length = codec_encode(run->world->protocol, message, &packet.source,
				     &packet.destination, &none, buf);
	receive(run, &packet, buf);
	codec_free(message);
}

static void take_list(struct run *run, unsigned vif, unsigned count, struct list *list)
{
	while (count--) {
		struct addr addr = packet_addr(&run->bytes, run->world, vif);

		list_add(list, &addr);
	}
}

/* FLAGS, with the number of records; of each its type, number of sources, group, sources. */
static void receive_report(struct run *run, unsigned vif)
{
	unsigned flags = bytes_get(&run->bytes), version = newest_version(run->world->protocol);
	struct message message = {.kind = KIND_REPORT, .version = version};

	for (unsigned i = 0; i <= flags >> 4 && run->bytes.left; i++) {
		unsigned type = bytes_get(&run->bytes);
		struct addr group = packet_addr(&run->bytes, run->world, vif);
		struct record *record = codec_add(&message, type & 7, &group);

		take_list(run, vif, type >> 3, &record->source);
	}
	receive_message(run, vif, &message, flags & 3);
}

static void receive_old(struct run *run, unsigned vif)
{
	unsigned flags = bytes_get(&run->bytes), newest = newest_version(run->world->protocol);
	struct message message = {.kind = flags & 4 ? KIND_LEAVE : KIND_OLD_REPORT,
				  .version = flags & 8 || newest == 2 ? 1 : 2,
				  .group = packet_addr(&run->bytes, run->world, vif)};

	if (newest == 3 && message.kind == KIND_LEAVE)
		message.version = 2;
	receive_message(run, vif, &message, flags & 3);
}

static void receive_query(struct run *run, unsigned vif)
{
	unsigned flags = bytes_get(&run->bytes), count = bytes_get(&run->bytes);
	struct message message = {.kind = KIND_QUERY,
				  .suppress = flags & 4,
				  .version =
					  1 + (flags >> 3) % newest_version(run->world->protocol),
				  .robustness = flags >> 5,
				  .response_code = bytes_get(&run->bytes),
				  .interval_code = bytes_get(&run->bytes)};

	if (count)
		message.group = packet_addr(&run->bytes, run->world, vif);
	if (message.version == newest_version(run->world->protocol))
		take_list(run, vif, count >> 1 & 31, &message.source);
	receive_message(run, vif, &message, flags & 3);
}

/* ---- other events ---- */

/* One byte: up, exists, which address, which MTU; what is up may be at another port. */
static void change_interface(struct run *run, unsigned vif)
{
	static const unsigned mtus[] = {1500, 1500, 1280, 9000};
	struct world *world = run->world;
	struct interface_state *state = &world->node[vif].state;
	unsigned code = bytes_get(&run->bytes);
	struct addr old = state->address;
	bool was_up = state->up;

	state->up = code & 1;
	state->exists = code & 3;
	state->mtu = mtus[code >> 2 & 3];
	state->moved = code >> 2 & 1;
	default_addresses(world, vif);
	if (code >> 4 & 1)
		state->address = on_link(world, vif, code >> 5 & 3 ? 9 : 1);
	if (code >> 7)
		state->address = (struct addr){{0}};
	if (!was_up || state->moved || !addr_equal(&old, &state->address))
		world_forget_views(world, vif);
	world->may_act = world->repeat_ok = true;
	proxy_interface(world->proxy, world->now, state);
	world->may_act = false;
	world_settle(world);
}

/* A packet, and others behind it, or the end of them. */
static void receive_data(struct run *run, const struct upcall *upcall, unsigned code)
{
	static const int32_t intervals[] = {500, 1000, 5000, 60000};
	struct world *world = run->world;
	struct stream *stream = &world->stream[0];

	if (!addr_is_multicast(&upcall->group) || !addr_is_unicast(&upcall->source))
		return;
	world_data(world, upcall->vif, &upcall->source, &upcall->group);
	if (code & 4)
		*stream = (struct stream){upcall->source, upcall->group, upcall->vif,
					  intervals[code >> 4 & 3], world->now + 1};
	if (code & 12)
		world->stream_count = code >> 2 & 1;
}

static void ask_for_route(struct run *run, unsigned vif)
{
	unsigned code = bytes_get(&run->bytes);
	struct upcall upcall = {.type = code & 1 ? UPCALL_WRONGVIF : UPCALL_NOCACHE, .vif = vif};

	upcall.source = packet_addr(&run->bytes, run->world, vif);
	upcall.group = packet_addr(&run->bytes, run->world, vif);
	if (code & 2) {
		receive_data(run, &upcall, code);
		return;
	}
	run->world->repeat_ok = true;
	proxy_upcall(run->world->proxy, run->world->now, &upcall);
	world_settle(run->world);
}

static bool see_group(void *ctx, const struct group_status *group)
{
	struct run *run = ctx;
	struct source_status source;

	digest_number(run->digest, group->expires);
	for (unsigned i = 0; i < group->source_count; i++) {
		group->source(group, i, &source);
		digest_add(run->digest, &source.address, sizeof(source.address));
	}
	return true;
}

static void stop_walk(struct run *run)
{
	if (run->walking)
		proxy_walk_stop(run->world->proxy, &run->walk);
	run->walking = false;
}

/* A piece of the status; the rest later. */
static void look(struct run *run, unsigned vif)
{
	static const struct proxy_visitor visitor = {.group = see_group};

	if (vif || !run->walking) {
		stop_walk(run);
		proxy_walk_start(run->world->proxy, &run->walk);
		run->walking = true;
	}
	if (!proxy_walk(run->world->proxy, &run->walk, run->world->now, 1, &visitor, run))
		stop_walk(run);
}

/* Two bytes: 1 ms to 11 minutes. */
static void wait(struct run *run, unsigned vif)
{
	unsigned high = bytes_get(&run->bytes), low = bytes_get(&run->bytes);

	world_advance(run->world,
		      run->world->now + (vif ? high << 8 | low : 10 * (high << 8 | low)));
}

/* From here on all that happens is one turn; and then it is not. */
static void hold_or_release(struct run *run, unsigned vif)
{
	(void)vif;
	run->world->holding = !run->world->holding;
	world_settle(run->world);
}

/* The next proxy has its limits from the beginning. */
static void reconfigure(struct run *run)
{
	if (packet_reconfigure(&run->bytes, run->world)) {
		world_reconfigure(run->world);
		return;
	}
	stop_walk(run);
	run->inside = (struct inside){0};
	world_restart(run->world, 1);
}

/* ---- what has to hold ---- */

static void forget_outputs(struct run *run)
{
	struct world *world = run->world;
	char text[MESSAGE_TEXT];

	for (unsigned i = 0; i < world->output_count; i++) {
		struct output *output = &world->output[i];

		digest_number(run->digest, output->time);
		digest_number(run->digest, output->vif);
		digest_text(run->digest, codec_text(world->protocol, &output->message, text));
		codec_free(&output->message);
	}
	world->output_count = 0;
	for (unsigned i = 0; i < world->kernel.route_count; i++)
		digest_text(run->digest, world_route_text(world, &world->kernel.route[i].route));
}

static void check(struct run *run, int64_t before)
{
	struct world *world = run->world;
	int64_t seconds = (world->now - before) / 1000;

	if (world->failed_line)
		fuzz_fail("event %u, %s ms: %s", world->failed_line,
			  time_text(world->now - WORLD_EPOCH), world->failure);
	if (world->wakeups > WAKEUPS + WAKEUPS_A_SECOND * seconds)
		fuzz_fail("event %u: %u wakeups in %s", world->line, world->wakeups,
			  time_text(world->now - before));
	run->wakeups += world->wakeups;
	world->wakeups = 0;
	inside_check(&run->inside, world->proxy);
	forget_outputs(run);
}

/* ---- an input ---- */

/* Kind and VIF of an event are in its first byte, and a delay before it. */
static void run_event(struct run *run)
{
	static void (*const kinds[KINDS])(struct run *, unsigned vif) = {
		receive_octets, receive_report, receive_old,	  receive_query,
		wait,		look,		change_interface, ask_for_route};
	static const int32_t delays[] = {0, 0, 1, 100, 1000, 10000, 125000, 260000};
	unsigned code = bytes_get(&run->bytes), vif = vif_of(run, code >> 3 & 3);
	int64_t before = run->world->now;

	run->world->line++;
	if (delays[code >> 5])
		world_advance(run->world, before + delays[code >> 5]);
	if ((code & 7) == 5 && (code >> 3 & 3) == 3)
		hold_or_release(run, vif);
	else if ((code & 7) == 5 && (code >> 3 & 3) == 2)
		reconfigure(run);
	else
		kinds[code & 7](run, vif);
	check(run, before);
}

static void finish(struct run *run, bool shut_down)
{
	struct world *world = run->world;

	stop_walk(run);
	if (shut_down) {
		world->may_act = true;
		proxy_shutdown(world->proxy, world->now);
		world->may_act = false;
		if (world->kernel.route_count)
			fuzz_fail("after the end there is %s",
				  world_route_text(world, &world->kernel.route[0].route));
	}
	forget_outputs(run);
	world_free(world);
}

void fuzz_packet(const uint8_t *data, size_t size, struct digest *digest)
{
	struct run run = {.digest = digest, .bytes = {data, size}};

	run.world = packet_world(&run.bytes);
	world_start(run.world);
	check(&run, run.world->now);
	for (unsigned i = 0; i < EVENTS && run.wakeups < ALL_WAKEUPS && run.bytes.left; i++)
		run_event(&run);
	run.world->holding = false;
	world_settle(run.world);
	check(&run, run.world->now);
	finish(&run, size % 2);
}
