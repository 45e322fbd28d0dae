/* SPDX-License-Identifier: MIT */
/* The tables of interfaces, counters and instances, of the configuration and of the log; see
 * table.h. */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/format.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/control/column.h"
#include "core/control/table.h"

enum { PART = CONTROL_LINE - 8 /* of a line of the configuration */ };

/* ---- interfaces, counters, summary ---- */

/* Who forwards on a downstream, and as what. */
static void tell_forwarder(struct control_answer *answer,
			   const struct proxy_interface_status *status)
{
	static const char states[][8] = {
		[FORWARDER_DOWN] = "-",	       [FORWARDER_ALONE] = "alone",
		[FORWARDER_FIRST] = "first",   [FORWARDER_BESIDE] = "both",
		[FORWARDER_YIELDS] = "yields", [FORWARDER_OTHER] = "other",
	};
	enum proxy_forwarder how = status->forwarder;
	char address[TEXT_ADDR], text[TEXT_ADDR + sizeof("here+")];

	format_text(text, sizeof(text),
		    how == FORWARDER_BESIDE || how == FORWARDER_YIELDS ? "here+%s" : "%s",
		    how == FORWARDER_DOWN    ? "-"
		    : how <= FORWARDER_FIRST ? "here"
		    : addr_is_any(&status->other_forwarder)
			    ? "another"
			    : text_addr(&status->other_forwarder, address));
	column_text(answer, states[how]);
	column_text(answer, text);
}

static void tell_interface(struct control_answer *answer, const struct control_view *view,
			   unsigned entry)
{
	struct proxy_interface_status status;
	const struct iface *iface;

	proxy_interface_status(view->proxy, entry, &status);
	iface = view->interface[status.vif];
	column_text(answer, view->instance);
	column_text(answer, iface->name);
	column_protocol(answer, view->protocol);
	column_text(answer, status.upstream ? "upstream" : "downstream");
	column_text(answer, !iface->index ? "absent"
			    : status.up	  ? "up"
			    : status.held ? "held"
					  : "down");
	column_addr(answer, &status.address, "-");
	if (status.querier)
		column_text(answer, "self");
	else
		column_addr(answer, &status.other_querier, "-");
	column_number(answer, status.version);
	column_number(answer, status.groups);
	if (status.up && status.next_query > 0 && status.next_query < INT64_MAX)
		column_remaining(answer, status.next_query);
	else
		column_text(answer, "-");
	column_number(answer, status.values.robustness);
	column_number(answer, (uint64_t)status.values.query_interval);
	column_number(answer, (uint64_t)status.values.query_response_interval);
	column_number(answer, (uint64_t)status.values.last_member_query_interval);
	column_number(answer, status.values.last_member_query_count);
	tell_forwarder(answer, &status);
	column_end(answer);
}

bool table_interfaces(struct control_answer *answer, const struct control_view *view)
{
	for (; answer->position < view->entry_count; answer->position++) {
		if (!column_room(answer))
			return false;
		tell_interface(answer, view, answer->position);
	}
	return true;
}

bool table_counters(struct control_answer *answer, const struct control_view *view)
{
	struct proxy_interface_status status;

	for (; answer->position < view->entry_count * COUNTER_COUNT; answer->position++) {
		unsigned entry = answer->position / COUNTER_COUNT;
		enum counter counter = (enum counter)(answer->position % COUNTER_COUNT);

		if (!column_room(answer))
			return false;
		proxy_interface_status(view->proxy, entry, &status);
		column_text(answer, view->instance);
		column_text(answer, view->interface[status.vif]->name);
		column_protocol(answer, view->protocol);
		column_text(answer, counter_name(counter));
		column_number(answer, status.counters->value[counter]);
		column_text(answer, status.upstream ? "upstream" : "downstream");
		column_end(answer);
	}
	return true;
}

/* Of VIEW; NULL: of the daemon. */
static void tell_value(struct control_answer *answer, const struct control_view *view,
		       const char *name, uint64_t value)
{
	column_text(answer, view ? view->instance : "-");
	if (view)
		column_protocol(answer, view->protocol);
	else
		column_text(answer, "-");
	column_text(answer, name);
	column_number(answer, value);
	column_end(answer);
}

static void tell_word(struct control_answer *answer, const char *name, const char *value)
{
	column_text(answer, "-");
	column_text(answer, "-");
	column_text(answer, name);
	column_text(answer, value);
	column_end(answer);
}

static uint64_t milliseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000 + (uint64_t)time->tv_usec / 1000;
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

