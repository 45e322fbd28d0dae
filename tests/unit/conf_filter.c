/* SPDX-License-Identifier: MIT */
/*
 * Tables, rules and filters: what is read from them, what they pass, which one an interface gets,
 * those that the keys `scope` and `source` and peering make, and what is refused. And that ten
 * thousand rules are read in no time.
 */
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>

#include "core/base/text.h"
#include "proto/policy/filter.h"
#include "conf.h"

#define HEAD "pinstance A: u1 u2 ==> d1 d2;\n"

/* ---- rules as text ---- */

static void write_range(char *text, const struct addr end[2])
{
	static const struct addr zeros;
	struct addr ones_only;
	char first[TEXT_ADDR], last[TEXT_ADDR];

	memset(&ones_only, 0xff, sizeof(ones_only));
	if (addr_equal(&end[0], &zeros) && addr_equal(&end[1], &ones_only)) {
		strcpy(text, "*");
		return;
	}
	text_addr(&end[0], first);
	if (addr_is_any(&end[0]))
		strcpy(first, addr_is_ipv4(&end[0]) ? "0.0.0.0" : "::");
	text_addr(&end[1], last);
	if (!strcmp(first, last))
		strcpy(text, first);
	else
		sprintf(text, "%s-%s", first, last);
}

/* "+" or "-", then the rules: "eth0(G|S) (G|S) ". */
static const char *rules(const struct conf_filter *filter)
{
	static char text[1 << 16];

	if (!filter)
		return "none";
	strcpy(text, filter->whitelist ? "+" : "-");
	for (size_t i = 0; i < filter->count; i++) {
		const struct conf_rule *rule = &filter->rule[i];
		char group[2 * TEXT_ADDR], source[2 * TEXT_ADDR];

		write_range(group, rule->group);
		write_range(source, rule->source);
		sprintf(text + strlen(text), "%s(%s|%s) ", rule->interface, group, source);
	}
	return text;
}

static bool are(const struct conf_filter *filter, const char *expected)
{
	const char *found = rules(filter);

	return CHECK(!strcmp(found, expected), "'%s', not '%s'", found, expected);
}

/* What are the rules of a table of this text? */
static void reads(const char *table, const char *expected)
{
	char text[4096];

	snprintf(text, sizeof(text), HEAD "pinstance A downstream d1 in whitelist table {%s};",
		 table);
	if (good(text))
		are(ones[2].in[CONF_BOUND], expected);
}

/* And which group, COLUMN bytes behind the brace, is it told of? */
static void warns(const char *table, const char *expected, size_t column, const char *group)
{
	char message[CONF_ERROR];

	reads(table, expected);
	snprintf(message, sizeof(message),
		 "f:2:%zu: found '%s', expected a multicast address: there is no such group",
		 column + 47, group);
	CHECK(!strcmp(script.warning, message), "'%s', not '%s'", script.warning, message);
}

/* A table of this text is refused, COLUMN bytes behind its brace. */
static void refuses(const char *table, size_t column, const char *expected)
{
	char text[4096], message[CONF_ERROR];

	snprintf(text, sizeof(text), HEAD "table t {%s};", table);
	snprintf(message, sizeof(message), "2:%zu: found %s", column + 10, expected);
	bad_as(text, message);
}

