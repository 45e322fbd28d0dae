/* SPDX-License-Identifier: MIT */
/*
 * Messages as a check words them, to be sent or to be expected: [SOURCE], then the words of
 * tests/model/said.h.
 *
 * SOURCE, without which it is `host`: host, host2, low, self, high (on the link), any, an address.
 * GROUP: g1 ... (any source), s1 ... (SSM), l1 ... (of the link's scope), an address. a, b ... are
 * sources far away. s: with the S flag; clear: without; new: of the newest version. What an
 * expected query does not say may be anything; an expected record may have the type *, which any
 * list goes with.
 */
#ifndef TESTS_WIRE_TEXT_H
#define TESTS_WIRE_TEXT_H

#include "tests/model/packet.h"
#include "tests/model/said.h"

struct text {
	struct said said;
	struct envelope envelope;
};

/* LINK: the number in the addresses of the interface's link. Ends the program if TEXT is not one.
 */
void text_parse(struct text *, enum protocol, unsigned link, const char *text);
void text_free(struct text *);
/* An address by its name. */
struct addr text_address(enum protocol, unsigned link, const char *name);
/* Each record that is said is in MESSAGE, or it is the old report, leave or query that is said. */
bool text_matches(const struct text *, const struct message *);

#endif
