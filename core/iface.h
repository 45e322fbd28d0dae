/* SPDX-License-Identifier: MIT */
/* Links and addresses by rtnetlink: the state, now and whenever it changes, of interfaces known by
 * name, which may be missing at first, vanish, and come back with another index. */
#ifndef CORE_IFACE_H
#define CORE_IFACE_H

#include <net/if.h>

#include "../proto/addr.h"
#include "loop.h"

enum { IFACE_PREFIXES = 16 };

/* One watched interface; owned by the caller, in place until iface_close(). */
struct iface {
	char name[IF_NAMESIZE];
	unsigned index; /* 0: does not exist */
	bool up;	/* IFF_UP and a carrier (IFF_LOWER_UP) */
	bool multicast; /* IFF_MULTICAST */
	unsigned mtu;
	struct addr ipv4;	/* primary address; any: none */
	struct addr link_local; /* usable (not tentative, not failed); any: none */
	/* On-link prefixes, the interface's own address as their address (peer's prefix on
	 * point-to-point links). */
	struct prefix prefix[IFACE_PREFIXES];
	unsigned prefix_count;
	/* the monitor's */
	struct iface *next;
	bool stale; /* its state is to be read again */
	bool gone;  /* ... and what had INDEX is no more */
};

struct iface_monitor {
	struct loop_source source;
	struct loop *loop;
	struct iface *first;
	/* Called once for each changed interface, after all messages that were waiting have been
	 * read. Where another interface has taken the name over, or the same index has come back,
	 * it is called twice: first with index 0. */
	void (*changed)(void *ctx, struct iface *);
	void *ctx;
	int request; /* a second socket, for route look-ups */
	unsigned sequence;
	bool failed; /* a change could not be read: iface_refresh() */
};

/* 0 or -errno. */
int iface_open(struct iface_monitor *, struct loop *, void (*changed)(void *ctx, struct iface *),
	       void *ctx);
/* Watches the interface called iface->name; its first state arrives by changed() before this
 * returns. */
int iface_watch(struct iface_monitor *, struct iface *);
/* Reads what could not be read when it changed. 0 or -errno: it is still to be read. */
int iface_refresh(struct iface_monitor *);
void iface_close(struct iface_monitor *);
/* Index of the interface that the unicast route to DESTINATION leads out of; 0: none. */
unsigned iface_route(struct iface_monitor *, const struct addr *destination);

#endif
