/* SPDX-License-Identifier: MIT */
/*
 * What is subscribed at an upstream of one group, and what of it is still to be sent: changes to be
 * repeated (RFC 3376 section 5.1), an answer that is pending (section 5.2). Owns the records.
 * Leaves out when they change and are sent, which host.c and answer.c see to.
 */
#ifndef PROTO_SUBSCRIPTION_H
#define PROTO_SUBSCRIPTION_H

#include "proto/state/state.h"

/* INCLUDE of nothing so far, with nothing to be sent. NULL: no memory, which is counted. */
struct subscription *subscription_create(struct interface *, struct membership *);
void subscription_delete(struct proxy *, struct interface *, struct subscription *);
/* Is anything subscribed? Else there is at most a leave still to be repeated. */
bool subscription_is_member(const struct subscription *);
/* Is a change still to be sent? */
bool subscription_is_pending(const struct subscription *);
/* Each of its sources is to be sent so many times as a change. */
void subscription_repeat(struct subscription *, uint8_t times);
/* Removes the sources that are of no further use. */
void subscription_sweep(struct subscription *);
/* Nothing is to be sent any more. */
void subscription_cancel(struct subscription *);
/* Nor is it of any use then without a member: deletes it. */
void subscription_settle(struct proxy *, struct interface *, struct subscription *);

#endif
