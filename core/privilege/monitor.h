/* SPDX-License-Identifier: MIT */
/*
 * The monitor of PRIVSEP: root, and so small that it can be read in one go. It opens what needs
 * root and keeps a copy, so that the kernel keeps VIFs and routes whatever becomes of the worker;
 * starts a worker, and another one when it dies or hangs; and restores at the end what was changed.
 * It hears no packet, reads no configuration, and allocates nothing. Whatever the worker asks for
 * is checked here: it may be somebody else's by then.
 */
#ifndef CORE_MONITOR_H
#define CORE_MONITOR_H

#include <limits.h>
#include <stdbool.h>

#include "core/privilege/notify.h"
#include "core/privilege/passing.h"
#include "core/privilege/priv.h"
#include "core/kernel/rpfilter.h"
#include "core/kernel/rule.h"

enum monitor_request_type {
	MONITOR_SETTLE, /* settings; descriptors: the root directory, the control socket */
	MONITOR_PIDFILE,
	MONITOR_READY,
	MONITOR_RELOADING, /* number: it is done */
	MONITOR_MROUTE,	   /* protocol, table; the reply comes with it */
	MONITOR_MROUTE_DONE,
	MONITOR_HOLDERS, /* protocol */
	MONITOR_KEEP,	 /* number: what it is called; with a descriptor */
	MONITOR_CLOSE,
	MONITOR_SWEEP,
	MONITOR_RULE,	   /* number: add; protocol, table, name, attribute */
	MONITOR_RP_FILTER, /* number: which enum priv_rp_filter; name */
	MONITOR_FILE,
	MONITOR_SCRIPT, /* number: the file's bytes; with a descriptor */
	MONITOR_SYSLOG,
	MONITOR_UPGRADE,
	MONITOR_REQUESTS
};

struct monitor_request {
	uint32_t type, protocol, table, number;
	uint16_t attribute;
	char name[IF_NAMESIZE];
	struct priv_settings settings;
};

struct monitor_reply {
	int32_t error;
	bool kept;
	char text[PRIV_TEXT];
};

/* A multicast routing socket. The kernel never forgets a table that there was, so its place here is
 * its own for ever, too. */
struct monitor_table {
	int fd; /* -1: it has been given back */
	uint32_t protocol, table;
	uint32_t rules; /* how many may have been added */
};

/* What a worker wants to outlive it. */
struct monitor_kept {
	int fd;
	uint32_t key, worker;
};

/* All that another program in the monitor's place has to know: plain bytes, in one piece. */
struct monitor_state {
	/* Seldom touched; the rest is, and shares a page with what follows it in struct monitor. */
	struct rpfilter rpfilter;
	struct monitor_kept kept[CONFIG_MAX_KEPT];
	struct priv_settings settings;
	struct pidfile pidfile;
	int shared, script; /* files in memory; -1: none */
	uint32_t script_file;
	uint32_t worker; /* how many there have been */
	unsigned table_count, kept_count;
	struct monitor_table table[PROTOCOLS * CONFIG_MAX_TABLES];
};

struct monitor {
	struct monitor_state state;
	const struct priv_program *program;
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
/* Runs the program that is on disk now, to see whether it takes over what there is: 0, or -errno
 * with the reason in TEXT. */
int monitor_try(struct monitor *, char text[PRIV_TEXT]);
/* Gives all tables back, with their rules; closes what was kept, restores rp_filter. */
void monitor_release(struct monitor *);

/* For another program: the state as a file in memory, that it finds by the environment; then it.
 * Returns only if it failed: -errno. */
int monitor_exec(struct monitor *);
/* The other end of it. 1: there is a state, *STATE (NULL: is there one?); 0: there is none;
 * -EPROTO: it is another program's. */
int monitor_inherit(struct monitor_state *);

#endif
