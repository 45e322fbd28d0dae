/* SPDX-License-Identifier: MIT */
/*
 * For programs that need a kernel: a network namespace of the program's own (as an ordinary user
 * with a user namespace around it), a pair of Ethernet interfaces in it, frames in and out of them.
 * Everything is gone when the program ends.
 */
#ifndef TESTS_UNIT_NETNS_H
#define TESTS_UNIT_NETNS_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

enum { NETNS_SKIP = 77, NETNS_WAIT = 3000 };

static inline void netns_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		perror(path);
	if (fd >= 0)
		close(fd);
}

/* True if the shell command ends with status 0. */
__attribute__((format(printf, 1, 2))) static inline bool netns_run(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	return system(command) == 0;
}

/* A network namespace, with FLAGS others; of an ordinary user (user_namespaces(7)) one of users
 * around it, which may map only itself, and only without setgroups. 0 or -errno. */
static inline int netns_new(int flags)
{
	unsigned uid = geteuid(), gid = getegid();
	char map[64];

	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	if (!uid && !unshare(CLONE_NEWNET | flags))
		return 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | flags))
		return -errno;
	netns_write("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	netns_write("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	netns_write("/proc/self/gid_map", map);
	return 0;
}

/* The one that the process is in. */
static inline int netns_open(void)
{
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* Ends the program if this cannot be had. */
static inline void netns_enter(void)
{
	int error = netns_new(0);

	if (error) {
		printf("no network namespace: %s\n", strerror(-error));
		exit(NETNS_SKIP);
	}
	if (!netns_run("ip link set lo up")) {
		printf("no ip: apt-get install iproute2\n");
		exit(NETNS_SKIP);
	}
}

/* Of an interface, or "all"; -1: there is none. */
static inline int netns_rp_filter(const char *name)
{
	char path[64], value = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, &value, 1) != 1)
		value = '0' - 1;
	close(fd);
	return value - '0';
}

/* Two interfaces that are one wire, up, with addresses from the start: no waiting for DAD. */
static inline bool netns_wire(const char *one, const char *other)
{
	return netns_run("ip link add name %s type veth peer name %s && "
			 "for i in %s %s; do echo 0 >/proc/sys/net/ipv6/conf/$i/accept_dad && "
			 "echo 0 >/proc/sys/net/ipv6/conf/$i/router_solicitations && "
			 "ip link set dev $i mtu 32000 up || exit 1; done",
			 one, other, one, other);
}

/* A packet socket on an interface, frames whole. */
static inline int netns_tap(const char *interface)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(3), /* every protocol */
				      .sll_ifindex = (int)if_nametoindex(interface)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(3));

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror("packet socket");
		exit(1);
	}
	return fd;
}

/* Waits for something to read. */
static inline bool netns_wait(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, NETNS_WAIT) == 1;
}

#endif
