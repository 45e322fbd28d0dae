/* SPDX-License-Identifier: MIT */
/* Frames; see packet.h. Leaves out fragments and other extension headers than hop-by-hop. */
#include "tests/model/packet.h"

#include <string.h>

enum {
	ETHERNET = 14,
	IPV4 = 20,
	ALERT_OPTION = 4,
	IPV6 = 40,
	HOP_BY_HOP = 8,
	UDP = 8,
	DATA = 64,
	NEXT_IGMP = 2,
	NEXT_UDP = 17,
	NEXT_ICMPV6 = 58,
	PORT = 5001,
};

#define DATA_MAGIC 0x77697265u

static const uint8_t packet_router[6] = {2, 0, 0, 0, 0, 2};

static void store16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void store32(uint8_t *at, uint32_t value)
{
	store16(at, value >> 16);
	store16(at + 2, value & 0xffff);
}

static unsigned load16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static uint32_t load32(const uint8_t *at)
{
	return (uint32_t)load16(at) << 16 | load16(at + 2);
}

static uint32_t sum(uint32_t start, const uint8_t *byte, size_t length)
{
	for (size_t i = 0; i < length; i++)
		start += (uint32_t)byte[i] << (i % 2 ? 0 : 8);
	return start;
}

static unsigned fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total ^ 0xffff;
}

void packet_link_address(const struct addr *addr, uint8_t link[6])
{
	static const uint8_t ipv4[3] = {1, 0, 0x5e}, ipv6[2] = {0x33, 0x33};

	if (!addr_is_multicast(addr)) {
		memcpy(link, packet_router, 6);
	} else if (addr_is_ipv4(addr)) {
		memcpy(link, ipv4, 3);
		memcpy(link + 3, addr->byte + 13, 3);
		link[3] &= 0x7f;
	} else {
		memcpy(link, ipv6, 2);
		memcpy(link + 2, addr->byte + 12, 4);
	}
}

static uint8_t *put_ethernet(struct frame *frame, enum protocol protocol,
			     const struct envelope *envelope)
{
	static const uint8_t sender[6] = {2, 0, 0, 0, 0, 0x99};

	packet_link_address(&envelope->destination, frame->byte);
	memcpy(frame->byte + 6, sender, sizeof(sender));
	store16(frame->byte + 12, protocol == PROTOCOL_IGMP ? 0x0800 : 0x86dd);
	return frame->byte + ETHERNET;
}

static uint8_t *put_ipv4(uint8_t *at, const struct envelope *envelope, unsigned next, bool alert,
			 size_t length)
{
	size_t header = alert ? IPV4 + ALERT_OPTION : IPV4;

	memset(at, 0, header);
	at[0] = (uint8_t)(0x40 | header / 4);
	at[1] = next == NEXT_IGMP ? 0xc0 : 0;
	store16(at + 2, (unsigned)(header + length));
	at[8] = (uint8_t)envelope->ttl;
	at[9] = (uint8_t)next;
	memcpy(at + 12, envelope->source.byte + 12, 4);
	memcpy(at + 16, envelope->destination.byte + 12, 4);
	if (alert)
		store32(at + IPV4, 0x94040000);
	store16(at + 10, fold(sum(0, at, header)));
	return at + header;
}

static uint8_t *put_ipv6(uint8_t *at, const struct envelope *envelope, unsigned next, bool alert,
			 size_t length)
{
	static const uint8_t option[HOP_BY_HOP] = {NEXT_ICMPV6, 0, 5, 2, 0, 0, 1, 0};

	store32(at, 0x60000000);
	store16(at + 4, (unsigned)(length + (alert ? HOP_BY_HOP : 0)));
	at[6] = alert ? 0 : (uint8_t)next;
	at[7] = (uint8_t)envelope->ttl;
	memcpy(at + 8, envelope->source.byte, 16);
	memcpy(at + 24, envelope->destination.byte, 16);
	if (alert)
		memcpy(at + IPV6, option, HOP_BY_HOP);
	return at + IPV6 + (alert ? HOP_BY_HOP : 0);
}

void packet_message(struct frame *frame, enum protocol protocol, const struct envelope *envelope,
		    const uint8_t *message, size_t length)
{
	bool alert = !envelope->no_router_alert;
	uint8_t *at = put_ethernet(frame, protocol, envelope);

	if (protocol == PROTOCOL_IGMP)
		at = put_ipv4(at, envelope, NEXT_IGMP, alert, length);
	else
		at = put_ipv6(at, envelope, NEXT_ICMPV6, alert, length);
	memcpy(at, message, length);
	frame->length = (size_t)(at - frame->byte) + length;
}

