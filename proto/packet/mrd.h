/* SPDX-License-Identifier: MIT */
/*
 * Multicast Router Discovery (RFC 4286), over IGMP and over ICMPv6: who says that it forwards.
 * Called by codec.c, igmp.c and mld.c alone; see codec.h for what the functions do.
 */
#ifndef PROTO_MRD_H
#define PROTO_MRD_H

#include "proto/packet/message.h"

/* Octets of the message of this type octet; 0: it is none of these. */
size_t mrd_length(enum protocol, uint8_t type);
/* The whole packet, which is long enough, with checksum and TTL right and a source that its
 * protocol allows. */
enum counter mrd_decode(enum protocol, const struct packet *, struct message *);
/* The message; its destination. */
void mrd_write(struct message_writer *, enum message_type, uint8_t interval, const struct values *);

#endif
