/* SPDX-License-Identifier: MIT */
/*
 * The variables of RFC 3376 section 8 / RFC 3810 section 9 (as RFC 9776 / RFC 9777 replace them)
 * for one interface, and every interval that is derived from them. IGMP's names; MLD's are the same
 * things. All times are milliseconds.
 */
#ifndef PROTO_VALUES_H
#define PROTO_VALUES_H

#include <stdbool.h>
#include <stdint.h>

enum protocol { PROTOCOL_IGMP, PROTOCOL_MLD };
enum { PROTOCOLS = 2 };

/* To the compiler a constant where one of them is not built in. */
static inline bool values_is_mld(enum protocol protocol)
{
	return ENABLE_MLD && (!ENABLE_IGMP || protocol != PROTOCOL_IGMP);
}

/* 0 in any member means: the default of the RFC, see values_complete(). */
struct values {
	uint8_t version; /* spoken at most: 1 to 3 (IGMP), 1 to 2 (MLD) */
	uint8_t robustness;
	uint8_t last_member_query_count;
	uint8_t startup_query_count;
	int32_t query_interval;
	int32_t query_response_interval;
	int32_t last_member_query_interval;
	int32_t startup_query_interval;
	int32_t unsolicited_report_interval;
	bool rfc3376_timers; /* what RFC 9776 and RFC 9777 changed is as in RFC 3376 and RFC 3810 */
};

/* Fills every member that is 0 with its default (RFC 3376 section 8, RFC 3810 section 9), but for
 * unsolicited_report_interval, whose default depends on the version in force. */
void values_complete(struct values *, enum protocol);
/* RV * QI + 2 * QRI (RFC 9776 section 8.4, RFC 9777 section 9.4); with rfc3376_timers RV * QI + QRI
 * (RFC 3376 section 8.4, RFC 3810 section 9.4). */
int64_t values_group_membership_interval(const struct values *);
static inline int64_t values_longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}
/* RV * QI + QRI / 2 (RFC 9776 section 8.5). */
int64_t values_other_querier_present_interval(const struct values *);
/* LMQI * LMQC (RFC 9776 section 8.10). */
int64_t values_last_member_query_time(const struct values *);
/* Of the first query on a link that has come up, whose members nobody knows: 1 s, or QRI where that
 * is less (RFC 9776 section 8.3 leaves the time of startup queries open). */
int32_t values_urgent_response_time(const struct values *);
/* How long members of a link that has been away have to answer: QRI, but no less than LMQT. */
int64_t values_return_time(const struct values *);
/* Until all startup queries have been sent and answered: (SQC - 1) * SQI + QRI. */
int64_t values_startup_time(const struct values *);
/* RV * QI + QRI (RFC 9776 section 8.13, RFC 9777 section 9.13). */
int64_t values_older_host_present_interval(const struct values *);

/* As configured, else 1 s, or 10 s if an OLD version is spoken (RFC 3376 section 8.11, RFC 2236
 * section 8.10). */
int32_t values_unsolicited_report_interval(const struct values *, bool old);

#endif
