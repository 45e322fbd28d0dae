/* SPDX-License-Identifier: MIT */
/* The daemon's command line, and the way to the background. What it does is core/daemon/daemon.c's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/applet.h"
#include "core/base/child.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/kernel/check.h"
#include "core/config/conf.h"
#include "core/daemon/daemon.h"
#include "core/base/option.h"
#include "core/base/output.h"
#include "core/privilege/priv.h"

#define SYNOPSIS "Usage: mcproxy [-Bcdnrsv] [-p PIDFILE] [[-f] FILE]\n"

const char *mcproxy_usage(void)
{
	if (!ENABLE_HELP_TEXT)
		return SYNOPSIS;
	return SYNOPSIS
		"\n"
		"Proxies IGMP and MLD (RFC 4605) between the interfaces that FILE names, in the\n"
		"foreground, until SIGTERM or SIGINT. SIGHUP: reads FILE again.\n"
		"\n"
		"  -f FILE     configuration (/etc/mcproxy.conf)\n"
		"  -n          read the configuration, say what is wrong with it or nothing, end\n"
		"  -c          without FILE: say what the kernel offers, end\n"
		"  -B          go to the background as soon as all is open; log to syslog then\n"
		"  -p PIDFILE  write the process id to PIDFILE\n"
		"  -r          switch the interfaces' reverse path filter off, until the end\n"
		"  -s          show the status, again and again\n"
		"  -v          tell more; -d or -vv: tell all\n"
		"  -h          this text\n"
		"\n"
		"mcproxy --list lists the other commands in this file; mcproxy COMMAND runs one.\n";
}

/* A file without -f, as the first C++ mcproxy has it, with or without -c. 0, or EXIT_MISUSE. */
static int read_file(struct daemon_options *o, bool *check, char **words, const char *name)
{
	if (!*words)
		return 0;
	if (words[1] || o->file)
		return applet_misuse(name, mcproxy_usage(), "unexpected '%s'", words[!o->file]);
	o->file = *words;
	*check = false;
	return 0;
}

/* 0, or EXIT_MISUSE. */
static int read_options(struct daemon_options *o, bool *check, char **argv)
{
	struct option_reader reader = {.name = argv[0],
				       .usage = mcproxy_usage(),
				       .letters = "Bcdf:np:rsv",
				       .operands = true,
				       .words = argv + 1};
	int option;

	while ((option = option_next(&reader)) > 0) {
		o->background |= option == 'B';
		*check |= option == 'c';
		o->read_only |= option == 'n';
		o->rp_filter_off |= option == 'r';
		o->status |= option == 's';
		if (option == 'd')
			o->verbose = 2;
		else if (option == 'f')
			o->file = reader.value;
		else if (option == 'p')
			o->pidfile = reader.value;
		else if (option == 'v')
			o->verbose++;
	}
	if (option < 0)
		return EXIT_MISUSE;
	if (o->pidfile && strlen(o->pidfile) >= CONF_PATH)
		return applet_misuse(argv[0], mcproxy_usage(), "PIDFILE is too long");
	return read_file(o, check, reader.words, argv[0]);
}

/* ---- the background ---- */

/* The daemon runs: lets its parent go, and the terminal. */
static void let_go(void *ctx)
{
	int *parent = ctx, null = file_open(AT_FDCWD, "/dev/null", O_RDWR);

	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
	if (write(*parent, "", 1) < 0)
		return;
	close(*parent);
}

/* Waits until the daemon runs, or has ended: the exit status is its own then. */
static int wait_for(pid_t child, int fd)
{
	int status = 0;
	char byte;

	if (read(fd, &byte, 1) == 1)
		return EXIT_SUCCESS;
	if (waitpid(child, &status, 0) == child && WIFEXITED(status))
		return WEXITSTATUS(status);
	output_error("mcproxy: it ended before it ran");
	return EXIT_FAILURE;
}

static int run_in_background(struct daemon_options *o)
{
	int end[2];
	pid_t child;

	if (pipe(end) || (child = child_fork()) < 0) {
		output_error("mcproxy: cannot go to the background: %s", error_text(-errno));
		return EXIT_FAILURE;
	}
	if (child) {
		close(end[1]);
		return wait_for(child, end[0]);
	}
	close(end[0]);
	setsid();
	o->ready = let_go;
	o->ctx = &end[1];
	return daemon_run(o);
}

/* Returns the worst that was found. */
static int check(void)
{
	static const bool built_in[PROTOCOLS] = {ENABLE_IGMP, ENABLE_MLD};
	struct check check = {0};

	for (int i = 0; i < PROTOCOLS; i++)
		if (built_in[i])
			check_kernel(&check, (enum protocol)i);
	check_privileges(&check);
	return (int)check.worst;
}

int mcproxy_main(int argc, char **argv)
{
	struct daemon_options o = {.argv = argv};
	bool only_check = false;
	int status = read_options(&o, &only_check, argv);

	(void)argc;
	if (status)
		return status;
	if (only_check)
		return check();
	if (!o.file)
		o.file = "/etc/mcproxy.conf";
	if (o.background && !o.read_only && !priv_inherits())
		return run_in_background(&o);
	return daemon_run(&o);
}