static void test_ranges(void)
{
	TEST("ranges of a rule");
	reads("(*|*)", "+(*|*) ");
	reads("", "+");
	reads("(239.1.1.1|10.0.0.1)(ff0e::1 | 2001:db8::1)",
	      "+(239.1.1.1|10.0.0.1) (ff0e::1|2001:db8::1) ");
	reads("(239.1.1.1/32|10.0.0.1/32)", "+(239.1.1.1|10.0.0.1) ");
	reads("(239.1.0.0/16|10.0.0.0/8)", "+(239.1.0.0-239.1.255.255|10.0.0.0-10.255.255.255) ");
	reads("(239.1.2.3/9|10.1.2.3/31)", "+(239.0.0.0-239.127.255.255|10.1.2.2-10.1.2.3) ");
	reads("(ff0e::/16|2001:db8::/33)", "+(ff0e::-ff0e:ffff:ffff:ffff:ffff:ffff:ffff:ffff|"
					   "2001:db8::-2001:db8:7fff:ffff:ffff:ffff:ffff:ffff) ");
	reads("(224.0.0.0/4|*)", "+(224.0.0.0-239.255.255.255|*) ");
	reads("(239.1.1.1-239.1.1.9|10.0.0.1 - 10.0.0.9)",
	      "+(239.1.1.1-239.1.1.9|10.0.0.1-10.0.0.9) ");
	reads("(ff0e::1-ff0e::9|::1 - ::ffff)", "+(ff0e::1-ff0e::9|::1-::ffff) ");
	reads("(239.1.1.1-239.1.1.1|10.0.0.1 -10.0.0.1)", "+(239.1.1.1|10.0.0.1) ");

	TEST("open ranges");
	reads("(*-*|* - *)", "+(*|*) ");
	reads("(* - 239.1.1.1|*-10.0.0.9)", "+(224.0.0.0-239.1.1.1|0.0.0.0-10.0.0.9) ");
	reads("(239.1.1.1-*|10.0.0.9 - *)",
	      "+(239.1.1.1-239.255.255.255|10.0.0.9-255.255.255.255) ");
	reads("(* - ff0e::1|* - fe80::)", "+(ff00::-ff0e::1|::-fe80::) ");
	reads("(ff0e::1 - *|fe80:: - *)", "+(ff0e::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff|"
					  "fe80::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff) ");
	reads("(*|10.0.0.9 - *)", "+(*|10.0.0.9-255.255.255.255) ");

	TEST("all sources of a family are every source of it");
	reads("(239.1.1.1|0.0.0.0/0)", "+(239.1.1.1|*) ");
	reads("(ff0e::1|::/0)", "+(ff0e::1|*) ");
	reads("(*|0.0.0.0/0)", "+(224.0.0.0-239.255.255.255|*) ");
	reads("(*|::/0)", "+(ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff|*) ");
	reads("(*|0.0.0.0 - *)", "+(224.0.0.0-239.255.255.255|*) ");
	reads("(239.1.1.1|* - 255.255.255.255)", "+(239.1.1.1|*) ");

	TEST("of groups only what is multicast is left, and a warning");
	reads("(239.0.0.0/3|*)", "+(224.0.0.0-239.255.255.255|*) ");
	CHECK(!*script.warning);
	warns("(10.0.0.1|*)", "+", 1, "10.0.0.1");
	warns("(* - 10.0.0.1|*)(239.1.1.1|*)", "+(239.1.1.1|*) ", 5, "10.0.0.1");
	warns("(0.0.0.0/0|10.0.0.1)", "+(224.0.0.0-239.255.255.255|10.0.0.1) ", 1, "0.0.0.0");
	warns("(239.1.1.1 - 240.0.0.1|*)", "+(239.1.1.1-239.255.255.255|*) ", 13, "240.0.0.1");
	warns("(2001:db8::1|*)", "+", 1, "2001:db8::1");
	warns("(::/0|*)(fe80::1|*)", "+(ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff|*) ", 1,
	      "::");

	TEST("rules for what comes from an interface");
	reads("eth0(*|*) \"vlan 1\"(239.1.1.1|*)(*|10.0.0.1)  table(*|*)",
	      "+eth0(*|*) vlan 1(239.1.1.1|*) (*|10.0.0.1) table(*|*) ");
}

