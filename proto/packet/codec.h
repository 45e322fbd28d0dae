/* SPDX-License-Identifier: MIT */
/*
 * Whole messages of IGMP and MLD, header included, from and to bytes (RFC 3376 section 4, RFC 3810
 * section 5; RFC 2236, RFC 2710, RFC 1112 appendix I), and what routers say of themselves (RFC
 * 4286). Leaves out: what each byte of the headers is, header.c, and of what follows them,
 * message.c.
 */
#ifndef PROTO_CODEC_H
#define PROTO_CODEC_H

#include "proto/packet/message.h"

/* Checks all that can be checked without knowing the interface. NOT_DROPPED: it is in
 * MESSAGE; else the DROP_ counter that says why not (RFC 3376 sections 4 and 7.1, RFC 3810
 * sections 5.1, 5.2 and 6.2). */
enum counter codec_read(enum protocol, const struct packet *, struct message *);

/* A query without sources so far; GROUP any: a general one. VALUES: the version (as it is
 * numbered here), QRV and QQIC. This
 * and what follows set the destination, too. */
void codec_write_query(struct message_writer *, const struct addr *group, bool suppress,
		       int32_t max_response_time, const struct values *);
/* A version 1 or 2 report, or a leave. */
void codec_write_old(struct message_writer *, enum message_type, uint8_t version,
		     const struct addr *group);
/* Appends a record without sources so far to a version 3 report, which it starts if need be; there
 * is room for that many bytes. */
void codec_add_record(struct message_writer *, enum record_type, const struct addr *group);
/* An advertisement, which is repeated every INTERVAL seconds, a solicitation, or a termination (RFC
 * 4286 sections 3.2, 4 and 5). */
void codec_write_discovery(struct message_writer *, enum message_type, uint8_t interval,
			   const struct values *);

#endif
