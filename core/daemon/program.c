/* SPDX-License-Identifier: MIT */
/* What there is once for all; see program.h. */
#include "core/daemon/program.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/format.h"
#include "core/base/log.h"
#include "core/control/socket.h"
#include "core/privilege/privilege.h"

/* Where nobody says where, and others listen: /run/mcproxy-2.sock and so on. */
enum { DEFAULTS = 9 };

static int write_pidfile(const struct daemon *d)
{
	int error = priv_pidfile(d->priv);

	if (error)
		log_error("%s: %s", d->priv->settings.pidfile, error_text(error));
	return error;
}

/* A socket at PATH, which may be there already. Descriptor or -errno. */
static int listen_at(const struct daemon *d, const char *path, const char *group)
{
	const struct priv_settings *old = &d->priv->settings;
	int error;

	if (old->control < 0 || strcmp(old->path, path) != 0)
		return socket_listen(path, group);
	error = socket_permit(path, group);
	return error ? error : old->control;
}

/* The socket that the text asks for; where another daemon has it and nobody wrote it down, the next
 * default that is free. It is the one of the settings then. Descriptor or -errno, logged. */
static int listen_somewhere(struct daemon *d)
{
	struct priv_settings *settings = &d->priv->settings;
	char path[CONF_PATH];
	unsigned n = 1;
	int fd;

	memcpy(path, d->control_path, sizeof(path));
	while ((fd = listen_at(d, path, d->control_group)) == -EADDRINUSE && !d->control_given &&
	       n < DEFAULTS)
		format_text(path, sizeof(path), "/run/mcproxy-%u.sock", ++n);
	if (fd == -EINVAL)
		log_error("control-group %s: no such group", d->control_group);
	else if (fd == -EADDRINUSE)
		log_error("%s: another daemon listens there, or it is no socket", d->control_path);
	else if (fd < 0)
		log_error("%s: %s", path, error_text(fd));
	else if (n > 1)
		log_warning(
			"%s: another daemon listens there; this one listens at %s (set control)",
			d->control_path, path);
	memcpy(settings->path, path, sizeof(settings->path));
	return fd;
}

int program_open_control(struct daemon *d, int fd)
{
	int error = fd < 0 ? fd : control_open(&d->control, &d->common.loop, fd, &d->shown);

	if (fd >= 0 && error)
		log_error("%s: %s", d->priv->settings.path, error_text(error));
	d->deaf = false;
	return error;
}

void program_close_control(struct daemon *d)
{
	control_close(&d->control);
}

int program_reopen_control(struct daemon *d)
{
	struct priv_settings *settings = &d->priv->settings;

	program_close_control(d);
	socket_remove(settings->path);
	settings->control = -1;
	return program_open_control(d, listen_somewhere(d));
}

/* The socket cannot be exchanged now: a command may have come by it. */
static void set_control(struct daemon *d, const struct conf *conf)
{
	if (!strcmp(conf->control, d->control_path) &&
	    !strcmp(conf->control_group, d->control_group))
		return;
	d->deaf = true;
}

void program_set_log(struct daemon *d, const struct conf *conf)
{
	enum log_level level = conf->log_level;
	enum log_level least = d->options->verbose > 1 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
	bool in_background = d->running || !d->priv->first;

	if (d->options->verbose && !conf->log_level_given && level < least)
		level = least;
	d->log_level = level;
	log_open(conf->log_syslog || (in_background && d->options->background), level);
}

void program_remember(struct daemon *d, const struct conf *conf)
{
	memcpy(d->control_path, conf->control, sizeof(d->control_path));
	memcpy(d->control_group, conf->control_group, sizeof(d->control_group));
	d->control_given = conf->control_given;
	memcpy(d->user, conf->user, sizeof(d->user));
	memcpy(d->group, conf->group, sizeof(d->group));
	memcpy(d->chroot, conf->chroot, sizeof(d->chroot));
}

static bool same_privileges(const struct daemon *d, const struct conf *conf)
{
	return !strcmp(d->user, conf->user) && !strcmp(d->group, conf->group) &&
	       !strcmp(d->chroot, conf->chroot);
}

static const char *pidfile_of(const struct daemon *d, const struct conf *conf)
{
	return d->options->pidfile ? d->options->pidfile : conf->pidfile;
}

static bool same_program(const struct daemon *d, const struct conf *conf)
{
	return same_privileges(d, conf) && !strcmp(d->control_path, conf->control) &&
	       !strcmp(d->control_group, conf->control_group) &&
	       !strcmp(d->priv->settings.pidfile, pidfile_of(d, conf)) &&
	       d->priv->settings.watchdog == conf->watchdog;
}

static void set_pidfile(struct daemon *d, const struct conf *conf)
{
	struct priv_settings *settings = &d->priv->settings;

	memcpy(settings->pidfile, pidfile_of(d, conf), strlen(pidfile_of(d, conf)) + 1);
}

static void change_settled(struct daemon *d, const struct conf *conf)
{
	set_pidfile(d, conf);
	set_control(d, conf);
	if (ENABLE_PRIVILEGES && !same_privileges(d, conf))
		log_warning("user, group and chroot stay as they were at the start");
	program_remember(d, conf);
}

int program_set(struct daemon *d, const struct conf *conf)
{
	if (!d->running)
		return 0;
	if (!priv_is_settled()) {
		change_settled(d, conf);
	} else if (!same_program(d, conf)) {
		log_notice("the file says something new of the program: another worker starts");
		d->replaced = d->common.loop.stop = true;
		return 0;
	}
	return write_pidfile(d);
}

/* Whoever it shall be, in which root directory. 0 or -errno, logged. */
static int find_privileges(struct daemon *d, const struct conf *conf)
{
	static const char what[][16] = {"user", "group", "chroot", "user or group"};
	enum privilege_failure failure;
	int error = priv_find(d->priv, conf->user, conf->group, conf->chroot, &failure);

	if (error)
		log_error("set %s: %s", what[failure],
			  error == -EINVAL ? "there is none of that name" : error_text(error));
	return error;
}

int program_settle(struct daemon *d, const struct conf *conf)
{
	struct priv_settings *settings = &d->priv->settings;
	int error = ENABLE_PRIVILEGES ? find_privileges(d, conf) : 0, fd = -1;

	if (error)
		return error;
	program_remember(d, conf);
	if (ENABLE_CONTROL)
		fd = listen_somewhere(d);
	if (ENABLE_CONTROL && fd < 0)
		return fd;
	settings->control = fd;
	settings->log_syslog = conf->log_syslog || d->options->background;
	settings->log_level = d->log_level;
	settings->watchdog = conf->watchdog;
	set_pidfile(d, conf);
	error = priv_settle(d->priv);
	if (error)
		log_error("cannot start: %s", error_text(error));
	if (!error)
		error = write_pidfile(d);
	/* It is tried again. */
	if (error && !d->priv->first) {
		d->unfinished = true;
		error = 0;
	}
	return error;
}

int program_confine(struct daemon *d, bool opened)
{
	enum privilege_failure failure;
	int error = ENABLE_PRIVILEGES ? priv_confine(d->priv, opened, &failure) : 0;

	if (error)
		log_error("set %s: %s", failure == PRIVILEGE_CHROOT ? "chroot" : "user or group",
			  error_text(error));
	return error;
}
