/* SPDX-License-Identifier: MIT */
/* The daemon: the instances that a file tells of, what changes them while they run, and what there
 * is once for all of them. */
#ifndef CORE_DAEMON_H
#define CORE_DAEMON_H

#include <stdbool.h>

struct daemon_options {
	const char *file;    /* the configuration */
	char **argv;	     /* of this program */
	const char *pidfile; /* NULL: as the file says */
	bool read_only;	     /* only reads the file, and says what is wrong with it */
	bool rp_filter_off;  /* of all interfaces, whatever the file says */
	int verbose;	     /* 1: info at least, more: debug */
	bool status;	     /* shows it on standard output, again and again */
	bool background;     /* logs to syslog once it runs */
	/* Called when everything is open; standard error may be closed from then on. NULL: nobody
	 * asks. */
	void (*ready)(void *ctx);
	void *ctx;
};

/* Runs until a signal or a command ends it. Returns the exit status: 0, or 1 if it could not start,
 * or not go on; the reason is on standard error, or in the log. */
int daemon_run(const struct daemon_options *);

#endif
