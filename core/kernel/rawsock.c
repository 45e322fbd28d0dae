/* SPDX-License-Identifier: MIT */
/*
 * IGMP and ICMPv6 raw sockets: how they are opened, and what is sent. Owns: the socket options; the
 * IP headers around the messages (RFC 791 section 3.1, RFC 2113, RFC 3376 section 4; RFC 8200
 * section 4, RFC 2711, RFC 3810 section 5). Leaves out: the messages, which are proto's, and what
 * is received (rawsock_receive.c).
 *
 * A packet from 0.0.0.0 or ::, or from an address that is not ours, cannot leave through a raw
 * socket. It leaves through a packet socket, with a header made here.
 */
#include <errno.h>
#include <netinet/icmp6.h>
#include <netpacket/packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/base/wire.h"
#include "core/base/sockaddr.h"
#include "core/kernel/abi.h"
#include "core/kernel/rawsock.h"

enum {
	TOS_INTERNETWORK_CONTROL = 0xc0, /* RFC 3376 section 4 */
	IPV4_HEADER = 20,
	HEADER_MAX = 48, /* of the packets made here */
	SEND_BUFFER = 1 << 20
};

/* RFC 2113: type 148, length 4, value 0. */
static const uint8_t router_alert_ipv4[] = {148, 4, 0, 0};
/* A hop-by-hop header: RFC 2711's option 5, length 2, value 0 (MLD); PadN. */
static const uint8_t router_alert_ipv6[] = {IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0};

/* For sending only: bound to no protocol, it receives nothing. */
static int packet_socket = -1;

/* ---- sending ---- */

/* Of any sort, as 16 bytes of zeros. */
static struct addr ipv6_or_zero(const struct addr *addr)
{
	return addr_is_any(addr) ? (struct addr){{0}} : *addr;
}

/* With packet info: the interface, and the source address. */
static int send_with(int fd, struct msghdr *message, int level, int type, const void *info,
		     size_t size)
{
	union {
		struct cmsghdr header;
		uint8_t space[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control = {.header = {.cmsg_len = (socklen_t)CMSG_LEN(size),
				.cmsg_level = level,
				.cmsg_type = type}};

	memcpy(CMSG_DATA(&control.header), info, size);
	message->msg_control = &control;
	message->msg_controllen = (socklen_t)CMSG_SPACE(size);
	return sendmsg(fd, message, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static int send_ipv4(int fd, unsigned ifindex, const struct addr *src, const struct addr *dst,
		     struct iovec *part)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(addr_to_ipv4(dst))}};
	struct in_pktinfo info = {.ipi_ifindex = (int)ifindex,
				  .ipi_spec_dst = {htonl(addr_to_ipv4(src))}};
	struct msghdr message = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = part, .msg_iovlen = 1};

	return send_with(fd, &message, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
}

static int send_ipv6(int fd, unsigned ifindex, const struct addr *src, const struct addr *dst,
		     struct iovec *part)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_scope_id = ifindex};
	struct in6_pktinfo info = {.ipi6_ifindex = ifindex};
	struct msghdr message = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = part, .msg_iovlen = 1};

	memcpy(&to.sin6_addr, dst->byte, sizeof(dst->byte));
	memcpy(&info.ipi6_addr, src->byte, sizeof(src->byte));
	return send_with(fd, &message, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
}

static void put_bytes(struct wire_writer *w, const uint8_t *data, size_t length)
{
	uint8_t *at = wire_grow(w, length);

	if (at)
		memcpy(at, data, length);
}

