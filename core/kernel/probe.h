/* SPDX-License-Identifier: MIT */
/* Looks at the system without changing it: what the kernel offers, who holds what. */
#ifndef CORE_PROBE_H
#define CORE_PROBE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/base/values.h"

/* 0: the kernel routes multicast and the default table is free; -EADDRINUSE: somebody holds it;
 * -ENOPROTOOPT: the kernel lacks it (CONFIG_IP_MROUTE, CONFIG_IPV6_MROUTE); -EPERM: no rights to
 * ask; other -errno. */
int probe_mroute(enum protocol);
/* The same of numbered tables (CONFIG_IP_MROUTE_MULTIPLE_TABLES,
 * CONFIG_IPV6_MROUTE_MULTIPLE_TABLES). */
int probe_tables(enum protocol);

enum { PROBE_HOLDERS = 4, PROBE_HOLDERS_TEXT = 160 };

struct probe_holder {
	int pid;
	char name[16];
};

/* Processes that have a raw IGMP (ICMPv6) socket open and could hold multicast routing, one for
 * each socket, but for this one's: fills at most COUNT, returns how many there are. */
size_t probe_holders(enum protocol, struct probe_holder *, size_t count);
/* Writes "NAME (pid N) or NAME (pid N), or others". */
void probe_name_holders(const struct probe_holder *, size_t count, char *buf, size_t size);
/* Both; false: there are none. */
bool probe_held_by(enum protocol, char *buf, size_t size);
/* The number in /proc/sys/net/ipv4 (ipv6)/conf/INTERFACE/NAME; -errno. */
int probe_sysctl(enum protocol, const char *interface, const char *name);
/* The effective rp_filter of an interface: the greater of its own and of "all"; -errno. */
int probe_rp_filter(const char *interface);

/* What keeps multicast from an interface though the kernel refuses nothing. */
enum probe_trouble {
	PROBE_FINE,
	PROBE_PORT,	  /* of a bridge or bond */
	PROBE_ROUTE,	  /* no ff00::/8 */
	PROBE_FILTER_OUT, /* a packet filter */
	PROBE_FILTER_IN,
	PROBE_QUERIER /* of the kernel's own bridge, in an older version */
};
enum { PROBE_TEXT = 192 };

/* Of these PROBE_ROUTE and a packet filter, found by sending: a message without a meaning, which
 * does not leave this machine, is to come back. PROBE_FINE, too, if that cannot be tried. */
enum probe_trouble probe_traffic(enum protocol, unsigned ifindex);
/* Writes "NAME: what it is; the remedy", of an interface. FINE: what was is over. */
void probe_explain(enum probe_trouble, enum protocol, const char *name, char text[PROBE_TEXT]);
/* The first nftables chain that drops, of what is forwarded, all that its rules do not accept:
 * "TABLE CHAIN", and how many RULES it has. False: none does, or it cannot be known. */
bool probe_forward_chain(char chain[PROBE_TEXT], unsigned *rules);

#endif
