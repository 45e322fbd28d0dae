/* SPDX-License-Identifier: MIT */
/* Every key of the configuration language, once for all tests, in the order in which errors name
 * them: where it may stand and, of a number of interfaces, its bounds, its default and where it
 * goes. */
#ifndef TESTS_MODEL_KEYS_H
#define TESTS_MODEL_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/config.h"

struct key_case {
	const char *name;
	const char *places; /* of the program, an instance, a downstream, an upstream */
	/* NULL: the key has tests of its own. */
	const char *least, *most, *below, *above, *range;
	int64_t minimum, maximum, standard;
	size_t offset, size; /* in struct proxy_interface_config; 0: not a number there */
	bool seconds;	     /* in ms there */
};

#define KEY_GOES(member)                                           \
	.offset = offsetof(struct proxy_interface_config, member), \
	.size = sizeof(((struct proxy_interface_config *)NULL)->member)
#define KEY_WAITS(member) KEY_GOES(member), .seconds = true
#define KEY_RESPONSE \
	"0.1", "3174.4", "0.099", "3174.401", "seconds from 0.1 to 3174.4", 100, 3174400, 0
#define KEY_INTERVAL \
	"1", "31744.000", "0.999", "31744.001", "seconds from 1.0 to 31744.0", 1000, 31744000, 0
#define KEY_NUMBER(least, most, above, standard)                                                  \
#least, #most, (least) ? "0" : "-1", #above, "a number from " #least " to " #most, least, \
		most, standard
#define KEY_LIMIT(standard) KEY_NUMBER(0, 4294967295, 4294967296, standard)

static const struct key_case key_cases[] = {
	{.name = "control", .places = "p"},
	{.name = "control-group", .places = "p"},
	{.name = "pidfile", .places = "p"},
	{.name = "log", .places = "p"},
	{.name = "log-level", .places = "p"},
	{.name = "user", .places = "p"},
	{.name = "group", .places = "p"},
	{.name = "chroot", .places = "p"},
	{.name = "watchdog", .places = "p"},
	{.name = "ssm-range", .places = "i"},
	{.name = "max-routes", .places = "i"},
	{.name = "ssdp", .places = "i"},
	{.name = "forwarding", .places = "i"},
	{.name = "scope", .places = "i"},
	{.name = "rp-filter", .places = "i"},
	{.name = "rfc3376-timers", .places = "i"},
	{.name = "version", .places = "du", KEY_GOES(values.version)},
	{.name = "oldest-version", .places = "du", KEY_GOES(oldest_version)},
	{"robustness", "du", KEY_NUMBER(1, 7, 8, 0), KEY_GOES(values.robustness)},
	{.name = "querier", .places = "d"},
	{.name = "query-interval", .places = "d", KEY_WAITS(values.query_interval)},
	{.name = "query-response-interval",
	 .places = "d",
	 KEY_WAITS(values.query_response_interval)},
	{"last-member-query-interval", "d", KEY_RESPONSE,
	 KEY_WAITS(values.last_member_query_interval)},
	{"last-member-query-count", "d", KEY_NUMBER(1, 255, 256, 0),
	 KEY_GOES(values.last_member_query_count)},
	{"startup-query-interval", "d", KEY_INTERVAL, KEY_WAITS(values.startup_query_interval)},
	{"startup-query-count", "d", KEY_NUMBER(1, 255, 256, 0),
	 KEY_GOES(values.startup_query_count)},
	{"outage-hold", "d", "0", "3600", "-1", "3600.001", "seconds from 0.0 to 3600.0", 0,
	 3600000, 10000, KEY_WAITS(outage_hold)},
	{"max-groups", "d", KEY_LIMIT(CONFIG_MAX_GROUPS), KEY_GOES(max_groups)},
	{"max-sources", "d", KEY_LIMIT(CONFIG_MAX_SOURCES), KEY_GOES(max_sources)},
	{"max-total-sources", "d", KEY_LIMIT(CONFIG_MAX_TOTAL_SOURCES),
	 KEY_GOES(max_total_sources)},
	{.name = "quick-leave", .places = "d"},
	{"max-hosts", "d", KEY_LIMIT(CONFIG_MAX_HOSTS), KEY_GOES(max_hosts)},
	{"max-reporters", "d", KEY_NUMBER(0, 1048576, 1048577, CONFIG_MAX_REPORTERS),
	 KEY_GOES(max_reporters)},
	{"max-reports", "d", KEY_NUMBER(0, 1000000, 1000001, CONFIG_MAX_REPORTS),
	 KEY_GOES(max_reports)},
	{"reserve", "d", KEY_NUMBER(0, 100, 101, CONFIG_RESERVE), KEY_GOES(reserve)},
	{.name = "router-alert", .places = "d"},
	{.name = "ttl-threshold", .places = "d"},
	{.name = "static-join", .places = "d"},
	{.name = "accept-from", .places = "d"},
	{.name = "host", .places = "u"},
	{.name = "report-source", .places = "u"},
	{"report-interval", "u", KEY_INTERVAL, KEY_WAITS(report_interval)},
	{"unsolicited-report-interval", "u", KEY_RESPONSE,
	 KEY_WAITS(values.unsolicited_report_interval)},
	{.name = "source", .places = "u"},
};
enum { KEY_CASES = sizeof(key_cases) / sizeof(key_cases[0]) };

#endif
