/* SPDX-License-Identifier: MIT */
/* The names of interfaces that match any of a set of patterns; see names.h. */
#include "core/base/names.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"

static bool matches(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->pattern_count; i++)
		if (text_matches(names->pattern[i], name))
			return true;
	return false;
}

/* Where INDEX is; COUNT: nowhere. */
static size_t find_name(const struct names *names, unsigned index)
{
	size_t at = 0;

	while (at < names->count && names->index[at] != index)
		at++;
	return at;
}

/* Moves what is at FROM and behind it to TO. */
static void move(struct names *names, size_t to, size_t from)
{
	memmove(names->name + to, names->name + from,
		(names->count - from) * sizeof(names->name[0]));
	memmove(names->index + to, names->index + from,
		(names->count - from) * sizeof(names->index[0]));
	names->count = names->count + to - from;
	names->changed = true;
}

static bool grow(struct names *names)
{
	size_t room = names->room ? 2 * names->room : 16;
	void *name, *index;

	if (names->count < names->room)
		return true;
	name = realloc(names->name, room * sizeof(names->name[0]));
	if (!name)
		return false;
	names->name = name;
	index = realloc(names->index, room * sizeof(names->index[0]));
	if (!index)
		return false;
	names->index = index;
	names->room = room;
	return true;
}

static void insert(struct names *names, unsigned index, const char *name)
{
	size_t low = 0, high = names->count;

	if (high == NAMES_MAX) {
		names->left_out++;
		return;
	}
	if (!grow(names)) {
		names->stale = true;
		return;
	}
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(names->name[middle], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	move(names, low + 1, low);
	memset(names->name[low], 0, sizeof(names->name[low]));
	memcpy(names->name[low], name, strlen(name));
	names->index[low] = index;
}

void names_set(struct names *names, unsigned index, const char *name)
{
	size_t at = find_name(names, index);
	bool wanted = name && strlen(name) < IF_NAMESIZE && matches(names, name);

	if (at < names->count) {
		if (wanted && !strcmp(names->name[at], name))
			return;
		move(names, at, at + 1);
	}
	if (wanted)
		insert(names, index, name);
}

bool names_equal(const struct names *a, const struct names *b)
{
	return a->count == b->count &&
	       (!a->count || !memcmp(a->name, b->name, a->count * sizeof(a->name[0])));
}

void names_clear(struct names *names)
{
	free(names->name);
	free(names->index);
	*names = (struct names){.pattern = names->pattern, .pattern_count = names->pattern_count};
}
