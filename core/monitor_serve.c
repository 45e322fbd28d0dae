/* SPDX-License-Identifier: MIT */
/*
 * What the monitor does for the worker; see monitor.h. Every request is of a fixed size and checked
 * before anything is done: the worker may be somebody else's by now.
 */
#include "monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "mroute.h"
#include "probe.h"
#include "rawsock.h"
#include "rule.h"

/* A request, and what is made of it. */
struct call {
	const struct monitor_request *request;
	int passed[PASSING_MAX]; /* -1 those that have been taken */
	struct monitor_reply reply;
	int result; /* a descriptor that goes with the reply; -1: none */
};

static int take_passed(struct call *call, unsigned number)
{
	int fd = call->passed[number];

	call->passed[number] = -1;
	return fd;
}

static void replace(int *fd, int by)
{
	if (*fd >= 0)
		close(*fd);
	*fd = by;
}

/* ---- one function a request; 0 or -errno ---- */

static int settle(struct monitor *m, struct call *call)
{
	struct priv_settings *settings = &m->state.settings, old = *settings;
	unsigned taken = 0;

	*settings = call->request->settings;
	settings->path[CONF_PATH - 1] = settings->pidfile[CONF_PATH - 1] = '\0';
	settings->privilege.root = settings->privilege.root >= 0 ? take_passed(call, taken++) : -1;
	settings->control = settings->control >= 0 ? take_passed(call, taken) : -1;
	replace(&old.privilege.root, -1);
	replace(&old.control, -1);
	if (*old.path && strcmp(old.path, settings->path) != 0)
		unlink(old.path);
	log_open(settings->log_syslog, settings->log_level);
	m->settled = true;
	return 0;
}

static int pidfile(struct monitor *m, struct call *call)
{
	(void)call;
	return pidfile_set(&m->state.pidfile, m->state.settings.pidfile);
}

static int ready(struct monitor *m, struct call *call)
{
	(void)call;
	m->ready_at = loop_now();
	if (ENABLE_SYSTEMD && (!m->ready || m->reloading))
		notify_send(&m->notify, "READY=1");
	m->reloading = false;
	if (!m->ready && m->program->ready)
		m->program->ready(m->program->ctx, &m->state.settings);
	m->ready = true;
	return 0;
}

static int reloading(struct monitor *m, struct call *call)
{
	m->hangup = false;
	m->reloading = !call->request->number;
	if (ENABLE_SYSTEMD && m->reloading)
		notify_reloading(&m->notify);
	else if (ENABLE_SYSTEMD)
		notify_send(&m->notify, "READY=1");
	return 0;
}

static struct monitor_table *find_table(struct monitor *m, const struct monitor_request *request)
{
	for (unsigned i = 0; i < m->state.table_count; i++)
		if (m->state.table[i].protocol == request->protocol &&
		    m->state.table[i].table == request->table)
			return &m->state.table[i];
	return NULL;
}

static int open_table(struct monitor *m, const struct monitor_request *request)
{
	struct monitor_state *state = &m->state;
	enum protocol protocol = (enum protocol)request->protocol;
	int fd, error;

	if (state->table_count == PROTOCOLS * CONFIG_MAX_TABLES)
		return -ENOSPC;
	fd = rawsock_open(protocol, CONFIG_RECEIVE_BUFFER);
	if (fd < 0)
		return fd;
	error = mroute_init(fd, protocol, request->table);
	if (error) {
		close(fd);
		return error;
	}
	state->table[state->table_count++] =
		(struct monitor_table){fd, request->protocol, request->table};
	return fd;
}

static int mroute(struct monitor *m, struct call *call)
{
	struct monitor_table *table = find_table(m, call->request);
	int fd = table ? table->fd : open_table(m, call->request);

	call->reply.kept = table;
	call->result = fd;
	return fd < 0 ? fd : 0;
}

static int mroute_end(struct monitor *m, struct call *call)
{
	struct monitor_table *table = find_table(m, call->request);

	if (!table)
		return -ENOENT;
	close(table->fd);
	*table = m->state.table[--m->state.table_count];
	return 0;
}

static int holders(struct monitor *m, struct call *call)
{
	(void)m;
	return probe_held_by((enum protocol)call->request->protocol, call->reply.text, PRIV_TEXT)
		       ? 0
		       : -ENOENT;
}

static int keep(struct monitor *m, struct call *call)
{
	struct monitor_state *state = &m->state;

	if (call->passed[0] < 0)
		return -EBADF;
	if (state->kept_count == CONFIG_MAX_KEPT)
		return -ENOSPC;
	state->kept[state->kept_count++] =
		(struct monitor_kept){take_passed(call, 0), call->request->number, state->worker};
	return 0;
}

static void drop(struct monitor_state *state, unsigned at)
{
	close(state->kept[at].fd);
	state->kept[at] = state->kept[--state->kept_count];
}

static int close_kept(struct monitor *m, struct call *call)
{
	for (unsigned i = 0; i < m->state.kept_count; i++)
		if (m->state.kept[i].worker == m->state.worker &&
		    m->state.kept[i].key == call->request->number) {
			drop(&m->state, i);
			return 0;
		}
	return -ENOENT;
}

static int sweep(struct monitor *m, struct call *call)
{
	(void)call;
	for (unsigned i = m->state.kept_count; i-- > 0;)
		if (m->state.kept[i].worker != m->state.worker)
			drop(&m->state, i);
	rpfilter_sweep(&m->state.rpfilter);
	return 0;
}

