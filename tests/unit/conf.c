/* SPDX-License-Identifier: MIT */
/*
 * The configuration language: every key at its bounds and beyond, every kind of error with its
 * place, and hostile texts.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/text.h"
#include "conf.h"

/* Line 1 of most texts. */
#define HEAD "pinstance A: up ==> d1 d2;\n"
#define DOWN "pinstance A downstream d1 set "
#define UP "pinstance A upstream up set "

enum {
	BOTH_PROTOCOLS = ENABLE_IGMP && ENABLE_MLD,
	ALL = BOTH_PROTOCOLS && ENABLE_IGMP_V1 && ENABLE_IGMP_V2 && ENABLE_MLD_V1
};

/* Is "PLACE KEY VALUE;" read? */
static bool takes(const char *place, const char *key, const char *value)
{
	char text[512];

	snprintf(text, sizeof(text), HEAD "%s%s %s;", place, key, value);
	return good(text);
}

/* It is not, because of the value. */
static void refuses(const char *place, const char *key, const char *value, const char *expected)
{
	char text[512], message[CONF_ERROR];

	snprintf(text, sizeof(text), HEAD "%s%s %s;", place, key, value);
	snprintf(message, sizeof(message), "2:%zu: found '%s', expected %s",
		 strlen(place) + strlen(key) + 2, value, expected);
	bad_as(text, message);
}

static const struct proxy_interface_config *interface(unsigned i, enum protocol protocol)
{
	return &ones[i].proxy[protocol];
}

/* What the RFCs make of what is set. */
static struct values values(unsigned i, enum protocol protocol)
{
	struct values complete = interface(i, protocol)->values;

	values_complete(&complete, protocol);
	return complete;
}

static bool is_address(const struct addr *address, const char *text)
{
	struct addr expected;

	return text_to_addr(text, &expected) && addr_equal(address, &expected);
}

static bool is_prefix(const struct prefix *prefix, const char *address, unsigned length)
{
	return is_address(&prefix->address, address) && prefix->length == length;
}

/* ---- what is read ---- */

static void test_defaults(void)
{
	const struct conf_instance *instance = &one;

	TEST("what holds where nothing is set");
	good(HEAD);
	CHECK(!conf.disabled && !*conf.control_group && !*conf.pidfile && !conf.log_syslog);
	CHECK(!strcmp(conf.control, ENABLE_CONTROL ? "/run/mcproxy.sock" : ""));
	CHECK(conf.log_level == LOG_LEVEL_NOTICE);
	CHECK(instance->protocol[PROTOCOL_IGMP] == ENABLE_IGMP);
	CHECK(instance->protocol[PROTOCOL_MLD] == ENABLE_MLD);
	CHECK(instance->proxy[0].max_routes == CONFIG_MAX_ROUTES &&
	      !instance->proxy[0].ssdp_upstream);
	CHECK(!one.interface[0].proxy[0].values.rfc3376_timers);
	CHECK(instance->proxy[PROTOCOL_IGMP].ssm_range_count == 1);
	CHECK(is_prefix(&instance->proxy[PROTOCOL_IGMP].ssm_range[0], "232.0.0.0", 104));
	CHECK(instance->proxy[PROTOCOL_MLD].ssm_range_count == 16);
	CHECK(is_prefix(&instance->proxy[PROTOCOL_MLD].ssm_range[0], "ff30::", 32));
	CHECK(is_prefix(&instance->proxy[PROTOCOL_MLD].ssm_range[15], "ff3f::", 32));
	for (unsigned i = 0; i < 3; i++) {
		const struct proxy_interface_config *igmp = interface(i, PROTOCOL_IGMP);
		const struct proxy_interface_config *mld = interface(i, PROTOCOL_MLD);

		CHECK(values(i, PROTOCOL_IGMP).version == 3);
		CHECK(values(i, PROTOCOL_MLD).version == 2);
		CHECK(values(i, PROTOCOL_IGMP).robustness == 2);
		CHECK(values(i, PROTOCOL_MLD).query_interval == 125000);
		CHECK(igmp->querier == QUERIER_AUTO && !igmp->router_alert_strict);
		CHECK(!igmp->accept_from_count && !mld->static_join_count);
		CHECK(!igmp->report_source_set);
		CHECK(one.interface[i].ttl_threshold == 1);
	}
}

static void test_instance(void)
{
	const struct conf_instance *instance = &one;
	char text[1024] = "pinstance A: up ==>";

	TEST("an instance and its interfaces");
	good("# comment\r\npinstance \"my #1\": \"vlan-eth0.2\" ==> l.0\t\"wl+n\"_b@1.5-x;#end");
	CHECK(!strcmp(instance->name, "my #1"));
	CHECK(instance->interface_count == 4);
	CHECK(!strcmp(instance->interface[0].name, "vlan-eth0.2"));
	CHECK(instance->interface[0].upstream && interface(0, PROTOCOL_MLD)->upstream);
	CHECK(!strcmp(instance->interface[2].name, "wl+n"));
	CHECK(!strcmp(instance->interface[3].name, "_b@1.5-x"));
	CHECK(!instance->interface[3].upstream && !interface(3, PROTOCOL_IGMP)->upstream);

	TEST("an instance without an upstream");
	good("pinstance A:==>d1;");
	CHECK(instance->interface_count == 1 && !instance->interface[0].upstream);

	TEST("keywords are names, too");
	good("pinstance set: protocol ==> pinstance downstream upstream set;\n"
	     "pinstance set downstream set set robustness 7; pinstance set set ssdp proxy;");
	CHECK(instance->interface_count == 5 && instance->proxy[0].ssdp_upstream);
	CHECK(values(4, PROTOCOL_MLD).robustness == 7);
	good("pinstance upstream: peer ==> \"peer2\" disable;\n"
	     "pinstance upstream upstream peer set robustness 6;");
	good("pinstance A: up ==> \"peer\";");

	TEST("32 interfaces");
	for (unsigned i = 1; i < PROXY_VIFS; i++)
		sprintf(text + strlen(text), " d%u", i);
	strcat(text, ";");
	good(text);
	CHECK(instance->interface_count == PROXY_VIFS);
	CHECK(!strcmp(instance->interface[31].name, "d31"));
	CHECK(values(31, PROTOCOL_IGMP).query_interval == 125000);

	TEST("the longest names");
	good("pinstance I23456789012345678901234567890123456789012345678901234567890123:\n"
	     "u23456789012345 ==> \"d23456789012345\";");
	CHECK(strlen(instance->name) == CONF_NAME - 1);
	CHECK(!strcmp(instance->interface[1].name, "d23456789012345"));
}

static void test_protocol(void)
{
	const bool *runs = one.protocol;

	TEST("protocols run as they are given");
	if (ENABLE_IGMP) {
		good("protocol IGMPv3; " HEAD);
		CHECK(runs[PROTOCOL_IGMP] && !runs[PROTOCOL_MLD]);
	}
	if (ENABLE_MLD) {
		good(HEAD "protocol MLDv2;");
		CHECK(!runs[PROTOCOL_IGMP] && runs[PROTOCOL_MLD]);
	}
	if (ALL) {
		good("protocol MLDv1; " HEAD "protocol IGMPv2;");
		CHECK(runs[PROTOCOL_IGMP] && runs[PROTOCOL_MLD]);
		CHECK(values(0, PROTOCOL_IGMP).version == 2);
		CHECK(values(2, PROTOCOL_MLD).version == 1);
		good("protocol IGMPv1; " HEAD);
		CHECK(values(1, PROTOCOL_IGMP).version == 1);
	}

	TEST("disable, with an instance or without");
	good("disable;");
	CHECK(conf.disabled && !one.interface_count);
	good(HEAD "disable; disable;");
	CHECK(conf.disabled && one.interface_count == 3);
}

