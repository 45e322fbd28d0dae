/* SPDX-License-Identifier: MIT */
/* What makes a proxy: RFC 4605 section 4.1, the merge of what the downstreams want, and section
 * 4.2, forwarding, with real packets. */
#include "scenario.h"

#include <stdio.h>

enum { TICK = 100, REPORT_INTERVAL = 1000 };

/* ---- merge ---- */

/* The record with which the proxy answers for a group is what it has merged. */
static const struct merge {
	const char *name, *first, *second, *answer;
} merges[] = {
	{"4605-4.1 include-and-include", "report ALLOW g1 {a}", "report ALLOW g1 {b}",
	 "report IS_IN g1 {a b}"},
	{"4605-4.1 include-and-the-same", "report ALLOW g2 {a b}", "report ALLOW g2 {b}",
	 "report IS_IN g2 {a b}"},
	{"4605-4.1 exclude-and-exclude", "report TO_EX g3 {a b}", "report TO_EX g3 {b c}",
	 "report IS_EX g3 {b}"},
	{"4605-4.1 exclude-and-disjoint-exclude", "report TO_EX g4 {a}", "report TO_EX g4 {b}",
	 "report IS_EX g4 {}"},
	{"4605-4.1 exclude-and-include-of-it", "report TO_EX g5 {a b}", "report ALLOW g5 {a}",
	 "report IS_EX g5 {b}"},
	{"4605-4.1 exclude-and-include-of-another", "report TO_EX g6 {a}", "report ALLOW g6 {b}",
	 "report IS_EX g6 {a}"},
	{"4605-4.1 include-and-exclude-nothing", "report ALLOW g7 {a}", "report TO_EX g7",
	 "report IS_EX g7 {}"},
	{"4605-4.1 exclude-and-an-old-host", "report TO_EX g8 {a}", "old g8", "report IS_EX g8 {}"},
	{"4605-4.1 include-and-an-old-host", "report ALLOW g9 {a}", "old g9", "report IS_EX g9 {}"},
	{"4605-4.1 ssm-sources-of-both", "report ALLOW s10 {a}", "report ALLOW s10 {b c}",
	 "report IS_IN s10 {a b c}"},
};

enum { MERGES = sizeof(merges) / sizeof(merges[0]) };

/* When one of two leaves, and when the second does; they are still there before, as hosts say that
 * answer a general query. */
static void leaves(struct lab *lab)
{
	lab_say(lab, DN1, "report IS_EX g20 + IS_IN g21 {a b}");
	lab_say(lab, DN2, "report IS_EX g20 + IS_IN g21 {a} + IS_EX g22");
	lab_settle(lab, DN1);
	lab_mark(lab);
	lab_say(lab, DN1, "report TO_IN g20; report BLOCK g21 {a}");
	lab_say(lab, DN2, "report TO_IN g22");
	lab_wait(lab, lab_now() + SOON, DN1, 1, "query g20");
	/* It is alone on its link: when it has gone, so have the others. */
	check_comes(lab, "4605-4.1 leave-of-the-only-member-reported", UP, LATER,
		    "report TO_IN g22");
	lab_settle(lab, DN1);
	check_none(lab, "4605-4.1 leave-of-one-of-two-not-reported", UP, "report * g20");
	check_none(lab, "4605-4.1 block-on-one-of-two-not-reported", UP, "report BLOCK g21 *");
	lab_say(lab, DN2, "report IS_EX g20");
	lab_settle(lab, DN2);
	lab_mark(lab);
	lab_say(lab, DN2, "report TO_IN g20");
	check_comes(lab, "4605-4.1 leave-of-the-second-reported", UP, LATER, "report TO_IN g20");
}

static void say_merges(struct lab *lab)
{
	for (unsigned n = 0; n < MERGES; n++) {
		lab_say(lab, DN1, "%s", merges[n].first);
		lab_say(lab, DN2, "%s", merges[n].second);
	}
}

