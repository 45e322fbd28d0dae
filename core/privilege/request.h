/* SPDX-License-Identifier: MIT */
/*
 * What the worker asks the monitor for, a row each: REQUEST(TYPE, FUNCTION).
 * serve_FUNCTION() of monitor_serve.c does it. In priv.h and priv_worker.c is the function by which
 * the worker asks.
 */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include "core/privilege/priv.h"

/* clang-format off */
#define MONITOR_ROWS(REQUEST) \
	/* settings; descriptors: the root directory, the control socket */ \
	REQUEST(SETTLE, settle) \
	REQUEST(PIDFILE, pidfile) \
	REQUEST(READY, ready) \
	/* number: it is done */ \
	REQUEST(RELOADING, reloading) \
	/* protocol, table; the reply comes with it */ \
	REQUEST(MROUTE, mroute) \
	REQUEST(MROUTE_DONE, mroute_done) \
	/* protocol */ \
	REQUEST(HOLDERS, holders) \
	/* number: what it is called; with a descriptor */ \
	REQUEST(KEEP, keep) \
	REQUEST(CLOSE, close) \
	REQUEST(SWEEP, sweep) \
	/* number: add; protocol, table, name, attribute */ \
	REQUEST(RULE, rule) \
	/* number: which enum priv_rp_filter; name */ \
	REQUEST(RP_FILTER, rp_filter) \
	REQUEST(FILE, file) \
	/* number: the file's bytes; with a descriptor */ \
	REQUEST(SCRIPT, script) \
	REQUEST(SYSLOG, syslog) \
	REQUEST(UPGRADE, upgrade)
/* clang-format on */

#define REQUEST(type, function) MONITOR_##type,
enum monitor_request_type { MONITOR_ROWS(REQUEST) MONITOR_REQUESTS };
#undef REQUEST

struct monitor_request {
	uint32_t type, protocol, table, number;
	uint16_t attribute;
	char name[IF_NAMESIZE];
	struct priv_settings settings;
};

struct monitor_reply {
	int32_t error;
	bool kept;
	char text[PRIV_TEXT];
};

#endif