static void test_rules_refused(void)
{
	TEST("rules that are none");
	refuses("x", 1, "'}', expected '('");
	refuses("(", 1, "'}', expected an address");
	refuses("(*)", 2, "')', expected '|'");
	refuses("(*|*", 4, "'}', expected ')'");
	refuses("(*,*)", 2, "',', expected '|'");
	refuses("(x|*)", 1, "'x', expected an address");
	refuses("(239.1.1|*)", 1, "'239.1.1', expected an address");
	refuses("(*|*);", 5, "';', expected '}', '(' or an interface's name of at most 15 bytes");
	refuses("x2345678901234567(*|*)", 0,
		"'x2345678901234567', expected '}', '(' or an interface's name of at most 15 "
		"bytes");
	refuses("x*(*|*)", 1, "'*', expected '('");
	refuses("eth0(table {(*|*)})", 5, "'table', expected an address");

	TEST("a source is not multicast");
	refuses("(*|239.1.1.1)", 3, "'239.1.1.1', expected a unicast address");
	refuses("(*|ff0e::1)", 3, "'ff0e::1', expected a unicast address");
	refuses("(*|10.0.0.1-239.0.0.1)", 12, "'239.0.0.1', expected a unicast address");

	TEST("one family in a rule");
	refuses("(239.1.1.1|2001:db8::1)", 11, "'2001:db8::1', expected an IPv4 address");
	refuses("(ff0e::1|10.0.0.1)", 9, "'10.0.0.1', expected an IPv6 address");
	refuses("(239.1.1.1|* - 2001:db8::1)", 15, "'2001:db8::1', expected an IPv4 address");
	refuses("(239.1.1.1 - ff0e::1|*)", 13, "'ff0e::1', expected an IPv4 address");
	refuses("(*|10.0.0.1-::1)", 12, "'::1', expected an IPv4 address");
	refuses("(* - ff0e::1|0.0.0.0/0)", 13, "'0.0.0.0', expected an IPv6 address");

	TEST("prefixes and ranges that are none");
	refuses("(239.0.0.0/33|*)", 11, "'33', expected a prefix length from 0 to 32");
	refuses("(ff0e::/129|*)", 8, "'129', expected a prefix length from 0 to 128");
	refuses("(*|10.0.0.0/33)", 12, "'33', expected a prefix length from 0 to 32");
	refuses("(*|::/129)", 6, "'129', expected a prefix length from 0 to 128");
	refuses("(*|10.0.0.0/)", 12, "')', expected a prefix length from 0 to 32");
	refuses("(239.1.1.2-239.1.1.1|*)", 11,
		"'239.1.1.1', expected an address not below the first one");
	refuses("(*|10.0.0.1 - 10.0.0.0)", 14,
		"'10.0.0.0', expected an address not below the first one");
	refuses("(239.0.0.0/8 - 239.1.1.1|*)", 13, "'-', expected '|'");
	refuses("(239.0.0.1--239.1.1.1|*)", 10, "'--239.1.1.1', expected '|'");
	refuses("(239.0.0.1-|*)", 11, "'|', expected an address");
	refuses("(*-x|*)", 3, "'x', expected an address");
}

static void test_tables(void)
{
	TEST("tables within tables");
	good("table a {(239.1.1.1|*)};\ntable \"b 1\" {(table a) (239.1.1.2|*) (table a)};\n" HEAD
	     "pinstance A upstream u1 in whitelist table a;\n"
	     "pinstance A upstream u1 out blacklist table \"b 1\";\n"
	     "pinstance A upstream u2 out blacklist table {(table \"b 1\") (table {}) "
	     "(table {(table {(239.1.1.3|*)}) (239.1.1.4|*)}) (239.1.1.5|*)};\n");
	are(ones[0].in[CONF_BOUND], "+(239.1.1.1|*) ");
	are(ones[0].out[CONF_BOUND], "-(239.1.1.1|*) (239.1.1.2|*) (239.1.1.1|*) ");
	are(ones[1].out[CONF_BOUND], "-(239.1.1.1|*) (239.1.1.2|*) (239.1.1.1|*) (239.1.1.3|*) "
				     "(239.1.1.4|*) (239.1.1.5|*) ");
	CHECK(!ones[1].in[CONF_BOUND] && !ones[2].in[CONF_BOUND]);

	TEST("a table is named where it is used");
	good(HEAD "pinstance A upstream u1 in whitelist table x {(239.1.1.1|*) (table y "
		  "{(239.1.1.2|*)}) eth0(*|*)};\n"
		  "pinstance A upstream u2 in blacklist table {(table x) (table y)};\n"
		  "pinstance A downstream d1 in blacklist table y;\n");
	are(ones[0].in[CONF_BOUND], "+(239.1.1.1|*) (239.1.1.2|*) eth0(*|*) ");
	are(ones[1].in[CONF_BOUND], "-(239.1.1.1|*) (239.1.1.2|*) eth0(*|*) (239.1.1.2|*) ");
	are(ones[2].in[CONF_BOUND], "-(239.1.1.2|*) ");

	TEST("tables that are none");
	refuses("(table t)", 7, "'t', expected another table than the one it is in");
	refuses("(table {(table t)})", 15, "'t', expected another table than the one it is in");
	refuses("(table u)", 7, "'u', expected a table that is defined before");
	refuses("(table u {(table u)})", 17, "'u', expected another table than the one it is in");
	bad("table t {\n(table t {})};", "1:7 't'", "a name that no other table has");
	refuses("(table)", 6, "')', expected '{' or a table's name of at most 63 bytes");
	refuses("(table {}", 9, "'}', expected ')'");
	refuses("(table {)", 8,
		"')', expected '}', '(' or an interface's name of at most 15 bytes");
	refuses("(table {}|*)", 9, "'|', expected ')'");
	bad("table {(*|*)};", "1:7 '{'", "a table's name");
	bad("table a;", "1:8 ';'", "'{'");
	bad("table \"open;\n", "1:7 '\"open;'", CLOSING_QUOTE);
	bad("table a \"b\n", "1:9 '\"b'", CLOSING_QUOTE);
	bad("table a {(*|*)", "1:15 the end of the file",
	    "'}', '(' or an interface's name of at most 15 bytes");
	bad("table a {(*|*)}", "1:16 the end of the file", "';'");
	bad("table a {(*|*)}\ntable b {};", "2:1 'table'", "';'");
	bad("table a {};\ntable a {};", "2:7 'a'", "a name that no other table has");
	bad("table a {};\ntable b {(table a {})};", "2:17 'a'", "a name that no other table has");
	bad(HEAD "pinstance A upstream u1 in whitelist table t;\ntable t {};", "2:44 't'",
	    "a table that is defined before");
	bad(HEAD "pinstance A upstream u1 in whitelist (*|*);", "2:38 '('", "table");
	bad(HEAD "pinstance A upstream u1 in table t;", "2:28 'table'",
	    "whitelist, blacklist or rulematching");
	bad(HEAD "pinstance A upstream u1 in whitelist table t (*|*);", "2:44 't'",
	    "a table that is defined before");
	bad("table t {}; " HEAD "pinstance A upstream u1 in whitelist table t (*|*);", "2:46 '('",
	    "';'");
}

