/* SPDX-License-Identifier: MIT */
/*
 * The one binary: picks the applet by the name that it was called by or, failing that, by its first
 * argument; mcproxy, under whatever name the file has, is the daemon, also before a file. Owns what
 * holds for every applet: --help (-h), --list, sane standard descriptors, and a failure if output
 * could not be written. The table of applets is generated from .config.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/applet.h"
#include "core/base/error.h"
#include "core/base/output.h"
#include "core/base/text.h"

enum applet {
#define APPLET(symbol, name) symbol,
#include "applets.h"
#undef APPLET
	APPLETS /* is none */
};

static char names[][16] = {
#define APPLET(symbol, name) name,
#include "applets.h"
#undef APPLET
	"" /* APPLETS */
};

static const char usage[] = "Usage: mcproxy [APPLET [ARGUMENT...]] | --list\n";

static enum applet find_applet(const char *name)
{
	unsigned applet = 0;

	while (*names[applet] && strcmp(names[applet], name) != 0)
		applet++;
	return (enum applet)applet;
}

/* A descriptor below 3 that is closed would become some socket, and messages would be sent there.
 * Read-only, so that output which is lost is still an error. */
static void open_standard_descriptors(void)
{
	int descriptor;

	do {
		descriptor = openat(AT_FDCWD, "/dev/null", O_RDONLY);
	} while (descriptor >= STDIN_FILENO && descriptor <= STDERR_FILENO);
	if (descriptor > STDERR_FILENO)
		close(descriptor);
}

static bool is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

static int list_applets(void)
{
	for (unsigned applet = 0; *names[applet]; applet++)
		output("%s\n", names[applet]);
	return EXIT_SUCCESS;
}

/* Anywhere among the options; a value that looks like it is taken for it. */
static bool asks_for_help(char **words)
{
	while (*words && strcmp(*words, "--"))
		if (is_help(*words++))
			return true;
	return false;
}

static int run_applet(enum applet applet, int argc, char **argv)
{
	bool help = argc > 0 && asks_for_help(argv + 1);

	argv[0] = names[applet];
	switch (applet) {
#define APPLET(symbol, name)                              \
	case symbol:                                      \
		if (!help)                                \
			return symbol##_main(argc, argv); \
		output_text(symbol##_usage());            \
		break;
#include "applets.h"
#undef APPLET
	case APPLETS:
		(void)help; /* with no applet built in, nobody asks for it */
		break;
	}
	return EXIT_SUCCESS;
}

/* The file itself, by any name that is not an applet's. */
static int run_by_argument(int argc, char **argv)
{
	const enum applet daemon = find_applet("mcproxy");
	const enum applet applet = argc > 1 ? find_applet(argv[1]) : APPLETS;

	if (applet != APPLETS)
		return run_applet(applet, argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "--list"))
		return list_applets();
	if (argc > 1 && argv[1][0] != '-' &&
	    !(daemon != APPLETS && (strchr(argv[1], '/') || !access(argv[1], F_OK))))
		return applet_misuse("mcproxy", usage, "no applet '%s'", argv[1]);
	if (daemon != APPLETS && argc > 0)
		return run_applet(daemon, argc, argv);
	if (argc > 1 && is_help(argv[1])) {
		output_text(usage);
		return EXIT_SUCCESS;
	}
	return applet_misuse("mcproxy", usage, "no applet given");
}

int main(int argc, char **argv)
{
	const char *name = argc > 0 ? text_base_name(argv[0]) : "mcproxy";
	const enum applet applet = find_applet(name);
	int status, error;

	open_standard_descriptors();
	if (applet != APPLETS && strcmp(name, "mcproxy"))
		status = run_applet(applet, argc, argv);
	else
		status = run_by_argument(argc, argv);
	error = output_flush();
	if (close(STDOUT_FILENO) && !error)
		error = -errno;
	if (error) {
		output_error("%s: standard output: %s", name, error_text(error));
		if (status == EXIT_SUCCESS)
			status = EXIT_FAILURE;
	}
	return status;
}
