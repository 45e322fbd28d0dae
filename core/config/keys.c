/* SPDX-License-Identifier: MIT */
/*
 * Every key that can be set, one row a key: where it may stand, what its value is and in which
 * range (RFC 9776 section 8, RFC 9777 section 9), where it goes, its default, and which option
 * brings it. Leaves out: the defaults of the RFCs, which are values_complete()'s.
 */
#include "core/config/keys.h"

#include <string.h>

#include "core/config/ruletable.h"
#include "core/config/value.h"

/* The options that bring keys; those that are on are 0. */
#define OPTION(name, number) name = ENABLE_##name ? 0 : (number)
enum {
	OPTION(CONTROL, 1),
	OPTION(FILTER, 2),
	OPTION(PRIVILEGES, 3),
	OPTION(PRIVSEP, 4),
	OPTION(REPORTER_LIMITS, 5),
	LACKING = CONTROL | FILTER | PRIVILEGES | PRIVSEP | REPORTER_LIMITS
};
static const char options[][16] = {"",		 "CONTROL", "FILTER",
				   "PRIVILEGES", "PRIVSEP", "REPORTER_LIMITS"};

/* 232.0.0.0/8 and ff3x::/32 (RFC 4607 section 1). */
static const struct prefix ssm_igmp = {{{[10] = 0xff, 0xff, 232}}, 96 + 8};
#define FF3X(scope)                          \
	{                                    \
		{{0xff, 0x30 | (scope)}}, 32 \
	}
static const struct prefix ssm_mld[] = {
	FF3X(0), FF3X(1), FF3X(2),  FF3X(3),  FF3X(4),	FF3X(5),  FF3X(6),  FF3X(7),
	FF3X(8), FF3X(9), FF3X(10), FF3X(11), FF3X(12), FF3X(13), FF3X(14), FF3X(15),
};
static const union setting ssm = {
	.list = {[PROTOCOL_IGMP] = {&ssm_igmp, 1},
		 [PROTOCOL_MLD] = {ENABLE_MLD ? ssm_mld : NULL,
				   ENABLE_MLD ? sizeof(ssm_mld) / sizeof(ssm_mld[0]) : 0}}};

/* ---- the fields of a row ---- */

enum { EACH = 1 << PROTOCOL_IGMP | 1 << PROTOCOL_MLD };

/* Where a value goes: to members of a struct, from FIRST to LAST. */
#define MEMBERS(structure, first, last)                                                   \
	.offset = offsetof(structure, first), .size = offsetof(structure, last) +         \
						      sizeof(((structure *)NULL)->last) - \
						      offsetof(structure, first)
#define PROGRAM(member)                                                   \
	.target = KEY_OF_PROGRAM, .place = PLACE_PROGRAM, .protocols = 1, \
	MEMBERS(struct conf, member, member)
#define INSTANCE(member)                                                    \
	.target = KEY_OF_INSTANCE, .place = PLACE_INSTANCE, .protocols = 1, \
	MEMBERS(struct conf_instance, member, member)
#define PROXY(member) PROXY_PAIR(member, member)
#define PROXY_PAIR(first, last)                       \
	.target = KEY_OF_INSTANCE, .protocols = EACH, \
	MEMBERS(struct conf_instance, proxy[0].first, proxy[0].last)
#define SIDE(member) \
	.target = KEY_OF_INTERFACE, .protocols = 1, MEMBERS(struct conf_interface, member, member)
#define ENTRY(member) ENTRY_PAIR(member, member)
#define ENTRY_PAIR(first, last)                        \
	.target = KEY_OF_INTERFACE, .protocols = EACH, \
	MEMBERS(struct conf_interface, proxy[0].first, proxy[0].last)
#define OF_INSTANCE .place = PLACE_INSTANCE
#define DOWNSTREAM .place = PLACE_DOWNSTREAM
#define UPSTREAM .place = PLACE_UPSTREAM
#define BOTH .place = PLACE_DOWNSTREAM | PLACE_UPSTREAM

_Static_assert(sizeof(enum log_level) == 4 && sizeof(enum querier_mode) == 4 &&
		       sizeof(enum quick_leave) == 4 && sizeof(enum routes) == 4 &&
		       sizeof(bool) == 1,
	       "a number has one byte or four");
