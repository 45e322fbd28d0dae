/* SPDX-License-Identifier: MIT */
#include "wire.h"

enum { IPPROTO_ICMPV6_NUMBER = 58 };

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

	if (protocol == PROTOCOL_MLD) {
		total = length + IPPROTO_ICMPV6_NUMBER;
		total = sum(total, source->byte, sizeof(source->byte));
		total = sum(total, destination->byte, sizeof(destination->byte));
	}
	total = sum(total, data, length);
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}
