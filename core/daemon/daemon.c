/* SPDX-License-Identifier: MIT */
/*
 * The daemon's life; see daemon.h. Owns: in which order things are opened and given up, and what is
 * due in each turn of the loop.
 *
 * With PRIVSEP this is the worker. What it does as root is to read the file for the first time, and
 * to make what the file says of the program itself; when that changes, another worker begins so.
 */
#include "core/daemon/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/base/child.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/format.h"
#include "core/base/log.h"
#include "core/base/output.h"
#include "core/config/conf_make.h"
#include "core/daemon/command.h"
#include "core/daemon/members.h"
#include "core/daemon/program.h"
#include "core/daemon/settings.h"
#include "core/kernel/grouplist.h"

/* When a table that is waited for may be free, in milliseconds. */
enum { RETRY_SOON = 100 };

static void take_hangup(struct daemon *d)
{
	char error[CONF_ERROR];

	d->common.loop.hangup = false;
	if (!ENABLE_RELOAD)
		d->common.loop.stop = true;
	else if (!settings_reload(d, error))
		log_error("%s; nothing has changed", error);
}

/* The table that is waited for may be free. Not at once: what was heard may be our own attempts at
 * others. */
static void hurry_table(struct daemon *d, int64_t now)
{
	bool *routing = &d->common.ifaces.routing[d->common.held];

	if (*d->common.waiting && *routing && d->retry.at > now + RETRY_SOON)
		d->retry.at = now + RETRY_SOON;
	*routing = false;
}

/* What can be done now; what cannot, later. */
static void do_pending(struct daemon *d, int64_t now)
{
	bool retried;

	hurry_table(d, now);
	retried = backoff_begin(&d->retry, now);
	if (retried && iface_refresh(&d->common.ifaces))
		backoff_fail(&d->retry, now);
	d->common.retried = retried;
	if (d->stale || (retried && d->unfinished))
		settings_renew(d);
	d->common.retried = false;
	if (ENABLE_CONTROL && (d->deaf || (retried && d->control.listener.fd < 0)) &&
	    program_reopen_control(d))
		backoff_fail(&d->retry, now);
	if (d->common.ifaces.failed)
		backoff_fail(&d->retry, loop_now());
	if (retried)
		backoff_end(&d->retry);
}

static int64_t take_turn(void *ctx, int64_t now)
{
	struct daemon *d = ctx;
	int64_t first, its;

	if (d->common.loop.hangup)
		take_hangup(d);
	do_pending(d, now);
	first = priv_turn(d->priv, now);
	if (ENABLE_MULTI_INSTANCE && d->common.rules.events.fd >= 0) {
		its = rule_turn(&d->common.rules, now);
		first = its < first ? its : first;
	}
	for (struct member *m = d->first; m; m = m->next) {
		its = instance_turn(&m->instance, now);
		first = its < first ? its : first;
	}
	return d->retry.at < first ? d->retry.at : first;
}

