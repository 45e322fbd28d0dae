/* SPDX-License-Identifier: MIT */
/* What there is once for all instances: the log, the pidfile, the control socket, the rights. */
#ifndef CORE_PROGRAM_H
#define CORE_PROGRAM_H

#include "core/daemon/state.h"

/* Where the log goes, and how much of it: as CONF says, the options, and a command. */
void program_set_log(struct daemon *, const struct conf *);
/* What the program is set to from now on. */
void program_remember(struct daemon *, const struct conf *);
/* The program becomes what CONF says, while it runs; with PRIVSEP another worker does
 * (d->replaced). 0, or -errno of the pidfile, logged. */
int program_set(struct daemon *, const struct conf *);
/* What CONF says is settled with the monitor, before this process gives up being root. 0 or -errno,
 * logged. */
int program_settle(struct daemon *, const struct conf *);
/* Gives up what has been settled, before all is OPENED or after that (priv_confine()). 0 or -errno,
 * logged. */
int program_confine(struct daemon *, bool opened);

/* Serves clients of FD, the listening socket; or -errno. 0 or -errno, logged. */
int program_open_control(struct daemon *, int fd);
/* The socket as the text has it now, instead of the one before. 0 or -errno, logged. */
int program_reopen_control(struct daemon *);
/* Drops all clients. */
void program_close_control(struct daemon *);

#endif
