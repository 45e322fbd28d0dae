/* SPDX-License-Identifier: MIT */
/*
 * Every key that can be set, one row a key: where it may stand, the rule that reads its value, the
 * value's range (RFC 9776 section 8, RFC 9777 section 9), where it goes, and which option brings
 * it. Owns: their defaults, but for those of the RFCs, which are values_complete()'s.
 */
#include <string.h>

#include "core/config/conf_filter.h"
#include "core/config/conf_set.h"
#include "core/base/text.h"

/* A list of prefixes is searched for each packet or record, so it has a limit. */
enum { PREFIXES = 256 };

struct key {
	char name[28]; /* no pointer: each costs a relocation */
	bool (*set)(struct parser *, const struct key *);
	union {
		struct {
			uint32_t minimum, maximum;
		};
		const char *choices; /* words with | between; the value is a word's number */
	};
	uint16_t offset;    /* where it goes in struct conf, conf_instance or conf_interface */
	uint8_t size;	    /* of that; a number's is 1 or 4 */
	uint8_t place;	    /* enum conf_place */
	bool each_protocol; /* the member exists for each */
	uint8_t needs;	    /* the number of an option; without it the key is an error */
};

enum { NOTHING, CONTROL, FILTER, PRIVILEGES, PRIVSEP, REPORTER_LIMITS };
static const struct {
	char name[16];
	bool enabled;
} options[] = {
	[NOTHING] = {"", true},
	[CONTROL] = {"CONTROL", ENABLE_CONTROL},
	[FILTER] = {"FILTER", ENABLE_FILTER},
	[PRIVILEGES] = {"PRIVILEGES", ENABLE_PRIVILEGES},
	[PRIVSEP] = {"PRIVSEP", ENABLE_PRIVSEP},
	[REPORTER_LIMITS] = {"REPORTER_LIMITS", ENABLE_REPORTER_LIMITS},
};

struct prefix_list {
	bool named; /* it is to replace the one before */
	size_t count;
	struct prefix prefix[PREFIXES];
};

_Static_assert(sizeof(enum log_level) == sizeof(uint32_t) &&
		       sizeof(enum querier_mode) == sizeof(uint32_t) &&
		       sizeof(enum quick_leave) == sizeof(uint32_t) && sizeof(bool) == 1,
	       "store() has to know their size");

/* Writes a key's value to where the row says. */
static void store(struct parser *parser, const struct key *key, const void *value)
{
	struct conf_interface *interface;

	if (key->place == CONF_PROGRAM && parser->phase == PHASE_DECLARE)
		memcpy((uint8_t *)&parser->conf + key->offset, value, key->size);
	if (key->place == CONF_INSTANCE && parser->phase == PHASE_INSTANCE)
		memcpy((uint8_t *)parser->its->conf + key->offset, value, key->size);
	for (unsigned i = 0; (interface = conf_define_selected(parser, &i)); i++)
		for (size_t n = 0; n < (key->each_protocol ? PROTOCOLS : 1); n++)
			memcpy((uint8_t *)interface + key->offset +
				       n * sizeof(struct proxy_interface_config),
			       value, key->size);
}

static void store_number(struct parser *parser, const struct key *key, uint32_t number)
{
	uint8_t byte = (uint8_t)number;

	store(parser, key, key->size == 1 ? (void *)&byte : (void *)&number);
}

static bool set_number(struct parser *parser, const struct key *key)
{
	uint32_t number;

	if (!parser_number(parser, key->minimum, key->maximum, "a number", &number))
		return false;
	store_number(parser, key, number);
	return true;
}

static bool set_interval(struct parser *parser, const struct key *key)
{
	uint32_t min = key->minimum, max = key->maximum;
	char text[16];
	int64_t milliseconds;

	/* The bounds have one decimal. */
	if (!scan_copy(&parser->scanner, text, sizeof(text)) ||
	    !text_to_milliseconds(text, min, max, &milliseconds))
		return parser_fail(parser, "seconds from %u.%u to %u.%u", min / 1000,
				   min % 1000 / 100, max / 1000, max % 1000 / 100);
	store_number(parser, key, (uint32_t)milliseconds);
	scan_next(&parser->scanner);
	return true;
}

/* The Query Response Interval has to be below the Query Interval (RFC 9776 section 8.3), which is
 * known when all is read. */
