/* SPDX-License-Identifier: MIT */
/*
 * What the bench sends and what it sees of others, in the frames of tests/model/packet.h. Addresses
 * are numbered: group 7, source 9.
 */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include "tests/model/packet.h"

enum {
	RECORDS_MAX = 50, /* in a report of frame_report() */
	GROUPS_MAX = 1 << 20,
	SOURCES_MAX = 50000,
};

/* 239.16.0.0 + number, ff1e::9:0:0 + number. */
struct addr frame_group(enum protocol, uint32_t number);
/* A sender on the upstream's subnet: 10.0.16.0 + number, 2001:db8::1:0 + number. */
struct addr frame_source(enum protocol, uint32_t number);
/* The host behind dn1: 10.1.0.2, fe80::2. */
struct addr frame_host(enum protocol);

/* A host's IGMPv3 or MLDv2 report: COUNT <= RECORDS_MAX records of TYPE without sources. */
void frame_report(struct frame *, enum protocol, enum record_type, uint32_t first_group,
		  uint32_t count);
/* A general query of the upstream's querier that wants its answers within a tenth of a second. */
void frame_query(struct frame *, enum protocol);
/* A packet of a stream; ID comes back in struct arrival. */
void frame_data(struct frame *, enum protocol, uint32_t source, uint32_t group, uint32_t id);

enum sight { SIGHT_OTHER, SIGHT_DATA, SIGHT_REPORT, SIGHT_GENERAL_QUERY, SIGHT_ADVERTISEMENT };

/* A received frame, as far as the bench understands it. */
struct arrival {
	enum sight kind;
	enum protocol protocol;
	int64_t time;		       /* of arrival, by clock_now() */
	uint32_t id;		       /* SIGHT_DATA */
	const struct message *message; /* SIGHT_REPORT: until the next frame is read */
	unsigned records_seen;	       /* by frame_membership() */
};

struct membership {
	uint32_t group;
	bool member; /* the record wants at least one source of the group */
};

/* Takes a frame apart. Messages with a wrong checksum are SIGHT_OTHER. */
void frame_read(struct arrival *, const uint8_t *bytes, size_t length);
/* The next record of a SIGHT_REPORT that concerns a group of frame_group(); false: no more. */
bool frame_membership(struct arrival *, struct membership *);

#endif
