/* SPDX-License-Identifier: MIT */
/* The options of a command, as POSIX has them (Utility Syntax Guidelines 3 to 10). */
#ifndef CORE_OPTION_H
#define CORE_OPTION_H

#include <stdbool.h>

/* The first five are the caller's to set; WORDS are argv + 1 in the beginning and what follows the
 * options in the end, then NULL. */
struct option_reader {
	const char *name, *usage; /* see applet_misuse() */
	const char *letters;	  /* ':' behind one that takes a value */
	bool operands;		  /* words may follow the options */
	char **words;
	const char *value;  /* of the option */
	const char *joined; /* what is left of a word with several letters */
};

/* The next option's letter; 0: there is none; -1: something is wrong with it, or a word follows
 * that must not, and that is said. */
int option_next(struct option_reader *);

#endif
