/* SPDX-License-Identifier: MIT */
/* The configuration language: text in a buffer -> struct config. Touches nothing else, so it can be
 * fuzzed. */
#ifndef CORE_CONF_H
#define CORE_CONF_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/proxy.h"
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

/* One side of an interface. */
struct conf_interface {
	char name[IF_NAMESIZE];
	bool upstream;
	bool peer;	       /* both sides of it are */
	uint8_t ttl_threshold; /* packets with a TTL up to this are not forwarded out of it */
	/* What has to be passed, all of it; NULL: nothing of that origin. */
	const struct conf_filter *in[CONF_ORIGINS], *out[CONF_ORIGINS];
	/* For each protocol, with the values that are set, without VIF and filters. The lists in it
	 * belong to the struct conf. */
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
	bool out_first; /* upstream * out rulematching first */
	int32_t mutex;	/* upstream * in rulematching mutex, ms; 0: first */
	bool per_source;
	uint8_t scope; /* the narrowest that is proxied, as in IPv6 addresses; the filters do it */
	bool rp_filter_off;
	const struct prefix *ssm_range[PROTOCOLS];
	size_t ssm_range_count[PROTOCOLS];
	uint32_t max_routes;
	bool ssdp_upstream;
	bool rfc3376_timers;
};

struct conf {
	bool disabled;
	/* "": none */
	char control[CONF_PATH];
	char control_group[CONF_NAME];
	char pidfile[CONF_PATH];
	char user[CONF_NAME];
	char group[CONF_NAME];
	char chroot[CONF_PATH];
	bool log_syslog;
	enum log_level log_level;
	uint32_t watchdog;	 /* seconds; 0: none */
	unsigned instance_count; /* none only if disabled */
	struct conf_instance *instance;
	/* The patterns in definitions, each once: when an interface that one of them matches
	 * appears or vanishes, the same text means something else. */
	unsigned pattern_count;
	char (*pattern)[IF_NAMESIZE];
	void *memory; /* the parser's: all lists */
};

struct conf_source {
	const char *name; /* of the text, for errors */
	const char *text;
	size_t size;
	/* The names of the interfaces that patterns in definitions may mean. */
	const char (*present)[IF_NAMESIZE];
	size_t present_count;
};

/* Parses a text. 0, or -1 with ERROR (one line: NAME:LINE:COLUMN: found ..., expected ..., or NAME:
 * out of memory) and CONF untouched. Whether there is an error does not depend on which interfaces
 * are present. The source is not needed afterwards. */
int conf_parse(struct conf *, const struct conf_source *, char error[CONF_ERROR]);
/* Reads what the descriptor FD (or -errno of open()) is of, called NAME, into *TEXT, which is to be
 * freed, and *SIZE. 0, or -1 with ERROR. Files above CONFIG_CONF_MAX_SIZE bytes are refused. Closes
 * FD. */
int conf_load(int fd, const char *name, char **text, size_t *size, char error[CONF_ERROR]);
/* The descriptor of the file PATH, as openat() finds it, for conf_load(); -errno. */
int conf_open(int directory, const char *path);
void conf_free(struct conf *);

#endif
