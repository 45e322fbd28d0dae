/* SPDX-License-Identifier: MIT */
/*
 * The control socket: a Unix stream socket at which the daemon tells its state and takes commands.
 * One line asks, "REQUEST [ARGUMENT...]"; lines of tab-separated columns answer; a last line
 * without a tab, "ok" or "error TEXT", ends the answer and the connection. mcproxy-stat(8) lists
 * the requests and their columns, mcproxy-ctl(8) the commands.
 */
#ifndef CORE_CONTROL_H
#define CORE_CONTROL_H

#include <stddef.h>
#include <sys/un.h>

#include "proto/proxy.h"
#include "core/kernel/iface.h"
#include "core/base/loop.h"
#include "core/config/script.h"

#define CONTROL_PATH "/run/mcproxy.sock"

enum {
	CONTROL_REQUEST = 1024,	 /* bytes of a request, with its newline */
	CONTROL_LINE = 1024,	 /* bytes of any line of an answer, with its newline */
	CONTROL_ERROR = 512,	 /* bytes of what is wrong with a request */
	CONTROL_PATIENCE = 2000, /* ms without progress; then a client may make room for another */
};

/* What there is to show of one instance and one of its protocols. */
struct control_view {
	const struct control_view *next; /* NULL: this is the last one */
	const char *instance;
	enum protocol protocol;
	uint32_t table; /* of the kernel; 0: the default one */
	struct proxy *proxy;
	int mroute;	      /* the multicast routing socket, for the counters of routes */
	unsigned entry_count; /* of the proxy's configuration */
	const struct iface *interface[PROXY_VIFS]; /* NULL: that VIF is free */
};

/* What the process may do that hears packets. */
struct control_process {
	int pid; /* of what is to be told to end */
	uint32_t user;
	const char *root; /* its root directory */
	int seccomp;	  /* 0: there is a filter of system calls; -errno: why there is none */
	const uint32_t *restarts; /* how often it has died; NULL: another one would not start */
};

/* Who is behind the socket. What is in here may change after control_interrupt(). */
struct control_program {
	const struct control_view *view; /* the first one; NULL: there is none */
	const struct script *script;	 /* what dump-config tells */
	struct control_process process;
	/* Carries LINE out; false: nothing has been done, and ERROR says why. */
	bool (*command)(void *ctx, const char *line, char error[CONTROL_ERROR]);
	/* Is all as it is configured? False: REASON says what is not. */
	bool (*healthy)(void *ctx, char reason[CONTROL_ERROR]);
	void *ctx;
};

struct control {
	struct loop *loop;
	struct loop_source listener;
	const struct control_program *program;
	int64_t started;
	struct control_client *client[CONFIG_CONTROL_CLIENTS];
};

/* A socket that listens at PATH, mode 0660, owner's group GROUP (name or number; "": the
 * process's). Descriptor or -errno: EADDRINUSE a live daemon, or something that is not a socket, is
 * there; ENAMETOOLONG; EINVAL no such group. A socket file that nobody listens at is replaced. */
int control_listen(const char *path, const char *group);
/* Whose it is, as above. 0 or -errno. */
int control_permit(const char *path, const char *group);
/* Removes the file of a socket that nobody listens at. */
void control_remove(const char *path);
/* Serves clients of the listening socket FD, which is closed in the end, or if that fails. PROGRAM
 * must stay in place until control_close(), which comes before proxy_free(). 0 or -errno. */
int control_open(struct control *, struct loop *, int fd, const struct control_program *);
/* What answers are about is going to change: those that are not finished end with an error. */
void control_interrupt(struct control *);
/* Drops all clients. After a failed control_open() it does nothing. */
void control_close(struct control *);

#endif
