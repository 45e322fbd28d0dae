/* SPDX-License-Identifier: MIT */
/*
 * Ethernet frames around the messages of tests/model/codec.h, as hosts, queriers and senders put
 * them on the wire, and what is seen of the proxy's: RFC 3376 section 4, RFC 3810 section 5, UDP.
 * Shares no code with what is tested but struct addr.
 */
#ifndef TESTS_MODEL_PACKET_H
#define TESTS_MODEL_PACKET_H

#include "tests/model/codec.h"

enum { FRAME_MAX = 1514 };

struct frame {
	size_t length;
	uint8_t byte[FRAME_MAX];
};

/* How an IP packet differs from what it should be. */
struct envelope {
	struct addr source, destination;
	unsigned ttl;
	bool no_router_alert;
};

/* What has arrived. */
struct sighting {
	enum protocol protocol;
	struct addr source, destination;
	uint8_t link_destination[6];
	unsigned ttl, tos;
	bool router_alert, udp;
	uint32_t number;	/* of a UDP packet of packet_data() */
	const char *wrong;	/* of a message: NULL, or what codec_decode() found */
	struct message message; /* of a message */
};

void packet_message(struct frame *, enum protocol, const struct envelope *, const uint8_t *message,
		    size_t length);
void packet_data(struct frame *, enum protocol, const struct envelope *, uint32_t number);
/* False: neither a message of this protocol nor of packet_data(). */
bool packet_read(struct sighting *, enum protocol, const uint8_t *byte, size_t length);
/* The Ethernet address of a multicast group (RFC 1112 section 6.4, RFC 2464 section 7). */
void packet_link_address(const struct addr *, uint8_t link[6]);

#endif
