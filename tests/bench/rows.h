/* SPDX-License-Identifier: MIT */
/* The measurements, one function each, and what they find out about one subject. */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "counters.h"
#include "rig.h"
#include "series.h"

enum row {
	ROW_REPORT,
	ROW_JOIN,
	ROW_FLOW,
	ROW_FEW_RULES,
	ROW_RULES,
	ROW_SCALE,
	ROW_SCALE_LARGE,
	ROW_FLOOD,
	ROW_FLOOD_RULES,
	ROW_MUTATED,
	ROW_START,
	ROW_FOOTPRINT,
	ROWS
};

enum outcome { NOT_MEASURED, NOT_STARTED, DIED, MEASURED };

struct flow {
	struct series first, later;
	struct cost cost;
	long unresolved; /* kernel entries that wait for the daemon, at the end */
};

struct rules {
	struct series report; /* as the one with all processors awake */
	struct flow flow;     /* per-source */
};

struct scale {
	uint32_t groups;
	uint32_t known;	    /* a report of them came out of up0 */
	uint32_t delivered; /* the first packet to them came out of dn1 */
	struct cost cost;   /* of the joins, the upstream's repeated reports and the packets */
};

struct flood {
	uint32_t sent;
	uint32_t leaked; /* came out of dn1, where nobody wants them */
	struct cost cost;
	long routes;	    /* kernel entries more than before */
	uint32_t flows;	    /* first packets of as many sources to a joined group */
	uint32_t delivered; /* of these */
};

struct mutated {
	uint32_t sent;
	uint32_t seen; /* of them, by the daemon: see mutate_next(); and answers to them */
	struct cost cost;
	bool counted;		  /* the daemon tells what it did with them */
	struct counters counters; /* for these messages */
	int64_t join;		  /* afterwards, as rig_join() */
};

struct start {
	bool musl;	     /* the program is the one that the target is set for */
	struct series start; /* of the program, until it answers */
	struct series death; /* of its worker, until the next one answers; empty: there is none */
};

struct footprint {
	bool musl;			 /* as above */
	int64_t size;			 /* of the stripped program; -1: unknown */
	uint64_t resident, proportional; /* as struct usage */
	uint64_t wakeups, sent;		 /* to both downstreams: queries, advertisements */
	int64_t time;
};

struct result {
	const struct subject *subject;
	enum outcome outcome[ROWS];
	struct series report, report_awake, join;
	struct flow flow;
	struct rules few_rules, rules;
	struct scale scale, scale_large;
	struct flood flood, flood_rules;
	struct mutated mutated;
	struct start start;
	struct footprint footprint;
};

/* 500 joins of new groups at dn1, one after the other: until the report comes out of up0. Then 200
 * with all processors kept awake. */
void row_report(struct rig *, struct result *);
/* 200 joins of groups whose stream of 5,000 packets a second runs already: until the first packet
 * comes out of dn1. */
void row_join(struct rig *, struct result *);
/* 500 new sources of a joined group, ten packets each, one packet after the other. */
void row_flow(struct rig *, struct result *);
/* 200 joins as in row_report(), then flows as in row_flow(), with ten rules in two filters each. */
void row_few_rules(struct rig *, struct result *);
/* With ten thousand. */
void row_rules(struct rig *, struct result *);
/* 2,000 groups joined by reports of 50 records, then a packet to each. */
void row_scale(struct rig *, struct result *);
/* 50,000 groups. */
void row_scale_large(struct rig *, struct result *);
/* 100,000 packets of 5,000 sources to groups that nobody wants, then one of each source to a group
 * that is wanted at dn1. */
void row_flood(struct rig *, struct result *);
/* The same where rules have each flow routed by itself. */
void row_flood_rules(struct rig *, struct result *);
/* 20,000 mutated IGMP or MLD messages at dn1. */
void row_mutated(struct rig *, struct result *);
/* 21 starts, then the worker is killed 11 times. */
void row_start(struct rig *, struct result *);
/* Size, memory and wake-ups of a daemon that has nothing to do for 20 seconds. */
void row_footprint(struct rig *, struct result *);

#endif
