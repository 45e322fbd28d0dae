/* SPDX-License-Identifier: MIT */
/* Links and addresses by rtnetlink: the state, now and whenever it changes, of interfaces known by
 * name, which may be missing at first, vanish, and come back with another index. */
#ifndef CORE_IFACE_H
#define CORE_IFACE_H

#include <net/if.h>

#include "proto/base/addr.h"
#include "core/base/loop.h"
#include "core/base/names.h"
#include "core/kernel/netlink.h"

enum { IFACE_PREFIXES = 32 };

/* One watched interface; owned by the watcher, in place until iface_unwatch() or iface_close().
 * Several may watch the same one. */
struct iface {
	/* The watcher's. Called once for each change, after all messages that were waiting have
	 * been read. Where another interface has taken the name over, or the same index has come
	 * back, it is called twice: first with index 0. It may watch and unwatch, this one, too. */
	char name[IF_NAMESIZE];
	void (*changed)(void *ctx, struct iface *);
	void *ctx;
	/* the state */
	unsigned index; /* 0: does not exist */
	bool up;	/* IFF_UP and a carrier (IFF_LOWER_UP) */
	bool multicast; /* IFF_MULTICAST */
	unsigned mtu;
	unsigned master; /* index of the bridge, VRF or bond that it belongs to; 0: none */
	bool port;	 /* of a master that takes its packets: a bridge or bond, not a VRF */
	uint8_t asks[PROTOCOLS]; /* the version in which the kernel's own querier asks, if it is a
				    bridge with one; else 0 */
	struct addr ipv4;	 /* primary address; any: none */
	struct addr link_local;	 /* usable (not tentative, not failed); any: none */
	/* On-link prefixes, the interface's own address as their address (peer's prefix on
	 * point-to-point links). */
	struct prefix prefix[IFACE_PREFIXES];
	unsigned prefix_count;
	uint32_t own; /* bit n: the address of prefix n is the interface's own */
	/* Events, for the watcher to clear: what is behind the interface may be another port or
	 * machine of the network (struct interface_state); the kernel has begun anew with the
	 * protocol on it, and what sockets have joined there they are no members of any more. */
	bool moved, dropped[PROTOCOLS];
	/* iface.c's */
	struct iface *next;
	bool stale; /* its state is to be read again */
	bool gone;  /* ... and what had INDEX is no more */
};

struct ifaces {
	struct loop_source source;
	struct loop *loop;
	struct netlink events, request;
	struct iface *first, *next; /* NEXT: of those that are being looked at */
	struct names names;	    /* those that iface_match() asked for */
	void (*names_changed)(void *ctx);
	void *names_ctx;
	bool failed; /* a change could not be read: iface_refresh() */
	/* A process may have begun or ended to route multicast; for its reader to clear. */
	bool routing[PROTOCOLS];
};

/* 0 or -errno. */
int iface_open(struct ifaces *, struct loop *);
/* Watches the interface called iface->name; its first state arrives by changed() before this
 * returns. 0, or -errno: it is watched, but its state is still to be read by iface_refresh(). */
int iface_watch(struct ifaces *, struct iface *);
/* No harm if it is not watched. */
void iface_unwatch(struct ifaces *, struct iface *);
/* Keeps ifaces->names to those that match any of COUNT patterns (in place until the next call; 0:
 * none), and calls changed() whenever they have changed, once for all messages that were waiting,
 * after the watchers. 0, or -errno: they are still to be read by iface_refresh(). */
int iface_match(struct ifaces *, const char (*pattern)[IF_NAMESIZE], size_t count,
		void (*changed)(void *ctx), void *ctx);
/* Reads what could not be read when it changed. 0 or -errno: it is still to be read. */
int iface_refresh(struct ifaces *);
/* No harm if it is closed, or all zeros but for events.fd and request.fd, which are -1. */
void iface_close(struct ifaces *);
/* Index of the interface that the unicast route to DESTINATION leads out of; 0: none. */
unsigned iface_route(struct ifaces *, const struct addr *destination);

#endif