static void test_program(void)
{
	static const char *const levels[] = {"error", "warning", "notice", "info", "debug"};
	char text[256];

	TEST("keys of the program");
	if (ENABLE_CONTROL) {
		good("set control /run/x-1/m_c.sock; set control-group \"my group\";" HEAD);
		CHECK(!strcmp(conf.control, "/run/x-1/m_c.sock"));
		CHECK(!strcmp(conf.control_group, "my group"));
		good("set control-group 1000;" HEAD);
		CHECK(!strcmp(conf.control_group, "1000"));
	}
	good("set pidfile \"/a b\";" HEAD);
	CHECK(!strcmp(conf.pidfile, "/a b"));
	snprintf(text, sizeof(text), "set pidfile /%0106d;%s", 0, HEAD);
	good(text);
	CHECK(strlen(conf.pidfile) == CONF_PATH - 1);
	if (ENABLE_SYSLOG) {
		good("set log syslog;" HEAD);
		CHECK(conf.log_syslog);
	}
	good("set log stderr;" HEAD);
	CHECK(!conf.log_syslog);
	if (ENABLE_PRIVILEGES) {
		good(HEAD);
		CHECK(!*conf.user && !*conf.group && !*conf.chroot);
		good("set user nobody; set group \"no group\"; set chroot /var/empty;" HEAD);
		CHECK(!strcmp(conf.user, "nobody") && !strcmp(conf.group, "no group"));
		CHECK(!strcmp(conf.chroot, "/var/empty"));
		bad("set chroot empty;", "1:12 'empty'", "an absolute path");
	}
	for (unsigned i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "set log-level %s;%s", levels[i], HEAD);
		good(text);
		CHECK(conf.log_level == i);
	}
}

static void test_instance_keys(void)
{
	static const char in_instance[] = "pinstance A set ";
	const struct conf_instance *instance = &one;

	TEST("max-routes, ssdp and rfc3376-timers");
	takes(in_instance, "max-routes", "0");
	CHECK(instance->proxy[0].max_routes == 0);
	takes(in_instance, "max-routes", "4294967295");
	CHECK(instance->proxy[0].max_routes == UINT32_MAX);
	refuses(in_instance, "max-routes", "4294967296", "a number from 0 to 4294967295");
	refuses(in_instance, "max-routes", "-1", "a number from 0 to 4294967295");
	takes(in_instance, "ssdp", "proxy");
	CHECK(instance->proxy[0].ssdp_upstream);
	takes(in_instance, "ssdp", "local");
	CHECK(!instance->proxy[0].ssdp_upstream);
	refuses(in_instance, "ssdp", "prox", "local|proxy");
	takes(in_instance, "rfc3376-timers", "on");
	CHECK(one.interface[0].proxy[0].values.rfc3376_timers);
	takes(in_instance, "rfc3376-timers", "off");
	CHECK(!one.interface[0].proxy[0].values.rfc3376_timers);
	refuses(in_instance, "rfc3376-timers", "yes", "off|on");

	TEST("forwarding, rp-filter and scope");
	good(HEAD);
	CHECK(instance->proxy[0].routes == ROUTES_AUTO && !instance->rp_filter_off &&
	      instance->scope == SCOPE_LINK);
	if (ENABLE_PER_SOURCE) {
		takes(in_instance, "forwarding", "per-source");
		CHECK(instance->proxy[0].routes == ROUTES_PER_SOURCE);
		takes(in_instance, "forwarding", "wildcard");
		CHECK(instance->proxy[0].routes == ROUTES_WILDCARD);
	}
	takes(in_instance, "forwarding", "auto");
	CHECK(instance->proxy[0].routes == ROUTES_AUTO);
	takes(in_instance, "rp-filter", "off");
	CHECK(instance->rp_filter_off);
	takes(in_instance, "rp-filter", "keep");
	CHECK(!instance->rp_filter_off);
	refuses(in_instance, "rp-filter", "on", "keep|off");
	if (ENABLE_FILTER) {
		refuses(in_instance, "forwarding", "never", "auto|per-source|wildcard");
		takes(in_instance, "scope", "organization");
		CHECK(instance->scope == SCOPE_ORGANIZATION);
	}

	TEST("ssm-range");
	takes(in_instance, "ssm-range",
	      "(232.1.0.0/16 ff3e::/32,239.1.1.1 ff38::1/128 , 224.0.0.0/4)");
	CHECK(instance->proxy[PROTOCOL_IGMP].ssm_range_count == 3);
	CHECK(instance->proxy[PROTOCOL_MLD].ssm_range_count == 2);
	CHECK(is_prefix(&instance->proxy[PROTOCOL_IGMP].ssm_range[0], "232.1.0.0", 112));
	CHECK(is_prefix(&instance->proxy[PROTOCOL_IGMP].ssm_range[1], "239.1.1.1", 128));
	CHECK(is_prefix(&instance->proxy[PROTOCOL_IGMP].ssm_range[2], "224.0.0.0", 100));
	CHECK(is_prefix(&instance->proxy[PROTOCOL_MLD].ssm_range[1], "ff38::1", 128));
	takes(in_instance, "ssm-range", "239.0.0.0/8");
	CHECK(instance->proxy[PROTOCOL_IGMP].ssm_range_count == 1);
	CHECK(instance->proxy[PROTOCOL_MLD].ssm_range_count == 16, "the other family's is kept");
	takes(in_instance, "ssm-range", "()");
	takes(in_instance, "ssm-range", "none");
	CHECK(!instance->proxy[PROTOCOL_IGMP].ssm_range_count);
	CHECK(!instance->proxy[PROTOCOL_MLD].ssm_range_count);
}

/* ---- keys of interfaces ---- */

static int64_t member(unsigned i, enum protocol protocol, const struct key_case *key)
{
	const uint8_t *at = (const uint8_t *)interface(i, protocol) + key->offset;
	uint32_t word;

	if (key->size == 1)
		return *at;
	memcpy(&word, at, sizeof(word));
	return word;
}

static void test_number(const struct key_case *key, bool upstream)
{
	const char *place = upstream ? UP : DOWN;
	unsigned set = upstream ? 0 : 1, other = upstream ? 1 : 0;

	good(HEAD);
	for (unsigned i = 0; i < 3; i++)
		for (unsigned n = 0; n < PROTOCOLS; n++)
			CHECK(member(i, n, key) == key->standard, "the default of %s", key->name);
	takes(place, key->name, key->least);
	CHECK(member(set, PROTOCOL_IGMP, key) == key->minimum);
	CHECK(member(set, PROTOCOL_MLD, key) == key->minimum);
	takes(place, key->name, key->most);
	CHECK(member(set, PROTOCOL_IGMP, key) == key->maximum);
	CHECK(member(set, PROTOCOL_MLD, key) == key->maximum);
	CHECK(member(other, PROTOCOL_IGMP, key) == key->standard, "the other side's");
	refuses(place, key->name, key->below, key->range);
	refuses(place, key->name, key->above, key->range);
	refuses(place, key->name, "99999999999999999999999", key->range);
	refuses(place, key->name, "1x", key->range);
	refuses(place, key->name, ";", key->range);
}

static void test_numbers(void)
{
	TEST("numbers and intervals by default, at their bounds and beyond");
	for (size_t i = 0; i < KEY_CASES; i++)
		for (const char *place = key_cases[i].places; *place; place++)
			if (key_cases[i].range)
				test_number(&key_cases[i], *place == 'u');

	TEST("ttl-threshold");
	takes(DOWN, "ttl-threshold", "0");
	CHECK(one.interface[1].ttl_threshold == 0);
	CHECK(one.interface[2].ttl_threshold == 1);
	takes(DOWN, "ttl-threshold", "254");
	CHECK(one.interface[1].ttl_threshold == 254);
	refuses(DOWN, "ttl-threshold", "255", "a number from 0 to 254");

	TEST("report-interval 0 switches it off");
	good(HEAD UP "report-interval 5;" UP "report-interval 0;");
	CHECK(interface(0, PROTOCOL_IGMP)->report_interval == 0);

	TEST("decimals of seconds");
	takes(DOWN, "last-member-query-interval", "0.5");
	CHECK(values(1, PROTOCOL_IGMP).last_member_query_interval == 500);
	takes(DOWN, "last-member-query-interval", "1.025");
	CHECK(values(1, PROTOCOL_IGMP).last_member_query_interval == 1025);
	refuses(DOWN, "last-member-query-interval", "1.0255", "seconds from 0.1 to 3174.4");
	refuses(DOWN, "last-member-query-interval", "1s", "seconds from 0.1 to 3174.4");
}