static void test_depth(void)
{
	char text[1024] = "table t {";

	TEST("16 tables within each other");
	for (unsigned i = 1; i < 16; i++)
		strcat(text, "(table {");
	for (unsigned i = 1; i < 16; i++)
		strcat(text, "})");
	good(strcat(text, "};" HEAD));
	strcpy(text, "table t {");
	for (unsigned i = 1; i < 17; i++)
		strcat(text, "(table {");
	bad(text, "1:137 '{'", "at most 16 tables within each other");
}

/* ... where the last BACK bytes of the third line begin. */
static void one_too_many(const char *text, size_t back, const char *found)
{
	char place[64];

	snprintf(place, sizeof(place), "3:%zu %s", strlen(strrchr(text, '\n')) - back, found);
	bad(text, place, "at most 65536 rules in all");
}

static void test_most_rules(void)
{
	char *text = malloc(1 << 20), *end, message[128];

	TEST("65536 rules in all");
	end = stpcpy(text, "table a {");
	for (unsigned i = 0; i < 1024; i++)
		end = stpcpy(end, "(*|*)");
	end = stpcpy(end, "};\n" HEAD "pinstance A upstream * in whitelist table {");
	for (unsigned i = 0; i < 63; i++)
		end = stpcpy(end, "(table a)");
	strcpy(end, "};pinstance A downstream * in blacklist table a;"
		    "pinstance A downstream * out blacklist table a;");
	good(text);
	CHECK(ones[0].in[CONF_BOUND] && ones[0].in[CONF_BOUND]->count == 63 * 1024);
	CHECK(ones[3].in[CONF_BOUND] && ones[3].in[CONF_BOUND]->count == 1024);
	if (CONFIG_MAX_RULES == 65536) {
		strcpy(end, "(*|*)");
		one_too_many(text, 5, "'('");
		strcpy(end, "(table x {})(table a)");
		one_too_many(text, 2, "'a'");
		strcpy(end, "};table x {(table y {(*|*)})};");
		one_too_many(text, 9, "'('");
	}
	end = stpcpy(text, HEAD "table a {");
	for (unsigned i = 0; i < CONFIG_MAX_RULES / 2; i++)
		end = stpcpy(end, "(*|*)");
	strcpy(end, "};table b {(table a)};");
	good(text);
	strcpy(end, "};\ntable b {(table c {(table a)})};");
	snprintf(message, sizeof(message), "3:17: found 'c', expected at most %d rules in all",
		 CONFIG_MAX_RULES);
	bad_as(text, message);
	free(text);
}

/* ---- bindings ---- */

static const struct conf_filter *bound(unsigned entry, bool out)
{
	return (out ? ones[entry].out : ones[entry].in)[CONF_BOUND];
}

