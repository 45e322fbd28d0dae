/* SPDX-License-Identifier: MIT */
/* Seeded mutation of IGMP (RFC 3376 section 4) and MLD (RFC 3810 section 5) messages. */
#include "mutate.h"
#include "random.h"

#include <string.h>

struct seed {
	uint8_t length;
	uint8_t bytes[80];
};

static const struct seed igmp_seeds[] = {
	{8, {0x11, 100, 0, 0}},		      /* v2 general query */
	{8, {0x11, 0, 0, 0}},		      /* v1 query */
	{8, {0x11, 10, 0, 0, 239, 16, 0, 1}}, /* v2 group query */
	{12, {0x11, 100, 0, 0, 0, 0, 0, 0, 2, 125, 0, 0}},
	{20, {0x11, 10, 0,  0, 239, 16, 0,  1, 2, 125, 0, 2, /* group-and-source query */
	      10,   0,	16, 1, 10,  0,	16, 2}},
	{8, {0x12, 0, 0, 0, 239, 16, 0, 2}}, /* v1 report */
	{8, {0x16, 0, 0, 0, 239, 16, 0, 3}}, /* v2 report */
	{8, {0x17, 0, 0, 0, 239, 16, 0, 3}}, /* leave */
	{16, {0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 239, 16, 0, 4}},
	{44, {0x22, 0, 0, 0, 0,	  0,  0, 2, /* ALLOW two sources, BLOCK one, with auxiliary data */
	      5,    0, 0, 2, 239, 16, 0, 5, 10, 0, 16, 1, 10, 0, 16, 2,
	      6,    1, 0, 1, 239, 16, 0, 6, 10, 0, 16, 3, 1,  2, 3,  4}},
};

static const struct seed mld_seeds[] = {
	{24, {130, 0, 0, 0, 0, 100}}, /* v1 general query */
	{24, {130, 0, 0, 0, 0, 100, 0, 0, 0xff, 0x1e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1}},
	{28,
	 {130, 0, 0, 0, 0x27, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 125}},
	{44, {130,  0,	  0,	0, 3,	 0xe8, 0, 0, /* group-and-source query */
	      0xff, 0x1e, 0,	0, 0,	 0,    0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 2, 125,
	      0,    1,	  0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1}},
	{24, {131, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x1e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 2}},
	{24, {132, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x1e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 2}},
	{28, {143,  0,	  0, 0, 0, 0, 0, 1, 4, 0, 0, 0, /* TO_EX{} */
	      0xff, 0x1e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 3}},
	{68, {143,  0,	  0, 0, 0, 0, 0, 2, 5, 0, 0, 1, /* ALLOW one source, TO_EX{} */
	      0xff, 0x1e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 4, 0x20, 1,	0x0d,
	      0xb8, 0,	  0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 4, 1, 0, 0,	  0xff, 0x1e,
	      0,    0,	  0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 5, 1, 2, 3,	  4}},
};

struct octets {
	size_t length;
	uint8_t byte[MESSAGE_MAX];
};

static void seal(struct octets *message, enum protocol protocol, const struct addr *source,
		 const struct addr *destination)
{
	message->length = codec_finish(protocol, source, destination, &(struct damage){0},
				       message->byte, message->length);
}

static bool is_sealed(const struct octets *message, enum protocol protocol,
		      const struct addr *source, const struct addr *destination)
{
	struct octets sealed = *message;

	seal(&sealed, protocol, source, destination);
	return message->length >= 4 && !memcmp(sealed.byte, message->byte, message->length);
}

static void change_once(struct octets *message, uint64_t *random)
{
	uint8_t *at = message->byte + random_below(random, (uint32_t)message->length);
	static const uint8_t extremes[] = {0, 1, 0x7f, 0x80, 0xff};
	uint32_t more;

	switch (random_below(random, 6)) {
	case 0:
		*at ^= (uint8_t)(1u << random_below(random, 8));
		break;
	case 1:
		*at = (uint8_t)random_below(random, 256);
		break;
	case 2:
		*at = extremes[random_below(random, sizeof(extremes))];
		break;
	case 3:
		message->length = 1 + random_below(random, (uint32_t)message->length);
		break;
	case 4:
		more = random_below(random, 300);
		memset(message->byte + message->length, (int)random_below(random, 256), more);
		message->length += more;
		break;
	default: /* another type of message, another type of record */
		message->byte[random_below(random, 2) && message->length > 8 ? 8 : 0] =
			(uint8_t)random_below(random, 256);
	}
}

/* Nodes, routers, MLDv2 routers, snoopers of the link. */
static bool is_joined(const struct addr *group)
{
	static const uint8_t last[] = {0x01, 0x02, 0x16, 0x6a};

	for (size_t i = 0; i < sizeof(last); i++)
		if (addr_equal(group, &(struct addr){{0xff, 0x02, [15] = last[i]}}))
			return true;
	return false;
}

/* What Linux hands to a daemon: any IGMP; of ICMPv6 what has the right checksum and one of the
 * types that the daemon's socket asks for. To a group that the router itself has not joined only
 * MLD counts, and it needs a header. */
static bool is_handed_on(const struct octets *message, enum protocol protocol,
			 const struct addr *source, const struct addr *destination)
{
	const uint8_t type = message->byte[0];
	const bool link_local = destination->byte[1] == 0x02;
	const bool mld = (type >= 130 && type <= 132) || type == 143;
	const bool discovery = type >= 151 && type <= 153;

	if (protocol == PROTOCOL_IGMP)
		return true;
	return (mld || (discovery && is_joined(destination))) &&
	       message->length >= (link_local ? 4 : 8) &&
	       is_sealed(message, protocol, source, destination);
}

bool mutate_next(struct frame *frame, enum protocol protocol, uint64_t *random)
{
	const uint32_t seeds = protocol == PROTOCOL_IGMP ? sizeof(igmp_seeds) / sizeof(*igmp_seeds)
							 : sizeof(mld_seeds) / sizeof(*mld_seeds);
	const struct seed *seed =
		(protocol == PROTOCOL_IGMP ? igmp_seeds : mld_seeds) + random_below(random, seeds);
	const struct addr source = frame_host(protocol);
	const struct addr destinations[] = {codec_well_known(protocol, 22),
					    codec_well_known(protocol, 1),
					    frame_group(protocol, random_below(random, 8))};
	const struct addr destination = destinations[random_below(random, 3)];
	struct octets message = {.length = seed->length};
	uint32_t changes = 1 + random_below(random, 4);

	memcpy(message.byte, seed->bytes, seed->length);
	if (random_below(random, 2)) {
		while (changes--)
			change_once(&message, random);
		seal(&message, protocol, &source, &destination);
	} else {
		seal(&message, protocol, &source, &destination);
		while (changes--)
			change_once(&message, random);
	}
	packet_message(frame, protocol, &(struct envelope){source, destination, 1, false},
		       message.byte, message.length);
	return is_handed_on(&message, protocol, &source, &destination);
}
