/* SPDX-License-Identifier: MIT */
/* PIM's Hello; see pim.h. */
#include "proto/packet/pim.h"

enum { VERSION_2_HELLO = 0x20, ALL_PIM_ROUTERS = 13 };
enum { OPTION_HOLDTIME = 1, DEFAULT_HOLDTIME = 105 };
/* The checksum of IPv6 covers the number of the protocol, and wire_checksum() takes it for
 * ICMPv6's: PIM's, which is 103, leaves the difference. */
enum { CHECKSUM_IPV6 = 103 - 58 };

enum counter pim_decode(enum protocol protocol, const struct packet *packet, struct message *m)
{
	struct addr all_routers = message_link_multicast(protocol, ALL_PIM_ROUTERS);
	bool ipv4 = protocol == PROTOCOL_IGMP;

	if (packet->length < 4)
		return DROP_LENGTH;
	if (wire_checksum(protocol, &packet->source, &packet->destination, packet->data,
			  packet->length) != (ipv4 ? 0 : CHECKSUM_IPV6))
		return DROP_CHECKSUM;
	if (wire_get8(&m->body) != VERSION_2_HELLO)
		return DROP_TYPE;
	if (ipv4 ? !addr_is_unicast(&packet->source) : !addr_is_link_local(&packet->source))
		return DROP_SOURCE;
	if (!addr_equal(&packet->destination, &all_routers))
		return DROP_DESTINATION;
	wire_take(&m->body, 3);
	m->type = MESSAGE_HELLO;
	m->version = 3;
	m->holdtime = DEFAULT_HOLDTIME * 1000;
	while (m->body.left && !m->body.overrun) {
		uint16_t type = wire_get16(&m->body), length = wire_get16(&m->body);

		if (type == OPTION_HOLDTIME && length == 2)
			m->holdtime = wire_get16(&m->body) * 1000;
		else
			wire_take(&m->body, length);
	}
	return m->body.overrun ? DROP_TRUNCATED : NOT_DROPPED;
}
