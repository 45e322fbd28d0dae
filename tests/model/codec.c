/* SPDX-License-Identifier: MIT */
/* The test suite's own reader and writer of IGMP and MLD messages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/codec.h"

enum {
	IGMP_QUERY = 0x11,
	IGMP_V1_REPORT = 0x12,
	IGMP_V2_REPORT = 0x16,
	IGMP_V2_LEAVE = 0x17,
	IGMP_V3_REPORT = 0x22,
	MLD_QUERY = 130,
	MLD_V1_REPORT = 131,
	MLD_V1_DONE = 132,
	MLD_V2_REPORT = 143,
	IGMP_ADVERTISEMENT = 0x30,
	MLD_ADVERTISEMENT = 151,
	ICMPV6 = 58,
};

unsigned newest_version(enum protocol protocol)
{
	return protocol == PROTOCOL_IGMP ? 3 : 2;
}

unsigned float_code(uint64_t value, unsigned mantissa_bits)
{
	unsigned exponent, one = 1U << mantissa_bits;

	if (value < (uint64_t)one << 3)
		return (unsigned)value;
	for (exponent = 0; exponent < 8; exponent++)
		if (value < (uint64_t)one << (exponent + 4))
			return (8 | exponent) << mantissa_bits |
			       ((unsigned)(value >> (exponent + 3)) & (one - 1));
	return (one << 4) - 1;
}

uint64_t float_value(unsigned code, unsigned mantissa_bits)
{
	unsigned one = 1U << mantissa_bits;

	if (code < one << 3)
		return code;
	return (uint64_t)((code & (one - 1)) | one) << ((code >> mantissa_bits & 7) + 3);
}

unsigned codec_response_code(enum protocol protocol, unsigned version, int64_t ms)
{
	uint64_t value = (uint64_t)(protocol == PROTOCOL_IGMP ? ms / 100 : ms);

	if (protocol == PROTOCOL_IGMP && version == 1)
		return 0;
	if (version < newest_version(protocol))
		return (unsigned)value;
	return float_code(value, protocol == PROTOCOL_IGMP ? 4 : 12);
}

int64_t codec_response(enum protocol protocol, const struct message *query)
{
	bool igmp = protocol == PROTOCOL_IGMP;
	uint64_t value = query->response_code;

	if (igmp && query->version == 1)
		return 10000;
	if (query->version == newest_version(protocol))
		value = float_value(query->response_code, igmp ? 4 : 12);
	return (int64_t)value * (igmp ? 100 : 1);
}

struct record *codec_add(struct message *message, unsigned type, const struct addr *group)
{
	struct record *record = GROW(message->record, message->record_count, message->record_room);

	*record = (struct record){.type = type, .group = *group};
	return record;
}

void codec_free(struct message *message)
{
	for (unsigned i = 0; i < message->record_count; i++)
		free(message->record[i].source.item);
	free(message->record);
	free(message->source.item);
	*message = (struct message){0};
}

/* ---- octets out ---- */

struct writer {
	enum protocol protocol;
	uint8_t *buf;
	size_t length;
};

static void put8(struct writer *writer, unsigned value)
{
	if (writer->length < MESSAGE_MAX)
		writer->buf[writer->length++] = (uint8_t)value;
}

static void put16(struct writer *writer, unsigned value)
{
	put8(writer, value >> 8 & 0xff);
	put8(writer, value & 0xff);
}

static void put_addr(struct writer *writer, const struct addr *addr)
{
	for (unsigned i = writer->protocol == PROTOCOL_IGMP ? 12 : 0; i < 16; i++)
		put8(writer, addr->byte[i]);
}

static void put_list(struct writer *writer, const struct list *list)
{
	for (unsigned i = 0; i < list->count; i++)
		put_addr(writer, &list->item[i]);
}

