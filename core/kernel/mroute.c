/* SPDX-License-Identifier: MIT */
/*
 * The kernel's multicast routing tables. Owns: every MRT_* and MRT6_* socket option and ioctl. The
 * kernel's two families differ in their structures only, the option numbers are the same.
 *
 * Facts of the kernel (net/ipv4/ipmr.c, net/ipv6/ip6mr.c) that callers rely on:
 *  - A route's outputs that have no VIF at the time are dropped in silence: VIFs first, then
 * routes.
 *  - Wildcard routes are kept apart by their input: one with another input is another route.
 *  - (*,*) names with its outputs the interfaces of the tree, the input among them.
 *  - The end of the socket, however it comes about, is the end of its VIFs and routes.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "core/kernel/abi.h"
#include "core/kernel/mroute.h"

static int set_option(int fd, enum protocol protocol, int option, const void *value, size_t size)
{
	int level = protocol == PROTOCOL_IGMP ? IPPROTO_IP : IPPROTO_IPV6;

	return setsockopt(fd, level, option, value, (socklen_t)size) ? -errno : 0;
}

static uint32_t to_in_addr(const struct addr *addr)
{
	return addr_is_any(addr) ? INADDR_ANY : htonl(addr_to_ipv4(addr));
}

static struct sockaddr_in6 to_sockaddr_in6(const struct addr *addr)
{
	struct sockaddr_in6 result = {.sin6_family = AF_INET6};

	if (!addr_is_any(addr))
		memcpy(&result.sin6_addr, addr->byte, sizeof(addr->byte));
	return result;
}

int mroute_init(int fd, enum protocol protocol, uint32_t table)
{
	const int on = 1;
	int error = 0;

	if (table)
		error = set_option(fd, protocol, ABI_MRT_TABLE, &table, sizeof(table));
	if (!error)
		error = set_option(fd, protocol, ABI_MRT_INIT, &on, sizeof(on));
	if (error)
		return error;
	error = set_option(fd, protocol, ABI_MRT_ASSERT, &on, sizeof(on));
	if (error) {
		mroute_done(fd, protocol);
		return error;
	}
	/* In PIM mode WRONGVIF comes for every interface with a VIF, else only for the outputs of
	 * the route. Without a register VIF it has no other effect. Kernels without PIM-SM do
	 * without. */
	set_option(fd, protocol, ABI_MRT_PIM, &on, sizeof(on));
	return 0;
}

void mroute_done(int fd, enum protocol protocol)
{
	set_option(fd, protocol, ABI_MRT_DONE, NULL, 0);
}

static int add_vif_ipv4(int fd, unsigned vif, unsigned ifindex, uint8_t threshold)
{
	struct abi_vifctl control = {.vifc_vifi = (uint16_t)vif,
				     .vifc_flags = ABI_VIFF_USE_IFINDEX,
				     .vifc_threshold = threshold,
				     .vifc_lcl_ifindex = (int32_t)ifindex};

	return set_option(fd, PROTOCOL_IGMP, ABI_MRT_ADD_VIF, &control, sizeof(control));
}

static int add_vif_ipv6(int fd, unsigned vif, unsigned ifindex)
{
	struct abi_mif6ctl control = {.mif6c_mifi = (uint16_t)vif, .mif6c_pifi = (uint16_t)ifindex};

	/* The kernel's field is too short: better no interface than another one. */
	if (ifindex > UINT16_MAX)
		return -ERANGE;
	return set_option(fd, PROTOCOL_MLD, ABI_MRT_ADD_VIF, &control, sizeof(control));
}

int mroute_add_vif(int fd, enum protocol protocol, unsigned vif, unsigned ifindex,
		   uint8_t threshold)
{
	if (protocol == PROTOCOL_IGMP)
		return add_vif_ipv4(fd, vif, ifindex, threshold);
	return add_vif_ipv6(fd, vif, ifindex);
}

