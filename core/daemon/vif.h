/* SPDX-License-Identifier: MIT */
/* The interfaces of an instance, each with a number, its VIF, that it has as long as it is one:
 * what they are in the kernel, and what the proxies are told of them. */
#ifndef CORE_VIF_H
#define CORE_VIF_H

#include "core/daemon/side.h"

/* The interface of that name; NULL: the instance has none. */
struct vif *vif_find(const struct instance *, const char *name);
/* Numbers for every interface of CONF; those that have one keep it. False: no memory, and some may
 * have got theirs. */
bool vif_add(struct instance *, const struct conf_instance *);
/* The proxies have their plans: those that CONF had not (vif_add()) go, the others follow. */
void vif_settle(struct instance *);
/* Once more what failed. */
void vif_retry(struct instance *);
/* The side has its table: takes over the VIFs in the kernel that a worker before has noted; what
 * cannot be anybody's goes. */
void vif_inherit(struct side *);
/* Removes the VIF in the kernel, if there is one. */
void vif_forget(struct side *, unsigned vif);
/* All go. */
void vif_close(struct instance *);

#endif
