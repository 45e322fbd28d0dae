/* SPDX-License-Identifier: MIT */
/*
 * tunnel IF NAMESPACE PEER: a tunnel of packets without link-layer, whose ends are two tun devices,
 * IF here and PEER in the network namespace of that path. Both have to exist. It carries packets
 * until it is killed. "open" is said when it does.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* linux/if_tun.h, which not every C library comes with */
#define TUN_SET_IFF _IOW('T', 202, int)
enum { TUN_DEVICE = 0x0001, TUN_BARE_PACKETS = 0x1000 };

static void die(const char *what)
{
	fprintf(stderr, "tunnel: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_end(const char *name)
{
	struct ifreq request = {.ifr_flags = TUN_DEVICE | TUN_BARE_PACKETS};
	int end = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (end < 0)
		die("/dev/net/tun");
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(end, TUN_SET_IFF, &request))
		die(name);
	return end;
}

static void enter(const char *path)
{
	int space = open(path, O_RDONLY | O_CLOEXEC);

	if (space < 0 || setns(space, CLONE_NEWNET))
		die(path);
	close(space);
}

/* What an end that is down does not take is lost, as in any tunnel. */
static void carry(int from, int to)
{
	static uint8_t packet[65536];
	ssize_t length = read(from, packet, sizeof(packet));

	if (length < 0 && errno != EINTR)
		die("read");
	if (length > 0 && write(to, packet, (size_t)length) < 0 && errno != EIO)
		die("write");
}

int main(int argc, char **argv)
{
	struct pollfd end[2] = {{.events = POLLIN}, {.events = POLLIN}};

	if (argc != 4) {
		fprintf(stderr, "usage: tunnel IF NAMESPACE PEER\n");
		return 2;
	}
	end[0].fd = open_end(argv[1]);
	enter(argv[2]);
	end[1].fd = open_end(argv[3]);
	puts("open");
	fflush(stdout);
	for (;;) {
		if (poll(end, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (end[0].revents & POLLIN)
			carry(end[0].fd, end[1].fd);
		if (end[1].revents & POLLIN)
			carry(end[1].fd, end[0].fd);
	}
}
