/* SPDX-License-Identifier: MIT */
/* Runs mcproxy-stat and adds up its lines. */
#include "counters.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A line: instance, interface, protocol, counter, value. */
static void add(struct counters *counters, const char *line, enum protocol protocol)
{
	char interface[32], word[16], counter[48];
	uint64_t value;

	if (sscanf(line, "%*s %31s %15s %47s %" SCNu64, interface, word, counter, &value) != 4)
		return;
	if (strcmp(interface, "dn1") || strcmp(word, protocol == PROTOCOL_IGMP ? "igmp" : "mld"))
		return;
	if (!strncmp(counter, "rx-", 3))
		counters->accepted += value;
	else if (!strncmp(counter, "drop-", 5) && strncmp(counter, "drop-record-", 12) &&
		 strcmp(counter, "drop-own"))
		counters->dropped += value;
}

static void ask(const char *program, const int pipe_end[2])
{
	const int null = open("/dev/null", O_WRONLY);

	dup2(pipe_end[1], STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execl(program, "mcproxy-stat", "-t", "counters", (char *)NULL);
	_exit(127);
}

bool counters_read(struct counters *counters, const char *program, enum protocol protocol)
{
	int pipe_end[2], status = -1;
	char line[256];
	FILE *file;
	pid_t child;

	*counters = (struct counters){0};
	if (pipe2(pipe_end, O_CLOEXEC))
		return false;
	child = fork();
	if (!child)
		ask(program, pipe_end);
	close(pipe_end[1]);
	file = fdopen(pipe_end[0], "r");
	while (file && fgets(line, sizeof(line), file))
		add(counters, line, protocol);
	if (file)
		fclose(file);
	else
		close(pipe_end[0]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return !status;
}
