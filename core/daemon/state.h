/* SPDX-License-Identifier: MIT */
/* What the files of the daemon share; each member says which of them writes it. */
#ifndef CORE_DAEMON_STATE_H
#define CORE_DAEMON_STATE_H

#include "core/base/backoff.h"
#include "core/config/script.h"
#include "core/control/control.h"
#include "core/daemon/options.h"
#include "core/daemon/instance.h"
#include "core/privilege/priv.h"

struct member {
	struct member *next;
	bool wanted;
	struct instance instance;
};

/* What is long comes last. */
struct daemon {
	/* daemon.c */
	const struct daemon_options *options;
	struct priv *priv;
	int null;     /* for the background; -1: not needed */
	bool running; /* everything is open, or waits to be */
	/* settings.c */
	bool stale; /* the interfaces that the patterns mean have changed */
	char (*pattern)[IF_NAMESIZE];
	size_t pattern_count;
	/* members.c */
	struct member *first; /* in the order of the text */
	int missing_error;    /* why an instance does not run */
	/* program.c */
	enum log_level log_level;
	bool control_given; /* as the text has it */
	bool deaf;	    /* the control socket is to be another one */
	/* settings.c; program.c, when it settles */
	bool unfinished; /* not all is as the script says: it is applied at the next attempt */
	/* program.c, command.c */
	bool replaced; /* another worker is to go on */
	/* whoever fails */
	struct backoff retry;

	/* daemon.c */
	struct common common; /* but for what instances write there */
	/* settings.c */
	struct script script;
	/* members.c */
	char missing[CONF_NAME]; /* an instance that does not run; "": all do */
	char shared[CONF_ERROR]; /* conf_shared(); "": nothing */
	/* program.c */
	struct control control;
	struct control_daemon shown; /* VIEW: members.c */
	/* as the text has them */
	char control_path[CONF_PATH], control_group[CONF_NAME];
	char user[CONF_NAME], group[CONF_NAME], chroot[CONF_PATH]; /* as at the start */
};

#endif
