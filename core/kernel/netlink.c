/* SPDX-License-Identifier: MIT */
/* rtnetlink messages and sockets; see netlink.h. Everything in them is in host order and aligned to
 * 4 bytes. */
#include "core/kernel/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel puts into one goes by the room that there is, but for single messages, of which
 * those of interest are much shorter. */
enum { DATAGRAM_MAX = 8192 };

/* ---- messages ---- */

static size_t align(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

bool netlink_take(struct wire_reader *r, void *value, size_t size)
{
	const uint8_t *at = wire_take(r, size);

	if (at)
		memcpy(value, at, size);
	return at;
}

/* Cuts a part of LENGTH bytes, HEADER of which have been read, off R. */
static bool cut_part(struct wire_reader *r, size_t header, size_t length, struct wire_reader *part)
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
	return netlink_take(r, header, sizeof(*header)) &&
	       cut_part(r, sizeof(*header), header->nlmsg_len, body);
}

bool netlink_attribute(const struct wire_reader *attributes, uint16_t type,
		       struct wire_reader *value)
{
	struct wire_reader left = *attributes;
	struct abi_rtattr header;

	while (netlink_take(&left, &header, sizeof(header)) &&
	       cut_part(&left, sizeof(header), header.rta_len, value))
		if (header.rta_type == type)
			return true;
	*value = (struct wire_reader){.left = 0};
	return false;
}

uint32_t netlink_number(const struct wire_reader *attributes, uint16_t type, uint32_t otherwise)
{
	struct wire_reader value;
	uint32_t number;

	netlink_attribute(attributes, type, &value);
	if (value.left == 1)
		return *value.at;
	return netlink_take(&value, &number, sizeof(number)) ? number : otherwise;
}

bool netlink_addr(const struct wire_reader *attributes, uint16_t type, enum protocol protocol,
		  struct addr *addr)
{
	struct wire_reader value;

	if (!netlink_attribute(attributes, type, &value) || value.left != wire_addr_size(protocol))
		return false;
	*addr = wire_get_addr(&value, protocol);
	return true;
}

bool netlink_text_is(const struct wire_reader *attributes, uint16_t type, const char *text)
{
	struct wire_reader value;
	size_t length = strlen(text) + 1;

	return netlink_attribute(attributes, type, &value) && value.left >= length &&
	       !memcmp(value.at, text, length);
}

/* One datagram. Its length, or -errno. */
static int receive(int fd, uint8_t *datagram)
{
	struct abi_sockaddr_nl from = {0};
	struct iovec part = {.iov_base = datagram, .iov_len = DATAGRAM_MAX};
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

static void append_bytes(struct netlink_request *request, const void *bytes, size_t size)
{
	if (request->length + align(size) > sizeof(request->byte)) {
		request->length = sizeof(request->byte) + 1;
		return;
	}
	memcpy(request->byte + request->length, bytes, size);
	request->length += align(size);
}

void netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags, const void *body,
		   size_t size)
{
	*request = (struct netlink_request){
		.header = {.nlmsg_type = type, .nlmsg_flags = ABI_NLM_F_REQUEST | flags}};
	append_bytes(request, body, size);
}

void netlink_put(struct netlink_request *request, uint16_t type, const void *value, size_t size)
{
	struct abi_rtattr attribute = {.rta_len = (uint16_t)(sizeof(attribute) + size),
				       .rta_type = type};

	append_bytes(request, &attribute, sizeof(attribute));
	append_bytes(request, value, size);
}

static int send_request(struct netlink *netlink, struct netlink_request *request)
{
	struct abi_sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct iovec part[] = {
		{.iov_base = &request->header, .iov_len = sizeof(request->header)},
		{.iov_base = request->byte, .iov_len = request->length},
	};
	struct msghdr message = {.msg_name = &kernel,
				 .msg_namelen = sizeof(kernel),
				 .msg_iov = part,
				 .msg_iovlen = 2};

	if (request->length > sizeof(request->byte))
		return -EMSGSIZE;
	request->header.nlmsg_len = (uint32_t)(sizeof(request->header) + request->length);
	request->header.nlmsg_seq = ++netlink->sequence;
	return sendmsg(netlink->fd, &message, MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* Visits what one datagram answers. True: that was all of it, RESULT is 0 or -errno. */
static bool read_answer(const struct netlink *netlink, struct wire_reader datagram,
			netlink_visit *visit, void *ctx, int *result)
{
	struct abi_nlmsghdr header;
	struct wire_reader body;

	while (next_message(&datagram, &header, &body)) {
		/* What is left of a question that was given up. */
		if (header.nlmsg_seq != netlink->sequence)
			continue;
		/* The table changed during the dump, which may have holes. */
		if (header.nlmsg_flags & ABI_NLM_F_DUMP_INTR)
			*result = -EINTR;
		if (header.nlmsg_type == ABI_NLMSG_ERROR || header.nlmsg_type == ABI_NLMSG_DONE) {
			int32_t error = 0;

			netlink_take(&body, &error, sizeof(error));
			if (error < 0)
				*result = error;
			return true;
		}
		visit(ctx, header.nlmsg_type, &body);
		if (!(header.nlmsg_flags & ABI_NLM_F_MULTI))
			return true;
	}
	return false;
}

/* The kernel answers within sendmsg() and recvmsg(), so there is nothing to wait for: EAGAIN would
 * be an answer that never comes. */
int netlink_ask(struct netlink *netlink, struct netlink_request *request, netlink_visit *visit,
		void *ctx)
{
	_Alignas(8) uint8_t datagram[DATAGRAM_MAX];
	int result = send_request(netlink, request);
	struct wire_reader r;

	if (result)
		return result;
	do {
		int length = receive(netlink->fd, datagram);

		if (length < 0)
			return length;
		r = (struct wire_reader){.at = datagram, .left = (size_t)length};
	} while (!read_answer(netlink, r, visit, ctx, &result));
	return result;
}

/* ---- notifications ---- */

static void read_notifications(struct wire_reader datagram, netlink_visit *visit, void *ctx)
{
	struct abi_nlmsghdr header;
	struct wire_reader body;

	while (next_message(&datagram, &header, &body))
		visit(ctx, header.nlmsg_type, &body);
}

int netlink_listen(struct netlink *netlink, netlink_visit *visit, void *ctx)
{
	_Alignas(8) uint8_t datagram[DATAGRAM_MAX];
	int result = 0, length;

	do {
		length = receive(netlink->fd, datagram);
		if (length >= 0)
			read_notifications(
				(struct wire_reader){.at = datagram, .left = (size_t)length}, visit,
				ctx);
		else if (length != -EAGAIN)
			result = length;
	} while (length >= 0 || length == -ENOBUFS);
	return result;
}

/* ---- sockets ---- */

int netlink_open(struct netlink *netlink, uint32_t groups)
{
	struct abi_sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, ABI_NETLINK_ROUTE);
	int error = 0;

	*netlink = (struct netlink){.fd = -1};
	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		error = -errno;
	if (error)
		close(fd);
	else
		netlink->fd = fd;
	return error;
}

void netlink_close(struct netlink *netlink)
{
	if (netlink->fd >= 0)
		close(netlink->fd);
	netlink->fd = -1;
}
