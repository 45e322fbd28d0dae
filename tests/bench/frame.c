/* SPDX-License-Identifier: MIT */
/* See frame.h. */
#include "frame.h"

#include <string.h>

static struct addr numbered(enum protocol protocol, uint32_t ipv4, struct addr ipv6,
			    uint32_t number)
{
	if (protocol == PROTOCOL_IGMP)
		return addr_ipv4(ipv4 + number);
	for (unsigned i = 15; number; i--) {
		number += ipv6.byte[i];
		ipv6.byte[i] = (uint8_t)number;
		number >>= 8;
	}
	return ipv6;
}

struct addr frame_group(enum protocol protocol, uint32_t number)
{
	return numbered(protocol, 0xef100000, (struct addr){{0xff, 0x1e, [11] = 9}}, number);
}

struct addr frame_source(enum protocol protocol, uint32_t number)
{
	return numbered(protocol, 0x0a001000, (struct addr){{0x20, 1, 0x0d, 0xb8, [13] = 1}},
			number);
}

struct addr frame_host(enum protocol protocol)
{
	return numbered(protocol, 0x0a010000, (struct addr){{0xfe, 0x80}}, 2);
}

/* Which number has the group? False: the bench has no such one. */
static bool group_number(const struct addr *group, uint32_t *number)
{
	enum protocol protocol = addr_is_ipv4(group) ? PROTOCOL_IGMP : PROTOCOL_MLD;
	struct addr same;

	*number = ((uint32_t)group->byte[13] << 16 | (uint32_t)group->byte[14] << 8 |
		   group->byte[15]) -
		  (protocol == PROTOCOL_IGMP ? 0x100000 : 0);
	if (*number >= GROUPS_MAX)
		return false;
	same = frame_group(protocol, *number);
	return addr_equal(group, &same);
}

static void wrap(struct frame *frame, enum protocol protocol, struct message *message,
		 const struct addr *source)
{
	struct envelope envelope = {*source, codec_destination(protocol, message), 1, false};
	uint8_t data[MESSAGE_MAX];
	size_t length = codec_encode(protocol, message, &envelope.source, &envelope.destination,
				     &(struct damage){0}, data);

	packet_message(frame, protocol, &envelope, data, length);
	codec_free(message);
}

void frame_report(struct frame *frame, enum protocol protocol, enum record_type type,
		  uint32_t first_group, uint32_t count)
{
	struct message message = {.kind = KIND_REPORT, .version = newest_version(protocol)};
	struct addr source = frame_host(protocol);

	for (uint32_t i = 0; i < count && i < RECORDS_MAX; i++) {
		struct addr group = frame_group(protocol, first_group + i);

		codec_add(&message, type, &group);
	}
	wrap(frame, protocol, &message, &source);
}

void frame_query(struct frame *frame, enum protocol protocol)
{
	struct addr source =
		numbered(protocol, 0x0a000002, (struct addr){{0xfe, 0x80, [15] = 0xa}}, 0);
	/* A Max Resp Code is in tenths of a second in IGMP and in milliseconds in MLD. */
	struct message message = {.kind = KIND_QUERY,
				  .version = newest_version(protocol),
				  .response_code = protocol == PROTOCOL_IGMP ? 1 : 100,
				  .robustness = 2,
				  .interval_code = 125};

	wrap(frame, protocol, &message, &source);
}

void frame_data(struct frame *frame, enum protocol protocol, uint32_t source, uint32_t group,
		uint32_t id)
{
	struct envelope envelope = {frame_source(protocol, source), frame_group(protocol, group), 8,
				    true};

	packet_data(frame, protocol, &envelope, id);
}

static enum sight kind_of(const struct sighting *seen)
{
	if (seen->udp)
		return SIGHT_DATA;
	if (seen->wrong && strstr(seen->wrong, "checksum"))
		return SIGHT_OTHER;
	if (seen->message.kind == KIND_QUERY)
		return addr_is_any(&seen->message.group) ? SIGHT_GENERAL_QUERY : SIGHT_OTHER;
	if (seen->message.kind == KIND_ADVERTISEMENT)
		return SIGHT_ADVERTISEMENT;
	return seen->message.kind < KIND_ADVERTISEMENT ? SIGHT_REPORT : SIGHT_OTHER;
}

void frame_read(struct arrival *arrival, const uint8_t *bytes, size_t length)
{
	static struct sighting seen;

	codec_free(&seen.message);
	*arrival = (struct arrival){.time = arrival->time, .message = &seen.message};
	if (!packet_read(&seen, PROTOCOL_IGMP, bytes, length)) {
		arrival->protocol = PROTOCOL_MLD;
		if (!packet_read(&seen, PROTOCOL_MLD, bytes, length))
			return;
	}
	arrival->kind = kind_of(&seen);
	arrival->id = seen.number;
}

static bool wants_sources(const struct record *record)
{
	return record->type == IS_EX || record->type == TO_EX ||
	       (record->type != BLOCK && record->source.count);
}

bool frame_membership(struct arrival *arrival, struct membership *membership)
{
	const struct message *message = arrival->message;
	bool old = message->kind == KIND_OLD_REPORT || message->kind == KIND_LEAVE;

	if (arrival->kind != SIGHT_REPORT)
		return false;
	membership->member = message->kind == KIND_OLD_REPORT;
	if (old)
		return !arrival->records_seen++ &&
		       group_number(&message->group, &membership->group);
	while (arrival->records_seen < message->record_count) {
		const struct record *record = &message->record[arrival->records_seen++];

		membership->member = wants_sources(record);
		if (group_number(&record->group, &membership->group))
			return true;
	}
	return false;
}
