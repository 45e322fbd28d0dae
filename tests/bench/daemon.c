/* SPDX-License-Identifier: MIT */
/*
 * Starts, observes and stops a daemon. CPU time comes from /proc/PID/task/TID/schedstat, which
 * counts nanoseconds where /proc/PID/stat counts ticks; memory from smaps_rollup, because VmRSS
 * is kept per processor and may be wrong by more than a small daemon has.
 */
#include "daemon.h"
#include "clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void become(const char *program, const char *const arguments[], int log, pid_t bench)
{
	const int null = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != bench)
		_exit(127);
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execv(program, (char *const *)(uintptr_t)arguments);
	dprintf(STDERR_FILENO, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

int daemon_start(struct daemon *daemon, const char *program, const char *const arguments[])
{
	const pid_t bench = getpid();

	daemon->name = arguments[0];
	daemon->log = memfd_create("log", MFD_CLOEXEC);
	if (daemon->log < 0)
		return -errno;
	daemon->pid = fork();
	if (daemon->pid < 0) {
		const int error = -errno;

		daemon->pid = 0;
		close(daemon->log);
		return error;
	}
	if (!daemon->pid)
		become(program, arguments, daemon->log, bench);
	return 0;
}

static void show_log(const struct daemon *daemon)
{
	char text[1024];
	const off_t end = lseek(daemon->log, 0, SEEK_END);
	const off_t begin = end > (off_t)sizeof(text) ? end - (off_t)sizeof(text) : 0;
	const ssize_t length = pread(daemon->log, text, sizeof(text), begin);

	fprintf(stderr, "bench: %s ended; its last words:\n%.*s\n", daemon->name,
		length > 0 ? (int)length : 0, text);
}

static bool reap(struct daemon *daemon, int options)
{
	if (waitpid(daemon->pid, NULL, options) != daemon->pid)
		return false;
	daemon->pid = 0;
	return true;
}

void daemon_stop(struct daemon *daemon)
{
	int waits;

	if (!daemon->pid)
		return;
	kill(daemon->pid, SIGTERM);
	/* Not by a deadline of clock.h: after SIGINT, too, a daemon may end in order. */
	for (waits = 0; waits < 200; waits++) {
		if (reap(daemon, WNOHANG))
			break;
		clock_sleep(10 * MILLISECOND);
	}
	if (daemon->pid) {
		kill(daemon->pid, SIGKILL);
		while (!reap(daemon, 0) && errno == EINTR)
			;
	}
	close(daemon->log);
}

bool daemon_alive(struct daemon *daemon)
{
	if (!daemon->pid)
		return false;
	if (!reap(daemon, WNOHANG))
		return true;
	if (!clock_interrupted())
		show_log(daemon);
	close(daemon->log);
	return false;
}

/* The number after KEY at the start of a line. */
static bool number_in(const char *path, const char *key, uint64_t *value)
{
	FILE *file = fopen(path, "re");
	char line[256];
	bool found = false;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)))
			continue;
		*value = strtoull(line + strlen(key), NULL, 10);
		found = true;
	}
	fclose(file);
	return found;
}

static bool add_thread(const char *directory, const char *thread, struct usage *usage)
{
	char path[384];
	uint64_t cpu, switches;

	snprintf(path, sizeof(path), "%s/%s/schedstat", directory, thread);
	if (!number_in(path, "", &cpu))
		return false;
	snprintf(path, sizeof(path), "%s/%s/status", directory, thread);
	if (!number_in(path, "voluntary_ctxt_switches:", &switches))
		return false;
	usage->cpu += (int64_t)cpu;
	usage->wakeups += switches;
	return true;
}

static bool add_memory(pid_t pid, struct usage *usage)
{
	char path[64];
	uint64_t resident, proportional;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	if (!number_in(path, "Rss:", &resident) || !number_in(path, "Pss:", &proportional))
		return false;
	usage->resident += 1024 * resident;
	usage->proportional += 1024 * proportional;
	return true;
}

static bool add_process(pid_t pid, struct usage *usage)
{
	char path[64];
	struct dirent *entry;
	bool complete = true;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	directory = opendir(path);
	if (!directory)
		return false;
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.' && !add_thread(path, entry->d_name, usage))
			complete = false;
	closedir(directory);
	return complete && add_memory(pid, usage);
}

pid_t daemon_worker(const struct daemon *daemon)
{
	char path[64];
	uint64_t pid = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)daemon->pid,
		 (int)daemon->pid);
	return daemon->pid && number_in(path, "", &pid) ? (pid_t)pid : 0;
}

bool daemon_usage(const struct daemon *daemon, struct usage *usage)
{
	const pid_t worker = daemon_worker(daemon);

	*usage = (struct usage){0};
	return daemon->pid && add_process(daemon->pid, usage) &&
	       (!worker || add_process(worker, usage));
}

struct cost daemon_cost(const struct daemon *daemon, const struct usage *before)
{
	struct cost cost = {0};
	struct usage now;

	if (daemon_usage(daemon, &now)) {
		cost.cpu = now.cpu - before->cpu;
		cost.wakeups = now.wakeups - before->wakeups;
		cost.memory = (int64_t)(now.resident - before->resident);
	}
	return cost;
}
