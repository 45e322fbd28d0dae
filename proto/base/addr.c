/* SPDX-License-Identifier: MIT */
/* Scopes and ranges of addresses; see addr.h. */
#include "proto/base/addr.h"

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool addr_is_ipv4(const struct addr *a)
{
	return !memcmp(a->byte, mapped, sizeof(mapped));
}

bool addr_is_any(const struct addr *a)
{
	static const uint8_t zero[16];

	return !memcmp(a->byte + 12, zero, 4) && (addr_is_ipv4(a) || !memcmp(a->byte, zero, 12));
}

bool addr_is_multicast(const struct addr *a)
{
	return addr_is_ipv4(a) ? (a->byte[12] & 0xf0) == 0xe0 : a->byte[0] == 0xff;
}

bool addr_is_unicast(const struct addr *a)
{
	static const struct addr loopback = {{[15] = 1}};

	if (addr_is_any(a) || addr_is_multicast(a))
		return false;
	if (addr_is_ipv4(a))
		return a->byte[12] != 0 && a->byte[12] != 127 && a->byte[12] < 240;
	return !addr_equal(a, &loopback);
}

bool addr_is_link_local(const struct addr *a)
{
	return a->byte[0] == 0xfe && (a->byte[1] & 0xc0) == 0x80;
}

bool addr_is_routable(const struct addr *a)
{
	bool autoconfigured = addr_is_ipv4(a) && a->byte[12] == 169 && a->byte[13] == 254;

	return addr_is_unicast(a) && !autoconfigured && !addr_is_link_local(a);
}

bool addr_is_link_scope(const struct addr *a)
{
	if (addr_is_ipv4(a))
		return a->byte[12] == 224 && !a->byte[13] && !a->byte[14];
	return a->byte[0] == 0xff && (a->byte[1] & 0x0f) <= 2;
}

bool addr_in_prefix(const struct addr *a, const struct prefix *p)
{
	unsigned bytes = p->length / 8, bits = p->length % 8;

	if (memcmp(a->byte, p->address.byte, bytes))
		return false;
	return !bits || !((a->byte[bytes] ^ p->address.byte[bytes]) >> (8 - bits));
}

struct addr addr_previous(const struct addr *a)
{
	struct addr b = *a;
	unsigned n = sizeof(b.byte);

	while (n && !b.byte[--n]--)
		continue;
	return b;
}

struct addr addr_next(const struct addr *a)
{
	struct addr b = *a;
	unsigned n = sizeof(b.byte);

	while (n && !++b.byte[--n])
		continue;
	return b;
}

uint32_t addr_rank(const void *records, uint32_t count, size_t size, const struct addr *address)
{
	const uint8_t *first = records;
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (memcmp(first + middle * size, address->byte, sizeof(address->byte)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t addr_hash(const struct addr *a, uint32_t seed)
{
	uint64_t high, low;

	memcpy(&high, a->byte, sizeof(high));
	memcpy(&low, a->byte + 8, sizeof(low));
	low = (low ^ seed) * 0x9e3779b97f4a7c15u;
	low = (low ^ low >> 32 ^ high) * 0xd6e8feb86659fd93u;
	low = (low ^ low >> 29) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(low >> 32);
}
