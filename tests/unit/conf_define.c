/* SPDX-License-Identifier: MIT */
/*
 * Definitions of instances: which interfaces an instance has, on which sides and in what order, by
 * names, patterns, peers, the old form, and statements that add and delete; kernel tables; and what
 * is refused.
 */
#include <stdint.h>

#include "conf.h"

#define U_D "pinstance A: u ==> d;\n"
#define U1_D1 "pinstance A: u1 ==> d1;\n"
#define NAMED_DOWNSTREAM "a downstream that the instance names"
#define FREE_DOWNSTREAM "a downstream that no other instance has"
#define EVERY_UPSTREAM "upstream * before rulematching"
#define MUTEX_RANGE "milliseconds from 1 to 3600000"
#define TABLE_RANGE "a table's number from 1 to 999999999"

/* The entries of instance N: "u1 u2 > d1 d2", peers with a "+". */
static const char *entries(unsigned n)
{
	static char text[2048];
	const struct conf_instance *instance = &conf.instance[n];
	bool upstream = true;

	text[0] = '\0';
	if (n >= conf.instance_count)
		return "none";
	for (unsigned i = 0; i < instance->interface_count; i++) {
		const struct conf_interface *interface = &instance->interface[i];

		if (upstream && !interface->upstream)
			strcat(text, ">");
		upstream = interface->upstream;
		strcat(text, interface->name);
		strcat(text, interface->peer ? "+ " : " ");
	}
	return text;
}

static bool has(unsigned n, const char *expected)
{
	const char *found = entries(n);

	return CHECK(!strcmp(found, expected), "'%s', not '%s'", found, expected);
}

static void test_instances(void)
{
	TEST("several instances");
	good("pinstance A: u1 ==> d1 d2;\npinstance \"B b\": u1 ==> d3;\npinstance C: ==> d4;\n"
	     "pinstance D: u1 u2 ==>;");
	CHECK(conf.instance_count == 4);
	CHECK(!strcmp(conf.instance[1].name, "B b"));
	has(0, "u1 >d1 d2 ");
	has(1, "u1 >d3 ");
	has(2, ">d4 ");
	has(3, "u1 u2 ");
	bad(U1_D1 "pinstance A: u1 ==> d2;", "2:11 'A'", "a name that no other instance has");
	bad(U1_D1 "pinstance B: u1 ==> d2\n\td1;", "3:2 'd1'", FREE_DOWNSTREAM);
	bad(U1_D1 "pinstance B: u1 ==> d2 peer d1;", "2:29 'd1'", FREE_DOWNSTREAM);
	good("pinstance A: u1 ==> m1;\npinstance B: m1 ==> d1;");

	TEST("what is set is set for that instance");
	good("pinstance B upstream * set robustness 3;\n"
	     "pinstance A: u1 ==> d1;\npinstance B: u1 ==> d2;\n"
	     "pinstance B set ssdp proxy; pinstance A set max-routes 7;\n"
	     "pinstance A downstream * set robustness 4; pinstance B downstream d2 set querier "
	     "never;");
	CHECK(!conf.instance[0].proxy[0].ssdp_upstream && conf.instance[1].proxy[0].ssdp_upstream);
	CHECK(conf.instance[0].proxy[0].max_routes == 7);
	CHECK(conf.instance[1].proxy[0].max_routes == CONFIG_MAX_ROUTES);
	CHECK(conf.instance[0].interface[0].proxy[0].values.robustness == 0);
	CHECK(conf.instance[0].interface[1].proxy[1].values.robustness == 4);
	CHECK(conf.instance[1].interface[0].proxy[0].values.robustness == 3);
	CHECK(conf.instance[1].interface[1].proxy[0].values.robustness == 0);
	CHECK(conf.instance[1].interface[1].proxy[0].querier == QUERIER_NEVER);
	bad(U1_D1 "pinstance B: u1 ==> d2;\n"
		  "pinstance A downstream d2 set robustness 4;",
	    "3:24 'd2'", "a downstream of the instance");
	bad(U1_D1 "pinstance B: u1 ==> d2;\n"
		  "pinstance C downstream d2 set robustness 4;",
	    "3:11 'C'", "the name of an instance");
}

static void test_many_instances(void)
{
	char *text = malloc(1 << 16), *end = text;

	TEST("128 instances");
	for (unsigned i = 0; i < 128; i++)
		end += sprintf(end, "pinstance i%u: u ==> d%u;\n", i, i);
	good(text);
	CHECK(conf.instance_count == 128 && conf.instance[127].table == 128);
	strcpy(end, "pinstance x: u ==> dx;");
	bad(text, "129:11 'x'", "at most 128 instances");
	free(text);
}