#define IS_PAIR(structure, first, last)                                          \
	_Static_assert(offsetof(structure, last) - offsetof(structure, first) == \
			       sizeof(((structure *)NULL)->first),               \
		       #first " and " #last " are written in one go")
IS_PAIR(struct proxy_config, ssm_range, ssm_range_count);
IS_PAIR(struct proxy_interface_config, accept_from, accept_from_count);
IS_PAIR(struct proxy_interface_config, report_source_set, report_source);
IS_PAIR(union setting, source.set, source.address);

/* What it may be. */
#define RANGE(least, most) .minimum = (least), .maximum = (most)
/* What a Max Resp Code (RFC 9776 section 4.1.1) and a QQIC (section 4.1.7) can tell. */
#define MAX_RESPONSE RANGE(100, 3174400)
#define MAX_INTERVAL RANGE(1000, 31744000)
/* So many words, of which the last one is the LAST of an enumeration. */
#define CHOICE(count, last, words) \
	.type = KEY_CHOICE * sizeof(char[(last) == (count)-1 ? 1 : -1]), .text = (words)
/* Without an option only the first one of two. */
#define OPTIONAL(option, first, second) \
	CHOICE(2, true, ENABLE_##option ? first "|" second : first " (option " #option " is off)")

enum { IN_FILTER, OUT_FILTER, IN_MATCHING, OUT_MATCHING };

/* KEY(NAME, FIELD...). First those of the enumeration, which no name sets. */
/* clang-format off */
#define KEYS(KEY) \
	KEY("", KEY_FILTER, SIDE(in[CONF_BOUND])) \
	KEY("", KEY_FILTER, SIDE(out[CONF_BOUND])) \
	KEY("", KEY_NUMBER, PROXY(mutex)) \
	KEY("", KEY_NUMBER, PROXY(out_first)) \
	\
	KEY("control", KEY_PATH, PROGRAM(control), \
	    .text = ENABLE_CONTROL ? "/run/mcproxy.sock" : NULL, .lacks = CONTROL) \
	KEY("control-group", KEY_NAME, PROGRAM(control_group), .lacks = CONTROL) \
	KEY("pidfile", KEY_PATH, PROGRAM(pidfile)) \
	KEY("log", PROGRAM(log_syslog), OPTIONAL(SYSLOG, "stderr", "syslog")) \
	KEY("log-level", PROGRAM(log_level), .standard = LOG_LEVEL_NOTICE, \
	    CHOICE(5, LOG_LEVEL_DEBUG, "error|warning|notice|info|debug")) \
	KEY("user", KEY_NAME, PROGRAM(user), .lacks = PRIVILEGES) \
	KEY("group", KEY_NAME, PROGRAM(group), .lacks = PRIVILEGES) \
	KEY("chroot", KEY_PATH, PROGRAM(chroot), .lacks = PRIVILEGES) \
	KEY("watchdog", KEY_NUMBER, PROGRAM(watchdog), RANGE(0, 86400), \
	    .standard = ENABLE_PRIVSEP ? 30 : 0, .lacks = PRIVSEP) \
	\
	KEY("ssm-range", KEY_GROUPS, OF_INSTANCE, PROXY_PAIR(ssm_range, ssm_range_count), \
	    .lists = &ssm) \
	KEY("max-routes", KEY_NUMBER, OF_INSTANCE, PROXY(max_routes), RANGE(0, UINT32_MAX), \
	    .standard = CONFIG_MAX_ROUTES) \
	KEY("ssdp", OF_INSTANCE, PROXY(ssdp_upstream), CHOICE(2, true, "local|proxy")) \
	KEY("forwarding", OF_INSTANCE, PROXY(routes), \
	    CHOICE(3, ROUTES_WILDCARD, ENABLE_PER_SOURCE ? "auto|per-source|wildcard" \
						       : "auto (option PER_SOURCE is off)")) \
	KEY("scope", INSTANCE(scope), CHOICE(4, SCOPE_GLOBAL, "link|site|organization|global"), \
	    .lacks = FILTER) \
	KEY("rp-filter", INSTANCE(rp_filter_off), CHOICE(2, true, "keep|off")) \
	KEY("rfc3376-timers", OF_INSTANCE, ENTRY(values.rfc3376_timers), \
	    CHOICE(2, true, "off|on")) \
	\
	KEY("version", KEY_VERSION, BOTH, ENTRY(values.version)) \
	KEY("oldest-version", KEY_VERSION, BOTH, ENTRY(oldest_version)) \
	KEY("robustness", KEY_NUMBER, BOTH, ENTRY(values.robustness), RANGE(1, 7)) \
	KEY("querier", DOWNSTREAM, ENTRY(querier), \
	    CHOICE(3, QUERIER_NEVER, "auto|always|never")) \
	KEY("query-interval", KEY_QUERY_INTERVAL, DOWNSTREAM, ENTRY(values.query_interval), \
	    MAX_INTERVAL) \
	KEY("query-response-interval", KEY_QUERY_INTERVAL, DOWNSTREAM, \
	    ENTRY(values.query_response_interval), MAX_RESPONSE) \
	KEY("last-member-query-interval", KEY_INTERVAL, DOWNSTREAM, \
	    ENTRY(values.last_member_query_interval), MAX_RESPONSE) \
	KEY("last-member-query-count", KEY_NUMBER, DOWNSTREAM, \
	    ENTRY(values.last_member_query_count), RANGE(1, 255)) \
	KEY("startup-query-interval", KEY_INTERVAL, DOWNSTREAM, \
	    ENTRY(values.startup_query_interval), MAX_INTERVAL) \
	KEY("startup-query-count", KEY_NUMBER, DOWNSTREAM, ENTRY(values.startup_query_count), \
	    RANGE(1, 255)) \
	KEY("outage-hold", KEY_INTERVAL, DOWNSTREAM, ENTRY(outage_hold), RANGE(0, 3600000), \
	    .standard = 10000) \
	KEY("max-groups", KEY_NUMBER, DOWNSTREAM, ENTRY(max_groups), RANGE(0, UINT32_MAX), \
	    .standard = CONFIG_MAX_GROUPS) \
	KEY("max-sources", KEY_NUMBER, DOWNSTREAM, ENTRY(max_sources), RANGE(0, UINT32_MAX), \
	    .standard = CONFIG_MAX_SOURCES) \
	KEY("max-total-sources", KEY_NUMBER, DOWNSTREAM, ENTRY(max_total_sources), \
	    RANGE(0, UINT32_MAX), .standard = CONFIG_MAX_TOTAL_SOURCES) \
	KEY("quick-leave", DOWNSTREAM, ENTRY(quick_leave), \
	    CHOICE(3, QUICK_LEAVE_TRACKED, \
		   !ENABLE_QUICK_LEAVE     ? "off (option QUICK_LEAVE is off)" \
		   : !ENABLE_HOST_TRACKING ? "off|on (option HOST_TRACKING is off)" \
					   : "off|on|tracked")) \
	KEY("max-hosts", KEY_NUMBER, DOWNSTREAM, ENTRY(max_hosts), RANGE(0, UINT32_MAX), \
	    .standard = CONFIG_MAX_HOSTS) \
	KEY("max-reporters", KEY_NUMBER, DOWNSTREAM, ENTRY(max_reporters), RANGE(0, 1048576), \
	    .standard = CONFIG_MAX_REPORTERS, .lacks = REPORTER_LIMITS) \
	KEY("max-reports", KEY_NUMBER, DOWNSTREAM, ENTRY(max_reports), RANGE(0, 1000000), \
	    .standard = CONFIG_MAX_REPORTS, .lacks = REPORTER_LIMITS) \
	KEY("reserve", KEY_NUMBER, DOWNSTREAM, ENTRY(reserve), RANGE(0, 100), \
	    .standard = CONFIG_RESERVE, .lacks = REPORTER_LIMITS) \
	KEY("router-alert", DOWNSTREAM, ENTRY(router_alert_strict), \
	    CHOICE(2, true, "lenient|strict")) \
	KEY("ttl-threshold", KEY_NUMBER, DOWNSTREAM, SIDE(ttl_threshold), RANGE(0, 254), \
	    .standard = 1) \
	KEY("static-join", KEY_STATIC_JOIN, DOWNSTREAM, .target = KEY_OF_INTERFACE) \
	KEY("accept-from", KEY_HOSTS, DOWNSTREAM, ENTRY_PAIR(accept_from, accept_from_count)) \
	\
	KEY("host", UPSTREAM, ENTRY(kernel_host), OPTIONAL(KERNEL_HOST, "native", "kernel")) \
	KEY("report-source", KEY_REPORT_SOURCE, UPSTREAM, \
	    ENTRY_PAIR(report_source_set, report_source)) \
	KEY("report-interval", KEY_INTERVAL_OR_0, UPSTREAM, ENTRY(report_interval), \
	    MAX_INTERVAL) \
	KEY("unsolicited-report-interval", KEY_INTERVAL, UPSTREAM, \
	    ENTRY(values.unsolicited_report_interval), MAX_RESPONSE) \
	KEY("source", KEY_SENDERS, UPSTREAM, .target = KEY_OF_INTERFACE, .protocols = EACH, \
	    MEMBERS(struct conf_interface, in[CONF_SOURCE], in[CONF_SOURCE]), .lacks = FILTER)
/* clang-format on */

/* One behind the other, as their lengths differ much. */
#define NAME(name, ...) name "\0"
static const char names[] = KEYS(NAME);
#define ROW(name, ...) {__VA_ARGS__},
static const struct key keys[] = {KEYS(ROW)};

enum { KEY_COUNT = sizeof(keys) / sizeof(keys[0]) };

/* ---- reading ---- */

static bool fail_key(struct parser *parser, uint8_t place)
{
	const char *separator = ": ", *name = names;

	if (parser->scanner.token.type == TOKEN_UNTERMINATED)
		return parser_fail(parser, "a key");
	parser_fail(parser, "a key of %s",
		    place == PLACE_PROGRAM	? "the program"
		    : place == PLACE_INSTANCE	? "an instance"
		    : place == PLACE_DOWNSTREAM ? "a downstream"
						: "an upstream");
	for (size_t i = 0; i < KEY_COUNT; i++, name += strlen(name) + 1) {
		if (!(keys[i].place & place))
			continue;
		parser_explain(parser, separator);
		parser_explain(parser, name);
		separator = ", ";
	}
	return false;
}

bool keys_read(struct parser *parser, struct statement *statement)
{
	const char *name = names;

	for (size_t i = 0; i < KEY_COUNT; i++, name += strlen(name) + 1) {
		const struct key *key = &keys[i];

		if (!(key->place & statement->place) || !scan_is(&parser->scanner, name))
			continue;
		if (LACKING && key->lacks)
			return parser_fail(parser, "another key (option %s is off)",
					   options[key->lacks]);
		scan_next(&parser->scanner);
		statement->key = key;
		return value_read(parser, statement);
	}
	return fail_key(parser, statement->place);
}

/* upstream * out rulematching all|first, upstream * in rulematching first|mutex MILLISECONDS */
static bool read_matching(struct parser *parser, struct statement *statement, bool out)
{
	const struct token *interface = &statement->interface;
	uint32_t value = 0;
	bool first;

	if (statement->place != PLACE_UPSTREAM || interface->length != 1 || *interface->text != '*')
		return parser_fail_at(parser, interface, "upstream * before rulematching");
	if (!ENABLE_MULTI_UPSTREAM)
		return parser_fail(parser, "';' (option MULTI_UPSTREAM is off)");
	first = parser_keyword(parser, "first");
	if (out && !first && !parser_keyword(parser, "all"))
		return parser_fail(parser, "all|first");
	if (!out && !first) {
		if (!parser_keyword(parser, "mutex"))
			return parser_fail(parser, "first|mutex");
		if (!parser_number(parser, 1, 3600000, "milliseconds", &value))
			return false;
	}
	statement->place = PLACE_INSTANCE;
	statement->key = &keys[IN_MATCHING + out];
	statement->protocols = EACH;
	value_set_number(statement, out ? first : value);
	return true;
}

bool keys_read_binding(struct parser *parser, struct statement *statement, bool out)
{
	bool white;

	if (parser_keyword(parser, "rulematching"))
		return read_matching(parser, statement, out);
	white = parser_keyword(parser, "whitelist");
	if (!white && !parser_keyword(parser, "blacklist"))
		return parser_fail(parser, "whitelist, blacklist or rulematching");
	if (!ENABLE_FILTER)
		return parser_fail(parser, "no filter (option FILTER is off)");
	statement->key = &keys[IN_FILTER + out];
	statement->protocols = 1;
	statement->set.list[0].item = ruletable_read_filter(parser, white);
	return statement->set.list[0].item;
}

/* ---- writing ---- */

/* From the member of one protocol to that of the next one. */
static size_t distance(const struct key *key)
{
	if (key->type == KEY_SENDERS)
		return sizeof(struct conf_filter *);
	return key->target == KEY_OF_INSTANCE ? sizeof(struct proxy_config)
					      : sizeof(struct proxy_interface_config);
}

void keys_put(const struct statement *statement, void *target)
{
	const struct key *key = statement->key;
	const union setting *set = &statement->set;
	uint8_t *at = (uint8_t *)target + key->offset;

	if (key->type == KEY_NAME || key->type == KEY_PATH) {
		scan_copy(&statement->value, (char *)at, key->size);
		return;
	}
	for (unsigned i = 0; i < PROTOCOLS; i++, at += distance(key))
		if (statement->protocols >> i & 1)
			memcpy(at, key->type >= KEY_GROUPS ? (const void *)&set->list[i] : set,
			       key->size);
}

void keys_put_defaults(enum key_target which, void *target)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct key *key = &keys[i];
		struct statement statement = {.key = key, .protocols = key->protocols};

		if (key->target != which)
			continue;
		if (key->type == KEY_GROUPS)
			statement.set = *key->lists;
		else if ((key->type == KEY_NAME || key->type == KEY_PATH) && key->text)
			statement.value =
				(struct token){key->text, (unsigned)strlen(key->text), TOKEN_WORD};
		else
			value_set_number(&statement, key->standard);
		keys_put(&statement, target);
	}
}
