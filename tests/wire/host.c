/* SPDX-License-Identifier: MIT */
/*
 * The host's part upstream: RFC 3376 sections 5 and 7.2, RFC 3810 sections 6 and 8.2, RFC 2236
 * section 3, RFC 2710 section 5; and that it leaves when it ends.
 */
#include "scenario.h"

#include <signal.h>
#include <stdio.h>

enum { TICK = 100, ROBUSTNESS = 2, REPORT_INTERVAL = 1000, RESPONSE = 500 };

/* ---- changes of state ---- */

static void new_groups(struct lab *lab)
{
	lab_say(lab, DN1,
		"report TO_EX g1 + ALLOW g2 {a} + TO_IN g3 {a} + TO_EX g4; "
		"report TO_EX g5 {a b} + TO_EX g6 + IS_IN g7 {a} + IS_EX g8 {a}; "
		"report ALLOW g9 {a b} + TO_EX g10 + ALLOW g11 {a}");
	check_reported(lab, "3376-5.1|3810-6.1 nothing-to-exclude-is-to_ex", "report TO_EX g1 {}");
	check_reported(lab, "3376-5.1|3810-6.1 nothing-to-include-is-allow", "report ALLOW g2 {a}");
	check_reported(lab, "3376-5.1|3810-6.1 to_in-of-a-new-group-is-allow",
		       "report ALLOW g3 {a}");
	check_reported(lab, "3376-5.1|3810-6.1 to_ex-with-sources", "report TO_EX g5 {a b}");
	check_reported(lab, "3376-5.1|3810-6.1 is_in-of-a-new-group-is-allow",
		       "report ALLOW g7 {a}");
	check_reported(lab, "3376-5.1|3810-6.1 is_ex-of-a-new-group-is-to_ex",
		       "report TO_EX g8 {a}");
	check_none(lab, "3376-5.1|3810-6.1 no-to_in-where-allow-is-due", UP, "report TO_IN g2 *");
	check_none(lab, "3376-5.1|3810-6.1 no-to_ex-where-allow-is-due", UP, "report TO_EX g2 *");
}

static void changes(struct lab *lab)
{
	lab_say(lab, DN1,
		"report ALLOW g2 {b}; report TO_EX g3; report BLOCK g4 {a}; "
		"report ALLOW g5 {a}; report TO_IN g6 {a}; report BLOCK g9 {b}; "
		"report TO_IN g10; report TO_IN g11 {b}; report IS_EX g1");
	check_reported(lab, "3376-5.1|3810-6.1 another-source-is-allow", "report ALLOW g2 {b}");
	check_reported(lab, "3376-5.1|3810-6.1 include-to-exclude-is-to_ex", "report TO_EX g3 {}");
	check_reported(lab, "3376-5.1|3810-6.1 less-excluded-is-allow", "report ALLOW g5 {a}");
	check_reported(lab, "3376-5.1|3810-6.1 more-excluded-is-block", "report BLOCK g4 {a}");
	check_reported(lab, "3376-5.1|3810-6.1 exclude-to-include-is-to_in", "report TO_IN g6 {a}");
	check_reported(lab, "3376-5.1|3810-6.1 one-source-less-is-block", "report BLOCK g9 {b}");
	check_reported(lab, "3376-5.1|3810-6.1 exclude-to-nothing-is-to_in", "report TO_IN g10 {}");
	check_reported(lab, "3376-5.1|3810-6.1 to_in-of-other-sources-is-allow",
		       "report ALLOW g11 {b}");
	check_reported(lab, "3376-5.1|3810-6.1 then-the-others-are-block", "report BLOCK g11 {a}");
	check_none(lab, "3376-5.1|3810-6.1 no-report-where-nothing-changed", UP, "report * g1");
}

/* As hosts answer a general query. */
static void still_there(struct lab *lab)
{
	lab_say(lab, DN1,
		"report IS_EX g1 + IS_IN g2 {a} + IS_IN g3 {a} + IS_EX g4; "
		"report IS_EX g5 {a b} + IS_EX g6 + IS_IN g7 {a} + IS_EX g8 {a}; "
		"report IS_IN g9 {a b} + IS_EX g10 + IS_IN g11 {a}");
	lab_settle(lab, DN1);
}

