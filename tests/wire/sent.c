/* SPDX-License-Identifier: MIT */
/*
 * What the proxy sends: RFC 3376 section 4 and RFC 3810 section 5 on its form; RFC 3376 section 8
 * and RFC 3810 section 9 on its times; section 7.3.1 and 8.3.1 on older versions that are
 * configured.
 */
#include "scenario.h"

#include <stdio.h>

/* Nothing is early by more than a tick; what is late by LATE was not meant otherwise. */
enum { TICK = 100, LATE = 800, SECOND = 1000 };

/* As the scenario's configuration has it. */
enum { STARTUP_COUNT = 3, STARTUP_INTERVAL = SECOND };

/* Late by the machine's fault may be one, but not all: the smallest of COUNT intervals between the
 * matches, and that none is too short, is what counts. */
static void check_spacing(struct lab *lab, const char *name, enum port port, const char *text,
			  unsigned count, int64_t interval)
{
	int64_t shortest = INT64_MAX, last = 0;

	for (unsigned n = 0; n <= count; n++) {
		const struct seen *seen = lab_find(lab, port, n, text);

		if (!seen) {
			shortest = 0;
			break;
		}
		if (n && seen->time - last < shortest)
			shortest = seen->time - last;
		last = seen->time;
	}
	check_time(lab, name, "between two queries", shortest, interval - TICK, interval + LATE);
}

void scenario_startup(struct lab *lab)
{
	int64_t deadline = lab_now() + STARTUP_COUNT * STARTUP_INTERVAL + SOON;
	const struct seen *query;

	lab_wait(lab, deadline, DN1, STARTUP_COUNT - 1, "query");
	lab_wait(lab, deadline, DN2, STARTUP_COUNT - 1, "query");
	query = lab_find(lab, DN1, 0, "query");
	check_form(lab, "3376-4.1|3810-5.1", "general-query", query, "self",
		   lab->protocol == PROTOCOL_IGMP ? "224.0.0.1" : "ff02::1");
	check_comes(lab, "3376-4.1|3810-5.1 general-query-of-the-newest-version", DN1, 0,
		    "query new");
	check_comes(lab, "3376-4.1.5|3810-5.1.7 general-query-s-flag-clear", DN1, 0,
		    "query new clear");
	check_comes(lab, "3376-4.1.6|3810-5.1.8 general-query-qrv", DN1, 0, "query new qrv=3");
	/* 200 s and 40 s need the floating point form of the codes. */
	check(lab, "3376-4.1.7|3810-5.1.9 general-query-qqic-of-200-s",
	      query && query->packet.message.interval_code == 0x89, "expected 0x89, came 0x%02x",
	      query ? query->packet.message.interval_code : 0);
	check_comes(lab, "3376-8.3|3810-9.3 first-query-response-time", DN1, 0, "query mrt=1000");
	query = lab_find(lab, DN1, 1, "query");
	check(lab, "3376-4.1.1|3810-5.1.3 general-query-response-code-of-40-s",
	      query && query->packet.message.response_code ==
			       (lab->protocol == PROTOCOL_IGMP ? 0x99 : 0x8388),
	      "expected 0x99 or 0x8388, came 0x%02x",
	      query ? query->packet.message.response_code : 0);
	lab_run(lab, STARTUP_INTERVAL + 5 * TICK);
	check_count(lab, "3376-8.7|3810-9.7 startup-query-count", DN1, STARTUP_COUNT, "query");
	check_count(lab, "4605-3 startup-queries-on-each-downstream", DN2, STARTUP_COUNT, "query");
	check_spacing(lab, "3376-8.6|3810-9.6 startup-query-interval", DN1, "query",
		      STARTUP_COUNT - 1, STARTUP_INTERVAL);
	check_none(lab, "4605-3 no-queries-upstream", UP, "query *");
}

