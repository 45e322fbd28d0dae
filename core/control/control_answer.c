/* SPDX-License-Identifier: MIT */
/*
 * The answers of the control socket. Owns: the requests, their columns (mcproxy-stat(8) describes
 * them), and where an answer is that pauses. Leaves out: what commands do.
 */
#include <sys/resource.h>
#include <unistd.h>

#include "core/control/control_answer.h"
#include "core/base/log.h"
#include "core/kernel/mroute.h"
#include "core/base/text.h"

enum {
	PIECE = 32, /* memberships visited for one piece */
	ARGUMENTS = 2,
	PART = CONTROL_LINE - 8, /* of a line of the configuration */
};

struct control_request {
	char name[12];
	unsigned least, most; /* arguments */
	/* Tells of a view, from answer->position on, what there is room for. True: all is told. */
	bool (*tell)(struct control_answer *, const struct control_view *);
	struct proxy_visitor visitor;
	/* Or answers a question. Returns what is wrong with it, NULL: nothing. */
	const char *(*ask)(const struct control_view *first, char **argument, bool *yes);
	bool of_program; /* tell() is for the program, not for each view */
	bool command;	 /* it is the program's to carry out, arguments and all */
};

/* ---- columns and lines; a line is begun only if there is room for the longest one ---- */

static bool has_room(const struct control_answer *answer)
{
	return CONTROL_TEXT - answer->length >= CONTROL_LINE;
}

static void put(struct control_answer *answer, char byte)
{
	if (answer->length < CONTROL_TEXT)
		answer->text[answer->length++] = byte;
}

static void put_text(struct control_answer *answer, const char *text)
{
	for (; *text; text++)
		put(answer, *text >= ' ' && *text <= '~' ? *text : '?');
	put(answer, '\t');
}

