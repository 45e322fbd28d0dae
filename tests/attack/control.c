/* SPDX-License-Identifier: MIT */
/*
 * attack control PATH HOW COUNT: so many clients of the control socket, one after the other, all
 * kept until the end of standard input. HOW is
 *	idle     they say nothing
 *	slow     they ask for all groups, and read nothing
 *	garbage  they write a kilobyte of anything, and read what comes
 * Says how many found nobody, how many were answered, and how many of these with an error.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "attack.h"

enum { GARBAGE = 1024 };

static int dial(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = 5};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	close(fd);
	return -1;
}

static void write_garbage(int fd, uint32_t number)
{
	uint8_t text[GARBAGE];
	uint32_t state = number * 2654435761u + 1;

	for (size_t i = 0; i < sizeof(text); i++) {
		state = state * 1664525 + 1013904223;
		text[i] = (uint8_t)(state >> 24);
	}
	/* Every other one ends within the first line. */
	if (number % 2)
		text[number % GARBAGE] = '\n';
	/* Whoever has heard enough may hang up. */
	if (send(fd, text, sizeof(text), MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != EAGAIN)
		die("send");
}

struct tally {
	uint32_t nobody, answered, errors;
};

static void visit(struct tally *tally, int fd, char how, uint32_t number)
{
	static const char question[] = "groups\n";
	char answer[6] = "";

	if (how == 'i')
		return;
	if (how == 's') {
		if (send(fd, question, sizeof(question) - 1, MSG_NOSIGNAL) < 0 && errno != EPIPE)
			die("send");
		return;
	}
	write_garbage(fd, number);
	if (recv(fd, answer, sizeof(answer) - 1, MSG_WAITALL) <= 0)
		return;
	tally->answered++;
	tally->errors += !strncmp(answer, "error", 5);
}

void visit_control(const char *path, const char *how, uint32_t count)
{
	struct tally tally = {0};

	if (!strchr("isg", *how))
		usage();
	for (uint32_t i = 0; i < count; i++) {
		int fd = dial(path);

		if (fd < 0)
			tally.nobody++;
		else
			visit(&tally, fd, *how, i);
		if (fd >= 0 && *how == 'g')
			close(fd);
	}
	printf("%u found nobody, %u were answered, %u with an error\n", tally.nobody,
	       tally.answered, tally.errors);
	fflush(stdout);
	while (getchar() != EOF)
		continue;
}
