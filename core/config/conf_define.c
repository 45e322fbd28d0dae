/* SPDX-License-Identifier: MIT */
/*
 * Instances and their interfaces. Owns: which interfaces an instance has, on which side and in what
 * order, when its definition, the statements `add` and `del`, and what its patterns match are taken
 * together; limits; the numbers of kernel tables. Leaves out: what is set for them.
 *
 * A pattern stands for the interfaces there are that it matches and that no definition names. One
 * of downstreams or peers takes only what no pattern before it has taken, where those of upstreams
 * and peers come before those of downstreams. Upstreams can be shared between instances.
 */
#include <string.h>

#include "core/config/conf_define.h"
#include "core/config/conf_set.h"
#include "core/base/text.h"

/* An interface on a side of an instance. */
struct choice {
	const char *name;
	bool upstream, peer;
};

/* ---- names ---- */

static bool is_pattern(const char *text)
{
	return strpbrk(text, "*?");
}

/* What the kernel takes as an interface's name. */
static bool is_interface_name(const char *name)
{
	return !strpbrk(name, "/: ") && strcmp(name, ".") && strcmp(name, "..");
}

bool conf_define_name(struct parser *parser, const char *expected, struct token *token,
		      char name[IF_NAMESIZE], bool *pattern)
{
	bool scanned = scan_as(&parser->scanner, TOKEN_PATTERN);

	*token = parser->scanner.token;
	if (!parser_name(parser, name, IF_NAMESIZE, expected))
		return false;
	*pattern = scanned && is_pattern(name);
	return *pattern || is_interface_name(name) ||
	       parser_fail_at(parser, token, "a name that an interface can have");
}

/* The item that named NAME on that side last; NULL: none has. */
static struct item *find(const struct parser *parser, const struct definition *definition,
			 bool upstream, const char *name)
{
	return parser_known(parser, upstream ? NAME_UPSTREAM : NAME_DOWNSTREAM, definition->number,
			    name);
}

static bool is_live(const struct item *item)
{
	return item && !(ENABLE_RELOAD && item->deleted);
}

bool conf_define_knows(const struct parser *parser, const struct definition *definition,
		       bool upstream, const char *name)
{
	uint8_t side = upstream ? DEFINE_UPSTREAM : DEFINE_DOWNSTREAM;

	if (find(parser, definition, upstream, name))
		return true;
	for (const struct item *item = definition->item; ENABLE_RELOAD && item; item = item->next)
		if (item->sides & side && item->pattern && text_matches(item->name, name))
			return true;
	return false;
}

struct conf_interface *conf_define_selected(const struct parser *parser, unsigned *i)
{
	struct conf_instance *instance = parser->selected ? parser->its->conf : NULL;

	for (; instance && *i < instance->interface_count; ++*i)
		if (parser->selected >> *i & 1)
			return &instance->interface[*i];
	return NULL;
}

/* ---- items ---- */

/* Moves an item to the end, or puts a new one there. */
static struct item *append(struct parser *parser, struct definition *definition, struct item *item)
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
static void count(const struct parser *parser, struct definition *definition,
		  const struct item *item, int step)
{
	bool up = item->sides & DEFINE_UPSTREAM;

	definition->upstreams += up ? (unsigned)step : 0;
	if (item->pattern)
		return;
	definition->upstream_names += up ? (unsigned)step : 0;
	if (item->sides == DEFINE_PEER || !is_live(find(parser, definition, !up, item->name)))
		definition->names += (unsigned)step;
}

/* May ITEM, which is not there yet, be in the definition? */
static bool check_item(struct parser *parser, const struct definition *definition,
		       const struct item *item)
{
	bool up = item->sides & DEFINE_UPSTREAM, down = item->sides & DEFINE_DOWNSTREAM;
	bool is_up = is_live(find(parser, definition, true, item->name));
	bool is_down = is_live(find(parser, definition, false, item->name));
	/* One VIF is the upstream's, also where there is none. */
	unsigned most = up || definition->upstream_names ? PROXY_VIFS : PROXY_VIFS - 1;

	if (item->pattern && !ENABLE_RELOAD)
		return parser_fail_at(parser, &item->token,
				      "an interface's name (option RELOAD is off)");
	if ((up && is_up) || (down && is_down))
		return parser_fail_at(parser, &item->token, "%s that was not named before",
				      up && is_up ? "an upstream" : "a downstream");
	if (!ENABLE_PEERING && (is_up || is_down))
		return parser_fail_at(parser, &item->token,
				      "an interface that was not named before (option PEERING is "
				      "off)");
	if (up && !ENABLE_MULTI_UPSTREAM && definition->upstreams)
		return parser_fail_at(parser, &item->token,
				      "one upstream (option MULTI_UPSTREAM is off)");
	if (!item->pattern && !is_up && !is_down && definition->names >= most)
		return parser_fail_at(parser, &item->token, "at most %u interfaces", most);
	return definition->item_count < DEFINE_ITEMS ||
	       parser_fail_at(parser, &item->token, "at most %d names", DEFINE_ITEMS);
}

