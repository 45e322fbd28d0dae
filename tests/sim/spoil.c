/* SPDX-License-Identifier: MIT */
/* Packets that no router may act upon: RFC 3376 sections 4 and 7.1, RFC 3810 sections 6.2 and 7.4.
 */
#include <string.h>

#include "sim.h"

enum spoilage {
	CHECKSUM,
	HOPS,
	CUT_RECORD,
	SHORT,
	UNKNOWN_TYPE,
	NO_GROUP,
	SOURCE, /* for MLD: not link-local; for IGMP: multicast */
	ROUTER_ALERT,
	SPOILAGES
};

struct spoilt {
	struct message message;
	struct damage damage;
	struct addr source, destination;
	unsigned ttl;
	bool no_router_alert;
};

/* What would change much if it were heard. */
static void choose(struct sim *sim, uint64_t key, struct spoilt *spoilt)
{
	struct message *message = &spoilt->message;
	unsigned newest = newest_version(sim->protocol), kind = (unsigned)(key % 4);
	struct addr group = sim_group(sim, (unsigned)chance_below(key, 6));

	*message = (struct message){.kind = (enum kind)kind, .version = newest - (kind >= 2)};
	switch (message->kind) {
	case KIND_REPORT:
		sim_list_of(
			sim, 3,
			&codec_add(message, chance_is(key, 500) ? TO_EX : TO_IN, &group)->source);
		break;
	case KIND_QUERY:
		message->response_code = 10;
		message->robustness = 7;
		message->interval_code = 200;
		break;
	case KIND_LEAVE:
		message->group = group;
		break;
	default:
		message->group = group;
	}
	spoilt->destination = codec_destination(sim->protocol, message);
}

static void poke(struct damage *damage, unsigned offset, unsigned value)
{
	damage->poke[damage->poke_count].offset = offset;
	damage->poke[damage->poke_count++].value = (uint8_t)value;
}

static void spoil(struct sim *sim, unsigned how, struct spoilt *spoilt)
{
	bool igmp = sim->protocol == PROTOCOL_IGMP;

	switch (how) {
	case CHECKSUM:
		spoilt->damage.checksum = true;
		break;
	case HOPS:
		spoilt->ttl = 2;
		break;
	case CUT_RECORD:
		/* It announces more than there is. */
		if (spoilt->message.kind == KIND_REPORT)
			poke(&spoilt->damage, 7, 9);
		else
			spoilt->damage.checksum = true;
		break;
	case SHORT:
		spoilt->damage.cut_set = true;
		spoilt->damage.cut = igmp ? 7 : 23;
		if (!igmp && spoilt->message.kind == KIND_REPORT)
			spoilt->damage.cut = 7;
		break;
	case UNKNOWN_TYPE:
		poke(&spoilt->damage, 0, igmp ? 0x42 : 200);
		break;
	case NO_GROUP:
		/* The group is unicast. */
		if (spoilt->message.kind == KIND_LEAVE || spoilt->message.kind == KIND_OLD_REPORT)
			poke(&spoilt->damage, igmp ? 4 : 8, 10);
		else
			spoilt->damage.checksum = true;
		break;
	case ROUTER_ALERT:
		/* IGMP may come without. */
		spoilt->no_router_alert = true;
		spoilt->damage.checksum = igmp;
		break;
	default:
		spoilt->source = igmp ? addr_ipv4(0xe0000005) : sim_global(1, 9);
	}
}

void spoil_send(struct sim *sim, unsigned link, unsigned which)
{
	uint64_t key = sim_key(sim, 0x59011, which, 0);
	struct spoilt spoilt = {.ttl = 1, .source = sim_on_link(sim, link, 1)};
	uint8_t buf[MESSAGE_MAX];
	struct frame *frame;
	size_t length;

	if (!sim->link[link].exists)
		return;
	choose(sim, key, &spoilt);
	spoil(sim, (unsigned)chance_below(key, SPOILAGES), &spoilt);
	length = codec_encode(sim->protocol, &spoilt.message, &spoilt.source, &spoilt.destination,
			      &spoilt.damage, buf);
	frame = link_frame(sim, &spoilt.source, &spoilt.destination, buf, length);
	frame->ttl = spoilt.ttl;
	frame->router_alert = !spoilt.no_router_alert;
	frame->message = spoilt.message;
	frame->spoilt = true;
	link_to_routers(sim, link, frame);
}
