/* SPDX-License-Identifier: MIT */
/* One process does it all, with the rights that it has; see priv.h. What is to outlive it does not.
 */
#include "core/privilege/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/format.h"
#include "core/control/socket.h"
#include "core/base/text.h"
#include "core/config/script.h"
#include "core/kernel/mroute.h"
#include "core/kernel/probe.h"
#include "core/kernel/rawsock.h"
#include "core/kernel/rule.h"

bool priv_inherits(void)
{
	return false;
}

int priv_understands(void)
{
	return 0;
}

/* The directory of PATH; negative: it cannot be opened. */
static int open_directory(const char *path)
{
	char *directory = strndup(path, (size_t)(text_base_name(path) - path));
	int fd = -1;

	if (directory)
		fd = file_open(AT_FDCWD, *directory ? directory : ".", O_RDONLY | O_DIRECTORY);
	free(directory);
	return fd;
}

int priv_run(const struct priv_job *job)
{
	struct priv priv = {.file = job->file,
			    .fresh = true,
			    .first = true,
			    .settings = {.control = -1, .privilege.root = -1},
			    .pid = getpid(),
			    .user = geteuid(),
			    .seccomp = -ENOTSUP,
			    .job = job,
			    .directory = open_directory(job->file)};
	int status;

	if (ENABLE_SYSTEMD)
		notify_open(&priv.notify);
	priv.notify_at = ENABLE_SYSTEMD && priv.notify.interval ? 0 : INT64_MAX;
	rpfilter_open(&priv.rpfilter);
	status = job->work(job->ctx, &priv);
	if (ENABLE_SYSTEMD)
		notify_send(&priv.notify, "STOPPING=1");
	rpfilter_close(&priv.rpfilter);
	if (ENABLE_CONTROL && *priv.settings.path)
		socket_remove(priv.settings.path);
	pidfile_set(&priv.pidfile, "");
	if (priv.directory >= 0)
		close(priv.directory);
	return status;
}

int priv_watch(struct priv *priv, struct loop *loop)
{
	(void)priv;
	(void)loop;
	return 0;
}

bool priv_is_fresh(const struct priv *priv)
{
	(void)priv;
	return true;
}

bool priv_is_settled(void)
{
	return false;
}

int priv_settle(struct priv *priv)
{
	(void)priv;
	return 0;
}

int priv_pidfile(struct priv *priv)
{
	return pidfile_set(&priv->pidfile, priv->settings.pidfile);
}

int priv_find(struct priv *priv, const char *user, const char *group, const char *chroot,
	      enum privilege_failure *failure)
{
	return privilege_find(&priv->settings.privilege, user, group, chroot, failure);
}

int priv_confine(struct priv *priv, bool opened, enum privilege_failure *failure)
{
	struct privilege *privilege = &priv->settings.privilege;
	bool none =
		privilege->uid == UINT32_MAX && privilege->gid == UINT32_MAX && privilege->root < 0;
	int error = 0;

	if (opened && !none)
		error = privilege_drop(privilege, 1u << ABI_CAP_NET_ADMIN | 1u << ABI_CAP_NET_RAW,
				       failure);
	priv->user = geteuid();
	return error;
}

void priv_ready(struct priv *priv, bool guesses)
{
	(void)guesses;
	if (ENABLE_SYSTEMD)
		notify_send(&priv->notify, "READY=1");
	if (priv->job->ready)
		priv->job->ready(priv->job->ctx, &priv->settings);
}

void priv_reloading(struct priv *priv, bool done)
{
	if (ENABLE_SYSTEMD && done)
		notify_send(&priv->notify, "READY=1");
	else if (ENABLE_SYSTEMD)
		notify_reloading(&priv->notify);
}

int64_t priv_turn(struct priv *priv, int64_t now)
{
	if (ENABLE_CONTROL && priv->job->forks)
		waitpid(-1, NULL, WNOHANG);
	if (ENABLE_SYSTEMD && priv->notify_at <= now) {
		notify_send(&priv->notify, "WATCHDOG=1");
		priv->notify_at = now + priv->notify.interval;
	}
	return priv->notify_at;
}

/* Its path may lead elsewhere by now. */
int priv_file(struct priv *priv)
{
	return priv->directory < 0 ? script_open(AT_FDCWD, priv->file)
				   : script_open(priv->directory, text_base_name(priv->file));
}

int priv_mroute(struct priv *priv, enum protocol protocol, uint32_t table, bool *kept)
{
	int fd = rawsock_open(protocol, CONFIG_RECEIVE_BUFFER), error;

	(void)priv;
	*kept = false;
	if (fd < 0)
		return fd;
	error = mroute_init(fd, protocol, table);
	if (!error)
		return fd;
	close(fd);
	return error;
}

/* Its socket is closed: that is all. */
void priv_mroute_done(struct priv *priv, enum protocol protocol, uint32_t table)
{
	(void)priv;
	(void)protocol;
	(void)table;
}

bool priv_holders(struct priv *priv, enum protocol protocol, char text[PRIV_TEXT])
{
	(void)priv;
	return probe_held_by(protocol, text, PRIV_TEXT);
}

void priv_keep(struct priv *priv, int fd)
{
	(void)priv;
	(void)fd;
}

void priv_close(struct priv *priv, int fd)
{
	(void)priv;
	if (fd >= 0)
		close(fd);
}

int priv_rule(void *priv, struct netlink *netlink, bool add, const struct rule *rule,
	      uint16_t attribute)
{
	(void)priv;
	return rule_change(netlink, add, rule, attribute);
}

int priv_rp_filter(struct priv *priv, enum priv_rp_filter what, const char *name)
{
	if (what == PRIV_RP_HOLD)
		return rpfilter_hold(&priv->rpfilter, name);
	if (what == PRIV_RP_REFRESH)
		return rpfilter_refresh(&priv->rpfilter, name);
	rpfilter_release(&priv->rpfilter, name);
	return 0;
}

/* ---- what the next worker is to know: there is none ---- */

void priv_script(struct priv *priv, const struct script *script)
{
	(void)priv;
	(void)script;
}

int priv_upgrade(struct priv *priv, char text[PRIV_TEXT])
{
	(void)priv;
	format_text(text, PRIV_TEXT, "option PRIVSEP is off");
	return -ENOTSUP;
}

struct priv_vifs *priv_vifs(struct priv *priv, uint32_t table)
{
	(void)priv;
	(void)table;
	return NULL;
}

void priv_use(struct priv *priv, struct priv_vifs *vifs, enum protocol protocol, uint32_t table,
	      bool used)
{
	(void)priv;
	(void)vifs;
	(void)protocol;
	(void)table;
	(void)used;
}
