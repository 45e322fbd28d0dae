/* SPDX-License-Identifier: MIT */
/*
 * struct addr: one address type for both families, so that every table, filter and state machine
 * exists once. An IPv4 address a.b.c.d is kept as the IPv6 address ::ffff:a.b.c.d (RFC
 * 4291 2.5.5.2). Owns: scopes and ranges of multicast addresses (RFC 4291 2.7, RFC 5771, RFC 4607).
 * Leaves out: text, which is core/base/text.h.
 */
#ifndef PROTO_ADDR_H
#define PROTO_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct addr {
	uint8_t byte[16]; /* network order */
};

/* The first LENGTH bits of ADDRESS; an IPv4 prefix /N has length 96 + N. */
struct prefix {
	struct addr address;
	uint8_t length; /* 0 to 128 */
};

/* The IPv4 address VALUE (host order), mapped. */
static inline struct addr addr_ipv4(uint32_t value)
{
	return (struct addr){{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, (uint8_t)(value >> 24),
			      (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value}};
}

/* -1, 0, 1 as A is below, equal to or above B, numerically. */
static inline int addr_compare(const struct addr *a, const struct addr *b)
{
	int order = memcmp(a->byte, b->byte, sizeof(a->byte));

	return (order > 0) - (order < 0);
}

static inline bool addr_equal(const struct addr *a, const struct addr *b)
{
	return !memcmp(a->byte, b->byte, sizeof(a->byte));
}

/* The IPv4 address of A in host order; A must be addr_is_ipv4(). */
static inline uint32_t addr_to_ipv4(const struct addr *a)
{
	return (uint32_t)a->byte[12] << 24 | (uint32_t)a->byte[13] << 16 |
	       (uint32_t)a->byte[14] << 8 | a->byte[15];
}

bool addr_is_ipv4(const struct addr *);
/* 0.0.0.0, :: or the all-zero struct. */
bool addr_is_any(const struct addr *);
bool addr_is_multicast(const struct addr *);
/* May stand in a source list: neither unspecified, multicast, loopback nor broadcast. */
bool addr_is_unicast(const struct addr *);
/* fe80::/10; false for IPv4. */
bool addr_is_link_local(const struct addr *);
/* A unicast address whose packets may be forwarded: neither 169.254.0.0/16 (RFC 3927 section 7) nor
 * fe80::/10 (RFC 4291 section 2.5.6). */
bool addr_is_routable(const struct addr *);
/* A multicast address that never leaves its link: 224.0.0.0/24, ffx0::/16, ffx1::/16, ffx2::/16
 * (RFC 5771 section 4, RFC 4291 section 2.7). */
bool addr_is_link_scope(const struct addr *);
bool addr_in_prefix(const struct addr *, const struct prefix *);
/* The one before, and the one behind; before the first is the last, and the other way round. */
struct addr addr_previous(const struct addr *);
struct addr addr_next(const struct addr *);
/* COUNT records of SIZE bytes, each of which begins with its address, are sorted by it: how many
 * are below ADDRESS? */
uint32_t addr_rank(const void *records, uint32_t count, size_t size, const struct addr *address);
uint32_t addr_hash(const struct addr *, uint32_t seed);

#endif
