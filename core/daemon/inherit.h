/* SPDX-License-Identifier: MIT */
/*
 * With PRIVSEP: what a worker leaves for the next one, and what it makes of what the one before has
 * left. Notes, in memory that outlives it (struct priv_vifs): which interface each VIF is of, and
 * who has asked there. The kernel keeps VIFs and routes. Without PRIVSEP none of this does
 * anything.
 */
#ifndef CORE_INHERIT_H
#define CORE_INHERIT_H

#include "core/daemon/side.h"

/* Opens the notes on the instance's table. */
void inherit_open(struct instance *);
/* The side has the table, or not any more: the notes are nobody else's. */
void inherit_use(const struct side *, bool used);
/* Has the side what a worker before made of its table? */
bool inherit_is_kept(const struct side *);
/* The interface that a worker before has noted for the VIF in the kernel; 0: none. */
unsigned inherit_index(const struct side *, unsigned vif);
/* The side's proxy runs, and knows its interfaces: hears again who asks on a link, and makes
 * memberships of the routes in the kernel. If these cannot be read they are set anew. */
void inherit_state(struct side *);

/* Is the VIF of number N noted as the interface NAME's? "": as nobody's. Without notes all are. */
bool inherit_is_noted(const struct instance *, unsigned n, const char *name);
/* Notes that the VIF of number N is the interface NAME's. "": nobody's. */
void inherit_note_name(struct instance *, unsigned n, const char *name);
/* Notes the interface that the VIF in the kernel is of. 0: of none, there is no VIF. */
void inherit_note_vif(const struct side *, unsigned vif, unsigned index);
/* Notes a query of a VERSION (proxy_packet()); 0: it is none. */
void inherit_note_query(const struct side *, int64_t now, const struct packet *, unsigned version);
/* What has been asked on the VIF does not hold any more. */
void inherit_forget_queries(const struct side *, unsigned vif);

#endif