static bool set_query_interval(struct parser *parser, const struct key *key)
{
	for (unsigned i = 0; conf_define_selected(parser, &i); i++)
		parser->its->entry[i].interval = parser->scanner.token;
	return set_interval(parser, key);
}

static bool set_report_interval(struct parser *parser, const struct key *key)
{
	if (!parser_keyword(parser, "0"))
		return set_interval(parser, key);
	store_number(parser, key, 0);
	return true;
}

static bool set_choice(struct parser *parser, const struct key *key)
{
	const char *word = key->choices;

	for (uint32_t number = 0;; number++) {
		size_t length = strcspn(word, "|");

		if (scan_is(&parser->scanner, word, length)) {
			store_number(parser, key, number);
			scan_next(&parser->scanner);
			return true;
		}
		if (!word[length])
			return parser_fail(parser, "%s", key->choices);
		word += length + 1;
	}
}

static bool set_log(struct parser *parser, const struct key *key)
{
	if (!ENABLE_SYSLOG && scan_is(&parser->scanner, "syslog", 6))
		return parser_fail(parser, "stderr (option SYSLOG is off)");
	return set_choice(parser, key);
}

static bool set_forwarding(struct parser *parser, const struct key *key)
{
	if (!ENABLE_PER_SOURCE && !scan_is(&parser->scanner, "auto", 4))
		return parser_fail(parser, "auto (option PER_SOURCE is off)");
	return set_choice(parser, key);
}

static bool set_host(struct parser *parser, const struct key *key)
{
	if (!ENABLE_KERNEL_HOST && !scan_is(&parser->scanner, "native", 6))
		return parser_fail(parser, "native (option KERNEL_HOST is off)");
	return set_choice(parser, key);
}

/* By the numbers of RFC 7346 section 2. */
static bool set_scope(struct parser *parser, const struct key *key)
{
	static const struct {
		char name[13];
		uint8_t number;
	} scopes[] = {{"link", 2}, {"site", 5}, {"organization", 8}, {"global", 14}};

	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		if (!parser_keyword(parser, scopes[i].name))
			continue;
		store_number(parser, key, scopes[i].number);
		return true;
	}
	return parser_fail(parser, "link|site|organization|global");
}

static bool set_quick_leave(struct parser *parser, const struct key *key)
{
	if (!ENABLE_QUICK_LEAVE && !scan_is(&parser->scanner, "off", 3))
		return parser_fail(parser, "off (option QUICK_LEAVE is off)");
	if (!ENABLE_HOST_TRACKING && scan_is(&parser->scanner, "tracked", 7))
		return parser_fail(parser, "off|on (option HOST_TRACKING is off)");
	return set_choice(parser, key);
}

static bool set_name(struct parser *parser, const struct key *key)
{
	char name[CONF_NAME];

	if (!parser_name(parser, name, sizeof(name), "a name"))
		return false;
	store(parser, key, name);
	return true;
}

static bool set_path(struct parser *parser, const struct key *key)
{
	struct token token;
	char path[CONF_PATH];

	if (parser->scanner.token.type != TOKEN_QUOTED)
		scan_as(&parser->scanner, TOKEN_PATH);
	token = parser->scanner.token;
	if (!parser_name(parser, path, sizeof(path), "an absolute path"))
		return false;
	/* A daemon has no place to be relative to. */
	if (*path != '/')
		return parser_fail_at(parser, &token, "an absolute path");
	store(parser, key, path);
	return true;
}

/* What concerns a protocol that does not run is a mistake. */
static bool check_runs(struct parser *parser, const struct token *token, enum protocol protocol)
{
	if (parser->phase == PHASE_DECLARE || parser->runs[protocol])
		return true;
	return parser_fail_at(parser, token, "something of %s, as %s does not run here",
			      protocol == PROTOCOL_IGMP ? "MLD" : "IGMP",
			      protocol == PROTOCOL_IGMP ? "IGMP" : "MLD");
}

static bool set_version(struct parser *parser, const struct key *key)
{
	struct conf_interface *interface;
	struct token token = parser->scanner.token;
	enum protocol protocol;
	uint8_t version;

	if (!parser_version(parser, &protocol, &version) || !check_runs(parser, &token, protocol))
		return false;
	if (parser->phase != PHASE_DECLARE && parser->highest[protocol] &&
	    version > parser->highest[protocol])
		return parser_fail_at(parser, &token, "a version up to that of 'protocol'");
	for (unsigned i = 0; (interface = conf_define_selected(parser, &i)); i++) {
		struct proxy_interface_config *proxy = &interface->proxy[protocol];

		*(key->minimum ? &proxy->oldest_version : &proxy->values.version) = version;
	}
	return true;
}

