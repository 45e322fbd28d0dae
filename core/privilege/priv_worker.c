/* SPDX-License-Identifier: MIT */
/* The worker's end of PRIVSEP: asks the monitor for what needs root; see priv.h and request.h. */
#include "core/privilege/priv.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/format.h"
#include "core/base/log.h"
#include "core/config/script.h"
#include "core/kernel/seccomp.h"
#include "core/privilege/passing.h"
#include "core/privilege/request.h"

#define NOBODY "65534" /* where there is none of that name */

/* How long what a worker before kept may be needed: until this one has made what it knows of its
 * own; or, where it has to ask, until everybody has answered. */
enum { SWEEP_KNOWN = 1, SWEEP_ASKED = 60000 };

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
static int ask_whether(struct priv *priv, const struct monitor_request *request, int passed)
{
	const int both[PASSING_MAX] = {passed, -1};
	struct monitor_reply reply;
	int none;

	return ask(priv, request, both, &reply, &none);
}

static int tell(struct priv *priv, enum monitor_request_type type, uint32_t number, int passed)
{
	return ask_whether(priv, &(struct monitor_request){.type = type, .number = number}, passed);
}

static void put_name(struct monitor_request *request, const char *name)
{
	format_text(request->name, sizeof(request->name), "%s", name);
}

/* Nothing ever comes unasked for: this is the monitor's end. */
static void monitor_gone(void *ctx, uint32_t events)
{
	(void)events;
	*(bool *)ctx = true;
}

int priv_watch(struct priv *priv, struct loop *loop)
{
	priv->pid = getppid();
	loop->busy = &priv->shared->busy;
	priv->source = (struct loop_source){
		.fd = priv->channel, .ready = monitor_gone, .ctx = &loop->stop};
	return loop_add(loop, &priv->source, EPOLLIN);
}

bool priv_is_fresh(const struct priv *priv)
{
	return priv->fresh;
}

bool priv_is_settled(void)
{
	return true;
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
	return tell(priv, MONITOR_PIDFILE, 0, -1);
}

void priv_ready(struct priv *priv, bool guesses)
{
	priv->sweep_at = loop_now() + (guesses ? SWEEP_ASKED : SWEEP_KNOWN);
	tell(priv, MONITOR_READY, 0, -1);
}

void priv_reloading(struct priv *priv, bool done)
{
	tell(priv, MONITOR_RELOADING, done, -1);
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
	const struct monitor_request request = {
		.type = MONITOR_MROUTE_DONE, .protocol = protocol, .table = table};

	ask_whether(priv, &request, -1);
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
		tell(priv, MONITOR_KEEP, (uint32_t)fd, fd);
}

void priv_close(struct priv *priv, int fd)
{
	if (fd < 0)
		return;
	close(fd);
	if (priv)
		tell(priv, MONITOR_CLOSE, (uint32_t)fd, -1);
}

int64_t priv_turn(struct priv *priv, int64_t now)
{
	if (priv->sweep_at <= now) {
		tell(priv, MONITOR_SWEEP, 0, -1);
		priv->sweep_at = INT64_MAX;
	}
	return priv->sweep_at;
}

int priv_rule(void *priv, struct netlink *netlink, bool add, const struct rule *rule,
	      uint16_t attribute)
{
	struct monitor_request request = {.type = MONITOR_RULE,
					  .protocol = rule->protocol,
					  .table = rule->table,
					  .number = add,
					  .attribute = attribute};

	(void)netlink;
	put_name(&request, rule->name);
	return ask_whether(priv, &request, -1);
}

int priv_rp_filter(struct priv *priv, enum priv_rp_filter what, const char *name)
{
	struct monitor_request request = {.type = MONITOR_RP_FILTER, .number = what};

	put_name(&request, name);
	return ask_whether(priv, &request, -1);
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

void priv_script(struct priv *priv, const struct script *script)
{
	int fd = script_save(script);

	if (fd < 0) {
		log_warning("what was said at run time will not be known to another worker: %s",
			    error_text(fd));
		return;
	}
	tell(priv, MONITOR_SCRIPT, (uint32_t)script->file.size, fd);
	close(fd);
}

/* ---- rights ---- */

int priv_find(struct priv *priv, const char *user, const char *group, const char *chroot,
	      enum privilege_failure *failure)
{
	struct privilege *privilege = &priv->settings.privilege;
	const char *root = *chroot ? chroot : NULL;
	bool nobody = !*user;
	int error = privilege_find(privilege, nobody ? "nobody" : user, group, root, failure);

	if (error == -EINVAL && nobody && *failure == PRIVILEGE_USER)
		error = privilege_find(privilege, NOBODY, group, root, failure);
	privilege->optional = nobody && !*group;
	if (!error || root || *failure != PRIVILEGE_CHROOT)
		return error;
	log_warning("no empty root directory can be made: %s", error_text(error));
	return 0;
}

static int connect_syslog(void *ctx)
{
	return ask_for(ctx, MONITOR_SYSLOG);
}

int priv_confine(struct priv *priv, bool opened, enum privilege_failure *failure)
{
	struct privilege *privilege = &priv->settings.privilege;
	const struct rlimit none = {0};
	int error;

	if (opened)
		return 0;
	if (privilege->root >= 0)
		priv->root = "empty";
	error = privilege_drop(privilege, 0, failure);
	if (error)
		return error;
	priv->user = geteuid();
	prlimit(0, RLIMIT_NPROC, &none, NULL);
	prlimit(0, RLIMIT_CORE, &none, NULL);
	log_connect_by(connect_syslog, priv);
	priv->seccomp = ENABLE_SECCOMP ? seccomp_enter() : -ENOTSUP;
	if (ENABLE_SECCOMP && priv->seccomp)
		log_warning("there is no filter of system calls: %s", error_text(priv->seccomp));
	return 0;
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
