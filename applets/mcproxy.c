/* SPDX-License-Identifier: MIT */
/* The daemon: reads the configuration, opens what it names, and runs the loop until it is told to
 * stop. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/applet.h"
#include "../core/conf.h"
#include "../core/control.h"
#include "../core/instance.h"
#include "../core/log.h"
#include "../core/format.h"
#include "../core/loop.h"
#include "../core/option.h"
#include "../core/output.h"

struct daemon {
	struct conf conf;
	struct loop loop;
	struct instance instance;
	struct control control;
	struct control_view view[PROTOCOLS];
};

const char *mcproxy_usage(void)
{
	if (!ENABLE_HELP_TEXT)
		return "Usage: mcproxy [-dnv] [-f FILE] [-p PIDFILE]\n";
	return "Usage: mcproxy [-dnv] [-f FILE] [-p PIDFILE]\n"
	       "\n"
	       "Proxies IGMP and MLD (RFC 4605) between the interfaces that FILE names, in the\n"
	       "foreground, until SIGTERM or SIGINT.\n"
	       "\n"
	       "  -f FILE     configuration (/etc/mcproxy.conf)\n"
	       "  -n          read the configuration, say what is wrong with it or nothing, end\n"
	       "  -p PIDFILE  write the process id to PIDFILE\n"
	       "  -v          tell more; -d or -vv: tell all\n"
	       "  -h          this text\n"
	       "\n"
	       "mcproxy --list lists the other commands in this file; mcproxy COMMAND runs one.\n";
}

static int64_t turn(void *ctx, int64_t now)
{
	struct daemon *d = ctx;

	return instance_turn(&d->instance, now);
}

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

static int open_control(struct daemon *d)
{
	size_t count = instance_views(&d->instance, d->view);
	int error;

	if (!ENABLE_CONTROL)
		return 0;
	error = control_open(&d->control, &d->loop, d->conf.control, d->conf.control_group, d->view,
			     count);
	if (error == -EINVAL)
		log_error("control-group %s: no such group", d->conf.control_group);
	else if (error == -EADDRINUSE)
		log_error("%s: another daemon listens there, or it is no socket", d->conf.control);
	else if (error)
		log_error("%s: %s", d->conf.control, strerror(-error));
	return error;
}

/* Everything is open: runs until it is to end. */
static int serve(struct daemon *d)
{
	int error = open_control(d);

	if (!error && d->conf.pidfile[0])
		error = write_pidfile(d->conf.pidfile);
	if (!error) {
		log_notice("instance %s runs", d->conf.instance->name);
		error = loop_run(&d->loop, turn, d);
		if (d->conf.pidfile[0])
			unlink(d->conf.pidfile);
	}
	if (ENABLE_CONTROL)
		control_close(&d->control);
	return error;
}

static int run(struct daemon *d)
{
	int error = loop_open(&d->loop);

	if (error) {
		log_error("cannot start: %s", strerror(-error));
		return EXIT_FAILURE;
	}
	error = instance_open(&d->instance, &d->loop, d->conf.instance);
	if (!error) {
		error = serve(d);
		instance_close(&d->instance);
	}
	loop_close(&d->loop);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

struct options {
	const char *file, *pidfile;
	bool check;
	int verbose;
};

/* 0, or EXIT_MISUSE. */
static int read_options(struct options *o, char **argv)
{
	struct option_reader reader = {
		.name = argv[0], .usage = mcproxy_usage(), .letters = "df:np:v", .words = argv + 1};
	int option;

	while ((option = option_next(&reader)) > 0) {
		if (option == 'd')
			o->verbose = 2;
		else if (option == 'f')
			o->file = reader.value;
		else if (option == 'n')
			o->check = true;
		else if (option == 'p')
			o->pidfile = reader.value;
		else
			o->verbose++;
	}
	if (option < 0)
		return EXIT_MISUSE;
	if (o->pidfile && strlen(o->pidfile) >= CONF_PATH)
		return applet_misuse(argv[0], mcproxy_usage(), "PIDFILE is too long");
	return 0;
}

static int configure(struct daemon *d, const struct options *o)
{
	enum log_level level = o->verbose > 1 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
	char error[CONF_ERROR];

	if (conf_read(&d->conf, o->file, error)) {
		output_error("mcproxy: %s", error);
		return -1;
	}
	if (o->pidfile)
		memcpy(d->conf.pidfile, o->pidfile, strlen(o->pidfile) + 1);
	if (o->verbose && level > d->conf.log_level)
		d->conf.log_level = level;
	return 0;
}

int mcproxy_main(int argc, char **argv)
{
	static struct daemon d;
	struct options o = {.file = "/etc/mcproxy.conf"};
	int status = read_options(&o, argv);

	(void)argc;
	if (status)
		return status;
	if (configure(&d, &o))
		return EXIT_FAILURE;
	if (d.conf.disabled && !o.check) {
		output_error("mcproxy: %s says disable; nothing to do", o.file);
	} else if (!o.check) {
		log_open(d.conf.log_syslog, d.conf.log_level);
		if (d.conf.instance_count > 1)
			log_warning("of %u instances only %s runs", d.conf.instance_count,
				    d.conf.instance->name);
		status = run(&d);
	}
	conf_free(&d.conf);
	return status;
}
