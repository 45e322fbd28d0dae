/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own memberships on an upstream (host kernel): one filter for each group, as
 * /proc/net/igmp and /proc/net/mcfilter show it, on as many sockets as that takes
 * (igmp_max_memberships and optmem_max count for each socket).
 *
 * A filter with more sources than the kernel takes (igmp_max_msf, mld_max_msf, optmem_max) becomes
 * EXCLUDE of nothing, which asks for more than is wanted: struct join's wider.
 */
#ifndef CORE_JOIN_H
#define CORE_JOIN_H

#include "proto/proxy.h"
#include "core/privilege/priv.h"

/* What the kernel is to be a member of, and is unless it is pending. */
struct join {
	struct addr group;
	enum filter_mode filter_mode;
	struct addr *source;
	size_t count;
	size_t socket; /* 0: not joined, else one more than its position */
	bool pending;  /* to be done by join_retry() */
	bool wider;    /* joined with EXCLUDE of nothing instead */
};

struct join_socket {
	int fd;
	size_t count;
	bool full; /* it could take no more */
};

/* Of one interface and protocol. */
struct joins {
	struct priv *priv; /* keeps the sockets; NULL: nobody does */
	enum protocol protocol;
	unsigned ifindex;
	struct join *join; /* sorted by group */
	size_t count, room;
	struct join_socket *socket;
	size_t socket_count;
	size_t pending, wider; /* how many are */
};

/* Cannot fail. */
void join_open(struct joins *, struct priv *, enum protocol, unsigned ifindex);
/* Has the kernel be a member of GROUP with this filter; INCLUDE of nothing: not any more. 0, or
 * -errno: what was joined before stays until join_retry() can do it; ENOMEM: it may not even be
 * remembered (what was asked for before stays). */
int join_set(struct joins *, const struct addr *group, enum filter_mode, const struct addr *source,
	     size_t count);
/* Does what could not be done. 0 or -errno: there are pending ones left. */
int join_retry(struct joins *);
/* The kernel has forgotten all that was joined: joins it again. As join_retry(). */
int join_renew(struct joins *);
/* Leaves all groups; for an interface that goes, too: what comes in its place is another struct
 * joins. No harm if it is all zeros. */
void join_close(struct joins *);

#endif
