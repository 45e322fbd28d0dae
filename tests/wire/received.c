/* SPDX-License-Identifier: MIT */
/*
 * What the proxy accepts and what it refuses: RFC 3376 sections 4, 7.1 and 9, RFC 2236 section 6,
 * RFC 3810 sections 5, 7.4 and 8.1, RFC 3590, RFC 9776 and RFC 9777 where they are clearer.
 *
 * Each variant is about a group of its own. They are all sent, then a sound report that the proxy
 * must answer: what has not been acted on then never will be.
 */
#include "scenario.h"

#include <stdio.h>

struct variant {
	const char *name;
	bool accepted;
	unsigned protocols;
	const char *text; /* $: the group of the variant */
};

enum { LINE = 256 };

/* TEXT with the group in the place of $. */
static const char *about(const char *text, const char *group, char line[LINE])
{
	size_t before = strcspn(text, "$");

	snprintf(line, LINE, "%.*s%s%s", (int)before, text, text[before] ? group : "",
		 text[before] ? text + before + 1 : "");
	return line;
}

static bool concerns(const struct variant *variant, const struct lab *lab)
{
	return variant->protocols & (lab->protocol == PROTOCOL_IGMP ? IGMP_ONLY : MLD_ONLY);
}

static const struct variant report_variant[] = {
	{"3376-4.2|3810-5.2 report", true, BOTH, "report TO_EX $"},
	{"3376-4.2.2|3810-5.2.2 report-with-a-wrong-checksum", false, BOTH,
	 "report TO_EX $ sum=bad"},
	{"3376-4.2|3810-5.2 report-of-7-octets", false, BOTH, "report TO_EX $ cut=7"},
	{"3810-7.4 report-with-another-hop-limit", false, MLD_ONLY, "report TO_EX $ ttl=2"},
	{"3810-7.4 report-without-router-alert", false, MLD_ONLY, "report TO_EX $ ra=no"},
	{"1112-6 v1-report-without-router-alert", true, IGMP_ONLY, "v1 $ ra=no"},
	{"3376-4 unknown-type", false, BOTH, "report TO_EX $ poke=0:119"},
	{"3376-4.2.1|3810-5.2.3 report-with-reserved-bits", true, BOTH,
	 "report TO_EX $ poke=1:255 poke=4:255 poke=5:255"},
	{"3376-4.2.11|3810-5.2.11 report-with-additional-data", true, BOTH,
	 "report TO_EX $ tail=9"},
	{"3376-4.2.10|3810-5.2.10 auxiliary-data-skipped", true, BOTH,
	 "report BLOCK g999 aux=3 + TO_EX $"},
	{"3376-4.2.10|3810-5.2.10 record-with-auxiliary-data", true, BOTH, "report TO_EX $ aux=2"},
	{"3376-4.2.12|3810-5.2.12 record-behind-one-of-unknown-type", true, BOTH,
	 "report 9 g998 + TO_EX $"},
	{"3376-4.2.12|3810-5.2.12 record-of-unknown-type", false, BOTH, "report 9 $"},
	{"3376-4.2.12|3810-5.2.12 record-of-type-0", false, BOTH, "report 0 $"},
	{"3376-4.2.7|3810-5.2.7 record-with-more-sources-than-octets", false, BOTH,
	 "report TO_IN $ {a} poke=11:200"},
	{"3376-4.2.3|3810-5.2.4 no-record-but-the-announced-count", false, BOTH,
	 "report TO_EX $ poke=7:0"},
	{"3376-4.2.10|3810-5.2.10 auxiliary-data-beyond-the-end", false, BOTH,
	 "report TO_IN $ {a} poke=9:200"},
	{"3376-4.2.13 report-from-no-address", true, IGMP_ONLY, "any report TO_EX $"},
	{"2236-6 v2-report-from-no-address", true, IGMP_ONLY, "any v2 $"},
	{"3590-4 report-from-no-address", false, MLD_ONLY, "any report TO_EX $"},
	{"3590-4 v1-report-from-no-address", false, MLD_ONLY, "any old $"},
	{"9777-5.2.14 report-from-a-global-address", false, MLD_ONLY,
	 "2001:db8:1::99 report TO_EX $"},
	{"9777-5.2.14 v1-report-from-a-global-address", false, MLD_ONLY, "2001:db8:1::99 old $"},
	{"3376-4.2.14|3810-5.2.14 report-to-the-own-address", true, BOTH, "old $ dst=self"},
	{"3376-7.3.2|3810-8.3.2 old-report", true, BOTH, "old $"},
	{"3376-7.3.2 igmpv1-report", true, IGMP_ONLY, "v1 $"},
	{"2236-6|2710-3.7 old-report-with-additional-data", true, BOTH, "old $ tail=5"},
	{"2236-2.3|2710-3.3 old-report-with-a-wrong-checksum", false, BOTH, "old $ sum=bad"},
	{"2236-6|2710-3.7 old-report-too-short", false, BOTH, "old $ cut=7"},
	{"2710-3.7 old-report-of-23-octets", false, MLD_ONLY, "old $ cut=23"},
	{"2710-3 old-report-with-another-hop-limit", false, MLD_ONLY, "old $ ttl=64"},
	{"2710-3 old-report-without-router-alert", false, MLD_ONLY, "old $ ra=no"},
	{"3376-4.2.12|3810-5.2.12 is_in-of-nothing", false, BOTH, "report IS_IN $"},
	{"3376-6.4.2|3810-7.4.2 allow-of-nothing", false, BOTH, "report ALLOW $"},
	{"3376-6.4.2|3810-7.4.2 block-without-state", false, BOTH, "report BLOCK $ {a}"},
	{"3376-6.4.2|3810-7.4.2 to_in-of-nothing-without-state", false, BOTH, "report TO_IN $"},
	{"3376-6.4.1|3810-7.4.1 is_in", true, BOTH, "report IS_IN $ {a}"},
	{"3376-6.4.1|3810-7.4.1 is_ex", true, BOTH, "report IS_EX $ {a}"},
	{"3376-6.4.2|3810-7.4.2 to_in", true, BOTH, "report TO_IN $ {a}"},
	{"3376-6.4.2|3810-7.4.2 allow", true, BOTH, "report ALLOW $ {a}"},
};