static void test_query_intervals(void)
{
	static const char below[] = "a query-response-interval below the query-interval of d1";
	char message[128];

	TEST("query-interval and query-response-interval");
	good(HEAD DOWN "query-interval 1;" DOWN "query-response-interval 0.999;");
	CHECK(values(1, PROTOCOL_IGMP).query_interval == 1000);
	CHECK(values(1, PROTOCOL_MLD).query_response_interval == 999);
	CHECK(values(1, PROTOCOL_MLD).startup_query_interval == 250);
	takes(DOWN, "query-interval", "31744");
	CHECK(values(1, PROTOCOL_MLD).query_interval == 31744000);
	good(HEAD DOWN "query-response-interval 3174.4; " DOWN "query-interval 3174.401;");
	refuses(DOWN, "query-interval", "31744.001", "seconds from 1.0 to 31744.0");
	refuses(DOWN, "query-interval", "0.999", "seconds from 1.0 to 31744.0");
	refuses(DOWN, "query-response-interval", "3174.401", "seconds from 0.1 to 3174.4");
	refuses(DOWN, "query-response-interval", "0.09", "seconds from 0.1 to 3174.4");

	TEST("query-response-interval has to be below query-interval");
	refuses(DOWN, "query-response-interval", "125", below);
	refuses(DOWN, "query-interval", "10", below);
	snprintf(message, sizeof(message), "3:55: found '5', expected %s", below);
	bad_as(HEAD DOWN "query-interval 5;\n" DOWN "query-response-interval 5;", message);
	snprintf(message, sizeof(message), "3:46: found '5', expected %s", below);
	bad_as(HEAD DOWN "query-response-interval 5;\n" DOWN "query-interval 5;", message);
}

static void test_choices(void)
{
	TEST("querier and router-alert");
	takes(DOWN, "querier", "always");
	CHECK(interface(1, PROTOCOL_MLD)->querier == QUERIER_ALWAYS);
	CHECK(interface(2, PROTOCOL_MLD)->querier == QUERIER_AUTO);
	takes(DOWN, "querier", "never");
	CHECK(interface(1, PROTOCOL_IGMP)->querier == QUERIER_NEVER);
	good(HEAD DOWN "querier never;" DOWN "querier auto;");
	CHECK(interface(1, PROTOCOL_IGMP)->querier == QUERIER_AUTO);
	refuses(DOWN, "querier", "automatic", "auto|always|never");
	takes(DOWN, "router-alert", "strict");
	CHECK(interface(1, PROTOCOL_IGMP)->router_alert_strict);
	good(HEAD DOWN "router-alert strict;" DOWN "router-alert lenient;");
	CHECK(!interface(1, PROTOCOL_IGMP)->router_alert_strict);
	refuses(DOWN, "router-alert", "\"strict\"", "lenient|strict");
}

static void test_host(void)
{
	TEST("host");
	takes(UP, "host", "native");
	CHECK(!interface(0, PROTOCOL_IGMP)->kernel_host);
	if (!ENABLE_KERNEL_HOST)
		return;
	takes(UP, "host", "kernel");
	CHECK(interface(0, PROTOCOL_IGMP)->kernel_host && interface(0, PROTOCOL_MLD)->kernel_host);
	CHECK(!interface(1, PROTOCOL_IGMP)->kernel_host);
	refuses(UP, "host", "on", "native|kernel");
}

static void test_quick_leave(void)
{
	TEST("quick-leave");
	good(HEAD);
	CHECK(interface(1, PROTOCOL_IGMP)->quick_leave == QUICK_LEAVE_OFF);
	takes(DOWN, "quick-leave", "on");
	CHECK(interface(1, PROTOCOL_IGMP)->quick_leave == QUICK_LEAVE_ON);
	CHECK(interface(1, PROTOCOL_MLD)->quick_leave == QUICK_LEAVE_ON);
	takes(DOWN, "quick-leave", "tracked");
	CHECK(interface(1, PROTOCOL_IGMP)->quick_leave == QUICK_LEAVE_TRACKED);
	CHECK(interface(2, PROTOCOL_MLD)->quick_leave == QUICK_LEAVE_OFF);
	good(HEAD DOWN "quick-leave tracked;" DOWN "quick-leave off;");
	CHECK(interface(1, PROTOCOL_MLD)->quick_leave == QUICK_LEAVE_OFF);
	refuses(DOWN, "quick-leave", "yes", "off|on|tracked");
}

static void test_version(void)
{
	TEST("version");
	good("protocol IGMPv3; protocol MLDv2;" HEAD DOWN "version IGMPv2;" DOWN "version MLDv1;" UP
	     "version IGMPv1;");
	CHECK(values(0, PROTOCOL_IGMP).version == 1);
	CHECK(values(0, PROTOCOL_MLD).version == 2);
	CHECK(values(1, PROTOCOL_IGMP).version == 2);
	CHECK(values(1, PROTOCOL_MLD).version == 1);
	CHECK(values(2, PROTOCOL_IGMP).version == 3);
	good(DOWN "version IGMPv2;" HEAD "protocol IGMPv2;");
	refuses("protocol IGMPv2; " DOWN, "version", "IGMPv3",
		"a version up to that of 'protocol'");
	refuses("protocol IGMPv2; " DOWN, "version", "MLDv1",
		"something of IGMP, as MLD does not run here");
	refuses("protocol MLDv2; " UP, "version", "IGMPv2",
		"something of MLD, as IGMP does not run here");
	/* What is of neither can be set whichever runs. */
	good("protocol MLDv2;" HEAD DOWN "ttl-threshold 3; pinstance A set rp-filter off;");
	good("protocol IGMPv3;" HEAD DOWN "ttl-threshold 3; pinstance A set rp-filter off;");
	refuses(DOWN, "version", "IGMPv4", "IGMPv1, IGMPv2, IGMPv3, MLDv1 or MLDv2");
	refuses(DOWN, "version", "2", "IGMPv1, IGMPv2, IGMPv3, MLDv1 or MLDv2");

	TEST("oldest-version");
	good(HEAD DOWN "oldest-version IGMPv2;" DOWN "oldest-version MLDv2;" UP
		       "oldest-version IGMPv3;");
	CHECK(interface(0, PROTOCOL_IGMP)->oldest_version == 3);
	CHECK(values(0, PROTOCOL_IGMP).version == 3);
	CHECK(interface(0, PROTOCOL_MLD)->oldest_version == 0);
	CHECK(interface(1, PROTOCOL_IGMP)->oldest_version == 2);
	CHECK(interface(1, PROTOCOL_MLD)->oldest_version == 2);
	CHECK(interface(2, PROTOCOL_MLD)->oldest_version == 0);
	refuses("protocol IGMPv2; " DOWN, "oldest-version", "MLDv2",
		"something of IGMP, as MLD does not run here");
	refuses(DOWN, "oldest-version", "3", "IGMPv1, IGMPv2, IGMPv3, MLDv1 or MLDv2");
}

static void test_report_source(void)
{
	static const char expected[] = "auto, an IPv4 unicast or a link-local IPv6 address";
	const struct proxy_interface_config *igmp = interface(0, PROTOCOL_IGMP);
	const struct proxy_interface_config *mld = interface(0, PROTOCOL_MLD);

	TEST("report-source");
	takes(UP, "report-source", "0.0.0.0");
	CHECK(igmp->report_source_set && is_address(&igmp->report_source, "0.0.0.0"));
	CHECK(!mld->report_source_set);
	takes(UP, "report-source", "192.0.2.1");
	CHECK(igmp->report_source_set && is_address(&igmp->report_source, "192.0.2.1"));
	takes(UP, "report-source", "fe80::1");
	CHECK(mld->report_source_set && is_address(&mld->report_source, "fe80::1"));
	CHECK(!igmp->report_source_set);
	takes(UP, "report-source", "::");
	CHECK(mld->report_source_set && is_address(&mld->report_source, "::"));
	good(HEAD UP "report-source fe80::1;" UP "report-source 0.0.0.0;" UP "report-source auto;");
	CHECK(!igmp->report_source_set && !mld->report_source_set);
	refuses(UP, "report-source", "2001:db8::1", expected);
	refuses(UP, "report-source", "239.1.1.1", expected);
	refuses(UP, "report-source", "127.0.0.1", expected);
	refuses(UP, "report-source", "automatic", "an address");
	refuses(UP, "report-source", "1.2.3", "an address");
	refuses("protocol IGMPv3; " UP, "report-source", "fe80::1",
		"something of IGMP, as MLD does not run here");
}