static void put_number(struct control_answer *answer, uint64_t value)
{
	char digit[20];
	size_t count = 0;

	do {
		digit[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (count)
		put(answer, digit[--count]);
	put(answer, '\t');
}

static void put_addr(struct control_answer *answer, const struct addr *addr, const char *any)
{
	char text[TEXT_ADDR];

	put_text(answer, addr_is_any(addr) ? any : text_addr(addr, text));
}

static void put_remaining(struct control_answer *answer, int64_t when)
{
	if (when == INT64_MAX)
		put_text(answer, "static");
	else
		put_number(answer, when > answer->now ? (uint64_t)(when - answer->now) : 0);
}

/* Replaces the tab after the last column. */
static void end_line(struct control_answer *answer)
{
	answer->text[answer->length - 1] = '\n';
}

static const char *protocol_name(enum protocol protocol)
{
	return protocol == PROTOCOL_MLD ? "mld" : "igmp";
}

static const char *mode_name(enum filter_mode mode)
{
	return mode == EXCLUDE ? "exclude" : "include";
}

/* ---- interfaces, counters, summary ---- */

static void tell_interface(struct control_answer *answer, const struct control_view *view,
			   unsigned entry)
{
	struct proxy_interface_status status;
	const struct iface *iface;

	proxy_interface_status(view->proxy, entry, &status);
	iface = view->interface[status.vif];
	put_text(answer, view->instance);
	put_text(answer, iface->name);
	put_text(answer, protocol_name(view->protocol));
	put_text(answer, status.upstream ? "upstream" : "downstream");
	put_text(answer, !iface->index ? "absent" : status.up ? "up" : "down");
	put_addr(answer, &status.address, "-");
	if (status.querier)
		put_text(answer, "self");
	else
		put_addr(answer, &status.other_querier, "-");
	put_number(answer, status.version);
	put_number(answer, status.groups);
	if (status.up && status.next_query > 0 && status.next_query < INT64_MAX)
		put_remaining(answer, status.next_query);
	else
		put_text(answer, "-");
	put_number(answer, status.values.robustness);
	put_number(answer, (uint64_t)status.values.query_interval);
	put_number(answer, (uint64_t)status.values.query_response_interval);
	put_number(answer, (uint64_t)status.values.last_member_query_interval);
	put_number(answer, status.values.last_member_query_count);
	end_line(answer);
}

static bool tell_interfaces(struct control_answer *answer, const struct control_view *view)
{
	for (; answer->position < view->entry_count; answer->position++) {
		if (!has_room(answer))
			return false;
		tell_interface(answer, view, answer->position);
	}
	return true;
}

static bool tell_counters(struct control_answer *answer, const struct control_view *view)
{
	struct proxy_interface_status status;

	for (; answer->position < view->entry_count * COUNTER_COUNT; answer->position++) {
		unsigned entry = answer->position / COUNTER_COUNT;
		enum counter counter = (enum counter)(answer->position % COUNTER_COUNT);

		if (!has_room(answer))
			return false;
		proxy_interface_status(view->proxy, entry, &status);
		put_text(answer, view->instance);
		put_text(answer, view->interface[status.vif]->name);
		put_text(answer, protocol_name(view->protocol));
		put_text(answer, counter_name(counter));
		put_number(answer, status.counters->value[counter]);
		put_text(answer, status.upstream ? "upstream" : "downstream");
		end_line(answer);
	}
	return true;
}

/* VIEW NULL: about the program. */
static void tell_value(struct control_answer *answer, const struct control_view *view,
		       const char *name, uint64_t value)
{
	put_text(answer, view ? view->instance : "-");
	put_text(answer, view ? protocol_name(view->protocol) : "-");
	put_text(answer, name);
	put_number(answer, value);
	end_line(answer);
}

static uint64_t milliseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000 + (uint64_t)time->tv_usec / 1000;
}

static void tell_word(struct control_answer *answer, const char *name, const char *value)
{
	put_text(answer, "-");
	put_text(answer, "-");
	put_text(answer, name);
	put_text(answer, value);
	end_line(answer);
}

static void tell_process(struct control_answer *answer, const struct control_process *process)
{
	tell_value(answer, NULL, "user", process->user);
	tell_word(answer, "root", process->root);
	tell_word(answer, "seccomp", process->seccomp ? "off" : "on");
	if (!process->restarts)
		return;
	tell_value(answer, NULL, "worker", (uint64_t)getpid());
	tell_value(answer, NULL, "restarts", *process->restarts);
}

static void tell_program(struct control_answer *answer)
{
	struct rusage usage = {0};

	getrusage(RUSAGE_SELF, &usage);
	tell_value(answer, NULL, "pid", (uint64_t)answer->control->program->process.pid);
	tell_value(answer, NULL, "uptime", (uint64_t)(answer->now - answer->control->started));
	tell_value(answer, NULL, "cpu",
		   milliseconds(&usage.ru_utime) + milliseconds(&usage.ru_stime));
	tell_value(answer, NULL, "memory-peak", (uint64_t)usage.ru_maxrss);
	tell_process(answer, &answer->control->program->process);
}

/* Why not all routes are wildcards; by enum proxy_forwarding. */
static const char reasons[][12] = {"-",		 "configured", "upstreams", "peering", "in-filter",
				   "out-filter", "interfaces", "sources",   "groups"};

static bool tell_instance(struct control_answer *answer, const struct control_view *view)
{
	enum proxy_forwarding forwarding = proxy_forwarding(view->proxy);
	struct proxy_totals totals;

	if (!has_room(answer))
		return false;
	proxy_totals(view->proxy, &totals);
	put_text(answer, view->instance);
	put_text(answer, protocol_name(view->protocol));
	put_number(answer, view->table);
	put_text(answer, forwarding == FORWARDING_WILDCARD ? "wildcard" : "per-source");
	put_text(answer, reasons[forwarding]);
	put_number(answer, totals.memberships);
	put_number(answer, totals.group_routes);
	put_number(answer, totals.source_routes);
	end_line(answer);
	return true;
}

/* All of it takes less than CONTROL_LINE. Without a view, there is the program alone. */
static bool tell_summary(struct control_answer *answer, const struct control_view *view)
{
	struct proxy_totals totals;

	if (!has_room(answer))
		return false;
	if (view == answer->control->program->view)
		tell_program(answer);
	if (!view)
		return true;
	proxy_totals(view->proxy, &totals);
	tell_value(answer, view, "memberships", totals.memberships);
	tell_value(answer, view, "groups", totals.groups);
	tell_value(answer, view, "group-routes", totals.group_routes);
	tell_value(answer, view, "source-routes", totals.source_routes);
	return true;
}

/* ---- groups, upstream memberships, routes ---- */

/* A pause may come between any two lines, and then the membership is visited again and may have
 * changed. So what has been told of it is known by its keys. */
static void begin_membership(struct control_answer *answer, const struct addr *group)
{
	if (addr_equal(group, &answer->group))
		return;
	answer->group = *group;
	answer->told = answer->partly = 0;
}

static uint64_t record_bit(const struct group_status *group)
{
	return UINT64_C(1) << (group->vif + (group->permanent ? PROXY_VIFS : 0));
}

/* The first line of GROUP after that of source LAST. */
static unsigned line_after(const struct group_status *group, const struct addr *last)
{
	unsigned low = 0, high = group->source_count;
	struct source_status entry;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		group->source(group, middle, &entry);
		if (addr_compare(&entry.address, last) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 1 + low;
}

/* Line 0 is the group itself, line N its source N - 1. */
static void tell_group(struct control_answer *answer, const struct group_status *group,
		       unsigned line)
{
	struct source_status entry = {.expires = group->expires};
	enum filter_mode mode = group->filter_mode;
	bool timer = mode == EXCLUDE;

	if (line) {
		group->source(group, line - 1, &entry);
		if (!group->upstream)
			mode = mode == INCLUDE || entry.expires > answer->now ? INCLUDE : EXCLUDE;
		timer = mode == INCLUDE;
	}
	put_text(answer, answer->view->instance);
	put_text(answer, answer->view->interface[group->vif]->name);
	put_addr(answer, &group->group, "*");
	put_addr(answer, &entry.address, "*");
	put_text(answer, mode_name(mode));
	if (!group->upstream) {
		put_number(answer, group->version);
		if (timer)
			put_remaining(answer, entry.expires);
		else
			put_text(answer, "-");
		if (group->tracked && !line)
			put_number(answer, group->host_count);
		else
			put_text(answer, "-");
	}
	end_line(answer);
	answer->last = entry.address;
}

static bool visit_group(struct control_answer *answer, const struct group_status *group)
{
	uint64_t bit = record_bit(group);
	unsigned line;

	begin_membership(answer, &group->group);
	if (answer->told & bit)
		return true;
	line = answer->partly == bit ? line_after(group, &answer->last) : 0;
	for (; line <= group->source_count; line++) {
		if (!has_room(answer))
			return false;
		tell_group(answer, group, line);
		answer->partly = bit;
	}
	answer->told |= bit;
	return true;
}

static bool visit_downstream(void *ctx, const struct group_status *group)
{
	return group->upstream || visit_group(ctx, group);
}

static bool visit_upstream(void *ctx, const struct group_status *group)
{
	return !group->upstream || visit_group(ctx, group);
}

static void put_outputs(struct control_answer *answer, uint32_t outputs)
{
	bool any = false;

	for (unsigned vif = 0; vif < PROXY_VIFS; vif++) {
		if (!(outputs & UINT32_C(1) << vif) || !answer->view->interface[vif])
			continue;
		if (any)
			answer->text[answer->length - 1] = ',';
		put_text(answer, answer->view->interface[vif]->name);
		any = true;
	}
	if (!any)
		put_text(answer, "-");
}

static void tell_route(struct control_answer *answer, const struct route *route)
{
	const struct control_view *view = answer->view;
	struct mroute_counters counters;

	put_text(answer, view->instance);
	put_addr(answer, &route->source, "*");
	put_addr(answer, &route->group, "*");
	/* (*,*) without an upstream has a VIF as its input that there is not. */
	put_text(answer, route->input < PROXY_VIFS && view->interface[route->input]
				 ? view->interface[route->input]->name
				 : "-");
	put_outputs(answer, route->outputs);
	if (mroute_read_counters(view->mroute, view->protocol, route, &counters)) {
		for (unsigned i = 0; i < 3; i++)
			put_text(answer, "-");
	} else {
		put_number(answer, counters.packets);
		put_number(answer, counters.bytes);
		put_number(answer, counters.wrong_if);
	}
	end_line(answer);
}

static bool visit_route(void *ctx, const struct route *route)
{
	struct control_answer *answer = ctx;

	begin_membership(answer, &route->group);
	if (answer->partly && addr_compare(&route->source, &answer->last) <= 0)
		return true;
	if (!has_room(answer))
		return false;
	tell_route(answer, route);
	answer->last = route->source;
	answer->partly = 1;
	return true;
}

static void stop_walk(struct control_answer *answer)
{
	if (answer->walking)
		proxy_walk_stop(answer->view->proxy, &answer->walk);
	answer->walking = false;
}

static bool tell_memberships(struct control_answer *answer, const struct control_view *view)
{
	if (!answer->walking) {
		proxy_walk_start(view->proxy, &answer->walk);
		answer->walking = true;
		answer->group = (struct addr){{0}};
		answer->told = answer->partly = 0;
	}
	if (proxy_walk(view->proxy, &answer->walk, answer->now, PIECE, &answer->request->visitor,
		       answer))
		return false;
	stop_walk(answer);
	return true;
}

/* ---- the configuration ---- */

/* Each line of the text as "line" and the bytes; what comes before a line's end, if it is too long
 * for one of ours, as "part". */
static bool tell_text(struct control_answer *answer, const struct control_view *none)
{
	const struct script *script = answer->control->program->script;

	(void)none;
	while (answer->position < script->size) {
		const char *text = script->text + answer->position;
		size_t left = script->size - answer->position, length;
		const char *end = memchr(text, '\n', left < PART ? left : PART);

		if (!has_room(answer))
			return false;
		length = end ? (size_t)(end - text) : left < PART ? left : PART;
		put_text(answer, end ? "line" : "part");
		for (size_t i = 0; i < length; i++)
			put(answer, text[i] ? text[i] : '?');
		put(answer, '\n');
		answer->position += (unsigned)length + (end != NULL);
	}
	return true;
}

/* ---- the log ---- */

/* By enum log_level. */
static const char levels[][8] = {"error", "warning", "notice", "info", "debug"};

/* Lines that are overwritten before there is room for them are left out. */
static bool tell_log(struct control_answer *answer, const struct control_view *none)
{
	struct log_entry entry;

	(void)none;
	while (has_room(answer)) {
		if (!ENABLE_LOG_RING || !log_recall(&answer->log, &entry))
			return true;
		put_number(answer, entry.age);
		put_text(answer, levels[entry.level]);
		put_text(answer, entry.text);
		end_line(answer);
	}
	return false;
}

/* ---- questions ---- */

/* The reason of a "no" follows it. */
static bool tell_health(struct control_answer *answer, const struct control_view *none)
{
	const struct control_program *program = answer->control->program;
	char reason[CONTROL_ERROR];
	bool healthy = program->healthy(program->ctx, reason);

	(void)none;
	put_text(answer, healthy ? "yes" : "no");
	if (!healthy)
		put_text(answer, reason);
	end_line(answer);
	return true;
}

static bool is_called(const struct control_view *view, unsigned vif, const char *name)
{
	return view->interface[vif] && !strcmp(view->interface[vif]->name, name);
}

/* The VIF of the interface called NAME; PROXY_VIFS: it has none in this view. */
static unsigned find_interface(const struct control_view *view, const char *name)
{
	unsigned vif = 0;

	while (vif < PROXY_VIFS && !is_called(view, vif, name))
		vif++;
	return vif;
}

static const char *ask_running(const struct control_view *view, char **argument, bool *yes)
{
	(void)view;
	(void)argument;
	*yes = true;
	return NULL;
}

static const char *ask_group(const struct control_view *view, char **argument, bool *yes)
{
	const char *name = argument[1];
	bool found = !name;
	struct addr group;

	if (!text_to_addr(argument[0], &group) || !addr_is_multicast(&group))
		return "not a multicast address";
	for (; view; view = view->next) {
		unsigned vif = name ? find_interface(view, name) : PROXY_VIFS;

		if (name && vif == PROXY_VIFS)
			continue;
		found = true;
		*yes |= proxy_has_group(view->proxy, &group, vif);
	}
	return found ? NULL : "no such interface";
}

static const char *ask_upstream(const struct control_view *view, char **argument, bool *yes)
{
	struct addr group;

	if (!text_to_addr(argument[0], &group) || !addr_is_multicast(&group))
		return "not a multicast address";
	for (; view; view = view->next)
		*yes |= proxy_is_subscribed(view->proxy, &group);
	return NULL;
}

/* Yes: wherever it is a downstream, of every protocol that runs there. */
static const char *ask_querier(const struct control_view *view, char **argument, bool *yes)
{
	bool found = false, downstream = false, all = true;

	for (; view; view = view->next) {
		for (unsigned entry = 0; entry < view->entry_count; entry++) {
			struct proxy_interface_status status;

			proxy_interface_status(view->proxy, entry, &status);
			if (!is_called(view, status.vif, argument[0]))
				continue;
			found = true;
			downstream |= !status.upstream;
			all = all && (status.upstream || (status.up && status.querier));
		}
	}
	*yes = downstream && all;
	return found ? NULL : "no such interface";
}

/* ---- requests ---- */

static const struct control_request requests[] = {
	{.name = "instances", .tell = tell_instance},
	{.name = "interfaces", .tell = tell_interfaces},
	{.name = "counters", .tell = tell_counters},
	{.name = "summary", .tell = tell_summary},
	{.name = "groups", .tell = tell_memberships, .visitor = {.group = visit_downstream}},
	{.name = "upstream", .tell = tell_memberships, .visitor = {.group = visit_upstream}},
	{.name = "routes", .tell = tell_memberships, .visitor = {.route = visit_route}},
	{.name = "running", .ask = ask_running},
	{.name = "healthy", .tell = tell_health, .of_program = true},
	{.name = "group", .least = 1, .most = 2, .ask = ask_group},
	{.name = "subscribed", .least = 1, .most = 1, .ask = ask_upstream},
	{.name = "querier", .least = 1, .most = 1, .ask = ask_querier},
	{.name = "dump-config", .tell = tell_text, .of_program = true},
	{.name = "log", .tell = tell_log, .of_program = true},
	{.name = "reload", .command = true},
	{.name = "stop", .command = true},
	{.name = "upgrade", .command = true},
	{.name = "log-level", .least = 1, .command = true},
	{.name = "add", .least = 1, .command = true},
	{.name = "del", .least = 1, .command = true},
	{.name = "set", .least = 1, .command = true},
};

/* The status line: "ok", or what is wrong. */
static void finish(struct control_answer *answer, const char *error)
{
	for (const char *text = error ? "error " : "ok"; *text; text++)
		put(answer, *text);
	put_text(answer, error ? error : "");
	end_line(answer);
	answer->finished = true;
}

/* False: there is more to tell. */
static bool tell_all(struct control_answer *answer)
{
	bool alone = !answer->control->program->view && answer->request->tell == tell_summary;

	if (answer->request->of_program || alone)
		return answer->request->tell(answer, NULL);
	for (; answer->view; answer->view = answer->view->next) {
		if (!answer->request->tell(answer, answer->view))
			return false;
		answer->position = 0;
	}
	return true;
}

void control_answer_continue(struct control_answer *answer)
{
	answer->now = loop_now();
	answer->length = 0;
	if (answer->interrupted)
		finish(answer, "the configuration has changed; ask again");
	else if (tell_all(answer) && has_room(answer))
		finish(answer, NULL);
}

/* Cuts LINE at its spaces. Returns how many words there are, at most COUNT. */
static unsigned split(char *line, char **word, unsigned count)
{
	unsigned words = 0;
	bool inside = false;

	for (; *line; line++) {
		if (*line == ' ') {
			*line = '\0';
			inside = false;
			continue;
		}
		if (!inside && words == count)
			break;
		if (!inside)
			word[words++] = line;
		inside = true;
	}
	return words;
}

static const struct control_request *find_request(const char *name)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		if (!strcmp(requests[i].name, name))
			return &requests[i];
	}
	return NULL;
}

