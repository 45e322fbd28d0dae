/* SPDX-License-Identifier: MIT */
/*
 * Who has sent a report: one who has gone on reporting, with a part of the reserve, or a stranger;
 * and how much one may report. A list without an end: worlds have tables of one place, or of so
 * many that nobody is ever put out.
 */
#include <limits.h>
#include <stdlib.h>

#include "tests/model/state.h"

enum { BURST = 10000000 /* microseconds */ };

static bool is_forgotten(const struct model *model, const struct link *link,
			 const struct known *known)
{
	return model->now >= known->heard + variables_membership(link);
}

static bool is_regular(const struct model *model, const struct link *link,
		       const struct known *known)
{
	return known->heard >= known->since + link->values.query_response_interval &&
	       !is_forgotten(model, link, known);
}

/* Another table: nobody is known, what was drawn is in common use. */
static void begin_anew(struct link *link)
{
	link->known_count = 0;
	link->known_most = link->config->max_reporters;
	for (unsigned i = 0; i < link->member_count; i++)
		link->member[i].drawer = 0;
}

/* NULL: there is no place for it. What was drawn is the place's. */
static struct known *place_of(struct model *model, struct link *link, const struct addr *reporter)
{
	struct known *known;
	unsigned drawn = 0;

	if (link->known_most != link->config->max_reporters)
		begin_anew(link);
	for (unsigned i = 0; i < link->known_count; i++)
		if (addr_equal(&link->known[i].reporter, reporter))
			return &link->known[i];
	if (link->known_count == 1 && link->known_most == 1) {
		known = &link->known[0];
		drawn = known->drawn;
		if (is_regular(model, link, known))
			return NULL;
	} else {
		known = GROW(link->known, link->known_count, link->known_room);
	}
	*known = (struct known){
		.reporter = *reporter, .since = model->now, .heard = model->now, .drawn = drawn};
	return known;
}

/* What it has reported above what it may wears off. */
static bool owes_too_much(struct model *model, const struct link *link, struct known *known,
			  unsigned count)
{
	unsigned most = link->config->max_reports;

	if (!most)
		return false;
	known->debt -= 1000 * (model->now - known->debt_at);
	known->debt_at = model->now;
	if (known->debt < 0)
		known->debt = 0;
	if (known->debt > BURST)
		return true;
	known->debt += (int64_t)count * 1000000 / most;
	return false;
}

bool reporter_hear(struct model *model, struct link *link, const struct heard *heard)
{
	const struct message *message = heard->message;
	unsigned count = message->kind == KIND_REPORT ? message->record_count : 1;
	struct known *known;

	link->reporter = 0;
	link->reserve = link->config->max_reporters ? link->config->reserve : 0;
	if (!link->config->max_reporters || addr_is_any(&heard->source))
		return true;
	known = place_of(model, link, &heard->source);
	if (!known)
		return true;
	if (is_forgotten(model, link, known))
		*known = (struct known){
			.reporter = heard->source, .since = model->now, .drawn = known->drawn};
	known->heard = model->now;
	if (is_regular(model, link, known))
		link->reporter = (unsigned)(known - link->known) + 1;
	return !owes_too_much(model, link, known, count ? count : 1);
}

/* ---- the reserve ---- */

static unsigned kept_of(const struct link *link, unsigned limit)
{
	return limit * link->reserve / 100;
}

static unsigned common_of(const struct link *link, unsigned limit)
{
	return limit ? limit - kept_of(link, limit) : UINT_MAX;
}

unsigned reporter_drawn(const struct link *link)
{
	unsigned count = 0;

	for (unsigned i = 0; i < link->member_count; i++)
		count += !!link->member[i].drawer;
	return count;
}

bool reporter_finds_group(const struct link *link)
{
	return link->member_count - reporter_drawn(link) <
	       common_of(link, link->config->max_groups);
}

bool reporter_finds_sources(const struct link *link, unsigned count)
{
	unsigned most = link->config->max_total_sources;

	return !most || held_total(link, false) + count <= common_of(link, most);
}

bool reporter_may_draw(const struct link *link)
{
	const struct proxy_interface_config *config = link->config;
	unsigned kept =
		kept_of(link, config->max_groups ? config->max_groups : config->max_total_sources);
	unsigned part = kept / (config->max_reporters ? config->max_reporters : 1);

	return link->reporter && kept &&
	       (!config->max_groups || link->member_count < config->max_groups) &&
	       link->known[link->reporter - 1].drawn < (part > 4 ? part : 4);
}

void reporter_draw(struct link *link, struct member *member)
{
	member->drawer = link->reporter;
	member->untracked = true;
	link->known[member->drawer - 1].drawn++;
}

void reporter_return(struct link *link, const struct member *member)
{
	if (member->drawer)
		link->known[member->drawer - 1].drawn--;
}

/* May MEMBER list one source more? */
bool reporter_finds_source(const struct link *link, const struct member *member)
{
	const struct proxy_interface_config *config = link->config;
	unsigned own = link->reporter && config->max_sources ? config->max_sources
							     : common_of(link, config->max_sources);
	unsigned each = 1;

	if (config->max_groups && config->max_total_sources > config->max_groups)
		each = config->max_total_sources / config->max_groups;
	if (member->source_count >= own)
		return false;
	if (!member->drawer)
		return reporter_finds_sources(link, 1);
	return !config->max_total_sources ||
	       (member->source_count < each &&
		held_total(link, true) < kept_of(link, config->max_total_sources));
}