static void test_accept_from(void)
{
	const struct proxy_interface_config *igmp = interface(1, PROTOCOL_IGMP);
	const struct proxy_interface_config *mld = interface(1, PROTOCOL_MLD);

	TEST("accept-from");
	takes(DOWN, "accept-from", "192.168.0.0/16");
	CHECK(igmp->accept_from_count == 1 && !mld->accept_from_count);
	CHECK(is_prefix(igmp->accept_from, "192.168.0.0", 112));
	takes(DOWN, "accept-from", "(0.0.0.0/0 fe80::/10 10.0.0.1 ::/0)");
	CHECK(igmp->accept_from_count == 2 && mld->accept_from_count == 2);
	CHECK(is_prefix(&igmp->accept_from[0], "0.0.0.0", 96));
	CHECK(is_prefix(&igmp->accept_from[1], "10.0.0.1", 128));
	CHECK(is_prefix(&mld->accept_from[0], "fe80::", 10));
	CHECK(is_prefix(&mld->accept_from[1], "::", 0));
	CHECK(!interface(2, PROTOCOL_IGMP)->accept_from_count);
	good(HEAD DOWN "accept-from (10.0.0.0/8 fe80::/64);" DOWN "accept-from 10.1.0.0/16;");
	CHECK(is_prefix(igmp->accept_from, "10.1.0.0", 112) && mld->accept_from_count == 1);
	good(HEAD DOWN "accept-from (10.0.0.0/8 fe80::/64);" DOWN "accept-from ();");
	CHECK(!igmp->accept_from_count && !mld->accept_from_count);
	refuses(DOWN, "accept-from", "224.0.0.1", "a unicast address");
}

static void test_static_join(void)
{
	const struct proxy_interface_config *igmp = interface(1, PROTOCOL_IGMP);
	const struct proxy_interface_config *mld = interface(1, PROTOCOL_MLD);

	TEST("static-join");
	good(HEAD DOWN "static-join (239.1.1.1 | *);" DOWN "static-join(232.1.1.1|192.0.2.1);\n"
		       "pinstance A downstream * set static-join (ff3e::1 | 2001:db8::1);\n" DOWN
		       "static-join (239.1.1.2 | *);");
	CHECK(igmp->static_join_count == 3 && mld->static_join_count == 1);
	CHECK(is_address(&igmp->static_join[0].group, "239.1.1.1"));
	CHECK(addr_is_any(&igmp->static_join[0].source));
	CHECK(is_address(&igmp->static_join[1].group, "232.1.1.1"));
	CHECK(is_address(&igmp->static_join[1].source, "192.0.2.1"));
	CHECK(is_address(&igmp->static_join[2].group, "239.1.1.2"));
	CHECK(is_address(&mld->static_join[0].group, "ff3e::1"));
	CHECK(is_address(&mld->static_join[0].source, "2001:db8::1"));
	CHECK(!interface(2, PROTOCOL_IGMP)->static_join_count);
	CHECK(interface(2, PROTOCOL_MLD)->static_join_count == 1);
	CHECK(!interface(0, PROTOCOL_MLD)->static_join_count);

	TEST("static-join refuses what no host could ask for");
	bad(HEAD DOWN "static-join (224.0.0.251 | *);", "2:44 '224.0.0.251'",
	    "a multicast group that may leave its link");
	bad(HEAD DOWN "static-join (10.0.0.1 | *);", "2:44 '10.0.0.1'",
	    "a multicast group that may leave its link");
	bad(HEAD DOWN "static-join (239.1.1.1 | 2001:db8::1);", "2:56 '2001:db8::1'",
	    "a unicast address of the group's family, not link-local");
	bad(HEAD DOWN "static-join (239.1.1.1 | 239.1.1.1);", "2:56 '239.1.1.1'",
	    "a unicast address of the group's family, not link-local");
	bad(HEAD DOWN "static-join (ff1e::1 | fe80::1);", "2:54 'fe80::1'",
	    "a unicast address of the group's family, not link-local");
	bad(HEAD DOWN "static-join (239.1.1.1 | any);", "2:56 'any'", "a source address or *");
	bad(HEAD DOWN "static-join (* | *);", "2:44 '*'", "an address");
	bad(HEAD DOWN "static-join (239.1.1.1, *);", "2:53 ','", "'|'");
	bad(HEAD DOWN "static-join 239.1.1.1;", "2:43 '239.1.1.1'", "'('");
	bad(HEAD DOWN "static-join (239.1.1.1 | *;", "2:57 ';'", "')'");
	bad(HEAD DOWN "static-join (232.1.1.1 | *);", "2:56 '*'",
	    "a source, as the group is in ssm-range");
	/* Wherever in the file the range is set. */
	good(HEAD DOWN "static-join (232.1.1.1 | *); pinstance A set ssm-range ();");
	bad(HEAD DOWN "static-join (239.1.1.1 | *);"
		      "pinstance A set ssm-range 239.1.0.0/16;",
	    "2:56 '*'", "a source, as the group is in ssm-range");
}

static uint32_t robustness_of(unsigned i)
{
	return values(i, PROTOCOL_IGMP).robustness;
}

static void test_patterns(void)
{
	static const struct {
		const char *pattern;
		unsigned matched; /* bit n: interface n below */
	} patterns[] = {
		{"*", 0x3e},	    {"br-*", 0x06},	  {"br-lan.*", 0x06}, {"br-lan.1", 0x02},
		{"br-lan.?", 0x02}, {"br-lan.1?", 0x04},  {"*0", 0x24},	      {"*p*0", 0x20},
		{"ppp*", 0x20},	    {"p*p*p*0*", 0x20},	  {"?", 0x08},	      {"x**", 0x18},
		{"wlan*", 0},	    {"*?????????", 0x04}, {"??????????", 0},  {"up*", 0},
	};
	char text[512];

	TEST("a pattern sets all interfaces of its side that it matches");
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		snprintf(text, sizeof(text),
			 "pinstance A: up ==> br-lan.1 br-lan.10 x xyz ppp0;"
			 "pinstance A downstream %s set robustness 7;",
			 patterns[i].pattern);
		if (!good(text))
			continue;
		for (unsigned n = 0; n < 6; n++)
			CHECK(robustness_of(n) == ((patterns[i].matched >> n & 1) ? 7 : 2),
			      "%s and interface %u", patterns[i].pattern, n);
	}
	good(HEAD "pinstance A upstream u?* set robustness 7;");
	CHECK(robustness_of(0) == 7 && robustness_of(1) == 2);
	bad(HEAD "pinstance A downstream \"d*\" set robustness 7;", "2:24 '\"d*\"'",
	    "a downstream of the instance");

	TEST("files of C++ mcproxy: any case, a quoted star, empty statements, a byte order mark");
	good("\xef\xbb\xbfPROTOCOL igmpV3;; PInstance A: u ==> d;;\n"
	     "pinstance A DownStream \"*\" SET Querier ALWAYS;\n"
	     "pinstance A upstream \"*\" In RuleMatching Mutex 10;;");
	CHECK(one.proxy[0].mutex == 10 && ones[1].proxy[0].querier == QUERIER_ALWAYS);
	CHECK(!*script.warning);
	bad(HEAD "pinstance a downstream d1 set robustness 7;", "2:11 'a'",
	    "the name of an instance");
	bad(HEAD "\xef\xbb\xbfprotocol IGMPv3;", "2:1 '\\xef\\xbb\\xbf'", STATEMENT);

	TEST("RDK-B's lines say nothing here, and it is told where that matters");
	good(HEAD "pinstance A fastleave disable; pinstance A throttle 50;");
	CHECK(!strcmp(script.warning, "f:2:44: found 'throttle', expected a key of this mcproxy: "
				      "it has no effect"),
	      "%s", script.warning);
	good(HEAD "pinstance A throttle 50 holdtime 1000; pinstance A fastleave disable;");
	CHECK(*script.warning);
	good(HEAD "pinstance A fastleave disable;");
	CHECK(!*script.warning);
	good(HEAD "pinstance A fastleave enable;");
	CHECK(*script.warning);
	bad(HEAD "pinstance A throttle 1", "2:23 the end of the file", "';'");

	TEST("a statement sets nothing for the interfaces of another one");
	good(HEAD "pinstance A downstream * set robustness 3; set pidfile \"/a/b\";\n"
		  "pinstance A upstream * set robustness 4; pinstance A set max-routes 9;\n"
		  "pinstance A downstream d1 set max-groups 5; pinstance A set ssdp proxy;\n");
	for (unsigned i = 0; i < 3; i++) {
		const struct proxy_interface_config *igmp = interface(i, PROTOCOL_IGMP);

		CHECK(robustness_of(i) == (i ? 3 : 4));
		CHECK(igmp->max_groups == (i == 1 ? 5 : CONFIG_MAX_GROUPS));
		CHECK(!igmp->accept_from_count && !igmp->accept_from && !igmp->static_join_count);
		CHECK(ones[i].ttl_threshold == 1 && igmp->max_hosts == CONFIG_MAX_HOSTS);
		CHECK(igmp->upstream == !i && ones[i].upstream == !i && !igmp->report_source_set);
	}
	CHECK(!strcmp(ones[0].name, "up") && !strcmp(ones[2].name, "d2"));
	CHECK(!strcmp(conf.pidfile, "/a/b") && one.proxy[0].max_routes == 9 &&
	      one.proxy[0].ssdp_upstream);

	TEST("a later statement wins, and the instance may come last");
	good("pinstance A downstream * set robustness 3;\n"
	     "pinstance A downstream d1 set robustness 4;\n" HEAD);
	CHECK(robustness_of(1) == 4 && robustness_of(2) == 3);
	good(HEAD "pinstance A downstream d1 set robustness 4;\n"
		  "pinstance A downstream * set robustness 3;\n");
	CHECK(robustness_of(1) == 3 && robustness_of(2) == 3);
	good("set log-level debug; set log-level info; set pidfile /a; set pidfile /b;" HEAD);
	CHECK(conf.log_level == LOG_LEVEL_INFO && !strcmp(conf.pidfile, "/b"));
}

