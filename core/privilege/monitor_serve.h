/* SPDX-License-Identifier: MIT */
/* What the monitor is, and what it does for the worker. Whatever the worker asks for is checked
 * here: it may be somebody else's by then. */
#ifndef CORE_MONITOR_SERVE_H
#define CORE_MONITOR_SERVE_H

#include "core/privilege/notify.h"
#include "core/privilege/request.h"
#include "core/privilege/successor.h"
#include "core/kernel/rule.h"

struct monitor {
	struct monitor_state state;
	const struct priv_job *job;
	struct priv_shared *shared;
	struct rules rules; /* its socket, for requests */
	struct notify notify;
	int64_t notify_at; /* INT64_MAX: no watchdog waits for it */
	char path[256];	   /* of the program; "": it has a longer one */
	int channel, signals;
	int pid; /* of the worker; 0: none runs */
	bool settled, upgrade;
	bool ready;	/* some worker was */
	bool reloading; /* until one is, or says that it has done so */
	bool stop;
	bool hangup;		 /* the file is to be read again, and no worker has begun to */
	int64_t ready_at;	 /* this one; INT64_MAX: not yet */
	int64_t start_at, delay; /* when the next one is due, and how long after a death */
	int64_t kill_at;	 /* if it has not ended by then */
};

/* Answers what waits at the channel; false: that was its end. */
bool monitor_serve(struct monitor *);
/* Gives all tables back, with their rules; closes what was kept, restores rp_filter. */
void monitor_release(struct monitor *);

#endif
