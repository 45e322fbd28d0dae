/* SPDX-License-Identifier: MIT */
/* The kernel's multicast routing tables: MRT_* and MRT6_* on a raw socket of rawsock_open(). */
#ifndef CORE_MROUTE_H
#define CORE_MROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/proxy.h"

struct mroute_counters {
	uint64_t packets, bytes, wrong_if;
};

/* Takes the table over (TABLE 0: the default one; numbers below 1,000,000,000) and turns WRONGVIF
 * upcalls on. What belongs into a numbered table the kernel knows by rules (rule.h). Everything
 * else here is of the socket's table. 0 or -errno: EADDRINUSE another process has it; ENOPROTOOPT
 * not in this kernel (of a numbered table also: CONFIG_IP_MROUTE_MULTIPLE_TABLES or
 * CONFIG_IPV6_MROUTE_MULTIPLE_TABLES is missing, the default one may be had); EINVAL no such
 * number; EPERM. */
int mroute_init(int fd, enum protocol, uint32_t table);
/* Gives it back; the kernel forgets VIFs and routes. */
void mroute_done(int fd, enum protocol);
/* A VIF for the interface; IPv4 packets with a TTL up to THRESHOLD are not forwarded out of it. 0
 * or -errno. */
int mroute_add_vif(int fd, enum protocol, unsigned vif, unsigned ifindex, uint8_t threshold);
/* ENOENT and EADDRNOTAVAIL (the interface went first) are no errors. */
int mroute_delete_vif(int fd, enum protocol, unsigned vif);
/* Is there a VIF of that number? */
bool mroute_has_vif(int fd, unsigned vif);
/* Packets that were forwarded out of it; 0, too, if there is none. */
uint64_t mroute_forwarded(int fd, unsigned vif);
/* Adds, changes in place or removes. THRESHOLD: of each VIF (IPv4). Removing what is not there is
 * no error. */
int mroute_route(int fd, enum protocol, const struct route *, const uint8_t threshold[PROXY_VIFS]);
/* Removes all routes, as far as the kernel can do so at once (since Linux 5.1). */
void mroute_flush(int fd, enum protocol);
/* 0 or -errno: EADDRNOTAVAIL there is no such route. PACKETS counts all that met the route, those
 * that came in at another VIF (WRONG_IF), too. */
int mroute_read_counters(int fd, enum protocol, const struct route *, struct mroute_counters *);

#endif
