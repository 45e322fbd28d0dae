/* SPDX-License-Identifier: MIT */
/*
 * The router's part on a downstream: queries on leave and block (RFC 3376 section 6.4.2 and 6.6.3,
 * RFC 3810 section 7.4.2 and 7.6.3), leave latency (8.10, 9.10), election (RFC 9776 section 6.6.2,
 * RFC 9777 section 7.6.2), older hosts (7.3.2, 8.3.2), SSM (RFC 4604 section 3).
 */
#include "scenario.h"

#include <stdio.h>

/* All scenarios have a robustness of 2. */
enum { TICK = 100, COUNT = 2 };

/* The response time that the query allows. */
static int64_t response_time(const struct lab *lab, const struct seen *query)
{
	unsigned code = query ? query->packet.message.response_code : 0;

	return lab->protocol == PROTOCOL_IGMP ? (int64_t)float_value(code, 4) * 100
					      : (int64_t)float_value(code, 12);
}

/* ---- queries on leave and block ---- */

/* What each leads to, and by when that must be over: two queries, half a second apart. */
static void say_leaves(struct lab *lab)
{
	lab_say(lab, DN1,
		"report TO_IN g1; report TO_IN g2; report BLOCK g3 {a}; "
		"report BLOCK g4 {a b}; report TO_IN g5 {b}; report TO_EX g6 {a c}; "
		"report BLOCK g7 {a}; report TO_IN g8 {a}");
	/* No queries on these: they are what hosts answer, or add. */
	lab_say(lab, DN1,
		"report IS_IN g9 {b}; report IS_EX g10 {a}; report ALLOW g11 {b}; "
		"leave g12; report BLOCK g13 {b}");
}

static void say_joins(struct lab *lab)
{
	lab_say(lab, DN1,
		"report TO_EX g1 + TO_EX g2 + ALLOW g3 {a b} + ALLOW g4 {a b}; "
		"report ALLOW g5 {a b} + ALLOW g6 {a b} + TO_EX g7 + TO_EX g8; "
		"report ALLOW g9 {a} + TO_EX g10 + ALLOW g11 {a} + ALLOW g13 {a}");
	lab_settle(lab, DN1);
	lab_mark(lab);
}

void scenario_leave(struct lab *lab)
{
	const struct seen *first;

	say_joins(lab);
	say_leaves(lab);
	check_asked(lab, "3376-6.4.2|3810-7.4.2 leave-queries-the-group", "query g1");
	/* Another member answers what the leave of g2 and the block of g4 asked. */
	lab_wait(lab, lab_now() + SOON, DN1, 0, "query g2");
	lab_say(lab, DN1, "host2 report IS_EX g2");
	lab_wait(lab, lab_now() + SOON, DN1, 0, "query g4 {a b}");
	lab_say(lab, DN1, "host2 report IS_IN g4 {a}");
	check_asked(lab, "3376-6.4.2|3810-7.4.2 block-queries-the-sources", "query g3 {a} clear");
	check_asked(lab, "3376-6.4.2|3810-7.4.2 to_in-queries-the-others", "query g5 {a} clear");
	check_asked(lab, "3376-6.4.2|3810-7.4.2 to_ex-queries-those-in-common",
		    "query g6 {a} clear");
	check_asked(lab, "3376-6.4.2|3810-7.4.2 block-in-exclude-queries-the-sources",
		    "query g7 {a} clear");
	check_asked(lab, "3376-6.4.2|3810-7.4.2 to_in-in-exclude-queries-the-group",
		    "query g8 clear");
	first = lab_find(lab, DN1, 0, "query g1");
	lab_wait(lab, time_of(first) + COUNT * response_time(lab, first) + SOON, UP, 0,
		 "report TO_IN g1");
	lab_run(lab, 3 * TICK);
	check_count(lab, "3376-8.9|3810-9.9 group-query-repeated", DN1, COUNT, "query g1 clear");
	check_count(lab, "3376-8.9|3810-9.9 source-query-repeated", DN1, COUNT,
		    "query g3 {a} clear");
	check_comes(lab, "3376-6.6.3.1|3810-7.6.3.1 s-flag-of-an-answered-group", DN1, 0,
		    "query g2 s");
	check_count(lab, "3376-6.6.3.1|3810-7.6.3.1 first-group-query-without-s-flag", DN1, 1,
		    "query g2 clear");
	check_comes(lab, "3376-6.6.3.2|3810-7.6.3.2 s-flag-of-an-answered-source", DN1, 0,
		    "query g4 {a} s");
	check_comes(lab, "3376-6.6.3.2|3810-7.6.3.2 no-s-flag-of-an-unanswered-source", DN1, 0,
		    "query g4 {b} clear");
	check_none(lab, "3376-6.4.2|3810-7.4.2 answered-group-stays", UP, "report TO_IN g2");
	check_reported(lab, "3376-6.4.2|3810-7.4.2 unanswered-source-ends", "report BLOCK g4 {b}");
	check_none(lab, "3376-6.4.2|3810-7.4.2 answered-source-stays", UP, "report * g4 {a}");
	check_none(lab, "3376-6.1|3810-7.1 is_in-queries-nothing", DN1, "query g9 {a}");
	check_none(lab, "3376-6.1|3810-7.1 is_ex-queries-nothing", DN1, "query g10 {a}");
	check_none(lab, "3376-6.4.2|3810-7.4.2 allow-queries-nothing", DN1, "query g11 {a}");
	check_none(lab, "2236-3|2710-4 leave-of-an-unknown-group-queries-nothing", DN1,
		   "query g12");
	check_none(lab, "3376-6.4.2|3810-7.4.2 block-of-an-unknown-source-queries-nothing", DN1,
		   "query g13 {b}");
	check_none(lab, "3376-6.6.3|3810-7.6.3 no-query-on-the-other-downstream", DN2, "query g1");
}