/* As the kernel makes it for what the raw socket sends: no fragments, so no identification. */
static void write_ipv4_header(struct wire_writer *w, const struct addr *src, const struct addr *dst,
			      size_t length)
{
	static const uint8_t fixed[] = {0, 0, 0x40, 0, 1, IPPROTO_IGMP, 0, 0};
	const size_t header = IPV4_HEADER + sizeof(router_alert_ipv4);

	wire_put8(w, (uint8_t)(0x40 | header / 4));
	wire_put8(w, TOS_INTERNETWORK_CONTROL);
	wire_put16(w, (uint16_t)(header + length));
	put_bytes(w, fixed, sizeof(fixed));
	wire_put_addr(w, src, PROTOCOL_IGMP);
	wire_put_addr(w, dst, PROTOCOL_IGMP);
	put_bytes(w, router_alert_ipv4, sizeof(router_alert_ipv4));
	wire_patch16(w, 10, wire_checksum(PROTOCOL_IGMP, src, dst, w->start, w->length));
}

static void write_ipv6_header(struct wire_writer *w, const struct addr *src, const struct addr *dst,
			      size_t length)
{
	struct addr source = ipv6_or_zero(src);

	wire_put16(w, 0x6000 | TOS_INTERNETWORK_CONTROL << 4);
	wire_put16(w, 0);
	wire_put16(w, (uint16_t)(sizeof(router_alert_ipv6) + length));
	wire_put8(w, IPPROTO_HOPOPTS);
	wire_put8(w, 1);
	wire_put_addr(w, &source, PROTOCOL_MLD);
	wire_put_addr(w, dst, PROTOCOL_MLD);
	put_bytes(w, router_alert_ipv6, sizeof(router_alert_ipv6));
}

/* Interfaces without Ethernet addresses make nothing of the one that is given. */
static int send_frame(enum protocol protocol, unsigned ifindex, const struct addr *src,
		      const struct addr *dst, const struct iovec *body)
{
	uint8_t header[HEADER_MAX];
	struct wire_writer w = {.start = header, .size = sizeof(header)};
	const uint8_t *group = dst->byte + 12;
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex, .sll_halen = 6};
	struct iovec part[] = {{.iov_base = header}, *body};
	struct msghdr message = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = part, .msg_iovlen = 2};

	if (protocol == PROTOCOL_IGMP) {
		const uint8_t mac[6] = {0x01, 0, 0x5e, group[1] & 0x7f, group[2], group[3]};

		to.sll_protocol = htons(0x0800);
		memcpy(to.sll_addr, mac, sizeof(mac));
		write_ipv4_header(&w, src, dst, body->iov_len);
	} else {
		const uint8_t mac[6] = {0x33, 0x33, group[0], group[1], group[2], group[3]};

		to.sll_protocol = htons(0x86dd);
		memcpy(to.sll_addr, mac, sizeof(mac));
		write_ipv6_header(&w, src, dst, body->iov_len);
	}
	part[0].iov_len = w.length;
	return sendmsg(packet_socket, &message, MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* What is sent now is received by this machine's own sockets, too. */
static void set_loop(int fd, enum protocol protocol, int on)
{
	bool igmp = protocol == PROTOCOL_IGMP;

	setsockopt(fd, igmp ? IPPROTO_IP : IPPROTO_IPV6,
		   igmp ? IP_MULTICAST_LOOP : IPV6_MULTICAST_LOOP, &on, sizeof(on));
}

int rawsock_send(int fd, enum protocol protocol, unsigned ifindex, const struct addr *src,
		 const struct addr *dst, const uint8_t *msg, size_t length)
{
	/* sendmsg() only reads, whatever the type of iov_base. */
	union {
		const uint8_t *in;
		void *out;
	} data = {.in = msg};
	struct iovec part = {.iov_base = data.out, .iov_len = length};
	/* The kernel answers for the members on this machine. */
	bool query = length && msg[0] == (protocol == PROTOCOL_IGMP ? 0x11 : 130);
	int error = -EINVAL;

	if (query)
		set_loop(fd, protocol, 1);
	if (!addr_is_any(src) && protocol == PROTOCOL_IGMP)
		error = send_ipv4(fd, ifindex, src, dst, &part);
	else if (!addr_is_any(src))
		error = send_ipv6(fd, ifindex, src, dst, &part);
	if (query)
		set_loop(fd, protocol, 0);
	/* The source is not an address of ours (ENETUNREACH: IPv4, EINVAL: IPv6), which the
	 * administrator may want. ENETUNREACH of IPv6: there is no route ff00::/8, so nothing comes
	 * in either. */
	if (error == -EINVAL || (error == -ENETUNREACH && protocol == PROTOCOL_IGMP))
		error = send_frame(protocol, ifindex, src, dst, &part);
	return error;
}

/* ---- opening ---- */

struct option {
	int level, name, value;
};

static int set_options(int fd, const struct option *option, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (setsockopt(fd, option[i].level, option[i].name, &option[i].value,
			       sizeof(option[i].value)))
			return -errno;
	return 0;
}

/* Above the limit of the system if we may, up to it if not. */
static void set_buffer(int fd, int force, int limited, int size)
{
	if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, limited, &size, sizeof(size));
}

