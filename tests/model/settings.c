/* SPDX-License-Identifier: MIT */
/* See settings.h. */
#include "tests/model/settings.h"

#include <stdint.h>
#include <string.h>

#include "tests/model/words.h"

/* A flag is set by its one word; a choice is the number of its word. */
enum kind { OCTET, NUMBER, SECONDS, FLAG, CHOICE };

static const struct key {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *word[3];
} keys[] = {
#define KEY(text, sort, member) \
	.name = text, .kind = sort, .offset = offsetof(struct proxy_interface_config, member)
	{KEY("version", OCTET, values.version)},
	{KEY("robustness", OCTET, values.robustness)},
	{KEY("last-member-query-count", OCTET, values.last_member_query_count)},
	{KEY("startup-query-count", OCTET, values.startup_query_count)},
	{KEY("query-interval", SECONDS, values.query_interval)},
	{KEY("query-response-interval", SECONDS, values.query_response_interval)},
	{KEY("last-member-query-interval", SECONDS, values.last_member_query_interval)},
	{KEY("startup-query-interval", SECONDS, values.startup_query_interval)},
	{KEY("unsolicited-report-interval", SECONDS, values.unsolicited_report_interval)},
	{KEY("rfc3376-timers", FLAG, values.rfc3376_timers), {"on"}},
	{KEY("oldest-version", OCTET, oldest_version)},
	{KEY("max-groups", NUMBER, max_groups)},
	{KEY("max-sources", NUMBER, max_sources)},
	{KEY("max-total-sources", NUMBER, max_total_sources)},
	{KEY("max-hosts", NUMBER, max_hosts)},
	{KEY("max-reporters", NUMBER, max_reporters)},
	{KEY("max-reports", NUMBER, max_reports)},
	{KEY("reserve", OCTET, reserve)},
	{KEY("querier", CHOICE, querier), {"auto", "always", "never"}},
	{KEY("quick-leave", CHOICE, quick_leave), {"off", "on", "tracked"}},
	{KEY("router-alert", FLAG, router_alert_strict), {"strict"}},
	{KEY("report-interval", SECONDS, report_interval)},
	{KEY("host", FLAG, kernel_host), {"kernel"}},
#undef KEY
};

_Static_assert(QUERIER_AUTO == 0 && QUERIER_ALWAYS == 1 && QUERIER_NEVER == 2, "");
_Static_assert(QUICK_LEAVE_OFF == 0 && QUICK_LEAVE_ON == 1 && QUICK_LEAVE_TRACKED == 2, "");
_Static_assert(sizeof(enum querier_mode) == sizeof(uint32_t), "");

static const struct key *key_named(const char *name)
{
	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static unsigned choice(const struct key *key, const char *word)
{
	unsigned n = 0;

	while (n < 3 && strcmp(key->word[n], word))
		n++;
	return n;
}

const char *settings_set(struct proxy_interface_config *config, const char *name, const char *value)
{
	const struct key *key = key_named(name);
	char *at = (char *)config + (key ? key->offset : 0);
	unsigned number = 0;
	int64_t ms = 0;

	if (!key)
		return "";
	if (key->kind == CHOICE && (number = choice(key, value)) == 3)
		return "one of its words";
	if (key->kind <= NUMBER && !word_number(value, &number))
		return "a number";
	if (key->kind == SECONDS && !word_seconds(value, &ms))
		return "seconds";
	if (key->kind == OCTET)
		*(uint8_t *)at = (uint8_t)number;
	else if (key->kind == FLAG)
		*(bool *)at = !strcmp(value, key->word[0]);
	else
		memcpy(at, key->kind == SECONDS ? (void *)&(int32_t){(int32_t)ms} : &number, 4);
	return NULL;
}
