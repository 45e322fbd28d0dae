/* SPDX-License-Identifier: MIT */
/* What the monitor does for the worker; see monitor_serve.h. Every request is of a fixed size and
 * checked before anything is done. */
#include "core/privilege/monitor_serve.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/config/script.h"
#include "core/kernel/mroute.h"
#include "core/kernel/probe.h"
#include "core/kernel/rawsock.h"
#include "core/privilege/passing.h"

/* For one table: four times what an instance needs that has an interface for each VIF, and two
 * rules for each interface. */
enum { RULES_MAX = 8 * PROXY_VIFS };

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

static int serve_settle(struct monitor *m, struct call *call)
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

static int serve_pidfile(struct monitor *m, struct call *call)
{
	(void)call;
	return pidfile_set(&m->state.pidfile, m->state.settings.pidfile);
}

static int serve_ready(struct monitor *m, struct call *call)
{
	(void)call;
	m->ready_at = loop_now();
	if (ENABLE_SYSTEMD && (!m->ready || m->reloading))
		notify_send(&m->notify, "READY=1");
	m->reloading = false;
	if (!m->ready && m->job->ready)
		m->job->ready(m->job->ctx, &m->state.settings);
	m->ready = true;
	return 0;
}

static int serve_reloading(struct monitor *m, struct call *call)
{
	m->hangup = false;
	m->reloading = !call->request->number;
	if (ENABLE_SYSTEMD && m->reloading)
		notify_reloading(&m->notify);
	else if (ENABLE_SYSTEMD)
		notify_send(&m->notify, "READY=1");
	return 0;
}

/* NULL: there was none, ever. */
static struct monitor_table *find_table(struct monitor *m, const struct monitor_request *request)
{
	for (unsigned i = 0; i < m->state.table_count; i++)
		if (m->state.table[i].protocol == request->protocol &&
		    m->state.table[i].table == request->table)
			return &m->state.table[i];
	return NULL;
}

/* AT: its place, or NULL. Descriptor or -errno. */
static int open_table(struct monitor *m, const struct monitor_request *request,
		      struct monitor_table *at)
{
	struct monitor_state *state = &m->state;
	enum protocol protocol = (enum protocol)request->protocol;
	int fd, error;

	if (!at && state->table_count == PROTOCOLS * CONFIG_MAX_TABLES)
		return -ENOSPC;
	fd = rawsock_open(protocol, CONFIG_RECEIVE_BUFFER);
	if (fd < 0)
		return fd;
	error = mroute_init(fd, protocol, request->table);
	if (error) {
		close(fd);
		return error;
	}
	if (!at)
		at = &state->table[state->table_count++];
	*at = (struct monitor_table){fd, request->protocol, request->table, 0};
	return fd;
}

static int serve_mroute(struct monitor *m, struct call *call)
{
	struct monitor_table *table = find_table(m, call->request);

	call->reply.kept = table && table->fd >= 0;
	if (call->reply.kept)
		rawsock_admit(table->fd, (enum protocol)table->protocol);
	call->result = call->reply.kept ? table->fd : open_table(m, call->request, table);
	return call->result < 0 ? call->result : 0;
}

/* It is free at once, although the worker has the socket open, too. */
static void give_table_back(struct monitor *m, struct monitor_table *table)
{
	enum protocol protocol = (enum protocol)table->protocol;

	if (ENABLE_MULTI_INSTANCE && table->table)
		rule_sweep(&m->rules, protocol, table->table);
	mroute_done(table->fd, protocol);
	replace(&table->fd, -1);
}

static int serve_mroute_done(struct monitor *m, struct call *call)
{
	struct monitor_table *table = find_table(m, call->request);

	if (!table || table->fd < 0)
		return -ENOENT;
	give_table_back(m, table);
	return 0;
}

static int serve_holders(struct monitor *m, struct call *call)
{
	(void)m;
	return probe_held_by((enum protocol)call->request->protocol, call->reply.text, PRIV_TEXT)
		       ? 0
		       : -ENOENT;
}

/* Only what joins groups: of no other socket is there anything to keep. */
static int serve_keep(struct monitor *m, struct call *call)
{
	struct monitor_state *state = &m->state;
	int domain = 0;
	socklen_t size = sizeof(domain);

	getsockopt(call->passed[0], SOL_SOCKET, SO_DOMAIN, &domain, &size);
	if (domain != AF_INET && domain != AF_INET6)
		return -EBADF;
	if (state->kept_count == CONFIG_MAX_KEPT)
		return -ENOSPC;
	state->kept[state->kept_count++] =
		(struct monitor_kept){take_passed(call, 0), call->request->number, state->worker};
	return 0;
}

static void drop_kept(struct monitor_state *state, unsigned at)
{
	close(state->kept[at].fd);
	state->kept[at] = state->kept[--state->kept_count];
}

static int serve_close(struct monitor *m, struct call *call)
{
	for (unsigned i = 0; i < m->state.kept_count; i++)
		if (m->state.kept[i].worker == m->state.worker &&
		    m->state.kept[i].key == call->request->number) {
			drop_kept(&m->state, i);
			return 0;
		}
	return -ENOENT;
}

