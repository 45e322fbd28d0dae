/* SPDX-License-Identifier: MIT */
/*
 * Looks at the system. Owns: what multicast routing the kernel offers, who holds it, what sysctls
 * say. Leaves out: what that means, which is applets/mcproxy-check.c's.
 *
 * Whether a table is free can only be found out by taking it: MRT_INIT, and at once the end of the
 * socket. While somebody holds the table that fails and touches nothing. If it succeeds nobody held
 * it, so there was no VIF or route to lose but those that are marked static, and they stay. A
 * daemon that starts in that very instant would find the table taken.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/kernel/abi.h"
#include "core/base/file.h"
#include "core/base/format.h"
#include "core/base/text.h"
#include "core/kernel/mroute.h"
#include "core/kernel/netlink.h"
#include "core/kernel/probe.h"

enum {
	SOCKETS_FILE = 32768, /* of /proc/net/raw: some 200 sockets */
	SOCKETS = 64,
	PROC_PATH = 40,
	PROBE = 24 /* bytes of a message, as MLD has them */
};

/* Raw sockets by what "socket:[N]" calls them. */
struct sockets {
	unsigned long inode[SOCKETS];
	size_t count;
};

/* The text of a file as far as it fits, with its '\0'. Its length, or -errno. */
static ssize_t read_text(const char *path, char *text, size_t size)
{
	int fd = file_open(AT_FDCWD, path, O_RDONLY);
	ssize_t length;

	if (fd < 0)
		return fd;
	length = file_read(fd, text, size - 1);
	if (length >= 0)
		text[length] = '\0';
	close(fd);
	return length;
}

/* The digits that TEXT begins with; libc's way there is 2 kB long. */
static unsigned long leading_number(const char *text, unsigned base)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned long number = 0;

	for (const char *digit; *text && (digit = memchr(digits, *text, base)); text++)
		number = number * base + (unsigned long)(digit - digits);
	return number;
}

static int open_raw(enum protocol protocol)
{
	int fd = socket(protocol == PROTOCOL_IGMP ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC,
			protocol == PROTOCOL_IGMP ? IPPROTO_IGMP : IPPROTO_ICMPV6);

	return fd < 0 ? -errno : fd;
}

int probe_mroute(enum protocol protocol)
{
	int fd = open_raw(protocol), error;

	if (fd < 0)
		return fd;
	error = mroute_init(fd, protocol, 0);
	close(fd);
	return error;
}

int probe_tables(enum protocol protocol)
{
	/* What table 0 is to MRT_INIT: one of any other number would be made, and stay. */
	const uint32_t table = ABI_RT_TABLE_DEFAULT;
	int level = protocol == PROTOCOL_IGMP ? IPPROTO_IP : IPPROTO_IPV6;
	int fd = open_raw(protocol), error = 0;

	if (fd < 0)
		return fd;
	if (setsockopt(fd, level, ABI_MRT_TABLE, &table, sizeof(table)))
		error = -errno;
	close(fd);
	return error;
}

/* The Nth word of a line, N from 0; NULL: there is none. */
static const char *word_of(const char *line, unsigned n)
{
	for (;; n--) {
		while (*line == ' ' || *line == '\t')
			line++;
		if (!*line || *line == '\n')
			return NULL;
		if (!n)
			return line;
		while (*line && !strchr(" \t\n", *line))
			line++;
	}
}

/* A line of /proc/net/raw: "sl local_address:PROTOCOL remote st queues timer retransmit uid timeout
 * inode ...". */
static void add_socket(struct sockets *sockets, const char *line, unsigned long number)
{
	const char *local = word_of(line, 1), *inode = word_of(line, 9);
	const char *colon = local ? strchr(local, ':') : NULL;

	if (colon && inode && leading_number(colon + 1, 16) == number && sockets->count < SOCKETS)
		sockets->inode[sockets->count++] = leading_number(inode, 10);
}

static void find_sockets(enum protocol protocol, struct sockets *sockets)
{
	bool ipv4 = protocol == PROTOCOL_IGMP;
	char text[SOCKETS_FILE];
	const char *line;

	sockets->count = 0;
	if (read_text(ipv4 ? "/proc/net/raw" : "/proc/net/raw6", text, sizeof(text)) < 0)
		return;
	for (line = strchr(text, '\n'); line; line = strchr(line + 1, '\n'))
		add_socket(sockets, line + 1, ipv4 ? IPPROTO_IGMP : IPPROTO_ICMPV6);
}

/* Is it among them? Then it is not any more. */
static bool take_out(struct sockets *sockets, unsigned long inode)
{
	for (size_t i = 0; i < sockets->count; i++) {
		if (sockets->inode[i] != inode)
			continue;
		sockets->inode[i] = sockets->inode[--sockets->count];
		return true;
	}
	return false;
}

/* The names in a directory. libc's way there allocates, which the monitor (priv.h) must not. */
struct listing {
	int fd;
	long length, at;
	char entry[2048]; /* struct linux_dirent64, one behind the other */
};

enum { ENTRY_SIZE = 16, ENTRY_NAME = 19 /* where they are in it */ };