static unsigned type_octet(enum protocol protocol, const struct message *message)
{
	switch (message->kind) {
	case KIND_QUERY:
		return protocol == PROTOCOL_IGMP ? IGMP_QUERY : MLD_QUERY;
	case KIND_REPORT:
		return protocol == PROTOCOL_IGMP ? IGMP_V3_REPORT : MLD_V2_REPORT;
	case KIND_LEAVE:
		return protocol == PROTOCOL_IGMP ? IGMP_V2_LEAVE : MLD_V1_DONE;
	case KIND_ADVERTISEMENT:
	case KIND_SOLICITATION:
	case KIND_TERMINATION:
		return (protocol == PROTOCOL_IGMP ? IGMP_ADVERTISEMENT : MLD_ADVERTISEMENT) +
		       (message->kind - KIND_ADVERTISEMENT);
	default:
		if (protocol == PROTOCOL_MLD)
			return MLD_V1_REPORT;
		return message->version == 1 ? IGMP_V1_REPORT : IGMP_V2_REPORT;
	}
}

static void put_report(struct writer *writer, const struct message *message)
{
	put16(writer, 0);
	put16(writer, message->record_count);
	for (unsigned i = 0; i < message->record_count; i++) {
		const struct record *record = &message->record[i];

		put8(writer, record->type);
		put8(writer, record->aux);
		put16(writer, record->source.count);
		put_addr(writer, &record->group);
		put_list(writer, &record->source);
		for (unsigned octet = 0; octet < 4 * record->aux; octet++)
			put8(writer, 0xa5);
	}
}

/* Everything behind the checksum. */
static void put_body(struct writer *writer, const struct message *message)
{
	if (message->kind == KIND_REPORT) {
		put_report(writer, message);
		return;
	}
	if (message->kind == KIND_ADVERTISEMENT) {
		put16(writer, message->query_interval);
		put16(writer, message->robustness);
	}
	if (message->kind >= KIND_ADVERTISEMENT)
		return;
	if (writer->protocol == PROTOCOL_MLD) {
		put16(writer, message->kind == KIND_QUERY ? message->response_code : 0);
		put16(writer, 0);
	}
	put_addr(writer, &message->group);
	if (message->kind != KIND_QUERY || message->version != newest_version(writer->protocol))
		return;
	put8(writer, (unsigned)message->suppress << 3 | message->robustness);
	put8(writer, message->interval_code);
	put16(writer, message->source.count);
	put_list(writer, &message->source);
}

static uint32_t sum16(const uint8_t *data, size_t length, uint32_t sum)
{
	for (size_t i = 0; i < length; i++)
		sum += (uint32_t)data[i] << (i % 2 ? 0 : 8);
	return sum;
}

