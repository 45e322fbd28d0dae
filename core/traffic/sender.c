/* SPDX-License-Identifier: MIT */
/* Sends test streams; see sender.h. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/traffic/sender.h"
#include "core/base/loop.h"
#include "core/base/sockaddr.h"

enum { BATCH = 64, IPV4 = 0, IPV6 = 1 };

static const int64_t second = 1000000000;

struct sender {
	const struct sender_plan *plan;
	struct sender_result *result;
	int fd[2]; /* -1: no group of that family */
	uint32_t id;
	uint8_t *padding; /* what follows the header, all zero */
	/* The next packet. */
	uint64_t number, sequence;
	unsigned range;
	uint32_t index;
	int64_t begun;
	/* When packet NUMBER is due follows from these two. */
	int64_t start;
	uint64_t start_number;
	/* What waits to be sent, all of one family. */
	unsigned queued;
	int queued_family;
	uint8_t header[BATCH][STREAM_HEADER];
	struct sockaddr_storage group[BATCH];
	struct iovec iov[BATCH][2];
	struct mmsghdr message[BATCH];
};

static int set_option(int fd, int level, int option, const void *value, size_t size)
{
	return setsockopt(fd, level, option, value, (socklen_t)size) ? -errno : 0;
}

static int set_options(int fd, int family, const struct sender_plan *plan)
{
	int hops = (int)plan->hops, ifindex = (int)plan->ifindex, error;
	struct ip_mreqn interface = {.imr_ifindex = ifindex};

	if (family == IPV4) {
		error = set_option(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof(hops));
		if (!error && ifindex)
			error = set_option(fd, IPPROTO_IP, IP_MULTICAST_IF, &interface,
					   sizeof(interface));
		return error;
	}
	error = set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops));
	if (!error && ifindex)
		error = set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex, sizeof(ifindex));
	return error;
}

