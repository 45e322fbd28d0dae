/* SPDX-License-Identifier: MIT */
/* The language of worlds, see README.md: what there is, and what happens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "tests/model/settings.h"

enum { PEERING_MUTEX = 10 };

static void bad(struct sim *sim, const char *what, const char *word)
{
	sim_fail(sim, "text", "line %u: expected %s, got \"%.40s\"", sim->line, what, word);
	sim->bad_text = true;
}

static unsigned number(struct sim *sim, const char *text)
{
	unsigned value;

	if (!word_number(text, &value))
		bad(sim, "a number", text);
	return value;
}

static int64_t seconds(struct sim *sim, const char *text)
{
	int64_t ms;

	if (!word_seconds(text, &ms))
		bad(sim, "seconds", text);
	return ms;
}

static sources take_set(struct sim *sim, struct words *words)
{
	sources set = 0;

	for (bool more = true; more;) {
		const char *word = next_word(words);

		more = *word;
		for (; *word; word++) {
			unsigned source = sim_source_named(*word);

			if (source < SOURCES)
				set |= 1U << source;
			else if (!strchr("{}", *word))
				bad(sim, "a source", word);
			more &= *word != '}';
		}
	}
	return set;
}

static unsigned take_group(struct sim *sim, struct words *words)
{
	unsigned group = sim_group_named(*peek_word(words));

	if (group == GROUPS || peek_word(words)[1])
		bad(sim, "a group", peek_word(words));
	words->at++;
	return group < GROUPS ? group : 0;
}

/* ---- what there is ---- */

static void read_world(struct sim *sim, struct words *words)
{
	const char *value;

	sim->protocol = take_word(words, "mld") ? PROTOCOL_MLD : PROTOCOL_IGMP;
	take_word(words, "igmp");
	while (words->at < words->count)
		if ((value = option(words, "seed")))
			sim->seed = strtoull(value, NULL, 10);
		else if ((value = option(words, "end")))
			sim->end = seconds(sim, value);
		else
			bad(sim, "seed= or end=", next_word(words));
}

static void read_link(struct sim *sim, struct words *words)
{
	unsigned n = number(sim, next_word(words));
	struct link *link = &sim->link[n % LINKS];
	const char *value;

	link->exists = true;
	link->delay = 1;
	link->disorder = FOREVER_BACK;
	link->double_since = link->none_since = NEVER;
	for (unsigned group = 0; group < GROUPS; group++)
		for (unsigned source = 0; source < SOURCES; source++)
			link->gone[group][source] = (struct gone){FOREVER_BACK, false};
	while (words->at < words->count)
		if ((value = option(words, "delay")))
			link->delay = number(sim, value);
		else if ((value = option(words, "jitter")))
			link->jitter = number(sim, value);
		else if ((value = option(words, "loss")))
			link->loss = number(sim, value);
		else if ((value = option(words, "duplicates")))
			link->duplicates = number(sim, value);
		else if (take_word(words, "switch"))
			link->snoops = true;
		else if (take_word(words, "pull"))
			link->pulls = true;
		else
			bad(sim, "a property of the link", next_word(words));
}

/* LINK:HOST */
static unsigned take_place(struct sim *sim, struct words *words, unsigned *host)
{
	const char *word = next_word(words), *colon = strchr(word, ':');
	unsigned link = (unsigned)(*word - '0');

	if (!colon || link >= LINKS || !sim->link[link].exists) {
		bad(sim, "LINK:HOST", word);
		return 0;
	}
	*host = number(sim, colon + 1);
	return link;
}

static void set_address(struct sim *sim, struct router *router, unsigned vif, unsigned host)
{
	struct interface_state *state = &router->state[vif];
	struct prefix *prefix = router->prefix[vif];
	unsigned link = router->link[vif];

	state->address = (struct addr){{0}};
	state->prefix = prefix;
	state->prefix_count = 0;
	if (!host)
		return;
	state->address = sim_on_link(sim, link, host);
	prefix[0] = (struct prefix){state->address, sim->protocol == PROTOCOL_IGMP ? 120 : 64};
	prefix[1] = (struct prefix){sim_global(link, host), 64};
	state->prefix_count = sim->protocol == PROTOCOL_IGMP ? 1 : 2;
}