enum { REPORT_VARIANTS = sizeof(report_variant) / sizeof(report_variant[0]) };

/* These are about a group that cannot be one, or none to be proxied. */
static const struct variant group_variant[] = {
	{"3376-4.2.9|3810-5.2.9 unicast-group", false, IGMP_ONLY, "10.0.9.250"},
	{"3376-4.2.9|3810-5.2.9 unicast-group", false, MLD_ONLY, "2001:db8::250"},
	{"3376-5|3810-6 all-systems-group", false, IGMP_ONLY, "224.0.0.1"},
	{"3376-5|3810-6 all-systems-group", false, MLD_ONLY, "ff02::1"},
	{"5771-4|4291-2.7 link-local-group", false, BOTH, "l7"},
	{"4291-2.7|4291-2.7 interface-local-group", false, MLD_ONLY, "ff01::1:77"},
	{"4291-2.7|4291-2.7 reserved-scope-group", false, MLD_ONLY, "ff00::1:77"},
};

enum { GROUP_VARIANTS = sizeof(group_variant) / sizeof(group_variant[0]) };

static void say_variant(struct lab *lab, const struct variant *variant, enum port port,
			unsigned number)
{
	char group[16], line[LINE];

	snprintf(group, sizeof(group), "g%u", number);
	about(variant->text, group, line);
	lab_say(lab, port, "%s", line);
}

static void check_variant(struct lab *lab, const struct variant *variant, const char *group)
{
	char name[LINE];

	snprintf(name, sizeof(name), "%s-%s", variant->name,
		 variant->accepted ? "accepted" : "refused");
	check_joined(lab, name, variant->accepted, group);
}

