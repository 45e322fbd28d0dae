/* SPDX-License-Identifier: MIT */
/* See list.h. */
#include "tests/model/list.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

void *grow(void *array, unsigned count, unsigned *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 8;
	array = realloc(array, *room * size);
	if (!array)
		abort();
	return array;
}

void list_add(struct list *list, const struct addr *addr)
{
	*GROW(list->item, list->count, list->room) = *addr;
}

void list_add_new(struct list *list, const struct addr *addr)
{
	if (!list_has(list, addr))
		list_add(list, addr);
}

bool list_has(const struct list *list, const struct addr *addr)
{
	for (unsigned i = 0; i < list->count; i++)
		if (addr_equal(&list->item[i], addr))
			return true;
	return false;
}

void list_remove(struct list *list, const struct addr *addr)
{
	for (unsigned i = 0; i < list->count; i++)
		if (addr_equal(&list->item[i], addr))
			list->item[i--] = list->item[--list->count];
}

bool list_equal(const struct list *a, const struct list *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (!list_has(b, &a->item[i]))
			return false;
	return true;
}

void list_clear(struct list *list)
{
	list->count = 0;
}

void list_copy(struct list *to, const struct list *from)
{
	list_clear(to);
	for (unsigned i = 0; i < from->count; i++)
		list_add(to, &from->item[i]);
}

struct addr addr_behind(struct addr addr)
{
	for (unsigned i = 16; i-- && !++addr.byte[i];)
		;
	return addr;
}

bool addr_within(const struct addr *addr, const struct addr range[2])
{
	return addr_compare(addr, &range[0]) >= 0 && addr_compare(addr, &range[1]) <= 0;
}

bool addr_same(const struct addr *a, const struct addr *b)
{
	return addr_equal(a, b) || (addr_is_any(a) && addr_is_any(b));
}

bool addr_may_leave_link(const struct addr *addr)
{
	if (!addr_is_unicast(addr))
		return false;
	if (addr_is_ipv4(addr))
		return addr_to_ipv4(addr) >> 16 != 0xa9fe;
	return addr->byte[0] != 0xfe || addr->byte[1] >> 6 != 2;
}

bool addr_is_discovery(const struct addr *addr)
{
	struct addr unscoped = *addr;

	if (addr_is_ipv4(addr))
		return addr_to_ipv4(addr) == 0xeffffffa;
	unscoped.byte[1] &= 0xf0;
	return addr_equal(&unscoped, &(struct addr){{0xff, [15] = 0xc}});
}

const char *addr_text(const struct addr *addr)
{
	static char text[8][INET6_ADDRSTRLEN];
	static unsigned turn;
	char *buf = text[turn++ % 8];

	if (addr_is_any(addr))
		return "any";
	if (addr_is_ipv4(addr))
		return inet_ntop(AF_INET, addr->byte + 12, buf, INET6_ADDRSTRLEN);
	return inet_ntop(AF_INET6, addr->byte, buf, INET6_ADDRSTRLEN);
}

const char *list_text(const struct list *list, char *text, size_t size)
{
	size_t length = (size_t)snprintf(text, size, "{");

	for (unsigned i = 0; i < list->count && length + 64 < size; i++)
		length += (size_t)snprintf(text + length, size - length, "%s%s", i ? " " : "",
					   addr_text(&list->item[i]));
	snprintf(text + length, size - length, "}");
	return text;
}
