/* SPDX-License-Identifier: MIT */
/* The variables of RFC 9776 section 8 and RFC 9777 section 9, and what a query tells of them. */
#include "tests/model/state.h"

static void fill(int32_t *value, int32_t rfc)
{
	if (!*value)
		*value = rfc;
}

void variables_fill(struct values *values, enum protocol protocol)
{
	if (!values->version)
		values->version = (uint8_t)newest_version(protocol);
	if (!values->robustness)
		values->robustness = 2;
	fill(&values->query_interval, 125000);
	fill(&values->query_response_interval, 10000);
	fill(&values->last_member_query_interval, 1000);
	fill(&values->startup_query_interval, values->query_interval / 4);
	if (!values->startup_query_count)
		values->startup_query_count = values->robustness;
	if (!values->last_member_query_count)
		values->last_member_query_count = values->robustness;
}

static int64_t membership_of(const struct values *values)
{
	return (int64_t)values->robustness * values->query_interval +
	       (values->rfc3376_timers ? 1 : 2) * (int64_t)values->query_response_interval;
}

/* Another querier makes it longer, never shorter. */
int64_t variables_membership(const struct link *link)
{
	int64_t told = membership_of(&link->values), own = membership_of(&link->configured);

	return told > own ? told : own;
}

int64_t variables_other_querier(const struct link *link)
{
	return (int64_t)link->values.robustness * link->values.query_interval +
	       link->values.query_response_interval / 2;
}

int64_t variables_last_member(const struct link *link)
{
	return (int64_t)link->values.last_member_query_interval *
	       link->values.last_member_query_count;
}

int64_t variables_answers(const struct link *link, int64_t response)
{
	const struct values *own = &link->configured;
	int64_t time = link->values.last_member_query_count * response;
	int64_t least = (int64_t)own->last_member_query_count * own->last_member_query_interval;

	if (least < variables_last_member(link))
		least = variables_last_member(link);
	return time > least ? time : least;
}

int64_t variables_older_host(const struct link *link)
{
	return (int64_t)link->values.robustness * link->values.query_interval +
	       link->values.query_response_interval;
}

/* What is configured, but for what a querier has told (RFC 3376 sections 4.1.6 and 4.1.7). */
void variables_combine(struct link *link)
{
	link->values = link->configured;
	if (link->told_robustness)
		link->values.robustness = (uint8_t)link->told_robustness;
	if (link->told_interval)
		link->values.query_interval = (int32_t)link->told_interval;
	if (!link->config->values.last_member_query_count && !link->config->upstream)
		link->values.last_member_query_count = link->values.robustness;
}

void variables_adopt(const struct model *model, struct link *link, const struct message *message)
{
	bool newest = message->version == newest_version(model->protocol);

	link->told_robustness = newest ? message->robustness : 0;
	link->told_interval = newest ? 1000 * (int64_t)float_value(message->interval_code, 4) : 0;
	/* Who says that he asks much more rarely may be nobody. */
	if (!link->config->upstream && link->told_interval > 4 * link->configured.query_interval)
		link->told_interval = 4 * (int64_t)link->configured.query_interval;
	variables_combine(link);
}
