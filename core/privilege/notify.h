/* SPDX-License-Identifier: MIT */
/*
 * Messages to the service manager that has started the program, as systemd's sd_notify(3) sends
 * them: lines "NAME=VALUE" in a datagram to the socket that NOTIFY_SOCKET names.
 */
#ifndef CORE_NOTIFY_H
#define CORE_NOTIFY_H

#include <stdint.h>

struct notify {
	int fd; /* -1: nobody wants to be told */
	/* How often "WATCHDOG=1" is to be sent, in milliseconds: twice in the time after which the
	 * manager would end the program. 0: not at all. */
	int64_t interval;
};

/* Reads the environment: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID. What makes no sense there is
 * as if it were not. To be called before the root directory and the user change. */
void notify_open(struct notify *);
/* No harm if it is closed. */
void notify_close(struct notify *);
/* Nothing comes of a failure: a manager that does not listen is none of ours. */
void notify_send(const struct notify *, const char *state);
/* The configuration is being read again; "READY=1" ends it. */
void notify_reloading(const struct notify *);

#endif
