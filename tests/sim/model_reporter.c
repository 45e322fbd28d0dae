/* SPDX-License-Identifier: MIT */
/*
 * Who has sent a report: one who has gone on reporting, or a stranger, who may use but a part of
 * the limits; and how much one may report. A list without an end: worlds have tables of one place,
 * or of so many that nobody is ever put out.
 */
#include <limits.h>
#include <stdlib.h>

#include "model_state.h"

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

/* NULL: there is no place for it. */
static struct known *place_of(struct model *model, struct link *link, const struct addr *reporter)
{
	struct known *known;

	if (link->known_most != link->config->max_reporters)
		link->known_count = 0;
	link->known_most = link->config->max_reporters;
	for (unsigned i = 0; i < link->known_count; i++)
		if (addr_equal(&link->known[i].reporter, reporter))
			return &link->known[i];
	if (link->known_count == 1 && link->known_most == 1) {
		known = &link->known[0];
		if (is_regular(model, link, known))
			return NULL;
	} else {
		link->known = model_grow(link->known, link->known_count, &link->known_room,
					 sizeof(*link->known));
		known = &link->known[link->known_count++];
	}
	*known = (struct known){.reporter = *reporter, .since = model->now, .heard = model->now};
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

	link->stranger = link->config->max_reporters;
	if (!link->stranger || addr_is_any(&heard->source))
		return true;
	known = place_of(model, link, &heard->source);
	if (!known)
		return true;
	if (is_forgotten(model, link, known))
		*known = (struct known){.reporter = heard->source, .since = model->now};
	known->heard = model->now;
	link->stranger = !is_regular(model, link, known);
	return !owes_too_much(model, link, known, count ? count : 1);
}

unsigned reporter_limit(const struct link *link, unsigned limit)
{
	unsigned kept = link->stranger ? link->config->reserve : 0;

	return limit ? limit - limit * kept / 100 : UINT_MAX;
}