/* An interface that is both stands on both sides, at the same place. */
static unsigned take_interface(struct sim *sim, struct words *words, struct router *router)
{
	unsigned host = 0, link = take_place(sim, words, &host), vif = 0;

	while (vif < router->vif_count && router->link[vif] != link)
		vif++;
	if (vif == ROUTER_VIFS) {
		bad(sim, "fewer interfaces", "one more");
		return 0;
	}
	if (vif == router->vif_count) {
		router->link[vif] = link;
		router->port[vif] = link_attach(sim, link, PORT_ROUTER, router->index, vif);
		router->vif_count++;
		set_address(sim, router, vif, host);
	}
	return vif;
}

static void set_side(struct settings *next, unsigned vif, enum side side, bool first)
{
	if (side == UP && !next->side[UP][vif]) {
		unsigned at = first ? 0 : next->order_count;

		memmove(&next->order[at + 1], &next->order[at],
			(next->order_count++ - at) * sizeof(next->order[0]));
		next->order[at] = vif;
	}
	next->side[side][vif] = true;
}

static void read_proxy(struct sim *sim, struct words *words)
{
	unsigned index = sim->router_count, vif, peers = 0;
	struct router *router = &sim->router[index];
	enum side side = UP;

	if (index == ROUTERS) {
		bad(sim, "fewer proxies", "one more");
		return;
	}
	sim->router_count++;
	router->index = index;
	router->sim = sim;
	snprintf(router->name, sizeof(router->name), "%s", next_word(words));
	while (words->at < words->count && !sim->bad_text) {
		if (take_word(words, "==>")) {
			side = DOWN;
		} else if (take_word(words, "peer")) {
			peers = 1;
		} else {
			vif = take_interface(sim, words, router);
			set_side(&router->next, vif, side, false);
			if (!peers)
				continue;
			router->peers |= 1U << vif;
			set_side(&router->next, vif, UP, true);
			router->next.config.mutex = PEERING_MUTEX;
			router->next.setting[vif].querier = QUERIER_ALWAYS;
		}
	}
	router->now = &router->slot[0];
	router->killed = FOREVER_BACK;
	router_prepare(sim, router);
}

static void read_station(struct sim *sim, struct words *words)
{
	unsigned index = sim->station_count, host = 0;
	struct station *station = &sim->station[index];
	const char *value;

	if (index == STATIONS) {
		bad(sim, "fewer stations", "one more");
		return;
	}
	sim->station_count++;
	station->index = index;
	snprintf(station->name, sizeof(station->name), "%s", next_word(words));
	station->link = take_place(sim, words, &host);
	station->address = sim_on_link(sim, station->link, host);
	station->version = newest_version(sim->protocol);
	while (words->at < words->count)
		if ((value = option(words, "version")))
			station->version = number(sim, value);
		else if (take_word(words, "ra=no"))
			station->no_router_alert = true;
		else if (take_word(words, "odd"))
			station->odd = true;
		else
			bad(sim, "a property of the station", next_word(words));
	station->port = link_attach(sim, station->link, PORT_STATION, index, 0);
	member_start(&station->member, station->link);
	station_start(sim, station);
}

static void read_asker(struct sim *sim, struct words *words)
{
	unsigned index = sim->asker_count, host = 0;
	struct asker *asker = &sim->asker[index];
	const char *value;

	if (index == ASKERS) {
		bad(sim, "fewer askers", "one more");
		return;
	}
	sim->asker_count++;
	*asker = (struct asker){.index = index,
				.version = newest_version(sim->protocol),
				.robustness = 2,
				.query_interval = 125000,
				.response_interval = 10000,
				.last_member_interval = 1000};
	snprintf(asker->name, sizeof(asker->name), "%s", next_word(words));
	asker->link = take_place(sim, words, &host);
	asker->address = sim_on_link(sim, asker->link, host);
	while (words->at < words->count)
		if ((value = option(words, "version")))
			asker->version = number(sim, value);
		else if ((value = option(words, "robustness")))
			asker->robustness = number(sim, value);
		else if ((value = option(words, "query-interval")))
			asker->query_interval = seconds(sim, value);
		else if ((value = option(words, "query-response-interval")))
			asker->response_interval = seconds(sim, value);
		else if (take_word(words, "root"))
			asker->root = true;
		else
			bad(sim, "a property of the asker", next_word(words));
	asker->port = link_attach(sim, asker->link, asker->root ? PORT_ROOT : PORT_ASKER, index, 0);
	asker_switch(sim, asker, false);
}

