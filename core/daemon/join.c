/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own memberships on an upstream; see join.h. They go through the protocol-independent
 * socket options (RFC 3678 section 5). A filter is never made by way of a wider one, which the
 * kernel would report: to join with INCLUDE begins with the first source.
 */
#include "core/daemon/join.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/sockaddr.h"

/* Of one filter, whatever the kernel would take: 128 kB. */
enum { SOURCES_MAX = 1023 };

static bool is_leave(const struct join *join)
{
	return join->filter_mode == INCLUDE && !join->count;
}

static bool is_no_room(int error)
{
	return error == -ENOBUFS || error == -ENOMEM;
}

/* ---- the kernel's calls ---- */

static int set_option(const struct joins *joins, int fd, int name, const void *value, size_t size)
{
	int level = joins->protocol == PROTOCOL_IGMP ? IPPROTO_IP : IPPROTO_IPV6;

	return setsockopt(fd, level, name, value, (socklen_t)size) ? -errno : 0;
}

/* A membership whose filter is EXCLUDE of nothing, or INCLUDE of the first source. */
static int enter_group(const struct joins *joins, int fd, const struct join *join)
{
	struct group_req group = {.gr_interface = joins->ifindex};
	struct group_source_req source = {.gsr_interface = joins->ifindex};

	sockaddr_put(&group.gr_group, &join->group, 0, 0);
	if (join->filter_mode == EXCLUDE)
		return set_option(joins, fd, MCAST_JOIN_GROUP, &group, sizeof(group));
	source.gsr_group = group.gr_group;
	sockaddr_put(&source.gsr_source, &join->source[0], 0, 0);
	return set_option(joins, fd, MCAST_JOIN_SOURCE_GROUP, &source, sizeof(source));
}

/* It may be gone already. */
static int leave_group(const struct joins *joins, int fd, const struct join *join)
{
	struct group_req group = {.gr_interface = joins->ifindex};
	int error;

	sockaddr_put(&group.gr_group, &join->group, 0, 0);
	error = set_option(joins, fd, MCAST_LEAVE_GROUP, &group, sizeof(group));
	return error == -EADDRNOTAVAIL || error == -ENODEV ? 0 : error;
}

/* Gives the membership, which there is, its filter. */
static int set_filter(const struct joins *joins, int fd, const struct join *join)
{
	size_t size = sizeof(struct group_filter) +
		      (join->count ? join->count - 1 : 0) * sizeof(struct sockaddr_storage);
	struct group_filter *filter = join->count > SOURCES_MAX ? NULL : calloc(1, size);
	int error;

	if (!filter)
		return -ENOBUFS;
	filter->gf_interface = joins->ifindex;
	sockaddr_put(&filter->gf_group, &join->group, 0, 0);
	filter->gf_fmode = join->filter_mode == EXCLUDE ? MCAST_EXCLUDE : MCAST_INCLUDE;
	filter->gf_numsrc = (uint32_t)join->count;
	for (size_t i = 0; i < join->count; i++)
		sockaddr_put(&filter->gf_slist[i], &join->source[i], 0, 0);
	error = set_option(joins, fd, MCAST_MSFILTER, filter, size);
	free(filter);
	return error;
}

/* ---- sockets ---- */

