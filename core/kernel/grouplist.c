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

int grouplist_open(enum protocol protocol)
{
	return file_open(AT_FDCWD, protocol == PROTOCOL_IGMP ? "/proc/net/igmp" : "/proc/net/igmp6",
			 O_RDONLY);
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
static bool is_group(const char *at, const struct addr *group)
{
	uint32_t number = hex(at, 8);
	unsigned n = 0;

	if (addr_is_ipv4(group))
		return !memcmp(&number, group->byte + 12, sizeof(number));
	while (n < sizeof(group->byte) && hex(at + 2 * n, 2) == group->byte[n])
		n++;
	return n == sizeof(group->byte);
}

/* INDEX is the interface's of the lines before. */
static bool is_line_of(const char *line, unsigned *index, unsigned ifindex,
		       const struct addr *group)
{
	unsigned digits = 0, number = 0;

	for (; line[digits] >= '0' && line[digits] <= '9'; digits++)
		number = 10 * number + (unsigned)(line[digits] - '0');
	if (digits)
		*index = number;
	if (*index != ifindex || !digits != addr_is_ipv4(group))
		return false;
	return is_group(line + (!digits ? 4 : IPV6_COLUMN + (digits > 4 ? digits - 4 : 0)), group);
}

bool grouplist_has(int fd, unsigned ifindex, const struct addr *group)
{
	char line[LINE] = "", piece[PIECE];
	unsigned index = 0, length = 0;
	ssize_t got;

	if (lseek(fd, 0, SEEK_SET))
		return false;
	while ((got = file_read(fd, piece, sizeof(piece))) > 0)
		for (ssize_t n = 0; n < got; n++) {
			line[length] = piece[n];
			length += length < LINE - 1;
			if (piece[n] != '\n')
				continue;
			length = 0;
			if (is_line_of(line, &index, ifindex, group))
				return true;
		}
	return false;
}
