/* SPDX-License-Identifier: MIT */
/*
 * manager SOCKET: what programs tell a service manager at SOCKET, a path, or with '@' the name of
 * an abstract socket. Prints a line for each message: the time in milliseconds, the process that
 * sent it, and its lines with blanks between them; "open" first. It runs until it is killed.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

static void die(const char *what)
{
	fprintf(stderr, "manager: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_socket(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), on = 1;

	if (strlen(name) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		die(name);
	}
	memcpy(address.sun_path, name, strlen(name));
	if (*name == '@')
		address.sun_path[0] = '\0';
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&address,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))))
		die(name);
	return fd;
}

static void print_message(int fd)
{
	char text[512], control[CMSG_SPACE(sizeof(struct ucred))] = "";
	struct iovec part = {text, sizeof(text) - 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	ssize_t length = recvmsg(fd, &message, 0);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	struct ucred sender = {0};
	struct timespec now;

	if (length < 0)
		die("recvmsg");
	text[length] = '\0';
	for (char *end = text; (end = strchr(end, '\n'));)
		*end = ' ';
	if (header && header->cmsg_type == SCM_CREDENTIALS)
		memcpy(&sender, CMSG_DATA(header), sizeof(sender));
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%lld %d %s\n", (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000,
	       (int)sender.pid, text);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 2) {
		fprintf(stderr, "Usage: manager SOCKET\n");
		return 2;
	}
	fd = open_socket(argv[1]);
	puts("open");
	fflush(stdout);
	for (;;)
		print_message(fd);
}
