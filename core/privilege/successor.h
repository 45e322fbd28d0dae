/* SPDX-License-Identifier: MIT */
/* Another program in the monitor's place, as it is on disk now: what it inherits, and how it comes
 * to be. */
#ifndef CORE_SUCCESSOR_H
#define CORE_SUCCESSOR_H

#include "core/privilege/priv.h"

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

/* What a monitor before has left: 1: *STATE, whose descriptors are this process's from now on
 * (NULL: is there any?); 0: there was none; -EPROTO: it is another program's. */
int successor_inherit(struct monitor_state *);
/* Becomes the program at PATH, which inherits the state. Returns only if that failed: -errno. */
int successor_exec(const struct monitor_state *, const char *path, char *const *argv);
/* Has the program at PATH say whether it takes the state over, with the file CONF: 0, or -errno
 * with the reason in TEXT. */
int successor_try(const struct monitor_state *, const char *path, const char *conf,
		  char text[PRIV_TEXT]);

#endif
