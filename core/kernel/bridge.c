/* SPDX-License-Identifier: MIT */
/* See bridge.h. */
#include "core/kernel/bridge.h"

#include "core/kernel/abi.h"
#include "core/kernel/netlink.h"

/* Before kernel 4.10 there is one version of each. */
void bridge_read(const struct wire_reader *info, uint8_t asks[PROTOCOLS])
{
	struct wire_reader bridge;

	if (!netlink_text_is(info, ABI_IFLA_INFO_KIND, "bridge") ||
	    !netlink_attribute(info, ABI_IFLA_INFO_DATA, &bridge) ||
	    !netlink_number(&bridge, ABI_IFLA_BR_MCAST_SNOOPING, 0) ||
	    !netlink_number(&bridge, ABI_IFLA_BR_MCAST_QUERIER, 0))
		return;
	asks[PROTOCOL_IGMP] = (uint8_t)netlink_number(&bridge, ABI_IFLA_BR_MCAST_IGMP_VERSION, 2);
	asks[PROTOCOL_MLD] = (uint8_t)netlink_number(&bridge, ABI_IFLA_BR_MCAST_MLD_VERSION, 1);
}
