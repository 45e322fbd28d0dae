/* SPDX-License-Identifier: MIT */
/*
 * The scenarios: each is led with a proxy of its own, in a network of its own, once for each
 * protocol. What they do must not depend on what comes: they are also run without any proxy, to
 * name the checks of what a proxy cannot do.
 */
#ifndef TESTS_WIRE_SCENARIO_H
#define TESTS_WIRE_SCENARIO_H

#include "check.h"

enum { IGMP_ONLY = 1, MLD_ONLY = 2, BOTH = 3 };

struct scenario {
	const char *name;
	void (*run)(struct lab *);
	unsigned protocols;
	/* In mcproxy's language. Another proxy is led through the scenario if what it looks at does
	 * not depend on this (`any`). */
	const char *configuration;
	bool any;
};

/* ---- sent.c: what is sent, and when ---- */

void scenario_startup(struct lab *);
void scenario_form(struct lab *);
void scenario_interval(struct lab *);
void scenario_version_2(struct lab *);
void scenario_version_1(struct lab *);
void scenario_version_mld_1(struct lab *);

/* ---- received.c: what is accepted and what is not ---- */

void scenario_reports(struct lab *);
void scenario_queries(struct lab *);
void scenario_strict(struct lab *);

/* ---- querier.c: the router's part ---- */

void scenario_leave(struct lab *);
void scenario_latency(struct lab *);
void scenario_election(struct lab *);
void scenario_old_hosts(struct lab *);
void scenario_ssm(struct lab *);

/* ---- host.c: the host's part ---- */

void scenario_changes(struct lab *);
void scenario_answers(struct lab *);
void scenario_old_querier(struct lab *);
void scenario_older_querier(struct lab *);
void scenario_many(struct lab *);
void scenario_shutdown(struct lab *);
void scenario_old_shutdown(struct lab *);

/* ---- proxying.c: RFC 4605 ---- */

void scenario_merge(struct lab *);
void scenario_forward(struct lab *);

#endif
