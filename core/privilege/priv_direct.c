/* SPDX-License-Identifier: MIT */
/* One process does it all, with the rights that it has; see priv.h. What is to outlive it does not.
 */
#include "core/privilege/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/kernel/mroute.h"
#include "core/kernel/probe.h"
#include "core/kernel/rawsock.h"

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
		fd = open(*directory ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(directory);
	return fd;
}

int priv_run(const struct priv_program *program)
{
	struct priv priv = {.file = program->file,
			    .fresh = true,
			    .first = true,
			    .settings = {.control = -1, .privilege.root = -1},
			    .program = program,
			    .directory = open_directory(program->file)};
	int status;

	if (ENABLE_SYSTEMD)
		notify_open(&priv.notify);
	priv.notify_at = ENABLE_SYSTEMD && priv.notify.interval ? 0 : INT64_MAX;
	rpfilter_open(&priv.rpfilter);
	status = program->work(program->ctx, &priv);
	if (ENABLE_SYSTEMD)
		notify_send(&priv.notify, "STOPPING=1");
	rpfilter_close(&priv.rpfilter);
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

int priv_settle(struct priv *priv)
{
	(void)priv;
	return 0;
}

int priv_pidfile(struct priv *priv)
{
	return pidfile_set(&priv->pidfile, priv->settings.pidfile);
}

void priv_ready(struct priv *priv)
{
	if (ENABLE_SYSTEMD)
		notify_send(&priv->notify, "READY=1");
	if (priv->program->ready)
		priv->program->ready(priv->program->ctx, &priv->settings);
}

void priv_reloading(struct priv *priv, bool done)
{
	if (done)
		notify_send(&priv->notify, "READY=1");
	else
		notify_reloading(&priv->notify);
}

int64_t priv_alive(struct priv *priv, int64_t now)
{
	if (priv->notify_at <= now) {
		notify_send(&priv->notify, "WATCHDOG=1");
		priv->notify_at = now + priv->notify.interval;
	}
	return priv->notify_at;
}

/* Its path may lead elsewhere by now. */
int priv_file(struct priv *priv)
{
	return priv->directory < 0 ? conf_open(AT_FDCWD, priv->file)
				   : conf_open(priv->directory, text_base_name(priv->file));
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

int priv_rp_filter(struct priv *priv, enum priv_rp_filter what, const char *name)
{
	if (what == PRIV_RP_HOLD)
		return rpfilter_hold(&priv->rpfilter, name);
	if (what == PRIV_RP_REFRESH)
		return rpfilter_refresh(&priv->rpfilter, name);
	rpfilter_release(&priv->rpfilter, name);
	return 0;
}
