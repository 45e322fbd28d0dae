/* SPDX-License-Identifier: MIT */
/* See recover.h. */
#include <stdlib.h>

#include "../fuzz/digest.h"
#include "../replay/script.h"
#include "recover.h"

enum { CHECKED_ROUTES = 100 };

/* ---- a round of reports ---- */

static int64_t membership_interval(const struct world *world)
{
	struct proxy_interface_status status;
	int64_t longest = 0;

	for (unsigned vif = 0; vif < world->config.interface_count; vif++) {
		int64_t interval;

		proxy_interface_status(world->proxy, vif, &status);
		interval = values_group_membership_interval(&status.values);
		if (!status.upstream && interval > longest)
			longest = interval;
	}
	return longest;
}

static void report(struct world *world, unsigned vif, struct message *message)
{
	struct packet packet = {.vif = vif, .ttl = 1, .router_alert = true};
	struct damage none = {0};
	uint8_t buf[MESSAGE_MAX];

	packet.source = on_link(world, vif, 77);
	packet.destination = codec_destination(world->protocol, message);
	packet.length = codec_encode(world->protocol, message, &packet.source, &packet.destination,
				     &none, buf);
	packet.data = buf;
	proxy_packet(world->proxy, world->now, &packet);
	codec_free(message);
}

/* IS_IN or IS_EX, and ALLOW for what is wanted of the sources of an EXCLUDE. */
static void report_group(struct world *world, const struct held *held, int64_t then)
{
	struct message message = {.kind = KIND_REPORT, .version = newest_version(world->protocol)};
	bool exclude = held->filter_mode == EXCLUDE;

	codec_add(&message, exclude ? IS_EX : IS_IN, &held->group);
	codec_add(&message, ALLOW, &held->group);
	for (unsigned i = 0; i < held->source_count; i++) {
		bool running = held->source[i].expires > then;

		list_add(&message.record[exclude && running].source, &held->source[i].address);
	}
	report(world, held->vif, &message);
}

static void report_all(struct world *world, const struct reports *reports, int64_t then)
{
	for (unsigned i = 0; i < reports->snapshot.held_count; i++) {
		const struct held *held = &reports->snapshot.held[i];

		if (!held->upstream && !held->permanent)
			report_group(world, held, then);
	}
	world_settle(world);
}

static void ask_again(struct world *world, const struct reports *reports)
{
	for (unsigned i = 0; i < reports->upcall_count; i++)
		proxy_upcall(world->proxy, world->now, &reports->upcall[i]);
	world->repeat_ok = true;
	world_settle(world);
}

/* Whoever took the place of a group that was refused keeps it until it expires, and an older host
 * that was heard is remembered as long: hence twice. Very many groups have neither, and no time. */
void recover(struct world *world, const struct reports *reports)
{
	int64_t interval = membership_interval(world), then = world->now;

	world->holding = false;
	world_settle(world);
	if (reports->snapshot.held_count <= RECOVER_MANY) {
		report_all(world, reports, then);
		world_advance(world, world->now + interval + 1);
	}
	report_all(world, reports, then);
	ask_again(world, reports);
	world_advance(world, world->now + interval - 1);
}

/* ---- the state ---- */

static void add_held(struct digest *digest, const struct held *held)
{
	digest_number(digest, held->vif);
	digest_number(digest, held->upstream);
	digest_number(digest, held->permanent);
	digest_add(digest, &held->group, sizeof(held->group));
	digest_number(digest, held->filter_mode);
	digest_number(digest, held->upstream ? 0 : held->expires);
	for (unsigned i = 0; i < held->source_count; i++) {
		digest_add(digest, &held->source[i].address, sizeof(struct addr));
		digest_number(digest, held->upstream ? 0 : held->source[i].expires);
	}
}

/* In whatever order the groups are. */
uint64_t recover_state(struct world *world)
{
	struct snapshot snapshot;
	uint64_t sum = 0;

	snapshot_take(world, &snapshot);
	for (unsigned i = 0; i < snapshot.held_count; i++) {
		struct digest digest = {1};

		add_held(&digest, &snapshot.held[i]);
		sum += digest.value;
	}
	for (unsigned i = 0; i < world->kernel.route_count; i++) {
		struct digest digest = {2};

		digest_text(&digest, world_route_text(world, &world->kernel.route[i].route));
		sum += digest.value;
	}
	snapshot_free(&snapshot);
	return sum;
}

/* ---- routes ---- */

void recover_check_routes(struct world *world)
{
	struct snapshot snapshot;

	/* Of many, the state at the end shows it. */
	if (world->kernel.route_count > CHECKED_ROUTES)
		return;
	snapshot_take(world, &snapshot);
	for (unsigned i = 0; i < world->kernel.route_count; i++) {
		const struct route *route = &world->kernel.route[i].route;
		enum reading_as as = addr_is_any(&route->source) ? AS_UNNAMED : AS_IT_IS;

		for (unsigned vif = 0; vif < world->vif_count; vif++) {
			unsigned entry = entry_of(world, vif, false);

			if (addr_is_any(&route->group) || entry_of(world, vif, true) < ENTRIES ||
			    !(route->outputs >> vif & 1))
				continue;
			if (entry == ENTRIES ||
			    !snapshot.reading.wants(&snapshot, entry, &route->group, &route->source,
						    as))
				world_fail(world, "a route to where nobody wants it: %s",
					   world_route_text(world, route));
		}
	}
	snapshot_free(&snapshot);
}