void scenario_changes(struct lab *lab)
{
	const struct seen *seen;
	int64_t first;

	new_groups(lab);
	seen = lab_find(lab, UP, 0, "report TO_EX g1");
	first = time_of(seen);
	seen = lab_wait(lab, first + REPORT_INTERVAL + SOON, UP, 1, "report TO_EX g1");
	check_time(lab, "3376-8.11|3810-9.11 unsolicited-report-interval",
		   "until the report was repeated", seen ? seen->time - first : INT64_MAX, 0,
		   REPORT_INTERVAL + SOON / 4);
	lab_run(lab, first + REPORT_INTERVAL + 3 * TICK - lab_now());
	check_count(lab, "3376-5.1|3810-6.1 report-sent-robustness-times", UP, ROBUSTNESS,
		    "report TO_EX g1");
	still_there(lab);
	lab_mark(lab);
	changes(lab);
}

/* ---- answers ---- */

/* Each is asked alone, so that no answer is due to another question. */
static void group_queries(struct lab *lab)
{
	/* As hosts answer a general query. */
	lab_say(lab, DN1, "report IS_EX g1 + IS_IN g2 {a b} + IS_EX g3 {c} + IS_IN g4 {a b}");
	lab_settle(lab, DN1);
	lab_mark(lab);
	lab_say(lab, UP,
		"low query g1 mrt=500; low query g2 mrt=500; "
		"low query g3 {a c} mrt=500; low query g50 mrt=500");
	check_reported(lab, "3376-5.2|3810-6.2 group-query-answered-is_ex", "report IS_EX g1 {}");
	check_reported(lab, "3376-5.2|3810-6.2 group-query-answered-is_in",
		       "report IS_IN g2 {a b}");
	check_reported(lab, "3376-5.2|3810-6.2 source-query-in-exclude", "report IS_IN g3 {a}");
	lab_mark(lab);
	lab_say(lab, UP,
		"low query g2 {a c} mrt=500; low query g3 {c} mrt=500; "
		"low query g1 {a} mrt=500");
	check_reported(lab, "3376-5.2|3810-6.2 source-query-in-include", "report IS_IN g2 {a}");
	check_reported(lab, "3376-5.2|3810-6.2 source-query-where-nothing-is-excluded",
		       "report IS_IN g1 {a}");
	lab_run(lab, RESPONSE + TICK);
	check_none(lab, "3376-5.2|3810-6.2 excluded-source-not-answered", UP, "report * g3");
	check_none(lab, "3376-5.2|3810-6.2 unknown-group-not-answered", UP, "report * g50");
	lab_mark(lab);
	lab_say(lab, UP, "low query g2 {c d} mrt=500");
	/* A second question for another source, while the answer is pending: both are answered. */
	lab_say(lab, UP, "low query g4 {a} mrt=500; low query g4 {b} mrt=500");
	check_reported(lab, "3376-5.2|3810-6.2 pending-source-queries-answered-together",
		       "report IS_IN g4 {a b}");
	lab_run(lab, RESPONSE + TICK);
	check_none(lab, "3376-5.2|3810-6.2 unknown-sources-not-answered", UP, "report * g2");
}

/* The latest of the answers, after the query. */
static int64_t last_answer(struct lab *lab, int64_t asked)
{
	static const char *const answers[] = {"report IS_EX g1 {}", "report IS_IN g2 {a b}",
					      "report IS_EX g3 {c}"};
	int64_t last = 0;

	for (unsigned n = 0; n < sizeof(answers) / sizeof(answers[0]); n++) {
		const struct seen *seen = lab_wait(lab, asked + SOON, UP, 0, answers[n]);

		if (!seen)
			return INT64_MAX;
		if (seen->time - asked > last)
			last = seen->time - asked;
	}
	return last;
}