static void test_bindings(void)
{
	static const char names[][IF_NAMESIZE] = {"p1", "p2"};

	TEST("each side and direction has a filter of its own");
	good(HEAD "pinstance A upstream u1 in whitelist table {(239.1.1.1|*)};\n"
		  "pinstance A upstream u1 out blacklist table {(239.1.1.2|*)};\n"
		  "pinstance A downstream d1 in blacklist table {(239.1.1.3|*)};\n"
		  "pinstance A downstream d2 out whitelist table {};\n");
	are(bound(0, false), "+(239.1.1.1|*) ");
	are(bound(0, true), "-(239.1.1.2|*) ");
	are(bound(2, false), "-(239.1.1.3|*) ");
	are(bound(3, true), "+");
	CHECK(!bound(1, false) && !bound(1, true) && !bound(2, true) && !bound(3, false));

	TEST("the later filter of an interface and direction counts");
	good(HEAD "pinstance A downstream * in whitelist table {(239.1.1.1|*)};\n"
		  "pinstance A downstream d1 in whitelist table {(239.1.1.2|*)};\n"
		  "pinstance A downstream d1 out whitelist table {(239.1.1.3|*)};\n"
		  "pinstance A upstream u? in whitelist table {(239.1.1.4|*)};\n");
	are(bound(2, false), "+(239.1.1.2|*) ");
	are(bound(3, false), "+(239.1.1.1|*) ");
	are(bound(2, true), "+(239.1.1.3|*) ");
	are(bound(1, false), "+(239.1.1.4|*) ");
	CHECK(!bound(3, true) && !bound(0, true));
	good(HEAD "pinstance A downstream d1 in whitelist table {(239.1.1.2|*)};\n"
		  "pinstance A downstream d1 in blacklist table {};\n");
	are(bound(2, false), "-");
	good(HEAD "pinstance A downstream d1 in whitelist table {(239.1.1.2|*)};\n"
		  "pinstance A downstream * in blacklist table {};\n");
	are(bound(2, false), "-");

	TEST("a filter before its interface, and one for an interface that may come");
	good("pinstance A downstream d1 in whitelist table {};" HEAD);
	CHECK(bound(2, false) && !bound(3, false));
	good("pinstance A: u ==> p*; pinstance A downstream p2 out whitelist table {};"
	     "pinstance A upstream u out blacklist table {};");
	are(bound(0, true), "-");
	present = names;
	present_count = 2;
	good("pinstance A: u ==> p*; pinstance A downstream p2 out whitelist table {};"
	     "pinstance A upstream u out blacklist table {};");
	CHECK(!bound(1, true));
	are(bound(2, true), "+");
	present_count = 0;
	bad(HEAD "pinstance A downstream d3 in whitelist table {};", "2:24 'd3'",
	    "a downstream of the instance");
	bad(HEAD "pinstance A downstream d1 whitelist table {};", "2:27 'whitelist'",
	    "set, in or out");
}

/* ---- what passes ---- */

/* With the VIFs 0, 1... for the entries' names in order. */
static unsigned vif_of(const char *name)
{
	for (unsigned i = 0, vif = 0; i < one.interface_count; i++) {
		bool known = false;

		for (unsigned n = 0; n < i; n++)
			known |= !strcmp(ones[n].name, ones[i].name);
		if (!strcmp(ones[i].name, name))
			return vif;
		vif += !known;
	}
	return PROXY_VIFS;
}

static bool passes(unsigned entry, bool out, const char *from, const char *group_text,
		   const char *source_text)
{
	static struct filter_rule rule[CONF_ORIGINS][1024];
	struct filter_list list[CONF_ORIGINS];
	struct addr group, source;
	struct filter *filter;
	size_t lists = 0;
	bool result;

	CHECK(text_to_addr(group_text, &group) && text_to_addr(source_text, &source));
	for (unsigned i = 0; i < CONF_ORIGINS; i++) {
		const struct conf_filter *part = (out ? ones[entry].out : ones[entry].in)[i];

		if (!part || i == CONF_SOURCE + (unsigned)addr_is_ipv4(&group))
			continue;
		list[lists] = (struct filter_list){.whitelist = part->whitelist, .rule = rule[i]};
		for (size_t n = 0; n < part->count; n++) {
			const struct conf_rule *r = &part->rule[n];
			unsigned vif = *r->interface ? vif_of(r->interface) : PROXY_VIFS;

			if (*r->interface && vif == PROXY_VIFS)
				continue;
			rule[i][list[lists].count++] = (struct filter_rule){
				vif, {r->group[0], r->group[1]}, {r->source[0], r->source[1]}};
		}
		lists++;
	}
	CHECK(lists <= FILTER_LISTS);
	filter = filter_new(addr_is_ipv4(&group) ? PROTOCOL_IGMP : PROTOCOL_MLD, list, lists);
	result = filter_passes(filter, vif_of(from), &group, &source);
	filter_free(filter);
	return result;
}