static void tell_daemon(struct control_answer *answer)
{
	struct rusage usage = {0};

	getrusage(RUSAGE_SELF, &usage);
	tell_value(answer, NULL, "pid", (uint64_t)answer->daemon->process.pid);
	tell_value(answer, NULL, "uptime", (uint64_t)(answer->now - answer->started));
	tell_value(answer, NULL, "cpu",
		   milliseconds(&usage.ru_utime) + milliseconds(&usage.ru_stime));
	tell_value(answer, NULL, "memory-peak", (uint64_t)usage.ru_maxrss);
	tell_process(answer, &answer->daemon->process);
}

/* Why not all routes are wildcards. */
static const char reasons[][12] = {
	[FORWARDING_WILDCARD] = "-",
	[PER_SOURCE_CONFIGURED] = "configured",
	[PER_SOURCE_UPSTREAMS] = "upstreams",
	[PER_SOURCE_PEERING] = "peering",
	[PER_SOURCE_IN] = "in-filter",
	[PER_SOURCE_OUT] = "out-filter",
	[PER_SOURCE_INTERFACES] = "interfaces",
	[PER_SOURCE_SOURCES] = "sources",
	[PER_SOURCE_GROUPS] = "groups",
	[PER_SOURCE_SHARED] = "shared-link",
};

bool table_instances(struct control_answer *answer, const struct control_view *view)
{
	enum proxy_forwarding forwarding = proxy_forwarding(view->proxy);
	struct proxy_totals totals;

	if (!column_room(answer))
		return false;
	proxy_totals(view->proxy, &totals);
	column_text(answer, view->instance);
	column_protocol(answer, view->protocol);
	column_number(answer, view->table);
	column_text(answer, forwarding == FORWARDING_WILDCARD ? "wildcard" : "per-source");
	column_text(answer, reasons[forwarding]);
	column_number(answer, totals.memberships);
	column_number(answer, totals.group_routes);
	column_number(answer, totals.source_routes);
	column_end(answer);
	return true;
}

/* All of it takes less than CONTROL_LINE. Without a view, there is the daemon alone. */
bool table_summary(struct control_answer *answer, const struct control_view *view)
{
	struct proxy_totals totals;

	if (!column_room(answer))
		return false;
	if (view == answer->daemon->view)
		tell_daemon(answer);
	if (!view)
		return true;
	proxy_totals(view->proxy, &totals);
	tell_value(answer, view, "memberships", totals.memberships);
	tell_value(answer, view, "groups", totals.groups);
	tell_value(answer, view, "group-routes", totals.group_routes);
	tell_value(answer, view, "source-routes", totals.source_routes);
	return true;
}

/* ---- the configuration ---- */

/* Each line of the text as "line" and the bytes; what comes before a line's end, if it is too long
 * for one of ours, as "part". */
bool table_configuration(struct control_answer *answer, const struct control_view *none)
{
	const struct script *script = answer->daemon->script;

	(void)none;
	while (answer->position < script->file.size + script->added.size) {
		bool added = answer->position >= script->file.size;
		const struct part *part = added ? &script->added : &script->file;
		size_t at = answer->position - (added ? script->file.size : 0);
		const char *text = part->text + at;
		size_t left = part->size - at, length;
		const char *end = memchr(text, '\n', left < PART ? left : PART);

		if (!column_room(answer))
			return false;
		length = end ? (size_t)(end - text) : left < PART ? left : PART;
		column_text(answer, end ? "line" : "part");
		for (size_t i = 0; i < length; i++)
			column_byte(answer, text[i] ? text[i] : '?');
		column_byte(answer, '\n');
		answer->position += (unsigned)length + (end != NULL);
	}
	return true;
}

/* ---- the log ---- */

static const char levels[][8] = {[LOG_LEVEL_ERROR] = "error",
				 [LOG_LEVEL_WARNING] = "warning",
				 [LOG_LEVEL_NOTICE] = "notice",
				 [LOG_LEVEL_INFO] = "info",
				 [LOG_LEVEL_DEBUG] = "debug"};

/* Lines that are overwritten before there is room for them are left out. */
bool table_log(struct control_answer *answer, const struct control_view *none)
{
	struct log_entry entry;

	(void)none;
	while (column_room(answer)) {
		if (!ENABLE_LOG_RING || !log_recall(&answer->log, &entry))
			return true;
		column_number(answer, entry.age);
		column_text(answer, levels[entry.level]);
		column_text(answer, entry.text);
		column_end(answer);
	}
	return false;
}