int mroute_delete_vif(int fd, enum protocol protocol, unsigned vif)
{
	struct abi_vifctl control = {.vifc_vifi = (uint16_t)vif};
	uint16_t mif = (uint16_t)vif;
	int error;

	if (protocol == PROTOCOL_IGMP)
		error = set_option(fd, protocol, ABI_MRT_DEL_VIF, &control, sizeof(control));
	else
		error = set_option(fd, protocol, ABI_MRT_DEL_VIF, &mif, sizeof(mif));
	return error == -ENOENT || error == -EADDRNOTAVAIL ? 0 : error;
}

bool mroute_has_vif(int fd, unsigned vif)
{
	struct abi_sioc_vif_req request = {.vifi = (uint16_t)vif};

	return !ioctl(fd, ABI_SIOCGETVIFCNT, &request);
}

uint64_t mroute_forwarded(int fd, unsigned vif)
{
	struct abi_sioc_vif_req request = {.vifi = (uint16_t)vif};

	return ioctl(fd, ABI_SIOCGETVIFCNT, &request) ? 0 : request.ocount;
}

static int route_ipv4(int fd, int option, const struct route *route,
		      const uint8_t threshold[PROXY_VIFS])
{
	struct abi_mfcctl control = {.mfcc_origin = to_in_addr(&route->source),
				     .mfcc_mcastgrp = to_in_addr(&route->group),
				     .mfcc_parent = (uint16_t)route->input};

	/* The kernel forwards what has a TTL above the number; 0 would be no output. */
	for (unsigned vif = 0; vif < PROXY_VIFS; vif++)
		if (route->outputs >> vif & 1)
			control.mfcc_ttls[vif] = threshold[vif] ? threshold[vif] : 1;
	return set_option(fd, PROTOCOL_IGMP, option, &control, sizeof(control));
}

static int route_ipv6(int fd, int option, const struct route *route)
{
	struct abi_mf6cctl control = {.mf6cc_origin = to_sockaddr_in6(&route->source),
				      .mf6cc_mcastgrp = to_sockaddr_in6(&route->group),
				      .mf6cc_parent = (uint16_t)route->input,
				      .mf6cc_ifset = {route->outputs}};

	return set_option(fd, PROTOCOL_MLD, option, &control, sizeof(control));
}

int mroute_route(int fd, enum protocol protocol, const struct route *route,
		 const uint8_t threshold[PROXY_VIFS])
{
	int option = addr_is_any(&route->source) ? ABI_MRT_ADD_MFC_PROXY : ABI_MRT_ADD_MFC;
	int error;

	if (route->remove)
		option += ABI_MRT_DEL_MFC - ABI_MRT_ADD_MFC;
	if (protocol == PROTOCOL_IGMP)
		error = route_ipv4(fd, option, route, threshold);
	else
		error = route_ipv6(fd, option, route);
	return route->remove && error == -ENOENT ? 0 : error;
}

void mroute_flush(int fd, enum protocol protocol)
{
	int flags = ABI_MRT_FLUSH_MFC;

	set_option(fd, protocol, ABI_MRT_FLUSH, &flags, sizeof(flags));
}

int mroute_read_counters(int fd, enum protocol protocol, const struct route *route,
			 struct mroute_counters *counters)
{
	if (protocol == PROTOCOL_IGMP) {
		struct abi_sioc_sg_req request = {.src = to_in_addr(&route->source),
						  .grp = to_in_addr(&route->group)};

		if (ioctl(fd, ABI_SIOCGETSGCNT, &request))
			return -errno;
		*counters =
			(struct mroute_counters){request.pktcnt, request.bytecnt, request.wrong_if};
	} else {
		struct abi_sioc_sg_req6 request = {.src = to_sockaddr_in6(&route->source),
						   .grp = to_sockaddr_in6(&route->group)};

		if (ioctl(fd, ABI_SIOCGETSGCNT, &request))
			return -errno;
		*counters =
			(struct mroute_counters){request.pktcnt, request.bytecnt, request.wrong_if};
	}
	return 0;
}
