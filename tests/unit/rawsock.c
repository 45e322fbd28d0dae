/* SPDX-License-Identifier: MIT */
/*
 * What core/kernel/rawsock_receive.c makes of the bytes that it is given: every length, every
 * option, at random. The bytes lie at the very end of what was allocated, so that a sanitizer sees
 * any step beyond.
 */
#include <stdlib.h>

#include "core/kernel/rawsock_receive.c"

#include "test.h"

enum { ROUNDS = 200000 };

static uint32_t seed = 1;

static uint8_t random_byte(void)
{
	seed = seed * 1664525 + 1013904223;
	return (uint8_t)(seed >> 24);
}

/* The walk through IPv4 options by another hand, with indices and backwards from the result. */
static bool alert_ipv4(const uint8_t *option, unsigned length)
{
	for (unsigned at = 0; at < length && option[at];
	     at += option[at] == 1 ? 1 : option[at + 1]) {
		if (option[at] == 1)
			continue;
		if (at + 1 >= length || option[at + 1] < 2 || at + option[at + 1] > length)
			return false;
		if (option[at] == 148 && option[at + 1] == 4)
			return option[at + 2] == 0 && option[at + 3] == 0;
	}
	return false;
}

static bool alert_ipv6(const uint8_t *header, unsigned length)
{
	unsigned end = length < 2 ? 0 : 8 * header[1] + 8u, at = 2;

	if (end > length)
		end = length;
	while (at < end) {
		if (!header[at]) {
			at++;
		} else {
			if (at + 1 >= end || at + 2 + header[at + 1] > end)
				return false;
			if (header[at] == 5 && header[at + 1] == 2)
				return !header[at + 2] && !header[at + 3];
			at += 2u + header[at + 1];
		}
	}
	return false;
}

/* Options as they are and as they are not, in all lengths. */
static void fill_options(uint8_t *data, unsigned length)
{
	static const uint8_t piece[][5] = {{0},		 {1},	    {148, 4, 0, 0}, {148, 4},
					   {5, 2, 0, 0}, {5, 2, 0}, {1, 4, 0, 0},   {7, 3, 9},
					   {2, 255},	 {148, 0}};
	unsigned at = 0;

	while (at < length) {
		const uint8_t *from = piece[random_byte() % 10];

		for (unsigned i = 0; i < 5 && at < length; i++)
			data[at++] = random_byte() < 12 ? random_byte() : from[i];
		if (random_byte() & 1 && at > 1)
			at--;
	}
}

static void test_options(void)
{
	unsigned found[2] = {0};

	TEST("Router Alert is found where it is, in options of any length and content");
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned length = round % 41, shift = random_byte() & 1;
		uint8_t *data = malloc(length + 1);
		struct wire_reader r = {.at = data, .left = length};

		fill_options(data, length);
		found[0] += has_router_alert_ipv4(r);
		CHECK(has_router_alert_ipv4(r) == alert_ipv4(data, length), "round %u", round);
		if (length > 1)
			data[1] = (uint8_t)(length / 8 - shift);
		found[1] += has_router_alert_ipv6(r);
		CHECK(has_router_alert_ipv6(r) == alert_ipv6(data, length), "round %u", round);
		free(data);
	}
	CHECK(found[0] > ROUNDS / 100 && found[1] > ROUNDS / 100, "%u %u", found[0], found[1]);
}

static const uint8_t report[] = "\x46\xc0\0\x20\0\0\0\0\x01\2\0\0\x0a\0\0\x09\xe0\0\0\x16"
				"\x94\4\0\0\x22\1\2\3\4\5\6\7";

static bool parses(const uint8_t *bytes, size_t length, struct packet *packet)
{
	uint8_t *data = malloc(length + 1);
	bool result;

	memcpy(data, bytes, length);
	*packet = (struct packet){0};
	result = parse_ipv4((struct wire_reader){.at = data, .left = length}, packet);
	CHECK(!result || (packet->data >= data + 20 && packet->length <= length &&
			  packet->data + packet->length <= data + length));
	free(data);
	return result;
}

static void test_header(void)
{
	uint8_t bytes[64] = {0};
	struct packet packet;

	memcpy(bytes, report, 32);
	TEST("an IPv4 packet is cut where its header says");
	CHECK(parses(bytes, 32, &packet) && packet.length == 8 && packet.router_alert);
	CHECK(parses(bytes, 40, &packet) && packet.length == 8);
	for (size_t length = 0; length < 32; length++)
		CHECK(!parses(bytes, length, &packet), "%zu", length);
	TEST("version, header length, total length, fragments");
	for (unsigned first = 0; first < 256; first++) {
		bytes[0] = (uint8_t)first;
		CHECK(parses(bytes, 32, &packet) == (first >= 0x45 && first <= 0x48), "%#x", first);
	}
	bytes[0] = 0x46;
	for (unsigned total = 0; total < 65536; total++) {
		bytes[2] = (uint8_t)(total >> 8);
		bytes[3] = (uint8_t)total;
		CHECK(parses(bytes, 32, &packet) == (total >= 24 && total <= 32), "%u", total);
	}
	bytes[2] = 0;
	bytes[3] = 32;
	for (unsigned bit = 0; bit < 16; bit++) {
		bytes[6] = (uint8_t)(1u << bit >> 8);
		bytes[7] = (uint8_t)(1u << bit);
		CHECK(parses(bytes, 32, &packet) == (bit >= 14), "bit %u", bit);
	}
	TEST("random IPv4 packets stay within their bounds");
	for (unsigned round = 0; round < ROUNDS; round++) {
		memcpy(bytes, report, 32);
		for (unsigned i = random_byte() % 8; i; i--)
			bytes[random_byte() % 32] = random_byte();
		parses(bytes, round % 65, &packet);
	}
}

