/* SPDX-License-Identifier: MIT */
/* Memberships and packets of an application; see receiver.h. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/traffic/receiver.h"
#include "core/base/loop.h"
#include "core/base/sockaddr.h"

enum {
	DRAIN_BATCHES = 4096,
	DROPS = 8, /* SK_MEMINFO_DROPS: its place in what SO_MEMINFO yields */
	MEMINFO_LENGTH = 16
};

struct receiver_socket {
	struct loop_source source;
	struct receiver *receiver;
	int family;
	struct receiver_socket *next;
};

/* Room for what recvmmsg() says of one packet. The rest of its payload is not copied. */
struct slot {
	struct sockaddr_storage source;
	uint8_t payload[STREAM_HEADER];
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct iovec iov;
};

void receiver_raise_limits(void)
{
	struct rlimit limit;

	/* musl's setrlimit() would bring along what it takes to stop all threads. */
	if (prlimit(0, RLIMIT_NOFILE, NULL, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	prlimit(0, RLIMIT_NOFILE, &limit, NULL);
}

/* The group that the packet was sent to; any: unknown. Packet info is all that was asked for, so it
 * is the first control message. */
static struct addr destination(struct msghdr *message)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(message);
	struct addr addr = addr_ipv4(0);
	struct in_pktinfo ipv4;
	struct in6_pktinfo ipv6;

	if (c && c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		memcpy(&ipv4, CMSG_DATA(c), sizeof(ipv4));
		memcpy(addr.byte + 12, &ipv4.ipi_addr, 4);
	} else if (c && c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
		memcpy(&ipv6, CMSG_DATA(c), sizeof(ipv6));
		memcpy(addr.byte, &ipv6.ipi6_addr, 16);
	}
	return addr;
}

static void deliver(struct receiver *receiver, struct mmsghdr *message, struct slot *slot,
		    int64_t now)
{
	struct addr group = destination(&message->msg_hdr);
	struct stream_packet packet = {.source = sockaddr_get(&slot->source),
				       .payload = slot->payload,
				       .held = message->msg_len < STREAM_HEADER ? message->msg_len
										: STREAM_HEADER,
				       .length = message->msg_len,
				       .arrival = now};

	receiver->packet(receiver->ctx, &group, &packet);
}

/* How many packets were read. */
static unsigned receive_batch(struct receiver_socket *sock)
{
	struct receiver *receiver = sock->receiver;
	struct mmsghdr message[CONFIG_RECEIVE_BATCH];
	struct slot slot[CONFIG_RECEIVE_BATCH];
	unsigned batch = receiver->wanted < CONFIG_RECEIVE_BATCH ? (unsigned)receiver->wanted
								 : CONFIG_RECEIVE_BATCH;
	int64_t now;
	int count;

	memset(message, 0, sizeof(message));
	for (unsigned i = 0; i < batch; i++) {
		slot[i].iov = (struct iovec){slot[i].payload, sizeof(slot[i].payload)};
		message[i].msg_hdr.msg_name = &slot[i].source;
		message[i].msg_hdr.msg_namelen = sizeof(slot[i].source);
		message[i].msg_hdr.msg_iov = &slot[i].iov;
		message[i].msg_hdr.msg_iovlen = 1;
		message[i].msg_hdr.msg_control = slot[i].control;
		message[i].msg_hdr.msg_controllen = sizeof(slot[i].control);
	}
	count = recvmmsg(sock->source.fd, message, batch, MSG_DONTWAIT | MSG_TRUNC, NULL);
	now = loop_nanoseconds();
	for (int i = 0; i < count; i++)
		deliver(receiver, &message[i], &slot[i], now);
	return count > 0 ? (unsigned)count : 0;
}

static void socket_ready(void *ctx, uint32_t events)
{
	(void)events;
	receive_batch(ctx);
}

static int set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ? -errno : 0;
}

/* Packet info tells the group; without "multicast all" only what this very socket joined comes. */
static int set_options(int fd, int family)
{
	int error = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);

	if (set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, CONFIG_RECEIVE_BUFFER))
		set_option(fd, SOL_SOCKET, SO_RCVBUF, CONFIG_RECEIVE_BUFFER);
	if (family == AF_INET) {
		error = error ? error : set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
		return error ? error : set_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	}
	error = error ? error : set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	error = error ? error : set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	return error ? error : set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
}

static int open_descriptor(int family, uint16_t port)
{
	static const struct addr any_ipv6;
	struct addr any = family == AF_INET ? addr_ipv4(0) : any_ipv6;
	struct sockaddr_storage local;
	socklen_t length = sockaddr_put(&local, &any, port, 0);
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -errno;
	error = set_options(fd, family);
	if (!error && bind(fd, (struct sockaddr *)&local, length))
		error = -errno;
	if (error) {
		close(fd);
		return error;
	}
	return fd;
}