/* ---- latency ---- */

enum { SAMPLES = 5, SPACING = 500 };

/* Of several leaves: what the fastest took, from the leave until it was reported upstream. Others
 * may have been late by the machine's fault. */
static void check_latency(struct lab *lab, const char *name, const char *join, const char *leave,
			  const char *end)
{
	int64_t expected = COUNT * lab->last_member_query_interval;
	int64_t left[SAMPLES], latency = INT64_MAX;
	char text[128];

	for (unsigned n = 0; n < SAMPLES; n++) {
		snprintf(text, sizeof(text), join, n);
		lab_say(lab, DN1, "%s", text);
	}
	lab_settle(lab, DN1);
	lab_mark(lab);
	for (unsigned n = 0; n < SAMPLES; n++) {
		snprintf(text, sizeof(text), leave, n);
		left[n] = lab_now();
		lab_say(lab, DN1, "%s", text);
		lab_run(lab, SPACING);
	}
	for (unsigned n = 0; n < SAMPLES; n++) {
		const struct seen *seen;

		snprintf(text, sizeof(text), end, n);
		seen = lab_wait(lab, left[n] + LATER, UP, 0, text);
		if (time_of(seen) - left[n] < latency)
			latency = time_of(seen) - left[n];
	}
	check_time(lab, name, "from the leave to its report upstream", latency, expected - TICK,
		   expected + TICK);
}

/* Of the pairs of queries for these leaves, the closest. */
static void check_query_interval(struct lab *lab, const char *name)
{
	int64_t expected = lab->last_member_query_interval, shortest = INT64_MAX;

	for (unsigned n = 0; n < SAMPLES; n++) {
		const struct seen *first, *second;
		char text[32];

		snprintf(text, sizeof(text), "query g1%u", n);
		first = lab_find(lab, DN1, 0, text);
		second = lab_find(lab, DN1, 1, text);
		if (first && second && second->time - first->time < shortest)
			shortest = second->time - first->time;
	}
	check_time(lab, name, "between the queries", shortest, expected - TICK, expected + TICK);
}