/* ---- errors ---- */

static void test_statements_refused(void)
{
	TEST("statements that are none");
	bad("", "1:1 the end of the file", "pinstance");
	bad("# nothing\n\n", "3:1 the end of the file", "pinstance");
	bad("protocoll IGMPv3;", "1:1 'protocoll'", STATEMENT);
	bad("\"set\" log stderr;", "1:1 '\"set\"'", STATEMENT);
	bad(";", "1:2 the end of the file", "pinstance");
	bad("eth0 eth1", "1:1 'eth0'", STATEMENT);
	bad("disable " HEAD, "1:9 'pinstance'", "';'");
	bad(HEAD "protocol IGMPv9;", "2:10 'IGMPv9'", VERSION);
	if (BOTH_PROTOCOLS) {
		bad(HEAD "protocol\tMLDv2 x", "2:16 'x'", "';'");
		bad("protocol IGMPv3;\nprotocol MLDv2;\nprotocol  IGMPv3;", "3:11 'IGMPv3'",
		    "one version of IGMP only");
		bad("protocol MLDv2;\nprotocol MLDv2;", "2:10 'MLDv2'", "one version of MLD only");
	}
	bad(HEAD "protocol \"IGMPv3\";", "2:10 '\"IGMPv3\"'", VERSION);
}

static void test_instance_refused(void)
{
	char text[1024] = "pinstance A: up ==>", place[64];

	TEST("instances that are none");
	bad("pinstance : up ==> d1;", "1:11 ':'", INSTANCE);
	bad("pinstance \"\": up ==> d1;", "1:11 '\"\"'", INSTANCE);
	bad("pinstance A23456789a123456789a123456789a123456789a123456789a123456789a1234: up ==> "
	    "d1;",
	    "1:11 'A23456789a123456789a123456789a123456789a...'", INSTANCE);
	bad("pinstance A", "1:12 the end of the file", AFTER_INSTANCE);
	if (ENABLE_MULTI_UPSTREAM)
		bad("pinstance A: up d1;", "1:19 ';'", "'==>' or " INTERFACE);
	bad("pinstance A: up;", "1:16 ';'", "'==>' or " INTERFACE);
	bad("pinstance A: up = => d1;", "1:17 '='", "'==>' or " INTERFACE);
	bad("pinstance A: up ===> d1;", "1:17 '===>'", "'==>' or " INTERFACE);
	bad("pinstance A: ;", "1:14 ';'", "'==>' or " INTERFACE);
	bad("pinstance A: ==> ;", "1:18 ';'", INTERFACE);
	bad("pinstance A: up ==> d1 ==> d2;", "1:24 '==>'", "';' or " INTERFACE);

	TEST("interfaces that are none");
	bad("pinstance A: u234567890123456 ==> d1;", "1:14 'u234567890123456'",
	    "'==>' or " INTERFACE);
	bad("pinstance A: up ==> \"d 1\";", "1:21 '\"d 1\"'", "a name that an interface can have");
	bad("pinstance A: up ==> \"d/1\";", "1:21 '\"d/1\"'", "a name that an interface can have");
	bad("pinstance A: up ==> ..;", "1:21 '..'", "a name that an interface can have");
	bad("pinstance A: up ==> d1\n\td2 \"d1\";", "2:5 '\"d1\"'",
	    "a downstream that was not named before");
	for (unsigned i = 1; i <= PROXY_VIFS; i++)
		sprintf(text + strlen(text), " d%u", i);
	snprintf(place, sizeof(place), "1:%zu: found 'd32', expected at most 32 interfaces",
		 strlen(text) - 2);
	strcat(text, ";");
	bad_as(text, place);
	/* Without an upstream its VIF stays free. */
	bad("pinstance A: ==> d1 d2 d3 d4 d5 d6 d7 d8 d9 d10 d11 d12 d13 d14 d15 d16 d17 d18 d19 "
	    "d20 d21 d22 d23 d24 d25 d26 d27 d28 d29 d30 d31 d32;",
	    "1:133 'd32'", "at most 31 interfaces");
}

static void test_set_refused(void)
{
	TEST("set for what is not there");
	bad(HEAD "pinstance B set ssdp local;", "2:11 'B'", "the name of an instance");
	bad("disable; pinstance A set ssdp local;", "1:20 'A'", "the name of an instance");
	bad(HEAD "pinstance A downstream d3 set robustness 2;", "2:24 'd3'",
	    "a downstream of the instance");
	bad(HEAD "pinstance A downstream up set robustness 2;", "2:24 'up'",
	    "a downstream of the instance");
	bad(HEAD "pinstance A upstream d1 set robustness 2;", "2:22 'd1'",
	    "an upstream of the instance");
	bad(HEAD "pinstance A downstream set robustness 2;", "2:28 'robustness'", "set, in or out");
	bad(HEAD "pinstance A peer d1 set robustness 2;", "2:13 'peer'", AFTER_INSTANCE);

	TEST("an unknown key, or one in the wrong place");
	bad("set robustness 2;", "1:5 'robustness'", keys_of('p', ""));
	bad(HEAD "pinstance A set robustness 2;", "2:17 'robustness'", keys_of('i', ""));
	bad(HEAD UP "querier auto;", "2:29 'querier'", keys_of('u', ""));
	bad(HEAD DOWN "report-source auto;", "2:31 'report-source'", keys_of('d', ""));
	bad("set \"log\" stderr;", "1:5 '\"log\"'", keys_of('p', ""));

	TEST("values of keys of the program");
	bad("set log file;", "1:9 'file'", "stderr|syslog");
	bad("set log-level verbose;", "1:15 'verbose'", "error|warning|notice|info|debug");
	bad("set log-level;", "1:14 ';'", "error|warning|notice|info|debug");
	bad("set pidfile run/x.pid;", "1:13 'run/x.pid'", "an absolute path");
	bad("set pidfile \"\";", "1:13 '\"\"'", "an absolute path of at most 107 bytes");
	bad("set pidfile /a+b;", "1:15 '+'", "';'");
	bad("set pidfile (;", "1:13 '('", "an absolute path of at most 107 bytes");
	if (ENABLE_CONTROL)
		bad("set control-group a b;", "1:21 'b'", "';'");
}

