/* SPDX-License-Identifier: MIT */
/* What the configuration says, as data: what the statements of a script make of the interfaces that
 * there are. */
#ifndef CORE_CONF_H
#define CORE_CONF_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/base/config.h"
#include "core/base/log.h"

enum { CONF_NAME = 64, CONF_PATH = 108, CONF_ERROR = 512 };

/* Ranges: first and last address, of one family; `*`: from all zeros to all ones. */
struct conf_rule {
	char interface[IF_NAMESIZE]; /* for data that come from there only; "": from anywhere */
	struct addr group[2], source[2];
};

/* Passes what one of its rules matches (whitelist), or what none of them does. Tables within tables
 * are in the one list. */
struct conf_filter {
	bool whitelist;
	const struct conf_rule *rule;
	size_t count;
};

/* A statement whitelist or blacklist; what the keys source and scope make; what peering does. */
enum conf_origin {
	CONF_BOUND,
	CONF_SOURCE, /* one for each protocol */
	CONF_SCOPE = CONF_SOURCE + PROTOCOLS,
	CONF_PEERING,
	CONF_ORIGINS
};

/* The narrowest scope that is proxied. */
enum conf_scope { SCOPE_LINK, SCOPE_SITE, SCOPE_ORGANIZATION, SCOPE_GLOBAL };

/* One side of an interface. */
struct conf_interface {
	char name[IF_NAMESIZE];
	bool upstream;
	bool peer;	       /* both sides of it are */
	uint8_t ttl_threshold; /* packets with a TTL up to this are not forwarded out of it */
	/* What has to be passed, all of it; NULL: nothing of that origin. */
	const struct conf_filter *in[CONF_ORIGINS], *out[CONF_ORIGINS];
	/* For each protocol, with the values that are set, without VIF and filters. */
	struct proxy_interface_config proxy[PROTOCOLS];
};

struct conf_instance {
	char name[CONF_NAME];
	uint32_t table;		  /* the kernel's multicast routing table; 0: the default one */
	bool protocol[PROTOCOLS]; /* which ones it runs */
	/* Up to PROXY_ENTRIES, of up to PROXY_VIFS names; upstreams first, in order of priority. An
	 * instance of patterns that match nothing has none. */
	unsigned interface_count;
	struct conf_interface *interface;
	/* What patterns match beyond that is left out: how many interfaces, and the first one. */
	unsigned skipped_count;
	char skipped[IF_NAMESIZE];
	uint8_t scope; /* enum conf_scope; the filters do it */
	bool rp_filter_off;
	/* For each protocol, with what is set for the instance, without interfaces. */
	struct proxy_config proxy[PROTOCOLS];
};

struct conf {
	bool disabled;
	/* "": none */
	char control[CONF_PATH];
	bool control_given; /* else it is the default, which another daemon may have, too */
	char control_group[CONF_NAME];
	char pidfile[CONF_PATH];
	char user[CONF_NAME];
	char group[CONF_NAME];
	char chroot[CONF_PATH];
	bool log_syslog;
	enum log_level log_level;
	bool log_level_given;	 /* at run time */
	uint32_t watchdog;	 /* seconds; 0: none */
	unsigned instance_count; /* none only if disabled */
	struct conf_instance *instance;
	/* The patterns in definitions, each once: when an interface that one of them matches
	 * appears or vanishes, the same statements mean something else. */
	unsigned pattern_count;
	char (*pattern)[IF_NAMESIZE];
	void *memory; /* of the lists, as far as they are not the script's */
};

#endif
