/* SPDX-License-Identifier: MIT */
/*
 * Links and addresses by rtnetlink. Owns: what is asked, and what is made of the answers.
 *
 * A notification only says that an interface is worth a look; its state is then read anew, and
 * whole. So there is one way to the state, at the start, after a change and after lost
 * notifications, and a hundred changes in one go cost one reading. Names that match a pattern are
 * kept by the notifications themselves: among thousands of interfaces nothing is read for one.
 */
#include "core/kernel/iface.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "core/base/log.h"
#include "core/kernel/bridge.h"

enum {
	NOTIFICATION_BUFFER = 1 << 20, /* of the socket */
	TRIES = 8
};

/* ---- the state of an interface ---- */

struct reading {
	struct iface *iface;
	struct abi_ifaddrmsg address; /* what is asked for */
	bool deprecated;	      /* the link-local address, which any other is better than */
};

static bool is_up(const struct abi_ifinfomsg *link)
{
	return (link->ifi_flags & IFF_UP) && (link->ifi_flags & ABI_IFF_LOWER_UP);
}

static void read_link(void *ctx, uint16_t type, struct wire_reader *body)
{
	struct iface *iface = ((struct reading *)ctx)->iface;
	struct abi_ifinfomsg link;
	struct wire_reader info, kind;

	if (type != ABI_RTM_NEWLINK || !netlink_take(body, &link, sizeof(link)))
		return;
	iface->index = (unsigned)link.ifi_index;
	iface->up = is_up(&link);
	iface->multicast = link.ifi_flags & IFF_MULTICAST;
	iface->mtu = netlink_number(body, ABI_IFLA_MTU, 0);
	iface->master = netlink_number(body, ABI_IFLA_MASTER, 0);
	netlink_attribute(body, ABI_IFLA_LINKINFO, &info);
	if (ENABLE_TROUBLE)
		bridge_read(&info, iface->asks);
	iface->port = netlink_attribute(&info, ABI_IFLA_INFO_SLAVE_KIND, &kind) &&
		      !netlink_text_is(&info, ABI_IFLA_INFO_SLAVE_KIND, "vrf");
}

static void add_prefix(struct iface *iface, const struct addr *addr, unsigned length, bool own)
{
	unsigned n = iface->prefix_count;

	if (n == IFACE_PREFIXES)
		return;
	iface->prefix[n] = (struct prefix){*addr, (uint8_t)length};
	iface->own |= (uint32_t)own << n;
	iface->prefix_count++;
}

/* The one that the kernel itself prefers: the first that is neither secondary nor of host scope. */
static void consider_ipv4(struct iface *iface, const struct addr *own, uint32_t flags,
			  uint8_t scope)
{
	if (addr_is_any(&iface->ipv4) && !(flags & ABI_IFA_F_SECONDARY) &&
	    scope <= ABI_RT_SCOPE_LINK)
		iface->ipv4 = *own;
}

/* Of several the lowest: the choice must not depend on the order in which they came up. */
static void consider_link_local(struct reading *reading, const struct addr *own, uint32_t flags)
{
	struct addr *chosen = &reading->iface->link_local;
	bool deprecated = flags & ABI_IFA_F_DEPRECATED;

	if (!addr_is_link_local(own) || flags & ABI_IFA_F_DADFAILED ||
	    (flags & ABI_IFA_F_TENTATIVE && !(flags & ABI_IFA_F_OPTIMISTIC)))
		return;
	if (!addr_is_any(chosen) &&
	    (deprecated != reading->deprecated ? deprecated : addr_compare(own, chosen) > 0))
		return;
	*chosen = *own;
	reading->deprecated = deprecated;
}

