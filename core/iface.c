/* SPDX-License-Identifier: MIT */
/*
 * Links and addresses by rtnetlink. Owns: both netlink sockets and the reading of their messages.
 *
 * A notification only says that an interface is worth a look; its state is then read anew, and
 * whole. So there is one way to the state, at the start, after a change and after lost
 * notifications, and a hundred changes in one go cost one reading.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../proto/wire.h"
#include "abi.h"
#include "iface.h"

enum {
	NOTIFICATION_BUFFER = 1 << 20, /* of the socket */
	DATAGRAM_MAX = 16384,	       /* the kernel's messages are below 8 kB */
	REQUEST_MAX = 64,
	TRIES = 8
};

/* What is asked: a message of TYPE, its body, one attribute (or, of size 0, none). */
struct question {
	uint16_t type, flags;
	uint16_t attribute;
	const void *body, *value;
	size_t body_size, value_size;
};

typedef void (*visit_fn)(void *ctx, uint16_t type, struct wire_reader body);

/* ---- netlink messages: host order, everything aligned to 4 bytes ---- */

static size_t align(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

static bool take(struct wire_reader *r, void *value, size_t size)
{
	const uint8_t *at = wire_take(r, size);

	if (at)
		memcpy(value, at, size);
	return at;
}

/* Cuts a part of LENGTH bytes, HEADER of which have been read, off R. */
static bool cut(struct wire_reader *r, size_t header, size_t length, struct wire_reader *part)
{
	if (length < header || length - header > r->left)
		return false;
	*part = (struct wire_reader){.at = r->at, .left = length - header};
	length = align(length) - header;
	return wire_take(r, length < r->left ? length : r->left);
}

static bool next_message(struct wire_reader *r, struct abi_nlmsghdr *header,
			 struct wire_reader *body)
{
	return take(r, header, sizeof(*header)) && cut(r, sizeof(*header), header->nlmsg_len, body);
}

static bool find_attribute(struct wire_reader attributes, uint16_t type, struct wire_reader *value)
{
	struct abi_rtattr header;

	while (take(&attributes, &header, sizeof(header)) &&
	       cut(&attributes, sizeof(header), header.rta_len, value))
		if (header.rta_type == type)
			return true;
	return false;
}

static uint32_t get_number(struct wire_reader attributes, uint16_t type, uint32_t otherwise)
{
	struct wire_reader value;
	uint32_t number;

	if (find_attribute(attributes, type, &value) && take(&value, &number, sizeof(number)))
		return number;
	return otherwise;
}

static bool get_addr(struct wire_reader attributes, uint16_t type, enum protocol protocol,
		     struct addr *addr)
{
	struct wire_reader value;

	if (!find_attribute(attributes, type, &value) || value.left != wire_addr_size(protocol))
		return false;
	*addr = wire_get_addr(&value, protocol);
	return true;
}

/* One datagram. Its length, or -errno. */
static int receive(int fd, uint8_t *datagram, size_t size)
{
	struct abi_sockaddr_nl from = {0};
	struct iovec part = {.iov_base = datagram, .iov_len = size};
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &part, .msg_iovlen = 1};
	ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);

	if (length < 0)
		return -errno;
	if (message.msg_flags & MSG_TRUNC)
		return -ENOBUFS;
	/* Another process may send here, too; only the kernel is believed. */
	return from.nl_pid ? 0 : (int)length;
}

/* ---- questions ---- */

static int send_question(struct iface_monitor *monitor, const struct question *question)
{
	uint8_t request[REQUEST_MAX] = {0}, *at = request;
	struct abi_nlmsghdr header = {.nlmsg_type = question->type,
				      .nlmsg_flags = ABI_NLM_F_REQUEST | question->flags,
				      .nlmsg_seq = ++monitor->sequence};
	struct abi_rtattr attribute = {.rta_len =
					       (uint16_t)(sizeof(attribute) + question->value_size),
				       .rta_type = question->attribute};
	struct abi_sockaddr_nl kernel = {.nl_family = AF_NETLINK};

	at += sizeof(header);
	memcpy(at, question->body, question->body_size);
	at += question->body_size;
	if (question->value_size) {
		memcpy(at, &attribute, sizeof(attribute));
		memcpy(at + sizeof(attribute), question->value, question->value_size);
		at += align(attribute.rta_len);
	}
	header.nlmsg_len = (uint32_t)(at - request);
	memcpy(request, &header, sizeof(header));
	return sendto(monitor->request, request, header.nlmsg_len, MSG_DONTWAIT,
		      (const struct sockaddr *)&kernel, sizeof(kernel)) < 0
		       ? -errno
		       : 0;
}

