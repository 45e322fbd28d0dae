/* SPDX-License-Identifier: MIT */
/* The instances that run, one member of a list for each that the configuration tells of. */
#ifndef CORE_MEMBERS_H
#define CORE_MEMBERS_H

#include "core/daemon/state.h"

/* The members become what CONF says: what goes first makes room for what comes. 0, or -errno of
 * what failed, logged; the rest is done nevertheless. EADDRINUSE: nothing but that another process
 * holds an instance's table. */
int members_set(struct daemon *, const struct conf *);
/* Says what CONF leaves out, and which interfaces are in two instances. */
void members_warn(struct daemon *, const struct conf *);
/* Of ERROR and another one, ITS, the one that counts: the first, but for that of who waits for
 * another process, which may go on. 0: none. */
int members_worse(int error, int its);
/* All end. */
void members_close(struct daemon *);

#endif
