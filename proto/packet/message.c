/* SPDX-License-Identifier: MIT */
/* What IGMP and MLD messages have in common; see message.h. */
#include "proto/packet/message.h"

static size_t read_sources(enum protocol protocol, struct wire_reader *body, unsigned count,
			   struct addr *scratch, struct counters *counters)
{
	size_t kept = 0;

	while (count--) {
		struct addr source = wire_get_addr(body, protocol);

		if (addr_is_routable(&source) && kept < MESSAGE_SOURCES &&
		    addr_is_ipv4(&source) != values_is_mld(protocol))
			scratch[kept++] = source;
		else
			counters->value[DROP_RECORD_SOURCE]++;
	}
	return source_sort(scratch, kept);
}

bool message_is_group(enum protocol protocol, const struct addr *group)
{
	if (!values_is_mld(protocol))
		return addr_is_multicast(group);
	return group->byte[0] == 0xff && (group->byte[1] & 0x0f) >= 2;
}

bool message_next_record(enum protocol protocol, struct message *m, struct record *record,
			 struct addr *scratch, struct counters *counters)
{
	while (m->count) {
		uint8_t type = wire_get8(&m->body), auxiliary = wire_get8(&m->body);
		unsigned count = wire_get16(&m->body);

		m->count--;
		record->group = wire_get_addr(&m->body, protocol);
		record->source_count = read_sources(protocol, &m->body, count, scratch, counters);
		wire_take(&m->body, (size_t)auxiliary * 4);
		record->type = (enum record_type)type;
		record->source = scratch;
		if (type < IS_IN || type > BLOCK)
			counters->value[DROP_RECORD_TYPE]++;
		else if (!message_is_group(protocol, &record->group))
			counters->value[DROP_RECORD_GROUP]++;
		else
			return true;
	}
	return false;
}

void message_query_sources(enum protocol protocol, struct message *m, struct record *record,
			   struct addr *scratch, struct counters *counters)
{
	record->group = m->group;
	record->source = scratch;
	record->source_count = read_sources(protocol, &m->body, m->count, scratch, counters);
}

size_t message_record_size(enum protocol protocol, size_t source_count)
{
	return 4 + (1 + source_count) * wire_addr_size(protocol);
}

bool message_add_source(struct message_writer *w, const struct addr *source)
{
	if (w->wire.size - w->wire.length < wire_addr_size(w->protocol))
		return false;
	wire_put_addr(&w->wire, source, w->protocol);
	wire_patch16(&w->wire, w->count_at, ++w->count);
	return true;
}

void message_finish(struct message_writer *w, const struct addr *source)
{
	wire_patch16(
		&w->wire, 2,
		wire_checksum(w->protocol, source, &w->destination, w->wire.start, w->wire.length));
}

struct addr message_link_multicast(enum protocol protocol, uint8_t last)
{
	if (!values_is_mld(protocol))
		return addr_ipv4(0xe0000000u | last);
	return (struct addr){{0xff, 0x02, [15] = last}};
}

uint32_t message_decode_float(uint32_t code, unsigned mantissa)
{
	uint32_t high = 1u << mantissa;

	if (code < high << 3)
		return code;
	return ((code & (high - 1)) | high) << ((code >> mantissa & 7) + 3);
}

uint32_t message_encode_float(uint32_t value, unsigned mantissa)
{
	uint32_t high = 1u << mantissa;
	unsigned exponent = 0;

	if (value < high << 3)
		return value;
	if (value >= high << 11)
		return (high << 4) - 1;
	while (value >> (exponent + 3) >= high << 1)
		exponent++;
	return high << 3 | exponent << mantissa | (value >> (exponent + 3) & (high - 1));
}