static enum protocol protocol_of(const struct addr *address)
{
	return addr_is_ipv4(address) ? PROTOCOL_IGMP : PROTOCOL_MLD;
}

/* A report leaves with an IPv4 address or 0.0.0.0, or with a link-local IPv6 address or :: (RFC
 * 3376 section 4.2.13, RFC 3810 section 5.2.13). */
static bool may_send_reports(const struct addr *address)
{
	if (addr_is_any(address))
		return true;
	return addr_is_ipv4(address) ? addr_is_unicast(address) : addr_is_link_local(address);
}

static void store_report_source(struct parser *parser, enum protocol protocol,
				const struct addr *address)
{
	struct conf_interface *interface;

	for (unsigned i = 0; (interface = conf_define_selected(parser, &i)); i++) {
		struct proxy_interface_config *proxy = &interface->proxy[protocol];

		proxy->report_source_set = address;
		if (address)
			proxy->report_source = *address;
	}
}

static bool set_report_source(struct parser *parser, const struct key *key)
{
	struct addr address;
	struct token token;

	(void)key;
	if (parser_keyword(parser, "auto")) {
		store_report_source(parser, PROTOCOL_IGMP, NULL);
		store_report_source(parser, PROTOCOL_MLD, NULL);
		return true;
	}
	if (!parser_address(parser, &address, &token))
		return false;
	if (!may_send_reports(&address))
		return parser_fail_at(parser, &token,
				      "auto, an IPv4 unicast or a link-local IPv6 address");
	if (!check_runs(parser, &token, protocol_of(&address)))
		return false;
	store_report_source(parser, protocol_of(&address), &address);
	return true;
}

/* PREFIX or (PREFIX ...), sorted by protocol. A list without a prefix of one protocol says nothing
 * about that protocol, but () is about both. */
static bool read_prefixes(struct parser *parser, bool multicast, struct prefix_list list[PROTOCOLS])
{
	bool many = parser_accept(parser, '(');

	for (size_t i = 0; i < PROTOCOLS; i++) {
		list[i].named = many && parser->scanner.token.type == ')';
		list[i].count = 0;
	}
	while (!many || !parser_accept(parser, ')')) {
		struct token token;
		struct prefix prefix;
		struct prefix_list *its;

		if (!parser_prefix(parser, multicast, &token, &prefix))
			return false;
		its = &list[protocol_of(&prefix.address)];
		if (its->count == PREFIXES)
			return parser_fail_at(parser, &token, "')' after %d prefixes", PREFIXES);
		its->named = true;
		its->prefix[its->count++] = prefix;
		if (!many)
			break;
		parser_accept(parser, ',');
	}
	return true;
}

static bool keep_prefixes(struct parser *parser, const struct prefix_list *list,
			  const struct prefix **result)
{
	size_t size = list->count * sizeof(struct prefix);
	struct prefix *prefixes = NULL;

	if (size) {
		prefixes = parser_allocate(parser, size);
		if (!prefixes)
			return false;
		memcpy(prefixes, list->prefix, size);
	}
	*result = prefixes;
	return true;
}

static bool set_ssm_range(struct parser *parser, const struct key *key)
{
	struct prefix_list list[PROTOCOLS];

	(void)key;
	if (!read_prefixes(parser, true, list))
		return false;
	for (size_t i = 0; i < PROTOCOLS && parser->phase == PHASE_INSTANCE; i++) {
		struct conf_instance *instance = parser->its->conf;

		if (!list[i].named)
			continue;
		if (!keep_prefixes(parser, &list[i], &instance->ssm_range[i]))
			return false;
		instance->ssm_range_count[i] = list[i].count;
	}
	return true;
}

