/* SPDX-License-Identifier: MIT */
/* The reverse-path filter of interfaces; see rpfilter.h. */
#include "rpfilter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format.h"

enum { OFF = '0' };

static const char all[] = "all";

/* Reads the number, and writes VALUE instead if REPLACE is 0 or what was read. Returns what was
 * read, or -errno. */
static int exchange(const struct rpfilter *filter, const char *name, char value, char replace)
{
	char path[IF_NAMESIZE + 16], was;
	int fd, result;

	format_text(path, sizeof(path), "%s/rp_filter", name);
	fd = openat(filter->directory, path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	result = pread(fd, &was, 1, 0) == 1 ? was : -EIO;
	if (result > 0 && was != value && (!replace || was == replace) &&
	    pwrite(fd, &value, 1, 0) != 1)
		result = -EIO;
	close(fd);
	return result;
}

/* A number that is on again was set by somebody since, or is another interface's of that name: it
 * is to be restored. */
static int switch_off(struct rpfilter *filter, struct rpfilter_entry *entry)
{
	int was = exchange(filter, entry->name, OFF, 0);

	if (was > OFF)
		entry->was = (char)was;
	return was < 0 && was != -ENOENT ? was : 0;
}

static struct rpfilter_entry *find(const struct rpfilter *filter, const char *name)
{
	for (size_t i = 0; i < filter->count; i++)
		if (!strcmp(filter->entry[i].name, name))
			return &filter->entry[i];
	return NULL;
}

/* 0 or -errno; ENOMEM: nothing has changed. */
static int hold(struct rpfilter *filter, const char *name)
{
	struct rpfilter_entry *entry = find(filter, name);

	if (!entry) {
		entry = realloc(filter->entry, (filter->count + 1) * sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		filter->entry = entry;
		entry += filter->count++;
		*entry = (struct rpfilter_entry){.was = OFF};
		format_text(entry->name, sizeof(entry->name), "%s", name);
	}
	entry->holders++;
	return switch_off(filter, entry);
}

static void release(struct rpfilter *filter, const char *name)
{
	struct rpfilter_entry *entry = find(filter, name);

	if (!entry || --entry->holders)
		return;
	if (entry->was != OFF)
		exchange(filter, entry->name, entry->was, OFF);
	*entry = filter->entry[--filter->count];
}

int rpfilter_hold(struct rpfilter *filter, const char *name)
{
	int error = hold(filter, all), its;

	if (error == -ENOMEM)
		return error;
	its = hold(filter, name);
	if (its == -ENOMEM)
		release(filter, all);
	return its ? its : error;
}

int rpfilter_refresh(struct rpfilter *filter, const char *name)
{
	struct rpfilter_entry *entry = find(filter, name);

	return entry ? switch_off(filter, entry) : 0;
}

void rpfilter_release(struct rpfilter *filter, const char *name)
{
	if (!find(filter, name))
		return;
	release(filter, name);
	release(filter, all);
}

int rpfilter_open(struct rpfilter *filter)
{
	*filter = (struct rpfilter){
		.directory = open("/proc/sys/net/ipv4/conf", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	return filter->directory < 0 ? -errno : 0;
}

void rpfilter_close(struct rpfilter *filter)
{
	while (filter->count) {
		filter->entry[0].holders = 1;
		release(filter, filter->entry[0].name);
	}
	free(filter->entry);
	filter->entry = NULL;
	if (filter->directory >= 0)
		close(filter->directory);
	filter->directory = -1;
}
