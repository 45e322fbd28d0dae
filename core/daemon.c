/* SPDX-License-Identifier: MIT */
/*
 * The daemon; see daemon.h. Owns: the configuration's text, from which everything that runs is
 * made. Whatever changes, the file, a command, or the interfaces that patterns mean, the text is
 * parsed again, and what runs becomes what it says; what is the same goes on.
 */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "format.h"
#include "instance.h"
#include "output.h"
#include "privilege.h"
#include "script.h"

/* Between two attempts at what failed, in milliseconds. */
enum { RETRY_FIRST = 1000, RETRY_MOST = 64000 };

struct member {
	struct member *next;
	bool wanted;
	struct instance instance;
};

struct daemon {
	const struct daemon_options *options;
	int directory; /* of the file: its path may lead elsewhere by the time it is read again */
	struct script script;
	struct instance_host host;
	struct member *first; /* in the order of the text */
	struct control control;
	struct control_program program;
	/* as the text has them */
	char control_path[CONF_PATH], control_group[CONF_NAME], pidfile[CONF_PATH];
	char user[CONF_NAME], group[CONF_NAME], chroot[CONF_PATH]; /* as at the start */
	char (*pattern)[IF_NAMESIZE];
	size_t pattern_count;
	enum log_level log_level;
	bool level_told; /* while it ran: the options have no say in it */
	bool running;	 /* everything is open */
	bool stale;	 /* the text is to be parsed again, */
	bool deaf;	 /* and the control socket to be opened again */
	bool unfinished; /* not all is as the text says: it is stale at the next attempt */
	int64_t retry_at, retry_delay; /* as an instance's */
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
		error = rule_open(&d->host.rules, &d->host.loop);
	if (error)
		log_error("cannot make rules for tables: %s", strerror(-error));
	return error;
}

/* One more instance, or what has changed of one. 0, or -errno, which has been logged; *RESULT is
 * the member, if there is one. */