/* ---- settings ---- */

static void set_static_join(struct sim *sim, struct words *words, struct settings *next,
			    unsigned vif)
{
	struct proxy_interface_config *config = &next->setting[vif];
	struct static_join *join = &next->static_join[vif][config->static_join_count % 4];
	unsigned source;

	config->static_join_count = config->static_join_count % 4 + 1;
	*join = (struct static_join){.group = sim_group(sim, take_group(sim, words))};
	source = sim_source_named(*next_word(words));
	if (source < SOURCES)
		join->source = sim_source(sim, source);
}

/* HOST/BITS of the link: addresses from HOST on, so many bits of them. */
static void set_accept_from(struct sim *sim, struct words *words, struct router *router,
			    unsigned vif)
{
	const char *word = next_word(words), *slash = strchr(word, '/');
	unsigned host = (unsigned)strtoul(word, NULL, 10);

	router->next.accept_from[vif][0] =
		(struct prefix){sim_on_link(sim, router->link[vif], host),
				(uint8_t)(128 - (slash ? number(sim, slash + 1) : 0))};
	router->next.setting[vif].accept_from_count = 1;
}

static void set_interface(struct sim *sim, struct words *words, struct router *router, unsigned vif)
{
	const char *key = next_word(words);

	if (!strcmp(key, "static-join"))
		set_static_join(sim, words, &router->next, vif);
	else if (!strcmp(key, "accept-from"))
		set_accept_from(sim, words, router, vif);
	else if (settings_set(&router->next.setting[vif], key, next_word(words)))
		bad(sim, "a setting", key);
}

static void set(struct sim *sim, struct words *words, struct router *router)
{
	struct proxy_config *config = &router->next.config;
	unsigned vif;

	if (take_word(words, "max-routes"))
		config->max_routes = number(sim, next_word(words));
	else if (take_word(words, "matching"))
		config->out_first = !strcmp(next_word(words), "first");
	else if (take_word(words, "mutex"))
		config->mutex = (int32_t)seconds(sim, next_word(words));
	else if (take_word(words, "forwarding"))
		config->routes =
			strcmp(next_word(words), "per-source") ? ROUTES_AUTO : ROUTES_PER_SOURCE;
	else if (take_word(words, "reverse-path"))
		router->no_reverse_path = !strcmp(next_word(words), "none");
	else if (take_word(words, "ssdp-upstream"))
		config->ssdp_upstream = !strcmp(next_word(words), "yes");
	else if ((vif = number(sim, next_word(words))) < router->vif_count)
		set_interface(sim, words, router, vif);
	else
		bad(sim, "an interface", "another");
}

/* ---- filters ---- */