static void test_prefixes_refused(void)
{
	char text[8192] = HEAD "pinstance A set ssm-range (", message[64];

	TEST("prefixes that are none");
	bad(HEAD "pinstance A set ssm-range 300.1.1.1/8;", "2:27 '300.1.1.1'", "an address");
	bad(HEAD "pinstance A set ssm-range 232.0.0.0/33;", "2:37 '33'",
	    "a prefix length from 4 to 32");
	bad(HEAD "pinstance A set ssm-range 232.0.0.0/3;", "2:37 '3'",
	    "a prefix length from 4 to 32");
	bad(HEAD "pinstance A set ssm-range ff30::/129;", "2:34 '129'",
	    "a prefix length from 8 to 128");
	bad(HEAD "pinstance A set ssm-range ff30::/;", "2:34 ';'", "a prefix length from 8 to 128");
	bad(HEAD "pinstance A set ssm-range 10.0.0.0/8;", "2:27 '10.0.0.0'", "a multicast address");
	bad(HEAD "pinstance A set ssm-range (232.0.0.0/8;", "2:39 ';'", "an address");
	bad(HEAD "pinstance A set ssm-range 232.0.0.0-232.1.1.1;", "2:36 '-232.1.1.1'", "';'");
	bad(HEAD "pinstance A set ssm-range (,);", "2:28 ','", "an address");
	bad(HEAD "pinstance A set ssm-range (ff3g::);", "2:28 'ff3g::'", "an address");
	bad(HEAD DOWN "accept-from (10.0.0.0/8 fe80::/10 ff02::/16);", "2:65 'ff02::'",
	    "a unicast address");
	bad(HEAD DOWN "accept-from 10.0.0.0/33;", "2:52 '33'", "a prefix length from 0 to 32");
	for (unsigned i = 0; i < 256; i++)
		sprintf(text + strlen(text), "239.0.%u.0/24 ", i);
	snprintf(message, sizeof(message),
		 "2:%zu: found '239.1.1.1', expected ')' after 256 prefixes",
		 strlen(text) - strlen(HEAD) + 1);
	strcat(text, "239.1.1.1);");
	bad_as(text, message);
	*strstr(text, "239.1.1.1)") = '\0';
	strcat(text, ");");
	good(text);
	CHECK(one.proxy[PROTOCOL_IGMP].ssm_range_count == 256);
}

static void bad_bytes(const char *text, size_t size, const char *expected)
{
	CHECK(parse_bytes(text, size) == -1);
	CHECK(!strcmp(error, expected), "'%s', not '%s'", error, expected);
}

#define BYTES(text) text, sizeof(text) - 1

static void test_places(void)
{
	char long_name[200];

	TEST("what was found is shown as printable text");
	bad_bytes(BYTES("a\0b"),
		  "f:1:1: found 'a', expected protocol, pinstance, table, set or disable");
	bad_bytes(BYTES("\0\0"),
		  "f:1:1: found '\\x00\\x00', expected protocol, pinstance, table, set or disable");
	bad_bytes(BYTES("disable\x1b[31m;"), "f:1:8: found '\\x1b[', expected ';'");
	bad_bytes(BYTES("disable \xc3\xa9\xff;"), "f:1:9: found '\\xc3\\xa9\\xff', expected ';'");
	bad_bytes(BYTES("disable \"\xc3\xa9\";"), "f:1:9: found '\"\\xc3\\xa9\"', expected ';'");
	bad_bytes(BYTES("disable ================================================;"),
		  "f:1:9: found '========================================...', expected ';'");

	TEST("a quote that is not closed on its line");
	bad("pinstance \"A: up ==> d1;\n", "1:11 '\"A: up ==> d1;'", CLOSING_QUOTE);
	bad("pinstance \"A\tB\": up ==> d1;\n", "1:11 '\"A'", CLOSING_QUOTE);
	bad("\"", "1:1 '\"'", CLOSING_QUOTE);
	bad("set \"log", "1:5 '\"log'", CLOSING_QUOTE);
	bad_bytes(BYTES("set log-level \"a\0b\";"), "f:1:15: found '\"a', expected a closing "
						    "quote, and no control character before it");

	TEST("lines and columns are counted in bytes from 1");
	bad("\t\tx;", "1:3 'x'", STATEMENT);
	bad("\r\n# \xc3\xa9 \" ; \r\n \"\xc3\xa9\" x;", "3:2 '\"\\xc3\\xa9\"'", STATEMENT);
	bad("disable; \"\xc3\xa9\"", "1:10 '\"\\xc3\\xa9\"'", STATEMENT);
	bad("set log stderr # x;\n\n\n  y", "4:3 'y'", "';'");

	TEST("a long file name does not push the error out");
	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	CHECK(parse_as(long_name, BYTES(HEAD DOWN "x;")) == -1);
	CHECK(strstr(error, ":2:31: found 'x', expected a key of a downstream: version"));
}

static void test_options(void)
{
	TEST("what is not built in names its option");
	if (!ENABLE_IGMP_V1)
		bad("protocol IGMPv1;", "1:10 'IGMPv1'",
		    "a version that is built in (option IGMP_V1 is off)");
	if (!ENABLE_IGMP_V2)
		bad("protocol IGMPv2;", "1:10 'IGMPv2'",
		    "a version that is built in (option IGMP_V2 is off)");
	if (!ENABLE_IGMP)
		bad("protocol IGMPv3;", "1:10 'IGMPv3'",
		    "a version that is built in (option IGMP is off)");
	if (!ENABLE_MLD_V1)
		bad(HEAD DOWN "version MLDv1;", "2:39 'MLDv1'",
		    "a version that is built in (option MLD_V1 is off)");
	if (!ENABLE_MLD)
		bad("protocol MLDv2;", "1:10 'MLDv2'",
		    "a version that is built in (option MLD is off)");
	if (!ENABLE_SYSLOG)
		bad("set log syslog;", "1:9 'syslog'", "stderr (option SYSLOG is off)");
	if (!ENABLE_PRIVILEGES)
		bad("set user a;", "1:5 'user'", "another key (option PRIVILEGES is off)");
	if (!ENABLE_REPORTER_LIMITS)
		bad(HEAD DOWN "reserve 10;", "2:31 'reserve'",
		    "another key (option REPORTER_LIMITS is off)");
	if (!ENABLE_CONTROL)
		bad("set control /a;", "1:5 'control'", "another key (option CONTROL is off)");
	CHECK(!ALL || good("protocol IGMPv1; protocol MLDv1;" HEAD));
}

/* ---- hostile texts ---- */

static const char *const seeds[] = {
	HEAD,
	"disable;",
	"# comment\nset control \"/run/m.sock\"; set log stderr; set log-level debug;\n"
	"set control-group g; set pidfile /run/m.pid;\n" HEAD,
	"pinstance \"a b\": \"u\" ==> d-1 d@2 d.3 d_4;\n"
	"pinstance \"a b\" set ssm-range (232.0.0.0/8 ff3e::/32, ff35::/32);\n"
	"pinstance \"a b\" set max-routes 100; pinstance \"a b\" set ssdp proxy;\n"
	"pinstance \"a b\" downstream * set query-interval 30.5;\n"
	"pinstance \"a b\" downstream d-* set query-response-interval 2;\n"
	"pinstance \"a b\" downstream d?? set last-member-query-interval 0.25;\n"
	"pinstance \"a b\" upstream * set report-interval 60;\n",
	HEAD DOWN "static-join (239.1.1.1 | *);" DOWN "static-join (ff3e::1 | 2001:db8::1);" DOWN
		  "accept-from (10.0.0.0/8 fe80::/10);" DOWN "querier never;" DOWN
		  "router-alert strict;" DOWN "ttl-threshold 32;" DOWN "max-groups 10;" UP
		  "report-source 0.0.0.0;" UP "unsolicited-report-interval 1;" UP "version IGMPv2;",
	"protocol IGMPv2\nprotocol MLDv2\neth0 ==> eth1 tun0\nppp0 wlan0 ==> eth2 peer eth3\n",
	"table a {(239.0.0.0/8 | *) eth0(* | 10.0.0.1 - 10.0.0.9)};\n"
	"table b {(table a) (table {(ff0e::1 - * | ::/0)}) (table c {(*|*)})};\n"
	"pinstance A(10): a1 \"a2\" ==> b* b1 peer c1;\npinstance B: a1 ==> d1 a1;\n"
	"pinstance A add downstream e1; pinstance B del downstream d1;\n"
	"pinstance A upstream * in rulematching mutex 100;\n"
	"pinstance A upstream * out rulematching first;\n"
	"pinstance A upstream a1 in whitelist table b;\n"
	"pinstance B downstream * out blacklist table {(table a) a1(*|192.0.2.0/24)};\n"
	"pinstance B set scope organization; pinstance B upstream a1 set source 10.0.0.0/8;\n",
};
enum { SEEDS = sizeof(seeds) / sizeof(seeds[0]), LONGEST = 4096 };