/* A process of its own, so that a terminal that takes its time does not hold packets up. */
static void show_status(const char *path)
{
	char word[][13] = {"mcproxy-stat", "-s", "-w", "2", "all"}, copy[CONF_PATH];
	char *const words[] = {word[0], word[1], copy, word[2], word[3], word[4], NULL};
	sigset_t none;

	format_text(copy, sizeof(copy), "%s", path);
	if (child_fork() != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv("/proc/self/exe", words);
	log_warning("cannot show the status: %s", error_text(-errno));
	_exit(EXIT_FAILURE);
}

static void close_all(struct daemon *d)
{
	if (ENABLE_CONTROL)
		program_close_control(d);
	members_close(d);
	if (ENABLE_MULTI_INSTANCE)
		rule_close(&d->common.rules);
	iface_close(&d->common.ifaces);
	loop_close(&d->common.loop);
	free(d->pattern);
	script_free(&d->script);
}

/* What has to be open before it is confined. 0 or -errno, logged. */
static int open_first(struct daemon *d)
{
	int error = loop_open(&d->common.loop);

	if (!error)
		error = priv_watch(d->priv, &d->common.loop);
	if (!error)
		error = iface_open(&d->common.ifaces, &d->common.loop);
	if (error)
		log_error("cannot start: %s", error_text(error));
	if (d->options->background) {
		log_prepare();
		d->null = file_open(AT_FDCWD, "/dev/null", O_RDWR);
	}
	return error;
}

/* All that the script says. 0 or -errno, logged. */
static int open_all(struct daemon *d)
{
	char why[CONF_ERROR];
	struct conf conf;
	int error;

	if (settings_make(d, &d->script, &conf, why)) {
		log_error("cannot start: %s", why);
		return -EINVAL;
	}
	program_remember(d, &conf);
	error = settings_apply(d, &conf);
	if (error == -EADDRINUSE)
		error = 0;
	if (!error && ENABLE_CONTROL)
		error = program_open_control(d, d->priv->settings.control);
	return error;
}

/* Whoever called has what it wanted; with PRIVSEP this runs in the monitor. */
static void show_ready(void *ctx, const struct priv_settings *settings)
{
	const struct daemon_options *options = ctx;

	if (options->ready)
		options->ready(options->ctx);
	if (ENABLE_CONTROL && options->status)
		show_status(settings->path);
}

/* What this process may do, for whoever asks. */
static void note_process(struct daemon *d)
{
	const struct priv *priv = d->priv;

	d->shown.process = (struct control_process){
		.pid = priv->pid,
		.user = priv->user,
		.root = *d->chroot   ? d->chroot
			: priv->root ? priv->root
				     : "/",
		.seccomp = priv->seccomp,
		.restarts = priv->shared ? &priv->shared->restarts : NULL,
	};
}

static int serve_loop(struct daemon *d)
{
	int error;

	backoff_init(&d->retry);
	if (d->unfinished)
		backoff_fail(&d->retry, loop_now());
	d->running = true;
	for (int fd = STDIN_FILENO; d->null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(d->null, fd);
	if (d->options->background)
		log_open(true, d->log_level);
	if (ENABLE_CONTROL)
		note_process(d);
	priv_ready(d->priv, d->common.guesses);
	error = loop_run(&d->common.loop, take_turn, d);
	d->running = false;
	if (error)
		log_error("cannot go on: %s", error_text(error));
	return error;
}

/* Reads the file. 0; -1, and what is wrong has been said. */
static int read_file(struct daemon *d, struct conf *conf)
{
	char error[CONF_ERROR];

	if (!script_read(&d->script, script_open(AT_FDCWD, d->options->file), d->options->file,
			 error) ||
	    !script_scan(&d->script, error) || settings_make(d, &d->script, conf, error)) {
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
	program_set_log(d, &conf);
	if (*d->script.warning)
		log_warning("%s", d->script.warning);
	if (conf.disabled)
		output_error("mcproxy: %s says disable; nothing to do", d->options->file);
	error = conf.disabled ? 1 : open_first(d);
	if (!error)
		error = program_settle(d, &conf);
	conf_free(&conf);
	if (!error)
		error = program_confine(d, false);
	if (!error)
		priv_script(d->priv, &d->script);
	return error;
}

/* From what a worker before was told, but not as root. */
static int begin_restored(struct daemon *d)
{
	char why[CONF_ERROR];
	int error = open_first(d);

	log_open(d->priv->settings.log_syslog, d->priv->settings.log_level);
	if (!error)
		error = program_confine(d, false);
	if (!error && !(script_restore(&d->script, d->priv->script, d->priv->script_file,
				       d->options->file, why) &&
			script_scan(&d->script, why))) {
		log_error("cannot go on: %s", why);
		error = -EINVAL;
	}
	return error;
}

/* The whole life of a process that does the work. Returns its exit status. */
static int run_worker(void *ctx, struct priv *priv)
{
	const struct daemon_options *options = ctx;
	struct daemon d = {.options = options,
			   .priv = priv,
			   .null = -1,
			   .common = {.loop = {.epoll = -1, .signals = -1},
				      .ifaces = {.events.fd = -1, .request.fd = -1},
				      .rules = {.events.fd = -1, .request.fd = -1},
				      .priv = priv,
				      .rp_filter_off = options->rp_filter_off},
			   .control = {.listener.fd = -1},
			   .retry = {INT64_MAX, BACKOFF_FIRST}};
	int error;

	if (ENABLE_CONTROL)
		d.shown = (struct control_daemon){.script = &d.script,
						  .command = command_run,
						  .healthy = command_healthy,
						  .ctx = &d};
	/* While there are a root directory and its files. */
	for (int n = 0; ENABLE_KERNEL_HOST && n < PROTOCOLS; n++)
		grouplist_open(&d.common.grouplist[n], (enum protocol)n);
	error = priv_is_fresh(priv) ? begin_fresh(&d) : begin_restored(&d);
	if (!error)
		error = open_all(&d);
	if (!error)
		error = program_confine(&d, true);
	if (!error)
		error = serve_loop(&d);
	if (d.replaced && !error)
		return PRIV_REPLACE;
	close_all(&d);
	return error < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Only says what is wrong with the file. Returns the exit status. */
static int check_file(const struct daemon_options *options)
{
	struct daemon d = {.options = options,
			   .common.ifaces = {.events.fd = -1, .request.fd = -1}};
	struct conf conf;

	int error = priv_understands();

	if (error)
		output_error("mcproxy: what is left to it is another program's");
	else
		error = read_file(&d, &conf);
	if (!error && *d.script.warning)
		output_error("mcproxy: %s", d.script.warning);
	if (!error)
		conf_free(&conf);
	script_free(&d.script);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon_options copy = *options;
	const struct priv_job job = {.file = options->file,
				     .argv = options->argv,
				     .ready = show_ready,
				     .work = run_worker,
				     .ctx = &copy,
				     .forks = options->status};

	return options->read_only ? check_file(options) : priv_run(&job);
}