static bool set_accept_from(struct parser *parser, const struct key *key)
{
	struct prefix_list list[PROTOCOLS];

	(void)key;
	if (!read_prefixes(parser, false, list))
		return false;
	for (size_t n = 0; n < PROTOCOLS && parser->selected; n++) {
		struct conf_interface *interface;
		const struct prefix *prefixes;

		if (!list[n].named)
			continue;
		if (!keep_prefixes(parser, &list[n], &prefixes))
			return false;
		for (unsigned i = 0; (interface = conf_define_selected(parser, &i)); i++) {
			interface->proxy[n].accept_from = prefixes;
			interface->proxy[n].accept_from_count = list[n].count;
		}
	}
	return true;
}

static bool set_source(struct parser *parser, const struct key *key)
{
	struct prefix_list list[PROTOCOLS];

	(void)key;
	if (!read_prefixes(parser, false, list))
		return false;
	for (size_t n = 0; n < PROTOCOLS && parser->selected; n++) {
		struct conf_interface *interface;
		const struct conf_filter *filter = NULL;

		if (!list[n].named)
			continue;
		if (list[n].count)
			filter = conf_filter_sources(parser, list[n].prefix, list[n].count);
		if (list[n].count && !filter)
			return false;
		for (unsigned i = 0; (interface = conf_define_selected(parser, &i)); i++)
			interface->in[CONF_SOURCE + n] = filter;
	}
	return true;
}

static bool store_static_join(struct parser *parser, const struct static_join *join)
{
	enum protocol protocol = protocol_of(&join->group);
	struct conf_interface *interface;

	for (unsigned i = 0; (interface = conf_define_selected(parser, &i)); i++) {
		struct proxy_interface_config *proxy = &interface->proxy[protocol];
		struct static_join **list = &parser->its->entry[i].static_join[protocol];

		*list = parser_grow(parser, *list, proxy->static_join_count, sizeof(**list));
		if (!*list)
			return false;
		(*list)[proxy->static_join_count++] = *join;
		proxy->static_join = *list;
	}
	return true;
}

static bool is_ssm(const struct conf_instance *instance, const struct addr *group)
{
	enum protocol protocol = protocol_of(group);

	for (size_t i = 0; i < instance->ssm_range_count[protocol]; i++)
		if (addr_in_prefix(group, &instance->ssm_range[protocol][i]))
			return true;
	return false;
}

/* The source of JOIN, which is of its group's family; every source of an SSM group is nothing that
 * a host could ask for (RFC 4607 section 5.2). */
static bool read_source(struct parser *parser, struct static_join *join)
{
	struct token token = parser->scanner.token;

	if (parser_accept(parser, '*')) {
		join->source = (struct addr){{0}};
		if (parser->phase == PHASE_INTERFACE && is_ssm(parser->its->conf, &join->group))
			return parser_fail_at(parser, &token,
					      "a source, as the group is in ssm-range");
		return true;
	}
	if (!parser_address(parser, &join->source, &token))
		return parser_fail(parser, "a source address or *");
	if (!addr_is_unicast(&join->source) ||
	    protocol_of(&join->source) != protocol_of(&join->group))
		return parser_fail_at(parser, &token, "a unicast address of the group's family");
	return true;
}

static bool set_static_join(struct parser *parser, const struct key *key)
{
	struct static_join join;
	struct token token;

	(void)key;
	if (!parser_symbol(parser, '(') || !parser_address(parser, &join.group, &token))
		return false;
	if (!addr_is_multicast(&join.group) || addr_is_link_scope(&join.group))
		return parser_fail_at(parser, &token, "a multicast group that may leave its link");
	if (!check_runs(parser, &token, protocol_of(&join.group)))
		return false;
	return parser_symbol(parser, '|') && read_source(parser, &join) &&
	       parser_symbol(parser, ')') && store_static_join(parser, &join);
}

/* The fields of a row that say where a value goes. */
#define PROGRAM(member)                                                 \
	.place = CONF_PROGRAM, .offset = offsetof(struct conf, member), \
	.size = sizeof(((struct conf *)NULL)->member)
#define INSTANCE(member)                                                          \
	.place = CONF_INSTANCE, .offset = offsetof(struct conf_instance, member), \
	.size = sizeof(((struct conf_instance *)NULL)->member)
#define INTERFACE(member)                                  \
	.offset = offsetof(struct conf_interface, member), \
	.size = sizeof(((struct conf_interface *)NULL)->member)
