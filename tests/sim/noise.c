/* SPDX-License-Identifier: MIT */
/*
 * Messages of any kind that are valid, from anybody on a link, whatever went before: what no host
 * or querier of this world would say. Only the models can tell what has to follow.
 */
#include "sim.h"

static unsigned draw(const struct sim *sim, unsigned which, unsigned *turn, unsigned below)
{
	return (unsigned)chance_below(sim_key(sim, 0x4015e, which, (*turn)++), below);
}

struct noise {
	struct sim *sim;
	unsigned which, turn;
	struct message message;
	struct addr source, destination;
};

static unsigned pick(struct noise *noise, unsigned below)
{
	return draw(noise->sim, noise->which, &noise->turn, below);
}

static struct addr some_group(struct noise *noise)
{
	return sim_group(noise->sim, pick(noise, pick(noise, 2) ? 3 : GROUPS));
}

static sources some_sources(struct noise *noise)
{
	return pick(noise, 3) ? pick(noise, 16) : pick(noise, 1U << (SOURCES - 1));
}

static void make_report(struct noise *noise)
{
	unsigned records = 1 + pick(noise, 3);

	noise->message.kind = KIND_REPORT;
	while (records--) {
		struct addr group = some_group(noise);
		sources list = pick(noise, 4) ? some_sources(noise) : 0;

		/* Which is none. */
		if (pick(noise, 20) == 0)
			group = sim_source(noise->sim, 0);

		sim_list_of(noise->sim, list,
			    &codec_add(&noise->message, 1 + pick(noise, 6), &group)->source);
	}
}

static void make_query(struct noise *noise)
{
	struct message *query = &noise->message;
	unsigned newest = newest_version(noise->sim->protocol);
	bool igmp = noise->sim->protocol == PROTOCOL_IGMP;

	query->kind = KIND_QUERY;
	query->version = pick(noise, 4) ? newest : 1 + pick(noise, newest - 1);
	if (pick(noise, 2))
		query->group = some_group(noise);
	query->response_code = igmp ? 1 + pick(noise, pick(noise, 3) ? 100 : 255)
				    : pick(noise, pick(noise, 3) ? 10000 : 65536);
	if (igmp && query->version == 1)
		query->response_code = 0;
	if (query->version < newest)
		return;
	query->suppress = pick(noise, 3) == 0;
	query->robustness = pick(noise, 8);
	query->interval_code = pick(noise, 3) ? pick(noise, 128) : 0;
	if (!addr_is_any(&query->group) && pick(noise, 2))
		sim_list_of(noise->sim, some_sources(noise), &query->source);
}

static void make_old(struct noise *noise)
{
	bool leave = pick(noise, 2), igmp = noise->sim->protocol == PROTOCOL_IGMP;

	noise->message.kind = leave ? KIND_LEAVE : KIND_OLD_REPORT;
	noise->message.version = !igmp || (!leave && pick(noise, 3) == 0) ? 1 : 2;
	noise->message.group = some_group(noise);
}

void noise_send(struct sim *sim, unsigned link, unsigned which)
{
	struct noise noise = {.sim = sim, .which = which};
	struct damage damage = {0};
	uint8_t buf[MESSAGE_MAX];
	struct frame *frame;
	size_t length;
	unsigned kind;

	if (!sim->link[link].exists)
		return;
	sim->noisy = true;
	noise.message.version = newest_version(sim->protocol);
	kind = pick(&noise, link ? 10 : 4);
	if (kind < 3)
		make_query(&noise);
	else if (kind < 8)
		make_report(&noise);
	else
		make_old(&noise);
	noise.destination = codec_destination(sim->protocol, &noise.message);
	noise.source = sim_on_link(sim, link, pick(&noise, 3) ? 20 + pick(&noise, 8) : 252);
	if (sim->protocol == PROTOCOL_IGMP && pick(&noise, 8) == 0)
		noise.source = (struct addr){{0}};
	if (pick(&noise, 12) == 0)
		noise.source = sim_on_link(sim, link, 1);
	length = codec_encode(sim->protocol, &noise.message, &noise.source, &noise.destination,
			      &damage, buf);
	frame = link_frame(sim, &noise.source, &noise.destination, buf, length);
	frame->router_alert = sim->protocol == PROTOCOL_MLD || pick(&noise, 10);
	frame->message = noise.message;
	link_to_routers(sim, link, frame);
}
