/* SPDX-License-Identifier: MIT */
/*
 * Who may have what, one source at a time: filters, and which of several upstreams a source is
 * subscribed at. Here is the whole meaning of `rulematching`, of the remainder of a membership that
 * a filter cuts, and of peering (RFC 7287 section 5); merge.h and forward.h make sets and routes of
 * it.
 */
#ifndef PROTO_POLICY_H
#define PROTO_POLICY_H

#include "proto/state/state.h"

/* Does the group's state want SOURCE (RFC 3376 section 6.3)? */
bool policy_wants(const struct group *, const struct addr *source);
/* May data that come from the VIF go out of the interface? */
bool policy_may_leave(const struct interface *, unsigned vif, const struct addr *group,
		      const struct addr *source);
/* May data come in there? */
bool policy_may_come(const struct interface *, const struct addr *group, const struct addr *source);
/* Is SOURCE to be subscribed at the upstream? Among the sources that no group of the membership
 * lists, if SOURCE is taken for one of them (LISTED false), this holds up to LAST, which then
 * goes down to that; it may be NULL. */
bool policy_subscribes(const struct proxy *, const struct membership *, const struct interface *,
		       const struct addr *source, bool listed, struct addr *last);
/* May data come in at the VIF as a downstream's? */
bool policy_accepts_down(const struct proxy *, const struct membership *, unsigned vif,
			 const struct addr *source);
/* As those of an upstream, where they are subscribed? */
bool policy_accepts_up(const struct proxy *, const struct membership *, unsigned vif,
		       const struct addr *source);
/* The downstreams that want SOURCE (any: one that no group lists) and may have it from the VIF. */
uint32_t policy_wanting(const struct proxy *, const struct membership *, unsigned vif,
			const struct addr *source);
/* The VIFs that data from there go to (RFC 4605 section 4.2); 0 if they are not accepted. */
uint32_t policy_outputs(const struct proxy *, const struct membership *, unsigned vif,
			const struct addr *source);
/* Is nobody to be asked but the memberships themselves: one upstream, no filter? */
bool policy_is_plain(const struct proxy *);
/* Whether routes can be a function of the memberships alone. */
enum proxy_forwarding policy_forwarding(const struct proxy *);

#endif
