/* SPDX-License-Identifier: MIT */
/* See said.h. */
#include "tests/model/said.h"

#include <stdlib.h>
#include <string.h>

static unsigned number(const struct speaker *speaker, const char *text)
{
	unsigned value;

	if (!word_number(text, &value))
		speaker->wrong(speaker->ctx, "a number", text);
	return value;
}

static struct addr address(const struct speaker *speaker, const char *word)
{
	struct list list = {0};
	struct addr addr = {{0}};

	speaker->name(speaker->ctx, word, &list);
	if (list.count)
		addr = list.item[0];
	free(list.item);
	return addr;
}

bool said_spoilt(const struct speaker *speaker, struct words *words, struct said *said)
{
	struct damage *damage = &said->damage;
	const char *value, *colon;

	if ((value = option(words, "dst"))) {
		said->destination = address(speaker, value);
		said->destination_set = true;
	} else if ((value = option(words, "ttl"))) {
		said->ttl = number(speaker, value);
	} else if ((value = option(words, "ra"))) {
		said->no_router_alert = !strcmp(value, "no");
	} else if ((value = option(words, "sum"))) {
		damage->checksum = !strcmp(value, "bad");
		damage->keep_checksum = !strcmp(value, "keep");
	} else if ((value = option(words, "tail"))) {
		damage->tail = number(speaker, value);
	} else if ((value = option(words, "cut"))) {
		damage->cut_set = true;
		damage->cut = number(speaker, value);
	} else if ((value = option(words, "poke"))) {
		colon = strchr(value, ':');
		if (!colon || damage->poke_count == 8) {
			speaker->wrong(speaker->ctx, "poke=OFFSET:VALUE", value);
			return true;
		}
		damage->poke[damage->poke_count].offset = (unsigned)strtoul(value, NULL, 0);
		damage->poke[damage->poke_count++].value = (uint8_t)number(speaker, colon + 1);
	} else {
		return false;
	}
	return true;
}

static bool is_spoilt(const struct speaker *speaker, struct words *words, struct said *said)
{
	return speaker->spoils && said_spoilt(speaker, words, said);
}

/* {A, B}; false: there is none */
static bool take_list(const struct speaker *speaker, struct words *words, struct list *list)
{
	if (!take_word(words, "{"))
		return false;
	while (!take_word(words, "}"))
		if (words->at == words->count) {
			speaker->wrong(speaker->ctx, "}", "");
			return true;
		} else if (!take_word(words, ",")) {
			speaker->name(speaker->ctx, next_word(words), list);
		}
	return true;
}

static int64_t response(const struct speaker *speaker, const char *text)
{
	int64_t ms;

	if (speaker->terse)
		return number(speaker, text);
	if (!word_seconds(text, &ms))
		speaker->wrong(speaker->ctx, "seconds", text);
	return ms;
}

static bool take_query_option(const struct speaker *speaker, struct words *words, struct said *said,
			      int64_t *ms)
{
	struct message *message = &said->message;
	const char *value, *word = peek_word(words);

	if (take_word(words, "s")) {
		said->suppress_said = message->suppress = true;
	} else if (take_word(words, "clear")) {
		said->suppress_said = true;
	} else if ((value = option(words, "mrt"))) {
		said->any_response = !strcmp(value, "*");
		said->response_said = true;
		*ms = said->any_response ? 0 : response(speaker, value);
	} else if ((value = option(words, "qrv"))) {
		said->any_robustness = !strcmp(value, "*");
		said->robustness_said = true;
		message->robustness = said->any_robustness ? 0 : number(speaker, value);
	} else if ((value = option(words, "qqi"))) {
		said->any_interval = !strcmp(value, "*");
		said->interval_said = true;
		message->interval_code =
			said->any_interval ? 0 : float_code(number(speaker, value), 4);
	} else if (take_word(words, "new") || take_word(words, "v1") || take_word(words, "v2") ||
		   take_word(words, "v3")) {
		said->version_said = true;
		if (*word == 'v')
			message->version = (unsigned)(word[1] - '0');
	} else {
		return false;
	}
	return true;
}