/* As recvmmsg() hands a message over. */
static bool parse(enum protocol protocol, const void *bytes, size_t length, int flags,
		  struct rawsock_event *event)
{
	struct sockaddr_in6 from = {.sin6_family = AF_INET6};
	uint8_t *data = malloc(length + 1);
	struct iovec part = {.iov_base = data, .iov_len = length};
	struct msghdr message = {.msg_name = &from,
				 .msg_namelen = sizeof(from),
				 .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_flags = flags};
	bool result;

	memcpy(data, bytes, length);
	result = parse_message(protocol, &message, length, event);
	free(data);
	return result;
}

static void test_upcalls(void)
{
	struct abi_igmpmsg v4 = {.unused1 = 0x45,
				 .im_msgtype = 1,
				 .im_vif = 3,
				 .im_src = {10, 1, 2, 3},
				 .im_dst = {239, 4, 5, 6}};
	struct abi_mrt6msg v6 = {.im6_msgtype = 2,
				 .im6_mif = 5,
				 .im6_src = {0x20, 1, [15] = 1},
				 .im6_dst = {0xff, 0x1e, [15] = 2}};
	struct rawsock_event event;

	TEST("upcalls are read, those of other types and VIFs are not");
	CHECK(parse(PROTOCOL_IGMP, &v4, sizeof(v4), 0, &event) && event.type == RAWSOCK_UPCALL);
	CHECK(event.upcall.type == UPCALL_NOCACHE && event.upcall.vif == 3);
	CHECK(addr_to_ipv4(&event.upcall.source) == 0x0a010203);
	CHECK(addr_to_ipv4(&event.upcall.group) == 0xef040506);
	CHECK(parse(PROTOCOL_MLD, &v6, sizeof(v6), 0, &event) && event.type == RAWSOCK_UPCALL);
	CHECK(event.upcall.type == UPCALL_WRONGVIF && event.upcall.vif == 5);
	CHECK(!memcmp(&event.upcall.source, v6.im6_src, 16));
	CHECK(!memcmp(&event.upcall.group, v6.im6_dst, 16));
	v4.im_vif_hi = 1;
	v6.im6_mif = PROXY_VIFS;
	CHECK(!parse(PROTOCOL_IGMP, &v4, sizeof(v4), 0, &event));
	CHECK(!parse(PROTOCOL_MLD, &v6, sizeof(v6), 0, &event));
	v4.im_vif_hi = 0;
	v6.im6_mif = 1;
	v4.im_msgtype = v6.im6_msgtype = 3;
	CHECK(!parse(PROTOCOL_IGMP, &v4, sizeof(v4), 0, &event));
	CHECK(!parse(PROTOCOL_MLD, &v6, sizeof(v6), 0, &event));
	TEST("an upcall that is cut off is none");
	v4.im_msgtype = v6.im6_msgtype = 1;
	for (size_t length = 0; length < sizeof(v4); length++)
		CHECK(parse(PROTOCOL_IGMP, &v4, length, 0, &event) && event.type == RAWSOCK_DROP);
	for (size_t length = 1; length < sizeof(v6); length++)
		CHECK(parse(PROTOCOL_MLD, &v6, length, 0, &event) && event.type == RAWSOCK_PACKET);
	TEST("what did not fit is dropped as that, an upcall, too");
	CHECK(parse(PROTOCOL_IGMP, report, 32, MSG_TRUNC, &event) && event.type == RAWSOCK_DROP);
	CHECK(event.drop == DROP_OVERSIZE);
	CHECK(parse(PROTOCOL_MLD, &v6, sizeof(v6), MSG_TRUNC, &event));
	CHECK(event.type == RAWSOCK_DROP && event.drop == DROP_OVERSIZE);
}

/* Control messages are the kernel's, but cut off where our room ends. */
static void test_control(void)
{
	struct in6_pktinfo info = {.ipi6_ifindex = 7};
	struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof(info)),
				 .cmsg_level = IPPROTO_IPV6,
				 .cmsg_type = IPV6_PKTINFO};
	size_t whole = CMSG_SPACE(sizeof(info)) + CMSG_LEN(8);

	TEST("control messages are read as far as they go");
	for (size_t length = 0; length <= whole; length++) {
		uint8_t all[CMSG_SPACE(sizeof(info)) + CMSG_LEN(8)] = {0},
						       *data = malloc(length + 1);
		struct msghdr message = {.msg_control = data};
		struct rawsock_event event = {0};

		header.cmsg_len = CMSG_LEN(sizeof(info));
		header.cmsg_type = IPV6_PKTINFO;
		memcpy(all, &header, sizeof(header));
		memcpy(all + CMSG_LEN(0), &info, sizeof(info));
		header.cmsg_len = CMSG_LEN(8);
		header.cmsg_type = IPV6_HOPOPTS;
		memcpy(all + CMSG_SPACE(sizeof(info)), &header, sizeof(header));
		memcpy(all + CMSG_SPACE(sizeof(info)) + CMSG_LEN(0),
		       (const uint8_t[]){IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0}, 8);
		memcpy(data, all, length);
		while (message.msg_controllen < length) /* the C libraries differ in its type */
			message.msg_controllen++;
		read_controls(&message, &event);
		CHECK(event.ifindex == (length >= CMSG_LEN(sizeof(info)) ? 7 : 0), "%zu", length);
		CHECK(event.packet.router_alert == (length == whole), "%zu", length);
		free(data);
	}
}

int main(void)
{
	RUN(test_options, test_header, test_upcalls, test_control);
	return test_end();
}