/* The forms of what is sent at a join, a leave and a block. */
void scenario_form(struct lab *lab)
{
	const struct seen *seen;

	check_comes(lab, "3376-8.6|3810-9.6 query-at-the-start", DN1, 0, "query");
	lab_say(lab, DN1, "report TO_EX g1 + ALLOW s1 {a b}");
	seen = lab_joined(lab, SOON, "g1");
	check_form(lab, "3376-4.2|3810-5.2", "report", seen, "self",
		   lab->protocol == PROTOCOL_IGMP ? "224.0.0.22" : "ff02::16");
	check_comes(lab, "3376-4.2|3810-5.2 report-of-the-newest-version", UP, 0, "report * g1");
	lab_say(lab, DN1, "report TO_IN g1");
	seen = lab_wait(lab, lab_now() + SOON, DN1, 0, "query g1");
	check_form(lab, "3376-4.1|3810-5.1", "group-query", seen, "self", "g1");
	check_comes(lab, "3376-4.1.1|3810-5.1.3 group-query-response-code", DN1, 0,
		    "query g1 mrt=%u", (unsigned)lab->last_member_query_interval);
	check_comes(lab, "3376-4.1|3810-5.1 group-query-of-the-newest-version", DN1, 0,
		    "query g1 new clear");
	check_comes(lab, "3376-4.1.6|3810-5.1.8 group-query-qrv-and-qqic", DN1, 0,
		    "query g1 new qrv=2 qqi=125");
	lab_say(lab, DN1, "report BLOCK s1 {a}");
	seen = lab_wait(lab, lab_now() + SOON, DN1, 0, "query s1 {a}");
	check_form(lab, "3376-4.1|3810-5.1", "source-query", seen, "self", "s1");
	check_comes(lab, "3376-4.1.9|3810-5.1.11 source-query-lists-the-source", DN1, 0,
		    "query s1 {a} new clear");
	check_none(lab, "4605-3 no-queries-of-groups-upstream", UP, "query *");
	check_none(lab, "4605-3 no-queries-where-nobody-left", DN2, "query g1");
	check_none(lab, "4605-3 no-reports-downstream", DN1, "report * g1");
}

/* Query interval 1 s, response interval 0.5 s, robustness 2. RFC 9776 section 8.4 and RFC 9777
 * section 9.4: memberships last 2 * 1 + 2 * 0.5 = 3 s. */
enum { QUERY_INTERVAL = SECOND, MEMBERSHIP = 3 * SECOND, SAMPLES = 3 };

/* Of three memberships: none ends too soon, and at least one when it should. */
static void check_lifetimes(struct lab *lab, const char *name, const int64_t *start,
			    const char *end_format)
{
	int64_t shortest = INT64_MAX;

	for (unsigned n = 0; n < SAMPLES; n++) {
		const struct seen *seen;
		char text[64];

		snprintf(text, sizeof(text), "report %s%u%s", end_format, n + 1,
			 *end_format == 'B' ? " {a}" : "");
		seen = lab_wait(lab, start[n] + MEMBERSHIP + SOON, UP, 0, text);
		if (time_of(seen) - start[n] < shortest)
			shortest = time_of(seen) - start[n];
	}
	check_time(lab, name, "until an unanswered membership ended", shortest, MEMBERSHIP - TICK,
		   MEMBERSHIP + LATE);
}

/* What was answered for at KEPT, on time, ends one interval later and not before. */
static void check_kept(struct lab *lab, const char *name, int64_t kept, const char *end)
{
	const struct seen *seen = lab_wait(lab, kept + MEMBERSHIP + SOON, UP, 0, end);

	check_time(lab, name, "from the answer to the end", time_of(seen) - kept, MEMBERSHIP - TICK,
		   MEMBERSHIP + SOON);
}

