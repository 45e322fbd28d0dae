/* SPDX-License-Identifier: MIT */
/* What the daemon's command line says. */
#ifndef CORE_OPTIONS_H
#define CORE_OPTIONS_H

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

#endif
