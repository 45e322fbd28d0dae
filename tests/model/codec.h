/* SPDX-License-Identifier: MIT */
/*
 * IGMP and MLD messages as the test suite reads and writes them, from the drawings in RFC 1112,
 * 2236, 3376 (9776), 2710 and 3810 (9777). On purpose it shares nothing with proto/ but struct
 * addr: what both sides got wrong in the same way no test would find.
 */
#ifndef TESTS_MODEL_CODEC_H
#define TESTS_MODEL_CODEC_H

#include <stdint.h>

#include "proto/base/values.h"
#include "tests/model/list.h"

enum { MESSAGE_MAX = 9216, MESSAGE_TEXT = 4096 };

enum record_type { IS_IN = 1, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK };

struct record {
	unsigned type;
	struct addr group;
	struct list source;
	unsigned aux; /* words of auxiliary data that follow, of rubbish */
	bool any;     /* an expected one: whatever its sources are */
};

/* The last three are of RFC 4286, in the order of its type numbers. */
enum kind {
	KIND_QUERY,
	KIND_REPORT,
	KIND_OLD_REPORT,
	KIND_LEAVE,
	KIND_ADVERTISEMENT,
	KIND_SOLICITATION,
	KIND_TERMINATION
};

struct message {
	enum kind kind;
	unsigned version; /* of the protocol: 1 to 3 (IGMP), 1 to 2 (MLD) */
	struct addr group;
	struct list source; /* of a query */
	bool suppress;	    /* S flag */
	unsigned robustness;
	unsigned response_code, interval_code;
	/* Of an advertisement, seconds: when the next one comes, and its query interval. */
	unsigned interval, query_interval;
	struct record *record;
	unsigned record_count, record_room;
};

/* How a message is spoilt before it is sent. */
struct damage {
	bool checksum;	    /* wrong */
	bool keep_checksum; /* of raw bytes: as given */
	unsigned tail;	    /* this many octets of rubbish behind it */
	bool cut_set;
	unsigned cut;	     /* its length */
	unsigned poke_count; /* octets that are changed */
	struct {
		unsigned offset;
		uint8_t value;
	} poke[8];
};

unsigned newest_version(enum protocol);
/* IGMP: 4 bits of mantissa (RFC 3376 4.1.1), MLD's Maximum Response Code: 12 (RFC 3810 5.1.3). */
unsigned float_code(uint64_t value, unsigned mantissa_bits);
uint64_t float_value(unsigned code, unsigned mantissa_bits);

/* The Max Resp Code of a query of VERSION, and the milliseconds that it says. */
unsigned codec_response_code(enum protocol, unsigned version, int64_t ms);
int64_t codec_response(enum protocol, const struct message *query);

struct record *codec_add(struct message *, unsigned type, const struct addr *group);
void codec_free(struct message *);

/* 224.0.0.LAST, ff02::LAST */
struct addr codec_well_known(enum protocol, unsigned last);
/* Where it has to be sent. */
struct addr codec_destination(enum protocol, const struct message *);
/* The octets of MESSAGE, spoilt by DAMAGE, in BUF; their number. */
size_t codec_encode(enum protocol, const struct message *, const struct addr *source,
		    const struct addr *destination, const struct damage *,
		    uint8_t buf[MESSAGE_MAX]);
/* Finishes raw octets the same way: damage, checksum. */
size_t codec_finish(enum protocol, const struct addr *source, const struct addr *destination,
		    const struct damage *, uint8_t buf[MESSAGE_MAX], size_t length);
/* Reads what the proxy sent, which has to be perfect: NULL, or what is wrong with it. */
const char *codec_decode(enum protocol, const struct addr *source, const struct addr *destination,
			 const uint8_t *data, size_t length, struct message *);
/* MESSAGE as a transcript would say it. */
const char *codec_text(enum protocol, const struct message *, char text[MESSAGE_TEXT]);
const char *record_type_text(unsigned type);

#endif