void scenario_merge(struct lab *lab)
{
	say_merges(lab);
	lab_say(lab, DN1, "report TO_EX g20 + ALLOW g21 {a b}");
	lab_settle(lab, DN1);
	/* These are repeated once. */
	lab_wait(lab, lab_now() + SOON, UP, 1, "report TO_EX g20");
	lab_wait(lab, lab_now() + SOON, UP, 1, "report ALLOW g21 {a b}");
	lab_mark(lab);
	lab_say(lab, DN2, "report TO_EX g20 + ALLOW g21 {a} + TO_EX g22; report ALLOW g6 {a}");
	lab_settle(lab, DN2);
	check_none(lab, "4605-4.1 second-member-not-reported", UP, "report * g20");
	check_reported(lab, "4605-4.1 second-downstream-changes-the-record", "report ALLOW g6 {a}");
	lab_say(lab, DN2, "report BLOCK g6 {a}");
	leaves(lab);
	/* What was said once may be said again. */
	say_merges(lab);
	lab_settle(lab, DN1);
	/* Changes and their repeats are over; then only answers come. */
	lab_run(lab, REPORT_INTERVAL + 2 * TICK);
	lab_mark(lab);
	lab_say(lab, UP, "low query mrt=500");
	for (unsigned n = 0; n < MERGES; n++)
		check_comes(lab, merges[n].name, UP, SOON, "%s", merges[n].answer);
}

/* ---- forwarding ---- */

static const struct flow {
	const char *name;
	enum port port;
	const char *source, *group;
	unsigned ttl;
	unsigned to; /* ports: bits */
} flows[] = {
	{"4605-4.2 upstream-to-the-subscribed-downstream", UP, "a", "g1", 8, 1 << DN1},
	{"4605-4.2 upstream-to-both-downstreams", UP, "a", "g2", 8, 1 << DN1 | 1 << DN2},
	{"4605-4.2 upstream-to-nobody", UP, "a", "g9", 8, 0},
	{"4605-4.2 downstream-to-upstream-and-the-other", DN1, "host", "g2", 8, 1 << UP | 1 << DN2},
	{"4605-4.2 downstream-to-upstream-unasked", DN1, "host", "g9", 8, 1 << UP},
	{"4605-4.2 downstream-to-upstream-not-back", DN1, "host", "g1", 8, 1 << UP},
	{"4605-4.2 other-downstream-to-both", DN2, "host", "g1", 8, 1 << UP | 1 << DN1},
	{"4605-4.2 included-source", UP, "a", "g3", 8, 1 << DN1},
	{"4605-4.2 source-that-is-not-included", UP, "b", "g3", 8, 0},
	{"4605-4.2 excluded-source", UP, "a", "g4", 8, 0},
	{"4605-4.2 source-that-is-not-excluded", UP, "b", "g4", 8, 1 << DN1},
	{"4605-4.2 included-here-excluded-there", UP, "a", "g5", 8, 1 << DN1},
	{"4605-4.2 not-included-here-not-excluded-there", UP, "b", "g5", 8, 1 << DN2},
	{"4605-4.2 ssm-channel", UP, "a", "s6", 8, 1 << DN2},
	{"4605-4.2 ssm-other-source", UP, "b", "s6", 8, 0},
	{"4604-3.1 ssm-without-sources", UP, "a", "s7", 8, 0},
	{"4605-4.2 host-that-is-not-included", DN2, "host", "g3", 8, 1 << UP},
	{"4605-4.2 group-of-an-old-host", UP, "c", "g8", 8, 1 << DN2},
	{"3376-6.3|3810-7.3 excluded-by-none-of-two", UP, "b", "g10", 8, 1 << DN1 | 1 << DN2},
	{"1112-7.1|8200-3 hop-limit-of-1-ends-here", UP, "a", "g1", 1, 0},
	{"1112-7.1|8200-3 hop-limit-of-2-goes-on", UP, "a", "g1", 2, 1 << DN1},
	{"5771-4|4291-2.7 link-local-from-upstream", UP, "a", "l1", 8, 0},
	{"5771-4|4291-2.7 link-local-from-downstream", DN1, "host", "l1", 8, 0},
};

enum { FLOWS = sizeof(flows) / sizeof(flows[0]) };

