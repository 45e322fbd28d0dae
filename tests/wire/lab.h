/* SPDX-License-Identifier: MIT */
/*
 * One proxy in a network of its own: a router with three Ethernet interfaces, each of which is
 * the near end of a wire whose far end is in the test's hands.
 *
 *	up0 10.0.0.2/16, fe80::2, 2001:db8::2/48    dn1 10.1.0.2/16, fe80::2, 2001:db8:1::2/48
 *	                                            dn2 10.2.0.2/16, fe80::2, 2001:db8:2::2/48
 *
 * Times are milliseconds of CLOCK_MONOTONIC, of arrival as the kernel stamped it.
 */
#ifndef TESTS_WIRE_LAB_H
#define TESTS_WIRE_LAB_H

#include <sys/types.h>

#include "text.h"

enum port { UP, DN1, DN2, PORTS };

/* What a check waits for if it comes, in milliseconds: long, because the machine may be busy. */
enum { SOON = 4000 };
/* ... and for what is only due after the last member query time. */
enum { LATER = 12000 };

struct seen {
	int64_t time;
	enum port port;
	struct sighting packet;
};

/* NULL: 0. */
static inline int64_t time_of(const struct seen *seen)
{
	return seen ? seen->time : 0;
}

struct lab {
	enum protocol protocol;
	/* Of the proxy, as far as it can be configured: milliseconds. */
	int64_t last_member_query_interval;
	const char *absent; /* why the proxy cannot do this: nothing runs, all checks are n/a */
	int home, far;	    /* network namespaces */
	int socket[PORTS];
	pid_t pid;    /* of the proxy; 0: it has ended */
	bool stopped; /* because it was told to */
	int status;
	char directory[64];
	struct seen *seen;
	unsigned count, room, mark;
	uint32_t last_data, last_barrier;
};

/* How to start the proxy: words, then the file. */
struct proxy_command {
	const char *text; /* "mcproxy -f" */
	bool igmpproxy;	  /* otherwise it reads mcproxy's language */
};

/* Makes the network, in new namespaces of the process; false after a line on stderr. */
bool lab_open(struct lab *);
/* Starts the proxy; CONFIGURATION is added to what all have. */
bool lab_start(struct lab *, const struct proxy_command *, const char *configuration);
/* SIGTERM; its exit status, or -1 if it had to be killed or had ended before. */
int lab_stop(struct lab *);
void lab_close(struct lab *);
/* Its last words go to stderr. */
void lab_show_log(const struct lab *);
bool lab_alive(struct lab *);

int64_t lab_now(void);
/* Sends messages, with a semicolon between them; see text.h. */
void lab_say(struct lab *, enum port, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Sends a UDP packet of the family of the lab; what it can be known by. Names as in text.h. */
uint32_t lab_data(struct lab *, enum port, const char *source, const char *group, unsigned ttl);
/* Sends it again. */
void lab_repeat(struct lab *, enum port, const char *source, const char *group, unsigned ttl,
		uint32_t number);
/* Sees what comes for so many milliseconds. */
void lab_run(struct lab *, int64_t ms);
/* Changes a setting of the router's kernel, a path below /proc/sys. */
void lab_set(const struct lab *, const char *path, const char *value);
/* Only what comes from now on is looked at. */
void lab_mark(struct lab *);
/* The n-th (from 0) message since the mark that TEXT describes, or NULL. It lives until the next
 * lab_run() or lab_wait(). */
const struct seen *lab_find(struct lab *, enum port, unsigned n, const char *text);
unsigned lab_matches(struct lab *, enum port, const char *text);
/* The same, waiting for it until DEADLINE. */
const struct seen *lab_wait(struct lab *, int64_t deadline, enum port, unsigned n,
			    const char *text);
/* The ports where data of this number arrived since the mark: bits. */
unsigned lab_data_ports(const struct lab *, uint32_t number);
/* A host on the port joins a group that nobody has asked for yet: when that is reported upstream,
 * all that was said on any port before has been acted on. */
bool lab_settle(struct lab *, enum port);
/* When the group was reported upstream as wanted, since the mark; waits. */
const struct seen *lab_joined(struct lab *, int64_t ms, const char *group);
/* What came to a port since the mark, as text; shared with the next call. */
const char *lab_came(const struct lab *, enum port);

#endif