static const struct addr last_address = {
	{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};

/* One end of a range: a name, or the lowest or highest address of the family. */
static struct addr end_of_range(struct sim *sim, char name, bool group, bool last)
{
	bool igmp = sim->protocol == PROTOCOL_IGMP;
	unsigned n = group ? sim_group_named(name) : sim_source_named(name);

	if (name == '*')
		return last   ? igmp ? addr_ipv4(0xffffffff) : last_address
		       : igmp ? addr_ipv4(0)
			      : (struct addr){{0}};
	if (n == (group ? (unsigned)GROUPS : (unsigned)SOURCES)) {
		bad(sim, "a name", "another");
		return last_address;
	}
	return group ? sim_group(sim, n) : sim_source(sim, n);
}

/* `*`, A, A-B, with `*` as either end, A/N: N bits of it may differ. TEXT moves behind it. */
static void take_range(struct sim *sim, const char **text, bool group, struct addr range[2])
{
	char first = *(*text)++;
	unsigned bits = 0;

	range[0] = end_of_range(sim, first, group, false);
	range[1] = end_of_range(sim, first, group, true);
	if (**text == '-' && (*text)[1]) {
		range[1] = end_of_range(sim, (*text)[1], group, true);
		*text += 2;
	} else if (**text == '/') {
		bits = (unsigned)((*text)[1] - '0') % 10;
		*text += 2;
	} else if (first == '*') {
		range[0] = (struct addr){{0}};
		range[1] = last_address;
	}
	if (addr_compare(&range[0], &range[1]) > 0) {
		struct addr low = range[1];

		range[1] = range[0];
		range[0] = low;
	}
	for (unsigned i = 0; i < bits && i < 8; i++) {
		range[0].byte[15] &= (uint8_t) ~(1U << i);
		range[1].byte[15] |= (uint8_t)(1U << i);
	}
}

/* [VIF](GROUPS|SOURCES) */
static void take_rule(struct sim *sim, const char *word, struct filter_rule *rule)
{
	const char *at = word;

	*rule = (struct filter_rule){.vif = PROXY_VIFS};
	if (*at >= '0' && *at <= '9')
		rule->vif = (unsigned)(*at++ - '0');
	if (*at++ != '(') {
		bad(sim, "a rule", word);
		return;
	}
	take_range(sim, &at, true, rule->group);
	if (*at++ != '|') {
		bad(sim, "a rule", word);
		return;
	}
	take_range(sim, &at, false, rule->source);
	if (strcmp(at, ")"))
		bad(sim, "a rule", word);
}

/* VIF up|down in|out none|white|black RULE... */
static void set_filter(struct sim *sim, struct words *words, struct router *router)
{
	unsigned vif = number(sim, next_word(words));
	enum side side = strcmp(next_word(words), "up") ? DOWN : UP;
	enum direction direction = strcmp(next_word(words), "in") ? OUT : IN;
	struct rules *rules;

	if (vif >= router->vif_count) {
		bad(sim, "an interface", "another");
		return;
	}
	rules = &router->next.rules[side][vif][direction];
	*rules = (struct rules){.whitelist = !strcmp(next_word(words), "white")};
	while (words->at < words->count && rules->count < RULES)
		take_rule(sim, next_word(words), &rules->rule[rules->count++]);
}

/* VIF none|up|down... */
static void set_role(struct sim *sim, struct words *words, struct router *router)
{
	unsigned vif = number(sim, next_word(words)), kept = 0;
	struct settings *next = &router->next;

	if (vif >= router->vif_count) {
		bad(sim, "an interface", "another");
		return;
	}
	for (unsigned i = 0; i < next->order_count; i++)
		if (next->order[i] != vif)
			next->order[kept++] = next->order[i];
	next->order_count = kept;
	next->side[UP][vif] = next->side[DOWN][vif] = false;
	while (words->at < words->count)
		if (take_word(words, "up"))
			set_side(next, vif, UP, false);
		else if (take_word(words, "down"))
			set_side(next, vif, DOWN, false);
		else if (!take_word(words, "none"))
			bad(sim, "a side", next_word(words));
}

/* ---- names ---- */

/* That of COUNT things of SIZE whose name, which each begins with, is NAME; or NULL. */
static void *find(void *things, size_t size, unsigned count, const char *name)
{
	char *thing = things;

	for (; count; count--, thing += size)
		if (!strcmp(thing, name))
			return thing;
	return NULL;
}

static struct router *router_named(struct sim *sim, const char *name)
{
	return find(sim->router, sizeof(sim->router[0]), sim->router_count, name);
}

/* ---- what happens ---- */

static void happen_to_interface(struct sim *sim, struct words *words, struct router *router,
				const char *verb)
{
	unsigned vif = number(sim, next_word(words));
	struct interface_state *state;

	if (vif >= router->vif_count) {
		bad(sim, "an interface", verb);
		return;
	}
	state = &router->state[vif];
	state->moved = !strcmp(verb, "move");
	if (!strcmp(verb, "address"))
		set_address(sim, router, vif,
			    take_word(words, "none") ? 0 : number(sim, next_word(words)));
	else if (!state->moved)
		state->up = !strcmp(verb, "up");
	if (strcmp(verb, "address") && !state->moved)
		state->exists = strcmp(verb, "gone");
	router_interface(sim, router, vif);
	state->moved = false;
}

/* The kernel has seen a packet where it did not expect it. */
static void happen_upcall(struct sim *sim, struct words *words, struct router *router)
{
	unsigned vif = number(sim, next_word(words)), source = sim_source_named(*next_word(words));
	unsigned group = take_group(sim, words);

	sim->noisy = true;
	if (router->proxy && vif < router->vif_count && router->state[vif].up && source < SOURCES &&
	    (router_has(router, vif, UP) || router_has(router, vif, DOWN)))
		router_upcall(sim, router, UPCALL_WRONGVIF, vif, source, group);
}

static void happen_to_router(struct sim *sim, struct words *words, struct router *router)
{
	const char *verb = next_word(words);

	if (!strcmp(verb, "set") || !strcmp(verb, "filter") || !strcmp(verb, "role"))
		router->changed = true;
	if (!strcmp(verb, "set")) {
		set(sim, words, router);
	} else if (!strcmp(verb, "filter")) {
		set_filter(sim, words, router);
	} else if (!strcmp(verb, "role")) {
		set_role(sim, words, router);
	} else if (!strcmp(verb, "reload")) {
		router_reload(sim, router);
	} else if (!strcmp(verb, "jump")) {
		router_jump(sim, router, seconds(sim, next_word(words)));
	} else if (!strcmp(verb, "upcall")) {
		happen_upcall(sim, words, router);
	} else if (!strcmp(verb, "stop")) {
		router_stop(sim, router);
	} else if (!strcmp(verb, "start")) {
		router_start(sim, router);
	} else if (!strcmp(verb, "kill")) {
		router_kill(sim, router);
	} else if (!strcmp(verb, "restart")) {
		router_stop(sim, router);
		if (!*sim->kind)
			router_start(sim, router);
	} else if (!strcmp(verb, "up") || !strcmp(verb, "down") || !strcmp(verb, "gone") ||
		   !strcmp(verb, "address") || !strcmp(verb, "move")) {
		happen_to_interface(sim, words, router, verb);
	} else {
		bad(sim, "what happens to a proxy", verb);
	}
}

static void happen_to_station(struct sim *sim, struct words *words, struct station *station)
{
	unsigned application, group;
	struct interest filter = {0};

	if (take_word(words, "crash")) {
		station_crash(sim, station);
	} else if (take_word(words, "boot")) {
		if (!station->on)
			station_start(sim, station);
	} else if (take_word(words, "leave")) {
		station_leave_all(sim, station);
	} else {
		application = number(sim, next_word(words)) % APPLICATIONS;
		group = take_group(sim, words);
		filter.exclude = take_word(words, "EXCLUDE");
		if (!filter.exclude && !take_word(words, "INCLUDE"))
			bad(sim, "a filter", peek_word(words));
		filter.list = take_set(sim, words);
		station_filter(sim, station, application, group, &filter);
	}
}

static void happen_to_asker(struct sim *sim, struct words *words, struct asker *asker)
{
	if (take_word(words, "on"))
		asker_switch(sim, asker, true);
	else if (take_word(words, "off"))
		asker_switch(sim, asker, false);
	else if (take_word(words, "version"))
		asker->version = number(sim, next_word(words));
	else
		bad(sim, "what happens to an asker", peek_word(words));
}

static void happen(struct sim *sim, struct words *words)
{
	const char *who = next_word(words);
	struct router *router = router_named(sim, who);
	struct station *station = find(sim->station, sizeof(*station), sim->station_count, who);
	struct asker *asker = find(sim->asker, sizeof(*asker), sim->asker_count, who);
	unsigned source, link;

	if (router) {
		happen_to_router(sim, words, router);
	} else if (station) {
		happen_to_station(sim, words, station);
	} else if (asker) {
		happen_to_asker(sim, words, asker);
	} else if (!strcmp(who, "probe")) {
		source = sim_source_named(*next_word(words));
		probe_send(sim, source < SOURCES ? source : 0, take_group(sim, words));
	} else if (!strcmp(who, "noise")) {
		link = number(sim, next_word(words));
		noise_send(sim, link % LINKS, number(sim, next_word(words)));
	} else {
		/* Whoever it was, shrinking has taken him away. */
		words->at = words->count;
	}
}

void text_happen(struct sim *sim, const struct statement *statement)
{
	static struct words words;

	sim->line = statement->line;
	words_split(&words, statement->text, "");
	sim_say(sim, "%.*s", (int)strcspn(statement->text, "\n"), statement->text);
	happen(sim, &words);
	for (unsigned i = 0; i < sim->station_count; i++)
		if (station_next(&sim->station[i]) <= sim->now &&
		    (sim->next_statement == sim->statement_count ||
		     sim->statement[sim->next_statement].time > sim->now))
			station_tick(sim, &sim->station[i]);
}

static void add_statement(struct sim *sim, int64_t time, const char *text)
{
	if (sim->statement_count && sim->statement[sim->statement_count - 1].time > time)
		bad(sim, "a later time", text);
	*GROW(sim->statement, sim->statement_count, sim->statement_room) =
		(struct statement){sim->line, time, text};
}

/* LINK SOURCES: from far away they come in there. */
static void read_root(struct sim *sim, struct words *words)
{
	unsigned link = number(sim, next_word(words)) % LINKS;

	sim->origin[link] |= take_set(sim, words);
}

/* SOURCE GROUP from T to T every S */
static void read_stream(struct sim *sim, struct words *words)
{
	struct stream *stream = &sim->stream[sim->stream_count];

	if (sim->stream_count == STREAMS) {
		bad(sim, "fewer streams", "one more");
		return;
	}
	stream->source = sim_source_named(*next_word(words));
	if (stream->source == SOURCES)
		bad(sim, "a source", "another");
	stream->group = take_group(sim, words);
	take_word(words, "from");
	stream->next = seconds(sim, next_word(words));
	take_word(words, "to");
	stream->end = seconds(sim, next_word(words));
	take_word(words, "every");
	stream->interval = seconds(sim, next_word(words));
	if (stream->interval > 0 && stream->source < SOURCES)
		sim->stream_count++;
}

static void read_line(struct sim *sim, const char *line)
{
	static struct words words;
	const char *verb;
	struct router *router;
	int64_t time;

	words_split(&words, line, "");
	verb = next_word(&words);
	if (!strcmp(verb, "world")) {
		read_world(sim, &words);
	} else if (!strcmp(verb, "link")) {
		read_link(sim, &words);
	} else if (!strcmp(verb, "proxy")) {
		read_proxy(sim, &words);
	} else if (!strcmp(verb, "station")) {
		read_station(sim, &words);
	} else if (!strcmp(verb, "asker")) {
		read_asker(sim, &words);
	} else if (!strcmp(verb, "set") || !strcmp(verb, "filter")) {
		router = router_named(sim, next_word(&words));
		if (router && *verb == 's')
			set(sim, &words, router);
		else if (router)
			set_filter(sim, &words, router);
	} else if (!strcmp(verb, "root")) {
		read_root(sim, &words);
	} else if (!strcmp(verb, "stream")) {
		read_stream(sim, &words);
	} else if (!strcmp(verb, "at")) {
		time = seconds(sim, next_word(&words));
		/* Behind both words. */
		for (unsigned i = 0; i < 2; i++)
			line += strspn(line, " \t"), line += strcspn(line, " \t\n");
		add_statement(sim, time, line + strspn(line, " \t"));
	} else if (*verb) {
		bad(sim, "a statement", verb);
	}
}

void text_read(struct sim *sim, const char *text)
{
	const char *line = text;

	for (sim->line = 1; *line; sim->line++) {
		read_line(sim, line);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
}
