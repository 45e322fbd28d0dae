/* SPDX-License-Identifier: MIT */
/*
 * Headers of IGMPv1 (RFC 1112 appendix I), IGMPv2 (RFC 2236) and IGMPv3 (RFC 3376 section 4).
 * Called by codec.c alone; see codec.h for what the functions do.
 */
#ifndef PROTO_IGMP_H
#define PROTO_IGMP_H

#include "proto/packet/message.h"

/* MESSAGE is empty but for its body, the whole packet: 8 octets at least, with checksum and TTL
 * right.
 */
enum counter igmp_decode(const struct packet *, struct message *);
/* Type, code, checksum 0 and group; for a version 3 report 8 octets without records. */
void igmp_write(struct wire_writer *, enum message_type, uint8_t version, int32_t max_response_time,
		const struct addr *group);

#endif
