/* SPDX-License-Identifier: MIT */
/* See header.h. */
#include "proto/packet/header.h"

/* Those of enum message_type, where REPORT is that of version 2, and two more reports. */
enum { REPORT_V3 = MESSAGE_TERMINATION + 1, REPORT_V1, TYPES };

/* In the first octet. MLD has no version 1: who looks finds the query. */
static const uint8_t number[PROTOCOLS][TYPES] = {
	[PROTOCOL_IGMP] = {0x11, 0x16, 0x17, 0x30, 0x31, 0x32, 0x22, 0x12},
	[PROTOCOL_MLD] = {130, 131, 132, 151, 152, 153, 143, 130},
};

/* Octets of a solicitation or termination; of all others at least; of MLD with a group; and what a
 * query of version 3 has behind that. */
enum { SHORTEST = 4, HEADER = 8, HEADER_MLD = 24, QUERY_V3 = 4 };
enum { ALL_HOSTS = 1, ALL_ROUTERS = 2, ALL_SNOOPERS = 106 };

static unsigned type_of(enum protocol protocol, uint8_t octet)
{
	unsigned type = 0;

	while (type < TYPES && number[protocol][type] != octet)
		type++;
	return type;
}

size_t header_shortest(enum protocol protocol, const struct packet *packet)
{
	unsigned type = packet->length ? type_of(protocol, packet->data[0]) : TYPES;

	if (ENABLE_DISCOVERY && (type == MESSAGE_SOLICITATION || type == MESSAGE_TERMINATION))
		return SHORTEST;
	return HEADER;
}

/* Milliseconds of a Max Resp Code's unit, and the bits of its mantissa. */
static int32_t time_unit(enum protocol protocol)
{
	return values_is_mld(protocol) ? 1 : 100;
}

static unsigned mantissa(enum protocol protocol)
{
	return values_is_mld(protocol) ? 12 : 4;
}

/* Versions are told apart by length and code (RFC 3376 section 7.1, RFC 3810 section 8.1), 7.2.1
 * gives a v1 query 10 s. A General Query goes to all hosts, or to an address of ours (RFC 3376
 * section 9.1). */
static enum counter read_query(enum protocol protocol, const struct packet *packet, uint32_t code,
			       struct message *m)
{
	struct addr all_hosts = message_link_multicast(protocol, ALL_HOSTS);
	bool newest = m->body.left >= QUERY_V3;
	uint8_t flags;

	if (m->body.left && !newest)
		return DROP_LENGTH;
	m->general = addr_is_any(&m->group);
	if (!m->general && !addr_is_multicast(&m->group))
		return DROP_GROUP;
	if (m->general && addr_is_multicast(&packet->destination) &&
	    !addr_equal(&packet->destination, &all_hosts))
		return DROP_DESTINATION;
	m->version = newest ? 3 : values_is_mld(protocol) || code ? 2 : 1;
	if (newest) {
		code = message_decode_float(code, mantissa(protocol));
		flags = wire_get8(&m->body);
		m->suppress = flags & 8;
		m->robustness = flags & 7;
		m->query_interval = (int32_t)message_decode_float(wire_get8(&m->body), 4) * 1000;
		m->count = wire_get16(&m->body);
	}
	m->max_response_time = m->version == 1 ? 10000 : (int32_t)code * time_unit(protocol);
	return NOT_DROPPED;
}

static struct addr discovery_group(enum protocol protocol, enum message_type type)
{
	return message_link_multicast(protocol,
				      type == MESSAGE_SOLICITATION ? ALL_ROUTERS : ALL_SNOOPERS);
}

/* RFC 4286 section 3.1.7: three intervals of silence, with their jitter of 2.5 %. */
static int32_t neighbor_dead_interval(uint8_t interval)
{
	return 3 * 1025 * interval;
}

static enum counter read_discovery(enum protocol protocol, const struct packet *packet,
				   uint8_t interval, struct message *m)
{
	struct addr right = discovery_group(protocol, m->type);

	if (!addr_equal(&packet->destination, &right))
		return DROP_DESTINATION;
	if (m->type != MESSAGE_SOLICITATION && addr_is_any(&packet->source))
		return DROP_SOURCE;
	if (m->type == MESSAGE_ADVERTISEMENT)
		m->holdtime = neighbor_dead_interval(interval);
	return NOT_DROPPED;
}

