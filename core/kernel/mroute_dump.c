/* SPDX-License-Identifier: MIT */
/* Routes out of the messages of a dump (net/ipv4/ipmr_base.c); see mroute_dump.h. */
#include "core/kernel/mroute_dump.h"

static unsigned vif_of(const struct mroute_dump *dump, uint32_t ifindex)
{
	unsigned vif = 0;

	while (vif < PROXY_VIFS && (!ifindex || dump->index[vif] != ifindex))
		vif++;
	return vif;
}

static uint32_t table_of(const struct mroute_dump *dump)
{
	if (dump->table)
		return dump->table;
	return dump->protocol == PROTOCOL_IGMP ? ABI_RT_TABLE_DEFAULT : ABI_RT_TABLE_MAIN;
}

static uint32_t read_outputs(const struct mroute_dump *dump, struct wire_reader hops)
{
	struct abi_rtnexthop hop;
	uint32_t outputs = 0;

	while (netlink_take(&hops, &hop, sizeof(hop))) {
		unsigned vif = vif_of(dump, (uint32_t)hop.rtnh_ifindex);

		if (vif < PROXY_VIFS)
			outputs |= UINT32_C(1) << vif;
	}
	return outputs;
}

static struct addr read_addr(const struct wire_reader *body, uint16_t type, enum protocol protocol)
{
	struct addr addr;

	if (!netlink_addr(body, type, protocol, &addr) || addr_is_any(&addr))
		return (struct addr){{0}};
	return addr;
}

static void visit_route(void *ctx, uint16_t type, struct wire_reader *body)
{
	const struct mroute_dump *dump = ctx;
	struct wire_reader hops;
	struct abi_rtmsg message;
	struct route route = {0};

	if (type != ABI_RTM_NEWROUTE || !netlink_take(body, &message, sizeof(message)) ||
	    message.rtm_type != ABI_RTN_MULTICAST || message.rtm_flags & ABI_RTNH_F_UNRESOLVED ||
	    netlink_number(body, ABI_RTA_TABLE, message.rtm_table) != table_of(dump))
		return;
	route.source = read_addr(body, ABI_RTA_SRC, dump->protocol);
	route.group = read_addr(body, ABI_RTA_DST, dump->protocol);
	route.input = vif_of(dump, netlink_number(body, ABI_RTA_IIF, 0));
	if (netlink_attribute(body, ABI_RTA_MULTIPATH, &hops))
		route.outputs = read_outputs(dump, hops);
	/* A (*,G) that drops what comes in somewhere (proto/forward/forward.c). */
	if (route.input == PROXY_VIFS && addr_is_any(&route.source) && !addr_is_any(&route.group) &&
	    !(route.outputs & (route.outputs - 1)))
		route.input = PROXY_VIFS - 1;
	dump->route(dump->ctx, &route);
}

int mroute_dump(struct netlink *netlink, const struct mroute_dump *dump)
{
	union {
		const struct mroute_dump *in;
		void *out;
	} ctx = {.in = dump};
	const struct abi_rtmsg message = {.rtm_family = dump->protocol == PROTOCOL_IGMP
								? ABI_RTNL_FAMILY_IPMR
								: ABI_RTNL_FAMILY_IP6MR};
	struct netlink_request request;

	netlink_begin(&request, ABI_RTM_GETROUTE, ABI_NLM_F_DUMP, &message, sizeof(message));
	return netlink_ask(netlink, &request, visit_route, ctx.out);
}