/* Visits what one datagram answers. True: that was all of it, RESULT is 0 or -errno. */
static bool read_answer(const struct iface_monitor *monitor, struct wire_reader datagram,
			visit_fn visit, void *ctx, int *result)
{
	struct abi_nlmsghdr header;
	struct wire_reader body;

	while (next_message(&datagram, &header, &body)) {
		/* What is left of a question that was given up. */
		if (header.nlmsg_seq != monitor->sequence)
			continue;
		/* The table changed during the dump, which may have holes. */
		if (header.nlmsg_flags & ABI_NLM_F_DUMP_INTR)
			*result = -EINTR;
		if (header.nlmsg_type == ABI_NLMSG_ERROR || header.nlmsg_type == ABI_NLMSG_DONE) {
			int32_t error = 0;

			take(&body, &error, sizeof(error));
			if (error < 0)
				*result = error;
			return true;
		}
		visit(ctx, header.nlmsg_type, body);
		if (!(header.nlmsg_flags & ABI_NLM_F_MULTI))
			return true;
	}
	return false;
}

/* The kernel answers within sendto() and recvmsg(), so there is nothing to wait for: EAGAIN would
 * be an answer that never comes. 0 or -errno; EINTR: to be asked again. */
static int ask(struct iface_monitor *monitor, const struct question *question, visit_fn visit,
	       void *ctx)
{
	_Alignas(8) uint8_t datagram[DATAGRAM_MAX];
	int result = send_question(monitor, question);
	struct wire_reader r;

	if (result)
		return result;
	do {
		int length = receive(monitor->request, datagram, sizeof(datagram));

		if (length < 0)
			return length;
		r = (struct wire_reader){.at = datagram, .left = (size_t)length};
	} while (!read_answer(monitor, r, visit, ctx, &result));
	return result;
}

/* ---- the state of an interface ---- */

struct reading {
	struct iface *iface;
	struct abi_ifaddrmsg address; /* what is asked for */
	bool deprecated;	      /* the link-local address, which any other is better than */
};

static void read_link(void *ctx, uint16_t type, struct wire_reader body)
{
	struct iface *iface = ((struct reading *)ctx)->iface;
	struct abi_ifinfomsg link;

	if (type != ABI_RTM_NEWLINK || !take(&body, &link, sizeof(link)))
		return;
	iface->index = (unsigned)link.ifi_index;
	iface->up = (link.ifi_flags & IFF_UP) && (link.ifi_flags & ABI_IFF_LOWER_UP);
	iface->multicast = link.ifi_flags & IFF_MULTICAST;
	iface->mtu = get_number(body, ABI_IFLA_MTU, 0);
}

static void add_prefix(struct iface *iface, const struct addr *addr, unsigned length)
{
	if (iface->prefix_count < IFACE_PREFIXES)
		iface->prefix[iface->prefix_count++] = (struct prefix){*addr, (uint8_t)length};
}

/* The one that the kernel itself prefers: the first that is neither secondary nor of host scope. */
static void consider_ipv4(struct iface *iface, const struct addr *own, uint32_t flags,
			  uint8_t scope)
{
	if (addr_is_any(&iface->ipv4) && !(flags & ABI_IFA_F_SECONDARY) &&
	    scope <= ABI_RT_SCOPE_LINK)
		iface->ipv4 = *own;
}

/* Of several the lowest: the choice must not depend on the order in which they came up. */
static void consider_link_local(struct reading *reading, const struct addr *own, uint32_t flags)
{
	struct addr *chosen = &reading->iface->link_local;
	bool deprecated = flags & ABI_IFA_F_DEPRECATED;

	if (!addr_is_link_local(own) || flags & ABI_IFA_F_DADFAILED ||
	    (flags & ABI_IFA_F_TENTATIVE && !(flags & ABI_IFA_F_OPTIMISTIC)))
		return;
	if (!addr_is_any(chosen) &&
	    (deprecated != reading->deprecated ? deprecated : addr_compare(own, chosen) > 0))
		return;
	*chosen = *own;
	reading->deprecated = deprecated;
}

