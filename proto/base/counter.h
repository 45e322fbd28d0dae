/* SPDX-License-Identifier: MIT */
/*
 * What is counted on an interface: messages by type and drops by reason. A drop is a counter, never
 * a log line, so that whoever sends rubbish can fill no log.
 */
#ifndef PROTO_COUNTER_H
#define PROTO_COUNTER_H

#include <stdint.h>

#define COUNTERS(X)                                                                   \
	X(RX_QUERY, "rx-query")                                                       \
	X(RX_REPORT_V1, "rx-report-v1")                                               \
	X(RX_REPORT_V2, "rx-report-v2")                                               \
	X(RX_REPORT_V3, "rx-report-v3")                                               \
	X(RX_LEAVE, "rx-leave")                                                       \
	/* Multicast Router Discovery: advertisements, solicitations, terminations */ \
	X(RX_MRD, "rx-mrd")                                                           \
	X(TX_QUERY, "tx-query")                                                       \
	X(TX_REPORT, "tx-report")                                                     \
	X(TX_LEAVE, "tx-leave")                                                       \
	X(TX_MRD, "tx-mrd")                                                           \
	/* the kernel would not send it; what matters is repeated */                  \
	X(TX_ERROR, "tx-error")                                                       \
	/* reports of groups that never leave their link: heard, but nothing to do */ \
	X(LINK_SCOPE, "link-scope")                                                   \
	/* the packet is dropped */                                                   \
	X(DROP_OVERSIZE, "drop-oversize")                                             \
	X(DROP_IP_HEADER, "drop-ip-header")                                           \
	X(DROP_LENGTH, "drop-length")                                                 \
	X(DROP_TRUNCATED, "drop-truncated")                                           \
	X(DROP_CHECKSUM, "drop-checksum")                                             \
	X(DROP_TTL, "drop-ttl")                                                       \
	X(DROP_ROUTER_ALERT, "drop-router-alert")                                     \
	X(DROP_TYPE, "drop-type")                                                     \
	X(DROP_SOURCE, "drop-source")                                                 \
	X(DROP_DESTINATION, "drop-destination")                                       \
	X(DROP_GROUP, "drop-group")                                                   \
	X(DROP_OWN, "drop-own")                                                       \
	X(DROP_ACCEPT_FROM, "drop-accept-from")                                       \
	X(DROP_VERSION, "drop-version")                                               \
	X(DROP_ROLE, "drop-role")                                                     \
	X(DROP_DOWN, "drop-down")                                                     \
	/* one record of a report is dropped, the others are processed */             \
	X(DROP_RECORD_TYPE, "drop-record-type")                                       \
	X(DROP_RECORD_GROUP, "drop-record-group")                                     \
	X(DROP_RECORD_SOURCE, "drop-record-source")                                   \
	X(DROP_RECORD_SSM, "drop-record-ssm")                                         \
	/* a limit was met */                                                         \
	X(LIMIT_GROUPS, "limit-groups")                                               \
	X(LIMIT_SOURCES, "limit-sources")                                             \
	X(LIMIT_HOSTS, "limit-hosts")                                                 \
	X(LIMIT_ROUTES, "limit-routes")                                               \
	X(LIMIT_REPORTS, "limit-reports")                                             \
	X(NO_MEMORY, "no-memory")                                                     \
	/* something that an administrator should look at */                          \
	X(WARN_QUERIER_VERSION, "warn-querier-version")                               \
	/* upstream: an SSM group was reported in a version that names no sources */  \
	X(WARN_SSM_VERSION, "warn-ssm-version")

enum counter {
#define COUNTER_ENUM(symbol, name) symbol,
	COUNTERS(COUNTER_ENUM)
#undef COUNTER_ENUM
		COUNTER_COUNT,
	NOT_DROPPED = COUNTER_COUNT /* in the place of a DROP_ counter */
};

struct counters {
	uint64_t value[COUNTER_COUNT];
};

/* The counter's name as `mcproxy-stat` prints it. */
const char *counter_name(enum counter);

#endif
