/* SPDX-License-Identifier: MIT */
/* The options of a command, as POSIX has them (Utility Syntax Guidelines 3 to 10). */
#ifndef CORE_OPTION_H
#define CORE_OPTION_H

/* The first four are the caller's to set; WORDS are argv + 1 in the beginning and what follows the
 * options in the end, then NULL. */
struct option_reader {
	const char *name, *usage; /* see applet_misuse() */
	const char *letters;	  /* ':' behind one that takes a value */
	char **words;
	const char *value;  /* of the option */
	const char *joined; /* what is left of a word with several letters */
};

/* The next option's letter; 0: there is none; -1: it is none, or has no value, and that is said. */
int option_next(struct option_reader *);

#endif
