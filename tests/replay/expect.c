/* SPDX-License-Identifier: MIT */
/* Expectations against what was sent. */
#include <stdio.h>
#include <stdlib.h>

#include "script.h"

static bool same_record(const struct record *expected, const struct record *got)
{
	return expected->type == got->type && addr_equal(&expected->group, &got->group) &&
	       (expected->any || list_equal(&expected->source, &got->source));
}

/* The same records, in any order. */
static bool same_records(const struct expectation *expectation, const struct message *got)
{
	const struct message *expected = &expectation->said.message;

	if (expected->record_count != got->record_count)
		return false;
	for (unsigned i = 0; i < expected->record_count; i++) {
		unsigned k = 0;

		while (k < got->record_count && !same_record(&expected->record[i], &got->record[k]))
			k++;
		if (k == got->record_count)
			return false;
	}
	return true;
}

static bool matches(const struct expectation *expectation, const struct output *output)
{
	const struct message *expected = &expectation->said.message, *got = &output->message;

	if (expectation->vif != output->vif || output->time <= expectation->after ||
	    output->time > expectation->until || expected->kind != got->kind ||
	    expected->version != got->version)
		return false;
	if (got->kind == KIND_REPORT)
		return expectation->spread || same_records(expectation, got);
	if (got->kind >= KIND_ADVERTISEMENT)
		return (expectation->said.any_interval || expected->interval == got->interval) &&
		       (got->kind != KIND_ADVERTISEMENT ||
			(expected->query_interval == got->query_interval &&
			 expected->robustness == got->robustness));
	if (!addr_same(&expected->group, &got->group))
		return false;
	return got->kind != KIND_QUERY ||
	       (expected->suppress == got->suppress &&
		(expectation->said.any_response || expected->response_code == got->response_code) &&
		(expectation->said.any_robustness || expected->robustness == got->robustness) &&
		(expectation->said.any_interval || expected->interval_code == got->interval_code) &&
		list_equal(&expected->source, &got->source));
}

static bool is_subset(const struct list *part, const struct list *whole)
{
	for (unsigned i = 0; i < part->count; i++)
		if (!list_has(whole, &part->item[i]))
			return false;
	return true;
}

/* Takes GOT out of what is still missing, if it is some of it: a record, or a part of one whose
 * list may be divided (RFC 3376 section 4.2.16). */
static bool take_part(struct message *missing, const struct record *got)
{
	for (unsigned i = 0; i < missing->record_count; i++) {
		struct record *record = &missing->record[i];
		bool divided = got->source.count && got->type != IS_EX && got->type != TO_EX;

		if (record->type != got->type || !addr_equal(&record->group, &got->group))
			continue;
		if (!same_record(record, got) &&
		    !(divided && is_subset(&got->source, &record->source)))
			continue;
		for (unsigned k = 0; k < got->source.count; k++)
			list_remove(&record->source, &got->source.item[k]);
		if (!record->source.count) {
			free(record->source.item);
			*record = missing->record[--missing->record_count];
		}
		return true;
	}
	return false;
}

static bool take_spread(struct expectation *expectation, const struct output *output)
{
	for (unsigned i = 0; i < output->message.record_count; i++)
		if (!take_part(&expectation->said.message, &output->message.record[i]))
			return false;
	if (output->time != expectation->last_moment && expectation->moments)
		expectation->moments--;
	expectation->last_moment = output->time;
	expectation->met = !expectation->said.message.record_count && !expectation->moments;
	return true;
}

/* The expectation that ends first takes it. */
static void take(struct world *world, struct output *output)
{
	struct expectation *best = NULL;

	for (unsigned i = 0; i < world->expectation_count; i++) {
		struct expectation *expectation = &world->expectation[i];

		if (!expectation->met && matches(expectation, output) &&
		    (!best || expectation->until < best->until))
			best = expectation;
	}
	if (!best)
		return;
	if (best->spread) {
		output->taken = take_spread(best, output);
	} else {
		best->met = output->taken = true;
	}
}

/* What was sent on VIF in the window and nobody expected. */
static const char *candidates(const struct world *world, const struct expectation *expectation)
{
	static char text[FAILURE_TEXT / 2];
	char one[MESSAGE_TEXT];
	size_t length = 0;

	snprintf(text, sizeof(text), "nothing");
	for (unsigned i = 0; i < world->output_count && length < sizeof(text) / 2; i++) {
		const struct output *output = &world->output[i];

		if (output->vif != expectation->vif || output->taken ||
		    output->time <= expectation->after - 2000 ||
		    output->time > expectation->until + 2000)
			continue;
		length +=
			(size_t)snprintf(text + length, sizeof(text) - length, "%sat %s %.400s",
					 length ? ", " : "", time_text(output->time - WORLD_EPOCH),
					 codec_text(world->protocol, &output->message, one));
	}
	return text;
}

void check_expectations(struct world *world)
{
	char text[MESSAGE_TEXT];

	for (unsigned i = 0; i < world->output_count; i++)
		take(world, &world->output[i]);
	for (unsigned i = 0; i < world->expectation_count && !world->failed_line; i++) {
		const struct expectation *expectation = &world->expectation[i];

		if (expectation->met || expectation->optional)
			continue;
		world->line = expectation->line;
		world_fail(world, "expected from %s to %s on %s %.400s, got %s",
			   time_text(expectation->after - WORLD_EPOCH),
			   time_text(expectation->until - WORLD_EPOCH),
			   world->node[expectation->vif].name,
			   codec_text(world->protocol, &expectation->said.message, text),
			   candidates(world, expectation));
	}
	for (unsigned i = 0; i < world->output_count && !world->failed_line; i++) {
		const struct output *output = &world->output[i];

		if (!output->taken && !output->ignorable)
			world_fail(world, "expected nothing, got at %s on %s %.400s",
				   time_text(output->time - WORLD_EPOCH),
				   world->node[output->vif].name,
				   codec_text(world->protocol, &output->message, text));
	}
}