static int set_options_ipv4(int fd)
{
	static const struct option option[] = {{IPPROTO_IP, IP_PKTINFO, 1},
					       {IPPROTO_IP, IP_MULTICAST_TTL, 1},
					       {IPPROTO_IP, IP_MULTICAST_LOOP, 0},
					       {IPPROTO_IP, IP_TOS, TOS_INTERNETWORK_CONTROL}};
	int error = set_options(fd, option, sizeof(option) / sizeof(option[0]));

	if (!error &&
	    setsockopt(fd, IPPROTO_IP, IP_OPTIONS, router_alert_ipv4, sizeof(router_alert_ipv4)))
		error = -errno;
	return error;
}

/* Lets in MLD and Multicast Router Discovery, or nothing. */
static int set_filter(int fd, bool open)
{
	static const uint8_t type[] = {130, 131, 132, 143, 151, 152, 153};
	struct icmp6_filter filter;

	memset(&filter, 0xff, sizeof(filter)); /* ones block */
	for (size_t i = 0; open && i < sizeof(type); i++)
		filter.icmp6_filt[type[i] / 32] &= ~(1u << type[i] % 32);
	return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) ? -errno : 0;
}

int rawsock_admit(int fd, enum protocol protocol)
{
	return protocol == PROTOCOL_IGMP ? 0 : set_filter(fd, true);
}

/* Nothing passes that has come before it was decided what to let in. */
static int set_filter_ipv6(int fd)
{
	int error = set_filter(fd, false);
	uint8_t byte;

	if (error)
		return error;
	while (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) >= 0)
		;
	return set_filter(fd, true);
}

static int set_options_ipv6(int fd)
{
	static const struct option option[] = {
		{IPPROTO_IPV6, IPV6_RECVPKTINFO, 1},
		{IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1},
		{IPPROTO_IPV6, IPV6_RECVHOPOPTS, 1},
		{IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1},
		{IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0},
		{IPPROTO_IPV6, IPV6_TCLASS, TOS_INTERNETWORK_CONTROL}};
	int error = set_options(fd, option, sizeof(option) / sizeof(option[0]));

	if (!error && setsockopt(fd, IPPROTO_IPV6, IPV6_HOPOPTS, router_alert_ipv6,
				 sizeof(router_alert_ipv6)))
		error = -errno;
	return error ? error : set_filter_ipv6(fd);
}

/* Upcalls are known by a byte that is 0 in them only (see above). They are told apart first: they
 * come from no device, and to ask for that of such a packet ends the program. */