static void test_tables(void)
{
	TEST("an instance alone has the default table, several have 1, 2, 3...");
	good("pinstance A: u ==> d;");
	CHECK(conf.instance[0].table == 0);
	good("pinstance A(10): u ==> d;");
	CHECK(conf.instance[0].table == 10);
	good("pinstance A: u ==> d1; pinstance B: u ==> d2; pinstance C: u ==> d3;");
	CHECK(conf.instance[0].table == 1 && conf.instance[1].table == 2 &&
	      conf.instance[2].table == 3);
	good("pinstance A: u ==> d1; pinstance B ( 2 ) : u ==> d2; pinstance C: u ==> d3;\n"
	     "pinstance D(1): u ==> d4; pinstance E(999999999): u ==> d5;");
	CHECK(conf.instance[0].table == 3 && conf.instance[1].table == 2);
	CHECK(conf.instance[2].table == 4 && conf.instance[3].table == 1);
	CHECK(conf.instance[4].table == 999999999);
	bad("pinstance A(10): u ==> d1;\npinstance B(10): u ==> d2;", "2:13 '10'",
	    "a table that no other instance has");
	bad("pinstance A(0): u ==> d1;", "1:13 '0'", TABLE_RANGE);
	bad("pinstance A(1000000000): u ==> d1;", "1:13 '1000000000'", TABLE_RANGE);
	bad("pinstance A(x): u ==> d1;", "1:13 'x'", TABLE_RANGE);
	bad("pinstance A(1: u ==> d1;", "1:14 ':'", "')'");
	bad("pinstance A(1);", "1:15 ';'", "':'");
}

static void test_sides(void)
{
	char text[2048] = "pinstance A: ";

	TEST("upstreams in order of priority, and interfaces on both sides");
	good("pinstance A: u2 u1 ==> d2 u1 d1;");
	has(0, "u2 u1 >d2 u1 d1 ");
	CHECK(one.proxy[0].mutex == 0 && !one.interface[1].peer);
	CHECK(one.interface[3].proxy[PROTOCOL_IGMP].querier == QUERIER_AUTO);
	bad("pinstance A: u1 u2 u1 ==> d1;", "1:20 'u1'", "an upstream that was not named before");
	bad("pinstance A: u1 ==> d1 d2 d1;", "1:27 'd1'", "a downstream that was not named before");

	TEST("32 interfaces, each on both sides");
	for (unsigned i = 1; i <= 32; i++)
		sprintf(text + strlen(text), "i%u ", i);
	strcat(text, "==> ");
	for (unsigned i = 1; i <= 32; i++)
		sprintf(text + strlen(text), "i%u ", i);
	strcat(text, ";");
	good(text);
	CHECK(one.interface_count == PROXY_ENTRIES);
	good(strcat(text, "pinstance A upstream * set robustness 3;"
			  "pinstance A downstream i32 set robustness 4;"));
	CHECK(one.interface[31].proxy[0].values.robustness == 3);
	CHECK(one.interface[32].proxy[0].values.robustness == 0);
	CHECK(one.interface[63].proxy[0].values.robustness == 4);
	strcpy(strstr(text, ";"), "i33;");
	bad(text, "1:256 'i33'", "at most 32 interfaces");
}

static void test_peers(void)
{
	const struct conf_interface *peer = &ones[0];

	TEST("peers come first, on both sides");
	good("pinstance A: a1 a2 ==> b1 b2 peer ap1 ap2;");
	has(0, "ap1+ ap2+ a1 a2 >ap1+ ap2+ b1 b2 ");
	CHECK(one.proxy[0].mutex == 10 && !one.proxy[0].out_first);
	good("pinstance A: ==> peer ap;");
	has(0, "ap+ >ap+ ");
	good("pinstance A: a1 ==> b1 peer ap1 peer ap2;");
	has(0, "ap1+ ap2+ a1 >ap1+ ap2+ b1 ");

	TEST("what is set for peers and their instance holds");
	good("pinstance A upstream * in rulematching mutex 500; pinstance A: a1 ==> peer ap;\n"
	     "pinstance A downstream ap set querier auto; pinstance A upstream ap set robustness "
	     "5;");
	CHECK(one.proxy[0].mutex == 500);
	CHECK(peer->proxy[0].values.robustness == 5);
	CHECK(ones[2].proxy[0].querier == QUERIER_AUTO && !ones[2].proxy[0].values.robustness);
	good("pinstance A: a1 ==> peer ap; pinstance A upstream * in rulematching first;");
	CHECK(one.proxy[0].mutex == 0);
	bad("pinstance A: ap ==> peer ap;", "1:26 'ap'", "an upstream that was not named before");
	bad("pinstance A: a1 ==> ap peer ap;", "1:29 'ap'",
	    "a downstream that was not named before");
	bad("pinstance A: a1 ==> b1 peer;", "1:28 ';'", "';' or " INTERFACE);
}