/* A proxy that learns from packets may lose the first ones: they are repeated. */
static void send_flows(struct lab *lab, const uint32_t *number)
{
	int64_t deadline = lab_now() + SOON;
	bool complete = false;

	while (!lab->absent && !complete && lab_now() < deadline) {
		complete = true;
		for (unsigned n = 0; n < FLOWS; n++) {
			const struct flow *flow = &flows[n];
			unsigned came = lab_data_ports(lab, number[n]);

			if ((came & flow->to) == flow->to && came)
				continue;
			complete = complete && !flow->to;
			lab_repeat(lab, flow->port, flow->source, flow->group, flow->ttl,
				   number[n]);
		}
		lab_run(lab, TICK);
	}
	lab_run(lab, 2 * TICK);
}

static void check_ports(struct lab *lab, const char *name, unsigned expected, unsigned came)
{
	check(lab, name, expected == came,
	      "expected upstream %u, downstream 1 %u, downstream 2 %u, came %u %u %u", expected & 1,
	      expected >> DN1 & 1, expected >> DN2 & 1, came & 1, came >> DN1 & 1, came >> DN2 & 1);
}

static void subscribe(struct lab *lab)
{
	lab_say(lab, DN1,
		"report TO_EX g1 + TO_EX g2 + ALLOW g3 {a} + TO_EX g4 {a}; "
		"report ALLOW g5 {a} + TO_EX s7 + TO_EX g10 {a} + TO_EX l1; "
		"report TO_EX g11 + ALLOW g12 {a b}");
	lab_say(lab, DN2, "report TO_EX g2 + TO_EX g5 {a} + ALLOW s6 {a} + TO_EX g10 {c}; old g8");
	lab_settle(lab, DN1);
	lab_settle(lab, DN2);
	lab_mark(lab);
}

/* After a leave the stream flows until the last member query time is over, then no more. */
static void leaving(struct lab *lab)
{
	uint32_t number;

	lab_mark(lab);
	lab_say(lab, DN1, "report TO_IN g11; report BLOCK g12 {a}");
	lab_wait(lab, lab_now() + SOON, DN1, 0, "query g11");
	number = lab_data(lab, UP, "a", "g11", 8);
	lab_run(lab, TICK);
	check_ports(lab, "3376-6.4.2|3810-7.4.2 forwarded-until-the-queries-are-over", 1 << DN1,
		    lab_data_ports(lab, number));
	lab_wait(lab, lab_now() + LATER, UP, 0, "report TO_IN g11");
	lab_wait(lab, lab_now() + SOON, UP, 0, "report BLOCK g12 {a}");
	lab_settle(lab, DN1);
	number = lab_data(lab, UP, "a", "g11", 8);
	lab_run(lab, 2 * TICK);
	check_ports(lab, "4605-4.2 not-forwarded-after-the-leave", 0, lab_data_ports(lab, number));
	number = lab_data(lab, UP, "a", "g12", 8);
	lab_run(lab, 2 * TICK);
	check_ports(lab, "4605-4.2 not-forwarded-after-the-block", 0, lab_data_ports(lab, number));
	number = lab_data(lab, UP, "b", "g12", 8);
	lab_run(lab, 2 * TICK);
	check_ports(lab, "4605-4.2 other-source-forwarded-after-the-block", 1 << DN1,
		    lab_data_ports(lab, number));
}

void scenario_forward(struct lab *lab)
{
	uint32_t number[FLOWS];
	unsigned hops = 0;

	subscribe(lab);
	for (unsigned n = 0; n < FLOWS; n++)
		number[n] =
			lab_data(lab, flows[n].port, flows[n].source, flows[n].group, flows[n].ttl);
	send_flows(lab, number);
	for (unsigned n = 0; n < FLOWS; n++)
		check_ports(lab, flows[n].name, flows[n].to, lab_data_ports(lab, number[n]));
	for (unsigned n = lab->mark; n < lab->count; n++)
		if (lab->seen[n].packet.udp && lab->seen[n].packet.number == number[0])
			hops = lab->seen[n].packet.ttl;
	check(lab, "1112-7.1|8200-3 hop-limit-one-less", hops == 7, "expected 7, came %u", hops);
	leaving(lab);
}
