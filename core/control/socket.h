/* SPDX-License-Identifier: MIT */
/* The file of the control socket: where it is, and who may use it. */
#ifndef CORE_SOCKET_H
#define CORE_SOCKET_H

#include <stdbool.h>
#include <sys/un.h>

#define SOCKET_PATH "/run/mcproxy.sock"

/* False: PATH is empty or too long. */
bool socket_address(const char *path, struct sockaddr_un *);
/* A socket that listens at PATH, mode 0660, owner's group GROUP (name or number; "": the
 * process's). Descriptor or -errno: EADDRINUSE a live daemon, or something that is not a socket, is
 * there; ENAMETOOLONG; EINVAL no such group. A socket file that nobody listens at is replaced. */
int socket_listen(const char *path, const char *group);
/* Whose it is, as above. 0 or -errno. */
int socket_permit(const char *path, const char *group);
/* Removes the file of a socket that nobody listens at. */
void socket_remove(const char *path);

#endif