/* Of the two attributes that a rule of ours has, for a table that the worker has. */
static int rule(struct monitor *m, struct call *call)
{
	const struct monitor_request *request = call->request;
	struct rule rule = {.protocol = (enum protocol)request->protocol, .table = request->table};

	if (!request->table || !find_table(m, request) ||
	    (request->attribute != ABI_FRA_IIFNAME && request->attribute != ABI_FRA_OIFNAME))
		return -EPERM;
	memcpy(rule.name, request->name, sizeof(rule.name));
	return ENABLE_MULTI_INSTANCE
		       ? rule_change(&m->netlink, request->number, &rule, request->attribute)
		       : -EPERM;
}

/* Switched off, or restored to what it was. */
static int rp_filter(struct monitor *m, struct call *call)
{
	const char *name = call->request->name;

	if (call->request->number == PRIV_RP_HOLD)
		return rpfilter_hold(&m->state.rpfilter, name);
	if (call->request->number == PRIV_RP_REFRESH)
		return rpfilter_refresh(&m->state.rpfilter, name);
	rpfilter_release(&m->state.rpfilter, name);
	return 0;
}

static int file(struct monitor *m, struct call *call)
{
	call->result = conf_open(AT_FDCWD, m->program->file);
	return call->result < 0 ? call->result : 0;
}

static int script(struct monitor *m, struct call *call)
{
	if (call->passed[0] < 0)
		return -EBADF;
	replace(&m->state.script, take_passed(call, 0));
	m->state.script_file = call->request->number;
	return 0;
}

static int syslog_socket(struct monitor *m, struct call *call)
{
	(void)m;
	call->result = log_connect();
	return call->result < 0 ? call->result : 0;
}

static int upgrade(struct monitor *m, struct call *call)
{
	int error = monitor_try(m, call->reply.text);

	m->upgrade = !error;
	return error;
}

static const struct {
	int (*serve)(struct monitor *, struct call *);
	bool interface; /* name has to be one's */
} rows[MONITOR_REQUESTS] = {
	[MONITOR_SETTLE] = {settle, false},
	[MONITOR_PIDFILE] = {pidfile, false},
	[MONITOR_READY] = {ready, false},
	[MONITOR_RELOADING] = {reloading, false},
	[MONITOR_MROUTE] = {mroute, false},
	[MONITOR_MROUTE_DONE] = {mroute_end, false},
	[MONITOR_HOLDERS] = {holders, false},
	[MONITOR_KEEP] = {keep, false},
	[MONITOR_CLOSE] = {close_kept, false},
	[MONITOR_SWEEP] = {sweep, false},
	[MONITOR_RULE] = {rule, true},
	[MONITOR_RP_FILTER] = {rp_filter, true},
	[MONITOR_FILE] = {file, false},
	[MONITOR_SCRIPT] = {script, false},
	[MONITOR_SYSLOG] = {syslog_socket, false},
	[MONITOR_UPGRADE] = {upgrade, false},
};

/* As the kernel has them; not "all" and "default", which are no interfaces. */
static bool is_interface(const char name[IF_NAMESIZE])
{
	size_t length = strnlen(name, IF_NAMESIZE);

	if (!length || length == IF_NAMESIZE || !strcmp(name, ".") || !strcmp(name, "..") ||
	    !strcmp(name, "all") || !strcmp(name, "default"))
		return false;
	for (; *name; name++)
		if (*name <= ' ' || *name > '~' || *name == '/')
			return false;
	return true;
}

/* What may be asked for at this time, at all. Only who is root still may say what is settled, and
 * nothing else. */
static bool is_allowed(const struct monitor *m, const struct monitor_request *request)
{
	return request->type < MONITOR_REQUESTS && request->protocol < PROTOCOLS &&
	       m->settled == (request->type != MONITOR_SETTLE) &&
	       (!rows[request->type].interface || is_interface(request->name));
}

static void answer(struct monitor *m, struct call *call)
{
	int kept[PASSING_MAX] = {-1, -1};

	if (is_allowed(m, call->request))
		call->reply.error = rows[call->request->type].serve(m, call);
	else
		call->reply.error = -EPERM;
	kept[0] = call->result;
	passing_send(m->channel, &call->reply, sizeof(call->reply), kept, 1, MSG_DONTWAIT);
	/* What the monitor has no use for. */
	if (call->request->type == MONITOR_FILE || call->request->type == MONITOR_SYSLOG)
		replace(&call->result, -1);
	for (unsigned i = 0; i < PASSING_MAX; i++)
		replace(&call->passed[i], -1);
}

bool monitor_serve(struct monitor *m)
{
	struct monitor_request request;
	struct call call = {.request = &request, .result = -1};
	int error =
		passing_receive(m->channel, &request, sizeof(request), call.passed, MSG_DONTWAIT);

	if (!error)
		answer(m, &call);
	else if (error == -EPROTO)
		log_warning("the worker asks for what there is not");
	return !error || error == -EAGAIN;
}

void monitor_release(struct monitor *m)
{
	struct monitor_state *state = &m->state;
	struct rules rules = {.request = m->netlink};

	for (unsigned i = 0; i < state->table_count; i++) {
		const struct monitor_table *table = &state->table[i];

		if (ENABLE_MULTI_INSTANCE && table->table)
			rule_sweep(&rules, (enum protocol)table->protocol, table->table);
		close(table->fd);
	}
	state->table_count = 0;
	while (state->kept_count)
		drop(state, state->kept_count - 1);
	rpfilter_close(&state->rpfilter);
	m->netlink = rules.request;
}
