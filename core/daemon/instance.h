/* SPDX-License-Identifier: MIT */
/*
 * One proxy instance on this machine: ties a struct proxy for each protocol to its multicast
 * routing socket, its interfaces, VIFs and routes.
 */
#ifndef CORE_INSTANCE_H
#define CORE_INSTANCE_H

#include "core/daemon/side.h"

/*
 * Opens everything and starts; the struct is all zeros. Returns 0, or -errno with what is wrong
 * logged and nothing left behind; EADDRINUSE: another process holds its table, common->waiting says
 * which one. A protocol that the kernel does not route is left out with a warning; ENOPROTOOPT:
 * there is no other. Where the kernel has no numbered tables, PRIMARY takes the default one, and
 * all others are left out.
 */
int instance_open(struct instance *, struct common *, const struct conf_instance *, bool primary);
/* Can it become what CONF says without being started anew? */
bool instance_is(const struct instance *, const struct conf_instance *conf);
/* Becomes what CONF says; what is the same there goes on. False: there was no memory, it is to be
 * called again. */
bool instance_reconfigure(struct instance *, const struct conf_instance *);
/* Leaves all groups upstream, cleans the kernel's tables. */
void instance_close(struct instance *);
/* Does what is due; returns the next deadline. To be called after the events of each turn. */
int64_t instance_turn(struct instance *, int64_t now);
/* Puts the protocols that run in front of NEXT and returns the first one. */
const struct control_view *instance_views(struct instance *, const struct control_view *next);
/* The first of its links of which there is something to say. */
bool instance_tell(const struct instance *, link_teller *, char text[CONTROL_ERROR]);
/* Does it wait for another attempt at what the kernel refused, or there was no memory for? TEXT
 * says of what then. */
bool instance_waits(const struct instance *, char *text, size_t size);
/* Has it an interface of that name? */
bool instance_has(const struct instance *, const char *name);

#endif