static bool list_directory(struct listing *listing, const char *path)
{
	listing->fd = file_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
	listing->length = listing->at = 0;
	return listing->fd >= 0;
}

/* NULL: that was the end, and it is closed. */
static const char *next_name(struct listing *listing)
{
	const char *entry;
	uint16_t size;

	if (listing->at >= listing->length) {
		listing->at = 0;
		listing->length = syscall(SYS_getdents64, listing->fd, listing->entry,
					  sizeof(listing->entry));
	}
	if (listing->length <= 0) {
		close(listing->fd);
		return NULL;
	}
	entry = listing->entry + listing->at;
	memcpy(&size, entry + ENTRY_SIZE, sizeof(size));
	listing->at += size;
	return entry + ENTRY_NAME;
}

/* Has the process some of the sockets open? Those are nobody else's then: a worker has them from
 * its monitor. */
static bool holds_any(unsigned long pid, struct sockets *sockets)
{
	struct listing listing;
	bool found = false;
	char path[PROC_PATH];
	const char *name, *number;

	format_text(path, sizeof(path), "/proc/%lu/fd", pid);
	if (!list_directory(&listing, path))
		return false;
	while ((name = next_name(&listing))) {
		char target[64] = "";

		if (readlinkat(listing.fd, name, target, sizeof(target) - 1) > 0 &&
		    (number = text_behind(target, "socket:[")))
			found |= take_out(sockets, leading_number(number, 10));
	}
	return found;
}

static void read_holder(unsigned long pid, struct probe_holder *holder)
{
	char path[PROC_PATH];

	holder->pid = (int)pid;
	format_text(path, sizeof(path), "/proc/%lu/comm", pid);
	if (read_text(path, holder->name, sizeof(holder->name)) < 0)
		holder->name[0] = '\0';
	*strchrnul(holder->name, '\n') = '\0';
}

size_t probe_holders(enum protocol protocol, struct probe_holder *holder, size_t count)
{
	struct sockets sockets;
	struct listing listing;
	size_t found = 0;
	const char *name;

	find_sockets(protocol, &sockets);
	holds_any((unsigned long)getpid(), &sockets);
	if (!sockets.count || !list_directory(&listing, "/proc"))
		return 0;
	while ((name = next_name(&listing))) {
		unsigned long pid = leading_number(name, 10);

		/* 0: not a process. */
		if (!pid || !holds_any(pid, &sockets))
			continue;
		if (found < count)
			read_holder(pid, &holder[found]);
		found++;
	}
	return found;
}

void probe_name_holders(const struct probe_holder *holder, size_t count, char *buf, size_t size)
{
	size_t length = 0;

	*buf = '\0';
	for (size_t i = 0; i < count && i < PROBE_HOLDERS; i++)
		length += format_text(buf + length, size - length, "%s%s (pid %d)", i ? " or " : "",
				      holder[i].name, holder[i].pid);
	if (count > PROBE_HOLDERS)
		format_text(buf + length, size - length, ", or others");
}

bool probe_held_by(enum protocol protocol, char *buf, size_t size)
{
	struct probe_holder holder[PROBE_HOLDERS];
	size_t count = probe_holders(protocol, holder, PROBE_HOLDERS);

	probe_name_holders(holder, count, buf, size);
	return count;
}

int probe_sysctl(enum protocol protocol, const char *interface, const char *name)
{
	char path[128], text[16];
	ssize_t length;

	format_text(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s",
		    protocol == PROTOCOL_IGMP ? "ipv4" : "ipv6", interface, name);
	length = read_text(path, text, sizeof(text));
	return length < 0 ? (int)length : (int)leading_number(text, 10);
}

int probe_rp_filter(const char *interface)
{
	int own = probe_sysctl(PROTOCOL_IGMP, interface, "rp_filter");
	int all = probe_sysctl(PROTOCOL_IGMP, "all", "rp_filter");

	return own < 0 || own > all ? own : all;
}

/* To all hosts, with a TTL of 0, so that it is looped back only. 0 or -errno. */
static int send_probe(int fd, enum protocol protocol, unsigned ifindex, const uint8_t probe[PROBE])
{
	const struct ip_mreqn from = {.imr_ifindex = (int)ifindex};
	const struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(0xe0000001)}};
	const struct sockaddr_in6 to6 = {.sin6_family = AF_INET6,
					 .sin6_addr = {{{0xff, 2, [15] = 1}}},
					 .sin6_scope_id = ifindex};
	const int none = 0;
	int error;

	if (protocol == PROTOCOL_IGMP)
		error = setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof(from)) ||
			setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &none, sizeof(none)) ||
			sendto(fd, probe, PROBE, 0, (const struct sockaddr *)&to, sizeof(to)) < 0;
	else
		error = setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &none, sizeof(none)) ||
			sendto(fd, probe, PROBE, 0, (const struct sockaddr *)&to6, sizeof(to6)) < 0;
	return error ? -errno : 0;
}