static int open_socket(struct sender *sender, int family)
{
	const struct sender_plan *plan = sender->plan;
	int fd = socket(family == IPV4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage local;
	socklen_t length = sockaddr_put(&local, &plan->source[family], 0, plan->ifindex);
	int error;

	if (fd < 0)
		return -errno;
	sender->fd[family] = fd;
	error = set_options(fd, family, plan);
	if (!error && !addr_is_any(&plan->source[family]) &&
	    bind(fd, (struct sockaddr *)&local, length))
		error = -errno;
	return error;
}

static int range_family(const struct stream_range *range)
{
	return addr_is_ipv4(&range->first) ? IPV4 : IPV6;
}

static void prepare_messages(struct sender *sender)
{
	for (unsigned i = 0; i < BATCH; i++) {
		struct msghdr *header = &sender->message[i].msg_hdr;

		sender->iov[i][0] = (struct iovec){sender->header[i], STREAM_HEADER};
		sender->iov[i][1] =
			(struct iovec){sender->padding, sender->plan->length - STREAM_HEADER};
		header->msg_name = &sender->group[i];
		header->msg_iov = sender->iov[i];
		header->msg_iovlen = 2;
	}
}

static int open_sender(struct sender *sender)
{
	const struct sender_plan *plan = sender->plan;
	int error = 0;

	if (getrandom(&sender->id, sizeof(sender->id), 0) != (ssize_t)sizeof(sender->id))
		return -EIO;
	sender->padding = calloc(1, plan->length);
	if (!sender->padding)
		return -ENOMEM;
	prepare_messages(sender);
	for (unsigned i = 0; i < plan->range_count && !error; i++) {
		int family = range_family(&plan->ranges[i]);

		if (sender->fd[family] < 0)
			error = open_socket(sender, family);
	}
	return error;
}

static void close_sender(struct sender *sender)
{
	for (unsigned family = 0; family < 2; family++) {
		if (sender->fd[family] >= 0)
			close(sender->fd[family]);
	}
	free(sender->padding);
}

/* A packet that the kernel refuses is skipped. */
static void flush(struct sender *sender)
{
	struct sender_result *result = sender->result;
	int fd = sender->fd[sender->queued_family];
	unsigned done = 0;

	while (done < sender->queued) {
		int count = sendmmsg(fd, sender->message + done, sender->queued - done, 0);

		if (count > 0) {
			result->sent += (unsigned)count;
			done += (unsigned)count;
		} else if (errno != EINTR) {
			result->error = -errno;
			result->failed++;
			done++;
		}
	}
	if (sender->queued)
		result->elapsed = loop_nanoseconds() - sender->begun;
	sender->queued = 0;
}

static void next_group(struct sender *sender)
{
	sender->number++;
	if (++sender->index < sender->plan->ranges[sender->range].count)
		return;
	sender->index = 0;
	if (++sender->range < sender->plan->range_count)
		return;
	sender->range = 0;
	sender->sequence++;
}

static void queue_packet(struct sender *sender)
{
	const struct stream_range *range = &sender->plan->ranges[sender->range];
	struct addr group = stream_range_at(range, sender->index);
	struct stream_header header = {sender->id, sender->sequence, 0};
	unsigned i;

	if (sender->queued == BATCH || sender->queued_family != range_family(range))
		flush(sender);
	sender->queued_family = range_family(range);
	i = sender->queued++;
	header.sent = loop_nanoseconds();
	stream_put_header(&header, sender->header[i]);
	sender->message[i].msg_hdr.msg_namelen =
		sockaddr_put(&sender->group[i], &group, sender->plan->port, sender->plan->ifindex);
	next_group(sender);
}

static int64_t due(const struct sender *sender)
{
	uint64_t number = sender->number - sender->start_number, rate = sender->plan->rate;

	if (!rate)
		return sender->start;
	return sender->start + (int64_t)(number / rate) * second +
	       (int64_t)(number % rate * (uint64_t)second / rate);
}

/* Queues what is due. Who is a second late, because the machine slept or is too slow, does not
 * catch up in a burst. */
static void queue_due(struct sender *sender, int64_t now)
{
	uint64_t count = sender->plan->count;

	if (sender->plan->rate && now - due(sender) > second) {
		sender->start = now;
		sender->start_number = sender->number;
	}
	for (unsigned i = 0; i < BATCH && due(sender) <= now; i++) {
		if (count && sender->number >= count)
			break;
		queue_packet(sender);
	}
	flush(sender);
}

/* Waits until DEADLINE; true if a signal of the set ends it. */
static bool wait_until(int64_t deadline, const sigset_t *signals)
{
	int64_t rest = deadline - loop_nanoseconds();
	struct timespec timeout = {0};

	if (rest > 0)
		timeout = (struct timespec){.tv_sec = rest / second, .tv_nsec = rest % second};
	return sigtimedwait(signals, NULL, &timeout) > 0;
}

static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	sigprocmask(SIG_BLOCK, signals, NULL);
}

static int send_all(struct sender *sender)
{
	const struct sender_plan *plan = sender->plan;
	int64_t end = INT64_MAX;
	sigset_t signals;

	block_signals(&signals);
	prctl(PR_SET_TIMERSLACK, 1L);
	sender->begun = sender->start = loop_nanoseconds();
	if (plan->duration)
		end = sender->begun + plan->duration;
	while (!plan->count || sender->number < plan->count) {
		int64_t deadline = due(sender);

		if (wait_until(deadline < end ? deadline : end, &signals))
			break;
		if (loop_nanoseconds() >= end)
			break;
		queue_due(sender, loop_nanoseconds());
		if (!sender->result->sent && sender->result->failed)
			return sender->result->error;
	}
	return 0;
}

int sender_run(const struct sender_plan *plan, struct sender_result *result)
{
	struct sender *sender = calloc(1, sizeof(*sender));
	int error;

	*result = (struct sender_result){0};
	if (!sender)
		return -ENOMEM;
	sender->plan = plan;
	sender->result = result;
	sender->fd[IPV4] = sender->fd[IPV6] = -1;
	error = open_sender(sender);
	if (!error)
		error = send_all(sender);
	close_sender(sender);
	free(sender);
	return error;
}
