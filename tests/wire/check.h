/* SPDX-License-Identifier: MIT */
/*
 * Checks, each a line: "ok NAME: expected ..., came ...", "not ok ..." or "n/a NAME: why".
 *
 * What names a check is "SECTION|SECTION words": the RFC's section in which the rule is for IGMP
 * and for MLD, then what is checked. Without a bar the section is that of both, and the family is
 * added to the name.
 */
#ifndef TESTS_WIRE_CHECK_H
#define TESTS_WIRE_CHECK_H

#include "lab.h"

void check(struct lab *, const char *name, bool passed, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The message is seen on the port, since the mark and not later than MS from now. */
void check_comes(struct lab *, const char *name, enum port, int64_t ms, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* SOON, as a report upstream, or as a query on the first downstream. */
void check_reported(struct lab *, const char *name, const char *text);
void check_asked(struct lab *, const char *name, const char *text);
/* None is seen since the mark. */
void check_none(struct lab *, const char *name, enum port, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* It was seen so many times since the mark. */
void check_count(struct lab *, const char *name, enum port, unsigned count, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* VALUE (milliseconds of WHAT) is at least LEAST, and at most MOST. */
void check_time(struct lab *, const char *name, const char *what, int64_t value, int64_t least,
		int64_t most);
/* The group is reported upstream, or was since the mark; or is not. */
void check_joined(struct lab *, const char *name, bool joined, const char *group);
/* Each message that came since the start, also what no other check looked at, has the right form.
 */
void check_all_forms(struct lab *, const char *name);
/* The envelope of a message, each part a check: ttl, router-alert, tos, source, destination,
 * checksum, content. SEEN: NULL, then all have failed. */
void check_form(struct lab *, const char *sections, const char *what, const struct seen *,
		const char *source, const char *destination);

#endif