static void take_query(const struct speaker *speaker, struct words *words, struct said *said)
{
	const struct values *values = speaker->values;
	struct message *message = &said->message;
	unsigned newest = newest_version(speaker->protocol);
	const char *code = NULL, *word;
	int64_t ms = -1;

	message->kind = KIND_QUERY;
	message->version = values->version ? values->version : newest;
	message->robustness = values->robustness > 7 ? 0 : values->robustness;
	message->interval_code = float_code((uint64_t)values->query_interval / 1000, 4);
	while (words->at < words->count) {
		if (take_query_option(speaker, words, said, &ms) ||
		    is_spoilt(speaker, words, said) || take_list(speaker, words, &message->source))
			continue;
		if ((word = option(words, "code")))
			code = word;
		else if (take_word(words, "*"))
			said->any_group = true;
		else
			message->group = address(speaker, next_word(words));
	}
	if (ms < 0)
		ms = addr_is_any(&message->group) ? values->query_response_interval
						  : values->last_member_query_interval;
	message->response_code =
		code ? number(speaker, code)
		     : codec_response_code(speaker->protocol, message->version, ms);
	if (message->version < newest)
		message->robustness = message->interval_code = 0;
}

/* TYPE GROUP {SOURCES} [aux=N], for each group of a range; an expected one may have the type *. */
static void take_record(const struct speaker *speaker, struct words *words, struct said *said)
{
	struct list groups = {0}, sources = {0};
	unsigned type = BLOCK, aux = 0;
	const char *word = next_word(words), *value;
	bool any, none;

	while (type && strcmp(word, record_type_text(type)))
		type--;
	if (!type && strcmp(word, "*"))
		type = number(speaker, word);
	speaker->name(speaker->ctx, next_word(words), &groups);
	any = take_word(words, "*");
	none = !any && !take_list(speaker, words, &sources);
	any |= none && !type;
	if (none && !speaker->terse)
		speaker->wrong(speaker->ctx, "{", peek_word(words));
	if ((value = option(words, "aux")))
		aux = number(speaker, value);
	for (unsigned i = 0; i < groups.count; i++) {
		struct record *record = codec_add(&said->message, type, &groups.item[i]);

		record->aux = aux;
		record->any = any;
		list_copy(&record->source, &sources);
	}
	free(groups.item);
	free(sources.item);
}

static void take_report(const struct speaker *speaker, struct words *words, struct said *said)
{
	said->message.kind = KIND_REPORT;
	said->message.version = newest_version(speaker->protocol);
	while (words->at < words->count) {
		if (is_spoilt(speaker, words, said))
			continue;
		take_record(speaker, words, said);
		take_word(words, "+");
	}
}

/* advert [every=N] [qqi=N] [qrv=N], solicit, terminate; what is not said is as configured, 20 s,
 * or, where it is expected, whatever it is. False: no such word. */
static bool take_discovery(const struct speaker *speaker, struct words *words, struct said *said,
			   const char *word)
{
	static const char *const name[] = {"advert", "solicit", "terminate"};
	struct message *message = &said->message;
	const char *value;
	unsigned kind = 0;

	while (kind < 3 && strcmp(word, name[kind]))
		kind++;
	if (kind == 3)
		return false;
	message->kind = (enum kind)(KIND_ADVERTISEMENT + kind);
	message->interval = 20;
	said->any_interval = true;
	message->robustness = speaker->values->robustness;
	message->query_interval = (unsigned)speaker->values->query_interval / 1000;
	while (words->at < words->count)
		if ((value = option(words, "every"))) {
			message->interval = number(speaker, value);
			said->any_interval = false;
		} else if ((value = option(words, "qqi"))) {
			message->query_interval = number(speaker, value);
		} else if ((value = option(words, "qrv"))) {
			message->robustness = number(speaker, value);
		} else if (!is_spoilt(speaker, words, said)) {
			break;
		}
	return true;
}

void said_read(const struct speaker *speaker, struct words *words, struct said *said)
{
	struct message *message = &said->message;
	const char *word = next_word(words);
	unsigned newest = newest_version(speaker->protocol), version = newest - 1;

	if (!strcmp(word, "query")) {
		take_query(speaker, words, said);
		return;
	}
	if (take_discovery(speaker, words, said, word))
		return;
	if (word[0] == 'v' && word[1] >= '1' && word[1] <= '3' && !word[2])
		version = (unsigned)(word[1] - '0');
	else if (strcmp(word, "report") && strcmp(word, "old") && strcmp(word, "leave"))
		speaker->wrong(speaker->ctx, "a message", word);
	if (version == newest || !strcmp(word, "report")) {
		take_report(speaker, words, said);
		return;
	}
	message->kind = strcmp(word, "leave") ? KIND_OLD_REPORT : KIND_LEAVE;
	message->version = version;
	message->group = address(speaker, next_word(words));
	while (is_spoilt(speaker, words, said))
		;
}
