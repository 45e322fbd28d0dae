/* SPDX-License-Identifier: MIT */
/* The reverse-path filter of interfaces; see rpfilter.h. */
#include "core/kernel/rpfilter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/format.h"
#include "core/base/log.h"

enum { OFF = '0' };

static const char all[] = "all";

/* Reads the number, and writes VALUE instead if REPLACE is 0 or what was read. Returns what was
 * read, or -errno. */
static int exchange(const struct rpfilter *filter, const char *name, char value, char replace)
{
	char path[IF_NAMESIZE + 16], was;
	int fd, result;

	format_text(path, sizeof(path), "%s/rp_filter", name);
	fd = file_open(filter->directory, path, O_RDWR);
	if (fd < 0)
		return fd;
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

static struct rpfilter_entry *find_entry(struct rpfilter *filter, const char *name)
{
	for (size_t i = 0; i < filter->count; i++)
		if (!strcmp(filter->entry[i].name, name))
			return &filter->entry[i];
	return NULL;
}

/* 0 or -errno; ENOSPC: nothing has changed. */
static int hold_interface(struct rpfilter *filter, const char *name)
{
	struct rpfilter_entry *entry = find_entry(filter, name);

	if (!entry) {
		if (filter->count == RPFILTER_MAX)
			return -ENOSPC;
		entry = &filter->entry[filter->count++];
		*entry = (struct rpfilter_entry){.was = OFF};
		format_text(entry->name, sizeof(entry->name), "%s", name);
	}
	entry->holders++;
	return switch_off(filter, entry);
}

static void restore(struct rpfilter *filter, struct rpfilter_entry *entry)
{
	int was = entry->was == OFF ? OFF : exchange(filter, entry->name, entry->was, OFF);

	if (was < 0 && was != -ENOENT)
		log_warning("%s: rp_filter stays switched off: %s", entry->name, error_text(was));
	*entry = filter->entry[--filter->count];
}

static void release_interface(struct rpfilter *filter, const char *name)
{
	struct rpfilter_entry *entry = find_entry(filter, name);

	if (entry && entry->holders && !--entry->holders)
		restore(filter, entry);
}

int rpfilter_hold(struct rpfilter *filter, const char *name)
{
	int error = hold_interface(filter, all), its;

	if (error == -ENOSPC)
		return error;
	its = hold_interface(filter, name);
	if (its == -ENOSPC)
		release_interface(filter, all);
	return its ? its : error;
}

int rpfilter_refresh(struct rpfilter *filter, const char *name)
{
	struct rpfilter_entry *entry = find_entry(filter, name);

	return entry ? switch_off(filter, entry) : 0;
}

void rpfilter_release(struct rpfilter *filter, const char *name)
{
	const struct rpfilter_entry *entry = find_entry(filter, name);

	if (!entry || !entry->holders)
		return;
	release_interface(filter, name);
	release_interface(filter, all);
}

void rpfilter_renew(struct rpfilter *filter)
{
	for (size_t i = 0; i < filter->count; i++)
		filter->entry[i].holders = 0;
}

void rpfilter_sweep(struct rpfilter *filter)
{
	for (size_t i = filter->count; i-- > 0;)
		if (!filter->entry[i].holders)
			restore(filter, &filter->entry[i]);
}

int rpfilter_open(struct rpfilter *filter)
{
	filter->directory = file_open(AT_FDCWD, "/proc/sys/net/ipv4/conf", O_RDONLY | O_DIRECTORY);
	return filter->directory < 0 ? filter->directory : 0;
}

void rpfilter_close(struct rpfilter *filter)
{
	rpfilter_renew(filter);
	rpfilter_sweep(filter);
	if (filter->directory >= 0)
		close(filter->directory);
	filter->directory = -1;
}