#define PROXY(member) .each_protocol = true, INTERFACE(proxy[0].member)
#define DOWNSTREAM .place = CONF_DOWNSTREAM
#define UPSTREAM .place = CONF_UPSTREAM
#define BOTH .place = CONF_DOWNSTREAM | CONF_UPSTREAM
#define RANGE(least, most) .minimum = (least), .maximum = (most)
/* What a Max Resp Code (RFC 9776 section 4.1.1) and a QQIC (section 4.1.7) can tell. */
#define MAX_RESPONSE RANGE(100, 3174400)
#define MAX_INTERVAL RANGE(1000, 31744000)

static const struct key keys[] = {
	{"control", set_path, PROGRAM(control), .needs = CONTROL},
	{"control-group", set_name, PROGRAM(control_group), .needs = CONTROL},
	{"pidfile", set_path, PROGRAM(pidfile)},
	{"log", set_log, PROGRAM(log_syslog), .choices = "stderr|syslog"},
	{"log-level", set_choice, PROGRAM(log_level), .choices = "error|warning|notice|info|debug"},
	{"user", set_name, PROGRAM(user), .needs = PRIVILEGES},
	{"group", set_name, PROGRAM(group), .needs = PRIVILEGES},
	{"chroot", set_path, PROGRAM(chroot), .needs = PRIVILEGES},
	{"watchdog", set_number, PROGRAM(watchdog), RANGE(0, 86400), .needs = PRIVSEP},

	{"ssm-range", set_ssm_range, .place = CONF_INSTANCE},
	{"max-routes", set_number, INSTANCE(max_routes), RANGE(0, UINT32_MAX)},
	{"ssdp", set_choice, INSTANCE(ssdp_upstream), .choices = "local|proxy"},
	{"forwarding", set_forwarding, INSTANCE(per_source), .choices = "auto|per-source"},
	{"scope", ENABLE_FILTER ? set_scope : NULL, INSTANCE(scope), .needs = FILTER},
	{"rp-filter", set_choice, INSTANCE(rp_filter_off), .choices = "keep|off"},
	{"rfc3376-timers", set_choice, INSTANCE(rfc3376_timers), .choices = "off|on"},

	{"version", set_version, BOTH},
	{"oldest-version", set_version, BOTH, .minimum = 1},
	{"robustness", set_number, BOTH, PROXY(values.robustness), RANGE(1, 7)},
	{"querier", set_choice, DOWNSTREAM, PROXY(querier), .choices = "auto|always|never"},
	{"query-interval", set_query_interval, DOWNSTREAM, PROXY(values.query_interval),
	 MAX_INTERVAL},
	{"query-response-interval", set_query_interval, DOWNSTREAM,
	 PROXY(values.query_response_interval), MAX_RESPONSE},
	{"last-member-query-interval", set_interval, DOWNSTREAM,
	 PROXY(values.last_member_query_interval), MAX_RESPONSE},
	{"last-member-query-count", set_number, DOWNSTREAM, PROXY(values.last_member_query_count),
	 RANGE(1, 255)},
	{"startup-query-interval", set_interval, DOWNSTREAM, PROXY(values.startup_query_interval),
	 MAX_INTERVAL},
	{"startup-query-count", set_number, DOWNSTREAM, PROXY(values.startup_query_count),
	 RANGE(1, 255)},
	{"max-groups", set_number, DOWNSTREAM, PROXY(max_groups), RANGE(0, UINT32_MAX)},
	{"max-sources", set_number, DOWNSTREAM, PROXY(max_sources), RANGE(0, UINT32_MAX)},
	{"max-total-sources", set_number, DOWNSTREAM, PROXY(max_total_sources),
	 RANGE(0, UINT32_MAX)},
	{"quick-leave", set_quick_leave, DOWNSTREAM, PROXY(quick_leave),
	 .choices = "off|on|tracked"},
	{"max-hosts", set_number, DOWNSTREAM, PROXY(max_hosts), RANGE(0, UINT32_MAX)},
	{"max-reporters", set_number, DOWNSTREAM, PROXY(max_reporters), RANGE(0, 1048576),
	 .needs = REPORTER_LIMITS},
	{"max-reports", set_number, DOWNSTREAM, PROXY(max_reports), RANGE(0, 1000000),
	 .needs = REPORTER_LIMITS},
	{"reserve", set_number, DOWNSTREAM, PROXY(reserve), RANGE(0, 100),
	 .needs = REPORTER_LIMITS},
	{"router-alert", set_choice, DOWNSTREAM, PROXY(router_alert_strict),
	 .choices = "lenient|strict"},
	{"ttl-threshold", set_number, DOWNSTREAM, INTERFACE(ttl_threshold), RANGE(0, 254)},
	{"static-join", set_static_join, DOWNSTREAM},
	{"accept-from", set_accept_from, DOWNSTREAM},

	{"host", set_host, UPSTREAM, PROXY(kernel_host), .choices = "native|kernel"},
	{"report-source", set_report_source, UPSTREAM},
	{"report-interval", set_report_interval, UPSTREAM, PROXY(report_interval), MAX_INTERVAL},
	{"unsolicited-report-interval", set_interval, UPSTREAM,
	 PROXY(values.unsolicited_report_interval), MAX_RESPONSE},
	{"source", ENABLE_FILTER ? set_source : NULL, UPSTREAM, .needs = FILTER},
};

enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static bool fail_key(struct parser *parser, enum conf_place place)
{
	const char *separator = ": ";

	if (parser->scanner.token.type == TOKEN_UNTERMINATED)
		return parser_fail(parser, "a key");
	parser_fail(parser, "a key of %s",
		    place == CONF_PROGRAM      ? "the program"
		    : place == CONF_INSTANCE   ? "an instance"
		    : place == CONF_DOWNSTREAM ? "a downstream"
					       : "an upstream");
	for (size_t i = 0; i < KEYS; i++) {
		if (!(keys[i].place & place))
			continue;
		parser_explain(parser, separator);
		parser_explain(parser, keys[i].name);
		separator = ", ";
	}
	return false;
}

bool conf_set(struct parser *parser, enum conf_place place)
{
	for (size_t i = 0; i < KEYS; i++) {
		const struct key *key = &keys[i];

		if (!(key->place & place) ||
		    !scan_is(&parser->scanner, key->name, strlen(key->name)))
			continue;
		if (!options[key->needs].enabled)
			return parser_fail(parser, "another key (option %s is off)",
					   options[key->needs].name);
		scan_next(&parser->scanner);
		return key->set(parser, key);
	}
	return fail_key(parser, place);
}

void conf_set_defaults(struct conf *conf)
{
	if (ENABLE_CONTROL)
		strcpy(conf->control, "/run/mcproxy.sock");
	conf->log_level = LOG_LEVEL_NOTICE;
	conf->watchdog = ENABLE_PRIVSEP ? 30 : 0;
}

void conf_set_instance_defaults(struct conf_instance *instance)
{
	/* 232.0.0.0/8 and ff3x::/32 (RFC 4607 section 1). */
	static const struct prefix igmp = {{{[10] = 0xff, 0xff, 232}}, 96 + 8};
#define FF3X(scope)                          \
	{                                    \
		{{0xff, 0x30 | (scope)}}, 32 \
	}
	static const struct prefix mld[] = {
		FF3X(0), FF3X(1), FF3X(2),  FF3X(3),  FF3X(4),	FF3X(5),  FF3X(6),  FF3X(7),
		FF3X(8), FF3X(9), FF3X(10), FF3X(11), FF3X(12), FF3X(13), FF3X(14), FF3X(15),
	};

	instance->ssm_range[PROTOCOL_IGMP] = &igmp;
	instance->ssm_range_count[PROTOCOL_IGMP] = 1;
	instance->ssm_range[PROTOCOL_MLD] = mld;
	instance->ssm_range_count[PROTOCOL_MLD] = sizeof(mld) / sizeof(mld[0]);
	instance->max_routes = CONFIG_MAX_ROUTES;
	instance->scope = 2;
}

void conf_set_interface_defaults(struct conf_interface *interface)
{
	interface->ttl_threshold = 1;
	for (size_t i = 0; i < PROTOCOLS; i++) {
		struct proxy_interface_config *proxy = &interface->proxy[i];

		proxy->max_groups = CONFIG_MAX_GROUPS;
		proxy->max_sources = CONFIG_MAX_SOURCES;
		proxy->max_total_sources = CONFIG_MAX_TOTAL_SOURCES;
		proxy->max_hosts = CONFIG_MAX_HOSTS;
		proxy->max_reporters = CONFIG_MAX_REPORTERS;
		proxy->max_reports = CONFIG_MAX_REPORTS;
		proxy->reserve = CONFIG_RESERVE;
	}
}