/* Is what can be read the probe? */
static bool is_probe(int fd, enum protocol protocol, const uint8_t probe[PROBE])
{
	uint8_t packet[64];
	ssize_t length = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
	size_t header = protocol == PROTOCOL_IGMP ? (packet[0] & 0xfu) * 4 : 0;

	/* The kernel has filled in the checksum of ICMPv6. */
	return length >= (ssize_t)header + PROBE && packet[header] == probe[0] &&
	       !memcmp(packet + header + 4, probe + 4, 4);
}

enum probe_trouble probe_traffic(enum protocol protocol, unsigned ifindex)
{
	enum { MESSAGES = 64, WAIT = 100 };
	/* A type for experiments (RFC 3228 section 2); of MLD, which filters know by its types,
	 * Done for no group. */
	const uint8_t probe[PROBE] = {protocol == PROTOCOL_IGMP ? 0xf9 : 132, [4] = 'm', [5] = 'c',
				      [6] = 'p', [7] = (uint8_t)ifindex};
	struct pollfd wait = {.fd = open_raw(protocol), .events = POLLIN};
	bool found = false;
	int error;

	if (wait.fd < 0)
		return PROBE_FINE;
	error = send_probe(wait.fd, protocol, ifindex, probe);
	for (int n = 0; n < MESSAGES && !error && !found && poll(&wait, 1, WAIT) > 0; n++)
		found = is_probe(wait.fd, protocol, probe);
	close(wait.fd);
	if (error)
		return error == -EPERM	       ? PROBE_FILTER_OUT
		       : error == -ENETUNREACH ? PROBE_ROUTE
					       : PROBE_FINE;
	return found ? PROBE_FINE : PROBE_FILTER_IN;
}

void probe_explain(enum probe_trouble trouble, enum protocol protocol, const char *name,
		   char text[PROBE_TEXT])
{
	bool igmp = protocol == PROTOCOL_IGMP;

	if (trouble == PROBE_FINE)
		format_text(text, PROBE_TEXT, "%s: multicast is sent and received again", name);
	else if (trouble == PROBE_PORT)
		format_text(text, PROBE_TEXT,
			    "%s: is a port of a bridge or bond, which takes its packets; put that "
			    "one into the configuration",
			    name);
	else if (trouble == PROBE_ROUTE)
		format_text(text, PROBE_TEXT,
			    "%s: has no route for multicast; ip -6 route add multicast ff00::/8 "
			    "dev %s table local",
			    name, name);
	else if (trouble == PROBE_QUERIER)
		format_text(text, PROBE_TEXT,
			    "%s: the bridge's own querier asks in %s: hosts that hear it name no "
			    "sources, which ends SSM; ip link set %s type bridge mcast_querier 0, "
			    "or %s",
			    name, igmp ? "IGMPv2" : "MLDv1", name,
			    igmp ? "mcast_igmp_version 3" : "mcast_mld_version 2");
	else
		format_text(text, PROBE_TEXT,
			    "%s: a packet filter drops the %s that %s; nft: %s accept", name,
			    igmp ? "IGMP" : "MLD",
			    trouble == PROBE_FILTER_IN ? "comes in" : "is sent",
			    igmp ? "meta l4proto igmp" : "icmpv6 type {130-132, 143, 151-153}");
}

struct chain {
	char *name;
	unsigned rules;
};

/* A chain of nftables (linux/netfilter/nf_tables.h), whose numbers are in network order. */
static void look_at_chain(void *ctx, uint16_t type, struct wire_reader *body)
{
	enum { TABLE = 1, NAME = 3, HOOK = 4, POLICY = 5, USE = 6 };
	enum { NUMBER = 1, FORWARD = 2, INET = 1, IPV4 = 2, IPV6 = 10 };
	struct wire_reader hook, table, name;
	struct chain *chain = ctx;
	uint8_t head[4];

	(void)type;
	if (*chain->name || !netlink_take(body, head, sizeof(head)) ||
	    (head[0] != INET && head[0] != IPV4 && head[0] != IPV6) ||
	    !netlink_attribute(body, HOOK, &hook) ||
	    netlink_number(&hook, NUMBER, 0) != htonl(FORWARD) || netlink_number(body, POLICY, 1) ||
	    !netlink_attribute(body, TABLE, &table) || !netlink_attribute(body, NAME, &name))
		return;
	chain->rules = ntohl(netlink_number(body, USE, 0));
	format_text(chain->name, PROBE_TEXT, "%.*s %.*s", (int)table.left, (const char *)table.at,
		    (int)name.left, (const char *)name.at);
}

bool probe_forward_chain(char text[PROBE_TEXT], unsigned *rules)
{
	enum { NETFILTER = 12, GET_CHAIN = 10 << 8 | 4 };
	const uint8_t head[4] = {0};
	struct netlink netlink = {.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETFILTER)};
	struct netlink_request request;
	struct chain chain = {.name = text};

	*text = '\0';
	netlink_begin(&request, GET_CHAIN, ABI_NLM_F_DUMP, head, sizeof(head));
	if (netlink.fd >= 0)
		netlink_ask(&netlink, &request, look_at_chain, &chain);
	netlink_close(&netlink);
	*rules = chain.rules;
	return *text;
}
