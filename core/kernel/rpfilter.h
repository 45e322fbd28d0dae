/* SPDX-License-Identifier: MIT */
/*
 * The reverse-path filter of interfaces (net.ipv4.conf.INTERFACE.rp_filter), which drops multicast
 * whose source is routed elsewhere: switched off while somebody holds it, and restored. The kernel
 * goes by the greater of the interface's own number and that of "all", so "all" is switched off
 * with the first one and restored with the last: meanwhile other interfaces are filtered by their
 * own numbers only. IPv6 has no such filter.
 *
 * A process that gives up being root must be open before (the right to write is CAP_NET_ADMIN's
 * afterwards).
 */
#ifndef CORE_RPFILTER_H
#define CORE_RPFILTER_H

#include <net/if.h>
#include <stddef.h>

enum { RPFILTER_MAX = CONFIG_MAX_RP_FILTERS + 1 /* and "all" */ };

struct rpfilter_entry {
	char name[IF_NAMESIZE];
	unsigned holders;
	char was; /* what is to be restored; '0': nothing */
};

/* Plain bytes, which another program may go on with, but for the directory. */
struct rpfilter {
	int directory; /* -1: not open */
	size_t count;
	struct rpfilter_entry entry[RPFILTER_MAX];
};

/* Nothing is held after it, unless it was before. 0 or -errno. */
int rpfilter_open(struct rpfilter *);
/* Switches the filter off for one more holder. The interface need not exist. 0, or -errno: it is
 * held, but the filter may be on. ENOSPC: it is not held, there are CONFIG_MAX_RP_FILTERS. */
int rpfilter_hold(struct rpfilter *, const char *name);
/* The interface has appeared: does what rpfilter_hold() could not do. No harm if nobody holds it. 0
 * or -errno. */
int rpfilter_refresh(struct rpfilter *, const char *name);
/* Restores what was there, if this was the last holder, unless somebody else has changed it
 * meanwhile. No harm if nobody holds it. */
void rpfilter_release(struct rpfilter *, const char *name);
/* Who held them is no more: what nobody holds again until rpfilter_sweep() is released then. */
void rpfilter_renew(struct rpfilter *);
void rpfilter_sweep(struct rpfilter *);
/* Releases all. No harm if it is not open. */
void rpfilter_close(struct rpfilter *);

#endif