static void read_address(void *ctx, uint16_t type, struct wire_reader body)
{
	struct reading *reading = ctx;
	struct abi_ifaddrmsg message;
	enum protocol protocol;
	struct addr own, peer;
	uint32_t flags;

	/* Kernels give more than was asked for: all interfaces if they are old, IPv4 if there is no
	 * IPv6. */
	if (type != ABI_RTM_NEWADDR || !take(&body, &message, sizeof(message)) ||
	    message.ifa_index != reading->address.ifa_index ||
	    message.ifa_family != reading->address.ifa_family)
		return;
	protocol = message.ifa_family == AF_INET ? PROTOCOL_IGMP : PROTOCOL_MLD;
	if (!get_addr(body, ABI_IFA_ADDRESS, protocol, &peer) ||
	    message.ifa_prefixlen > wire_addr_size(protocol) * 8)
		return;
	/* On a point-to-point link IFA_ADDRESS is the other end. */
	if (!get_addr(body, ABI_IFA_LOCAL, protocol, &own))
		own = peer;
	flags = get_number(body, ABI_IFA_FLAGS, message.ifa_flags);
	if (protocol == PROTOCOL_IGMP)
		consider_ipv4(reading->iface, &own, flags, message.ifa_scope);
	else
		consider_link_local(reading, &own, flags);
	add_prefix(reading->iface, &peer,
		   message.ifa_prefixlen + (protocol == PROTOCOL_IGMP ? 96u : 0u));
	if (!addr_equal(&own, &peer))
		add_prefix(reading->iface, &own, 128);
}

/* 0 or -errno; ENODEV: there is no such interface. */
static int read_state(struct iface_monitor *monitor, struct iface *iface)
{
	struct reading reading = {.iface = iface};
	struct abi_ifinfomsg link = {.ifi_family = AF_UNSPEC};
	struct question question = {.type = ABI_RTM_GETLINK,
				    .body = &link,
				    .body_size = sizeof(link),
				    .attribute = ABI_IFLA_IFNAME,
				    .value = iface->name,
				    .value_size = strlen(iface->name) + 1};
	int error = ask(monitor, &question, read_link, &reading);

	if (error)
		return error;
	reading.address = (struct abi_ifaddrmsg){.ifa_family = AF_INET, .ifa_index = iface->index};
	question = (struct question){.type = ABI_RTM_GETADDR,
				     .flags = ABI_NLM_F_DUMP,
				     .body = &reading.address,
				     .body_size = sizeof(reading.address)};
	error = ask(monitor, &question, read_address, &reading);
	reading.address.ifa_family = AF_INET6;
	if (!error)
		error = ask(monitor, &question, read_address, &reading);
	/* It went since we asked for the link. */
	return error == -ENODEV ? -EINTR : error;
}

static struct iface blank(const struct iface *iface)
{
	struct iface result = {.next = iface->next};

	memcpy(result.name, iface->name, sizeof(result.name));
	return result;
}

static bool same(const struct iface *a, const struct iface *b)
{
	return a->index == b->index && a->up == b->up && a->multicast == b->multicast &&
	       a->mtu == b->mtu && addr_equal(&a->ipv4, &b->ipv4) &&
	       addr_equal(&a->link_local, &b->link_local) && a->prefix_count == b->prefix_count &&
	       !memcmp(a->prefix, b->prefix, a->prefix_count * sizeof(a->prefix[0]));
}

/* 0 or -errno; then the state is as it was, and still to be read. */
static int refresh(struct iface_monitor *monitor, struct iface *iface, bool first)
{
	struct iface now = blank(iface), none = now;
	int error = -EINTR;

	for (int i = 0; i < TRIES && error == -EINTR; i++) {
		now = none;
		error = read_state(monitor, &now);
	}
	if (error && error != -ENODEV)
		return error;
	/* Another interface of the same name: whoever has VIFs and memberships on the old one must
	 * hear of its end. */
	if (iface->index && (iface->gone || iface->index != now.index)) {
		*iface = none;
		monitor->changed(monitor->ctx, iface);
		first = false;
	}
	iface->gone = iface->stale = false;
	if (!first && same(iface, &now))
		return 0;
	*iface = now;
	monitor->changed(monitor->ctx, iface);
	return 0;
}

/* ---- notifications ---- */

static void note_link(struct iface_monitor *monitor, struct wire_reader body, bool deleted)
{
	struct wire_reader name = {.at = body.at};
	struct abi_ifinfomsg link;

	/* Family AF_BRIDGE tells of a port that joins or leaves its bridge. */
	if (!take(&body, &link, sizeof(link)) || link.ifi_family != AF_UNSPEC)
		return;
	find_attribute(body, ABI_IFLA_IFNAME, &name);
	for (struct iface *i = monitor->first; i; i = i->next) {
		size_t length = strlen(i->name) + 1;

		if (i->index == (unsigned)link.ifi_index) {
			i->stale = true;
			i->gone |= deleted;
		} else if (name.left >= length && !memcmp(name.at, i->name, length)) {
			i->stale = true;
		}
	}
}

static void note_address(struct iface_monitor *monitor, struct wire_reader body)
{
	struct abi_ifaddrmsg address;

	if (!take(&body, &address, sizeof(address)))
		return;
	for (struct iface *i = monitor->first; i; i = i->next)
		i->stale |= i->index == address.ifa_index;
}