static int set_member(struct daemon *d, const struct conf_instance *conf, bool primary,
		      struct member **result)
{
	struct member *m = ENABLE_RELOAD ? find_member(d, conf) : NULL;
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

/* What goes first makes room for what comes. 0, or -errno of what failed first; the rest is done
 * nevertheless. */
static int set_members(struct daemon *d, const struct conf *conf)
{
	struct member *m, *last = NULL;
	int error = ENABLE_MULTI_INSTANCE ? open_rules(d, conf) : 0;

	d->program.view = NULL;
	for (m = d->first; m; m = m->next)
		m->wanted = false;
	for (unsigned i = 0; i < conf->instance_count; i++) {
		m = ENABLE_RELOAD ? find_member(d, &conf->instance[i]) : NULL;
		if (m)
			m->wanted = true;
	}
	close_members(d, false);
	for (unsigned i = 0; i < conf->instance_count; i++) {
		int its = set_member(d, &conf->instance[i], !i, &m);

		if (its && its != -ENOPROTOOPT && !error)
			error = its;
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

static int write_pidfile(const char *path)
{
	int error = 0, fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	char text[16];
	size_t length = format_text(text, sizeof(text), "%d\n", (int)getpid());

	if (fd < 0 || write(fd, text, length) < 0)
		error = -errno;
	if (fd >= 0 && close(fd) && !error)
		error = -errno;
	if (!error)
		return 0;
	if (fd >= 0)
		unlink(path);
	log_error("%s: %s", path, strerror(-error));
	return error;
}

/* The one before goes. */
static int set_pidfile(struct daemon *d, const char *path)
{
	int error;

	if (!strcmp(path, d->pidfile))
		return 0;
	error = *path ? write_pidfile(path) : 0;
	if (error)
		return error;
	if (*d->pidfile)
		unlink(d->pidfile);
	memcpy(d->pidfile, path, strlen(path) + 1);
	return 0;
}

static int open_control(struct daemon *d)
{
	int error;

	d->deaf = false;
	if (!ENABLE_CONTROL)
		return 0;
	error = control_open(&d->control, &d->host.loop, d->control_path, d->control_group,
			     &d->program);
	if (error == -EINVAL)
		log_error("control-group %s: no such group", d->control_group);
	else if (error == -EADDRINUSE)
		log_error("%s: another daemon listens there, or it is no socket", d->control_path);
	else if (error)
		log_error("%s: %s", d->control_path, strerror(-error));
	d->deaf = error;
	return error;
}

/* The socket cannot be exchanged now: a command may have come by it. */
static void set_control(struct daemon *d, const struct conf *conf)
{
	if (!strcmp(conf->control, d->control_path) &&
	    !strcmp(conf->control_group, d->control_group))
		return;
	memcpy(d->control_path, conf->control, sizeof(d->control_path));
	memcpy(d->control_group, conf->control_group, sizeof(d->control_group));
	d->deaf = true;
}

static void set_log(struct daemon *d, const struct conf *conf)
{
	enum log_level level = conf->log_level;
	enum log_level least = d->options->verbose > 1 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;

	if (d->options->verbose && !d->level_told && level < least)
		level = least;
	d->log_level = level;
	log_open(conf->log_syslog || (d->running && d->options->background), level);
}

static void set_privileges(struct daemon *d, const struct conf *conf)
{
	if (!d->running) {
		memcpy(d->user, conf->user, sizeof(d->user));
		memcpy(d->group, conf->group, sizeof(d->group));
		memcpy(d->chroot, conf->chroot, sizeof(d->chroot));
	} else if (strcmp(d->user, conf->user) != 0 || strcmp(d->group, conf->group) != 0 ||
		   strcmp(d->chroot, conf->chroot) != 0) {
		log_warning("user, group and chroot stay as they were at the start");
	}
}

/* What runs becomes what CONF says, which is freed. 0, or -errno of what failed first, logged: it
 * will be tried again. */
static int apply(struct daemon *d, struct conf *conf)
{
	const char *pidfile = d->options->pidfile ? d->options->pidfile : conf->pidfile;
	int error, its;

	if (ENABLE_CONTROL && d->running)
		control_interrupt(&d->control);
	set_log(d, conf);
	error = set_members(d, conf);
	set_views(d);
	its = set_pidfile(d, pidfile);
	error = error ? error : its;
	set_control(d, conf);
	if (ENABLE_PRIVILEGES)
		set_privileges(d, conf);
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
	apply(d, &conf);
	/* Who gave a command may rely on it once it is answered. */
	for (struct member *m = d->first; m; m = m->next)
		instance_turn(&m->instance, loop_now());
	return true;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool reload(struct daemon *d, char error[CONF_ERROR])
{
	const char *file = d->options->file;
	struct script script;
	bool read = d->directory < 0 ? script_read(&script, AT_FDCWD, file, error)
				     : script_read(&script, d->directory, base_name(file), error);

	if (!read || !change(d, &script, error))
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

_Static_assert((int)CONTROL_ERROR == (int)CONF_ERROR, "a parser's error is what a command answers");

static bool command(void *ctx, const char *line, char error[CONTROL_ERROR])
{
	struct daemon *d = ctx;

	if (!strcmp(line, "stop")) {
		d->host.loop.stop = true;
		return true;
	}
	if (!ENABLE_RELOAD) {
		format_text(error, CONTROL_ERROR, "option RELOAD is off");
		return false;
	}
	return strcmp(line, "reload") ? add_statement(d, line, error) : reload(d, error);
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

/* What can be done now; what cannot, later. */
static void catch_up(struct daemon *d, int64_t now)
{
	bool again = d->retry_at <= now;

	if (again)
		retry(d);
	if (ENABLE_RELOAD && d->stale)
		renew(d);
	if (ENABLE_CONTROL && d->deaf) {
		control_close(&d->control);
		if (open_control(d))
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
	if (ENABLE_CONTROL && d->options->status)
		waitpid(-1, NULL, WNOHANG);
	if (d->host.loop.hangup)
		hang_up(d);
	catch_up(d, now);
	first = INT64_MAX;
	if (ENABLE_MULTI_INSTANCE && d->host.rules.events.fd >= 0)
		first = rule_turn(&d->host.rules, now);
	first = d->retry_at < first ? d->retry_at : first;
	for (struct member *m = d->first; m; m = m->next) {
		int64_t its = instance_turn(&m->instance, now);

		first = its < first ? its : first;
	}
	return first;
}

/* ---- life ---- */

/* A process of its own, so that a terminal that takes its time does not hold packets up. */
static void show_status(char *path)
{
	char word[][13] = {"mcproxy-stat", "-s", "-w", "2", "all"};
	char *const words[] = {word[0], word[1], path, word[2], word[3], word[4], NULL};
	sigset_t none;

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
		control_close(&d->control);
	close_members(d, true);
	if (*d->pidfile)
		unlink(d->pidfile);
	if (ENABLE_MULTI_INSTANCE)
		rule_close(&d->host.rules);
	rpfilter_close(&d->host.rpfilter);
	iface_close(&d->host.monitor);
	loop_close(&d->host.loop);
	free(d->pattern);
}

/* 0 or -errno, logged. */
static int open_all(struct daemon *d)
{
	char why[CONF_ERROR] = "";
	struct conf conf;
	int error = loop_open(&d->host.loop);

	if (!error)
		error = iface_open(&d->host.monitor, &d->host.loop);
	/* Whoever needs it will be told. */
	rpfilter_open(&d->host.rpfilter);
	if (!error && parse(d, &d->script, &conf, why))
		error = -ENOMEM;
	if (error) {
		log_error("cannot start: %s", *why ? why : strerror(-error));
		return error;
	}
	error = apply(d, &conf);
	return error ? error : open_control(d);
}

/* The directory of PATH; negative: it cannot be opened. */
static int open_directory(const char *path)
{
	const char *base = base_name(path);
	char *directory = strndup(path, (size_t)(base - path));
	int fd = -1;

	if (directory)
		fd = open(*directory ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(directory);
	return fd;
}

/* 0 or -errno, logged. */
static int drop_privileges(const struct daemon *d)
{
	static const char *const what[] = {"user", "group", "chroot", "user or group"};
	enum privilege_failure failure = PRIVILEGE_IDS;
	int error = 0;

	if (ENABLE_PRIVILEGES)
		error = privilege_drop(d->user, d->group, d->chroot, &failure);
	if (error)
		log_error("set %s: %s", what[failure],
			  error == -EINVAL ? "there is none of that name" : strerror(-error));
	return error;
}

static int serve(struct daemon *d)
{
	int error = drop_privileges(d);

	if (error)
		return error;
	d->retry_at = INT64_MAX;
	d->retry_delay = RETRY_FIRST;
	d->running = true;
	if (d->options->ready)
		d->options->ready(d->options->ctx);
	if (d->options->background)
		log_open(true, d->log_level);
	if (ENABLE_CONTROL && d->options->status)
		show_status(d->control_path);
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

	if (!script_read(&d->script, AT_FDCWD, d->options->file, error) ||
	    parse(d, &d->script, conf, error)) {
		output_error("mcproxy: %s", error);
		return -1;
	}
	return 0;
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon d = {.options = options,
			   .directory = ENABLE_RELOAD ? open_directory(options->file) : -1,
			   .host = {.loop = {.epoll = -1, .signals = -1},
				    .monitor = {.events.fd = -1, .request.fd = -1},
				    .rules = {.events.fd = -1, .request.fd = -1},
				    .rpfilter = {.directory = -1},
				    .rp_filter_off = options->rp_filter_off},
			   .control = {.listener.fd = -1},
			   .retry_at = INT64_MAX,
			   .retry_delay = RETRY_FIRST};
	bool disabled;
	struct conf conf;
	int error = 0;

	d.program = (struct control_program){.script = &d.script, .command = command, .ctx = &d};
	if (read_file(&d, &conf)) {
		script_free(&d.script);
		return EXIT_FAILURE;
	}
	set_log(&d, &conf);
	disabled = conf.disabled;
	conf_free(&conf);
	if (disabled && !options->read_only)
		output_error("mcproxy: %s says disable; nothing to do", options->file);
	if (!disabled && !options->read_only) {
		error = open_all(&d);
		if (!error)
			error = serve(&d);
		close_all(&d);
	}
	script_free(&d.script);
	if (d.directory >= 0)
		close(d.directory);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
