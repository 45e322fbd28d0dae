/* SPDX-License-Identifier: MIT */
/*
 * Source lists, sorted by address, at 32 bytes a source. A change is made by marking: the sources
 * of a record are looked up and, where they are new, inserted; then one pass decides about each by
 * its marks. So no set is allocated, and a failed allocation has changed nothing.
 */
#ifndef PROTO_SOURCE_H
#define PROTO_SOURCE_H

#include <stddef.h>

#include "proto/base/addr.h"

struct source {
	struct addr address;
	int64_t expires;    /* source timer; 0: not running */
	uint8_t retransmit; /* transmissions still to come */
	bool marked;	    /* named by the record at hand */
	bool fresh;	    /* inserted for the record at hand */
	bool dead;	    /* source_list_sweep() removes it */
	bool listed;	    /* host side: in the list now, not only still to be reported */
	bool asked;	    /* host side: a pending answer names it */
};

struct source_list {
	struct source *source;
	uint32_t count, capacity;
};

/* Sorts, removes duplicates, returns how many are left. */
size_t source_sort(struct addr *, size_t count);
struct source *source_list_find(const struct source_list *, const struct addr *);
/* Marks the sources named in the sorted NAMES and unmarks all others; with INSERT, adds those that
 * are missing as fresh, but none beyond LIMIT in total. Returns how many were not
 * added for the limit, or -1: no memory, nothing added. */
int64_t source_list_mark(struct source_list *, const struct addr *names, size_t count, bool insert,
			 uint32_t limit);
/* Removes the dead and forgets who is fresh. */
void source_list_sweep(struct source_list *);
void source_list_free(struct source_list *);

#endif
