/* SPDX-License-Identifier: MIT */
/*
 * What follows when a host that is tracked has left a group, and nobody had to be asked: the last
 * member queries all the same, with the S flag (RFC 3376 section 6.6.3.1), which change no timer of
 * a router. By them the switches of the link find out that the host's port is to get no more (RFC
 * 4541 section 2.1.1). Owns which of them are still to be sent.
 */
#ifndef PROTO_PARTING_H
#define PROTO_PARTING_H

#include "proto/state/state.h"

/* A host has left GROUP: the next query leaves in this turn, or a LMQI after the one before. */
void parting_begin(struct interface *, int64_t now, const struct addr *group);
/* When parting_tick() has something to do, absolute; INT64_MAX: never. */
int64_t parting_deadline(const struct interface *);
void parting_tick(struct proxy *, struct interface *, int64_t now);
/* Forgets what is still to be sent. */
void parting_end(struct interface *);

#endif