static void read_address(void *ctx, uint16_t type, struct wire_reader *body)
{
	struct reading *reading = ctx;
	struct abi_ifaddrmsg message;
	enum protocol protocol;
	struct addr own, peer;
	uint32_t flags;

	/* Kernels give more than was asked for: all interfaces if they are old, IPv4 if there is no
	 * IPv6. */
	if (type != ABI_RTM_NEWADDR || !netlink_take(body, &message, sizeof(message)) ||
	    message.ifa_index != reading->address.ifa_index ||
	    message.ifa_family != reading->address.ifa_family)
		return;
	protocol = message.ifa_family == AF_INET ? PROTOCOL_IGMP : PROTOCOL_MLD;
	if (!netlink_addr(body, ABI_IFA_ADDRESS, protocol, &peer) ||
	    message.ifa_prefixlen > wire_addr_size(protocol) * 8)
		return;
	/* On a point-to-point link IFA_ADDRESS is the other end. */
	if (!netlink_addr(body, ABI_IFA_LOCAL, protocol, &own))
		own = peer;
	flags = netlink_number(body, ABI_IFA_FLAGS, message.ifa_flags);
	if (protocol == PROTOCOL_IGMP)
		consider_ipv4(reading->iface, &own, flags, message.ifa_scope);
	else
		consider_link_local(reading, &own, flags);
	add_prefix(reading->iface, &peer,
		   message.ifa_prefixlen + (protocol == PROTOCOL_IGMP ? 96u : 0u),
		   addr_equal(&own, &peer));
	if (!addr_equal(&own, &peer))
		add_prefix(reading->iface, &own, 128, true);
}

/* Asks for the addresses of READING's family. */
static int read_addresses(struct ifaces *ifaces, struct reading *reading, uint8_t family)
{
	struct netlink_request request;

	reading->address =
		(struct abi_ifaddrmsg){.ifa_family = family, .ifa_index = reading->iface->index};
	netlink_begin(&request, ABI_RTM_GETADDR, ABI_NLM_F_DUMP, &reading->address,
		      sizeof(reading->address));
	return netlink_ask(&ifaces->request, &request, read_address, reading);
}

/* 0 or -errno; ENODEV: there is no such interface. */
static int read_state(struct ifaces *ifaces, struct iface *iface)
{
	struct reading reading = {.iface = iface};
	struct abi_ifinfomsg link = {.ifi_family = AF_UNSPEC};
	struct netlink_request request;
	int error;

	netlink_begin(&request, ABI_RTM_GETLINK, 0, &link, sizeof(link));
	netlink_put(&request, ABI_IFLA_IFNAME, iface->name, strlen(iface->name) + 1);
	error = netlink_ask(&ifaces->request, &request, read_link, &reading);
	if (error)
		return error;
	error = read_addresses(ifaces, &reading, AF_INET);
	if (!error)
		error = read_addresses(ifaces, &reading, AF_INET6);
	/* It went since we asked for the link. */
	return error == -ENODEV ? -EINTR : error;
}

static struct iface blank_state(const struct iface *iface)
{
	struct iface result = {.changed = iface->changed, .ctx = iface->ctx, .next = iface->next};

	result.moved = iface->moved;
	memcpy(result.dropped, iface->dropped, sizeof(result.dropped));
	memcpy(result.name, iface->name, sizeof(result.name));
	return result;
}

static bool same_state(const struct iface *a, const struct iface *b)
{
	return !b->moved && !b->dropped[0] && !b->dropped[1] && a->index == b->index &&
	       a->up == b->up && a->multicast == b->multicast && a->mtu == b->mtu &&
	       a->master == b->master && addr_equal(&a->ipv4, &b->ipv4) &&
	       addr_equal(&a->link_local, &b->link_local) && a->prefix_count == b->prefix_count &&
	       a->own == b->own && !memcmp(a->asks, b->asks, sizeof(a->asks)) &&
	       !memcmp(a->prefix, b->prefix, a->prefix_count * sizeof(a->prefix[0]));
}

/* 0 or -errno; then the state is as it was, and still to be read. The interface may be watched no
 * more when this returns. */
