/* SPDX-License-Identifier: MIT */
/* Defaults and derived intervals; see values.h. */
#include "proto/base/values.h"

void values_complete(struct values *v, enum protocol protocol)
{
	if (!v->version)
		v->version = values_is_mld(protocol) ? 2 : 3;
	if (!v->robustness)
		v->robustness = 2;
	if (!v->query_interval)
		v->query_interval = 125000;
	if (!v->query_response_interval)
		v->query_response_interval = 10000;
	if (!v->last_member_query_interval)
		v->last_member_query_interval = 1000;
	if (!v->last_member_query_count)
		v->last_member_query_count = v->robustness;
	if (!v->startup_query_interval)
		v->startup_query_interval = v->query_interval / 4;
	if (!v->startup_query_count)
		v->startup_query_count = v->robustness;
}

int32_t values_unsolicited_report_interval(const struct values *v, bool old)
{
	if (v->unsolicited_report_interval)
		return v->unsolicited_report_interval;
	return old ? 10000 : 1000;
}

int64_t values_group_membership_interval(const struct values *v)
{
	int64_t responses = v->rfc3376_timers ? 1 : 2;

	return v->robustness * (int64_t)v->query_interval + responses * v->query_response_interval;
}

int64_t values_other_querier_present_interval(const struct values *v)
{
	return (int64_t)v->robustness * v->query_interval + v->query_response_interval / 2;
}

int64_t values_last_member_query_time(const struct values *v)
{
	return (int64_t)v->last_member_query_count * v->last_member_query_interval;
}

int32_t values_urgent_response_time(const struct values *v)
{
	return v->query_response_interval < 1000 ? v->query_response_interval : 1000;
}

int64_t values_return_time(const struct values *v)
{
	int64_t time = values_last_member_query_time(v);

	return time > v->query_response_interval ? time : v->query_response_interval;
}

int64_t values_startup_time(const struct values *v)
{
	return (v->startup_query_count - 1) * (int64_t)v->startup_query_interval +
	       v->query_response_interval;
}

int64_t values_older_host_present_interval(const struct values *v)
{
	return (int64_t)v->robustness * v->query_interval + v->query_response_interval;
}
