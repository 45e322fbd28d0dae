/* SPDX-License-Identifier: MIT */
/*
 * What a record and the time make of a group's filter: the tables of RFC 3376 sections 6.4.1 and
 * 6.4.2 (RFC 3810 section 7.4), a function a row, and the expiry of sections 6.2.3, 6.3 and 6.5.
 */
#ifndef PROTO_ROW_H
#define PROTO_ROW_H

#include "proto/packet/message.h"
#include "proto/state/record.h"

/* A record meeting what is wanted of a group. */
struct change {
	struct filter_state *state;
	int64_t now;
	int64_t membership_deadline; /* now + GMI */
	int64_t last_member_query_time;
	int64_t next_query;	    /* about what is being asked about */
	uint32_t most_sources;	    /* that the state may have */
	uint8_t query_count;	    /* LMQC; 0: we are not the querier, do not ask */
	uint8_t source_query_count; /* the same, for sources; 0: nor does our version name any */
	bool quick;		    /* where a query is due, what it is about ends instead ... */
	const struct tracking *tracking; /* ... unless one of these hosts wants it; may be NULL */
	bool changed;			 /* beyond timers */
	bool asked;			 /* what no query is still to come about */
	bool settled;			 /* a query was due, but the hosts are known */
};

/* Would the record leave anything behind where there is nothing yet, INCLUDE ()? */
bool row_creates(const struct record *);
/* RECORD changes the state of CHANGE. Returns how many of its sources are not in for want of room;
 * -1: for want of memory nothing was done. */
int64_t row_apply(struct change *, const struct record *);
/* Ends what is over at NOW. True: beyond timers, something has changed; an INCLUDE group without
 * sources is to be deleted. */
bool row_expire(struct filter_state *, int64_t now);

#endif
