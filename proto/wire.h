/* SPDX-License-Identifier: MIT */
/*
 * Packet bytes are touched here and nowhere else. A reader or writer that would overrun does
 * nothing, and remembers it: the caller checks once, at the end. Numbers are in network order on
 * the wire.
 */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H

#include <stddef.h>

#include "addr.h"
#include "values.h"

struct wire_reader {
	const uint8_t *at;
	size_t left;
	bool overrun;
};

struct wire_writer {
	uint8_t *start;
	size_t length, size;
	bool overrun;
};

/* The next COUNT bytes, or NULL beyond the end. */
static inline const uint8_t *wire_take(struct wire_reader *r, size_t count)
{
	const uint8_t *at = r->at;

	if (count > r->left) {
		r->overrun = true;
		r->left = 0;
		return NULL;
	}
	r->at += count;
	r->left -= count;
	return at;
}

static inline uint8_t wire_get8(struct wire_reader *r)
{
	const uint8_t *at = wire_take(r, 1);

	return at ? at[0] : 0;
}

static inline uint16_t wire_get16(struct wire_reader *r)
{
	const uint8_t *at = wire_take(r, 2);

	return at ? (uint16_t)(at[0] << 8 | at[1]) : (uint16_t)0;
}

static inline size_t wire_addr_size(enum protocol protocol)
{
	return protocol == PROTOCOL_IGMP ? 4 : 16;
}

static inline struct addr wire_get_addr(struct wire_reader *r, enum protocol protocol)
{
	struct addr addr = addr_ipv4(0);
	size_t size = wire_addr_size(protocol);
	const uint8_t *at = wire_take(r, size);

	if (at)
		memcpy(addr.byte + sizeof(addr.byte) - size, at, size);
	return addr;
}

/* Room for COUNT bytes at the end, or NULL. */
static inline uint8_t *wire_grow(struct wire_writer *w, size_t count)
{
	uint8_t *at = w->start + w->length;

	if (count > w->size - w->length) {
		w->overrun = true;
		return NULL;
	}
	w->length += count;
	return at;
}

static inline void wire_put8(struct wire_writer *w, uint8_t value)
{
	uint8_t *at = wire_grow(w, 1);

	if (at)
		at[0] = value;
}

static inline void wire_put16(struct wire_writer *w, uint16_t value)
{
	wire_put8(w, (uint8_t)(value >> 8));
	wire_put8(w, (uint8_t)value);
}

static inline void wire_put_addr(struct wire_writer *w, const struct addr *addr,
				 enum protocol protocol)
{
	size_t size = wire_addr_size(protocol);
	uint8_t *at = wire_grow(w, size);

	if (at)
		memcpy(at, addr->byte + sizeof(addr->byte) - size, size);
}

/* Overwrites the 16 bits at OFFSET, which have been written before. */
static inline void wire_patch16(struct wire_writer *w, size_t offset, uint16_t value)
{
	if (offset + 2 <= w->length) {
		w->start[offset] = (uint8_t)(value >> 8);
		w->start[offset + 1] = (uint8_t)value;
	}
}

/* The Internet checksum (RFC 1071) over LENGTH bytes, and over the IPv6 pseudo header (RFC 8200
 * section 8.1) for MLD. 0 if DATA carries the right one. */
uint16_t wire_checksum(enum protocol, const struct addr *source, const struct addr *destination,
		       const uint8_t *data, size_t length);

#endif
