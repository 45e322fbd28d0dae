/* SPDX-License-Identifier: MIT */
/*
 * What goes into a proxy instance -- the state of interfaces, packets, upcalls of the kernel -- and
 * what comes out of it: messages, kernel routes, memberships of the kernel's.
 */
#ifndef PROTO_EVENT_H
#define PROTO_EVENT_H

#include <stddef.h>

#include "proto/base/config.h"

/* The state of an interface, whole, as of now. */
struct interface_state {
	unsigned vif;
	bool exists;	     /* and so has a VIF in the kernel */
	bool up;	     /* exists, is up and has a carrier */
	struct addr address; /* IPv4: primary; IPv6: a valid link-local; addr_is_any(): none */
	const struct prefix
		*prefix; /* on-link prefixes, with the interface's own address in them */
	size_t prefix_count;
	uint32_t own; /* bit n: the address of prefix n is one of the interface's */
	unsigned mtu;
	/* An event: what is behind the interface may be another port or machine of the network than
	 * before (a bond's failover, a virtual machine's move, a carrier that was away so shortly
	 * that nobody has told). */
	bool moved;
};

struct packet {
	unsigned vif;
	struct addr source, destination;
	uint8_t ttl; /* or hop limit */
	bool router_alert;
	const uint8_t *data; /* the IGMP or ICMPv6 message */
	size_t length;
};

enum upcall_type { UPCALL_NOCACHE, UPCALL_WRONGVIF };

struct upcall {
	enum upcall_type type;
	unsigned vif; /* where the packet came in */
	struct addr source, group;
};

/* A kernel route. source any: (*,G); both any: (*,*), whose input is the upstream. */
struct route {
	struct addr source, group;
	unsigned input;	  /* VIF */
	bool remove;	  /* else add, or change in place */
	uint32_t outputs; /* bit n: VIF n */
};

struct proxy_out {
	/* Sends an IGMP or ICMPv6 message (checksum filled in) to DST with TTL 1 and Router Alert,
	 * from SRC (any: 0.0.0.0), out of VIF. */
	void (*send)(void *ctx, unsigned vif, const struct addr *src, const struct addr *dst,
		     const uint8_t *msg, size_t length);
	void (*route)(void *ctx, const struct route *);
	/* The VIF that the unicast route to SOURCE points to; PROXY_VIFS: none of ours. */
	unsigned (*reverse_path)(void *ctx, const struct addr *source);
	/* How many packets the (S,G) route has taken in, by its input. False: the kernel cannot
	 * tell. */
	bool (*packets)(void *ctx, const struct route *, uint64_t *count);
	/* Has the kernel be a member of GROUP on VIF (kernel_host), with this filter; INCLUDE of
	 * nothing: not any more. */
	void (*join)(void *ctx, unsigned vif, const struct addr *group, enum filter_mode,
		     const struct addr *source, size_t count);
	/* Is the kernel itself a member of GROUP on VIF, as a program of this machine has joined
	 * it? It reports that by itself, from our address: no leave is sent then. NULL: never. */
	bool (*is_member)(void *ctx, unsigned vif, const struct addr *group);
};

#endif