static void note_messages(struct iface_monitor *monitor, struct wire_reader datagram)
{
	struct abi_nlmsghdr header;
	struct wire_reader body;

	while (next_message(&datagram, &header, &body)) {
		if (header.nlmsg_type == ABI_RTM_NEWLINK || header.nlmsg_type == ABI_RTM_DELLINK)
			note_link(monitor, body, header.nlmsg_type == ABI_RTM_DELLINK);
		if (header.nlmsg_type == ABI_RTM_NEWADDR || header.nlmsg_type == ABI_RTM_DELADDR)
			note_address(monitor, body);
	}
}

static void note_all(struct iface_monitor *monitor)
{
	_Alignas(8) uint8_t datagram[DATAGRAM_MAX];
	int length;

	do {
		length = receive(monitor->source.fd, datagram, sizeof(datagram));
		if (length >= 0)
			note_messages(monitor,
				      (struct wire_reader){.at = datagram, .left = (size_t)length});
		else if (length == -ENOBUFS) /* notifications were lost */
			for (struct iface *i = monitor->first; i; i = i->next)
				i->stale = true;
	} while (length >= 0 || length == -ENOBUFS);
}

int iface_refresh(struct iface_monitor *monitor)
{
	int error = 0;

	for (struct iface *i = monitor->first; i; i = i->next) {
		int its = i->stale ? refresh(monitor, i, false) : 0;

		error = its ? its : error;
	}
	monitor->failed = error;
	return error;
}

static void ready(void *ctx, uint32_t events)
{
	struct iface_monitor *monitor = ctx;

	(void)events;
	note_all(monitor);
	iface_refresh(monitor);
}

/* ---- the interface of this file ---- */

static int open_socket(uint32_t groups)
{
	struct abi_sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, ABI_NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address))) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

int iface_open(struct iface_monitor *monitor, struct loop *loop,
	       void (*changed)(void *ctx, struct iface *), void *ctx)
{
	const int on = 1, size = NOTIFICATION_BUFFER;
	int error;

	*monitor = (struct iface_monitor){.loop = loop, .changed = changed, .ctx = ctx};
	monitor->request = open_socket(0);
	if (monitor->request < 0)
		return monitor->request;
	monitor->source =
		(struct loop_source){.fd = open_socket(ABI_RTMGRP_LINK | ABI_RTMGRP_IPV4_IFADDR |
						       ABI_RTMGRP_IPV6_IFADDR),
				     .ready = ready,
				     .ctx = monitor};
	error = monitor->source.fd;
	if (error >= 0)
		error = loop_add(loop, &monitor->source, EPOLLIN);
	if (error) {
		iface_close(monitor);
		return error;
	}
	/* Both make it faster, nothing depends on them: a lost notification is made up for, and the
	 * addresses of other interfaces are skipped. */
	setsockopt(monitor->source.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(monitor->request, ABI_SOL_NETLINK, ABI_NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return 0;
}

void iface_close(struct iface_monitor *monitor)
{
	if (monitor->source.fd >= 0) {
		loop_remove(monitor->loop, &monitor->source);
		close(monitor->source.fd);
	}
	close(monitor->request);
	monitor->source.fd = monitor->request = -1;
}

int iface_watch(struct iface_monitor *monitor, struct iface *iface)
{
	*iface = blank(iface);
	iface->next = monitor->first;
	monitor->first = iface;
	return refresh(monitor, iface, true);
}

static void read_route(void *ctx, uint16_t type, struct wire_reader body)
{
	struct abi_rtmsg route;

	/* Also a route to ourselves, or to nowhere, has an interface: lo. */
	if (type == ABI_RTM_NEWROUTE && take(&body, &route, sizeof(route)) &&
	    route.rtm_type == ABI_RTN_UNICAST)
		*(unsigned *)ctx = get_number(body, ABI_RTA_OIF, 0);
}

unsigned iface_route(struct iface_monitor *monitor, const struct addr *destination)
{
	enum protocol protocol = addr_is_ipv4(destination) ? PROTOCOL_IGMP : PROTOCOL_MLD;
	size_t size = wire_addr_size(protocol);
	struct abi_rtmsg route = {.rtm_family = protocol == PROTOCOL_IGMP ? AF_INET : AF_INET6,
				  .rtm_dst_len = (uint8_t)(size * 8)};
	struct question question = {.type = ABI_RTM_GETROUTE,
				    .body = &route,
				    .body_size = sizeof(route),
				    .attribute = ABI_RTA_DST,
				    .value = destination->byte + sizeof(destination->byte) - size,
				    .value_size = size};
	unsigned index = 0;

	return ask(monitor, &question, read_route, &index) ? 0 : index;
}
