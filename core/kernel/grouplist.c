/* SPDX-License-Identifier: MIT */
/* See grouplist.h. IPv4 has a line for an interface, which begins with its index, and below it one
 * for each group, behind four tabs; IPv6 has index, name and group in a line. */
#include "core/kernel/grouplist.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"

/* Where the group is in a line of IPv6, if the index has no more than four digits. */
enum { IPV6_COLUMN = 21, LINE = 96, PIECE = 1024 };
/* Milliseconds for which who is not in the list is believed not to be: a flood of leaves reads it
 * seldom, and the kernel reports what its sockets join meanwhile itself. */
enum { FRESH = 100 };

void grouplist_open(struct grouplist *list, enum protocol protocol)
{
	list->fd = file_open(AT_FDCWD,
			     protocol == PROTOCOL_IGMP ? "/proc/net/igmp" : "/proc/net/igmp6",
			     O_RDONLY);
	list->read_at = -FRESH;
}

static uint32_t hex(const char *at, unsigned digits)
{
	uint32_t number = 0;

	while (digits--) {
		number = number << 4 | (uint32_t)(*at <= '9' ? *at - '0' : (*at | 0x20) - 'a' + 10);
		at++;
	}
	return number;
}

/* IPv4 is a number of this machine, IPv6 is octet by octet. */
static struct addr read_group(const char *at, bool ipv4)
{
	struct addr group;
	uint32_t number;

	if (ipv4) {
		number = hex(at, 8);
		group = addr_ipv4(0);
		memcpy(group.byte + 12, &number, sizeof(number));
		return group;
	}
	for (unsigned n = 0; n < sizeof(group.byte); n++)
		group.byte[n] = (uint8_t)hex(at + 2 * n, 2);
	return group;
}

/* INDEX is the interface's of the lines before. False: no group is in this one. */
static bool read_line(const char *line, bool ipv4, unsigned *index, struct addr *group)
{
	unsigned digits = 0, number = 0;

	for (; line[digits] >= '0' && line[digits] <= '9'; digits++)
		number = 10 * number + (unsigned)(line[digits] - '0');
	if (digits)
		*index = number;
	if (!digits != ipv4)
		return false;
	*group = read_group(line + (ipv4 ? 4 : IPV6_COLUMN + (digits > 4 ? digits - 4 : 0)), ipv4);
	return true;
}

static uint32_t *word_of(struct grouplist *list, unsigned ifindex, const struct addr *group,
			 uint32_t *bit)
{
	uint32_t hash = addr_hash(group, ifindex) % GROUPLIST_BITS;

	*bit = 1u << hash % 32;
	return &list->seen[hash / 32];
}

/* Notes all that are there; whether GROUP is among those of the interface. */
static bool look(struct grouplist *list, unsigned ifindex, const struct addr *group)
{
	char line[LINE] = "", piece[PIECE];
	unsigned index = 0, length = 0;
	struct addr member;
	bool found = false;
	uint32_t bit;
	ssize_t got;

	memset(list->seen, 0, sizeof(list->seen));
	if (lseek(list->fd, 0, SEEK_SET))
		return false;
	while ((got = file_read(list->fd, piece, sizeof(piece))) > 0)
		for (ssize_t n = 0; n < got; n++) {
			line[length] = piece[n];
			length += length < LINE - 1;
			if (piece[n] != '\n')
				continue;
			length = 0;
			if (!read_line(line, addr_is_ipv4(group), &index, &member))
				continue;
			*word_of(list, index, &member, &bit) |= bit;
			found |= index == ifindex && addr_equal(&member, group);
		}
	return found;
}

bool grouplist_has(struct grouplist *list, int64_t now, unsigned ifindex, const struct addr *group)
{
	uint32_t bit;

	if (now < list->read_at + FRESH && !(*word_of(list, ifindex, group, &bit) & bit))
		return false;
	list->read_at = now;
	return look(list, ifindex, group);
}
