/* SPDX-License-Identifier: MIT */
/*
 * One form for the messages of IGMPv1 to v3 and MLDv1 and v2. Versions are numbered as IGMP's:
 * MLDv1 is a translation of IGMPv2, and MLDv2 of IGMPv3 (RFC 3810 section 1), so that is what they
 * are called here. Owns: what stands behind the headers -- records and sources, read and written --
 * and the codes of RFC 3376 section 4.1.1 and RFC 3810 section 5.1.3. Leaves out: the headers,
 * which are header.c's, and what makes a whole message of the parts, codec.c.
 */
#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H

#include "proto/base/counter.h"
#include "proto/base/event.h"
#include "proto/base/source.h"
#include "proto/base/wire.h"

/* The last three are of Multicast Router Discovery (RFC 4286), in the order of its type numbers. */
enum message_type {
	MESSAGE_QUERY,
	MESSAGE_REPORT,
	MESSAGE_LEAVE,
	MESSAGE_ADVERTISEMENT,
	MESSAGE_SOLICITATION,
	MESSAGE_TERMINATION
};

/* RFC 3376 section 4.2.12. */
enum record_type { IS_IN = 1, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK };

struct message {
	enum message_type type;
	uint8_t version;	   /* 1 to 3 */
	bool general;		   /* a query of no group */
	struct addr group;	   /* any in a General Query and a version 3 report */
	int32_t max_response_time; /* of a query, ms */
	bool suppress;		   /* S flag */
	uint8_t robustness;	   /* QRV; 0: not told */
	int32_t query_interval;	   /* QQIC, ms; 0: not told */
	/* Of an advertisement (RFC 4286 section 3.1.7) or a termination, ms: so long its sender
	 * goes on forwarding unless it says otherwise; 0: not any more. */
	int32_t holdtime;
	unsigned count;		 /* sources of a query, records of a report */
	struct wire_reader body; /* the sources or records */
};

/* A group record, or the group and sources of a query. */
struct record {
	enum record_type type;
	struct addr group;
	const struct addr *source; /* sorted, each once */
	size_t source_count;
};

/* Room for all sources that a packet can list. */
enum { MESSAGE_SOURCES = CONFIG_PACKET_MAX / 4 };

/* The version of PROTOCOL as it is numbered here, and back. */
static inline uint8_t message_version(enum protocol protocol, uint8_t native)
{
	return (uint8_t)(native + values_is_mld(protocol));
}

static inline uint8_t message_native(enum protocol protocol, uint8_t version)
{
	return (uint8_t)(version - values_is_mld(protocol));
}

/* Is it a version without source lists? Never, to the compiler, where none is built in; so it
 * leaves out what depends on that. */
static inline bool message_is_old(uint8_t version)
{
	return (ENABLE_IGMP_V1 || ENABLE_IGMP_V2 || ENABLE_MLD_V1) && version < 3;
}

/* Can it be joined, as far as its address tells? To MLD an IPv4-mapped address is no multicast
 * address, whatever it maps, and scopes 0 and 1 are never reported (RFC 3810 section 6). */
bool message_is_group(enum protocol, const struct addr *);
/* Reads the next record of a version 3 report into RECORD, its sources into SCRATCH
 * (MESSAGE_SOURCES). Skips and counts what is to be ignored (RFC 3376 section 4.2). False: there is
 * no more. */
bool message_next_record(enum protocol, struct message *, struct record *, struct addr *scratch,
			 struct counters *);
/* The sources of a query, likewise. */
void message_query_sources(enum protocol, struct message *, struct record *, struct addr *scratch,
			   struct counters *);

/* A message being written; before the first call, wire is set and wire.length is 0. */
struct message_writer {
	enum protocol protocol;
	struct addr destination;
	struct wire_writer wire;
	size_t count_at; /* where the number of sources stands */
	uint16_t count;
	uint16_t record_count;
};

/* Appends a source to the query or the last record. False: no room. */
bool message_add_source(struct message_writer *, const struct addr *source);
/* Bytes that a record with so many sources takes. */
size_t message_record_size(enum protocol, size_t source_count);
/* Fills in the checksum. */
void message_finish(struct message_writer *, const struct addr *source);

/* 224.0.0.LAST, or ff02:: with the same last octet. */
struct addr message_link_multicast(enum protocol, uint8_t last);

/* The floating point codes: MANTISSA bits of mantissa, 3 of exponent (4 and 12 bits of mantissa for
 * 8 and 16 bits of code). Encoding rounds down and clamps (RFC 3376 sections 4.1.1 and 8.8). */
uint32_t message_decode_float(uint32_t code, unsigned mantissa);
uint32_t message_encode_float(uint32_t value, unsigned mantissa);

#endif
