/* SPDX-License-Identifier: MIT */
/* Users and groups of this machine; see account.h. */
#include "core/base/account.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/types.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/text.h"

/* The fields of a line: name, password, number, and in /etc/passwd the number of the group. */
struct line {
	unsigned field;
	const char *name; /* what is left to match; NULL: it does not */
	bool digit;	  /* the field has one */
	uint64_t number[2];
};

/* True: the first COUNT numbers are those of NAME. */
static bool take_byte(struct line *line, const char *name, unsigned count, char byte)
{
	if (byte == '\n') {
		*line = (struct line){.name = name};
	} else if (byte == ':') {
		if (line->name && (line->field ? line->field >= 2 && !line->digit : *line->name))
			line->name = NULL;
		line->digit = false;
		return ++line->field == 2 + count && line->name;
	} else if (!line->field && line->name) {
		line->name = *line->name == byte ? line->name + 1 : NULL;
	} else if (line->field >= 2 && line->field < 2 + count && line->name) {
		uint64_t *number = &line->number[line->field - 2];

		line->digit = true;
		*number = *number * 10 + (uint64_t)(byte - '0');
		if (byte < '0' || byte > '9' || *number >= UINT32_MAX)
			line->name = NULL;
	}
	return false;
}

static int find_account(const char *path, const char *name, unsigned count, uint64_t number[2])
{
	struct line line = {.name = name};
	char chunk[512];
	bool found = false;
	ssize_t got;
	int fd;

	if (text_to_number(name, 0, UINT32_MAX - 1, &number[0])) {
		number[1] = number[0];
		return 0;
	}
	fd = file_open(AT_FDCWD, path, O_RDONLY);
	if (fd < 0)
		return -EINVAL;
	while (!found && (got = read(fd, chunk, sizeof(chunk))) > 0) {
		for (ssize_t i = 0; i < got && !found; i++)
			found = take_byte(&line, name, count, chunk[i]);
	}
	close(fd);
	number[0] = line.number[0];
	number[1] = line.number[1];
	return found ? 0 : -EINVAL;
}

int account_group(const char *name, uint32_t *gid)
{
	uint64_t number[2];
	int error = find_account("/etc/group", name, 1, number);

	if (!error)
		*gid = (uint32_t)number[0];
	return error;
}

int account_user(const char *name, uint32_t *uid, uint32_t *gid)
{
	uint64_t number[2];
	int error = find_account("/etc/passwd", name, 2, number);

	if (!error) {
		*uid = (uint32_t)number[0];
		*gid = (uint32_t)number[1];
	}
	return error;
}
