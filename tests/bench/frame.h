/* SPDX-License-Identifier: MIT */
/*
 * Ethernet frames as hosts, queriers and senders put them on the wire, and what the bench sees of
 * others: IGMPv1 to v3 (RFC 3376 section 4), MLDv1 and v2 (RFC 3810 section 5), UDP data. It shares
 * no code with proto/, which is what it measures. Addresses are numbered: group 7, source 9.
 */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum family { IPV4, IPV6 };

enum record_type { IS_IN = 1, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK };

enum {
	FRAME_MAX = 1514,
	MESSAGE_MAX = 1400,
	RECORDS_MAX = 50, /* in a report of frame_report() */
	GROUPS_MAX = 1 << 20,
	SOURCES_MAX = 50000,
};

struct frame {
	size_t length;
	uint8_t bytes[FRAME_MAX];
};

struct address {
	uint8_t byte[16]; /* IPv4: the first four */
};

/* An IGMP or MLD message: the IGMP payload of the IPv4 packet, the ICMPv6 one of the IPv6 packet.
 */
struct message {
	size_t length;
	uint8_t bytes[MESSAGE_MAX];
};

/* 239.16.0.0 + number, ff1e::9:0:0 + number. */
struct address frame_group(enum family, uint32_t number);
/* A sender on the upstream's subnet: 10.0.16.0 + number, 2001:db8::1:0 + number. */
struct address frame_source(enum family, uint32_t number);
/* The host behind dn1: 10.1.0.2, fe80::2. */
struct address frame_host(enum family);
/* 224.0.0.22, ff02::16 */
struct address frame_all_routers(enum family);
/* 224.0.0.1, ff02::1 */
struct address frame_all_systems(enum family);

/* Writes the checksum that the message has between these addresses. */
void frame_seal(struct message *, enum family, const struct address *source,
		const struct address *destination);
/* It has the right one. */
bool frame_sealed(const struct message *, enum family, const struct address *source,
		  const struct address *destination);
/* Wraps a message as RFC 3376 section 4 and RFC 3810 section 5 want it: TTL 1, router alert. */
void frame_message(struct frame *, const struct message *, enum family,
		   const struct address *source, const struct address *destination);
/* A host's IGMPv3 or MLDv2 report: COUNT <= RECORDS_MAX records of TYPE without sources. */
void frame_report(struct frame *, enum family, enum record_type, uint32_t first_group,
		  uint32_t count);
/* A general query of the upstream's querier that wants its answers within a tenth of a second. */
void frame_query(struct frame *, enum family);
/* A packet of a stream; ID comes back in struct sighting. */
void frame_data(struct frame *, enum family, uint32_t source, uint32_t group, uint32_t id);

enum sight { SIGHT_OTHER, SIGHT_DATA, SIGHT_REPORT, SIGHT_GENERAL_QUERY };

/* A received frame, as far as the bench understands it; refers to the bytes that it was read from.
 */
struct sighting {
	enum sight kind;
	enum family family;
	int64_t time;		/* of arrival, by clock_now() */
	uint32_t id;		/* SIGHT_DATA */
	const uint8_t *records; /* SIGHT_REPORT: what frame_membership() has not consumed yet */
	size_t records_length;
	unsigned records_left;
	bool records_old; /* one IGMPv1, v2 or MLDv1 message */
};

struct membership {
	uint32_t group;
	bool member; /* the record wants at least one source of the group */
};

/* Takes a frame apart. Messages with a wrong checksum are SIGHT_OTHER. */
void frame_read(struct sighting *, const uint8_t *bytes, size_t length);
/* The next record of a SIGHT_REPORT that concerns a group of frame_group(); false: no more. */
bool frame_membership(struct sighting *, struct membership *);

#endif
