/* SPDX-License-Identifier: MIT */
/*
 * The daemon; see daemon.h. Owns: the configuration's text, from which everything that runs is
 * made. Whatever changes, the file, a command, or the interfaces that patterns mean, the text is
 * parsed again, and what runs becomes what it says; what is the same goes on.
 *
 * With PRIVSEP this is the worker. What it does as root is to read the file for the first time, and
 * to make what the file says of the program itself; when that changes, another worker begins so.
 */
#include "core/daemon/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/format.h"
#include "core/daemon/instance.h"
#include "core/base/output.h"
#include "core/privilege/privilege.h"
#include "core/config/script.h"
#include "core/kernel/seccomp.h"

/* Between two attempts at what failed, in milliseconds. */
enum { RETRY_SOON = 100, RETRY_FIRST = 1000, RETRY_MOST = 64000 };
/* How long what a worker before kept may be needed: until this one has made what it knows of its
 * own; or, where it has to ask, until everybody has answered. */
enum { SWEEP_KNOWN = 1, SWEEP_ASKED = 60000 };

#define NOBODY "65534" /* where there is none of that name */

struct member {
	struct member *next;
	bool wanted;
	struct instance instance;
};

struct daemon {
	const struct daemon_options *options;
	struct priv *priv;
	int null; /* for the background; -1: not needed */
	struct script script;
	struct instance_host host;
	struct member *first; /* in the order of the text */
	struct control control;
	struct control_program program;
	/* as the text has them */
	char control_path[CONF_PATH], control_group[CONF_NAME];
	char user[CONF_NAME], group[CONF_NAME], chroot[CONF_PATH]; /* as at the start */
	char (*pattern)[IF_NAMESIZE];
	size_t pattern_count;
	enum log_level log_level;
	bool level_told; /* while it ran: the options have no say in it */
	bool running;	 /* everything is open, or waits to be */
	bool stale;	 /* the text is to be parsed again, */
	bool deaf;	 /* and the control socket to be opened again */
	bool unfinished; /* not all is as the text says: it is stale at the next attempt */
	bool again;	 /* another worker is to go on */
	int64_t sweep_at;
	int64_t retry_at, retry_delay; /* as an instance's */
	/* An instance that does not run, and why; "": all do. */
	char missing[CONF_NAME];
	int missing_error;
};

static void retry_later(struct daemon *d)
{
	if (d->retry_at != INT64_MAX)
		return;
	d->retry_at = loop_now() + d->retry_delay;
	d->retry_delay = d->retry_delay < RETRY_MOST / 2 ? 2 * d->retry_delay : RETRY_MOST;
}

/* ---- the configuration ---- */

static void names_changed(void *ctx)
{
	((struct daemon *)ctx)->stale = true;
}

/* Watches for names that match the patterns of CONF. False: as before, or no memory, or there is no
 * monitor yet. */
static bool match(struct daemon *d, const struct conf *conf)
{
	size_t size = conf->pattern_count * sizeof(*conf->pattern);
	char(*pattern)[IF_NAMESIZE], (*old)[IF_NAMESIZE] = d->pattern;

	if (!ENABLE_RELOAD || d->host.monitor.events.fd < 0)
		return false;
	if (conf->pattern_count == d->pattern_count &&
	    (!size || !memcmp(conf->pattern, d->pattern, size)))
		return false;
	pattern = malloc(size + 1);
	if (!pattern) {
		d->unfinished = true;
		retry_later(d);
		return false;
	}
	if (size)
		memcpy(pattern, conf->pattern, size);
	/* Names that cannot be read now are read later, and have changed then. */
	iface_match(&d->host.monitor, (const char(*)[IF_NAMESIZE])pattern, conf->pattern_count,
		    names_changed, d);
	d->pattern = pattern;
	d->pattern_count = conf->pattern_count;
	free(old);
	return true;
}

