/* SPDX-License-Identifier: MIT */
/* rtnetlink: questions with their answers, notifications, attributes. */
#ifndef CORE_NETLINK_H
#define CORE_NETLINK_H

#include "proto/base/addr.h"
#include "proto/base/wire.h"
#include "core/kernel/abi.h"

enum { NETLINK_REQUEST = 128 };

struct netlink {
	int fd;
	unsigned sequence; /* of the last question */
};

/* A question: a header, a body, attributes. What does not fit makes netlink_ask() fail. */
struct netlink_request {
	struct abi_nlmsghdr header;
	size_t length; /* of BYTE */
	uint8_t byte[NETLINK_REQUEST];
};

/* Takes one message: its type (RTM_*), and what is behind its header, a reader of its own. */
typedef void netlink_visit(void *ctx, uint16_t type, struct wire_reader *body);

/* GROUPS: bits of the notifications to be heard. 0 or -errno. */
int netlink_open(struct netlink *, uint32_t groups);
/* No harm if it is closed (fd -1). */
void netlink_close(struct netlink *);

void netlink_begin(struct netlink_request *, uint16_t type, uint16_t flags, const void *body,
		   size_t size);
void netlink_put(struct netlink_request *, uint16_t attribute, const void *value, size_t size);
/* Asks, and visits each message of the answer. 0, or -errno: the kernel's, or EINTR (the table
 * changed during a dump, which may have holes: to be asked again), or EMSGSIZE. Without NLM_F_DUMP
 * or NLM_F_ACK the answer must be a message. */
int netlink_ask(struct netlink *, struct netlink_request *, netlink_visit *, void *ctx);
/* Visits all notifications that wait. 0, or -errno: some were lost (ENOBUFS), or it cannot be known
 * whether. */
int netlink_listen(struct netlink *, netlink_visit *, void *ctx);

/* Copies the next SIZE bytes; false: there are not so many. */
bool netlink_take(struct wire_reader *, void *value, size_t size);
/* The first attribute of that type; false: there is none, and VALUE has none either. */
bool netlink_attribute(const struct wire_reader *attributes, uint16_t type,
		       struct wire_reader *value);
/* Of one byte or four. */
uint32_t netlink_number(const struct wire_reader *attributes, uint16_t type, uint32_t otherwise);
/* False: there is none, or it has another length than an address of the protocol. */
bool netlink_addr(const struct wire_reader *attributes, uint16_t type, enum protocol,
		  struct addr *);
/* Is the attribute there, with this text? */
bool netlink_text_is(const struct wire_reader *attributes, uint16_t type, const char *text);

#endif
