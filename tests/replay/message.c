/* SPDX-License-Identifier: MIT */
/* Messages as text; see script.h. */
#include <stdlib.h>
#include <string.h>

#include "script.h"

bool parse_packet_option(struct world *world, struct words *words, unsigned vif,
			 struct packet_options *options)
{
	struct damage *damage = &options->damage;
	const char *value, *colon;

	if ((value = option(words, "dst"))) {
		options->destination = parse_addr(world, value, vif);
		options->destination_set = true;
	} else if ((value = option(words, "ttl"))) {
		options->ttl = number(world, value);
	} else if ((value = option(words, "ra"))) {
		options->no_router_alert = !strcmp(value, "no");
	} else if ((value = option(words, "sum"))) {
		damage->checksum = !strcmp(value, "bad");
		damage->keep_checksum = !strcmp(value, "keep");
	} else if ((value = option(words, "tail"))) {
		damage->tail = number(world, value);
	} else if ((value = option(words, "cut"))) {
		damage->cut_set = true;
		damage->cut = number(world, value);
	} else if ((value = option(words, "poke"))) {
		colon = strchr(value, ':');
		if (!colon || damage->poke_count == 8) {
			world_fail(world, "expected poke=OFFSET:VALUE");
			return true;
		}
		damage->poke[damage->poke_count].offset = (unsigned)strtoul(value, NULL, 0);
		damage->poke[damage->poke_count++].value = (uint8_t)number(world, colon + 1);
	} else {
		return false;
	}
	return true;
}

static unsigned mantissa_bits(const struct world *world)
{
	return world->protocol == PROTOCOL_IGMP ? 4 : 12;
}

/* The Max Resp Code of a query. */
static unsigned response_code(const struct world *world, const struct message *message, int64_t ms)
{
	uint64_t value = (uint64_t)(world->protocol == PROTOCOL_IGMP ? ms / 100 : ms);

	if (world->protocol == PROTOCOL_IGMP && message->version == 1)
		return 0;
	if (message->version < newest_version(world->protocol))
		return (unsigned)value;
	return float_code(value, mantissa_bits(world));
}

static bool parse_query_option(struct world *world, struct words *words, struct message *message,
			       struct expectation *pattern, int64_t *response)
{
	const char *value;

	if (take_word(words, "s")) {
		message->suppress = true;
	} else if ((value = option(words, "mrt"))) {
		pattern->any_response = !strcmp(value, "*");
		*response = pattern->any_response ? 0 : seconds(world, value);
	} else if ((value = option(words, "qrv"))) {
		pattern->any_robustness = !strcmp(value, "*");
		message->robustness = pattern->any_robustness ? 0 : number(world, value);
	} else if ((value = option(words, "qqi"))) {
		pattern->any_interval = !strcmp(value, "*");
		message->interval_code =
			pattern->any_interval ? 0 : float_code(number(world, value), 4);
	} else if (!strcmp(peek_word(words), "v1") || !strcmp(peek_word(words), "v2") ||
		   !strcmp(peek_word(words), "v3")) {
		message->version = (unsigned)(next_word(words)[1] - '0');
	} else {
		return false;
	}
	return true;
}

/* [GROUP [{SOURCES}]] [s] [v1|v2|v3] [mrt=S] [qrv=N] [qqi=S]. What is not said is taken from
 * VALUES. */
static void parse_query(struct world *world, struct words *words, unsigned vif,
			struct expectation *pattern, const struct values *values,
			struct packet_options *options)
{
	struct message *message = &pattern->message;
	const char *code = NULL, *word;
	int64_t response = -1;

	message->kind = KIND_QUERY;
	message->version = values->version ? values->version : newest_version(world->protocol);
	message->robustness = values->robustness > 7 ? 0 : values->robustness;
	message->interval_code = float_code((uint64_t)values->query_interval / 1000, 4);
	while (words->at < words->count && !world->failed_line) {
		if (parse_query_option(world, words, message, pattern, &response) ||
		    (options && parse_packet_option(world, words, vif, options)))
			continue;
		if (!strcmp(peek_word(words), "{")) {
			parse_list(world, words, &message->source);
		} else if ((word = option(words, "code"))) {
			code = word;
		} else {
			message->group = parse_addr(world, next_word(words), vif);
		}
	}
	if (response < 0)
		response = addr_is_any(&message->group) ? values->query_response_interval
							: values->last_member_query_interval;
	message->response_code =
		code ? number(world, code) : response_code(world, message, response);
	if (message->version < newest_version(world->protocol))
		message->robustness = message->interval_code = 0;
}

static unsigned parse_record_type(struct world *world, const char *word)
{
	for (unsigned type = IS_IN; type <= BLOCK; type++)
		if (!strcmp(word, record_type_text(type)))
			return type;
	return number(world, word);
}

/* TYPE GROUP {SOURCES} [aux=N], for each group of a range. */
static void parse_record(struct world *world, struct words *words, struct expectation *pattern)
{
	unsigned type = parse_record_type(world, next_word(words)), aux = 0;
	struct list groups = {0}, sources = {0};
	const char *value;

	parse_range(world, next_word(words), &groups);
	if (take_word(words, "*"))
		pattern->any_list = true;
	else
		parse_list(world, words, &sources);
	if ((value = option(words, "aux")))
		aux = number(world, value);
	for (unsigned i = 0; i < groups.count; i++) {
		struct record *record = codec_add(&pattern->message, type, &groups.item[i]);

		record->aux = aux;
		for (unsigned s = 0; s < sources.count; s++)
			list_add(&record->source, &sources.item[s]);
	}
	free(groups.item);
	free(sources.item);
}

static void parse_report(struct world *world, struct words *words, unsigned vif,
			 struct expectation *pattern, struct packet_options *options)
{
	pattern->message.kind = KIND_REPORT;
	pattern->message.version = newest_version(world->protocol);
	while (words->at < words->count && !world->failed_line) {
		if (options && parse_packet_option(world, words, vif, options))
			continue;
		parse_record(world, words, pattern);
		take_word(words, "+");
	}
}

void parse_message(struct world *world, struct words *words, unsigned vif,
		   struct expectation *pattern, const struct values *values,
		   struct packet_options *options)
{
	struct message *message = &pattern->message;
	const char *word = next_word(words);
	unsigned newest = newest_version(world->protocol), version = newest - 1;

	if (!strcmp(word, "query")) {
		parse_query(world, words, vif, pattern, values, options);
		return;
	}
	if (word[0] == 'v' && word[1] >= '1' && word[1] <= '3' && !word[2])
		version = (unsigned)(word[1] - '0');
	else if (strcmp(word, "report") && strcmp(word, "old") && strcmp(word, "leave"))
		world_fail(world, "expected a message, got \"%s\"", word);
	if (version == newest || !strcmp(word, "report")) {
		parse_report(world, words, vif, pattern, options);
		return;
	}
	message->kind = strcmp(word, "leave") ? KIND_OLD_REPORT : KIND_LEAVE;
	message->version = version;
	message->group = parse_addr(world, next_word(words), vif);
	while (options && parse_packet_option(world, words, vif, options))
		;
}
