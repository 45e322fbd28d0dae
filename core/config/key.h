/* SPDX-License-Identifier: MIT */
/* What a key of the configuration language is; all of them are in keys.c. */
#ifndef CORE_KEY_H
#define CORE_KEY_H

#include "core/config/statement.h"

enum key_type {
	KEY_NUMBER,
	KEY_INTERVAL,
	KEY_QUERY_INTERVAL, /* one that the Query Response Interval depends on, or that is it */
	KEY_INTERVAL_OR_0,
	KEY_CHOICE,
	KEY_NAME,
	KEY_PATH,
	KEY_VERSION,
	KEY_REPORT_SOURCE,
	KEY_STATIC_JOIN,
	/* From here on, lists or other pointers: */
	KEY_GROUPS,  /* prefixes of groups */
	KEY_HOSTS,   /* prefixes of hosts */
	KEY_SENDERS, /* prefixes of senders, which make a filter */
	KEY_FILTER
};

/* The struct that a value goes to: struct conf, conf_instance or conf_interface. */
enum key_target { KEY_OF_PROGRAM, KEY_OF_INSTANCE, KEY_OF_INTERFACE };

/* What a key's value may be, where it goes, and what holds where it is not set. */
struct key {
	uint8_t type;  /* enum key_type */
	uint8_t place; /* a set of enum place; of a filter or rulematching, which no key names: 0 */
	uint8_t size;  /* of the member; a number's is 1 or 4 */
	uint8_t lacks; /* the number of an option that is off; with it the key is an error */
	uint8_t target;	   /* enum key_target */
	uint8_t protocols; /* the member is there for each of this set */
	uint16_t offset;
	uint32_t standard; /* the default of a number */
	union {
		struct {
			uint32_t minimum, maximum;
		};
		/* The words of a choice, with | between, up to a blank: the value is a word's
		 * number. The default of a name or path; NULL: none. */
		const char *text;
		const union setting *lists; /* the default of prefixes */
	};
};

#endif
