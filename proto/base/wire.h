/* SPDX-License-Identifier: MIT */
/*
 * Packet bytes are touched here and nowhere else. A reader that would overrun does
 * nothing, and remembers it: the caller checks once, at the end. Nor does a writer; that there is
 * room is the caller's care. Numbers are in network order on the wire.
 */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H

#include <stddef.h>

#include "proto/base/addr.h"
#include "proto/base/values.h"

struct wire_reader {
	const uint8_t *at;
	size_t left;
	bool overrun;
};

struct wire_writer {
	uint8_t *start;
	size_t length, size;
};

/* An address on the wire. */
static inline size_t wire_addr_size(enum protocol protocol)
{
	return values_is_mld(protocol) ? 16 : 4;
}

/* The next COUNT bytes, or NULL beyond the end; the others get 0, or any address, there. */
const uint8_t *wire_take(struct wire_reader *, size_t count);
uint8_t wire_get8(struct wire_reader *);
uint16_t wire_get16(struct wire_reader *);
struct addr wire_get_addr(struct wire_reader *, enum protocol);

/* Room for COUNT bytes at the end, or NULL. */
uint8_t *wire_grow(struct wire_writer *, size_t count);
void wire_put8(struct wire_writer *, uint8_t);
void wire_put16(struct wire_writer *, uint16_t);
void wire_put_addr(struct wire_writer *, const struct addr *, enum protocol);
/* Overwrites the 16 bits at OFFSET, which have been written before. */
void wire_patch16(struct wire_writer *, size_t offset, uint16_t);

/* The Internet checksum (RFC 1071) over LENGTH bytes, and over the IPv6 pseudo header (RFC 8200
 * section 8.1) for MLD. 0 if DATA carries the right one. */
uint16_t wire_checksum(enum protocol, const struct addr *source, const struct addr *destination,
		       const uint8_t *data, size_t length);

#endif
