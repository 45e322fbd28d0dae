/* SPDX-License-Identifier: MIT */
/*
 * The bench's end of a link: sends whole frames and sees what arrives, through a packet socket with
 * a receive ring in shared memory. The kernel stamps each frame when it arrives on the link,
 * whenever the bench gets round to look; looking needs no system call, so that a sender that has to
 * keep its pace can look all the time.
 */
#ifndef BENCH_PORT_H
#define BENCH_PORT_H

#include "frame.h"

struct port {
	int fd;
	uint8_t *ring;
	size_t next;	      /* slot to be looked at */
	bool taken;	      /* the slot before it is still in the reader's hands */
	unsigned long unsent; /* frames that the kernel did not take */
};

/* Opens the interface of this name in a network namespace, and returns to the namespace HOME.
 * 0 or -errno. */
int port_open(struct port *, const char *interface, int namespace, int home);
void port_close(struct port *);
/* Returns the time just before the frame was handed to the kernel. */
int64_t port_send(struct port *, const struct frame *);
/* The next frame that has arrived and was not looked at; false: none. The sighting refers to the
 * ring until the next call for the same port. */
bool port_receive(struct port *, struct arrival *);
/* Gives the processor away until a frame has arrived or the deadline has passed. It costs the
 * measurement nothing, since the kernel stamps the frame, and leaves the processor to the daemon.
 */
void port_wait(struct port *, int64_t deadline);
/* Forgets all that has arrived. */
void port_flush(struct port *);
/* Frames that the bench itself lost since it opened the port: not sent, or no room in the ring. */
unsigned long port_lost(struct port *);

#endif