/* The Internet checksum over the message, its own field included. */
static unsigned checksum(enum protocol protocol, const struct addr *source,
			 const struct addr *destination, const uint8_t *data, size_t length)
{
	uint32_t sum = sum16(data, length, 0);

	if (protocol == PROTOCOL_MLD) {
		sum = sum16(source->byte, 16, sum16(destination->byte, 16, sum));
		sum += (uint32_t)length + ICMPV6;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

size_t codec_finish(enum protocol protocol, const struct addr *source,
		    const struct addr *destination, const struct damage *damage,
		    uint8_t buf[MESSAGE_MAX], size_t length)
{
	unsigned sum;

	for (unsigned i = 0; i < damage->tail && length < MESSAGE_MAX; i++)
		buf[length++] = 0x5a;
	if (damage->cut_set && damage->cut < length)
		length = damage->cut;
	for (unsigned i = 0; i < damage->poke_count; i++)
		if (damage->poke[i].offset < length)
			buf[damage->poke[i].offset] = damage->poke[i].value;
	if (length < 4 || damage->keep_checksum)
		return length;
	buf[2] = buf[3] = 0;
	sum = checksum(protocol, source, destination, buf, length);
	if (damage->checksum)
		sum ^= 0x0100;
	buf[2] = (uint8_t)(sum >> 8);
	buf[3] = (uint8_t)sum;
	return length;
}

size_t codec_encode(enum protocol protocol, const struct message *message,
		    const struct addr *source, const struct addr *destination,
		    const struct damage *damage, uint8_t buf[MESSAGE_MAX])
{
	struct writer writer = {protocol, buf, 0};
	unsigned code = 0;

	if (protocol == PROTOCOL_IGMP && message->kind == KIND_QUERY)
		code = message->response_code;
	if (message->kind == KIND_ADVERTISEMENT)
		code = message->interval;
	put8(&writer, type_octet(protocol, message));
	put8(&writer, code);
	put16(&writer, 0);
	put_body(&writer, message);
	return codec_finish(protocol, source, destination, damage, buf, writer.length);
}

/* ---- octets in ---- */

struct reader {
	enum protocol protocol;
	const uint8_t *data;
	size_t left;
	bool short_of;
};

static unsigned get8(struct reader *reader)
{
	if (!reader->left) {
		reader->short_of = true;
		return 0;
	}
	reader->left--;
	return *reader->data++;
}

static unsigned get16(struct reader *reader)
{
	unsigned high = get8(reader);

	return high << 8 | get8(reader);
}

static struct addr get_addr(struct reader *reader)
{
	struct addr addr = addr_ipv4(0);

	for (unsigned i = reader->protocol == PROTOCOL_IGMP ? 12 : 0; i < 16; i++)
		addr.byte[i] = (uint8_t)get8(reader);
	if (reader->protocol == PROTOCOL_MLD || addr_to_ipv4(&addr))
		return addr;
	return (struct addr){{0}};
}

static const char *get_list(struct reader *reader, unsigned count, struct list *list)
{
	while (count-- && !reader->short_of) {
		struct addr addr = get_addr(reader);

		if (list_has(list, &addr))
			return "a source is listed twice";
		if (!addr_may_leave_link(&addr))
			return "a source that does not leave its link";
		list_add(list, &addr);
	}
	return NULL;
}

static const char *get_report(struct reader *reader, struct message *message)
{
	unsigned count;

	if (get16(reader))
		return "the report's reserved field is not 0";
	count = get16(reader);
	if (!count)
		return "a report without records";
	while (count-- && !reader->short_of) {
		unsigned type = get8(reader), aux = get8(reader), sources = get16(reader);
		struct addr group = get_addr(reader);
		const char *wrong;

		if (type < IS_IN || type > BLOCK)
			return "an unknown record type";
		if (aux)
			return "a record has auxiliary data";
		if (!addr_is_multicast(&group))
			return "a record's group is not multicast";
		wrong = get_list(reader, sources, &codec_add(message, type, &group)->source);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static const char *get_query(struct reader *reader, struct message *message)
{
	unsigned flags;

	message->version = newest_version(reader->protocol);
	if (!reader->left) {
		message->version =
			reader->protocol == PROTOCOL_IGMP && message->response_code ? 2 : 1;
		return NULL;
	}
	flags = get8(reader);
	if (flags >> 4)
		return "the query's reserved bits are not 0";
	message->suppress = flags >> 3;
	message->robustness = flags & 7;
	message->interval_code = get8(reader);
	return get_list(reader, get16(reader), &message->source);
}

static bool get_kind(struct message *message, enum protocol protocol, unsigned type)
{
	static const struct {
		enum protocol protocol;
		unsigned type;
		enum kind kind;
		unsigned version;
	} table[] = {
		{PROTOCOL_IGMP, IGMP_QUERY, KIND_QUERY, 0},
		{PROTOCOL_IGMP, IGMP_V1_REPORT, KIND_OLD_REPORT, 1},
		{PROTOCOL_IGMP, IGMP_V2_REPORT, KIND_OLD_REPORT, 2},
		{PROTOCOL_IGMP, IGMP_V2_LEAVE, KIND_LEAVE, 2},
		{PROTOCOL_IGMP, IGMP_V3_REPORT, KIND_REPORT, 3},
		{PROTOCOL_MLD, MLD_QUERY, KIND_QUERY, 0},
		{PROTOCOL_MLD, MLD_V1_REPORT, KIND_OLD_REPORT, 1},
		{PROTOCOL_MLD, MLD_V1_DONE, KIND_LEAVE, 1},
		{PROTOCOL_MLD, MLD_V2_REPORT, KIND_REPORT, 2},
		{PROTOCOL_IGMP, IGMP_ADVERTISEMENT, KIND_ADVERTISEMENT, 0},
		{PROTOCOL_IGMP, IGMP_ADVERTISEMENT + 1, KIND_SOLICITATION, 0},
		{PROTOCOL_IGMP, IGMP_ADVERTISEMENT + 2, KIND_TERMINATION, 0},
		{PROTOCOL_MLD, MLD_ADVERTISEMENT, KIND_ADVERTISEMENT, 0},
		{PROTOCOL_MLD, MLD_ADVERTISEMENT + 1, KIND_SOLICITATION, 0},
		{PROTOCOL_MLD, MLD_ADVERTISEMENT + 2, KIND_TERMINATION, 0},
	};

	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].protocol == protocol && table[i].type == type) {
			message->kind = table[i].kind;
			message->version = table[i].version;
			return true;
		}
	return false;
}

/* RFC 4286 3.1.1: 4 to 180 s. */
static const char *get_advertisement(struct reader *reader, struct message *message, unsigned code)
{
	message->interval = code;
	message->query_interval = get16(reader);
	message->robustness = get16(reader);
	return code < 4 || code > 180 ? "the advertisement interval is not 4 to 180 s" : NULL;
}

static const char *get_body(struct reader *reader, struct message *message, unsigned code)
{
	if (message->kind == KIND_ADVERTISEMENT)
		return get_advertisement(reader, message, code);
	message->response_code = code;
	if (reader->protocol == PROTOCOL_MLD || message->kind != KIND_QUERY) {
		if (code)
			return "the code is not 0";
	}
	if (message->kind == KIND_REPORT)
		return get_report(reader, message);
	/* As long as an advertisement, as bridges drop what is shorter. */
	if (message->kind > KIND_ADVERTISEMENT)
		return get16(reader) | get16(reader) ? "the padding is not 0" : NULL;
	if (reader->protocol == PROTOCOL_MLD) {
		message->response_code = get16(reader);
		if (message->kind != KIND_QUERY && message->response_code)
			return "the response delay is not 0";
		if (get16(reader))
			return "the reserved field is not 0";
	}
	message->group = get_addr(reader);
	if (message->kind == KIND_QUERY)
		return get_query(reader, message);
	return NULL;
}

struct addr codec_well_known(enum protocol protocol, unsigned last)
{
	return protocol == PROTOCOL_IGMP ? addr_ipv4(0xe0000000U | last)
					 : (struct addr){{0xff, 2, [15] = (uint8_t)last}};
}

/* RFC 3376 4.1.12, 4.2.14, RFC 2236 section 9, RFC 3810 5.1.15, 5.2.14, RFC 2710 section 4, RFC
 * 4286 sections 3.2, 4 and 5, RFC 7761 4.9. */
struct addr codec_destination(enum protocol protocol, const struct message *message)
{
	if (message->kind == KIND_REPORT)
		return codec_well_known(protocol, 22);
	if (message->kind == KIND_LEAVE || message->kind == KIND_SOLICITATION)
		return codec_well_known(protocol, 2);
	if (message->kind == KIND_ADVERTISEMENT || message->kind == KIND_TERMINATION)
		return codec_well_known(protocol, 106);
	return addr_is_any(&message->group) ? codec_well_known(protocol, 1) : message->group;
}

const char *codec_decode(enum protocol protocol, const struct addr *source,
			 const struct addr *destination, const uint8_t *data, size_t length,
			 struct message *message)
{
	struct reader reader = {protocol, data, length, false};
	struct addr right;
	const char *wrong;
	unsigned code;

	*message = (struct message){0};
	if (length < 4)
		return "shorter than 4 octets";
	if (checksum(protocol, source, destination, data, length))
		return "the checksum is wrong";
	if (!get_kind(message, protocol, get8(&reader)))
		return "an unknown message type";
	code = get8(&reader);
	get16(&reader);
	wrong = get_body(&reader, message, code);
	if (wrong)
		return wrong;
	if (reader.short_of)
		return "shorter than its fields say";
	if (reader.left)
		return "octets behind the end";
	right = codec_destination(protocol, message);
	if (!addr_equal(destination, &right))
		return "the destination is wrong";
	return NULL;
}

/* ---- text ---- */

const char *record_type_text(unsigned type)
{
	static const char *const name[] = {"0",	    "IS_IN", "IS_EX", "TO_IN",
					   "TO_EX", "ALLOW", "BLOCK"};

	return type <= BLOCK ? name[type] : "?";
}

static const char *query_text(enum protocol protocol, const struct message *message, char *text)
{
	char *end = text + MESSAGE_TEXT;
	unsigned long long response = message->response_code;
	char *at = text + snprintf(text, MESSAGE_TEXT, "query");

	if (!addr_is_any(&message->group))
		at += snprintf(at, (size_t)(end - at), " %s", addr_text(&message->group));
	if (message->source.count) {
		*at++ = ' ';
		list_text(&message->source, at, MESSAGE_TEXT / 2);
		at += strlen(at);
	}
	if (message->version == newest_version(protocol))
		response = float_value(message->response_code, protocol == PROTOCOL_IGMP ? 4 : 12);
	response *= protocol == PROTOCOL_IGMP ? 100 : 1;
	at += snprintf(at, (size_t)(end - at), "%s v%u mrt=%llu.%03llu",
		       message->suppress ? " s" : "", message->version, response / 1000,
		       response % 1000);
	if (message->version == newest_version(protocol))
		snprintf(at, (size_t)(end - at), " qrv=%u qqi=%llu", message->robustness,
			 (unsigned long long)float_value(message->interval_code, 4));
	return text;
}

static const char *discovery_text(const struct message *message, char *text)
{
	static const char *const name[] = {"advert", "solicit", "terminate"};
	int length = snprintf(text, MESSAGE_TEXT, "%s", name[message->kind - KIND_ADVERTISEMENT]);

	if (message->kind == KIND_ADVERTISEMENT)
		sprintf(text + length, " every=%u qqi=%u qrv=%u", message->interval,
			message->query_interval, message->robustness);
	return text;
}

const char *codec_text(enum protocol protocol, const struct message *message,
		       char text[MESSAGE_TEXT])
{
	size_t length;

	if (message->kind == KIND_QUERY)
		return query_text(protocol, message, text);
	if (message->kind >= KIND_ADVERTISEMENT)
		return discovery_text(message, text);
	if (message->kind != KIND_REPORT) {
		snprintf(text, MESSAGE_TEXT, "%s %s",
			 message->kind == KIND_LEAVE ? "leave"
			 : message->version == 1     ? "v1"
						     : "v2",
			 addr_text(&message->group));
		return text;
	}
	length = (size_t)snprintf(text, MESSAGE_TEXT, "report");
	for (unsigned i = 0; i < message->record_count && length + 200 < MESSAGE_TEXT; i++) {
		const struct record *record = &message->record[i];

		length += (size_t)snprintf(text + length, MESSAGE_TEXT - length, "%s %s %s ",
					   i ? " +" : "", record_type_text(record->type),
					   addr_text(&record->group));
		list_text(&record->source, text + length, MESSAGE_TEXT - length);
		length += strlen(text + length);
	}
	return text;
}