void scenario_interval(struct lab *lab)
{
	int64_t group[SAMPLES], source[SAMPLES];
	int64_t kept;

	for (unsigned n = 0; n < SAMPLES; n++) {
		group[n] = source[n] = lab_now();
		lab_say(lab, DN1, "report TO_EX g%u + ALLOW s%u {a}", n + 1, n + 1);
		lab_run(lab, SECOND / 2);
	}
	lab_say(lab, DN1, "report TO_EX g10 + ALLOW s10 {a}; old g12");
	lab_run(lab, SECOND);
	kept = lab_now();
	lab_say(lab, DN1, "report IS_EX g10 + IS_IN s10 {a}; old g12");
	check_lifetimes(lab, "9776-8.4|9777-9.4 membership-interval-of-a-group", group, "TO_IN g");
	check_lifetimes(lab, "9776-8.4|9777-9.4 membership-interval-of-a-source", source,
			"BLOCK s");
	check_kept(lab, "3376-6.4.1|3810-7.4.1 an-answer-keeps-the-group", kept,
		   "report TO_IN g10");
	check_kept(lab, "3376-6.4.1|3810-7.4.1 an-answer-keeps-the-source", kept,
		   "report BLOCK s10 {a}");
	check_kept(lab, "3376-7.3.2|3810-8.3.2 an-old-answer-keeps-the-group", kept,
		   "report TO_IN g12");
	check_spacing(lab, "3376-8.2|3810-9.2 query-interval", DN1, "query", 3, QUERY_INTERVAL);
}

/* ---- older versions, configured ---- */

/* Query N that TEXT fits. */
static void check_old_query(struct lab *lab, const char *name, unsigned n, const char *text,
			    unsigned version, unsigned code)
{
	const struct seen *seen = lab_wait(lab, lab_now() + n * SECOND + SOON, DN1, n, text);
	const struct message *m = seen ? &seen->packet.message : NULL;

	check(lab, name, m && m->version == version && m->response_code == code,
	      "expected version %u, code %u, came: %s", version, code, lab_came(lab, DN1));
}

/* The code of 20 s is 200: linear, not floating point. The first query asks for less. */
void scenario_version_2(struct lab *lab)
{
	check_old_query(lab, "3376-7.3.1 igmpv2-general-query", 1, "query", 2, 200);
	lab_say(lab, DN1, "v2 g1");
	check_joined(lab, "3376-7.3.1 igmpv2-report-joins", true, "g1");
	lab_say(lab, DN1, "leave g1");
	check_old_query(lab, "3376-7.3.1 igmpv2-group-query", 0, "query g1", 2, 5);
	check_reported(lab, "2236-3 leave-ends-the-group", "report TO_IN g1");
	check_count(lab, "2236-8.8 last-member-query-count", DN1, 2, "query g1");
	lab_say(lab, DN1, "v1 g2");
	check_joined(lab, "2236-4 igmpv1-report-joins", true, "g2");
	lab_say(lab, DN1, "leave g2");
	lab_settle(lab, DN2);
	check_none(lab, "2236-5 leave-ignored-where-an-igmpv1-host-is", DN1, "query g2");
}

void scenario_version_1(struct lab *lab)
{
	check_old_query(lab, "3376-7.3.1 igmpv1-general-query", 0, "query", 1, 0);
	lab_say(lab, DN1, "v1 g1");
	check_joined(lab, "3376-7.3.1 igmpv1-report-joins", true, "g1");
	lab_say(lab, DN1, "leave g1");
	lab_settle(lab, DN2);
	check_none(lab, "3376-7.3.1 igmpv1-leave-ignored", DN1, "query g1");
}

void scenario_version_mld_1(struct lab *lab)
{
	check_old_query(lab, "3810-8.3.1 mldv1-general-query", 1, "query", 1, 20000);
	lab_say(lab, DN1, "old g1");
	check_joined(lab, "3810-8.3.1 mldv1-report-joins", true, "g1");
	lab_say(lab, DN1, "leave g1");
	check_old_query(lab, "3810-8.3.1 mldv1-group-query", 0, "query g1", 1, 500);
	check_reported(lab, "2710-4 done-ends-the-group", "report TO_IN g1");
	check_count(lab, "2710-7.9 last-listener-query-count", DN1, 2, "query g1");
}