static void test_matching(void)
{
	static const char head[] = "pinstance A: u1 u2 ==> d1;\n";
	char text[1024];

	TEST("rulematching");
	good(head);
	CHECK(!one.proxy[0].out_first && !one.proxy[0].mutex);
	snprintf(text, sizeof(text), "%s%s", head,
		 "pinstance A upstream * out rulematching first;");
	good(text);
	CHECK(one.proxy[0].out_first && !one.proxy[0].mutex);
	good(strcat(text, "pinstance A upstream * out rulematching all;"));
	CHECK(!one.proxy[0].out_first);
	good(strcat(text, "pinstance A upstream * in rulematching mutex 1;"));
	CHECK(one.proxy[0].mutex == 1);
	good(strcat(text, "pinstance A upstream * in rulematching mutex 3600000;"));
	CHECK(one.proxy[0].mutex == 3600000);
	good(strcat(text, "pinstance A upstream * in rulematching first;"));
	CHECK(!one.proxy[0].mutex);
	bad(U_D "pinstance A upstream * in rulematching mutex 0;", "2:46 '0'", MUTEX_RANGE);
	bad(U_D "pinstance A upstream * in rulematching mutex 3600001;", "2:46 '3600001'",
	    MUTEX_RANGE);
	bad(U_D "pinstance A upstream * in rulematching all;", "2:40 'all'", "first|mutex");
	bad(U_D "pinstance A upstream * out rulematching mutex 10;", "2:41 'mutex'", "all|first");
	bad(U_D "pinstance A upstream u out rulematching all;", "2:22 'u'", EVERY_UPSTREAM);
	bad(U_D "pinstance A upstream \"u\" out rulematching all;", "2:22 '\"u\"'", EVERY_UPSTREAM);
	bad(U_D "pinstance A downstream * in rulematching first;", "2:24 '*'", EVERY_UPSTREAM);
}

static void present_are(const char (*names)[IF_NAMESIZE], size_t count)
{
	present = names;
	present_count = count;
}

