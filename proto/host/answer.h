/* SPDX-License-Identifier: MIT */
/*
 * Answers to queries of an upstream's querier: when, and of what (RFC 3376 section 5.2, RFC 3810
 * section 6.2). Owns the answer to General Queries while it is on its way.
 */
#ifndef PROTO_ANSWER_H
#define PROTO_ANSWER_H

#include "proto/state/state.h"

/* All subscriptions are to be told within TIME, in milliseconds. */
void answer_general(struct proxy *, struct interface *, int64_t now, int64_t time);
/* The next packet of that, due at the interface's host.answer.next_at. */
void answer_continue(struct proxy *, struct interface *, int64_t now);
/* A specific query is to be answered AT that time. */
void answer_specific(struct proxy *, struct interface *, int64_t at, struct message *);
/* Sends the answer of this subscription that is due. */
void answer_subscription(struct proxy *, struct interface *, struct subscription *);
/* No General Query is to be answered. */
void answer_stop(struct proxy *, struct interface *);

#endif
