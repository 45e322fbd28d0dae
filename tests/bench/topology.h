/* SPDX-License-Identifier: MIT */
/*
 * The network that the bench runs in: a router's namespace with up0, dn1 and dn2, and behind each
 * of them a namespace with the other end of a veth pair, called "peer". Nothing of it has a name
 * outside, so that it vanishes with the processes in it, however these end.
 */
#ifndef BENCH_TOPOLOGY_H
#define BENCH_TOPOLOGY_H

#include <stdbool.h>

enum link { UP0, DN1, DN2, LINKS };

struct topology {
	int router;	 /* descriptor of the namespace in which the caller is from now on */
	int peer[LINKS]; /* of the namespaces behind the router's interfaces */
};

/* Once: enters a mount namespace with an empty /run; as an ordinary user a user namespace, too. 0,
 * or -1 after one line about what is missing on stderr. */
int topology_enter(void);
/* Makes the network new and enters the router's namespace. Returns when all addresses can be used.
 * 0, or -1 after one line on stderr. */
int topology_open(struct topology *);
void topology_close(struct topology *);
/* The kernel has IPv6: then the router has addresses of it, too. */
bool topology_has_ipv6(void);
/* Writes a sysctl of the router, for example "net/ipv4/igmp_max_memberships". */
void topology_set(const char *name, const char *value);

#endif
