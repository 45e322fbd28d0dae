/* SPDX-License-Identifier: MIT */
/*
 * Headers of IGMPv1 (RFC 1112 appendix I), IGMPv2 (RFC 2236) and IGMPv3 (RFC 3376 section 4), of
 * MLDv1 (RFC 2710) and MLDv2 (RFC 3810 section 5), called versions 2 and 3, and the messages of
 * Multicast Router Discovery over either (RFC 4286), by which a router says that it forwards.
 * Called by codec.c alone; see codec.h for what the functions do.
 */
#ifndef PROTO_HEADER_H
#define PROTO_HEADER_H

#include "proto/packet/message.h"

/* The least octets that the packet must have to be read. */
size_t header_shortest(enum protocol, const struct packet *);
/* MESSAGE is empty but for its body, the whole packet: long enough, with checksum and TTL right. */
enum counter header_read(enum protocol, const struct packet *, struct message *);
/* All up to the group; of a version 3 report 8 octets without records. */
void header_write(struct message_writer *, enum message_type, uint8_t version,
		  int32_t max_response_time, const struct addr *group);
/* A message of RFC 4286, and its destination. */
void header_write_discovery(struct message_writer *, enum message_type, uint8_t interval,
			    const struct values *);

#endif