void scenario_reports(struct lab *lab)
{
	char group[16];

	for (unsigned n = 0; n < REPORT_VARIANTS; n++)
		if (concerns(&report_variant[n], lab))
			say_variant(lab, &report_variant[n], DN1, n + 1);
	for (unsigned n = 0; n < GROUP_VARIANTS; n++) {
		if (!concerns(&group_variant[n], lab))
			continue;
		lab_say(lab, DN1, "report TO_EX %s", group_variant[n].text);
		lab_say(lab, DN1, "report IS_EX %s", group_variant[n].text);
		lab_say(lab, DN1, "old %s dst=%s", group_variant[n].text,
			lab->protocol == PROTOCOL_IGMP ? "224.0.0.2" : "ff02::2");
	}
	lab_say(lab, DN1, "old l8 dst=%s",
		lab->protocol == PROTOCOL_IGMP ? "224.0.0.2" : "ff02::2");
	/* Reports are for the router's part: upstream there is none. */
	lab_say(lab, UP, "report TO_EX g990; old g991");
	/* A broken query of a lower address elects nobody. */
	lab_say(lab, DN1, "low query sum=bad; low query dst=g997");
	lab_say(lab, DN1, "low query cut=%u", lab->protocol == PROTOCOL_IGMP ? 10 : 26);
	lab_settle(lab, DN1);
	for (unsigned n = 0; n < REPORT_VARIANTS; n++) {
		snprintf(group, sizeof(group), "g%u", n + 1);
		if (concerns(&report_variant[n], lab))
			check_variant(lab, &report_variant[n], group);
	}
	for (unsigned n = 0; n < GROUP_VARIANTS; n++)
		if (concerns(&group_variant[n], lab))
			check_variant(lab, &group_variant[n], group_variant[n].text);
	check_joined(lab, "5771-4|4291-2.7 old-link-local-group-refused", false, "l8");
	check_joined(lab, "4605-3 reports-from-upstream-ignored", false, "g990");
	check_joined(lab, "4605-3 old-reports-from-upstream-ignored", false, "g991");
	check(lab, "3376-4|3810-5 alive-after-malformed-messages", lab_alive(lab),
	      "expected the proxy to run");
	lab_say(lab, DN1, "report TO_EX g1");
	lab_settle(lab, DN1);
	lab_mark(lab);
	lab_say(lab, DN1, "report TO_IN g1");
	check_asked(lab, "3376-7.1|3810-7.6 broken-queries-elect-nobody", "query g1");
}

/* ---- queries, as the host part upstream hears them ---- */

static const struct variant query_variant[] = {
	{"3376-5.2|3810-6.2 group-query", true, BOTH, "low query $ mrt=500"},
	{"3376-4.1.2|3810-5.1.2 query-with-a-wrong-checksum", false, BOTH,
	 "low query $ mrt=500 sum=bad"},
	{"3376-7.1 query-of-9-octets", false, IGMP_ONLY, "low query $ mrt=500 cut=9"},
	{"3376-7.1 query-of-11-octets", false, IGMP_ONLY, "low query $ mrt=500 cut=11"},
	{"3810-8.1 query-of-25-octets", false, MLD_ONLY, "low query $ mrt=500 cut=25"},
	{"3810-8.1 query-of-27-octets", false, MLD_ONLY, "low query $ mrt=500 cut=27"},
	{"3810-8.1 query-of-23-octets", false, MLD_ONLY, "low query $ mrt=500 cut=23"},
	{"3376-4.1.8|3810-5.1.10 query-with-more-sources-than-octets", false, BOTH,
	 "low query $ {a} mrt=500 cut=@"},
	{"3376-4.1.10|3810-5.1.12 query-with-additional-data", true, BOTH,
	 "low query $ mrt=500 tail=6"},
	{"3376-4.1.4|3810-5.1.6 query-with-reserved-bits", true, BOTH,
	 "low query $ mrt=500 poke=%:242"},
	{"3376-4.1.5|3810-5.1.7 query-with-the-s-flag", true, BOTH, "low query $ s mrt=500"},
	{"3376-4.1.6|3810-5.1.8 query-without-qrv-and-qqic", true, BOTH,
	 "low query $ mrt=500 qrv=0 qqi=0"},
	{"3810-6.2 query-with-another-hop-limit", false, MLD_ONLY, "low query $ mrt=500 ttl=2"},
	{"3810-6.2 query-without-router-alert", false, MLD_ONLY, "low query $ mrt=500 ra=no"},
	{"3810-5.1.14 query-from-a-global-address", false, MLD_ONLY, "2001:db8::1 query $ mrt=500"},
	{"3810-5.1.14 query-from-no-address", false, MLD_ONLY, "any query $ mrt=500"},
	{"4541-2.1.1 query-from-no-address", true, IGMP_ONLY, "any query $ mrt=500"},
	{"3376-4.1.12|3810-5.1.15 query-to-the-own-address", true, BOTH,
	 "low query $ mrt=500 dst=self"},
	{"3376-4.1.1|3810-5.1.3 query-with-a-response-time-of-0", true, BOTH, "low query $ mrt=0"},
};