static void test_patterns(void)
{
	static const char names[][IF_NAMESIZE] = {"lo",	  "eth0", "eth1",     "eth2",  "ppp0",
						  "ppp1", "ppp2", "br-lan.1", "br-lan"};
	static const char ppp[] = "pinstance A: ppp* ==> eth1;\n";
	char text[1024];

	TEST("patterns in definitions stand for what there is");
	present_are(NULL, 0);
	good("pinstance A: ppp* ==> eth1 br-lan.*;");
	has(0, ">eth1 ");
	CHECK(conf.pattern_count == 2);
	CHECK(!strcmp(conf.pattern[0], "ppp*") && !strcmp(conf.pattern[1], "br-lan.*"));
	good("pinstance A: ppp* ==> eth?;");
	CHECK(one.interface_count == 0 && conf.instance_count == 1);
	present_are(names, sizeof(names) / sizeof(names[0]));
	good("pinstance A: ppp* eth0 ==> eth1 br-lan.*;");
	has(0, "ppp0 ppp1 ppp2 eth0 >eth1 br-lan.1 ");
	good("pinstance A: eth0 \"ppp*\" ==> eth1;");
	has(0, "eth0 ppp* >eth1 ");
	CHECK(!conf.pattern_count);

	TEST("a pattern leaves out what is named, here or in another instance");
	good("pinstance A: ppp1 ppp* eth* ==> eth2; pinstance B: eth0 ==> ppp2;");
	has(0, "ppp1 ppp0 eth1 >eth2 ");
	has(1, "eth0 >ppp2 ");
	good("pinstance A: eth0 ==> *; pinstance B: ppp* ==> eth1;");
	has(0, "eth0 >lo eth2 br-lan.1 br-lan ");
	has(1, "ppp0 ppp1 ppp2 >eth1 ");
	CHECK(conf.pattern_count == 2);

	TEST("downstreams are taken once, upstreams are shared");
	good("pinstance A: ppp* ==> eth*; pinstance B: ppp* ppp? ==> eth? br*; pinstance C: eth0 "
	     "==> *;");
	has(0, "ppp0 ppp1 ppp2 >eth1 eth2 ");
	has(1, "ppp0 ppp1 ppp2 >br-lan.1 br-lan ");
	has(2, "eth0 >lo ");
	CHECK(conf.pattern_count == 6, "each once");
	good("pinstance A: eth0 ==> peer ppp*; pinstance B: eth0 ==> p*; pinstance C: ==> peer "
	     "p*;");
	has(0, "ppp0+ ppp1+ ppp2+ eth0 >ppp0+ ppp1+ ppp2+ ");
	has(1, "eth0 ");
	has(2, "");

	TEST("an interface that a pattern may bring can be set up before it comes");
	snprintf(text, sizeof(text), "%s%s", ppp,
		 "pinstance A upstream ppp1 set robustness 5;\n"
		 "pinstance A upstream ppp9 set robustness 6;\n");
	good(text);
	CHECK(ones[0].proxy[0].values.robustness == 0 && ones[1].proxy[0].values.robustness == 5);
	bad("pinstance A: ppp* ==> eth1;\npinstance A upstream eth0 set robustness 5;",
	    "2:22 'eth0'", "an upstream of the instance");
	bad("pinstance A: ppp* ==> eth1;\npinstance A downstream ppp0 set robustness 5;",
	    "2:24 'ppp0'", "a downstream of the instance");
	bad("pinstance A: ppp* ppp* ==> eth1;", "1:19 'ppp*'",
	    "an upstream that was not named before");
	bad("pinstance A: ppp* ==> p/*;", "1:24 '/'", "';' or " INTERFACE);
	present_are(NULL, 0);
}

static void test_too_many(void)
{
	char(*names)[IF_NAMESIZE] = calloc(40, sizeof(*names));
	char text[2048] = "pinstance A: u ==> p*", place[64];

	TEST("what patterns match beyond 32 interfaces is left out");
	for (unsigned i = 0; i < 40; i++)
		sprintf(names[i], "p%u", i);
	present_are((const char(*)[IF_NAMESIZE])names, 40);
	good("pinstance A: u ==> p* x1 x2;");
	CHECK(one.interface_count == 32 && one.skipped_count == 11);
	CHECK(!strcmp(one.skipped, "p29"), "%s", one.skipped);
	CHECK(!strcmp(ones[1].name, "p0") && !strcmp(ones[31].name, "x2"));
	good("pinstance A: ==> p* p?;");
	CHECK(one.interface_count == 31 && one.skipped_count == 9);
	good("pinstance A: p* ==> x;");
	CHECK(one.interface_count == 32 && one.skipped_count == 9);
	good("pinstance A: ==> peer p*;");
	CHECK(one.interface_count == 64 && one.skipped_count == 8);
	for (unsigned i = 1; i < 32; i++)
		sprintf(text + strlen(text), " x%u", i);
	good(strcat(text, ";"));
	CHECK(one.interface_count == 32 && one.skipped_count == 40);
	CHECK(!strcmp(one.skipped, "p0"));
	present_are(NULL, 0);

	TEST("128 names and patterns of an instance");
	strcpy(text, "pinstance A: u ==> ");
	for (unsigned i = 1; i < 128; i++)
		sprintf(text + strlen(text), "p%u* ", i);
	good(strcat(text, ";"));
	snprintf(place, sizeof(place), "1:%zu: found 'x*', expected at most 128 names",
		 strlen(text));
	strcpy(strchr(text, ';'), "x*;");
	bad_as(text, place);
	free(names);
}