/* 0, or -1 with ERROR and CONF untouched. */
static int parse(struct daemon *d, const struct script *script, struct conf *conf,
		 char error[CONF_ERROR])
{
	struct conf_source source = {.name = d->options->file,
				     .text = script->text,
				     /* Errors at the end are at that of the file. */
				     .size = script->size - (script->size == script->file),
				     .present =
					     (const char(*)[IF_NAMESIZE])d->host.monitor.names.name,
				     .present_count = d->host.monitor.names.count};
	struct conf first;

	if (conf_parse(&first, &source, error))
		return -1;
	if (!match(d, &first)) {
		*conf = first;
		return 0;
	}
	conf_free(&first);
	source.present = (const char(*)[IF_NAMESIZE])d->host.monitor.names.name;
	source.present_count = d->host.monitor.names.count;
	return conf_parse(conf, &source, error);
}

/* ---- instances ---- */

static struct member *find_member(const struct daemon *d, const struct conf_instance *conf)
{
	struct member *m = d->first;

	while (m && !instance_is(&m->instance, conf))
		m = m->next;
	return m;
}

static void close_members(struct daemon *d, bool all)
{
	struct member **link = &d->first;

	while (*link) {
		struct member *m = *link;

		if (m->wanted && !all) {
			link = &m->next;
			continue;
		}
		*link = m->next;
		if (d->running)
			log_notice("instance %s ends", m->instance.name);
		instance_close(&m->instance);
		free(m);
	}
}

/* Puts M behind LAST. */
static void move_member(struct daemon *d, struct member *m, struct member *last)
{
	struct member **link = &d->first;

	while (*link && *link != m)
		link = &(*link)->next;
	if (*link)
		*link = m->next;
	link = last ? &last->next : &d->first;
	m->next = *link;
	*link = m;
}

/* 0 or -errno, logged. */
static int open_rules(struct daemon *d, const struct conf *conf)
{
	bool needed = false;
	int error = 0;

	for (unsigned i = 0; i < conf->instance_count; i++)
		needed |= conf->instance[i].table != 0;
	if (needed && d->host.rules.events.fd < 0)
		error = rule_open(&d->host.rules, &d->host.loop, ENABLE_PRIVSEP ? d->priv : NULL);
	if (error)
		log_error("cannot make rules for tables: %s", strerror(-error));
	return error;
}

/* One more instance, or what has changed of one. 0, or -errno, which has been logged; *RESULT is
 * the member, if there is one. */
static int set_member(struct daemon *d, const struct conf_instance *conf, bool primary,
		      struct member **result)
{
	struct member *m = find_member(d, conf);
	int error = 0;

	*result = m;
	if (ENABLE_RELOAD && m && !instance_reconfigure(&m->instance, conf)) {
		log_error("instance %s: out of memory, not all has changed yet", conf->name);
		return -ENOMEM;
	}
	if (m)
		return 0;
	m = calloc(1, sizeof(*m));
	if (!m) {
		log_error("instance %s: out of memory", conf->name);
		return -ENOMEM;
	}
	m->wanted = true;
	error = instance_open(&m->instance, &d->host, conf, primary);
	if (error) {
		free(m);
		return error;
	}
	*result = m;
	log_notice("instance %s runs", conf->name);
	return 0;
}

/* Of several rules for an interface the kernel takes one. */
static void warn_shared(const struct daemon *d)
{
	for (const struct member *a = d->first; a; a = a->next)
		for (const struct member *b = a->next; b; b = b->next)
			for (unsigned vif = 0; vif < PROXY_VIFS; vif++)
				if (b->instance.vif[vif] &&
				    instance_has(&a->instance, b->instance.vif[vif]->iface.name))
					log_warning("%s is in two instances, %s and %s: what comes "
						    "in there is routed by one of them only",
						    b->instance.vif[vif]->iface.name,
						    a->instance.name, b->instance.name);
}

static void warn_skipped(const struct conf *conf)
{
	for (unsigned i = 0; i < conf->instance_count; i++)
		if (conf->instance[i].skipped_count)
			log_warning("instance %s: its patterns mean more than %d interfaces; %s "
				    "and %u more are left out",
				    conf->instance[i].name, PROXY_VIFS, conf->instance[i].skipped,
				    conf->instance[i].skipped_count - 1);
}