static int refresh_iface(struct ifaces *ifaces, struct iface *iface, bool first)
{
	struct iface now = blank_state(iface), none = now;
	int error = -EINTR;

	for (int i = 0; i < TRIES && error == -EINTR; i++) {
		now = none;
		error = read_state(ifaces, &now);
	}
	if (error && error != -ENODEV)
		return error;
	/* Another interface of the same name: whoever has VIFs and memberships on the old one must
	 * hear of its end. What is there now is for the next look. */
	if (iface->index && (iface->gone || iface->index != now.index)) {
		none.stale = true;
		*iface = none;
		iface->changed(iface->ctx, iface);
		return 0;
	}
	iface->stale = iface->gone = false;
	if (!first && same_state(iface, &now))
		return 0;
	*iface = now;
	iface->changed(iface->ctx, iface);
	return 0;
}

/* ---- names that match a pattern ---- */

static void read_name(void *ctx, uint16_t type, struct wire_reader *body)
{
	struct names *names = ctx;
	struct abi_ifinfomsg link;
	struct wire_reader name;

	if (!netlink_take(body, &link, sizeof(link)) || link.ifi_family != AF_UNSPEC ||
	    !netlink_attribute(body, ABI_IFLA_IFNAME, &name) || !name.left ||
	    name.at[name.left - 1])
		return;
	if (type == ABI_RTM_NEWLINK)
		names_set(names, (unsigned)link.ifi_index, (const char *)name.at);
	else if (type == ABI_RTM_DELLINK)
		names_set(names, (unsigned)link.ifi_index, NULL);
}

/* Reads them all. 0 or -errno: as before, and still to be read. */
static int read_names(struct ifaces *ifaces)
{
	struct abi_ifinfomsg link = {.ifi_family = AF_UNSPEC};
	const uint32_t without_counters = ABI_RTEXT_FILTER_SKIP_STATS;
	struct names names = {.pattern = ifaces->names.pattern,
			      .pattern_count = ifaces->names.pattern_count};
	struct netlink_request request;
	int error = -EINTR;

	for (int i = 0; i < TRIES && error == -EINTR; i++) {
		names_clear(&names);
		netlink_begin(&request, ABI_RTM_GETLINK, ABI_NLM_F_DUMP, &link, sizeof(link));
		netlink_put(&request, ABI_IFLA_EXT_MASK, &without_counters,
			    sizeof(without_counters));
		error = names.pattern_count
				? netlink_ask(&ifaces->request, &request, read_name, &names)
				: 0;
	}
	if (!error && names.stale)
		error = -ENOMEM;
	if (error) {
		names_clear(&names);
		return error;
	}
	if (names.left_out)
		log_warning("only %d of the interfaces that match a pattern are looked at",
			    NAMES_MAX);
	names.changed = ifaces->names.changed || !names_equal(&names, &ifaces->names);
	names_clear(&ifaces->names);
	ifaces->names = names;
	return 0;
}

/* Tells if they have changed. 0 or -errno. */
static int refresh_names(struct ifaces *ifaces)
{
	int error = 0;

	if (ifaces->names.stale)
		error = read_names(ifaces);
	if (error)
		ifaces->names.stale = true;
	if (error || !ifaces->names.changed)
		return error;
	ifaces->names.changed = false;
	ifaces->names_changed(ifaces->names_ctx);
	return 0;
}

/* ---- notifications ---- */

