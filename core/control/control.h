/* SPDX-License-Identifier: MIT */
/* The daemon's end of the control socket: its clients. */
#ifndef CORE_CONTROL_H
#define CORE_CONTROL_H

#include "core/base/loop.h"
#include "core/control/view.h"

struct control {
	struct loop *loop;
	struct loop_source listener;
	int spare; /* a descriptor that is given up where no other one is free */
	bool full; /* which has been said */
	const struct control_daemon *daemon;
	int64_t started;
	struct control_client *client[CONFIG_CONTROL_CLIENTS];
};

/* Serves clients of the listening socket FD, which is closed in the end, or if that fails. What
 * there is to show of the daemon must stay where it is until control_close(), which comes before
 * proxy_free(). 0 or -errno. */
int control_open(struct control *, struct loop *, int fd, const struct control_daemon *);
/* What answers are about is going to change: those that are not finished end with an error. */
void control_interrupt(struct control *);
/* Drops all clients. After a failed control_open() it does nothing. */
void control_close(struct control *);

#endif