static void note_missing(struct daemon *d, const char *name, int error)
{
	memcpy(d->missing, name, strlen(name) + 1);
	d->missing_error = error;
}

/* Who waits for another process goes on; the first of other errors is what counts. */
static int worse(int error, int its)
{
	return its && (!error || error == -EADDRINUSE) ? its : error;
}

/* What goes first makes room for what comes. 0, or -errno of what failed; the rest is done
 * nevertheless. */
static int set_members(struct daemon *d, const struct conf *conf)
{
	struct member *m, *last = NULL;
	int error = ENABLE_MULTI_INSTANCE ? open_rules(d, conf) : 0;

	d->program.view = NULL;
	*d->missing = *d->host.waiting = '\0';
	for (m = d->first; m; m = m->next)
		m->wanted = false;
	for (unsigned i = 0; i < conf->instance_count; i++) {
		m = find_member(d, &conf->instance[i]);
		if (m)
			m->wanted = true;
	}
	close_members(d, false);
	for (unsigned i = 0; i < conf->instance_count; i++) {
		int its = set_member(d, &conf->instance[i], !i, &m);

		if (!m && !*d->missing)
			note_missing(d, conf->instance[i].name, its);
		if (its != -ENOPROTOOPT)
			error = worse(error, its);
		if (m)
			move_member(d, m, last);
		last = m ? m : last;
	}
	return !error && !d->first ? -ENOPROTOOPT : error;
}

static void set_views(struct daemon *d)
{
	const struct control_view *first = NULL;
	struct member *m, *done = NULL;

	/* From the last one to the first. */
	while (done != d->first) {
		for (m = d->first; m->next != done; m = m->next)
			;
		first = instance_views(&m->instance, first);
		done = m;
	}
	d->program.view = first;
}

/* ---- what there is once for all ---- */

static int write_pidfile(const struct daemon *d)
{
	int error = priv_pidfile(d->priv);

	if (error)
		log_error("%s: %s", d->priv->settings.pidfile, strerror(-error));
	return error;
}

/* The socket of CONF. Descriptor or -errno, logged. */
static int listen_at(const struct daemon *d, const char *path, const char *group)
{
	const struct priv_settings *old = &d->priv->settings;
	int fd = old->control, error;

	if (fd >= 0 && !strcmp(old->path, path)) {
		error = control_permit(path, group);
		fd = error ? error : fd;
	} else {
		fd = control_listen(path, group);
	}
	if (fd == -EINVAL)
		log_error("control-group %s: no such group", group);
	else if (fd == -EADDRINUSE)
		log_error("%s: another daemon listens there, or it is no socket", path);
	else if (fd < 0)
		log_error("%s: %s", path, strerror(-fd));
	return fd;
}

/* FD: the listening socket, or -errno. 0 or -errno. */
static int open_control(struct daemon *d, int fd)
{
	int error = fd < 0 ? fd : control_open(&d->control, &d->host.loop, fd, &d->program);

	if (fd >= 0 && error)
		log_error("%s: %s", d->control_path, strerror(-error));
	d->deaf = error;
	return error;
}

static void close_control(struct daemon *d)
{
	control_close(&d->control);
	if (!ENABLE_PRIVSEP)
		control_remove(d->control_path);
}

/* The socket cannot be exchanged now: a command may have come by it. */
static void set_control(struct daemon *d, const struct conf *conf)
{
	if (!strcmp(conf->control, d->control_path) &&
	    !strcmp(conf->control_group, d->control_group))
		return;
	d->deaf = true;
}

static void set_log(struct daemon *d, const struct conf *conf)
{
	enum log_level level = conf->log_level;
	enum log_level least = d->options->verbose > 1 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
	bool in_background = d->running || !d->priv->first;

	if (d->options->verbose && !d->level_told && level < least)
		level = least;
	d->log_level = level;
	log_open(conf->log_syslog || (in_background && d->options->background), level);
}