static void test_changes(void)
{
	static const char head[] =
		"pinstance A: u1 ==> d1;\npinstance A downstream d1 set robustness "
		"3;\n";
	char text[4096];

	TEST("add and del");
	snprintf(text, sizeof(text), "%s%s", head,
		 "pinstance A add downstream d2; pinstance A add upstream u2;\n"
		 "pinstance A add peer p1; pinstance A downstream d2 set robustness 4;\n");
	good(text);
	has(0, "p1+ u1 u2 >p1+ d1 d2 ");
	CHECK(ones[5].proxy[0].values.robustness == 4 && one.proxy[0].mutex == 10);
	good(strcat(text, "pinstance A del upstream u1; pinstance A del peer p1;\n"
			  "pinstance A del downstream d1;\n"));
	has(0, "u2 >d2 ");
	CHECK(one.proxy[0].mutex == 0);
	good(strcat(text, "pinstance A add downstream d1; pinstance A add upstream u1;\n"
			  "pinstance A add downstream p1; pinstance A add upstream p1;"));
	has(0, "u2 u1 p1 >d2 d1 p1 ");
	CHECK(one.proxy[0].mutex == 0);
	CHECK(ones[4].proxy[0].values.robustness == 3);
	good(strcat(text, "pinstance A add downstream x*; pinstance A del downstream x*;"));
	CHECK(!conf.pattern_count);
	good("pinstance A: u ==> d; pinstance A del downstream d; pinstance A del upstream u;");
	CHECK(conf.instance_count == 1 && !one.interface_count);

	TEST("a quoted name is no pattern of the same letters");
	good(U_D "pinstance A add peer \"d*\"; pinstance A add peer d*; pinstance A del peer d*;\n"
		 "pinstance A del peer \"d*\"; pinstance A add peer \"d*\";");
	has(0, "d*+ u >d*+ d ");
	bad(U_D "pinstance A add peer \"d*\"; pinstance A del peer d*;", "2:49 'd*'",
	    "a peer that the instance names");

	TEST("what was deleted can go elsewhere");
	good("pinstance A: u ==> d1 d2; pinstance A del downstream d2; pinstance B: u ==> d2;\n"
	     "pinstance A downstream d2 set robustness 2;");
	has(0, "u >d1 ");
	has(1, "u >d2 ");

	TEST("add and del that cannot be");
	bad("pinstance A add downstream d2;\npinstance A: u1 ==> d1;", "1:11 'A'",
	    "an instance that is defined before");
	bad(U1_D1 "pinstance A add downstream d1;", "2:28 'd1'",
	    "a downstream that was not named before");
	bad(U1_D1 "pinstance B: u1 ==> d2;\npinstance A add downstream d2;", "2:21 'd2'",
	    FREE_DOWNSTREAM);
	bad(U1_D1 "pinstance A del downstream d2;", "2:28 'd2'", NAMED_DOWNSTREAM);
	bad(U1_D1 "pinstance A del upstream d1;", "2:26 'd1'",
	    "an upstream that the instance names");
	bad("pinstance A: u1 ==> peer d1;\npinstance A del downstream d1;", "2:28 'd1'",
	    NAMED_DOWNSTREAM);
	bad("pinstance A: u1 ==> p*;\npinstance A del downstream p1;", "2:28 'p1'",
	    NAMED_DOWNSTREAM);
	bad(U1_D1 "pinstance A del downstream d1;\n"
		  "pinstance A del downstream d1;",
	    "3:28 'd1'", NAMED_DOWNSTREAM);
	bad(U1_D1 "pinstance A add d2;", "2:17 'd2'", "upstream, downstream or peer");
	bad(U1_D1 "pinstance A add downstream;", "2:27 ';'", INTERFACE);
	bad(U1_D1 "pinstance A add downstream d2 d3;", "2:31 'd3'", "';'");
	strcpy(text, "pinstance A: u1 ==> d1;\n");
	for (unsigned i = 2; i < 32; i++)
		sprintf(text + strlen(text), "pinstance A add downstream d%u;\n", i);
	good(text);
	bad(strcat(text, "pinstance A add downstream d32;"), "32:28 'd32'",
	    "at most 32 interfaces");
	*strrchr(text, '\n') = '\0';
	good(strcat(text, "pinstance A del downstream d5; pinstance A add downstream d32;\n"));
	CHECK(one.interface_count == 32);
	bad(strcat(text, "pinstance A add downstream d33;"), "32:28 'd33'",
	    "at most 32 interfaces");
	*strrchr(text, '\n') = '\0';
	bad(strcat(text, "pinstance A del downstream d6; pinstance A del upstream u1;\n"
			 "pinstance A add downstream u1;pinstance A add downstream d33;"),
	    "32:58 'd33'", "at most 31 interfaces");
	strcpy(strrchr(text, '\n'), "\npinstance A add upstream d7; pinstance A add downstream d33;"
				    "pinstance A del downstream d7; pinstance A del upstream d7;\n"
				    "pinstance A add peer p; pinstance A add downstream d34; "
				    "pinstance A add downstream d35;");
	bad(text, "33:84 'd35'", "at most 32 interfaces");
}

