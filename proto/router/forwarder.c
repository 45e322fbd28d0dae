/* SPDX-License-Identifier: MIT */
/* See forwarder.h. */
#include "proto/router/forwarder.h"

#include "proto/router/hold.h"
#include "proto/state/interface.h"
#include "proto/state/membership.h"
#include "proto/state/route.h"

void forwarder_set(struct proxy *p, struct interface *i, bool forwards)
{
	uint32_t n;

	i->forwarder.forwards = forwards;
	route_touch_tree(p);
	for (n = 0; n < i->timers.count; n++)
		membership_touch(p, interface_group(i, n)->membership);
}

enum proxy_forwarder forwarder_state(const struct interface *i)
{
	if (!(i->active || hold_is_on(i)) || i->config->upstream)
		return FORWARDER_DOWN;
	return i->forwarder.forwards ? FORWARDER_ALONE : FORWARDER_OTHER;
}