void scenario_latency(struct lab *lab)
{
	check_latency(lab, "3376-8.10|3810-9.10 leave-latency-of-a-group", "report TO_EX g1%u",
		      "report TO_IN g1%u", "report TO_IN g1%u");
	check_query_interval(lab, "3376-8.8|3810-9.8 last-member-query-interval");
	check_latency(lab, "3376-8.10|3810-9.10 leave-latency-of-a-source",
		      "report ALLOW g2%u {a b}", "report BLOCK g2%u {a}", "report BLOCK g2%u {a}");
	check_latency(lab, "2236-8.8|2710-7.9 leave-latency-of-an-old-host", "old g3%u",
		      "leave g3%u", "report TO_IN g3%u");
}

/* ---- election; query interval 2 s, response interval 1 s, startup interval 1 s ---- */

enum { QUERY_INTERVAL = 2000, OTHER_QUERIER_PRESENT = 2 * 4000 + 1000 / 2 };

/* Whether the proxy goes on asking. */
static void check_stays(struct lab *lab, const char *name, enum port port)
{
	check_comes(lab, name, port, QUERY_INTERVAL + SOON, "query");
}

static void stays_querier(struct lab *lab)
{
	/* Who lost would be silent for 255 s. */
	lab_say(lab, DN1, "high query");
	lab_say(lab, DN2, "any query");
	lab_settle(lab, DN1);
	lab_mark(lab);
	check_stays(lab, "9776-6.6.2|9777-7.6.2 a-higher-address-loses", DN1);
	check_stays(lab, "4541-2.1.1|3810-5.1.14 a-query-from-no-address-elects-nobody", DN2);
	lab_say(lab, DN1, "low query g900");
	lab_say(lab, DN2, "low query sum=bad");
	lab_settle(lab, DN1);
	lab_mark(lab);
	check_stays(lab, "9776-6.6.2|9777-7.6.2 a-group-query-elects-nobody", DN1);
	check_stays(lab, "3376-4.1.2|3810-5.1.2 a-broken-query-elects-nobody", DN2);
}

/* While another asks: g1 was there before, g2 comes and goes, the other asks for g3 and g4. */
static void is_not_querier(struct lab *lab, uint32_t *before, uint32_t *other)
{
	lab_say(lab, DN1, "report TO_EX g2");
	check_joined(lab, "4605-4.1 a-non-querier-reports-joins-upstream", true, "g2");
	lab_say(lab, DN1,
		"report TO_IN g2; report TO_EX g5; leave g5; low query g3 mrt=500; "
		"low query g4 s mrt=500; low query g7 {a} mrt=500");
	*before = lab_data(lab, UP, "a", "g1", 8);
	*other = lab_data(lab, UP, "a", "g6", 8);
	check_reported(lab, "3376-6.6.1|3810-7.6.1 query-heard-ends-the-group", "report TO_IN g3");
	check_reported(lab, "3376-6.6.1|3810-7.6.1 query-heard-ends-the-source",
		       "report BLOCK g7 {a}");
	lab_run(lab, 3 * TICK);
	check_none(lab, "3376-6.6.1|3810-7.6.1 query-heard-with-s-flag-does-not", UP,
		   "report TO_IN g4");
	check_none(lab, "3376-6.6.2|3810-7.6.2 a-non-querier-asks-for-no-group", DN1, "query g2");
	check_none(lab, "2236-3|2710-4 a-non-querier-ignores-leaves", DN1, "query g5");
}

/* A query of the older version elects as well. */
static void older_wins(struct lab *lab)
{
	lab_say(lab, DN2, "low query %s mrt=1000", lab->protocol == PROTOCOL_IGMP ? "v2" : "v1");
	lab_settle(lab, DN1);
	lab_mark(lab);
	lab_run(lab, QUERY_INTERVAL + TICK);
	check(lab, "3376-7.3.1|3810-8.3.1 an-older-querier-wins", !lab_find(lab, DN2, 0, "query"),
	      "expected no query downstream 2, came: %s", lab_came(lab, DN2));
}