static void test_scope(void)
{
	static const char *const scopes[] = {"link", "site", "organization", "global"};
	static const struct {
		const char *group, *source;
		unsigned scope; /* number of the first one that it does not belong to */
	} groups[] = {
		{"ff02::1:5", "2001:db8::1", 1},    {"ff13::1", "2001:db8::1", 1},
		{"ff04::1", "2001:db8::1", 1},	    {"fff4:ffff::", "2001:db8::1", 1},
		{"ff05::1", "2001:db8::1", 2},	    {"ff37::1", "2001:db8::1", 2},
		{"ff08::1", "2001:db8::1", 3},	    {"ff3d::1", "2001:db8::1", 3},
		{"ff0e::1", "2001:db8::1", 4},	    {"ffff::1", "2001:db8::1", 4},
		{"239.255.0.1", "10.0.0.1", 2},	    {"239.255.255.255", "10.0.0.1", 2},
		{"239.252.0.0", "10.0.0.1", 2},	    {"239.251.255.255", "10.0.0.1", 3},
		{"239.192.0.1", "10.0.0.1", 3},	    {"239.0.0.0", "10.0.0.1", 3},
		{"238.255.255.255", "10.0.0.1", 4}, {"232.1.1.1", "10.0.0.1", 4},
		{"224.0.1.1", "10.0.0.1", 4},
	};
	char text[256];

	TEST("scope: narrower groups pass no upstream");
	for (unsigned i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), HEAD "pinstance A set scope %s;", scopes[i]);
		if (!good(text))
			continue;
		for (unsigned n = 0; n < sizeof(groups) / sizeof(groups[0]); n++) {
			const char *group = groups[n].group, *source = groups[n].source;
			bool expected = i < groups[n].scope || i == 0;

			CHECK(passes(0, true, "d1", group, source) == expected, "%s %s", scopes[i],
			      group);
			CHECK(passes(1, false, "u2", group, source) == expected, "%s %s", scopes[i],
			      group);
			CHECK(passes(2, false, "d1", group, source));
			CHECK(passes(3, true, "u2", group, source));
		}
	}
	good(HEAD);
	CHECK(!ones[0].in[CONF_SCOPE] && one.scope == SCOPE_LINK);
	good(HEAD "pinstance B: u3 ==> d3; pinstance A set scope site; pinstance B set scope site;"
		  "pinstance A upstream u1 in whitelist table {(ff04::/16|*) (ff05::/16|*)};");
	CHECK(conf.instance[1].interface[0].in[CONF_SCOPE] == ones[0].out[CONF_SCOPE]);
	CHECK(passes(0, false, "u1", "ff05::1", "2001:db8::1"));
	CHECK(!passes(0, false, "u1", "ff04::1", "2001:db8::1"));
	CHECK(!passes(0, false, "u1", "ff08::1", "2001:db8::1"));
	bad(HEAD "pinstance A set scope realm;", "2:23 'realm'", "link|site|organization|global");
}

static void test_source(void)
{
	TEST("source: what comes from elsewhere does not come in");
	good(HEAD "pinstance A upstream u1 set source (10.0.0.0/8 192.0.2.1);");
	CHECK(passes(0, false, "u1", "239.1.1.1", "10.255.255.255"));
	CHECK(passes(0, false, "u1", "239.1.1.1", "192.0.2.1"));
	CHECK(!passes(0, false, "u1", "239.1.1.1", "192.0.2.2"));
	CHECK(!passes(0, false, "u1", "239.1.1.1", "11.0.0.0"));
	CHECK(passes(0, false, "u1", "ff0e::1", "2001:db8::1"), "of IPv6 nothing was said");
	CHECK(passes(0, true, "d1", "239.1.1.1", "192.0.2.2"), "out it goes");
	CHECK(passes(1, false, "u2", "239.1.1.1", "192.0.2.2"));
	good(HEAD "pinstance A upstream * set source (10.0.0.0/8 2001:db8::/32);\n"
		  "pinstance A upstream u1 set source 192.0.2.0/24;"
		  "pinstance A upstream u1 in blacklist table {(239.1.1.1|*)};");
	CHECK(passes(0, false, "u1", "239.1.1.2", "192.0.2.1"));
	CHECK(!passes(0, false, "u1", "239.1.1.1", "192.0.2.1"));
	CHECK(!passes(0, false, "u1", "239.1.1.2", "10.0.0.1"));
	CHECK(passes(0, false, "u1", "ff0e::1", "2001:db8:ffff::"), "as before");
	CHECK(!passes(0, false, "u1", "ff0e::1", "2001:db9::"));
	CHECK(passes(1, false, "u1", "239.1.1.2", "10.0.0.1"));
	good(HEAD "pinstance A upstream * set source (10.0.0.0/8 2001:db8::/32);\n"
		  "pinstance A upstream u1 set source ();");
	CHECK(passes(0, false, "u1", "239.1.1.2", "192.0.2.1"));
	CHECK(passes(0, false, "u1", "ff0e::1", "2001:db9::"));
	CHECK(!passes(1, false, "u1", "ff0e::1", "2001:db9::"));
	good(HEAD "pinstance A upstream * set source (0.0.0.0/0 ::/0);\n");
	CHECK(passes(0, false, "u1", "239.1.1.2", "192.0.2.1"));
	CHECK(passes(0, false, "u1", "ff0e::1", "2001:db9::"));
	bad(HEAD "pinstance A upstream u1 set source 239.0.0.0/8;", "2:36 '239.0.0.0'",
	    "a unicast address");
	bad(HEAD "pinstance A downstream d1 set source 10.0.0.0/8;", "2:31 'source'",
	    keys_of('d', ""));
}

