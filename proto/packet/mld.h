/* SPDX-License-Identifier: MIT */
/*
 * Headers of MLDv1 (RFC 2710) and MLDv2 (RFC 3810 section 5), called versions 2 and 3. Called by
 * codec.c alone; see codec.h for what the functions do.
 */
#ifndef PROTO_MLD_H
#define PROTO_MLD_H

#include "proto/packet/message.h"

/* MESSAGE is empty but for its body, the whole packet: 8 octets at least, with checksum and TTL
 * right.
 */
enum counter mld_decode(const struct packet *, struct message *);
/* Type, code, checksum 0, delay and address; for a version 3 report 8 octets without records. */
void mld_write(struct wire_writer *, enum message_type, uint8_t version, int32_t max_response_time,
	       const struct addr *group);

#endif
