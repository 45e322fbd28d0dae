/* SPDX-License-Identifier: MIT */
/* See bridge.h. */
#include "core/kernel/bridge.h"

#include "core/kernel/abi.h"
#include "core/kernel/netlink.h"

static uint8_t read_byte(struct wire_reader attributes, uint16_t type, uint8_t otherwise)
{
	struct wire_reader value;

	return netlink_attribute(attributes, type, &value) ? wire_get8(&value) : otherwise;
}

/* Before kernel 4.10 there is one version of each. */
void bridge_read(struct wire_reader info, uint8_t asks[PROTOCOLS])
{
	struct wire_reader bridge;
	bool querier = netlink_text_is(info, ABI_IFLA_INFO_KIND, "bridge") &&
		       netlink_attribute(info, ABI_IFLA_INFO_DATA, &bridge) &&
		       read_byte(bridge, ABI_IFLA_BR_MCAST_SNOOPING, 0) &&
		       read_byte(bridge, ABI_IFLA_BR_MCAST_QUERIER, 0);

	asks[PROTOCOL_IGMP] = asks[PROTOCOL_MLD] = 0;
	if (!querier)
		return;
	asks[PROTOCOL_IGMP] = read_byte(bridge, ABI_IFLA_BR_MCAST_IGMP_VERSION, 2);
	asks[PROTOCOL_MLD] = read_byte(bridge, ABI_IFLA_BR_MCAST_MLD_VERSION, 1);
}
