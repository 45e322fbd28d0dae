/* SPDX-License-Identifier: MIT */
/*
 * Builds and reads the bench's frames. Implements the host's and querier's packet formats of
 * RFC 3376 section 4 and RFC 3810 section 5; leaves out IP fragments and extension headers other
 * than the hop-by-hop options with the router alert.
 */
#include "frame.h"

#include <string.h>

enum {
	ETHERNET = 14,
	IPV4_PLAIN = 20,
	IPV4_ALERT = 24,
	IPV6_PLAIN = 40,
	HOP_BY_HOP = 8,
	UDP = 8,
	PAYLOAD = 64,
	PROTOCOL_HOP_BY_HOP = 0,
	PROTOCOL_IGMP = 2,
	PROTOCOL_UDP = 17,
	PROTOCOL_ICMPV6 = 58,
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	IGMP_QUERY = 0x11,
	IGMP_V1_REPORT = 0x12,
	IGMP_V2_REPORT = 0x16,
	IGMP_LEAVE = 0x17,
	IGMP_V3_REPORT = 0x22,
	MLD_QUERY = 130,
	MLD_V1_REPORT = 131,
	MLD_DONE = 132,
	MLD_V2_REPORT = 143,
	REPORT_HEADER = 8,
};

#define GROUP_BASE_IPV4 0xef100000u
#define SOURCE_BASE_IPV4 0x0a001000u
#define PAYLOAD_MAGIC 0x6d637062u

static void store16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void store32(uint8_t *at, uint32_t value)
{
	store16(at, value >> 16);
	store16(at + 2, value & 0xffff);
}

static uint32_t load16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t load32(const uint8_t *at)
{
	return load16(at) << 16 | load16(at + 2);
}

static size_t address_length(enum family family)
{
	return family == IPV4 ? 4 : 16;
}

/* RFC 1071, over at most 64 KiB. */
static uint32_t sum(uint32_t start, const uint8_t *bytes, size_t length)
{
	size_t i;

	for (i = 0; i + 1 < length; i += 2)
		start += load16(bytes + i);
	if (i < length)
		start += (uint32_t)bytes[i] << 8;
	return start;
}

static uint32_t checksum(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total ^ 0xffff;
}

/* The pseudo-header of RFC 8200 section 8.1, which RFC 768 has in the same sum for IPv4. */
static uint32_t pseudo_header(enum family family, const uint8_t *source, const uint8_t *destination,
			      uint32_t protocol, size_t length)
{
	const size_t size = address_length(family);

	return sum(sum(protocol + (uint32_t)length, source, size), destination, size);
}

static struct address ipv4_address(uint32_t value)
{
	struct address address = {{0}};

	store32(address.byte, value);
	return address;
}

static struct address ipv6_address(uint32_t first, uint32_t second, uint32_t third, uint32_t fourth)
{
	struct address address;

	store32(address.byte, first);
	store32(address.byte + 4, second);
	store32(address.byte + 8, third);
	store32(address.byte + 12, fourth);
	return address;
}

struct address frame_group(enum family family, uint32_t number)
{
	if (family == IPV4)
		return ipv4_address(GROUP_BASE_IPV4 + number);
	return ipv6_address(0xff1e0000, 0, 9, number);
}

struct address frame_source(enum family family, uint32_t number)
{
	if (family == IPV4)
		return ipv4_address(SOURCE_BASE_IPV4 + number);
	return ipv6_address(0x20010db8, 0, 0, 0x10000 + number);
}

struct address frame_host(enum family family)
{
	if (family == IPV4)
		return ipv4_address(0x0a010002);
	return ipv6_address(0xfe800000, 0, 0, 2);
}

struct address frame_all_routers(enum family family)
{
	if (family == IPV4)
		return ipv4_address(0xe0000016);
	return ipv6_address(0xff020000, 0, 0, 0x16);
}