void packet_data(struct frame *frame, enum protocol protocol, const struct envelope *envelope,
		 uint32_t number)
{
	size_t length = UDP + DATA, first = protocol == PROTOCOL_IGMP ? 12 : 0;
	uint8_t *at = put_ethernet(frame, protocol, envelope);
	uint32_t total = NEXT_UDP + UDP + DATA;

	if (protocol == PROTOCOL_IGMP)
		at = put_ipv4(at, envelope, NEXT_UDP, false, length);
	else
		at = put_ipv6(at, envelope, NEXT_UDP, false, length);
	memset(at, 0, length);
	store16(at, PORT);
	store16(at + 2, PORT);
	store16(at + 4, (unsigned)length);
	store32(at + UDP, DATA_MAGIC);
	store32(at + UDP + 4, number);
	total = sum(total, envelope->source.byte + first, 16 - first);
	total = sum(total, envelope->destination.byte + first, 16 - first);
	store16(at + 6, fold(sum(total, at, length)));
	frame->length = (size_t)(at - frame->byte) + length;
}

/* ---- in ---- */

struct payload {
	const uint8_t *byte;
	size_t length;
	unsigned next;
};

static bool read_ipv4(struct sighting *seen, const uint8_t *at, size_t length, struct payload *p)
{
	size_t header, total;

	if (length < IPV4)
		return false;
	header = (at[0] & 15u) * 4u;
	total = load16(at + 2);
	if (at[0] >> 4 != 4 || header < IPV4 || total < header || total > length)
		return false;
	seen->tos = at[1];
	seen->ttl = at[8];
	seen->source = addr_ipv4(load32(at + 12));
	seen->destination = addr_ipv4(load32(at + 16));
	for (size_t i = IPV4; i + ALERT_OPTION <= header; i += ALERT_OPTION)
		if (load32(at + i) == 0x94040000)
			seen->router_alert = true;
	*p = (struct payload){at + header, total - header, at[9]};
	return true;
}

static bool read_ipv6(struct sighting *seen, const uint8_t *at, size_t length, struct payload *p)
{
	size_t skip = IPV6;

	if (length < IPV6 + HOP_BY_HOP || at[0] >> 4 != 6 || load16(at + 4) + IPV6 > length)
		return false;
	p->next = at[6];
	seen->ttl = at[7];
	memcpy(seen->source.byte, at + 8, 16);
	memcpy(seen->destination.byte, at + 24, 16);
	if (!p->next) {
		const uint8_t *option = at + IPV6;

		seen->router_alert = option[1] == 0 && ((load32(option + 2) == 0x05020000) ||
							(load32(option + 4) == 0x05020000));
		p->next = option[0];
		skip += HOP_BY_HOP;
		if (option[1] || load16(at + 4) < HOP_BY_HOP)
			return false;
	}
	p->byte = at + skip;
	p->length = load16(at + 4) + IPV6 - skip;
	return true;
}

static bool read_data(struct sighting *seen, const struct payload *p)
{
	if (p->length < UDP + DATA || load32(p->byte + UDP) != DATA_MAGIC)
		return false;
	seen->udp = true;
	seen->number = load32(p->byte + UDP + 4);
	return true;
}

static bool is_mld(unsigned type)
{
	return (type >= 130 && type <= 132) || type == 143;
}

bool packet_read(struct sighting *seen, enum protocol protocol, const uint8_t *byte, size_t length)
{
	unsigned type = protocol == PROTOCOL_IGMP ? 0x0800 : 0x86dd;
	struct payload p;

	*seen = (struct sighting){.protocol = protocol};
	if (length < ETHERNET || load16(byte + 12) != type)
		return false;
	memcpy(seen->link_destination, byte, 6);
	byte += ETHERNET;
	length -= ETHERNET;
	if (!(protocol == PROTOCOL_IGMP ? read_ipv4 : read_ipv6)(seen, byte, length, &p))
		return false;
	if (p.next == NEXT_UDP)
		return read_data(seen, &p);
	if (protocol == PROTOCOL_IGMP ? p.next != NEXT_IGMP
				      : p.next != NEXT_ICMPV6 || !p.length || !is_mld(p.byte[0]))
		return false;
	seen->wrong = codec_decode(protocol, &seen->source, &seen->destination, p.byte, p.length,
				   &seen->message);
	return true;
}