/* Takes one more name or pattern of SIDES; EXPECTED otherwise. */
static bool add_item(struct parser *parser, struct definition *definition, uint8_t sides,
		     const char *expected)
{
	struct item new = {.sides = sides, .peer = sides == DEFINE_PEER}, *item;
	bool up = sides & DEFINE_UPSTREAM, down = sides & DEFINE_DOWNSTREAM;

	if (!conf_define_name(parser, expected, &new.token, new.name, &new.pattern) ||
	    !check_item(parser, definition, &new))
		return false;
	count(parser, definition, &new, 1);
	item = ENABLE_RELOAD ? find(parser, definition, up, new.name) : NULL;
	item = append(parser, definition, item && item->sides == sides ? item : NULL);
	if (!item)
		return false;
	*item = new;
	if (up && !parser_remember(parser, NAME_UPSTREAM, definition->number, item->name, item))
		return false;
	return !down ||
	       parser_remember(parser, NAME_DOWNSTREAM, definition->number, item->name, item);
}

static bool delete_item(struct parser *parser, struct definition *definition, uint8_t sides)
{
	char name[IF_NAMESIZE];
	struct token token;
	struct item *item;
	bool pattern;

	if (!conf_define_name(parser, "an interface's name", &token, name, &pattern))
		return false;
	item = find(parser, definition, sides & DEFINE_UPSTREAM, name);
	if (!is_live(item) || item->sides != sides)
		return parser_fail_at(parser, &token, "%s that the instance names",
				      sides == DEFINE_PEER	 ? "a peer"
				      : sides == DEFINE_UPSTREAM ? "an upstream"
								 : "a downstream");
	item->deleted = true;
	count(parser, definition, item, -1);
	return true;
}

/* ---- statements ---- */

static struct definition *begin(struct parser *parser, const struct token *token)
{
	struct definition *definition;

	if (parser->definitions && !ENABLE_MULTI_INSTANCE) {
		parser_fail_at(parser, token, "another statement (option MULTI_INSTANCE is off)");
		return NULL;
	}
	if (parser->definitions == DEFINE_INSTANCES) {
		parser_fail_at(parser, token, "at most %d instances", DEFINE_INSTANCES);
		return NULL;
	}
	definition = parser_scratch(parser, sizeof(*definition));
	if (!definition)
		return NULL;
	definition->number = parser->definitions++;
	definition->end = &definition->item;
	*parser->end = definition;
	parser->end = &definition->next;
	return definition;
}

static bool name_it(struct parser *parser, struct definition *definition, const struct token *token,
		    const char *name)
{
	if (parser_known(parser, NAME_INSTANCE, 0, name))
		return parser_fail_at(parser, token, "a name that no other instance has");
	strcpy(definition->name, name);
	return parser_remember(parser, NAME_INSTANCE, 0, name, definition);
}

/* Does the definition end here? LINE: that of the old form, which ends with it; 0: the new one. */
static bool ends(const struct parser *parser, size_t line)
{
	const struct token *token = &parser->scanner.token;

	return token->type == ';' || token->type == TOKEN_END || (line && token->line != line);
}

static bool read_items(struct parser *parser, struct definition *definition, size_t line)
{
	static const char expected[] = "an interface's name";
	uint8_t sides = DEFINE_DOWNSTREAM;
	bool needed;

	while (!parser_accept(parser, TOKEN_ARROW))
		if (!add_item(parser, definition, DEFINE_UPSTREAM, "'==>' or an interface's name"))
			return false;
	needed = !definition->item;
	while (needed || !ends(parser, line)) {
		if (!ENABLE_PEERING && scan_is(&parser->scanner, "peer", 4))
			return parser_fail(parser, "no peers (option PEERING is off)");
		if (parser_keyword(parser, "peer"))
			sides = DEFINE_PEER;
		if (!add_item(parser, definition, sides,
			      needed ? expected : "';' or an interface's name"))
			return false;
		needed = false;
	}
	return true;
}