static uint32_t random_state = 20251121;

static uint32_t random_below(uint32_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % limit;
}

/* Is the last error one printable line "f:LINE:COLUMN: found ..., expected ..." with a place in
 * TEXT? */
static bool is_error_of(const char *text, size_t size)
{
	unsigned line, column, lines = 1;
	size_t length = strlen(error), in_line = 0;

	for (size_t i = 0; i < length; i++)
		if (error[i] < ' ' || error[i] > '~')
			return false;
	if (sscanf(error, "f:%u:%u: found ", &line, &column) != 2 || !column ||
	    !strstr(error, ", expected ") || length >= CONF_ERROR - 1)
		return false;
	for (size_t i = 0; i < size && lines < line; i++)
		lines += text[i] == '\n';
	if (lines != line)
		return false;
	for (size_t i = 0, at = 1; i <= size; i++) {
		if (at == line)
			in_line++;
		at += i < size && text[i] == '\n';
	}
	return column <= in_line;
}

static bool is_sound_filter(const struct conf_filter *filter)
{
	for (size_t i = 0; filter && i < filter->count; i++) {
		const struct conf_rule *rule = &filter->rule[i];

		if (addr_compare(&rule->group[0], &rule->group[1]) > 0 ||
		    addr_compare(&rule->source[0], &rule->source[1]) > 0 ||
		    !memchr(rule->interface, 0, sizeof(rule->interface)))
			return false;
	}
	return true;
}

static bool is_sound_interface(const struct conf_interface *interface)
{
	for (unsigned i = 0; i < CONF_ORIGINS; i++)
		if (!is_sound_filter(interface->in[i]) || !is_sound_filter(interface->out[i]))
			return false;
	for (unsigned p = 0; p < PROTOCOLS; p++) {
		struct values set = interface->proxy[p].values;

		values_complete(&set, p);
		if (set.version < 1 || set.version > 3 || set.robustness > 7 ||
		    set.query_response_interval < 100 ||
		    set.query_response_interval >= set.query_interval ||
		    interface->upstream != interface->proxy[p].upstream)
			return false;
	}
	return *interface->name;
}

static bool is_sound_instance(const struct conf_instance *instance)
{
	unsigned count = instance->interface_count, names = 0;

	if (!*instance->name || count > PROXY_ENTRIES || instance->proxy[0].mutex < 0)
		return false;
	for (unsigned i = 0; i < count; i++) {
		const struct conf_interface *interface = &instance->interface[i];
		bool known = false;

		if (!is_sound_interface(interface) ||
		    (i && interface->upstream && !interface[-1].upstream))
			return false;
		for (unsigned other = 0; other < i; other++) {
			if (strcmp(instance->interface[other].name, interface->name) != 0)
				continue;
			known = true;
			if (instance->interface[other].upstream == interface->upstream)
				return false;
		}
		names += !known;
	}
	return names <= PROXY_VIFS;
}

static bool is_sound(void)
{
	for (unsigned i = 0; i < conf.instance_count; i++)
		for (unsigned other = 0; other <= i; other++)
			if (!is_sound_instance(&conf.instance[i]) ||
			    (other < i &&
			     (!strcmp(conf.instance[i].name, conf.instance[other].name) ||
			      conf.instance[i].table == conf.instance[other].table)))
				return false;
	return conf.disabled || conf.instance_count;
}

/* Parses hostile text; a failure must leave CONF as it is, and which interfaces there are must not
 * make one. */
static bool survives(const char *text, size_t size)
{
	static const char names[][IF_NAMESIZE] = {"b1", "b2", "eth7", "d1", "x"};
	static struct conf before;
	char first[CONF_ERROR];
	int result;

	present = names;
	present_count = 0;

	conf_free(&conf);
	memset(&conf, 0x5a, sizeof(conf));
	memcpy(&before, &conf, sizeof(conf));
	result = parse_bytes(text, size);
	present_count = sizeof(names) / sizeof(names[0]);
	if (!result && CHECK(is_sound(), "from '%.*s'", (int)size, text)) {
		conf_free(&conf);
		return CHECK(!parse_bytes(text, size) && is_sound(), "from '%.*s', now", (int)size,
			     text);
	}
	if (!CHECK(!memcmp(&before, &conf, sizeof(conf)), "touched by '%.*s'", (int)size, text) ||
	    !CHECK(is_error_of(text, size), "'%s'", error))
		return false;
	strcpy(first, error);
	parse_bytes(text, size);
	memset(&conf, 0, sizeof(conf));
	return CHECK(!strcmp(first, error), "'%s', then '%s'", first, error);
}

static size_t mutate(char text[LONGEST], size_t size)
{
	static const char *const pieces[] = {
		"pinstance",  "A",   ":",	    "==>",
		";",	      "\"",  "set",	    "*",
		"(",	      ")",   "|",	    "d1",
		"downstream", "0.5", "232.0.0.0/8", "99999999999999999999",
		"#",	      "\n",  "ff3e::1",	    "/",
		"{",	      "}",   "-",	    "table",
		"peer",	      "b*",  "a",	    "239.1.1.1-239.1.1.9",
		"upstream",   "in",  "whitelist",   "(*|*)"};
	size_t at = random_below((uint32_t)size + 1), other = random_below((uint32_t)size + 1);
	const char *piece = pieces[random_below(sizeof(pieces) / sizeof(pieces[0]))];
	size_t length = strlen(piece);

	switch (random_below(6)) {
	case 0: /* one other byte */
		if (at < size)
			text[at] = (char)random_below(256);
		return size;
	case 1: /* one other bit */
		if (at < size)
			text[at] = (char)(text[at] ^ 1 << random_below(8));
		return size;
	case 2: /* cut off */
		return at;
	case 3: /* a piece less */
		length = size - at < 12 ? size - at : 12;
		memmove(text + at, text + at + length, size - at - length);
		return size - length;
	case 4: /* a part of it again */
		length = size - other < 60 ? size - other : 60;
		piece = text + other;
		/* fall through */
	default: { /* a piece more */
		char copy[64];

		if (size + length > LONGEST)
			return size;
		memcpy(copy, piece, length);
		memmove(text + at + length, text + at, size - at);
		memcpy(text + at, copy, length);
		return size + length;
	}
	}
}

static void test_mutations(void)
{
	char text[LONGEST];
	unsigned parsed = 0;

	TEST("8000 mutated files");
	for (unsigned i = 0; i < 8000; i++) {
		size_t size = strlen(seeds[i % SEEDS]);

		memcpy(text, seeds[i % SEEDS], size);
		for (unsigned n = random_below(4); n < 4; n++)
			size = mutate(text, size);
		if (!survives(text, size))
			break;
		parsed += !*error;
	}
	CHECK(parsed > 100 && parsed < 7000, "%u were valid", parsed);
	conf_free(&conf);

	TEST("2000 files of noise");
	for (unsigned i = 0; i < 2000; i++) {
		size_t size = random_below(200);

		for (size_t n = 0; n < size; n++)
			text[n] = (char)(i & 1 ? random_below(256)
					       : (uint32_t) "seti;\"# \n(){}|=>*/.:,19af@-"
							 [random_below(27)]);
		if (!survives(text, size))
			break;
	}
}

