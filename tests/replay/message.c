/* SPDX-License-Identifier: MIT */
/* Messages as text; see tests/model/said.h. */
#include <string.h>

#include "script.h"

static void name(void *ctx, const char *word, struct list *list)
{
	const struct place *place = ctx;
	struct addr addr;

	if (strchr(word, '-')) {
		parse_range(place->world, word, list);
		return;
	}
	addr = parse_addr(place->world, word, place->vif);
	list_add(list, &addr);
}

static void wrong(void *ctx, const char *expected, const char *got)
{
	const struct place *place = ctx;

	world_fail(place->world, "expected %s, got \"%s\"", expected, got);
}

struct speaker speaker_at(struct place *place, const struct values *values)
{
	return (struct speaker){.protocol = place->world->protocol,
				.values = values,
				.name = name,
				.wrong = wrong,
				.ctx = place};
}
