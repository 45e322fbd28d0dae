/* SPDX-License-Identifier: MIT */
/*
 * Messages as transcripts and checks word them:
 *
 *	report TYPE GROUP {SOURCES}|* [aux=N] [+ TYPE ...]
 *	query [GROUP|*] [{SOURCES}] [s|clear] [new|v1|v2|v3] [mrt=TIME|*] [qrv=N|*] [qqi=S|*]
 *		[code=N]
 *	v1|v2|old GROUP, leave GROUP          (old: v2 in IGMP, v1 in MLD)
 *	advert [every=N] [qqi=N] [qrv=N], solicit, terminate
 *	... dst=A ttl=N ra=no sum=bad|keep tail=N cut=N poke=OFFSET:OCTET
 */
#ifndef TESTS_MODEL_SAID_H
#define TESTS_MODEL_SAID_H

#include "tests/model/codec.h"
#include "tests/model/words.h"

struct said {
	struct message message;
	struct damage damage;
	struct addr destination;
	unsigned ttl;
	bool destination_set, no_router_alert;
	bool any_group, any_response, any_robustness, any_interval; /* "*" */
	bool version_said, suppress_said, response_said, robustness_said, interval_said;
};

struct speaker {
	enum protocol protocol;
	const struct values *values; /* of a query that does not say them */
	bool terse;		     /* times are milliseconds, {} need not be said */
	bool spoils;		     /* it may say what is wrong with the packet */
	/* All that WORD names: one, or a range. */
	void (*name)(void *ctx, const char *word, struct list *);
	void (*wrong)(void *ctx, const char *expected, const char *got);
	void *ctx;
};

/* All words that are left. codec_free() of the message follows. */
void said_read(const struct speaker *, struct words *, struct said *);
/* What is wrong with the packet; false: the next word is about something else. */
bool said_spoilt(const struct speaker *, struct words *, struct said *);

#endif
