/* SPDX-License-Identifier: MIT */
/*
 * What the program under test, and nothing else, gets from the C library: in the archive that these
 * tests are linked with the functions in seams.txt have other names, and are here. So an allocation
 * can fail, time stands still, a socket takes as little as it is told, and nothing is logged to the
 * screen.
 */
#ifndef TESTS_FUZZ_SEAMS_H
#define TESTS_FUZZ_SEAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seams {
	unsigned long allocations; /* that were asked for */
	unsigned long fail_at;	   /* the one that fails, once: 1 is the first; 0: none */
	bool (*fails)(void);	   /* asked about each; NULL: nobody is */
	long blocks;		   /* that are allocated now */
	int64_t now;		   /* milliseconds of every clock */
	size_t send_most;	   /* bytes that a socket takes at a time; 0: as many as it can */
};

struct seams *seams(void);

#endif
