/* SPDX-License-Identifier: MIT */
/* Another program in the monitor's place; see successor.h. */
#include "core/privilege/successor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/child.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/format.h"
#include "core/base/text.h"

enum { TRIAL = 5000 /* ms that a program may take to say whether it takes over */ };

/* Of the environment: which descriptor the state is in. */
static const char variable[] = "MCPROXY_STATE=";

/* Changes with every change of struct monitor_state that its size does not show, or of struct
 * priv_shared. */
enum { STATE_VERSION = 3 };

struct state_header {
	uint32_t version, size;
};

static const struct state_header state_header = {STATE_VERSION, sizeof(struct monitor_state)};

/* All descriptors that there are in the state: whether they outlive the program. */
static void set_inheritable(const struct monitor_state *state, int flags)
{
	const int single[] = {state->settings.privilege.root, state->settings.control,
			      state->shared, state->script};

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		file_control(single[i], F_SETFD, flags);
	for (unsigned i = 0; i < state->table_count; i++)
		file_control(state->table[i].fd, F_SETFD, flags);
	for (unsigned i = 0; i < state->kept_count; i++)
		file_control(state->kept[i].fd, F_SETFD, flags);
}

/* This program's, with another setting of the variable. NULL: there is no memory. */
static char **make_environment(char *setting)
{
	size_t count = 0;
	char **result, **next;

	while (environ[count])
		count++;
	next = result = calloc(count + 2, sizeof(*result));
	if (!result)
		return NULL;
	for (char **old = environ; *old; old++)
		if (!text_behind(*old, variable))
			*next++ = *old;
	*next = setting;
	return result;
}

/* -errno, or the descriptor. */
static int save_state(const struct monitor_state *state)
{
	int fd = memfd_create("mcproxy.state", 0), error;

	if (fd < 0)
		return -errno;
	error = file_write(fd, &state_header, sizeof(state_header));
	if (!error)
		error = file_write(fd, state, sizeof(*state));
	if (!error)
		return fd;
	close(fd);
	return error;
}

int successor_inherit(struct monitor_state *state)
{
	const char *text = NULL;
	struct state_header header;
	uint64_t fd;

	for (char **setting = environ; *setting && !text; setting++)
		text = text_behind(*setting, variable);
	if (!text)
		return 0;
	if (text_to_number(text, 0, INT_MAX, &fd) &&
	    pread((int)fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
	    !memcmp(&header, &state_header, sizeof(header))) {
		if (!state)
			return 1;
		if (pread((int)fd, state, sizeof(*state), sizeof(header)) !=
		    (ssize_t)sizeof(*state))
			return -EPROTO;
		close((int)fd);
		set_inheritable(state, FD_CLOEXEC);
		return 1;
	}
	return -EPROTO;
}

int successor_exec(const struct monitor_state *state, const char *path, char *const *argv)
{
	char setting[sizeof(variable) + 10];
	char **environment = make_environment(setting);
	int fd = save_state(state), error = -ENOMEM;

	if (fd >= 0 && environment) {
		format_text(setting, sizeof(setting), "%s%d", variable, fd);
		set_inheritable(state, 0);
		execve(path, argv, environment);
		error = -errno;
		set_inheritable(state, FD_CLOEXEC);
	}
	free(environment);
	if (fd < 0)
		return fd;
	close(fd);
	return error;
}

/* In the new process. */
static void run_trial(const struct monitor_state *state, const char *path, const char *conf)
{
	char word[][8] = {"mcproxy", "-n", "-f"};
	char file[PATH_MAX];
	char *const words[] = {word[0], word[1], word[2], file, NULL};

	format_text(file, sizeof(file), "%s", conf);
	successor_exec(state, path, words);
	_exit(127);
}

int successor_try(const struct monitor_state *state, const char *path, const char *conf,
		  char text[PRIV_TEXT])
{
	int64_t end = loop_now() + TRIAL;
	pid_t pid = child_fork();
	int status = 0;

	if (!pid)
		run_trial(state, path, conf);
	while (pid > 0 && waitpid(pid, &status, WNOHANG) != pid) {
		if (loop_now() > end)
			kill(pid, SIGKILL);
		poll(NULL, 0, 1);
	}
	if (pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	format_text(
		text, PRIV_TEXT, "%s cannot take over: %s", path,
		pid < 0 ? error_text(-errno)
		: WIFEXITED(status) && WEXITSTATUS(status) == 127
			? "it cannot be executed"
			: "it does not understand the configuration, or what this one leaves it");
	return -ENOEXEC;
}
