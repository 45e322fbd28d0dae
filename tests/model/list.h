/* SPDX-License-Identifier: MIT */
/* Sets of addresses as lists without order, malloc'ed, and arrays that grow. */
#ifndef TESTS_MODEL_LIST_H
#define TESTS_MODEL_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "proto/base/addr.h"

/* ITEM is to be freed by who has it. */
struct list {
	unsigned count, room;
	struct addr *item;
};

/* ARRAY with room for one more than COUNT; without memory the program ends. */
void *grow(void *array, unsigned count, unsigned *room, size_t size);
/* ARRAY has its COUNT and ROOM beside it: the next one of it, which is all zeros. */
#define GROW(array, count, room)                                      \
	((array) = grow((array), (count), &(room), sizeof(*(array))), \
	 memset(&(array)[(count)], 0, sizeof(*(array))), &(array)[(count)++])

void list_add(struct list *, const struct addr *);
/* ... unless it is there. */
void list_add_new(struct list *, const struct addr *);
bool list_has(const struct list *, const struct addr *);
void list_remove(struct list *, const struct addr *);
/* The same set; neither has an address twice. */
bool list_equal(const struct list *, const struct list *);
void list_copy(struct list *to, const struct list *from);
void list_clear(struct list *);

/* The next address. */
struct addr addr_behind(struct addr);
bool addr_within(const struct addr *, const struct addr range[2]);
/* 0.0.0.0 and :: are the same here. */
bool addr_same(const struct addr *, const struct addr *);
/* A unicast address of neither 169.254.0.0/16 nor fe80::/10. */
bool addr_may_leave_link(const struct addr *);
/* 239.255.255.250 and ff0x::c. */
bool addr_is_discovery(const struct addr *);
/* "any" for all zeros. Up to eight results can be used at a time. */
const char *addr_text(const struct addr *);
const char *list_text(const struct list *, char *text, size_t size);

#endif
