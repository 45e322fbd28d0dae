/* SPDX-License-Identifier: MIT */
/* See codec.h. */
#include "proto/packet/codec.h"

#include "proto/packet/header.h"

/* Where a version 3 report counts its records. */
enum { RECORD_COUNT_AT = 6 };

static const struct addr no_group = {{[10] = 0xff, [11] = 0xff}};

/* A report or query whose records or sources do not all fit in it is no message at all: nobody can
 * know which half of it was meant. */
static bool is_complete(enum protocol protocol, const struct message *m)
{
	struct wire_reader body = m->body;
	size_t size = wire_addr_size(protocol);
	unsigned left = m->count;

	if (m->type == MESSAGE_QUERY)
		return left * size <= body.left;
	while (left-- && !body.overrun) {
		size_t auxiliary, sources;

		wire_get8(&body);
		auxiliary = (size_t)wire_get8(&body) * 4;
		sources = wire_get16(&body);
		wire_take(&body, size + sources * size + auxiliary);
	}
	return !body.overrun;
}

enum counter codec_read(enum protocol protocol, const struct packet *packet, struct message *m)
{
	enum counter result;

	*m = (struct message){.body = {.at = packet->data, .left = packet->length}};
	if (packet->length < header_shortest(protocol, packet))
		return DROP_LENGTH;
	if (wire_checksum(protocol, &packet->source, &packet->destination, packet->data,
			  packet->length))
		return DROP_CHECKSUM;
	if (packet->ttl != 1)
		return DROP_TTL;
	result = header_read(protocol, packet, m);
	if (result == NOT_DROPPED && !is_complete(protocol, m))
		return DROP_TRUNCATED;
	return result;
}

/* Their number, 0 so far; message_add_source() counts. */
static void start_sources(struct message_writer *w)
{
	w->count_at = w->wire.length;
	w->count = 0;
	wire_put16(&w->wire, 0);
}

void codec_write_query(struct message_writer *w, const struct addr *group, bool suppress,
		       int32_t max_response_time, const struct values *values)
{
	uint8_t version = values->version;

	header_write(w, MESSAGE_QUERY, version, max_response_time, group);
	if (version == 3) {
		uint8_t robustness = values->robustness;
		uint32_t seconds = (uint32_t)values->query_interval / 1000;

		wire_put8(&w->wire,
			  (uint8_t)((suppress ? 8 : 0) | (robustness > 7 ? 0 : robustness)));
		wire_put8(&w->wire, (uint8_t)message_encode_float(seconds, 4));
		start_sources(w);
	}
	w->destination = addr_is_any(group) ? message_link_multicast(w->protocol, 1) : *group;
}

void codec_write_old(struct message_writer *w, enum message_type type, uint8_t version,
		     const struct addr *group)
{
	header_write(w, type, version, 0, group);
	w->destination = type == MESSAGE_LEAVE ? message_link_multicast(w->protocol, 2) : *group;
}

void codec_add_record(struct message_writer *w, enum record_type type, const struct addr *group)
{
	if (!w->wire.length) {
		header_write(w, MESSAGE_REPORT, 3, 0, &no_group);
		w->destination = message_link_multicast(w->protocol, 22);
		w->record_count = 0;
	}
	wire_put8(&w->wire, (uint8_t)type);
	wire_put8(&w->wire, 0);
	start_sources(w);
	wire_put_addr(&w->wire, group, w->protocol);
	wire_patch16(&w->wire, RECORD_COUNT_AT, ++w->record_count);
}

void codec_write_discovery(struct message_writer *w, enum message_type type, uint8_t interval,
			   const struct values *values)
{
	header_write_discovery(w, type, interval, values);
}
