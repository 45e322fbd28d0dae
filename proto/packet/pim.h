/* SPDX-License-Identifier: MIT */
/*
 * PIM's Hello (RFC 7761 section 4.9.2): a router says that it forwards, and for how long that is to
 * be believed. Called by codec.c alone. Leaves out: all other messages of PIM, and writing.
 */
#ifndef PROTO_PIM_H
#define PROTO_PIM_H

#include "proto/packet/message.h"

/* MESSAGE is empty but for its body, the whole packet, whose TTL is right. */
enum counter pim_decode(enum protocol, const struct packet *, struct message *);

#endif