static void test_old_form(void)
{
	TEST("the oldest form, one statement a line");
	good("# comment\nprotocol IGMPv2\n\neth0 ==> eth1 tun0  # comment\n");
	CHECK(one.protocol[PROTOCOL_IGMP] && !one.protocol[PROTOCOL_MLD]);
	CHECK(!strcmp(one.name, "eth0") && one.table == 0);
	has(0, "eth0 >eth1 tun0 ");
	CHECK(ones[0].proxy[PROTOCOL_IGMP].values.version == 2);
	good("eth0 ==> eth1 tun0\nppp0 eth0 ==> \"wl+0\"\r\n==> eth5");
	CHECK(conf.instance_count == 3);
	has(0, "eth0 >eth1 tun0 ");
	has(1, "ppp0 eth0 >wl+0 ");
	has(2, ">eth5 ");
	CHECK(!strcmp(conf.instance[1].name, "ppp0") && !strcmp(conf.instance[2].name, "eth5"));
	CHECK(conf.instance[0].table == 1 && conf.instance[2].table == 3);
	good("disable\neth0 ==> eth1");
	CHECK(conf.disabled);

	TEST("the oldest form between statements of the other one");
	good("protocol IGMPv3\nprotocol MLDv2; set log stderr;\neth0 ==> eth1;\n"
	     "pinstance eth0 downstream eth1 set robustness 5;\npinstance B: eth0 ==>\n\teth2;\n"
	     "\"set\" ==> protocol pinstance peer p*\npinstance set add downstream eth3;");
	CHECK(conf.instance_count == 3);
	CHECK(conf.instance[0].interface[1].proxy[0].values.robustness == 5);
	has(1, "eth0 >eth2 ");
	has(2, "set >protocol pinstance eth3 ");

	TEST("errors in the oldest form");
	bad("protocol IGMPv2 eth0 ==> eth1", "1:17 'eth0'", "';'");
	bad("set ==> eth1", "1:5 '==>'", keys_of('p', ""));
	bad("eth0 ==> eth1\neth0 ==> eth2", "2:1 'eth0'", "a name that no other instance has");
	bad("eth0 ==> eth1\neth2 ==> eth1", "2:10 'eth1'", FREE_DOWNSTREAM);
	bad("eth0\n==> eth1", "1:1 'eth0'", STATEMENT);
	bad("eth0 ==> eth1 (\n", "1:15 '('", "';' or " INTERFACE);
	bad("==>\neth1", "2:1 'eth1'", STATEMENT);
	bad("eth0 ==> peer\neth1", "2:1 'eth1'", STATEMENT);
	bad("set log stderr\neth0 ==> eth1", "2:1 'eth0'", "';'");
}

static void test_options(void)
{
	TEST("what is not built in names its option");
	if (!ENABLE_MULTI_INSTANCE) {
		bad("pinstance A: u ==> d1;\npinstance B: u ==> d2;", "2:11 'B'",
		    "another statement (option MULTI_INSTANCE is off)");
		bad("pinstance A(10): u ==> d1;", "1:13 '10'",
		    "no table's number (option MULTI_INSTANCE is off)");
	}
	if (!ENABLE_MULTI_UPSTREAM)
		bad("pinstance A: u1 u2 ==> d1;", "1:17 'u2'",
		    "one upstream (option MULTI_UPSTREAM is off)");
	if (!ENABLE_PEERING) {
		bad("pinstance A: u ==> d peer p;", "1:22 'peer'",
		    "no peers (option PEERING is off)");
		bad("pinstance A: u ==> d u;", "1:22 'u'",
		    "an interface that was not named before (option PEERING is off)");
	}
	if (!ENABLE_RELOAD) {
		bad("pinstance A: u ==> d*;", "1:20 'd*'",
		    "an interface's name (option RELOAD is off)");
		bad("pinstance A: u ==> d; pinstance A add downstream e;", "1:39 'downstream'",
		    "no add or del (option RELOAD is off)");
	}
	CHECK(good("pinstance A: u ==> d;"));
}

int main(void)
{
	test_options();
	if (ENABLE_MULTI_INSTANCE && ENABLE_PEERING && ENABLE_RELOAD) {
		RUN(test_instances, test_many_instances, test_tables, test_sides, test_peers,
		    test_matching, test_patterns, test_too_many, test_changes);
		if (ENABLE_IGMP_V2 && ENABLE_MLD)
			test_old_form();
	}
	conf_free(&conf);
	return test_end();
}
