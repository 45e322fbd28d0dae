/* SPDX-License-Identifier: MIT */
/* Messages of Multicast Router Discovery; see mrd.h. */
#include "proto/packet/mrd.h"

/* Advertisement, solicitation, termination have one number after the other. */
enum { FIRST_IGMP = 0x30, FIRST_ICMPV6 = 151, TYPES = 3 };
enum { ADVERTISEMENT = 8, OTHERS = 4 };
enum { ALL_ROUTERS = 2, ALL_SNOOPERS = 106 };

static uint8_t first_type(enum protocol protocol)
{
	return protocol == PROTOCOL_IGMP ? FIRST_IGMP : FIRST_ICMPV6;
}

size_t mrd_length(enum protocol protocol, uint8_t type)
{
	unsigned which = (unsigned)type - first_type(protocol);

	return !ENABLE_DISCOVERY || which >= TYPES ? 0 : which ? OTHERS : ADVERTISEMENT;
}

static struct addr destination(enum protocol protocol, enum message_type type)
{
	return message_link_multicast(protocol,
				      type == MESSAGE_SOLICITATION ? ALL_ROUTERS : ALL_SNOOPERS);
}

/* Section 3.1.7: three intervals of silence, with their jitter of 2.5 %. */
static int32_t neighbor_dead_interval(uint8_t interval)
{
	return 3 * 1025 * interval;
}

enum counter mrd_decode(enum protocol protocol, const struct packet *packet, struct message *m)
{
	struct addr right;

	m->body = (struct wire_reader){.at = packet->data, .left = packet->length};
	m->type = (enum message_type)(MESSAGE_ADVERTISEMENT + wire_get8(&m->body) -
				      first_type(protocol));
	m->version = 3;
	right = destination(protocol, m->type);
	if (!addr_equal(&packet->destination, &right))
		return DROP_DESTINATION;
	if (m->type != MESSAGE_SOLICITATION && addr_is_any(&packet->source))
		return DROP_SOURCE;
	if (m->type == MESSAGE_ADVERTISEMENT)
		m->holdtime = neighbor_dead_interval(wire_get8(&m->body));
	return NOT_DROPPED;
}

/* The others need 4 octets, but Linux's bridges that snoop drop IGMP and ICMPv6 of less than 8. */
void mrd_write(struct message_writer *w, enum message_type type, uint8_t interval,
	       const struct values *values)
{
	bool advertisement = type == MESSAGE_ADVERTISEMENT;

	wire_put8(&w->wire,
		  (uint8_t)(first_type(w->protocol) + (uint8_t)(type - MESSAGE_ADVERTISEMENT)));
	wire_put8(&w->wire, advertisement ? interval : 0);
	wire_put16(&w->wire, 0);
	wire_put16(&w->wire, (uint16_t)(advertisement ? values->query_interval / 1000 : 0));
	wire_put16(&w->wire, advertisement ? values->robustness : 0);
	w->destination = destination(w->protocol, type);
}
