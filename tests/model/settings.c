/* SPDX-License-Identifier: MIT */
/* See settings.h. */
#include "tests/model/settings.h"

#include <stdint.h>
#include <string.h>

#include "tests/model/keys.h"
#include "tests/model/words.h"

/* The keys that are words: a flag is set by its one word; a choice is the number of its word. */
static const struct key {
	const char *name;
	size_t offset;
	const char *word[3];
} keys[] = {
#define KEY(text, member) .name = text, .offset = offsetof(struct proxy_interface_config, member)
	{KEY("rfc3376-timers", values.rfc3376_timers), {"on"}},
	{KEY("querier", querier), {"auto", "always", "never"}},
	{KEY("quick-leave", quick_leave), {"off", "on", "tracked"}},
	{KEY("router-alert", router_alert_strict), {"strict"}},
	{KEY("host", kernel_host), {"kernel"}},
#undef KEY
};

_Static_assert(QUERIER_AUTO == 0 && QUERIER_ALWAYS == 1 && QUERIER_NEVER == 2, "");
_Static_assert(QUICK_LEAVE_OFF == 0 && QUICK_LEAVE_ON == 1 && QUICK_LEAVE_TRACKED == 2, "");
_Static_assert(sizeof(enum querier_mode) == sizeof(uint32_t), "");

static const char *set_word(char *at, const struct key *key, const char *value)
{
	uint32_t n = 0;

	if (!key->word[1]) {
		*(bool *)at = !strcmp(value, key->word[0]);
		return NULL;
	}
	while (n < 3 && strcmp(key->word[n], value))
		n++;
	if (n == 3)
		return "one of its words";
	memcpy(at, &n, sizeof(n));
	return NULL;
}

static const char *set_number(char *at, const struct key_case *key, const char *value)
{
	unsigned number = 0;
	int64_t ms = 0;

	if (key->seconds ? !word_seconds(value, &ms) : !word_number(value, &number))
		return key->seconds ? "seconds" : "a number";
	if (key->seconds)
		number = (unsigned)ms;
	if (key->size == 1)
		*(uint8_t *)at = (uint8_t)number;
	else
		memcpy(at, &number, sizeof(number));
	return NULL;
}

const char *settings_set(struct proxy_interface_config *config, const char *name, const char *value)
{
	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i].name, name))
			return set_word((char *)config + keys[i].offset, &keys[i], value);
	for (unsigned i = 0; i < KEY_CASES; i++)
		if (key_cases[i].size && !strcmp(key_cases[i].name, name))
			return set_number((char *)config + key_cases[i].offset, &key_cases[i],
					  value);
	return "";
}
