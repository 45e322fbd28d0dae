/* SPDX-License-Identifier: MIT */
/* The configuration language: text in a buffer -> struct config. Touches nothing else, so it can be
 * fuzzed. */
#ifndef CORE_CONF_H
#define CORE_CONF_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "../proto/proxy.h"
#include "log.h"

enum { CONF_NAME = 64, CONF_PATH = 108, CONF_ERROR = 512 };

struct conf_interface {
	char name[IF_NAMESIZE];
	bool upstream;
	uint8_t ttl_threshold; /* packets with a TTL up to this are not forwarded out of it */
	/* For each protocol, with the values that are set. The lists in it belong to the struct
	 * conf. */
	struct proxy_interface_config proxy[PROTOCOLS];
};

struct conf_instance {
	char name[CONF_NAME];
	bool protocol[PROTOCOLS]; /* which ones it runs */
	unsigned interface_count;
	struct conf_interface interface[PROXY_VIFS]; /* upstreams first, in the order of the file */
	const struct prefix *ssm_range[PROTOCOLS];
	size_t ssm_range_count[PROTOCOLS];
	uint32_t max_routes;
	bool ssdp_upstream;
	bool rfc3376_timers;
};

struct conf {
	bool disabled;
	char control[CONF_PATH];
	char control_group[CONF_NAME]; /* "": none */
	char pidfile[CONF_PATH];       /* "": none */
	bool log_syslog;
	enum log_level log_level;
	struct conf_instance instance; /* the one there is; without interfaces: none (disabled) */
	void *memory;		       /* the parser's: all lists */
};

/* Parses SIZE bytes of TEXT, called NAME in errors. 0, or -1 with ERROR (one line:
 * NAME:LINE:COLUMN: found ..., expected ..., or NAME: out of memory) and CONF untouched. */
int conf_parse(struct conf *, const char *name, const char *text, size_t size,
	       char error[CONF_ERROR]);
/* Reads the file PATH and parses it; the same results. Files above CONFIG_CONF_MAX_SIZE bytes are
 * refused. */
int conf_read(struct conf *, const char *path, char error[CONF_ERROR]);
void conf_free(struct conf *);

#endif
