/* SPDX-License-Identifier: MIT */
/* The file that says which process is to be told to end. */
#ifndef CORE_PIDFILE_H
#define CORE_PIDFILE_H

#include "core/config/conf.h"

struct pidfile {
	char path[CONF_PATH]; /* that has been written; "": none */
};

/* Writes this process's id to PATH ("": to none), and removes the file before. 0, or -errno: that
 * one stays, and there is none at PATH. No harm if it is written already. */
int pidfile_set(struct pidfile *, const char *path);

#endif