/* A busy machine may be late with some of them, but not with all. */
static void check_response_time(struct lab *lab)
{
	int64_t shortest = INT64_MAX;

	for (unsigned n = 0; n < 5 && shortest > RESPONSE + TICK; n++) {
		int64_t asked, took;

		lab_mark(lab);
		asked = lab_now();
		lab_say(lab, UP, "low query mrt=%u", RESPONSE);
		took = last_answer(lab, asked);
		if (took < shortest)
			shortest = took;
		lab_run(lab, asked + RESPONSE + TICK - lab_now());
	}
	check_time(lab, "3376-5.2|3810-6.2 answers-within-the-response-time",
		   "from the query to the last answer", shortest, 0, RESPONSE + TICK);
}

void scenario_answers(struct lab *lab)
{
	lab_say(lab, DN1, "report TO_EX g1 + ALLOW g2 {a b} + TO_EX g3 {c} + ALLOW g4 {a b}");
	lab_say(lab, UP, "report TO_EX g60; old g60");
	lab_settle(lab, DN1);
	/* The reports of these joins have been repeated. */
	lab_run(lab, REPORT_INTERVAL + 2 * TICK);
	lab_mark(lab);
	lab_say(lab, UP, "low query mrt=500");
	check_reported(lab, "3376-5.2|3810-6.2 general-query-answered-exclude",
		       "report IS_EX g1 {}");
	check_reported(lab, "3376-5.2|3810-6.2 general-query-answered-include",
		       "report IS_IN g2 {a b}");
	check_reported(lab, "3376-5.2|3810-6.2 general-query-answered-exclude-sources",
		       "report IS_EX g3 {c}");
	lab_run(lab, RESPONSE + TICK);
	check_count(lab, "3376-5.2|3810-6.2 general-query-answered-once", UP, 1, "report IS_EX g1");
	check_none(lab, "4605-3 another-hosts-group-not-answered", UP, "report * g60");
	check_response_time(lab);
	group_queries(lab);
	lab_mark(lab);
	lab_say(lab, DN1, "high query mrt=500; high query g1 mrt=500");
	lab_run(lab, RESPONSE + 2 * TICK);
	check_none(lab, "4605-3 no-answers-downstream", DN1, "report * g1");
}

/* ---- older queriers upstream; unsolicited reports are repeated within a second ---- */

static void old_reports(struct lab *lab)
{
	const struct seen *seen;

	lab_say(lab, DN1, "report TO_EX g2");
	check_reported(lab, "3376-7.2.1|3810-8.2.1 join-reported-in-the-querier-s-version",
		       "old g2");
	seen = lab_find(lab, UP, 0, "old g2");
	check_form(lab, "2236-2|2710-3", "old-report", seen, "self", "g2");
	lab_say(lab, DN1, "report ALLOW g3 {a}");
	check_reported(lab, "4605-4.1 sources-become-a-group", "old g3");
	lab_say(lab, DN1, "report TO_IN g2");
	seen = lab_wait(lab, lab_now() + LATER, UP, 0, "leave g2");
	check_form(lab, "2236-2|2710-3", "leave", seen, "self",
		   lab->protocol == PROTOCOL_IGMP ? "224.0.0.2" : "ff02::2");
}

void scenario_old_querier(struct lab *lab)
{
	const char *query =
		lab->protocol == PROTOCOL_IGMP ? "low query v2 mrt=%u" : "low query v1 mrt=%u";
	char text[64];

	lab_say(lab, DN1, "report TO_EX g1 + ALLOW g4 {a}");
	lab_settle(lab, DN1);
	lab_run(lab, REPORT_INTERVAL + 2 * TICK);
	lab_mark(lab);
	snprintf(text, sizeof(text), query, RESPONSE);
	lab_say(lab, UP, "%s", text);
	check_reported(lab, "3376-7.2.1|3810-8.2.1 old-query-answered-in-its-version", "old g1");
	check_reported(lab, "3376-7.2.1|3810-8.2.1 old-query-answered-for-sources", "old g4");
	old_reports(lab);
	check(lab, "2236-3|2710-4 join-reported-again",
	      lab_wait(lab, lab_now() + SOON, UP, 1, "old g3"), "expected it twice, came: %s",
	      lab_came(lab, UP));
	lab_mark(lab);
	lab_say(lab, DN1, "report ALLOW g3 {b}; report BLOCK g4 {b}");
	lab_settle(lab, DN1);
	check_none(lab, "4605-4.1 source-changes-not-reported", UP, "old g3");
	check_none(lab, "3376-7.2.1|3810-8.2.1 no-newer-report", UP, "report ALLOW g3 *");
	lab_mark(lab);
	snprintf(text, sizeof(text), query, RESPONSE);
	lab_say(lab, UP, "%s g1", text);
	check_reported(lab, "3376-7.2.1|3810-8.2.1 old-group-query-answered", "old g1");
}