int rawsock_filter(int fd, enum protocol protocol, const unsigned *ifindex, unsigned count)
{
	enum {
		LOAD_BYTE = ABI_BPF_LD | ABI_BPF_B | ABI_BPF_ABS,
		LOAD_WORD = ABI_BPF_LD | ABI_BPF_W | ABI_BPF_ABS,
		EQUAL = ABI_BPF_JMP | ABI_BPF_JEQ | ABI_BPF_K,
		RETURN = ABI_BPF_RET | ABI_BPF_K
	};
	struct abi_sock_filter code[RAWSOCK_INTERFACES + 5] = {
		{LOAD_BYTE, 0, 0, protocol == PROTOCOL_IGMP ? 9 : 0},
		{EQUAL, (uint8_t)(count + 2), 0, 0},
		{LOAD_WORD, 0, 0, (uint32_t)(ABI_SKF_AD_OFF + ABI_SKF_AD_IFINDEX)}};
	struct abi_sock_fprog bpf = {.len = (unsigned short)(count + 5), .filter = code};

	if (count > RAWSOCK_INTERFACES)
		return -EINVAL;
	for (unsigned i = 0; i < count; i++)
		code[3 + i] = (struct abi_sock_filter){EQUAL, (uint8_t)(count - i), 0, ifindex[i]};
	code[3 + count] = (struct abi_sock_filter){RETURN, 0, 0, 0};
	code[4 + count] = (struct abi_sock_filter){RETURN, 0, 0, UINT32_MAX};
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &bpf, sizeof(bpf)) ? -errno : 0;
}

/* Without it, for want of packet sockets in the kernel, only unusual sources fail. Nobody shall
 * bind it and hear what passes, whoever has it by then. */
void rawsock_prepare(void)
{
	struct abi_sock_filter nothing = {ABI_BPF_RET | ABI_BPF_K, 0, 0, 0};
	const struct abi_sock_fprog bpf = {.len = 1, .filter = &nothing};
	const int on = 1;

	if (packet_socket >= 0)
		return;
	packet_socket = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setsockopt(packet_socket, SOL_SOCKET, SO_ATTACH_FILTER, &bpf, sizeof(bpf));
	setsockopt(packet_socket, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on));
}

int rawsock_open(enum protocol protocol, int receive_buffer)
{
	bool ipv4 = protocol == PROTOCOL_IGMP;
	int fd, error;

	fd = socket(ipv4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    ipv4 ? IPPROTO_IGMP : IPPROTO_ICMPV6);
	if (fd < 0)
		return -errno;
	error = ipv4 ? set_options_ipv4(fd) : set_options_ipv6(fd);
	if (error) {
		close(fd);
		return error;
	}
	set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, receive_buffer);
	set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, SEND_BUFFER);
	rawsock_prepare();
	return fd;
}

/* Last octets, of IPv4 and of IPv6. */
static const uint8_t routers[] = {2, 22, 106};

static int set_member(int fd, enum protocol protocol, unsigned ifindex, uint8_t last, bool joins)
{
	bool igmp = protocol == PROTOCOL_IGMP;
	struct addr group =
		igmp ? addr_ipv4(0xe0000000u | last) : (struct addr){{0xff, 0x02, [15] = last}};
	struct group_req request = {.gr_interface = ifindex};

	sockaddr_put(&request.gr_group, &group, 0, 0);
	return setsockopt(fd, igmp ? IPPROTO_IP : IPPROTO_IPV6,
			  joins ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP, &request, sizeof(request))
		       ? -errno
		       : 0;
}

int rawsock_join_routers(enum protocol protocol, unsigned ifindex)
{
	/* Never bound, so it receives nothing itself: the memberships are the interface's. */
	int fd = socket(protocol == PROTOCOL_IGMP ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC,
			0);
	int error = 0;

	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(routers) && !error; i++)
		error = set_member(fd, protocol, ifindex, routers[i], true);
	if (!error)
		return fd;
	close(fd);
	return error;
}

void rawsock_leave_routers(int fd, enum protocol protocol, unsigned ifindex)
{
	for (size_t i = 0; i < sizeof(routers) && fd >= 0; i++)
		set_member(fd, protocol, ifindex, routers[i], false);
}
