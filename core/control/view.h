/* SPDX-License-Identifier: MIT */
/* What the control socket has to show, and who carries out what it is told: the daemon fills these
 * in. What is in here may change after control_interrupt(). */
#ifndef CORE_VIEW_H
#define CORE_VIEW_H

#include "proto/proxy.h"
#include "core/config/script.h"
#include "core/control/requests.h"
#include "core/kernel/iface.h"

/* What there is to show of one instance and one of its protocols. */
struct control_view {
	const struct control_view *next; /* NULL: this is the last one */
	const char *instance;
	enum protocol protocol;
	uint32_t table; /* of the kernel; 0: the default one */
	struct proxy *proxy;
	int mroute;	      /* the multicast routing socket, for the counters of routes */
	unsigned entry_count; /* of the proxy's configuration */
	const struct iface *interface[PROXY_VIFS]; /* NULL: that VIF is free */
};

/* What the process may do that hears packets. */
struct control_process {
	int pid; /* of what is to be told to end */
	uint32_t user;
	const char *root; /* its root directory */
	int seccomp;	  /* 0: there is a filter of system calls; -errno: why there is none */
	const uint32_t *restarts; /* how often it has died; NULL: another one would not start */
};

/* The daemon, as those see it who ask. */
struct control_daemon {
	const struct control_view *view; /* the first one; NULL: there is none */
	const struct script *script;	 /* what dump-config prints */
	struct control_process process;
	/* Carries LINE out, whose first word is the command's name. False: nothing has been done,
	 * and ERROR says why. */
	bool (*command)(void *ctx, enum control_command, const char *line,
			char error[CONTROL_ERROR]);
	/* Is all as it is configured? False: REASON says what is not. True: what to look at, if it
	 * is not "". */
	bool (*healthy)(void *ctx, char reason[CONTROL_ERROR]);
	void *ctx;
};

#endif
