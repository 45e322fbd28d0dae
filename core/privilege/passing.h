/* SPDX-License-Identifier: MIT */
/* Messages of a fixed size between two processes, with descriptors that come along. */
#ifndef CORE_PASSING_H
#define CORE_PASSING_H

#include <stddef.h>

enum { PASSING_MAX = 2 /* descriptors of a message */ };

/* 0 or -errno. COUNT descriptors, PASSING_MAX at most, go along; negative ones are left out. */
int passing_send(int fd, const void *data, size_t size, const int *passed, unsigned count,
		 int flags);
/* FLAGS: as recv(). 0, and PASSED has what came along, then -1s; or -errno: EPIPE that was the
 * end, or an empty message; EPROTO a message of another size; nothing has come along then. */
int passing_receive(int fd, void *data, size_t size, int passed[PASSING_MAX], int flags);

#endif