/* The answer to a question; what is wrong with it, or NULL. */
static const char *answer_question(struct control_answer *answer, char **argument)
{
	bool yes = false;
	const char *error = answer->request->ask(answer->control->program->view, argument, &yes);

	if (error)
		return error;
	put_text(answer, yes ? "yes" : "no");
	end_line(answer);
	return NULL;
}

void control_answer_start(struct control_answer *answer, const struct control *control,
			  const char *line, size_t length)
{
	const struct control_program *program = control->program;
	char copy[CONTROL_REQUEST], *word[1 + ARGUMENTS + 1] = {NULL}, why[CONTROL_ERROR];
	const char *error = NULL;
	unsigned words;

	memcpy(copy, line, length);
	copy[length] = '\0';
	words = split(copy, word, 1 + ARGUMENTS + 1);
	answer->control = control;
	answer->view = program->view;
	answer->length = 0;
	answer->request = words ? find_request(word[0]) : NULL;
	if (!answer->request) {
		error = "unknown request";
	} else if (words - 1 < answer->request->least ||
		   (words - 1 > answer->request->most && !answer->request->command)) {
		error = "wrong number of arguments";
	} else if (answer->request->command) {
		memcpy(copy, line, length);
		if (!program->command(program->ctx, copy, why))
			error = why;
	} else if (answer->request->ask) {
		error = answer_question(answer, word + 1);
	} else {
		control_answer_continue(answer);
		return;
	}
	finish(answer, error);
}

void control_answer_refuse(struct control_answer *answer, const char *error)
{
	answer->length = 0;
	finish(answer, error);
}

void control_answer_interrupt(struct control_answer *answer)
{
	stop_walk(answer);
	answer->interrupted = answer->request && answer->request->tell &&
			      answer->request->tell != tell_log && !answer->finished;
}

void control_answer_stop(struct control_answer *answer)
{
	stop_walk(answer);
}
