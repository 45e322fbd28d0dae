/* SPDX-License-Identifier: MIT */
/*
 * The membership database of RFC 4605 section 4.1 as a container: found by group in constant time,
 * walked in order of appearance while it changes, and a list of what changed in this turn.
 */
#ifndef PROTO_MEMBERSHIP_H
#define PROTO_MEMBERSHIP_H

#include "proto/state/state.h"

/* NULL: there is none. */
struct membership *membership_find(const struct proxy *, const struct addr *group);
/* Finds or creates; NULL: no memory. A new one is touched, so that it goes again if nothing comes
 * of it. */
struct membership *membership_get(struct proxy *, const struct addr *group);
/* Puts it on the list of what is to be merged and forwarded anew at the end of the turn. */
void membership_touch(struct proxy *, struct membership *);
void membership_touch_all(struct proxy *);
/* Takes the first one off that list. */
void membership_untouch_first(struct proxy *);
/* For want of memory not all was done that its groups (NULL: that static joins) ask for. */
void membership_starved(struct proxy *, struct membership *);
/* Was it, since this was asked last? */
bool membership_was_starved(struct proxy *);
/* Frees it; it must be off the list, without groups and subscriptions, and no route of it be known
 * to anyone. */
void membership_free(struct proxy *, struct membership *);
void membership_free_all(struct proxy *);
/* A group, new, becomes its own; it ends, which touches the membership. */
void membership_add_group(struct proxy *, struct membership *, struct group *);
void membership_remove_group(struct proxy *, struct group *);
/* A walk points at the first membership, and then survives the end of the one that it points at. */
void membership_walk_start(struct proxy *, struct proxy_walk *);
void membership_walk_stop(struct proxy *, struct proxy_walk *);
/* What it has at the upstream VIF; NULL: nothing. */
struct subscription *membership_subscription(const struct membership *, unsigned vif);
/* The group that hosts on VIF made, or a static join (PERMANENT); NULL: none. */
struct group *membership_group(const struct membership *, unsigned vif, bool permanent);

#endif