static void remember(struct daemon *d, const struct conf *conf)
{
	memcpy(d->control_path, conf->control, sizeof(d->control_path));
	memcpy(d->control_group, conf->control_group, sizeof(d->control_group));
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

/* What it takes to be root for. 0 or -errno, logged. */
static int set_program(struct daemon *d, const struct conf *conf)
{
	if (!d->running)
		return 0;
	if (ENABLE_PRIVSEP && !same_program(d, conf)) {
		log_notice("the file says something new of the program: another worker starts");
		d->again = d->host.loop.stop = true;
		return 0;
	}
	if (!ENABLE_PRIVSEP) {
		set_pidfile(d, conf);
		set_control(d, conf);
		if (ENABLE_PRIVILEGES && !same_privileges(d, conf))
			log_warning("user, group and chroot stay as they were at the start");
		remember(d, conf);
	}
	return write_pidfile(d);
}

/* What runs becomes what CONF says, which is freed. 0, or -errno of what failed, logged: it will be
 * tried again. EADDRINUSE: nothing but that another process holds an instance's table. */
static int apply(struct daemon *d, struct conf *conf)
{
	int error;

	if (ENABLE_CONTROL && d->running)
		control_interrupt(&d->control);
	set_log(d, conf);
	error = set_members(d, conf);
	set_views(d);
	error = worse(error, set_program(d, conf));
	if (ENABLE_MULTI_INSTANCE)
		warn_shared(d);
	if (ENABLE_RELOAD)
		warn_skipped(conf);
	if (conf->disabled) {
		log_notice("%s says disable", d->options->file);
		d->host.loop.stop = true;
	}
	conf_free(conf);
	d->unfinished |= error != 0;
	if (error)
		retry_later(d);
	return error;
}

/* ---- changes ---- */

/* Another worker shall know the text, too. */
static void keep_script(struct daemon *d)
{
	int fd = script_save(&d->script);

	if (fd >= 0)
		priv_script(d->priv, fd, d->script.file);
	else
		log_warning("what was said at run time will not be known to another worker: %s",
			    strerror(-fd));
}

/* SCRIPT takes the text's place. False: nothing has changed, and ERROR says why. */
static bool change(struct daemon *d, struct script *script, char error[CONF_ERROR])
{
	struct conf conf;

	if (parse(d, script, &conf, error)) {
		script_free(script);
		return false;
	}
	script_free(&d->script);
	d->script = *script;
	if (ENABLE_PRIVSEP)
		keep_script(d);
	apply(d, &conf);
	/* Who gave a command may rely on it once it is answered. */
	for (struct member *m = d->first; m; m = m->next)
		instance_turn(&m->instance, loop_now());
	return true;
}

static bool reload(struct daemon *d, char error[CONF_ERROR])
{
	struct script script;
	bool done;

	if (ENABLE_PRIVSEP || ENABLE_SYSTEMD)
		priv_reloading(d->priv, false);
	done = script_read(&script, priv_file(d->priv), d->options->file, error) &&
	       change(d, &script, error);
	/* Else another worker says so. */
	if (ENABLE_SYSTEMD && !d->again)
		priv_reloading(d->priv, true);
	if (!done)
		return false;
	d->level_told = false;
	log_notice("%s has been read again", d->options->file);
	return true;
}

static bool add_statement(struct daemon *d, const char *line, char error[CONF_ERROR])
{
	static const char set_level[] = "set log-level ";
	char statement[SCRIPT_STATEMENT];
	const char *why = script_statement(line, statement);
	bool level_told = d->level_told;
	struct script script;
	int result;

	if (why) {
		format_text(error, CONF_ERROR, "%s", why);
		return false;
	}
	result = script_add(&d->script, statement, &script);
	if (result) {
		format_text(error, CONF_ERROR, "%s", strerror(-result));
		return false;
	}
	d->level_told |= !strncmp(statement, set_level, sizeof(set_level) - 1);
	if (change(d, &script, error))
		return true;
	d->level_told = level_told;
	return false;
}

static bool upgrade(struct daemon *d, char error[CONTROL_ERROR])
{
	char why[PRIV_TEXT] = "option PRIVSEP is off";

	if (!ENABLE_PRIVSEP || priv_upgrade(d->priv, why)) {
		format_text(error, CONTROL_ERROR, "%s", why);
		return false;
	}
	log_notice("another program goes on");
	d->again = d->host.loop.stop = true;
	return true;
}

_Static_assert((int)CONTROL_ERROR == (int)CONF_ERROR, "a parser's error is what a command answers");

static bool command(void *ctx, const char *line, char error[CONTROL_ERROR])
{
	struct daemon *d = ctx;

	if (!strcmp(line, "stop")) {
		d->host.loop.stop = true;
		return true;
	}
	if (!strcmp(line, "upgrade"))
		return upgrade(d, error);
	if (!ENABLE_RELOAD) {
		format_text(error, CONTROL_ERROR, "option RELOAD is off");
		return false;
	}
	return strcmp(line, "reload") ? add_statement(d, line, error) : reload(d, error);
}

static bool healthy(void *ctx, char reason[CONTROL_ERROR])
{
	const struct daemon *d = ctx;
	const char *why = NULL;

	if (*d->missing && d->missing_error == -EADDRINUSE)
		return !format_text(reason, CONTROL_ERROR, "%s", d->host.waiting);
	if (*d->missing)
		return !format_text(reason, CONTROL_ERROR, "instance %s does not run: %s",
				    d->missing, strerror(-d->missing_error));
	for (const struct member *m = d->first; m; m = m->next)
		if (instance_waits(&m->instance, reason, CONTROL_ERROR))
			return false;
	if (ENABLE_MULTI_INSTANCE && rule_waits(&d->host.rules))
		why = "rules for tables are missing";
	else if (d->host.monitor.failed)
		why = "what the interfaces are is not known";
	else if (d->retry_at != INT64_MAX)
		why = "not all is as configured; it is tried again, the log says what";
	return !why || !format_text(reason, CONTROL_ERROR, "%s", why);
}

static void hang_up(struct daemon *d)
{
	char error[CONF_ERROR];

	d->host.loop.hangup = false;
	if (!ENABLE_RELOAD)
		d->host.loop.stop = true;
	else if (!reload(d, error))
		log_error("%s; nothing has changed", error);
}

/* The same text, with other names for its patterns, or another attempt. */
static void renew(struct daemon *d)
{
	char error[CONF_ERROR];
	struct conf conf;

	d->stale = false;
	if (!parse(d, &d->script, &conf, error)) {
		apply(d, &conf);
		return;
	}
	log_error("%s", error);
	d->unfinished = true;
	retry_later(d);
}

static void retry(struct daemon *d)
{
	d->retry_at = INT64_MAX;
	if (iface_refresh(&d->host.monitor))
		retry_later(d);
	if (ENABLE_CONTROL && d->control.listener.fd < 0)
		d->deaf = true;
	d->stale |= d->unfinished;
	d->unfinished = false;
}

/* The table that is waited for may be free. Not at once: what was heard may be our own attempts at
 * others. */
static void hurry(struct daemon *d, int64_t now)
{
	bool *routing = &d->host.monitor.routing[d->host.held];

	if (*d->host.waiting && *routing && d->retry_at > now + RETRY_SOON)
		d->retry_at = now + RETRY_SOON;
	*routing = false;
}

/* What can be done now; what cannot, later. */
static void catch_up(struct daemon *d, int64_t now)
{
	bool again;

	hurry(d, now);
	again = d->retry_at <= now;
	if (again)
		retry(d);
	d->host.again = again;
	if (d->stale)
		renew(d);
	d->host.again = false;
	if (ENABLE_CONTROL && d->deaf) {
		close_control(d);
		if (open_control(d, listen_at(d, d->control_path, d->control_group)))
			retry_later(d);
	}
	if (d->host.monitor.failed)
		retry_later(d);
	if (again && d->retry_at == INT64_MAX)
		d->retry_delay = RETRY_FIRST;
}

static int64_t turn(void *ctx, int64_t now)
{
	struct daemon *d = ctx;
	int64_t first;

	/* The one that shows the status may have ended. */
	if (!ENABLE_PRIVSEP && ENABLE_CONTROL && d->options->status)
		waitpid(-1, NULL, WNOHANG);
	if (ENABLE_PRIVSEP && d->sweep_at <= now) {
		priv_sweep(d->priv);
		d->sweep_at = INT64_MAX;
	}
	if (d->host.loop.hangup)
		hang_up(d);
	catch_up(d, now);
	first = INT64_MAX;
	if (ENABLE_MULTI_INSTANCE && d->host.rules.events.fd >= 0)
		first = rule_turn(&d->host.rules, now);
	first = d->retry_at < first ? d->retry_at : first;
	first = d->sweep_at < first ? d->sweep_at : first;
	if (ENABLE_SYSTEMD && !ENABLE_PRIVSEP) {
		int64_t alive = priv_alive(d->priv, now);

		first = alive < first ? alive : first;
	}
	for (struct member *m = d->first; m; m = m->next) {
		int64_t its = instance_turn(&m->instance, now);

		first = its < first ? its : first;
	}
	return first;
}

/* ---- rights ---- */

/* Whoever it shall be, in which root directory, with ENABLE_PRIVILEGES. 0 or -errno, logged. */
static int find_privileges(struct daemon *d, const struct conf *conf)
{
	static const char *const what[] = {"user", "group", "chroot", "user or group"};
	struct privilege *privilege = &d->priv->settings.privilege;
	bool nobody = ENABLE_PRIVSEP && !*conf->user, empty = ENABLE_PRIVSEP && !*conf->chroot;
	enum privilege_failure failure;
	int error = privilege_find(privilege, nobody ? "nobody" : conf->user, conf->group,
				   empty ? NULL : conf->chroot, &failure);

	if (error == -EINVAL && nobody && failure == PRIVILEGE_USER)
		error = privilege_find(privilege, NOBODY, conf->group, empty ? NULL : conf->chroot,
				       &failure);
	privilege->optional = nobody && !*conf->group;
	if (error && empty && failure == PRIVILEGE_CHROOT) {
		log_warning("no empty root directory can be made: %s", strerror(-error));
		return 0;
	}
	if (error)
		log_error("set %s: %s", what[failure],
			  error == -EINVAL ? "there is none of that name" : strerror(-error));
	return error;
}

/* With what the monitor is to know, before this process gives up being root. */
static int settle(struct daemon *d, const struct conf *conf)
{
	struct priv_settings *settings = &d->priv->settings;
	int error = ENABLE_PRIVILEGES ? find_privileges(d, conf) : 0, fd = -1;

	if (error)
		return error;
	if (ENABLE_CONTROL) {
		fd = listen_at(d, conf->control, conf->control_group);
		if (fd < 0)
			return fd;
	}
	settings->control = fd;
	settings->log_syslog = conf->log_syslog || d->options->background;
	settings->log_level = d->log_level;
	settings->watchdog = conf->watchdog;
	memcpy(settings->path, conf->control, sizeof(settings->path));
	set_pidfile(d, conf);
	error = priv_settle(d->priv);
	if (error)
		log_error("cannot start: %s", strerror(-error));
	if (!error)
		error = write_pidfile(d);
	/* It is tried again. */
	if (error && !d->priv->first) {
		d->unfinished = true;
		error = 0;
	}
	return error;
}

/* Is there anything to give up? */
static bool has_privileges(const struct daemon *d)
{
	return *d->user || *d->group || *d->chroot;
}

static int connect_syslog(void *ctx)
{
	return priv_syslog(ctx);
}

/* 0 or -errno, logged. */
static int confine(struct daemon *d)
{
	struct priv *priv = d->priv;
	struct privilege *privilege = &priv->settings.privilege;
	const struct rlimit none = {0};
	bool empty = ENABLE_PRIVSEP && privilege->root >= 0;
	enum privilege_failure failure;
	int error = privilege_drop(
		privilege, ENABLE_PRIVSEP ? 0 : 1u << ABI_CAP_NET_ADMIN | 1u << ABI_CAP_NET_RAW,
		&failure);

	if (error)
		log_error("set %s: %s", failure == PRIVILEGE_CHROOT ? "chroot" : "user or group",
			  strerror(-error));
	d->program.process.user = geteuid();
	if (empty)
		d->program.process.root = "empty";
	if (error || !ENABLE_PRIVSEP)
		return error;
	setrlimit(RLIMIT_NPROC, &none);
	setrlimit(RLIMIT_CORE, &none);
	log_connect_by(connect_syslog, priv);
	d->program.process.restarts = &priv->shared->restarts;
	d->program.process.seccomp = ENABLE_SECCOMP ? seccomp_enter() : -ENOTSUP;
	if (ENABLE_SECCOMP && d->program.process.seccomp)
		log_warning("there is no filter of system calls: %s",
			    strerror(-d->program.process.seccomp));
	return 0;
}

/* ---- life ---- */

/* A process of its own, so that a terminal that takes its time does not hold packets up. */
static void show_status(const char *path)
{
	char word[][13] = {"mcproxy-stat", "-s", "-w", "2", "all"}, copy[CONF_PATH];
	char *const words[] = {word[0], word[1], copy, word[2], word[3], word[4], NULL};
	sigset_t none;

	format_text(copy, sizeof(copy), "%s", path);
	if (fork() != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv("/proc/self/exe", words);
	log_warning("cannot show the status: %s", strerror(errno));
	_exit(EXIT_FAILURE);
}

static void close_all(struct daemon *d)
{
	if (ENABLE_CONTROL)
		close_control(d);
	close_members(d, true);
	if (ENABLE_MULTI_INSTANCE)
		rule_close(&d->host.rules);
	iface_close(&d->host.monitor);
	loop_close(&d->host.loop);
	free(d->pattern);
	script_free(&d->script);
}

/* What has to be open before it is confined. 0 or -errno, logged. */
static int open_first(struct daemon *d)
{
	int error = loop_open(&d->host.loop);

	if (!error)
		error = priv_watch(d->priv, &d->host.loop);
	if (!error)
		error = iface_open(&d->host.monitor, &d->host.loop);
	if (error)
		log_error("cannot start: %s", strerror(-error));
	if (d->options->background) {
		log_prepare();
		d->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	}
	return error;
}

/* All that the text says. 0 or -errno, logged. */
static int open_all(struct daemon *d)
{
	char why[CONF_ERROR];
	struct conf conf;
	int error;

	if (parse(d, &d->script, &conf, why)) {
		log_error("cannot start: %s", why);
		return -EINVAL;
	}
	remember(d, &conf);
	if (*d->chroot)
		d->program.process.root = d->chroot;
	error = apply(d, &conf);
	if (error == -EADDRINUSE)
		error = 0;
	if (!error && ENABLE_CONTROL)
		error = open_control(d, d->priv->settings.control);
	return error;
}

/* Whoever called has what it wanted; with PRIVSEP this runs in the monitor. */
static void is_ready(void *ctx, const struct priv_settings *settings)
{
	const struct daemon_options *options = ctx;

	if (options->ready)
		options->ready(options->ctx);
	if (ENABLE_CONTROL && options->status)
		show_status(settings->path);
}

static int serve(struct daemon *d)
{
	int error;

	d->retry_at = INT64_MAX;
	d->retry_delay = RETRY_FIRST;
	if (d->unfinished)
		retry_later(d);
	d->sweep_at = INT64_MAX;
	if (ENABLE_PRIVSEP)
		d->sweep_at = loop_now() + (d->host.guesses ? SWEEP_ASKED : SWEEP_KNOWN);
	d->running = true;
	for (int fd = STDIN_FILENO; ENABLE_PRIVSEP && d->null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(d->null, fd);
	if (d->options->background)
		log_open(true, d->log_level);
	priv_ready(d->priv);
	error = loop_run(&d->host.loop, turn, d);
	d->running = false;
	if (error)
		log_error("cannot go on: %s", strerror(-error));
	return error;
}

/* Reads the file. 0; -1, and what is wrong has been said. */
static int read_file(struct daemon *d, struct conf *conf)
{
	char error[CONF_ERROR];

	if (!script_read(&d->script, conf_open(AT_FDCWD, d->options->file), d->options->file,
			 error) ||
	    parse(d, &d->script, conf, error)) {
		if (d->priv && !d->priv->first)
			log_error("%s", error);
		else
			output_error("mcproxy: %s", error);
		return -1;
	}
	return 0;
}

/* From the file. 1: it says disable, and so has this. */
static int begin_fresh(struct daemon *d)
{
	struct conf conf;
	int error = read_file(d, &conf);

	if (error)
		return error;
	set_log(d, &conf);
	if (conf.disabled)
		output_error("mcproxy: %s says disable; nothing to do", d->options->file);
	error = conf.disabled ? 1 : open_first(d);
	if (!error)
		error = settle(d, &conf);
	conf_free(&conf);
	if (!error && ENABLE_PRIVSEP)
		error = confine(d);
	if (!error && ENABLE_PRIVSEP)
		keep_script(d);
	return error;
}

/* From what a worker before was told, but not as root. */
static int begin_again(struct daemon *d)
{
	char why[CONF_ERROR];
	int error = open_first(d);

	log_open(d->priv->settings.log_syslog, d->priv->settings.log_level);
	if (!error)
		error = confine(d);
	if (!error && !script_restore(&d->script, d->priv->script, d->priv->script_file,
				      d->options->file, why)) {
		log_error("cannot go on: %s", why);
		error = -EINVAL;
	}
	return error;
}

/* The whole life of a process that does the work. Returns its exit status. */
static int work(void *ctx, struct priv *priv)
{
	const struct daemon_options *options = ctx;
	struct daemon d = {.options = options,
			   .priv = priv,
			   .null = -1,
			   .host = {.loop = {.epoll = -1, .signals = -1},
				    .monitor = {.events.fd = -1, .request.fd = -1},
				    .rules = {.events.fd = -1, .request.fd = -1},
				    .priv = priv,
				    .rp_filter_off = options->rp_filter_off},
			   .control = {.listener.fd = -1},
			   .retry_at = INT64_MAX,
			   .retry_delay = RETRY_FIRST};
	int error;

	if (ENABLE_CONTROL)
		d.program = (struct control_program){
			.script = &d.script,
			.process = {.pid = ENABLE_PRIVSEP ? getppid() : getpid(),
				    .user = geteuid(),
				    .root = "/",
				    .seccomp = -ENOTSUP},
			.command = command,
			.healthy = healthy,
			.ctx = &d};
	error = !ENABLE_PRIVSEP || priv->fresh ? begin_fresh(&d) : begin_again(&d);
	if (!error)
		error = open_all(&d);
	if (!error && ENABLE_PRIVILEGES && !ENABLE_PRIVSEP && has_privileges(&d))
		error = confine(&d);
	if (!error)
		error = serve(&d);
	if (d.again && !error)
		return PRIV_AGAIN;
	close_all(&d);
	return error < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Only says what is wrong with the file. Returns the exit status. */
static int read_only(const struct daemon_options *options)
{
	struct daemon d = {.options = options, .host.monitor = {.events.fd = -1, .request.fd = -1}};
	struct conf conf;

	int error = priv_understands();

	if (error)
		output_error("mcproxy: what is left to it is another program's");
	else
		error = read_file(&d, &conf);
	if (!error)
		conf_free(&conf);
	script_free(&d.script);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon_options copy = *options;
	const struct priv_program program = {.file = options->file,
					     .argv = options->argv,
					     .ready = is_ready,
					     .work = work,
					     .ctx = &copy};

	return options->read_only ? read_only(options) : priv_run(&program);
}