struct address frame_all_systems(enum family family)
{
	if (family == IPV4)
		return ipv4_address(0xe0000001);
	return ipv6_address(0xff020000, 0, 0, 1);
}

static struct address querier(enum family family)
{
	if (family == IPV4)
		return ipv4_address(0x0a000002);
	return ipv6_address(0xfe800000, 0, 0, 0xa);
}

/* Where the group number of an address is; false: the bench has no such group. */
static bool group_number(enum family family, const uint8_t *address, uint32_t *number)
{
	if (family == IPV4) {
		*number = load32(address) - GROUP_BASE_IPV4;
	} else {
		if (load32(address) != 0xff1e0000 || load32(address + 4) ||
		    load32(address + 8) != 9)
			return false;
		*number = load32(address + 12);
	}
	return *number < GROUPS_MAX;
}

/* RFC 1112 section 6.4 and RFC 2464 section 7. */
static uint8_t *put_ethernet(struct frame *frame, enum family family,
			     const struct address *destination)
{
	static const uint8_t sender[6] = {2, 0, 0, 0, 0, 1};
	uint8_t *at = frame->bytes;

	if (family == IPV4) {
		store32(at, 0x01005e00u | (destination->byte[1] & 0x7fu));
		memcpy(at + 4, destination->byte + 2, 2);
	} else {
		store16(at, 0x3333);
		memcpy(at + 2, destination->byte + 12, 4);
	}
	memcpy(at + 6, sender, sizeof(sender));
	store16(at + 12, family == IPV4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
	return at + ETHERNET;
}

static uint8_t *put_ipv4(uint8_t *at, size_t header, uint8_t ttl, uint8_t protocol,
			 const struct address *source, const struct address *destination,
			 size_t length)
{
	memset(at, 0, header);
	at[0] = (uint8_t)(0x40 | header / 4);
	at[1] = protocol == PROTOCOL_IGMP ? 0xc0 : 0;
	store16(at + 2, (uint32_t)(header + length));
	at[8] = ttl;
	at[9] = protocol;
	memcpy(at + 12, source->byte, 4);
	memcpy(at + 16, destination->byte, 4);
	if (header == IPV4_ALERT)
		store32(at + IPV4_PLAIN, 0x94040000);
	store16(at + 10, checksum(sum(0, at, header)));
	return at + header;
}

static uint8_t *put_ipv6(uint8_t *at, uint8_t hop_limit, uint8_t next_header,
			 const struct address *source, const struct address *destination,
			 size_t length)
{
	store32(at, 0x60000000);
	store16(at + 4, (uint32_t)length);
	at[6] = next_header;
	at[7] = hop_limit;
	memcpy(at + 8, source->byte, 16);
	memcpy(at + 24, destination->byte, 16);
	return at + IPV6_PLAIN;
}

void frame_seal(struct message *message, enum family family, const struct address *source,
		const struct address *destination)
{
	uint32_t start = 0;

	if (message->length < 4)
		return;
	if (family == IPV6)
		start = pseudo_header(family, source->byte, destination->byte, PROTOCOL_ICMPV6,
				      message->length);
	store16(message->bytes + 2, 0);
	store16(message->bytes + 2, checksum(sum(start, message->bytes, message->length)));
}

bool frame_sealed(const struct message *message, enum family family, const struct address *source,
		  const struct address *destination)
{
	struct message sealed = *message;

	frame_seal(&sealed, family, source, destination);
	return message->length >= 4 && !memcmp(sealed.bytes, message->bytes, message->length);
}

void frame_message(struct frame *frame, const struct message *message, enum family family,
		   const struct address *source, const struct address *destination)
{
	static const uint8_t alert[HOP_BY_HOP] = {PROTOCOL_ICMPV6, 0, 5, 2, 0, 0, 1, 0};
	uint8_t *at = put_ethernet(frame, family, destination);

	if (family == IPV4) {
		at = put_ipv4(at, IPV4_ALERT, 1, PROTOCOL_IGMP, source, destination,
			      message->length);
	} else {
		at = put_ipv6(at, 1, PROTOCOL_HOP_BY_HOP, source, destination,
			      HOP_BY_HOP + message->length);
		memcpy(at, alert, sizeof(alert));
		at += sizeof(alert);
	}
	memcpy(at, message->bytes, message->length);
	frame->length = (size_t)(at - frame->bytes) + message->length;
}

void frame_report(struct frame *frame, enum family family, enum record_type type,
		  uint32_t first_group, uint32_t count)
{
	const struct address source = frame_host(family);
	const struct address destination = frame_all_routers(family);
	const size_t size = address_length(family);
	struct message message = {.length = REPORT_HEADER};
	uint32_t i;

	message.bytes[0] = family == IPV4 ? IGMP_V3_REPORT : MLD_V2_REPORT;
	store16(message.bytes + 6, count);
	for (i = 0; i < count && i < RECORDS_MAX; i++) {
		const struct address group = frame_group(family, first_group + i);

		message.bytes[message.length] = (uint8_t)type;
		memcpy(message.bytes + message.length + 4, group.byte, size);
		message.length += 4 + size;
	}
	frame_seal(&message, family, &source, &destination);
	frame_message(frame, &message, family, &source, &destination);
}

void frame_query(struct frame *frame, enum family family)
{
	const struct address source = querier(family);
	const struct address destination = frame_all_systems(family);
	const size_t group_end = family == IPV4 ? 8 : 24;
	struct message message = {.length = group_end + 4};

	/* A Max Resp Code is in tenths of a second in IGMP and in milliseconds in MLD. */
	if (family == IPV4) {
		message.bytes[0] = IGMP_QUERY;
		message.bytes[1] = 1;
	} else {
		message.bytes[0] = MLD_QUERY;
		store16(message.bytes + 4, 100);
	}
	message.bytes[group_end] = 2;	    /* robustness */
	message.bytes[group_end + 1] = 125; /* query interval, seconds */
	frame_seal(&message, family, &source, &destination);
	frame_message(frame, &message, family, &source, &destination);
}

void frame_data(struct frame *frame, enum family family, uint32_t source, uint32_t group,
		uint32_t id)
{
	const struct address from = frame_source(family, source);
	const struct address to = frame_group(family, group);
	const size_t length = UDP + PAYLOAD;
	uint8_t *at = put_ethernet(frame, family, &to);
	uint32_t check;

	if (family == IPV4)
		at = put_ipv4(at, IPV4_PLAIN, 8, PROTOCOL_UDP, &from, &to, length);
	else
		at = put_ipv6(at, 8, PROTOCOL_UDP, &from, &to, length);
	memset(at, 0, length);
	store16(at, 5001);
	store16(at + 2, 5001);
	store16(at + 4, (uint32_t)length);
	store32(at + UDP, PAYLOAD_MAGIC);
	store32(at + UDP + 4, id);
	check = checksum(
		sum(pseudo_header(family, from.byte, to.byte, PROTOCOL_UDP, length), at, length));
	store16(at + 6, check ? check : 0xffff);
	frame->length = (size_t)(at - frame->bytes) + length;
}

static void read_data(struct sighting *seen, const uint8_t *at, size_t length)
{
	if (length < UDP + PAYLOAD || load32(at + UDP) != PAYLOAD_MAGIC)
		return;
	seen->kind = SIGHT_DATA;
	seen->id = load32(at + UDP + 4);
}

static void read_message(struct sighting *seen, const uint8_t *at, size_t length)
{
	const size_t size = address_length(seen->family);
	const size_t group = seen->family == IPV4 ? 4 : 8;
	uint32_t number;

	switch (at[0]) {
	case IGMP_QUERY:
	case MLD_QUERY:
		if (length >= group + size && !sum(0, at + group, size))
			seen->kind = SIGHT_GENERAL_QUERY;
		break;
	case IGMP_V3_REPORT:
	case MLD_V2_REPORT:
		seen->kind = SIGHT_REPORT;
		seen->records = at + REPORT_HEADER;
		seen->records_length = length - REPORT_HEADER;
		seen->records_left = load16(at + 6);
		break;
	case IGMP_V1_REPORT:
	case IGMP_V2_REPORT:
	case IGMP_LEAVE:
	case MLD_V1_REPORT:
	case MLD_DONE:
		if (length < group + size || !group_number(seen->family, at + group, &number))
			break;
		seen->kind = SIGHT_REPORT;
		seen->records = at;
		seen->records_length = length;
		seen->records_left = 1;
		seen->records_old = true;
		break;
	}
}

static void read_ipv4(struct sighting *seen, const uint8_t *at, size_t length)
{
	size_t header, total;

	if (length < IPV4_PLAIN)
		return;
	header = 4 * (at[0] & 15u);
	total = load16(at + 2);
	if (header < IPV4_PLAIN || total < header || total > length)
		return;
	if (at[9] == PROTOCOL_UDP)
		read_data(seen, at + header, total - header);
	else if (at[9] == PROTOCOL_IGMP && total - header >= REPORT_HEADER &&
		 !checksum(sum(0, at + header, total - header)))
		read_message(seen, at + header, total - header);
}

static void read_ipv6(struct sighting *seen, const uint8_t *at, size_t length)
{
	const uint8_t *payload = at + IPV6_PLAIN;
	size_t total;

	if (length < IPV6_PLAIN)
		return;
	total = load16(at + 4);
	if (total > length - IPV6_PLAIN)
		return;
	if (at[6] == PROTOCOL_UDP)
		read_data(seen, payload, total);
	if (at[6] != PROTOCOL_HOP_BY_HOP || total < HOP_BY_HOP + REPORT_HEADER ||
	    payload[0] != PROTOCOL_ICMPV6 || payload[1] != 0)
		return;
	payload += HOP_BY_HOP;
	total -= HOP_BY_HOP;
	if (!checksum(sum(pseudo_header(IPV6, at + 8, at + 24, PROTOCOL_ICMPV6, total), payload,
			  total)))
		read_message(seen, payload, total);
}

void frame_read(struct sighting *seen, const uint8_t *bytes, size_t length)
{
	const int64_t time = seen->time;

	*seen = (struct sighting){.kind = SIGHT_OTHER, .time = time};
	if (length < ETHERNET)
		return;
	if (load16(bytes + 12) == ETHERTYPE_IPV4) {
		seen->family = IPV4;
		read_ipv4(seen, bytes + ETHERNET, length - ETHERNET);
	} else if (load16(bytes + 12) == ETHERTYPE_IPV6) {
		seen->family = IPV6;
		read_ipv6(seen, bytes + ETHERNET, length - ETHERNET);
	}
}

static bool wants_sources(unsigned type, uint32_t sources)
{
	return type == IS_EX || type == TO_EX ||
	       ((type == IS_IN || type == TO_IN || type == ALLOW) && sources > 0);
}

bool frame_membership(struct sighting *seen, struct membership *membership)
{
	const size_t size = address_length(seen->family);

	while (seen->records_left) {
		const uint8_t *at = seen->records;
		size_t length;

		seen->records_left--;
		if (seen->records_old) {
			membership->member = at[0] != IGMP_LEAVE && at[0] != MLD_DONE;
			return group_number(seen->family, at + (seen->family == IPV4 ? 4 : 8),
					    &membership->group);
		}
		if (seen->records_length < 4 + size)
			return false;
		length = 4 + size + load16(at + 2) * size + 4u * at[1];
		if (seen->records_length < length)
			return false;
		seen->records += length;
		seen->records_length -= length;
		membership->member = wants_sources(at[0], load16(at + 2));
		if (group_number(seen->family, at + 4, &membership->group))
			return true;
	}
	return false;
}