/* The new socket becomes the first. */
static int open_socket(struct receiver *receiver, int family)
{
	struct receiver_socket *sock = calloc(1, sizeof(*sock));
	int error;

	if (!sock)
		return -ENOMEM;
	sock->receiver = receiver;
	sock->family = family;
	sock->source.ready = socket_ready;
	sock->source.ctx = sock;
	sock->source.fd = open_descriptor(family, receiver->port);
	error = sock->source.fd < 0 ? sock->source.fd
				    : loop_add(receiver->loop, &sock->source, EPOLLIN);
	if (error) {
		if (sock->source.fd >= 0)
			close(sock->source.fd);
		free(sock);
		return error;
	}
	sock->next = receiver->sockets;
	receiver->sockets = sock;
	return 0;
}

static void close_first(struct receiver *receiver)
{
	struct receiver_socket *sock = receiver->sockets;

	receiver->sockets = sock->next;
	loop_remove(receiver->loop, &sock->source);
	close(sock->source.fd);
	free(sock);
}

static int request(const struct receiver_socket *sock, int option, const struct addr *group,
		   const struct addr *source)
{
	int level = sock->family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	struct group_req all = {.gr_interface = sock->receiver->ifindex};
	struct group_source_req one = {.gsr_interface = sock->receiver->ifindex};
	int result;

	sockaddr_put(&all.gr_group, group, 0, 0);
	one.gsr_group = all.gr_group;
	sockaddr_put(&one.gsr_source, source, 0, 0);
	if (addr_is_any(source))
		result = setsockopt(sock->source.fd, level, option, &all, sizeof(all));
	else
		result = setsockopt(sock->source.fd, level, option, &one, sizeof(one));
	return result ? -errno : 0;
}

/* Where there is room most likely: where the group was before, else on the newest socket. */
static struct receiver_socket *likely_socket(const struct receiver *receiver,
					     const struct receiver_membership *membership,
					     int family)
{
	struct receiver_socket *sock = membership->socket;

	if (!sock)
		sock = receiver->sockets;
	while (sock && sock->family != family)
		sock = sock->next;
	return sock;
}

/* A socket whose memberships have reached igmp_max_memberships (IPv4) or optmem_max (both) is
 * full. */
static int join_anew(struct receiver *receiver, struct receiver_membership *membership, int option,
		     const struct addr *group, const struct addr *source)
{
	int family = sockaddr_family(group);
	struct receiver_socket *sock = likely_socket(receiver, membership, family);
	int error = sock ? request(sock, option, group, source) : -ENOBUFS;

	if (error == -ENOBUFS || error == -ENOMEM) {
		error = open_socket(receiver, family);
		if (error)
			return error;
		sock = receiver->sockets;
		error = request(sock, option, group, source);
		if (error)
			close_first(receiver);
	}
	if (error)
		return error;
	membership->socket = sock;
	membership->joined = true;
	membership->sources = !addr_is_any(source);
	return 0;
}

int receiver_change(struct receiver *receiver, struct receiver_membership *membership,
		    enum receiver_change change, const struct addr *group,
		    const struct addr *source)
{
	static const int option[][2] = {
		[RECEIVER_JOIN] = {MCAST_JOIN_GROUP, MCAST_JOIN_SOURCE_GROUP},
		[RECEIVER_LEAVE] = {MCAST_LEAVE_GROUP, MCAST_LEAVE_SOURCE_GROUP},
		[RECEIVER_BLOCK] = {MCAST_BLOCK_SOURCE, MCAST_BLOCK_SOURCE},
		[RECEIVER_UNBLOCK] = {MCAST_UNBLOCK_SOURCE, MCAST_UNBLOCK_SOURCE}};
	bool has_source = !addr_is_any(source);
	int error, name = option[change][has_source];

	if (!membership->joined && change == RECEIVER_JOIN)
		return join_anew(receiver, membership, name, group, source);
	if (!membership->joined)
		return -EADDRNOTAVAIL;
	if (change == RECEIVER_JOIN && !has_source)
		return membership->sources ? -EINVAL : -EADDRINUSE;
	error = request(membership->socket, name, group, source);
	if (error)
		return error;
	if (change == RECEIVER_JOIN)
		membership->sources++;
	/* The kernel leaves the group with the last source of an include list. */
	if (change == RECEIVER_LEAVE)
		membership->joined = has_source && --membership->sources;
	return 0;
}

void receiver_drain(struct receiver *receiver)
{
	for (struct receiver_socket *sock = receiver->sockets; sock; sock = sock->next) {
		for (unsigned i = 0; i < DRAIN_BATCHES && receive_batch(sock); i++)
			;
	}
}

uint64_t receiver_dropped(const struct receiver *receiver)
{
	uint64_t dropped = 0;

	for (struct receiver_socket *sock = receiver->sockets; sock; sock = sock->next) {
		uint32_t info[MEMINFO_LENGTH] = {0};
		socklen_t length = sizeof(info);

		if (!getsockopt(sock->source.fd, SOL_SOCKET, SO_MEMINFO, info, &length))
			dropped += info[DROPS];
	}
	return dropped;
}

void receiver_close(struct receiver *receiver)
{
	while (receiver->sockets)
		close_first(receiver);
}
