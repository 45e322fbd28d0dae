/* SPDX-License-Identifier: MIT */
/* The configuration's script, from which everything that runs is made. Whatever changes, the file,
 * a command, or the interfaces that patterns mean, its statements make another configuration, and
 * what runs becomes what that says; what is the same goes on. */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include "core/daemon/state.h"

/* What SCRIPT says of the interfaces that there are; watches for names that match its patterns.
 * 0, or -1 with ERROR and CONF untouched. */
int settings_make(struct daemon *, const struct script *, struct conf *, char error[CONF_ERROR]);
/* What runs becomes what CONF says, which is freed. 0, or -errno of what failed, logged: it will be
 * tried again. EADDRINUSE: nothing but that another process holds an instance's table. */
int settings_apply(struct daemon *, struct conf *);
/* CONF, which is what the script says now, is what runs, and what another worker shall know. */
void settings_take(struct daemon *, struct conf *);
/* Reads the file again, and what runs becomes what it says. False: nothing has changed, and ERROR
 * says why. */
bool settings_reload(struct daemon *, char error[CONF_ERROR]);
/* The same statements, with other names for their patterns, or another attempt. */
void settings_renew(struct daemon *);

#endif