enum { QUERY_VARIANTS = sizeof(query_variant) / sizeof(query_variant[0]), RESPONSE = 500 };

/* Places that are not the same in both families: @: length of a query without sources, %: offset of
 * the flags. */
static void say_query(struct lab *lab, const struct variant *variant, unsigned number)
{
	bool igmp = lab->protocol == PROTOCOL_IGMP;
	char group[16], line[LINE], text[LINE];
	char *at;

	snprintf(group, sizeof(group), "g%u", number);
	about(variant->text, group, line);
	at = line + strcspn(line, "@%");
	if (*at == '@')
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - line), line, igmp ? "12" : "28",
			 at + 1);
	else
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - line), line,
			 *at ? (igmp ? "8" : "24") : "", *at ? at + 1 : "");
	lab_say(lab, UP, "%s", text);
}

/* General queries that are none; a host that is asked answers with all its groups. */
static void broken_general_queries(struct lab *lab)
{
	bool igmp = lab->protocol == PROTOCOL_IGMP;

	lab_mark(lab);
	lab_say(lab, UP, "low query mrt=500 sum=bad");
	lab_say(lab, UP, "low query mrt=500 cut=%u", igmp ? 10 : 26);
	lab_say(lab, UP, "low query mrt=500 dst=g777");
	lab_say(lab, UP, "low query mrt=500 dst=%s", igmp ? "224.0.0.2" : "ff02::2");
	lab_run(lab, RESPONSE + RESPONSE / 2);
	check_joined(lab, "3376-9.1|3810-6.2 broken-general-queries-not-answered", false, "g1");
}

void scenario_queries(struct lab *lab)
{
	char name[LINE], group[16];

	for (unsigned n = 1; n <= QUERY_VARIANTS; n++)
		lab_say(lab, DN1, "report TO_EX g%u", n);
	lab_settle(lab, DN1);
	/* Repeated reports are over. */
	lab_run(lab, 3 * RESPONSE);
	broken_general_queries(lab);
	lab_mark(lab);
	for (unsigned n = 0; n < QUERY_VARIANTS; n++)
		if (concerns(&query_variant[n], lab))
			say_query(lab, &query_variant[n], n + 1);
	for (unsigned n = 0; n < QUERY_VARIANTS; n++)
		if (concerns(&query_variant[n], lab) && query_variant[n].accepted) {
			snprintf(name, sizeof(name), "%s-answered", query_variant[n].name);
			check_comes(lab, name, UP, SOON, "report IS_EX g%u", n + 1);
		}
	/* Whatever was taken for a query would have been answered by now. */
	lab_run(lab, RESPONSE);
	for (unsigned n = 0; n < QUERY_VARIANTS; n++)
		if (concerns(&query_variant[n], lab) && !query_variant[n].accepted) {
			snprintf(name, sizeof(name), "%s-not-answered", query_variant[n].name);
			snprintf(group, sizeof(group), "g%u", n + 1);
			check_joined(lab, name, false, group);
		}
	lab_mark(lab);
	lab_say(lab, UP, "low query mrt=500");
	check_reported(lab, "3376-5.2|3810-6.2 general-query-answered", "report IS_EX g1");
}

/* Where strictness is configured (RFC 3376 section 9.2 allows it); and a TTL that no host of the
 * link has sent, of which RFC 3376 says nothing but that all are sent with 1. */
void scenario_strict(struct lab *lab)
{
	lab_say(lab, DN1,
		"report TO_EX g1 ra=no; v2 g2 ra=no; report TO_EX g3; "
		"report TO_EX g4 ttl=2; v2 g5 ttl=64");
	lab_settle(lab, DN1);
	check_joined(lab, "3376-9.2 strict-report-without-router-alert-refused", false, "g1");
	check_joined(lab, "3376-9.2 strict-v2-report-without-router-alert-refused", false, "g2");
	check_joined(lab, "3376-9.2 strict-report-with-router-alert-accepted", true, "g3");
	check_joined(lab, "3376-4 strict-report-with-another-ttl-refused", false, "g4");
	check_joined(lab, "3376-4 strict-v2-report-with-another-ttl-refused", false, "g5");
}