static bool read_table(struct parser *parser, struct definition *definition)
{
	/* The kernel has none above. */
	const uint32_t most = 999999999;

	struct token token;

	if (!parser_accept(parser, '('))
		return true;
	token = parser->scanner.token;
	if (!ENABLE_MULTI_INSTANCE)
		return parser_fail(parser, "no table's number (option MULTI_INSTANCE is off)");
	if (!parser_number(parser, 1, most, "a table's number", &definition->table))
		return false;
	for (const struct definition *other = parser->first; other != definition;
	     other = other->next)
		if (other->table == definition->table)
			return parser_fail_at(parser, &token, "a table that no other instance has");
	return parser_symbol(parser, ')');
}

bool conf_define(struct parser *parser, const struct token *token, const char *name)
{
	struct definition *definition = begin(parser, token);

	return definition && name_it(parser, definition, token, name) &&
	       read_table(parser, definition) && parser_symbol(parser, ':') &&
	       read_items(parser, definition, 0);
}

bool conf_define_line(struct parser *parser)
{
	struct token token = parser->scanner.token;
	struct definition *definition = begin(parser, &token);

	return definition && read_items(parser, definition, token.line) &&
	       name_it(parser, definition, &definition->item->token, definition->item->name);
}

bool conf_define_change(struct parser *parser, struct definition *definition, bool add)
{
	uint8_t sides;

	if (!ENABLE_RELOAD)
		return parser_fail(parser, "no add or del (option RELOAD is off)");
	if (parser_keyword(parser, "upstream"))
		sides = DEFINE_UPSTREAM;
	else if (parser_keyword(parser, "downstream"))
		sides = DEFINE_DOWNSTREAM;
	else if (ENABLE_PEERING && parser_keyword(parser, "peer"))
		sides = DEFINE_PEER;
	else
		return parser_fail(parser, ENABLE_PEERING ? "upstream, downstream or peer"
							  : "upstream or downstream");
	return add ? add_item(parser, definition, sides, "an interface's name")
		   : delete_item(parser, definition, sides);
}

/* ---- what comes of it ---- */

/* Names that are used go before patterns, and two instances cannot have one downstream. */
static bool reserve(struct parser *parser, struct definition *definition)
{
	for (struct item *item = definition->item; item; item = item->next) {
		if (item->deleted || item->pattern)
			continue;
		if (item->sides & DEFINE_DOWNSTREAM &&
		    parser_known(parser, NAME_CLAIMED, 0, item->name))
			return parser_fail_at(parser, &item->token,
					      "a downstream that no other instance has");
		if (!parser_remember(parser, NAME_RESERVED, 0, item->name, item) ||
		    (item->sides & DEFINE_DOWNSTREAM &&
		     !parser_remember(parser, NAME_CLAIMED, 0, item->name, item)))
			return false;
	}
	return true;
}

static void choose(struct definition *definition, const char *name, bool upstream, bool peer)
{
	definition->choice[definition->choices++] = (struct choice){name, upstream, peer};
}

/* What is named always has room. */
static bool has_room(const struct definition *definition, bool upstream)
{
	bool has_upstream = upstream || definition->upstream_names ||
			    (definition->choices && definition->choice[0].upstream);

	if (upstream && definition->choices && !ENABLE_MULTI_UPSTREAM)
		return false;
	return definition->names < (has_upstream ? PROXY_VIFS : PROXY_VIFS - 1);
}

/* The interfaces that the pattern ITEM stands for. */
static bool choose_matching(struct parser *parser, struct definition *definition,
			    const struct item *item, bool upstream)
{
	unsigned mine = definition->number + 1;

	for (size_t i = 0; i < parser->source->present_count; i++) {
		const char *name = parser->source->present[i];

		if (!text_matches(item->name, name) ||
		    parser_known(parser, NAME_RESERVED, 0, name) ||
		    parser_known(parser, NAME_TAKEN, mine, name) ||
		    (item->sides & DEFINE_DOWNSTREAM && parser_known(parser, NAME_TAKEN, 0, name)))
			continue;
		if (!parser_remember(parser, NAME_TAKEN, mine, name, definition))
			return false;
		if (!has_room(definition, upstream)) {
			if (!definition->conf->skipped_count++)
				strcpy(definition->conf->skipped, name);
			continue;
		}
		if (!parser_remember(parser, NAME_TAKEN, 0, name, definition))
			return false;
		definition->names++;
		choose(definition, name, upstream, item->peer);
	}
	return true;
}