/* Its position, or -errno. */
static int add_socket(struct joins *joins)
{
	struct join_socket *grown =
		realloc(joins->socket, (joins->socket_count + 1) * sizeof(*grown));
	/* Never bound, so it receives nothing itself. */
	int fd = socket(joins->protocol == PROTOCOL_IGMP ? AF_INET : AF_INET6,
			SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error = -errno;

	if (grown)
		joins->socket = grown;
	if (fd >= 0 && !grown) {
		close(fd);
		error = -ENOMEM;
	} else if (fd >= 0) {
		grown[joins->socket_count++] = (struct join_socket){.fd = fd};
		priv_keep(joins->priv, fd);
		return (int)joins->socket_count - 1;
	}
	return error;
}

static void drop_last_socket(struct joins *joins)
{
	priv_close(joins->priv, joins->socket[--joins->socket_count].fd);
}

/* Joins on socket AT. 0 or -errno, and nothing has changed. */
static int join_at(struct joins *joins, struct join *join, size_t at)
{
	struct join_socket *s = &joins->socket[at];
	int error = enter_group(joins, s->fd, join);

	if (is_no_room(error))
		s->full = true;
	if (!error && join->count > (join->filter_mode == INCLUDE))
		error = set_filter(joins, s->fd, join);
	/* Even what failed may have left a membership, with INCLUDE of nothing. */
	if (error) {
		leave_group(joins, s->fd, join);
		return error;
	}
	s->count++;
	join->socket = at + 1;
	return 0;
}

/* On a socket of its own, at least for now. */
static int join_alone(struct joins *joins, struct join *join)
{
	int at = add_socket(joins), error;

	if (at < 0)
		return at;
	error = join_at(joins, join, (size_t)at);
	if (error)
		drop_last_socket(joins);
	return error;
}

static int leave_socket(struct joins *joins, struct join *join, size_t number)
{
	struct join_socket *s = &joins->socket[number - 1];
	int error = leave_group(joins, s->fd, join);

	if (error)
		return error;
	s->count--;
	s->full = false;
	return 0;
}

/* ---- one membership ---- */

/* Joins what is not joined yet: on the first socket that takes it, else on another one. */
static int join_anywhere(struct joins *joins, struct join *join)
{
	int error = -ENOBUFS;

	for (size_t at = 0; at < joins->socket_count && is_no_room(error); at++) {
		if (joins->socket[at].full)
			continue;
		error = join_at(joins, join, at);
		/* No room for the filter: other sockets will do no better than an empty one. */
		if (!joins->socket[at].full)
			break;
	}
	return is_no_room(error) ? join_alone(joins, join) : error;
}

/* Changes the filter of what is joined. */
static int change_filter(struct joins *joins, struct join *join)
{
	size_t number = join->socket;
	const struct join_socket *s = &joins->socket[number - 1];
	int error = set_filter(joins, s->fd, join);

	/* The memory for filters is the socket's. */
	if (!is_no_room(error) || s->count == 1 || join_alone(joins, join))
		return error;
	if (!leave_socket(joins, join, number))
		return 0;
	/* It cannot be in two places. */
	leave_socket(joins, join, join->socket);
	join->socket = number;
	return -EBUSY;
}

static int attempt_join(struct joins *joins, struct join *join)
{
	int error;

	if (!is_leave(join))
		return join->socket ? change_filter(joins, join) : join_anywhere(joins, join);
	error = join->socket ? leave_socket(joins, join, join->socket) : 0;
	if (!error)
		join->socket = 0;
	return error;
}

/* Does what JOIN says, or else more than that. */
static int apply_join(struct joins *joins, struct join *join)
{
	struct join wider = {.group = join->group, .filter_mode = EXCLUDE, .socket = join->socket};
	int error = attempt_join(joins, join);
	bool is_wider = false;

	if (is_no_room(error) && join->count) {
		wider.socket = join->socket;
		error = attempt_join(joins, &wider);
		join->socket = wider.socket;
		is_wider = !error;
	}
	joins->pending += (size_t)(error != 0) - join->pending;
	join->pending = error;
	if (!error) {
		joins->wider += (size_t)is_wider - join->wider;
		join->wider = is_wider;
	}
	return error;
}

/* ---- all of them ---- */

/* Where GROUP is, or would be. */
static size_t find_join(const struct joins *joins, const struct addr *group)
{
	return addr_rank(joins->join, (uint32_t)joins->count, sizeof(*joins->join), group);
}

static bool insert_join(struct joins *joins, size_t at, const struct addr *group)
{
	if (joins->count == joins->room) {
		size_t room = joins->room ? 2 * joins->room : 16;
		struct join *grown = realloc(joins->join, room * sizeof(*grown));

		if (!grown)
			return false;
		joins->join = grown;
		joins->room = room;
	}
	memmove(joins->join + at + 1, joins->join + at,
		(joins->count - at) * sizeof(joins->join[0]));
	joins->count++;
	joins->join[at] = (struct join){.group = *group};
	return true;
}

/* If it has left. */
static void forget_join(struct joins *joins, size_t at)
{
	struct join *join = &joins->join[at];

	if (join->socket || join->pending)
		return;
	free(join->source);
	joins->count--;
	memmove(join, join + 1, (joins->count - at) * sizeof(*join));
}

int join_set(struct joins *joins, const struct addr *group, enum filter_mode filter_mode,
	     const struct addr *source, size_t count)
{
	size_t at = find_join(joins, group);
	bool known = at < joins->count && addr_equal(&joins->join[at].group, group);
	struct addr *copy = count ? malloc(count * sizeof(*copy)) : NULL;
	struct join *join;
	int error;

	if ((count && !copy) || (!known && !insert_join(joins, at, group))) {
		free(copy);
		return -ENOMEM;
	}
	if (count)
		memcpy(copy, source, count * sizeof(*copy));
	join = &joins->join[at];
	free(join->source);
	join->source = copy;
	join->count = count;
	join->filter_mode = filter_mode;
	error = apply_join(joins, join);
	if (is_leave(join))
		forget_join(joins, at);
	return error;
}

int join_retry(struct joins *joins)
{
	int error = 0;

	for (size_t at = joins->count; joins->pending && at--;) {
		struct join *join = &joins->join[at];
		int its = join->pending ? apply_join(joins, join) : 0;

		error = its ? its : error;
		if (is_leave(join))
			forget_join(joins, at);
	}
	return error;
}

int join_renew(struct joins *joins)
{
	int error = 0;

	for (size_t at = 0; at < joins->count; at++) {
		struct join *join = &joins->join[at];
		int its;

		if (!join->socket || leave_socket(joins, join, join->socket))
			continue;
		join->socket = 0;
		its = apply_join(joins, join);
		error = its ? its : error;
	}
	return error;
}

void join_open(struct joins *joins, struct priv *priv, enum protocol protocol, unsigned ifindex)
{
	*joins = (struct joins){.priv = priv, .protocol = protocol, .ifindex = ifindex};
}

void join_close(struct joins *joins)
{
	while (joins->socket_count)
		drop_last_socket(joins);
	for (size_t i = 0; i < joins->count; i++)
		free(joins->join[i].source);
	free(joins->socket);
	free(joins->join);
	join_open(joins, joins->priv, joins->protocol, joins->ifindex);
}
