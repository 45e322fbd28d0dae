/* SPDX-License-Identifier: MIT */
/* The configuration's text, from which everything that runs is made. Whatever changes, the file, a
 * command, or the interfaces that patterns mean, the text is parsed again, and what runs becomes
 * what it says; what is the same goes on. */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include "core/daemon/state.h"

/* Parses SCRIPT for the interfaces that there are, and watches for names that match its patterns.
 * 0, or -1 with ERROR and CONF untouched. */
int settings_parse(struct daemon *, const struct script *, struct conf *, char error[CONF_ERROR]);
/* What runs becomes what CONF says, which is freed. 0, or -errno of what failed, logged: it will be
 * tried again. EADDRINUSE: nothing but that another process holds an instance's table. */
int settings_apply(struct daemon *, struct conf *);
/* SCRIPT, which is taken over, becomes the text, and what runs what it says. False: nothing has
 * changed, and ERROR says why. */
bool settings_change(struct daemon *, struct script *, char error[CONF_ERROR]);
/* The same with the file, which is read again. */
bool settings_reload(struct daemon *, char error[CONF_ERROR]);
/* The same text, with other names for its patterns, or another attempt. */
void settings_renew(struct daemon *);

#endif
