/* SPDX-License-Identifier: MIT */
/*
 * From the membership database to kernel routes (RFC 4605 section 4.2), so that they are a function
 * of membership and no packet has to wake anybody:
 *  (*,*): from the upstream nothing, from a downstream to the upstream; from a downstream where
 * another one forwards nothing either, or two proxies on one link would send in circles what one of
 * them has forwarded to it;
 *  (*,G): among the upstream and the downstreams that want every source, but never back; of a local
 * group among downstreams only, and a second one drops what comes in by the upstream;
 *  (S,G): only where S is wanted elsewhere than the rest of G is, from the one interface that S is
 * expected on.
 */
#ifndef PROTO_FORWARD_H
#define PROTO_FORWARD_H

#include "proto/state/state.h"

/* It is new: nothing is forwarded; it ends, without a word to the kernel. */
void forward_init(struct proxy *);
void forward_free(struct proxy *);
/* The configuration is another one, from now on: what its upstreams and filters mean for routes. */
void forward_configure(struct proxy *);
/* Whether routes can be wildcards may have changed in this turn. */
void forward_renew(struct proxy *);
/* The VIF exists, or not. */
void forward_set_vif(struct proxy *, unsigned vif, bool exists);
/* Only these VIFs are configured. */
void forward_keep_vifs(struct proxy *, uint32_t vifs);
/* VIFs came or went, or queriers changed: brings (*,*) up to date, and has all routes told to the
 * kernel again if VIFs came. */
void forward_tree(struct proxy *);
/* Brings the membership's routes up to date. */
void forward_update(struct proxy *, struct membership *);
/* Sources may be elsewhere now. */
void forward_relocate(struct proxy *);
/* The kernel has the routes of an earlier proxy, made for all VIFs that there are. */
void forward_adopt(struct proxy *);
/* The kernel has this (*,*) or (*,G) from an earlier proxy, before this one has told it anything.
 * False: it has not the input of any that this one would make. */
bool forward_adopt_tree(struct proxy *, const struct route *);
bool forward_adopt_group(struct proxy *, struct membership *, const struct route *);
/* May sources be expected there? PROXY_VIFS: no. */
bool forward_has_input(const struct proxy *, unsigned vif);
/* A packet of an (S,G) route came in elsewhere than expected. While they
 * come in there, too, it stays; an on-link source, or one that the unicast routes put at the
 * upstream, cannot be taken over by another downstream. */
void forward_wrong_vif(struct proxy *, const struct upcall *);
/* What the kernel has to have for the source, group and input of the route. */
void forward_wanted(const struct proxy *, struct route *);
/* A route met max_routes, and since this was asked last another one has gone. */
bool forward_has_room_again(struct proxy *);
/* Has all routes told again. */
void forward_reinstall(struct proxy *);
/* Removes all routes. */
void forward_remove_all(struct proxy *);
/* What (*,*) is, for status; false: it is not installed. */
bool forward_wildcard(const struct proxy *, struct route *);

#endif
