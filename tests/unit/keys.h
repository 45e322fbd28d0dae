/* SPDX-License-Identifier: MIT */
/* What errors say of the keys. */
#ifndef TESTS_UNIT_KEYS_H
#define TESTS_UNIT_KEYS_H

#include <string.h>

#include "core/config/conf.h"
#include "tests/model/keys.h"

/* PREFIX and what is expected where a key may stand. */
static inline const char *keys_of(char place, const char *prefix)
{
	static char text[CONF_ERROR];
	const char *separator = ": ";

	strcpy(text, prefix);
	strcat(text, place == 'p'   ? "a key of the program"
		     : place == 'i' ? "a key of an instance"
		     : place == 'd' ? "a key of a downstream"
				    : "a key of an upstream");
	for (size_t i = 0; i < KEY_CASES; i++) {
		if (!strchr(key_cases[i].places, place))
			continue;
		strcat(strcat(text, separator), key_cases[i].name);
		separator = ", ";
	}
	return text;
}

#endif