static bool choose_items(struct parser *parser, struct definition *definition, bool upstream,
			 bool peer)
{
	uint8_t side = upstream ? DEFINE_UPSTREAM : DEFINE_DOWNSTREAM;

	for (const struct item *item = definition->item; item; item = item->next) {
		if (item->deleted || !(item->sides & side) || item->peer != peer)
			continue;
		if (!item->pattern)
			choose(definition, item->name, upstream, peer);
		else if (ENABLE_RELOAD && !choose_matching(parser, definition, item, upstream))
			return false;
	}
	return true;
}

static bool choose_upstreams(struct parser *parser, struct definition *definition)
{
	definition->choice = parser_scratch(parser, PROXY_ENTRIES * sizeof(struct choice));
	return definition->choice &&
	       (!ENABLE_PEERING || choose_items(parser, definition, true, true)) &&
	       choose_items(parser, definition, true, false);
}

static bool choose_downstreams(struct parser *parser, struct definition *definition)
{
	unsigned upstreams = definition->choices;

	for (unsigned i = 0; ENABLE_PEERING && i < upstreams; i++)
		if (definition->choice[i].peer)
			choose(definition, definition->choice[i].name, false, true);
	return choose_items(parser, definition, false, false);
}

static bool list_patterns(struct parser *parser, const struct definition *definition)
{
	struct conf *conf = &parser->conf;

	for (const struct item *item = definition->item; item; item = item->next) {
		if (item->deleted || !item->pattern ||
		    parser_known(parser, NAME_PATTERN, 0, item->name))
			continue;
		conf->pattern = parser_grow(parser, conf->pattern, conf->pattern_count,
					    sizeof(*conf->pattern));
		if (!conf->pattern || !parser_remember(parser, NAME_PATTERN, 0, item->name, conf))
			return false;
		strcpy(conf->pattern[conf->pattern_count++], item->name);
	}
	return true;
}

/* One instance alone has the default table, several have 1, 2, 3... but for those that were asked
 * for. */
static uint32_t number_table(const struct parser *parser, const struct definition *definition)
{
	const struct definition *other = parser->first;
	uint32_t number = 1;

	if (definition->table || !other->next)
		return definition->table;
	while (other) {
		bool taken =
			other->table == number || (other->conf && other->conf->table == number);

		other = other->next;
		if (taken) {
			number++;
			other = parser->first;
		}
	}
	return number;
}

static bool make_instance(struct parser *parser, struct definition *definition)
{
	struct conf_instance *instance = definition->conf;
	unsigned count = definition->choices;

	definition->entry = parser_scratch(parser, count * sizeof(struct entry));
	instance->interface = parser_allocate(parser, count * sizeof(struct conf_interface));
	if (!definition->entry || !instance->interface)
		return false;
	instance->interface_count = count;
	for (unsigned i = 0; i < count; i++) {
		struct conf_interface *interface = &instance->interface[i];

		strcpy(interface->name, definition->choice[i].name);
		interface->upstream = definition->choice[i].upstream;
		interface->peer = definition->choice[i].peer;
		conf_set_interface_defaults(interface);
	}
	for (const struct item *item = definition->item; ENABLE_PEERING && item; item = item->next)
		if (item->peer && !item->deleted)
			instance->mutex = DEFINE_PEER_MUTEX;
	return !ENABLE_RELOAD || list_patterns(parser, definition);
}

bool conf_define_all(struct parser *parser)
{
	struct conf_instance *instance =
		parser_allocate(parser, parser->definitions * sizeof(*instance));
	struct definition *definition;

	if (!instance)
		return false;
	parser->conf.instance = instance;
	parser->conf.instance_count = parser->definitions;
	for (definition = parser->first; definition; definition = definition->next) {
		conf_set_instance_defaults(instance);
		strcpy(instance->name, definition->name);
		memcpy(instance->protocol, parser->runs, sizeof(parser->runs));
		if (ENABLE_MULTI_INSTANCE)
			instance->table = number_table(parser, definition);
		definition->conf = instance++;
		if ((ENABLE_MULTI_INSTANCE || ENABLE_RELOAD) && !reserve(parser, definition))
			return false;
	}
	for (definition = parser->first; definition; definition = definition->next)
		if (!choose_upstreams(parser, definition))
			return false;
	for (definition = parser->first; definition; definition = definition->next)
		if (!choose_downstreams(parser, definition) || !make_instance(parser, definition))
			return false;
	return true;
}
