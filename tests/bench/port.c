/* SPDX-License-Identifier: MIT */
/*
 * A packet socket with a TPACKET_V2 ring. The few kernel definitions it takes are repeated here,
 * because musl comes without the linux/ headers.
 */
#include "port.h"
#include "clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	OPTION_RX_RING = 5,
	OPTION_STATISTICS = 6,
	OPTION_VERSION = 10,
	OPTION_IGNORE_OUTGOING = 23,
	VERSION_2 = 1,
	EVERY_PROTOCOL = 3,
	SLOT_SIZE = 2048,
	BLOCK_SIZE = 65536,
	BLOCKS = 256,
	SLOTS = BLOCK_SIZE / SLOT_SIZE * BLOCKS,
	RING_SIZE = BLOCK_SIZE * BLOCKS,
};

/* struct tpacket2_hdr */
struct slot {
	uint32_t status; /* 0: the kernel's, odd: ours */
	uint32_t length, captured;
	uint16_t link_offset, network_offset;
	uint32_t seconds, nanoseconds;
};

/* struct tpacket_req */
struct ring_request {
	unsigned block_size, blocks, slot_size, slots;
};

/* struct tpacket_stats */
struct ring_statistics {
	unsigned packets, drops;
};

static int bind_to(int fd, const char *interface)
{
	const struct ring_request request = {BLOCK_SIZE, BLOCKS, SLOT_SIZE, SLOTS};
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(EVERY_PROTOCOL),
				      .sll_ifindex = (int)if_nametoindex(interface)};
	const int version = VERSION_2, on = 1;

	if (!address.sll_ifindex ||
	    setsockopt(fd, SOL_PACKET, OPTION_VERSION, &version, sizeof(version)) ||
	    setsockopt(fd, SOL_PACKET, OPTION_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, OPTION_RX_RING, &request, sizeof(request)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return 0;
}

static int open_here(struct port *port, const char *interface)
{
	/* Without a protocol nothing arrives before bind() has named the interface. */
	const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	void *ring;
	int error;

	if (fd < 0)
		return -errno;
	error = bind_to(fd, interface);
	if (error)
		goto out;
	ring = mmap(NULL, RING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED) {
		error = -errno;
		goto out;
	}
	*port = (struct port){.fd = fd, .ring = ring};
	return 0;
out:
	close(fd);
	return error;
}

int port_open(struct port *port, const char *interface, int namespace, int home)
{
	int error;

	if (setns(namespace, CLONE_NEWNET))
		return -errno;
	error = open_here(port, interface);
	if (setns(home, CLONE_NEWNET) && !error) {
		error = -errno;
		port_close(port);
	}
	return error;
}

void port_close(struct port *port)
{
	munmap(port->ring, RING_SIZE);
	close(port->fd);
}

int64_t port_send(struct port *port, const struct frame *frame)
{
	const int64_t time = clock_now();

	if (send(port->fd, frame->byte, frame->length, 0) != (ssize_t)frame->length)
		port->unsent++;
	return time;
}

static struct slot *slot_at(struct port *port, size_t number)
{
	return (struct slot *)(void *)(port->ring + number * SLOT_SIZE);
}

static void give_back(struct port *port)
{
	struct slot *slot = slot_at(port, (port->next + SLOTS - 1) % SLOTS);

	if (port->taken)
		__atomic_store_n(&slot->status, 0, __ATOMIC_RELEASE);
	port->taken = false;
}

bool port_receive(struct port *port, struct arrival *seen)
{
	struct slot *slot = slot_at(port, port->next);

	give_back(port);
	if (!(__atomic_load_n(&slot->status, __ATOMIC_ACQUIRE) & 1))
		return false;
	port->next = (port->next + 1) % SLOTS;
	port->taken = true;
	seen->time = slot->seconds * SECOND + slot->nanoseconds;
	frame_read(seen, (const uint8_t *)slot + slot->link_offset, slot->captured);
	return true;
}

void port_wait(struct port *port, int64_t deadline)
{
	const int64_t left = deadline - clock_now();
	const struct timespec limit = {.tv_sec = left / SECOND, .tv_nsec = left % SECOND};
	struct pollfd descriptor = {.fd = port->fd, .events = POLLIN};

	if (left > 0)
		ppoll(&descriptor, 1, &limit, NULL);
}

void port_flush(struct port *port)
{
	struct arrival ignored;

	while (port_receive(port, &ignored))
		;
}

unsigned long port_lost(struct port *port)
{
	struct ring_statistics statistics = {0, 0};
	socklen_t length = sizeof(statistics);

	if (!getsockopt(port->fd, SOL_PACKET, OPTION_STATISTICS, &statistics, &length))
		port->unsent += statistics.drops;
	return port->unsent;
}
