/* SPDX-License-Identifier: MIT */
/* Sorted source lists; see source.h. */
#include "proto/base/source.h"

#include <stdlib.h>

static void sift(struct addr *a, size_t i, size_t count)
{
	struct addr moved = a[i];
	size_t child;

	while ((child = 2 * i + 1) < count) {
		if (child + 1 < count && addr_compare(&a[child], &a[child + 1]) < 0)
			child++;
		if (addr_compare(&moved, &a[child]) >= 0)
			break;
		a[i] = a[child];
		i = child;
	}
	a[i] = moved;
}

/* Heap sort: no worst case for a forger to aim at, and no memory. */
size_t source_sort(struct addr *a, size_t count)
{
	size_t i, left, unique = 0;

	for (i = count / 2; i-- > 0;)
		sift(a, i, count);
	for (left = count; left > 1; left--) {
		struct addr last = a[left - 1];

		a[left - 1] = a[0];
		a[0] = last;
		sift(a, 0, left - 1);
	}
	for (i = 0; i < count; i++)
		if (!unique || !addr_equal(&a[i], &a[unique - 1]))
			a[unique++] = a[i];
	return unique;
}

struct source *source_list_find(const struct source_list *list, const struct addr *address)
{
	uint32_t at = addr_rank(list->source, list->count, sizeof(*list->source), address);

	if (at == list->count || !addr_equal(&list->source[at].address, address))
		return NULL;
	return &list->source[at];
}

/* Marks what is there; returns how many of NAMES are missing. */
static size_t mark_known(struct source_list *list, const struct addr *names, size_t count)
{
	size_t name = 0, missing = count;
	uint32_t i;

	for (i = 0; i < list->count; i++) {
		struct source *s = &list->source[i];

		while (name < count && addr_compare(&names[name], &s->address) < 0)
			name++;
		s->fresh = false;
		s->marked = name < count && addr_equal(&names[name], &s->address);
		missing -= s->marked;
	}
	return missing;
}

static bool reserve_sources(struct source_list *list, uint32_t count)
{
	struct source *source;

	if (count <= list->capacity)
		return true;
	source = realloc(list->source, count * sizeof(*source));
	if (!source)
		return false;
	list->source = source;
	list->capacity = count;
	return true;
}

/* Merges the first names that are missing, ADD of them, from the back. */
static void insert_names(struct source_list *list, const struct addr *names, size_t count,
			 uint32_t add)
{
	size_t missing = 0, name;
	uint32_t old, to;

	for (name = 0; name < count && missing < add; name++)
		missing += !source_list_find(list, &names[name]);
	old = list->count;
	to = list->count += add;
	while (to > old) {
		const struct addr *next = &names[name - 1];
		int order = old ? addr_compare(&list->source[old - 1].address, next) : -1;

		if (order > 0) {
			list->source[--to] = list->source[--old];
			continue;
		}
		name--;
		if (order < 0)
			list->source[--to] =
				(struct source){.address = *next, .marked = true, .fresh = true};
	}
}

int64_t source_list_mark(struct source_list *list, const struct addr *names, size_t count,
			 bool insert_missing, uint32_t limit)
{
	size_t missing = mark_known(list, names, count), add = missing;

	if (!insert_missing || !missing)
		return 0;
	if (list->count + missing > limit)
		add = list->count < limit ? limit - list->count : 0;
	if (add > UINT32_MAX / sizeof(struct source) - list->count)
		return -1;
	if (!reserve_sources(list, (uint32_t)(list->count + add)))
		return -1;
	if (add)
		insert_names(list, names, count, (uint32_t)add);
	return (int64_t)(missing - add);
}

void source_list_sweep(struct source_list *list)
{
	uint32_t i, kept = 0;

	for (i = 0; i < list->count; i++) {
		list->source[i].fresh = false;
		if (list->source[i].dead)
			continue;
		if (kept != i)
			list->source[kept] = list->source[i];
		kept++;
	}
	list->count = kept;
	if (!kept)
		source_list_free(list);
}

void source_list_free(struct source_list *list)
{
	free(list->source);
	*list = (struct source_list){0};
}