static void note_link(struct ifaces *ifaces, struct wire_reader *body, bool deleted)
{
	struct abi_ifinfomsg link;
	uint32_t event;

	/* Family AF_BRIDGE tells of a port that joins or leaves its bridge. */
	if (!netlink_take(body, &link, sizeof(link)) || link.ifi_family != AF_UNSPEC)
		return;
	event = netlink_number(body, ABI_IFLA_EVENT, 0);
	for (struct iface *i = ifaces->first; i; i = i->next) {
		if (i->index == (unsigned)link.ifi_index) {
			i->stale = true;
			i->gone |= deleted;
			/* It may be up again before it is looked at. */
			i->moved |= (i->up && !is_up(&link)) ||
				    (event >= ABI_IFLA_EVENT_BONDING_FAILOVER &&
				     event <= ABI_IFLA_EVENT_IGMP_RESEND);
		} else if (netlink_text_is(body, ABI_IFLA_IFNAME, i->name)) {
			i->stale = true;
		}
	}
}

static void note_address(struct ifaces *ifaces, struct wire_reader *body)
{
	struct abi_ifaddrmsg address;

	if (!netlink_take(body, &address, sizeof(address)))
		return;
	for (struct iface *i = ifaces->first; i; i = i->next)
		i->stale |= i->index == address.ifa_index;
}

/* What is about no single interface is about forwarding by the machine as a whole. DELETED: the
 * kernel knows nothing of the family on the interface any more. */
static void note_settings(struct ifaces *ifaces, struct wire_reader *body, bool deleted)
{
	uint8_t family[4]; /* and padding */
	enum protocol protocol;
	uint32_t index;

	if (!netlink_take(body, family, sizeof(family)))
		return;
	protocol = *family == AF_INET ? PROTOCOL_IGMP : PROTOCOL_MLD;
	index = netlink_number(body, ABI_NETCONFA_IFINDEX, 0);
	ifaces->routing[protocol] |= index == UINT32_MAX;
	for (struct iface *i = ifaces->first; deleted && i; i = i->next)
		if (index && i->index == index)
			i->stale = i->dropped[protocol] = true;
}

static void note_message(void *ctx, uint16_t type, struct wire_reader *body)
{
	struct wire_reader link = *body;
	struct ifaces *ifaces = ctx;

	if (type == ABI_RTM_NEWLINK || type == ABI_RTM_DELLINK) {
		note_link(ifaces, &link, type == ABI_RTM_DELLINK);
		if (ENABLE_RELOAD && ifaces->names.pattern_count)
			read_name(&ifaces->names, type, body);
	}
	if (type == ABI_RTM_NEWADDR || type == ABI_RTM_DELADDR)
		note_address(ifaces, body);
	if (type == ABI_RTM_NEWNETCONF || type == ABI_RTM_DELNETCONF)
		note_settings(ifaces, body, type == ABI_RTM_DELNETCONF);
}

/* A callback may watch and unwatch: ifaces->next is kept right by iface_unwatch(). */
static int look_at_stale(struct ifaces *ifaces)
{
	int error = 0;

	for (struct iface *i = ifaces->first; i; i = ifaces->next) {
		int its;

		ifaces->next = i->next;
		its = i->stale ? refresh_iface(ifaces, i, false) : 0;
		error = its ? its : error;
	}
	return error;
}

int iface_refresh(struct ifaces *ifaces)
{
	int error;

	look_at_stale(ifaces);
	/* Once more, for those whose end has been told. */
	error = look_at_stale(ifaces);
	if (ENABLE_RELOAD && !error)
		error = refresh_names(ifaces);
	ifaces->failed = error;
	return error;
}

static void events_ready(void *ctx, uint32_t events)
{
	struct ifaces *ifaces = ctx;

	(void)events;
	if (netlink_listen(&ifaces->events, note_message, ifaces)) {
		for (struct iface *i = ifaces->first; i; i = i->next)
			i->stale = true;
		ifaces->names.stale = ifaces->names.pattern_count;
	}
	iface_refresh(ifaces);
}

/* ---- the interface of this file ---- */