void scenario_older_querier(struct lab *lab)
{
	lab_say(lab, DN1, "report TO_EX g1");
	lab_settle(lab, DN1);
	lab_run(lab, REPORT_INTERVAL + 2 * TICK);
	lab_mark(lab);
	/* Its response time is 10 s, whatever it says: nothing waits for that. */
	lab_say(lab, UP, "low query v1");
	lab_say(lab, DN1, "report TO_EX g2");
	check_reported(lab, "3376-7.2.1 join-reported-in-igmpv1", "v1 g2");
	lab_say(lab, DN1, "report TO_IN g2");
	lab_wait(lab, lab_now() + SOON, DN1, 1, "query g2");
	lab_run(lab, 1000);
	lab_settle(lab, DN1);
	check_none(lab, "2236-4 no-leave-to-an-igmpv1-querier", UP, "leave g2");
	check_none(lab, "3376-7.2.1 no-newer-report-to-an-igmpv1-querier", UP, "report * g2");
}

/* ---- many groups, the end ---- */

void scenario_many(struct lab *lab)
{
	enum { GROUPS = 64 };
	int64_t deadline;
	unsigned joined = 0;
	char group[16];

	/* The kernel's default. */
	lab_set(lab, "net/ipv4/igmp_max_memberships", "20");
	for (unsigned n = 1; n <= GROUPS; n++)
		lab_say(lab, DN1, "report TO_EX g%u", n);
	deadline = lab_now() + SOON;
	for (unsigned n = 1; n <= GROUPS; n++) {
		snprintf(group, sizeof(group), "g%u", n);
		joined += lab_joined(lab, deadline - lab_now(), group) != NULL;
	}
	check(lab, "4605-4.1 64-groups-reported", joined == GROUPS,
	      "expected %d groups upstream, came %u", GROUPS, joined);
}

static void end(struct lab *lab)
{
	lab_settle(lab, DN1);
	lab_run(lab, REPORT_INTERVAL + 2 * TICK);
	lab_mark(lab);
}

void scenario_shutdown(struct lab *lab)
{
	int status;

	lab_say(lab, DN1, "report TO_EX g1 + ALLOW s2 {a b} + TO_EX g3 {a}");
	end(lab);
	status = lab->absent ? 0 : lab_stop(lab);
	lab_run(lab, TICK);
	check(lab, "3376-5.1|3810-6.1 ends-in-order", !status, "expected status 0, got %d", status);
	check_comes(lab, "3376-5.1|3810-6.1 leaves-its-groups-at-the-end", UP, 0,
		    "report TO_IN g1 {}");
	check_comes(lab, "3376-5.1|3810-6.1 leaves-its-sources-at-the-end", UP, 0,
		    "report BLOCK s2 {a b}");
	check_comes(lab, "3376-5.1|3810-6.1 leaves-what-excludes-at-the-end", UP, 0,
		    "report TO_IN g3 {}");
}

void scenario_old_shutdown(struct lab *lab)
{
	lab_say(lab, UP,
		lab->protocol == PROTOCOL_IGMP ? "low query v2 mrt=500" : "low query v1 mrt=500");
	lab_say(lab, DN1, "report TO_EX g1");
	end(lab);
	if (!lab->absent)
		lab_stop(lab);
	lab_run(lab, TICK);
	check_comes(lab, "2236-3|2710-4 leaves-its-groups-at-the-end", UP, 0, "leave g1");
}
