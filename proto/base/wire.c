/* SPDX-License-Identifier: MIT */
/* Bytes in and out, and their checksum; see wire.h. */
#include "proto/base/wire.h"

enum { IPPROTO_ICMPV6_NUMBER = 58 };

const uint8_t *wire_take(struct wire_reader *r, size_t count)
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

uint8_t wire_get8(struct wire_reader *r)
{
	const uint8_t *at = wire_take(r, 1);

	return at ? at[0] : 0;
}

uint16_t wire_get16(struct wire_reader *r)
{
	const uint8_t *at = wire_take(r, 2);
	unsigned value = at ? (unsigned)at[0] << 8 | at[1] : 0;

	return (uint16_t)value;
}

struct addr wire_get_addr(struct wire_reader *r, enum protocol protocol)
{
	struct addr addr = addr_ipv4(0);
	size_t size = wire_addr_size(protocol);
	const uint8_t *at = wire_take(r, size);

	if (at)
		memcpy(addr.byte + sizeof(addr.byte) - size, at, size);
	return addr;
}

uint8_t *wire_grow(struct wire_writer *w, size_t count)
{
	uint8_t *at = w->start + w->length;

	if (count > w->size - w->length)
		return NULL;
	w->length += count;
	return at;
}

void wire_put8(struct wire_writer *w, uint8_t value)
{
	uint8_t *at = wire_grow(w, 1);

	if (at)
		at[0] = value;
}

void wire_put16(struct wire_writer *w, uint16_t value)
{
	wire_put8(w, (uint8_t)(value >> 8));
	wire_put8(w, (uint8_t)value);
}

void wire_put_addr(struct wire_writer *w, const struct addr *addr, enum protocol protocol)
{
	size_t size = wire_addr_size(protocol);
	uint8_t *at = wire_grow(w, size);

	if (at)
		memcpy(at, addr->byte + sizeof(addr->byte) - size, size);
}

void wire_patch16(struct wire_writer *w, size_t offset, uint16_t value)
{
	if (offset + 2 <= w->length) {
		w->start[offset] = (uint8_t)(value >> 8);
		w->start[offset + 1] = (uint8_t)value;
	}
}

static uint64_t sum(uint64_t total, const uint8_t *data, size_t length)
{
	size_t i;

	for (i = 0; i + 1 < length; i += 2)
		total += (uint64_t)(data[i] << 8 | data[i + 1]);
	if (length & 1)
		total += (uint64_t)(data[length - 1] << 8);
	return total;
}

uint16_t wire_checksum(enum protocol protocol, const struct addr *source,
		       const struct addr *destination, const uint8_t *data, size_t length)
{
	uint64_t total = 0;

	if (values_is_mld(protocol)) {
		total = length + IPPROTO_ICMPV6_NUMBER;
		total = sum(total, source->byte, sizeof(source->byte));
		total = sum(total, destination->byte, sizeof(destination->byte));
	}
	total = sum(total, data, length);
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}