int iface_open(struct ifaces *ifaces, struct loop *loop)
{
	const uint32_t groups = ABI_RTMGRP_LINK | ABI_RTMGRP_IPV4_IFADDR | ABI_RTMGRP_IPV6_IFADDR |
				1u << (ABI_RTNLGRP_IPV4_NETCONF - 1) |
				1u << (ABI_RTNLGRP_IPV6_NETCONF - 1);
	const int on = 1, size = NOTIFICATION_BUFFER;
	int error;

	*ifaces = (struct ifaces){
		.loop = loop, .events.fd = -1, .source = {.ready = events_ready, .ctx = ifaces}};
	error = netlink_open(&ifaces->request, 0);
	if (!error)
		error = netlink_open(&ifaces->events, groups);
	ifaces->source.fd = ifaces->events.fd;
	if (!error)
		error = loop_add(loop, &ifaces->source, EPOLLIN);
	if (error) {
		iface_close(ifaces);
		return error;
	}
	/* Both make it faster, nothing depends on them: a lost notification is made up for, and the
	 * addresses of other interfaces are skipped. */
	setsockopt(ifaces->events.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(ifaces->request.fd, ABI_SOL_NETLINK, ABI_NETLINK_GET_STRICT_CHK, &on,
		   sizeof(on));
	return 0;
}

void iface_close(struct ifaces *ifaces)
{
	if (ifaces->events.fd >= 0)
		loop_remove(ifaces->loop, &ifaces->source);
	netlink_close(&ifaces->events);
	netlink_close(&ifaces->request);
	if (ENABLE_RELOAD)
		names_clear(&ifaces->names);
	ifaces->first = NULL;
}

int iface_watch(struct ifaces *ifaces, struct iface *iface)
{
	int error;

	*iface = blank_state(iface);
	iface->stale = true;
	iface->next = ifaces->first;
	ifaces->first = iface;
	error = refresh_iface(ifaces, iface, true);
	if (error)
		ifaces->failed = true;
	return error;
}

void iface_unwatch(struct ifaces *ifaces, struct iface *iface)
{
	struct iface **at = &ifaces->first;

	while (*at && *at != iface)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = iface->next;
	if (ifaces->next == iface)
		ifaces->next = iface->next;
}

int iface_match(struct ifaces *ifaces, const char (*pattern)[IF_NAMESIZE], size_t count,
		void (*changed)(void *ctx), void *ctx)
{
	int error;

	ifaces->names.pattern = pattern;
	ifaces->names.pattern_count = count;
	ifaces->names_changed = changed;
	ifaces->names_ctx = ctx;
	error = read_names(ifaces);
	/* Until it can be read, the notifications go on with the new patterns. */
	ifaces->names.stale = error;
	ifaces->names.changed = false;
	ifaces->failed |= error != 0;
	return error;
}

static void read_route(void *ctx, uint16_t type, struct wire_reader *body)
{
	struct abi_rtmsg route;

	/* Also a route to ourselves, or to nowhere, has an interface: lo. */
	if (type == ABI_RTM_NEWROUTE && netlink_take(body, &route, sizeof(route)) &&
	    route.rtm_type == ABI_RTN_UNICAST)
		*(unsigned *)ctx = netlink_number(body, ABI_RTA_OIF, 0);
}

unsigned iface_route(struct ifaces *ifaces, const struct addr *destination)
{
	enum protocol protocol = addr_is_ipv4(destination) ? PROTOCOL_IGMP : PROTOCOL_MLD;
	size_t size = wire_addr_size(protocol);
	struct abi_rtmsg route = {.rtm_family = protocol == PROTOCOL_IGMP ? AF_INET : AF_INET6,
				  .rtm_dst_len = (uint8_t)(size * 8)};
	struct netlink_request request;
	unsigned index = 0;

	netlink_begin(&request, ABI_RTM_GETROUTE, 0, &route, sizeof(route));
	netlink_put(&request, ABI_RTA_DST, destination->byte + sizeof(destination->byte) - size,
		    size);
	return netlink_ask(&ifaces->request, &request, read_route, &index) ? 0 : index;
}