static int serve_sweep(struct monitor *m, struct call *call)
{
	(void)call;
	for (unsigned i = m->state.kept_count; i-- > 0;)
		if (m->state.kept[i].worker != m->state.worker)
			drop_kept(&m->state, i);
	rpfilter_sweep(&m->state.rpfilter);
	return 0;
}

/* How many rules there are is known when it may be too many: others remove them, too. */
static int count_rule(struct monitor *m, struct monitor_table *table)
{
	int count;

	if (++table->rules <= RULES_MAX)
		return 0;
	count = rule_count(&m->rules, (enum protocol)table->protocol, table->table);
	if (count < 0)
		return count;
	table->rules = (uint32_t)count + 1;
	return table->rules > RULES_MAX ? -ENOSPC : 0;
}

/* Of the two attributes that a rule of ours has, for a table that the worker has. */
static int serve_rule(struct monitor *m, struct call *call)
{
	const struct monitor_request *request = call->request;
	struct rule rule = {.protocol = (enum protocol)request->protocol, .table = request->table};
	struct monitor_table *table = find_table(m, request);
	int error;

	if (!ENABLE_MULTI_INSTANCE || !request->table || !table || table->fd < 0 ||
	    (request->attribute != ABI_FRA_IIFNAME && request->attribute != ABI_FRA_OIFNAME))
		return -EPERM;
	error = request->number ? count_rule(m, table) : 0;
	memcpy(rule.name, request->name, sizeof(rule.name));
	return error ? error
		     : rule_change(&m->rules.request, request->number, &rule, request->attribute);
}

/* Switched off, or restored to what it was. */
static int serve_rp_filter(struct monitor *m, struct call *call)
{
	const char *name = call->request->name;

	if (call->request->number == PRIV_RP_HOLD)
		return rpfilter_hold(&m->state.rpfilter, name);
	if (call->request->number == PRIV_RP_REFRESH)
		return rpfilter_refresh(&m->state.rpfilter, name);
	rpfilter_release(&m->state.rpfilter, name);
	return 0;
}

static int serve_file(struct monitor *m, struct call *call)
{
	call->result = script_open(AT_FDCWD, m->job->file);
	return call->result < 0 ? call->result : 0;
}

/* Only a file in memory, which can be read without an end to wait for; and it stays as short. */
static int serve_script(struct monitor *m, struct call *call)
{
	if (file_control(call->passed[0], F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) ||
	    lseek(call->passed[0], 0, SEEK_END) > CONFIG_CONF_MAX_SIZE)
		return -EBADF;
	replace(&m->state.script, take_passed(call, 0));
	m->state.script_file = call->request->number;
	return 0;
}

static int serve_syslog(struct monitor *m, struct call *call)
{
	(void)m;
	call->result = log_connect();
	return call->result < 0 ? call->result : 0;
}

static int serve_upgrade(struct monitor *m, struct call *call)
{
	int error = successor_try(&m->state, m->path, m->job->file, call->reply.text);

	m->upgrade = !error;
	return error;
}

#define REQUEST(type, function) \
	case MONITOR_##type:    \
		return serve_##function(m, call);
static int serve(struct monitor *m, struct call *call)
{
	switch (call->request->type) {
		MONITOR_ROWS(REQUEST)
	default:
		return -EPERM;
	}
}

/* As the kernel has them; not "all" and "default", which are no interfaces. */
static bool is_interface(const char name[IF_NAMESIZE])
{
	size_t length = strnlen(name, IF_NAMESIZE);

	if (!length || length == IF_NAMESIZE || !strcmp(name, ".") || !strcmp(name, "..") ||
	    !strcmp(name, "all") || !strcmp(name, "default"))
		return false;
	for (; *name; name++)
		if ((unsigned char)*name <= ' ' || *name == 0x7f || *name == '/')
			return false;
	return true;
}

/* What may be asked for at this time, at all. Only who is root still may say what is settled, and
 * nothing else. */
static bool is_allowed(const struct monitor *m, const struct monitor_request *request)
{
	bool named = request->type == MONITOR_RULE || request->type == MONITOR_RP_FILTER;

	return request->protocol < PROTOCOLS && m->settled == (request->type != MONITOR_SETTLE) &&
	       (!named || is_interface(request->name));
}

static void answer(struct monitor *m, struct call *call)
{
	int kept[PASSING_MAX] = {-1, -1}, error;

	if (is_allowed(m, call->request))
		call->reply.error = serve(m, call);
	else
		call->reply.error = -EPERM;
	kept[0] = call->result;
	error = passing_send(m->channel, &call->reply, sizeof(call->reply), kept, 1, MSG_DONTWAIT);
	/* It would wait for ever. */
	if (error && error != -EPIPE && m->pid > 0) {
		log_error("the worker cannot be answered: %s", error_text(error));
		kill(m->pid, SIGKILL);
	}
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

	for (unsigned i = 0; i < state->table_count; i++)
		if (state->table[i].fd >= 0)
			give_table_back(m, &state->table[i]);
	state->table_count = 0;
	while (state->kept_count)
		drop_kept(state, state->kept_count - 1);
	rpfilter_close(&state->rpfilter);
}
