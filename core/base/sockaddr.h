/* SPDX-License-Identifier: MIT */
/* struct addr in the kernel's socket addresses, both ways. */
#ifndef CORE_SOCKADDR_H
#define CORE_SOCKADDR_H

#include <sys/socket.h>

#include "proto/base/addr.h"

/* AF_INET for an IPv4 address, else AF_INET6. */
int sockaddr_family(const struct addr *);
/* Writes ADDR, PORT (host order) and, for IPv6, the zone IFINDEX (0: none) to RESULT; returns its
 * length. */
socklen_t sockaddr_put(struct sockaddr_storage *result, const struct addr *, uint16_t port,
		       unsigned ifindex);
/* The address within; any for another family. */
struct addr sockaddr_get(const struct sockaddr_storage *);

#endif