void scenario_election(struct lab *lab)
{
	uint32_t before, other;
	int64_t elected;

	lab_say(lab, DN1, "report TO_EX g1 + TO_EX g3 + TO_EX g4");
	lab_say(lab, DN2, "report TO_EX g6");
	stays_querier(lab);
	elected = lab_now();
	lab_say(lab, DN1, "report TO_EX g1 + TO_EX g3 + TO_EX g4 + ALLOW g7 {a b}");
	lab_say(lab, DN2, "report TO_EX g6");
	lab_say(lab, DN1, "low query qrv=2 qqi=4 mrt=1000");
	lab_settle(lab, DN2);
	lab_mark(lab);
	is_not_querier(lab, &before, &other);
	/* Most other queriers are switches, which forward nothing. */
	check(lab, "4605-4.2 forwarded-where-another-only-asks",
	      lab_data_ports(lab, before) & 1u << DN1, "expected data downstream 1");
	check(lab, "4605-4.2 forwarded-where-the-proxy-is-querier",
	      lab_data_ports(lab, other) == 1u << DN2,
	      "expected data downstream 2 only, came to ports %#x", lab_data_ports(lab, other));
	lab_wait(lab, elected + OTHER_QUERIER_PRESENT + SOON, DN1, 0, "query");
	check(lab, "9776-6.6.2|9777-7.6.2 a-lower-address-wins",
	      !lab_find(lab, DN1, 0, "query") ||
		      time_of(lab_find(lab, DN1, 0, "query")) > elected + QUERY_INTERVAL + TICK,
	      "expected no general query, came: %s", lab_came(lab, DN1));
	check_time(lab, "3376-8.5|3810-9.5 other-querier-present-interval",
		   "until the proxy asked again", time_of(lab_find(lab, DN1, 0, "query")) - elected,
		   OTHER_QUERIER_PRESENT - TICK, OTHER_QUERIER_PRESENT + SOON / 2);
	check(lab, "9776-6.6.2|9777-7.6.2 only-that-link-is-affected",
	      lab_matches(lab, DN2, "query") >= 2, "expected queries downstream 2, came: %s",
	      lab_came(lab, DN2));
	lab_say(lab, DN1, "report TO_EX g1");
	lab_settle(lab, DN1);
	before = lab_data(lab, UP, "a", "g1", 8);
	for (unsigned n = 0; n < SOON / TICK && !lab_data_ports(lab, before) && !lab->absent; n++)
		lab_run(lab, TICK);
	check(lab, "4605-4.2 forwarded-once-it-is-querier-again",
	      lab_data_ports(lab, before) == 1u << DN1,
	      "expected data downstream 1 only, came to ports %#x", lab_data_ports(lab, before));
	older_wins(lab);
}

/* ---- older hosts ---- */

void scenario_old_hosts(struct lab *lab)
{
	const struct seen *query;

	lab_say(lab, DN1,
		"old g1; old g2; old g3; old g4; old g9; report TO_EX g7; "
		"report TO_EX g8 {a}");
	if (lab->protocol == PROTOCOL_IGMP) {
		lab_say(lab, DN1, "v1 g5; v1 g6");
	}
	lab_settle(lab, DN1);
	lab_say(lab, DN1, "old g8");
	check_reported(lab, "3376-7.3.2|3810-8.3.2 old-report-is-exclude-nothing",
		       "report TO_EX g1");
	check_reported(lab, "3376-7.3.2|3810-8.3.2 old-report-beside-exclude",
		       "report ALLOW g8 {a}");
	lab_mark(lab);
	lab_say(lab, DN1,
		"leave g1; report BLOCK g2 {a}; report TO_EX g3 {a}; report TO_IN g4; "
		"leave g7");
	if (lab->protocol == PROTOCOL_IGMP) {
		lab_say(lab, DN1, "leave g9 dst=g9; leave g5; report TO_IN g6");
	}
	check_asked(lab, "3376-7.3.2|3810-8.3.2 leave-queries-the-group", "query g1");
	check_comes(lab, "3376-7.3.2|3810-8.3.2 queries-stay-of-the-newest-version", DN1, 0,
		    "query g1 new");
	check_asked(lab, "3376-7.3.2|3810-8.3.2 to_in-queries-the-group", "query g4");
	check_asked(lab, "2236-3|2710-4 leave-after-a-newer-report", "query g7");
	query = lab_find(lab, DN1, 0, "query g1");
	lab_wait(lab, time_of(query) + COUNT * response_time(lab, query) + SOON, UP, 0,
		 "report TO_IN g7");
	check_reported(lab, "3376-7.3.2|3810-8.3.2 leave-ends-the-group", "report TO_IN g1");
	lab_settle(lab, DN2);
	check_count(lab, "3376-7.3.2|3810-8.3.2 group-query-repeated", DN1, COUNT, "query g1");
	check_none(lab, "3376-7.3.2|3810-8.3.2 block-ignored", DN1, "query g2 {a}");
	check_none(lab, "3376-7.3.2|3810-8.3.2 to_ex-sources-ignored", DN1, "query g3 {a}");
	check_none(lab, "3376-7.3.2|3810-8.3.2 to_ex-sources-not-reported", UP,
		   "report BLOCK g3 *");
	if (lab->protocol != PROTOCOL_IGMP)
		return;
	check_comes(lab, "2236-3 leave-sent-to-the-group", DN1, 0, "query g9");
	check_none(lab, "3376-7.3.2 leave-ignored-where-an-igmpv1-host-is", DN1, "query g5");
	check_none(lab, "3376-7.3.2 to_in-ignored-where-an-igmpv1-host-is", DN1, "query g6");
}

