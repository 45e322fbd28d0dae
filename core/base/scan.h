/* SPDX-License-Identifier: MIT */
/* The configuration language's text -> tokens, one at a time. Bytes are bytes: NUL and what is no
 * ASCII come out as TOKEN_NOISE. */
#ifndef CORE_SCAN_H
#define CORE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* A symbol's type is its character: one of ( ) { } | : ; , * and / */
enum token_type {
	TOKEN_END,	  /* of the text */
	TOKEN_WORD = 256, /* letters, digits, _ - . @ */
	TOKEN_QUOTED,	  /* "..." on one line, without control characters */
	/* Only by scan_as(), as the symbols in them are tokens elsewhere: */
	TOKEN_ADDRESS, /* letters, digits, . and : */
	TOKEN_PATTERN, /* a word with * and ? */
	TOKEN_PATH,    /* a word with / */
	TOKEN_DASH,    /* one - or several */
	/* These hold no text to use: */
	TOKEN_ARROW,	   /* ==> */
	TOKEN_NOISE,	   /* what the language has no use for */
	TOKEN_UNTERMINATED /* a quote that its line does not close */
};

struct token {
	const char *text; /* in the scanned text; with the quotes */
	unsigned length;
	int type;
};

struct scanner {
	const char *position, *end;
	bool on_new_line;   /* the present token is: there is a line's end between the two */
	struct token token; /* the present one */
};

/* The first token of SIZE bytes of TEXT, behind a byte order mark, becomes the present one. */
void scan_start(struct scanner *, const char *text, size_t size);
/* The next one does; after TOKEN_END, TOKEN_END. */
void scan_next(struct scanner *);
/* Reads the present token again, as far as it goes as TYPE. False, and nothing has happened: it
 * cannot be one. */
bool scan_as(struct scanner *, int type);
/* Is the present token the word that the text begins with, unquoted, in any case? */
bool scan_is(const struct scanner *, const char *text);
/* Copies a token, which may be empty, without its quotes, as a string. False: SIZE is too small. */
bool scan_copy(const struct token *, char *buf, size_t size);

#endif
