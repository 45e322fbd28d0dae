/* SPDX-License-Identifier: MIT */
/*
 * What arrives at the raw sockets. Owns: the IP headers before the messages, the kernel's upcalls
 * that arrive among the packets. Leaves out: the messages, which are proto's, and every judgement
 * about TTL, source and Router Alert.
 *
 * No packet from the network can pose as an upcall. IPv4: an upcall has 0 where the IP header has
 * the protocol, and to a raw IGMP socket the kernel gives no packet whose header says anything
 * but 2. IPv6: an upcall has 0 where ICMPv6 has the type, and the socket's filter, which upcalls do
 * not pass, blocks that type; what arrived before the filter was in place is thrown away.
 */
#include <errno.h>
#include <netinet/icmp6.h>
#include <sys/socket.h>

#include "proto/base/wire.h"
#include "core/kernel/abi.h"
#include "core/kernel/rawsock.h"

enum {
	IPV4_HEADER = 20,
	IPV4_FRAGMENT = 0x3fff, /* more fragments, or an offset */
	CONTROL_MAX = 256,	/* packet info, hop limit, hop-by-hop options */
	/* Router Alert: RFC 2113 section 2.1, with its head; RFC 2711 section 2.1, without */
	ALERT_IPV4 = 148,
	ALERT_IPV4_LENGTH = 4,
	ALERT_IPV6 = 5,
	ALERT_IPV6_LENGTH = 2
};

/* Pages that no packet has reached yet cost nothing. */
static uint8_t buffer[CONFIG_RECEIVE_BATCH][CONFIG_PACKET_MAX];

/* An option that is cut off ends the search. */
static bool has_router_alert_ipv4(struct wire_reader options)
{
	while (options.left) {
		uint8_t type = wire_get8(&options), length;
		const uint8_t *value;

		if (type == 0) /* end of the options */
			return false;
		if (type == 1) /* no operation */
			continue;
		length = wire_get8(&options);
		if (length < 2)
			return false;
		value = wire_take(&options, length - 2u);
		if (value && type == ALERT_IPV4 && length == ALERT_IPV4_LENGTH)
			return !value[0] && !value[1];
	}
	return false;
}

/* The same in a hop-by-hop header. */
static bool has_router_alert_ipv6(struct wire_reader options)
{
	const uint8_t *header = wire_take(&options, 2);

	/* The length may not cover what was cut off on its way to us. */
	if (header && options.left > header[1] * 8u + 6)
		options.left = header[1] * 8u + 6;
	while (options.left) {
		uint8_t type = wire_get8(&options), length;
		const uint8_t *value;

		if (type == 0) /* Pad1 */
			continue;
		length = wire_get8(&options);
		value = wire_take(&options, length);
		if (value && type == ALERT_IPV6 && length == ALERT_IPV6_LENGTH)
			return !value[0] && !value[1];
	}
	return false;
}

/* False: not a whole IPv4 packet. Fragments of packets without Router Alert that go to a routable
 * group reach the multicast routing socket as they are. */
static bool parse_ipv4(struct wire_reader r, struct packet *packet)
{
	size_t length = r.left, header, total;
	struct wire_reader options;
	uint8_t version = wire_get8(&r);
	bool fragment;

	wire_get8(&r);
	total = wire_get16(&r);
	wire_get16(&r);
	fragment = wire_get16(&r) & IPV4_FRAGMENT;
	packet->ttl = wire_get8(&r);
	wire_take(&r, 3);
	packet->source = wire_get_addr(&r, PROTOCOL_IGMP);
	packet->destination = wire_get_addr(&r, PROTOCOL_IGMP);
	header = (version & 0x0fu) * 4;
	if (r.overrun || version >> 4 != 4 || fragment || header < IPV4_HEADER || header > total ||
	    total > length)
		return false;
	options = (struct wire_reader){.at = r.at, .left = header - IPV4_HEADER};
	packet->router_alert = has_router_alert_ipv4(options);
	packet->data = r.at + options.left;
	packet->length = total - header;
	return true;
}

/* False: of no interest. */
static bool parse_upcall(struct upcall *upcall, unsigned type, unsigned vif)
{
	upcall->vif = vif;
	upcall->type = type == ABI_IGMPMSG_NOCACHE ? UPCALL_NOCACHE : UPCALL_WRONGVIF;
	return vif < PROXY_VIFS && (type == ABI_IGMPMSG_NOCACHE || type == ABI_IGMPMSG_WRONGVIF);
}

static bool parse_upcall_ipv4(const uint8_t *data, struct upcall *upcall)
{
	struct abi_igmpmsg message;

	memcpy(&message, data, sizeof(message));
	upcall->source = addr_ipv4(0);
	upcall->group = addr_ipv4(0);
	memcpy(upcall->source.byte + 12, message.im_src, sizeof(message.im_src));
	memcpy(upcall->group.byte + 12, message.im_dst, sizeof(message.im_dst));
	return parse_upcall(upcall, message.im_msgtype,
			    (unsigned)message.im_vif_hi << 8 | message.im_vif);
}