/* RFC 3810 sections 5.1.14 and 7.6 say who may speak MLD. */
static enum counter check_source(enum protocol protocol, const struct packet *packet)
{
	if (!values_is_mld(protocol))
		return addr_is_any(&packet->source) || addr_is_unicast(&packet->source)
			       ? NOT_DROPPED
			       : DROP_SOURCE;
	if (!addr_is_link_local(&packet->source))
		return DROP_SOURCE;
	return packet->router_alert ? NOT_DROPPED : DROP_ROUTER_ALERT;
}

/* Of a report or leave of one group: what all hosts are members of is never reported. */
static bool is_reported(enum protocol protocol, const struct addr *group)
{
	struct addr all_hosts = message_link_multicast(protocol, ALL_HOSTS);

	return message_is_group(protocol, group) && !addr_equal(group, &all_hosts);
}

enum counter header_read(enum protocol protocol, const struct packet *packet, struct message *m)
{
	bool mld = values_is_mld(protocol);
	enum counter refused = check_source(protocol, packet);
	unsigned type = type_of(protocol, wire_get8(&m->body));
	uint32_t code = wire_get8(&m->body), rest;

	if (refused != NOT_DROPPED)
		return refused;
	if (type == TYPES)
		return DROP_TYPE;
	m->type = type < REPORT_V3 ? (enum message_type)type : MESSAGE_REPORT;
	m->version = type == REPORT_V1 ? 1 : type > MESSAGE_LEAVE ? 3 : 2;
	if (m->type > MESSAGE_LEAVE && !ENABLE_DISCOVERY)
		return DROP_TYPE;
	if (m->type > MESSAGE_LEAVE)
		return read_discovery(protocol, packet, (uint8_t)code, m);
	wire_take(&m->body, 2);
	rest = (uint32_t)wire_get16(&m->body) << 16;
	rest |= wire_get16(&m->body);
	if (type == REPORT_V3) {
		m->count = rest & 0xffff;
		return NOT_DROPPED;
	}
	if (mld && packet->length < HEADER_MLD)
		return DROP_LENGTH;
	m->group = mld ? wire_get_addr(&m->body, protocol) : addr_ipv4(rest);
	if (type == MESSAGE_QUERY)
		return read_query(protocol, packet, mld ? rest >> 16 : code, m);
	return is_reported(protocol, &m->group) ? NOT_DROPPED : DROP_GROUP;
}

static void put(struct message_writer *w, unsigned type, uint8_t code, uint32_t rest)
{
	wire_put8(&w->wire, number[w->protocol][type]);
	wire_put8(&w->wire, code);
	wire_put16(&w->wire, 0);
	wire_put16(&w->wire, (uint16_t)(rest >> 16));
	wire_put16(&w->wire, (uint16_t)rest);
}

/* Of a query of VERSION; older ones say no more than there is room for. */
static uint16_t code_of(enum protocol protocol, uint8_t version, int32_t max_response_time)
{
	uint32_t units = (uint32_t)(max_response_time / time_unit(protocol));
	uint32_t most = values_is_mld(protocol) ? 65535 : 255;

	if (version == 3)
		return (uint16_t)message_encode_float(units, mantissa(protocol));
	if (version == 1)
		return 0;
	/* 0 would make it version 1. */
	if (!units && !values_is_mld(protocol))
		return 1;
	return (uint16_t)(units > most ? most : units);
}

void header_write(struct message_writer *w, enum message_type type, uint8_t version,
		  int32_t max_response_time, const struct addr *group)
{
	bool mld = values_is_mld(w->protocol), lists = type == MESSAGE_REPORT && version == 3;
	unsigned which = lists ? REPORT_V3 : type;
	uint16_t code = 0;

	if (type == MESSAGE_REPORT && version == 1)
		which = REPORT_V1;
	if (type == MESSAGE_QUERY)
		code = code_of(w->protocol, version, max_response_time);
	if (!mld) {
		put(w, which, (uint8_t)code, addr_to_ipv4(group));
		return;
	}
	put(w, which, 0, (uint32_t)code << 16);
	if (!lists)
		wire_put_addr(&w->wire, group, w->protocol);
}

/* The others need 4 octets, but Linux's bridges that snoop drop IGMP and ICMPv6 of less than 8. */
void header_write_discovery(struct message_writer *w, enum message_type type, uint8_t interval,
			    const struct values *values)
{
	uint32_t rest = (uint32_t)values->query_interval / 1000 << 16 | values->robustness;
	bool advertises = type == MESSAGE_ADVERTISEMENT;

	put(w, type, advertises ? interval : 0, advertises ? rest : 0);
	w->destination = discovery_group(w->protocol, type);
}
