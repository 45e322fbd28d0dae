/* SPDX-License-Identifier: MIT */
/* Scopes and prefixes of addresses (addr.h). */
#include "proto/base/addr.h"
#include "test.h"

static unsigned bit_of(const struct addr *a, unsigned n)
{
	return a->byte[n / 8] >> (7 - n % 8) & 1;
}

/* Bit by bit. */
static bool shares(const struct addr *a, const struct addr *b, unsigned length)
{
	for (unsigned n = 0; n < length; n++)
		if (bit_of(a, n) != bit_of(b, n))
			return false;
	return true;
}

/* Addresses that differ in one bit, or in none, and every length. */
static void prefixes(void)
{
	struct prefix prefix = {.address = {{0x20, 0x01, 0x0d, 0xb8, 0x5a, 0xa5, 0x0f, 0xf0, 0x33,
					     0xcc, 0x55, 0xaa, 0x12, 0x34, 0x56, 0x78}}};

	for (unsigned length = 0; length <= 128; length++) {
		prefix.length = (uint8_t)length;
		CHECK(addr_in_prefix(&prefix.address, &prefix), "/%u", length);
		for (unsigned n = 0; n < 128; n++) {
			struct addr other = prefix.address;

			other.byte[n / 8] ^= (uint8_t)(0x80 >> n % 8);
			CHECK(addr_in_prefix(&other, &prefix) ==
				      shares(&other, &prefix.address, length),
			      "/%u, bit %u", length, n);
		}
	}
}

static void ipv4(void)
{
	static const struct {
		uint32_t address;
		bool multicast, unicast, link_scope;
	} row[] = {
		{0x00000000, false, false, false}, /* 0.0.0.0 */
		{0x00000001, false, false, false}, /* 0.0.0.1 */
		{0x01000000, false, true, false},  /* 1.0.0.0 */
		{0x7f000001, false, false, false}, /* 127.0.0.1 */
		{0xdfffffff, false, true, false},  /* 223.255.255.255 */
		{0xe0000000, true, false, true},   /* 224.0.0.0 */
		{0xe00000ff, true, false, true},   /* 224.0.0.255 */
		{0xe0000100, true, false, false},  /* 224.0.1.0 */
		{0xe0010001, true, false, false},  /* 224.1.0.1 */
		{0xa9fdffff, false, true, false},  /* 169.253.255.255 */
		{0xa9fe0001, false, true, false},  /* 169.254.0.1 */
		{0xa9ff0001, false, true, false},  /* 169.255.0.1 */
		{0xe1000001, true, false, false},  /* 225.0.0.1 */
		{0xefffffff, true, false, false},  /* 239.255.255.255 */
		{0xf0000001, false, false, false}, /* 240.0.0.1 */
		{0xffffffff, false, false, false}, /* 255.255.255.255 */
	};

	for (size_t n = 0; n < sizeof(row) / sizeof(*row); n++) {
		struct addr a = addr_ipv4(row[n].address);

		CHECK(addr_is_ipv4(&a) && !addr_is_link_local(&a), "%08x", row[n].address);
		CHECK(addr_is_any(&a) == !row[n].address, "%08x", row[n].address);
		CHECK(addr_is_multicast(&a) == row[n].multicast, "%08x", row[n].address);
		CHECK(addr_is_unicast(&a) == row[n].unicast, "%08x", row[n].address);
		CHECK(addr_is_link_scope(&a) == row[n].link_scope, "%08x", row[n].address);
		CHECK(addr_is_routable(&a) == (row[n].unicast && row[n].address >> 16 != 0xa9fe),
		      "%08x", row[n].address);
	}
}

static void ipv6(void)
{
	static const struct {
		uint8_t first, second, last;
		bool multicast, unicast, link_local, link_scope;
	} row[] = {
		{0x00, 0x00, 0, false, false, false, false}, /* :: */
		{0x00, 0x00, 1, false, false, false, false}, /* ::1 */
		{0x00, 0x00, 2, false, true, false, false},  /* ::2 */
		{0x20, 0x01, 1, false, true, false, false},  /* 2001::1 */
		{0xfe, 0x7f, 1, false, true, false, false},  /* fe7f::1 */
		{0xfe, 0x80, 1, false, true, true, false},   /* fe80::1 */
		{0xfe, 0xbf, 1, false, true, true, false},   /* febf::1 */
		{0xfe, 0xc0, 1, false, true, false, false},  /* fec0::1 */
		{0xff, 0x00, 1, true, false, false, true},   /* ff00::1 */
		{0xff, 0x01, 1, true, false, false, true},   /* ff01::1 */
		{0xff, 0x32, 1, true, false, false, true},   /* ff32::1 */
		{0xff, 0x03, 1, true, false, false, false},  /* ff03::1 */
		{0xff, 0x1e, 1, true, false, false, false},  /* ff1e::1 */
	};

	for (size_t n = 0; n < sizeof(row) / sizeof(*row); n++) {
		struct addr a = {{row[n].first, row[n].second, [15] = row[n].last}};

		CHECK(!addr_is_ipv4(&a), "row %zu", n);
		CHECK(addr_is_any(&a) == !n, "row %zu", n);
		CHECK(addr_is_multicast(&a) == row[n].multicast, "row %zu", n);
		CHECK(addr_is_unicast(&a) == row[n].unicast, "row %zu", n);
		CHECK(addr_is_link_local(&a) == row[n].link_local, "row %zu", n);
		CHECK(addr_is_link_scope(&a) == row[n].link_scope, "row %zu", n);
		CHECK(addr_is_routable(&a) == (row[n].unicast && !row[n].link_local), "row %zu", n);
	}
}

int main(void)
{
	RUN_AS(prefixes, "a prefix has the addresses that share its bits");
	RUN_AS(ipv4, "scopes of IPv4");
	RUN_AS(ipv6, "scopes of IPv6");
	return test_end();
}