static bool parse_upcall_ipv6(const uint8_t *data, struct upcall *upcall)
{
	struct abi_mrt6msg message;

	memcpy(&message, data, sizeof(message));
	memcpy(upcall->source.byte, message.im6_src, sizeof(message.im6_src));
	memcpy(upcall->group.byte, message.im6_dst, sizeof(message.im6_dst));
	return parse_upcall(upcall, message.im6_msgtype, message.im6_mif);
}

static void read_control(const struct cmsghdr *c, struct rawsock_event *event)
{
	size_t length = c->cmsg_len - CMSG_LEN(0);
	struct in6_pktinfo info6;
	struct in_pktinfo info4;
	int hop_limit;

	if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO && length >= sizeof(info4)) {
		memcpy(&info4, CMSG_DATA(c), sizeof(info4));
		event->ifindex = (unsigned)info4.ipi_ifindex;
	}
	if (c->cmsg_level != IPPROTO_IPV6)
		return;
	if (c->cmsg_type == IPV6_PKTINFO && length >= sizeof(info6)) {
		memcpy(&info6, CMSG_DATA(c), sizeof(info6));
		event->ifindex = info6.ipi6_ifindex;
		memcpy(event->packet.destination.byte, &info6.ipi6_addr, 16);
	} else if (c->cmsg_type == IPV6_HOPLIMIT && length >= sizeof(hop_limit)) {
		memcpy(&hop_limit, CMSG_DATA(c), sizeof(hop_limit));
		event->packet.ttl = (uint8_t)hop_limit;
	} else if (c->cmsg_type == IPV6_HOPOPTS) {
		event->packet.router_alert = has_router_alert_ipv6(
			(struct wire_reader){.at = CMSG_DATA(c), .left = length});
	}
}

/* By hand: CMSG_NXTHDR() of musl does not compile without warnings. */
static void read_controls(const struct msghdr *message, struct rawsock_event *event)
{
	size_t at = 0, length = message->msg_controllen;

	while (length - at >= CMSG_LEN(0)) {
		const struct cmsghdr *c =
			(const void *)((const uint8_t *)message->msg_control + at);

		if (c->cmsg_len < CMSG_LEN(0) || c->cmsg_len > length - at)
			return;
		read_control(c, event);
		if (CMSG_ALIGN(c->cmsg_len) > length - at)
			return;
		at += CMSG_ALIGN(c->cmsg_len);
	}
}

/* False: nothing that anybody wants to know of. */
static bool parse_message(enum protocol protocol, const struct msghdr *message, size_t length,
			  struct rawsock_event *event)
{
	const uint8_t *data = message->msg_iov->iov_base;

	*event = (struct rawsock_event){.type = RAWSOCK_PACKET};
	read_controls(message, event);
	if (message->msg_flags & MSG_TRUNC) {
		event->type = RAWSOCK_DROP;
		event->drop = DROP_OVERSIZE;
	} else if (protocol == PROTOCOL_IGMP && length >= sizeof(struct abi_igmpmsg) && !data[9]) {
		event->type = RAWSOCK_UPCALL;
		return parse_upcall_ipv4(data, &event->upcall);
	} else if (protocol == PROTOCOL_MLD && length >= sizeof(struct abi_mrt6msg) && !data[0]) {
		event->type = RAWSOCK_UPCALL;
		return parse_upcall_ipv6(data, &event->upcall);
	} else if (protocol == PROTOCOL_MLD) {
		const struct sockaddr_in6 *source = message->msg_name;

		memcpy(event->packet.source.byte, &source->sin6_addr, 16);
		event->packet.data = data;
		event->packet.length = length;
	} else if (!parse_ipv4((struct wire_reader){.at = data, .left = length}, &event->packet)) {
		event->type = RAWSOCK_DROP;
		event->drop = DROP_IP_HEADER;
	}
	return true;
}

int rawsock_receive(int fd, enum protocol protocol,
		    void (*event)(void *ctx, const struct rawsock_event *), void *ctx)
{
	struct mmsghdr message[CONFIG_RECEIVE_BATCH];
	struct sockaddr_in6 source[CONFIG_RECEIVE_BATCH];
	struct iovec part[CONFIG_RECEIVE_BATCH];
	union {
		struct cmsghdr align;
		uint8_t byte[CONTROL_MAX];
	} control[CONFIG_RECEIVE_BATCH];
	struct rawsock_event result;
	int count;

	for (unsigned i = 0; i < CONFIG_RECEIVE_BATCH; i++) {
		part[i] = (struct iovec){.iov_base = buffer[i], .iov_len = sizeof(buffer[i])};
		message[i].msg_hdr = (struct msghdr){.msg_name = &source[i],
						     .msg_namelen = sizeof(source[i]),
						     .msg_iov = &part[i],
						     .msg_iovlen = 1,
						     .msg_control = &control[i],
						     .msg_controllen = sizeof(control[i])};
	}
	count = recvmmsg(fd, message, CONFIG_RECEIVE_BATCH, MSG_DONTWAIT, NULL);
	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++)
		if (parse_message(protocol, &message[i].msg_hdr, message[i].msg_len, &result))
			event(ctx, &result);
	return count;
}