/* ---- SSM ---- */

/* What must have led to nothing. */
static void refused_ssm(struct lab *lab)
{
	check_joined(lab, "4604-3.5 old-report-ignored", false, "s1");
	check_joined(lab, "4604-3.1 is_ex-ignored", false, "s3");
	check_joined(lab, "4604-3.1 to_ex-ignored", false, "s4");
	check_joined(lab, "4604-3.1 to_ex-with-sources-ignored", false, "s5");
	if (lab->protocol == PROTOCOL_IGMP)
		check_joined(lab, "4604-3.5 igmpv1-report-ignored", false, "s2");
	check_none(lab, "4604-3.7 leave-ignored", DN1, "query s7");
}

void scenario_ssm(struct lab *lab)
{
	lab_say(lab, DN1, "old s1");
	lab_say(lab, DN1, lab->protocol == PROTOCOL_IGMP ? "v1 s2" : "old s1");
	lab_say(lab, DN1,
		"report IS_EX s3; report TO_EX s4; report TO_EX s5 {a} + ALLOW s6 {a}; "
		"report ALLOW s7 {a b} + TO_IN s8 {a} + IS_IN s9 {a}; old s7; leave s7");
	lab_settle(lab, DN1);
	refused_ssm(lab);
	check_reported(lab, "4604-3.1 other-records-of-the-report-processed",
		       "report ALLOW s6 {a}");
	check_reported(lab, "4604-3 allow", "report ALLOW s7 {a b}");
	check_reported(lab, "4604-3 to_in", "report ALLOW s8 {a}");
	check_reported(lab, "4604-3 is_in", "report ALLOW s9 {a}");
	lab_mark(lab);
	lab_say(lab, DN1, "report TO_EX s7; report BLOCK s7 {a}; report TO_IN s8");
	check_asked(lab, "4604-3 block-queries-the-source", "query s7 {a}");
	check_asked(lab, "4604-3 to_in-queries-the-source", "query s8 {a}");
	check_reported(lab, "4604-2.2.2 block-reported", "report BLOCK s7 {a}");
	check_reported(lab, "4604-2.2.2 last-source-reported", "report BLOCK s8 {a}");
	lab_mark(lab);
	lab_say(lab, UP, "low query mrt=500");
	check_reported(lab, "4604-2.2.2 general-query-answered-with-the-sources",
		       "report IS_IN s7 {b}");
	lab_say(lab, UP, "low query s6 mrt=500");
	check_reported(lab, "4604-2.2.6 group-query-answered-with-the-sources",
		       "report IS_IN s6 {a}");
	lab_say(lab, UP, "low query s9 {a b} mrt=500");
	check_reported(lab, "4604-2.2.7 source-query-answered", "report IS_IN s9 {a}");
	check_none(lab, "4604-3.1 to_ex-never-reported", UP, "report IS_EX s7 *");
}
