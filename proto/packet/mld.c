/* SPDX-License-Identifier: MIT */
/* MLD headers; see mld.h. */
#include "proto/packet/mld.h"

#include "proto/packet/mrd.h"

enum { QUERY = 130, REPORT_V1 = 131, DONE = 132, REPORT_V2 = 143 };
enum { MESSAGE_V1 = 24, QUERY_V2 = 28 };

static const struct addr all_nodes = {{0xff, 0x02, [15] = 1}};

/* RFC 3810 section 8.1 tells the versions apart by length; 5.1.14 and 7.6 say who may ask. */
static enum counter decode_query(const struct packet *packet, uint16_t code, struct message *m)
{
	enum counter refused = message_check_query(packet, m, &all_nodes);

	if (packet->length > MESSAGE_V1 && packet->length < QUERY_V2)
		return DROP_LENGTH;
	if (refused != NOT_DROPPED)
		return refused;
	m->version = packet->length >= QUERY_V2 ? 3 : 2;
	m->max_response_time = code;
	if (m->version < 3)
		return NOT_DROPPED;
	m->max_response_time = (int32_t)message_decode_float(code, 12);
	message_read_query(m);
	return NOT_DROPPED;
}

static enum counter decode_type(const struct packet *packet, uint8_t type, uint16_t code,
				uint16_t count, struct message *m)
{
	if (type == REPORT_V2) {
		m->type = MESSAGE_REPORT;
		m->version = 3;
		m->count = count;
		return NOT_DROPPED;
	}
	if (mrd_length(PROTOCOL_MLD, type))
		return mrd_decode(PROTOCOL_MLD, packet, m);
	if (type != QUERY && type != REPORT_V1 && type != DONE)
		return DROP_TYPE;
	if (packet->length < MESSAGE_V1)
		return DROP_LENGTH;
	m->group = wire_get_addr(&m->body, PROTOCOL_MLD);
	m->version = 2;
	if (type == QUERY)
		return decode_query(packet, code, m);
	/* Scopes 0 and 1 are never reported (RFC 2710 section 5, RFC 3810 section 6). */
	if (!addr_is_multicast(&m->group) || (m->group.byte[1] & 0x0f) < 2 ||
	    addr_equal(&m->group, &all_nodes))
		return DROP_GROUP;
	m->type = type == DONE ? MESSAGE_LEAVE : MESSAGE_REPORT;
	return NOT_DROPPED;
}

enum counter mld_decode(const struct packet *packet, struct message *m)
{
	uint16_t code, count;
	uint8_t type;

	if (!addr_is_link_local(&packet->source))
		return DROP_SOURCE;
	if (!packet->router_alert)
		return DROP_ROUTER_ALERT;
	type = wire_get8(&m->body);
	wire_take(&m->body, 3);
	code = wire_get16(&m->body);
	count = wire_get16(&m->body);
	return decode_type(packet, type, code, count, m);
}

void mld_write(struct wire_writer *w, enum message_type type, uint8_t version,
	       int32_t max_response_time, const struct addr *group)
{
	uint16_t code = 0;

	if (type == MESSAGE_QUERY && version == 3)
		code = (uint16_t)message_encode_float((uint32_t)max_response_time, 12);
	else if (type == MESSAGE_QUERY)
		code = (uint16_t)(max_response_time > 65535 ? 65535 : max_response_time);
	wire_put8(w, type == MESSAGE_QUERY   ? QUERY
		     : type == MESSAGE_LEAVE ? DONE
		     : version == 2	     ? REPORT_V1
					     : REPORT_V2);
	wire_put8(w, 0);
	wire_put16(w, 0);
	wire_put16(w, code);
	wire_put16(w, 0);
	if (type != MESSAGE_REPORT || version < 3)
		wire_put_addr(w, group, PROTOCOL_MLD);
}