/* Processor seconds. */
static double used(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void test_megabytes(void)
{
	static const char *const bricks[] = {
		"\0",
		"\"",
		"(",
		"x",
		" ",
		"\n",
		"#",
		"\xff",
		";",
		"\"\n",
		"* ",
		"==>",
		"9",
		"{",
		"pinstance A downstream * set static-join(239.1.1.1|*);\n",
		"pinstance A downstream * set accept-from (1.1.1.1 ::1 2.2.2.2);\n",
		"pinstance A downstream *a*b*c*d*e*f*g*h*i*j*k*l*m* set robustness 2;\n",
		"(table{",
		"a ",
		"a\n",
		"a==>",
		"pinstance A del upstream u;pinstance A add upstream u;\n",
		"pinstance A downstream * out whitelist table{};\n",
	};
	enum { SIZE = 1 << 20 };
	char *text = malloc(SIZE);

	TEST("a megabyte of anything takes less than two seconds");
	for (size_t i = 0; i < sizeof(bricks) / sizeof(bricks[0]); i++) {
		size_t length = strlen(bricks[i]) ? strlen(bricks[i]) : 1, size;
		double start = used();

		strcpy(text, "pinstance A: u ==>");
		for (unsigned n = 1; n < PROXY_VIFS; n++)
			sprintf(text + strlen(text), " aaaaaaaaaaa%u", n);
		strcat(text, ";\n");
		for (size = strlen(text); size + length <= SIZE; size += length)
			memcpy(text + size, bricks[i], length);
		survives(text, size);
		CHECK(used() - start < 2, "'%s': %g s", bricks[i], used() - start);
	}
	conf_free(&conf);
	free(text);
}

static void test_memory(void)
{
	static const char join[] = "pinstance A downstream * set static-join (239.1.1.1 | *);\n";
	enum { COUNT_OF_JOINS = 10000 };
	char *text = malloc(sizeof(HEAD) + sizeof(join) * COUNT_OF_JOINS), *end = text;
	struct rlimit limit, none;

	TEST("no memory is an error");
	end = stpcpy(end, HEAD);
	for (unsigned i = 0; i < COUNT_OF_JOINS; i++)
		end = stpcpy(end, join);
	conf_free(&conf);
	memset(&conf, 0, sizeof(conf));
	getrlimit(RLIMIT_AS, &limit);
	none = limit;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_AS, &none);
	CHECK(parse_as("f", text, (size_t)(end - text)) == -1);
	setrlimit(RLIMIT_AS, &limit);
	CHECK(!strcmp(error, "f: out of memory"), "'%s'", error);
	CHECK(!conf.instance_count && !conf.memory);
	CHECK(!parse_as("f", text, (size_t)(end - text)), "'%s'", error);
	CHECK(interface(2, PROTOCOL_IGMP)->static_join_count == COUNT_OF_JOINS);
	free(text);
}

/* ---- files ---- */

static char directory[] = "/tmp/mcproxy-conf-XXXXXX";
static char path[64];

static int read_conf(void)
{
	struct script file;
	int result;

	if (!script_read(&file, script_open(AT_FDCWD, path), path, error))
		return -1;
	result = parse_as(path, file.file.text, file.file.size - 1);
	script_free(&file);
	return result;
}

static void fails_to_read(const char *expected)
{
	char message[CONF_ERROR];

	snprintf(message, sizeof(message), "%s%s", path, expected);
	CHECK(read_conf() == -1);
	CHECK(!strcmp(error, message), "'%s', not '%s'", error, message);
}

/* HEAD and blanks up to SIZE bytes. */
static void write_file(size_t size)
{
	char *text = malloc(size);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	memset(text, ' ', size);
	memcpy(text, HEAD, size < strlen(HEAD) ? size : strlen(HEAD));
	CHECK(fd >= 0 && write(fd, text, size) == (ssize_t)size);
	close(fd);
	free(text);
}

static void read_fifo(void)
{
	pid_t child;
	int status = -1;

	CHECK(!mkfifo(path, 0600));
	fflush(stdout);
	child = fork();
	if (!child) {
		int fd = open(path, O_WRONLY);
		bool done = write(fd, BYTES("pinstance A: up")) == 15 &&
			    write(fd, BYTES(" ==> d1;")) == 8;

		_exit(!done);
	}
	CHECK(child > 0);
	CHECK(!read_conf(), "'%s'", error);
	CHECK(waitpid(child, &status, 0) == child && !status);
	CHECK(one.interface_count == 2);
	conf_free(&conf);
}

static void test_files(void)
{
	memset(&conf, 0, sizeof(conf));
	if (!mkdtemp(directory)) {
		CHECK(false, "mkdtemp: %s", strerror(errno));
		return;
	}
	TEST("files");
	snprintf(path, sizeof(path), "%s/f", directory);
	fails_to_read(": No such file or directory");
	write_file(CONFIG_CONF_MAX_SIZE);
	CHECK(!read_conf(), "'%s'", error);
	CHECK(one.interface_count == 3);
	conf_free(&conf);
	memset(&conf, 0, sizeof(conf));
	write_file((size_t)CONFIG_CONF_MAX_SIZE + 1);
	snprintf(error, sizeof(error), ": more than %d bytes", CONFIG_CONF_MAX_SIZE);
	fails_to_read(strdupa(error));
	write_file(0);
	fails_to_read(":1:1: found the end of the file, expected pinstance");
	write_file(strlen("pinstance A: up ="));
	fails_to_read(
		":1:17: found '=', expected '==>' or an interface's name of at most 15 bytes");
	unlink(path);

	TEST("a FIFO is read, a directory is not");
	read_fifo();
	unlink(path);
	strcpy(path, directory);
	fails_to_read(": Is a directory");
	rmdir(directory);
	strcpy(path, "/dev/zero");
	snprintf(error, sizeof(error), ": more than %d bytes", CONFIG_CONF_MAX_SIZE);
	fails_to_read(strdupa(error));
}

/* Reads PATH into TEXT; its size. */
static size_t read_text(const char *file, char *text, size_t size)
{
	int fd = open(file, O_RDONLY);
	ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

	CHECK(length > 0, "%s: %s", file, strerror(errno));
	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	return strlen(text);
}

/* The examples of the manual page are its displays, but for an error message. */
static unsigned test_displays(char *text)
{
	unsigned count = 0;

	for (char *display; (display = strstr(text, ".nf\n.RS\n")); text++) {
		char *end = strstr(display, ".RE\n.fi\n");

		if (!CHECK(end, "a display without an end"))
			break;
		*end = '\0';
		display += strlen(".nf\n.RS\n");
		text = end;
		if (strncmp(display, "mcproxy.conf:", 13))
			count += good(display);
	}
	return count;
}

static void test_examples(void)
{
	char text[32768];
	size_t size;

	TEST("the examples of the manual page are valid");
	read_text("applets/mcproxy.conf.5", text, sizeof(text));
	CHECK(test_displays(text) == 8);

	TEST("the example of a file is valid, also with all that is commented out");
	size = read_text("configs/mcproxy.conf", text, sizeof(text));
	CHECK(good(text) && one.interface_count == 3 && !conf.disabled);
	for (size_t i = 1; i < size; i++)
		if (text[i - 1] == '\n' && text[i] == '#' && text[i + 1] >= 'a')
			text[i] = ' ';
	CHECK(good(text) && conf.disabled && one.proxy[0].ssdp_upstream &&
	      conf.instance_count == 2);
	CHECK(ones[0].in[CONF_BOUND] && ones[0].in[CONF_SCOPE] && !strcmp(ones[1].name, "ppp0"));
	CHECK(interface(0, PROTOCOL_IGMP)->report_interval == 60000);
}

int main(void)
{
	/* Before others leave free memory behind. The sanitizer does not survive the lack of it. */
	if (ENABLE_IGMP && !SANITIZED)
		test_memory();
	RUN(test_defaults, test_instance, test_protocol, test_program, test_instance_keys,
	    test_statements_refused, test_instance_refused, test_set_refused, test_prefixes_refused,
	    test_places, test_options, test_query_intervals, test_choices, test_quick_leave,
	    test_host, test_numbers, test_patterns);
	if (BOTH_PROTOCOLS) {
		RUN(test_report_source, test_accept_from, test_static_join);
		if (ALL)
			test_version();
		if (ALL && ENABLE_CONTROL && ENABLE_SYSLOG && ENABLE_MULTI_INSTANCE &&
		    ENABLE_PEERING && ENABLE_RELOAD && ENABLE_PRIVILEGES)
			test_examples();
	}
	RUN(test_mutations, test_megabytes, test_files);
	conf_free(&conf);
	return test_end();
}
