/* SPDX-License-Identifier: MIT */
/* IGMP headers; see igmp.h. */
#include "proto/packet/igmp.h"

#include "proto/packet/mrd.h"

enum { QUERY = 0x11, REPORT_V1 = 0x12, REPORT_V2 = 0x16, LEAVE = 0x17, REPORT_V3 = 0x22 };
enum { HEADER = 8, QUERY_V3 = 12 };

static const struct addr all_systems = {{[10] = 0xff, [11] = 0xff, [12] = 224, [15] = 1}};

/* RFC 3376 section 7.1 tells the versions apart by length and code, 7.2.1 gives a v1 query 10 s. */
static enum counter decode_query(const struct packet *packet, uint8_t code, struct message *m)
{
	enum counter refused = message_check_query(packet, m, &all_systems);

	if (packet->length > HEADER && packet->length < QUERY_V3)
		return DROP_LENGTH;
	if (refused != NOT_DROPPED)
		return refused;
	m->version = packet->length >= QUERY_V3 ? 3 : code ? 2 : 1;
	m->max_response_time = m->version == 1 ? 10000 : code * 100;
	if (m->version < 3)
		return NOT_DROPPED;
	m->max_response_time = (int32_t)message_decode_float(code, 4) * 100;
	message_read_query(m);
	return NOT_DROPPED;
}

static enum counter decode_type(const struct packet *packet, uint8_t type, uint8_t code,
				struct message *m)
{
	m->type = MESSAGE_REPORT;
	switch (type) {
	case QUERY:
		m->type = MESSAGE_QUERY;
		return decode_query(packet, code, m);
	case REPORT_V3:
		m->version = 3;
		m->count = addr_to_ipv4(&m->group) & 0xffff;
		m->group = addr_ipv4(0);
		return NOT_DROPPED;
	case REPORT_V1:
	case REPORT_V2:
	case LEAVE:
		if (!addr_is_multicast(&m->group) || addr_equal(&m->group, &all_systems))
			return DROP_GROUP;
		m->version = type == REPORT_V1 ? 1 : 2;
		if (type == LEAVE)
			m->type = MESSAGE_LEAVE;
		return NOT_DROPPED;
	default:
		if (!mrd_length(PROTOCOL_IGMP, type))
			return DROP_TYPE;
		return mrd_decode(PROTOCOL_IGMP, packet, m);
	}
}

enum counter igmp_decode(const struct packet *packet, struct message *m)
{
	uint8_t type, code;

	if (!addr_is_any(&packet->source) && !addr_is_unicast(&packet->source))
		return DROP_SOURCE;
	type = wire_get8(&m->body);
	code = wire_get8(&m->body);
	wire_take(&m->body, 2);
	m->group = wire_get_addr(&m->body, PROTOCOL_IGMP);
	return decode_type(packet, type, code, m);
}

void igmp_write(struct wire_writer *w, enum message_type type, uint8_t version,
		int32_t max_response_time, const struct addr *group)
{
	int32_t tenths = max_response_time / 100;
	uint8_t code = 0;

	if (type == MESSAGE_QUERY && version == 3)
		code = (uint8_t)message_encode_float((uint32_t)tenths, 4);
	else if (type == MESSAGE_QUERY && version == 2)
		code = (uint8_t)(tenths > 255 ? 255 : tenths ? tenths : 1);
	wire_put8(w, type == MESSAGE_QUERY   ? QUERY
		     : type == MESSAGE_LEAVE ? LEAVE
		     : version == 1	     ? REPORT_V1
		     : version == 2	     ? REPORT_V2
					     : REPORT_V3);
	wire_put8(w, code);
	wire_put16(w, 0);
	wire_put_addr(w, group, PROTOCOL_IGMP);
}