/* What may go where, as the documented recipe of peering says: A's entries are in the order of
 * NAMES, upstreams first. */
static void check_peering(void)
{
	static const char g[] = "239.1.1.1", s[] = "10.0.0.1", g6[] = "ff0e::1", s6[] = "fd00::1";

	CHECK(one.interface_count == 4 && !strcmp(ones[0].name, "ap") &&
	      !strcmp(ones[1].name, "a1"));
	/* As an upstream, the peer gets nothing and gives everything. */
	CHECK(!passes(0, true, "a2", g, s) && !passes(0, true, "a1", g6, s6));
	CHECK(passes(0, false, "ap", g, s));
	/* The root gets what is our own. */
	CHECK(passes(1, true, "a2", g, s) && passes(1, true, "a2", g6, s6));
	CHECK(!passes(1, true, "ap", g, s) && !passes(1, true, "ap", g6, s6));
	CHECK(passes(1, false, "a1", g, s));
	for (unsigned i = 2; i < 4; i++) {
		bool peer = !strcmp(ones[i].name, "ap");

		/* As a downstream, the peer gives nothing and gets what is our own. */
		CHECK(passes(i, false, ones[i].name, g, s) == !peer);
		CHECK(passes(i, true, "a1", g, s) == !peer);
		CHECK(passes(i, true, "a1", g6, s6) == !peer);
		CHECK(passes(i, true, "a2", g, s) && passes(i, true, "a2", g6, s6));
	}
	CHECK(one.proxy[0].mutex == 10);
}

static void test_peering(void)
{
	TEST("peering by the documented recipe, and by its short form");
	good("pinstance A: ap a1 ==> ap a2;\n"
	     "pinstance A upstream   *  in rulematching mutex 10;\n"
	     "pinstance A upstream   ap out blacklist table {(*|*)};       # never send out\n"
	     "pinstance A upstream   a1 out blacklist table {ap(*|*)};\n"
	     "pinstance A downstream ap in  blacklist table {(*|*)};\n"
	     "pinstance A downstream ap out blacklist table {a1(*|*)};     # nor to a peer\n");
	check_peering();
	good("pinstance A: a1 ==> a2 peer ap;");
	check_peering();
	good("pinstance A: a1 ==> peer ap; pinstance A add downstream a2;");
	check_peering();

	TEST("what comes from one peer does not go to another one");
	good("pinstance A: a1 ==> a2 peer p1 p2;");
	CHECK(!strcmp(ones[3].name, "p1") && !ones[3].upstream);
	CHECK(!passes(3, true, "p2", "239.1.1.1", "10.0.0.1"));
	CHECK(passes(3, true, "a2", "239.1.1.1", "10.0.0.1"));
	CHECK(!passes(2, true, "p2", "239.1.1.1", "10.0.0.1"), "nor to the root");
	CHECK(passes(5, true, "p2", "239.1.1.1", "10.0.0.1"), "but to our own");

	good("pinstance A: a1 x ==> a2 x peer ap;");
	CHECK(passes(1, true, "x", "239.1.1.1", "10.0.0.1"), "x is a downstream, too");

	TEST("filters of peers hold beside those of the text");
	good("pinstance A: a1 ==> a2 peer ap; pinstance A set scope global;\n"
	     "pinstance A upstream * out whitelist table {(239.1.1.1|*) (224.2.0.0/16|*)};\n"
	     "pinstance A downstream ap out whitelist table {(239.1.1.1|*)};\n");
	CHECK(!passes(1, true, "ap", "224.2.0.1", "10.0.0.1"));
	CHECK(passes(1, true, "a2", "224.2.0.1", "10.0.0.1"));
	CHECK(!passes(1, true, "a2", "224.3.0.1", "10.0.0.1"));
	CHECK(!passes(1, true, "a2", "239.1.1.1", "10.0.0.1"));
	CHECK(passes(2, true, "a2", "239.1.1.1", "10.0.0.1"));
	CHECK(!passes(2, true, "a2", "224.2.0.1", "10.0.0.1"));
	CHECK(!passes(2, true, "a1", "239.1.1.1", "10.0.0.1"));
}

