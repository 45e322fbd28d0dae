/* SPDX-License-Identifier: MIT */
/*
 * Definitions; see define.h. Owns: what an instance names, when its definition and the statements
 * `add` and `del` are taken together, and limits of that.
 */
#include "core/config/define.h"

#include <string.h>

#include "core/base/text.h"

/* ---- items ---- */

/* The item that named NAME, or was that PATTERN, in that place last; NULL: none has. */
static struct item *find_item(const struct definition *definition, uint8_t place, const char *name,
			      bool pattern)
{
	struct item *found = NULL;

	for (struct item *item = definition->item; item; item = item->next)
		if (item->place & place && item->pattern == pattern && !strcmp(item->name, name))
			found = item;
	return found;
}

static bool is_live(const struct item *item)
{
	return item && !(ENABLE_RELOAD && item->deleted);
}

bool define_knows(const struct definition *definition, uint8_t place, const char *name)
{
	if (find_item(definition, place, name, false))
		return true;
	for (const struct item *item = definition->item; ENABLE_RELOAD && item; item = item->next)
		if (item->place & place && item->pattern && text_matches(item->name, name))
			return true;
	return false;
}

/* Moves an item to the end, or puts a new one there. */
static struct item *append_item(struct parser *parser, struct definition *definition,
				struct item *item)
{
	struct item **link = &definition->item;

	if (!item) {
		item = parser_scratch(parser, sizeof(*item));
		if (!item)
			return NULL;
		definition->item_count++;
	} else {
		while (*link != item)
			link = &(*link)->next;
		*link = item->next;
		if (!*link)
			definition->end = link;
	}
	*definition->end = item;
	definition->end = &item->next;
	return item;
}

/* Counts ITEM in (1) or out (-1); an interface counts once, whichever sides it is on. */
static void count_item(struct definition *definition, const struct item *item, int step)
{
	bool up = item->place & PLACE_UPSTREAM;

	definition->upstreams += up ? (unsigned)step : 0;
	if (item->pattern)
		return;
	definition->upstream_names += up ? (unsigned)step : 0;
	if (!is_live(find_item(definition, PLACE_PEER & ~item->place, item->name, false)))
		definition->names += (unsigned)step;
}

/* May ITEM, which is not there yet, be in the definition? */
static bool check_item(struct parser *parser, const struct definition *definition,
		       const struct item *item)
{
	bool up = item->place & PLACE_UPSTREAM, down = item->place & PLACE_DOWNSTREAM;
	bool is_up = is_live(find_item(definition, PLACE_UPSTREAM, item->name, item->pattern));
	bool is_down = is_live(find_item(definition, PLACE_DOWNSTREAM, item->name, item->pattern));
	/* One VIF is the upstream's, also where there is none. */
	unsigned most = up || definition->upstream_names ? PROXY_VIFS : PROXY_VIFS - 1;

	if (item->pattern && !ENABLE_RELOAD)
		return parser_fail_at(parser, item->token,
				      "an interface's name (option RELOAD is off)");
	if ((up && is_up) || (down && is_down))
		return parser_fail_at(parser, item->token, "%s that was not named before",
				      up && is_up ? "an upstream" : "a downstream");
	if (!ENABLE_PEERING && (is_up || is_down))
		return parser_fail_at(parser, item->token,
				      "an interface that was not named before (option PEERING is "
				      "off)");
	if (up && !ENABLE_MULTI_UPSTREAM && definition->upstreams)
		return parser_fail_at(parser, item->token,
				      "one upstream (option MULTI_UPSTREAM is off)");
	if (!item->pattern && !is_up && !is_down && definition->names >= most)
		return parser_fail_at(parser, item->token, "at most %u interfaces", most);
	return definition->item_count < DRAFT_ITEMS ||
	       parser_fail_at(parser, item->token, "at most %d names", DRAFT_ITEMS);
}

static bool add_item(struct parser *parser, struct definition *definition, uint8_t place,
		     const struct token *token)
{
	struct item new = {.place = place, .token = token, .pattern = statement_is_pattern(token)};
	struct item *item = NULL;

	scan_copy(token, new.name, sizeof(new.name));
	if (!check_item(parser, definition, &new))
		return false;
	count_item(definition, &new, 1);
	if (ENABLE_RELOAD)
		item = find_item(definition, place, new.name, new.pattern);
	item = append_item(parser, definition, item && item->place == place ? item : NULL);
	if (!item)
		return false;
	*item = new;
	return true;
}

static bool delete_item(struct parser *parser, struct definition *definition, uint8_t place,
			const struct token *token)
{
	char name[IF_NAMESIZE];
	struct item *item;

	scan_copy(token, name, sizeof(name));
	item = find_item(definition, place, name, statement_is_pattern(token));
	if (!is_live(item) || item->place != place)
		return parser_fail_at(parser, token, "%s that the instance names",
				      place == PLACE_PEER	? "a peer"
				      : place == PLACE_UPSTREAM ? "an upstream"
								: "a downstream");
	item->deleted = true;
	count_item(definition, item, -1);
	return true;
}

/* ---- statements ---- */

struct definition *define_find(const struct draft *draft, const struct statement *statement)
{
	char name[CONF_NAME];

	scan_copy(&statement->instance, name, sizeof(name));
	return parser_known(draft->parser, NAME_INSTANCE, 0, name);
}

static struct definition *begin_definition(struct draft *draft, const struct token *token)
{
	struct definition *definition;

	if (draft->definitions && !ENABLE_MULTI_INSTANCE) {
		parser_fail_at(draft->parser, token,
			       "another statement (option MULTI_INSTANCE is off)");
		return NULL;
	}
	if (draft->definitions == DRAFT_INSTANCES) {
		parser_fail_at(draft->parser, token, "at most %d instances", DRAFT_INSTANCES);
		return NULL;
	}
	definition = parser_scratch(draft->parser, sizeof(*definition));
	if (!definition)
		return NULL;
	definition->number = draft->definitions++;
	definition->end = &definition->item;
	*draft->end = definition;
	draft->end = &definition->next;
	return definition;
}

/* Only the table's number is unique that was asked for. */
static bool check_table(const struct draft *draft, const struct definition *definition,
			const struct token *token)
{
	for (const struct definition *other = draft->first; other != definition;
	     other = other->next)
		if (definition->table && other->table == definition->table)
			return parser_fail_at(draft->parser, token,
					      "a table that no other instance has");
	return true;
}

bool define_instance(struct draft *draft, const struct statement *statement)
{
	struct parser *parser = draft->parser;
	struct definition *definition = begin_definition(draft, &statement->instance);

	if (!definition)
		return false;
	if (define_find(draft, statement))
		return parser_fail_at(parser, &statement->instance,
				      "a name that no other instance has");
	scan_copy(&statement->instance, definition->name, sizeof(definition->name));
	definition->table = statement->set.define.table;
	if (!parser_remember(parser, NAME_INSTANCE, 0, definition->name, definition) ||
	    !check_table(draft, definition, &statement->value))
		return false;
	for (const struct named *named = statement->set.define.first; named; named = named->next)
		if (!add_item(parser, definition, named->place, &named->token))
			return false;
	return true;
}

bool define_change(struct draft *draft, const struct statement *statement)
{
	struct definition *definition = define_find(draft, statement);

	if (!definition)
		return parser_fail_at(draft->parser, &statement->instance,
				      "an instance that is defined before");
	return (statement->kind == STATEMENT_ADD ? add_item : delete_item)(
		draft->parser, definition, statement->place, &statement->interface);
}
