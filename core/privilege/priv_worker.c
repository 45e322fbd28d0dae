/* SPDX-License-Identifier: MIT */
/* The worker's end of PRIVSEP: asks the monitor for what needs root; see priv.h and monitor.h. */
#include "core/privilege/priv.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/privilege/monitor.h"

/* Sends, waits for the reply. Its error, or -errno; *RESULT a descriptor that came along, or -1. */
static int ask(struct priv *priv, const struct monitor_request *request, const int *passed,
	       struct monitor_reply *reply, int *result)
{
	int received[PASSING_MAX] = {-1, -1};
	int error = passing_send(priv->channel, request, sizeof(*request), passed,
				 passed ? PASSING_MAX : 0, 0);

	if (!error)
		error = passing_receive(priv->channel, reply, sizeof(*reply), received, 0);
	if (!error)
		error = reply->error;
	*result = received[0];
	return error;
}

/* What is answered by a number. */
static int tell(struct priv *priv, const struct monitor_request *request, int passed)
{
	const int both[PASSING_MAX] = {passed, -1};
	struct monitor_reply reply;
	int none;

	return ask(priv, request, both, &reply, &none);
}

static void put_name(struct monitor_request *request, const char *name)
{
	strncpy(request->name, name, sizeof(request->name) - 1);
}

/* Nothing ever comes unasked for: this is the monitor's end. */
static void monitor_gone(void *ctx, uint32_t events)
{
	(void)events;
	*(bool *)ctx = true;
}

int priv_watch(struct priv *priv, struct loop *loop)
{
	loop->busy = &priv->shared->busy;
	priv->source = (struct loop_source){
		.fd = priv->channel, .ready = monitor_gone, .ctx = &loop->stop};
	return loop_add(loop, &priv->source, EPOLLIN);
}

int priv_settle(struct priv *priv)
{
	const struct monitor_request request = {.type = MONITOR_SETTLE, .settings = priv->settings};
	const int passed[PASSING_MAX] = {priv->settings.privilege.root, priv->settings.control};
	struct monitor_reply reply;
	int none;

	return ask(priv, &request, passed, &reply, &none);
}

int priv_pidfile(struct priv *priv)
{
	return tell(priv, &(struct monitor_request){.type = MONITOR_PIDFILE}, -1);
}

void priv_ready(struct priv *priv)
{
	tell(priv, &(struct monitor_request){.type = MONITOR_READY}, -1);
}

void priv_reloading(struct priv *priv, bool done)
{
	tell(priv, &(struct monitor_request){.type = MONITOR_RELOADING, .number = done}, -1);
}

int priv_mroute(struct priv *priv, enum protocol protocol, uint32_t table, bool *kept)
{
	const struct monitor_request request = {
		.type = MONITOR_MROUTE, .protocol = protocol, .table = table};
	struct monitor_reply reply = {0};
	int fd, error = ask(priv, &request, NULL, &reply, &fd);

	*kept = reply.kept;
	if (!error && fd < 0)
		error = -EMFILE;
	return error ? error : fd;
}

void priv_mroute_done(struct priv *priv, enum protocol protocol, uint32_t table)
{
	tell(priv,
	     &(struct monitor_request){
		     .type = MONITOR_MROUTE_DONE, .protocol = protocol, .table = table},
	     -1);
}

bool priv_holders(struct priv *priv, enum protocol protocol, char text[PRIV_TEXT])
{
	const struct monitor_request request = {.type = MONITOR_HOLDERS, .protocol = protocol};
	struct monitor_reply reply;
	int none, error = ask(priv, &request, NULL, &reply, &none);

	if (!error)
		memcpy(text, reply.text, PRIV_TEXT);
	return !error;
}

void priv_keep(struct priv *priv, int fd)
{
	if (priv)
		tell(priv, &(struct monitor_request){.type = MONITOR_KEEP, .number = (uint32_t)fd},
		     fd);
}

void priv_close(struct priv *priv, int fd)
{
	if (fd < 0)
		return;
	close(fd);
	if (priv)
		tell(priv, &(struct monitor_request){.type = MONITOR_CLOSE, .number = (uint32_t)fd},
		     -1);
}

void priv_sweep(struct priv *priv)
{
	tell(priv, &(struct monitor_request){.type = MONITOR_SWEEP}, -1);
}

int priv_rule(void *priv, bool add, const struct rule *rule, uint16_t attribute)
{
	struct monitor_request request = {.type = MONITOR_RULE,
					  .protocol = rule->protocol,
					  .table = rule->table,
					  .number = add,
					  .attribute = attribute};

	put_name(&request, rule->name);
	return tell(priv, &request, -1);
}

int priv_rp_filter(struct priv *priv, enum priv_rp_filter what, const char *name)
{
	struct monitor_request request = {.type = MONITOR_RP_FILTER, .number = what};

	put_name(&request, name);
	return tell(priv, &request, -1);
}

/* What is answered by a descriptor. */
static int ask_for(struct priv *priv, enum monitor_request_type type)
{
	const struct monitor_request request = {.type = type};
	struct monitor_reply reply;
	int fd, error = ask(priv, &request, NULL, &reply, &fd);

	if (!error && fd < 0)
		error = -EMFILE;
	return error ? error : fd;
}

int priv_file(struct priv *priv)
{
	return ask_for(priv, MONITOR_FILE);
}

int priv_syslog(struct priv *priv)
{
	return ask_for(priv, MONITOR_SYSLOG);
}

void priv_script(struct priv *priv, int fd, size_t file)
{
	tell(priv, &(struct monitor_request){.type = MONITOR_SCRIPT, .number = (uint32_t)file}, fd);
	close(fd);
}

int priv_upgrade(struct priv *priv, char text[PRIV_TEXT])
{
	struct monitor_reply reply = {0};
	int none, error = ask(priv, &(struct monitor_request){.type = MONITOR_UPGRADE}, NULL,
			      &reply, &none);

	memcpy(text, reply.text, PRIV_TEXT);
	return error;
}

struct priv_vifs *priv_vifs(struct priv *priv, uint32_t table)
{
	struct priv_shared *shared = priv->shared;
	struct priv_vifs *free = NULL;

	for (unsigned i = 0; i < CONFIG_MAX_TABLES; i++) {
		if (shared->table[i].used && shared->table[i].table == table)
			return &shared->vifs[i];
		if (!free && !shared->table[i].used)
			free = &shared->vifs[i];
	}
	return free;
}

void priv_use(struct priv *priv, struct priv_vifs *vifs, enum protocol protocol, uint32_t table,
	      bool used)
{
	struct priv_table *its = &priv->shared->table[vifs - priv->shared->vifs];

	its->table = table;
	its->used = (its->used & ~(1u << protocol)) | (uint32_t)used << protocol;
}