/* ---- size ---- */

#ifdef __OPTIMIZE__
enum { OPTIMIZED = true };
#else
enum { OPTIMIZED = false };
#endif

static double processor_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void test_ten_thousand(void)
{
	char *text = malloc(1 << 20), *end = text;
	double start, best = 1e9;
	struct rusage usage;

	TEST("10000 rules in 1000 tables take less than 50 ms");
	for (unsigned t = 0; t < 1000; t++) {
		end += sprintf(end, "table table-%u {\n", t);
		for (unsigned i = 0; i < 10; i++)
			end += sprintf(end, "\t(239.%u.%u.0/24 | 10.%u.0.1 - 10.%u.255.255)\n",
				       t % 256, i, i, i);
		end += sprintf(end, "};\n");
	}
	end += sprintf(end, "pinstance A: u ==> d;\npinstance A upstream u in blacklist table {\n");
	for (unsigned t = 0; t < 1000; t++)
		end += sprintf(end, "(table table-%u)", t);
	strcpy(end, "};\n");
	for (unsigned i = 0; i < 5; i++) {
		start = processor_time();
		good(text);
		start = processor_time() - start;
		best = start < best ? start : best;
	}
	CHECK(bound(0, false) && bound(0, false)->count == 10000);
	getrusage(RUSAGE_SELF, &usage);
	printf("# %zu bytes of text, %.1f ms, %ld kB at most\n", strlen(text), best,
	       usage.ru_maxrss);
	CHECK(!OPTIMIZED || SANITIZED || best < 50, "%g ms", best);
	free(text);
}

static void test_options(void)
{
	static const char off[] = "expected no filter (option FILTER is off)";
	char message[128];

	TEST("what is not built in names its option");
	if (!ENABLE_FILTER) {
		bad("table t {(*|*)};", "1:7 't'", "no table (option FILTER is off)");
		snprintf(message, sizeof(message), "1:59: found 'table', %s", off);
		bad_as("pinstance A: u ==> d; pinstance A upstream u in whitelist table {};",
		       message);
		bad("pinstance A: u ==> d; pinstance A set scope site;", "1:39 'scope'",
		    "another key (option FILTER is off)");
		bad("pinstance A: u ==> d; pinstance A upstream u set source 10.0.0.0/8;",
		    "1:50 'source'", "another key (option FILTER is off)");
	}
	if (!ENABLE_PER_SOURCE)
		bad("pinstance A: u ==> d; pinstance A set forwarding per-source;",
		    "1:50 'per-source'", "auto (option PER_SOURCE is off)");
	if (!ENABLE_KERNEL_HOST)
		bad("pinstance A: u ==> d; pinstance A upstream u set host kernel;",
		    "1:55 'kernel'", "native (option KERNEL_HOST is off)");
	if (!ENABLE_MULTI_UPSTREAM)
		bad("pinstance A: u ==> d; pinstance A upstream * in rulematching first;",
		    "1:62 'first'", "';' (option MULTI_UPSTREAM is off)");
	CHECK(good("pinstance A: u ==> d;"));
}

int main(void)
{
	test_options();
	if (ENABLE_FILTER && ENABLE_PEERING && ENABLE_MULTI_INSTANCE && ENABLE_RELOAD) {
		RUN(test_ranges, test_rules_refused, test_tables, test_depth, test_most_rules,
		    test_bindings, test_scope, test_source, test_peering, test_ten_thousand);
	}
	conf_free(&conf);
	return test_end();
}
