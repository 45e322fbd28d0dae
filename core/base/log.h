/* SPDX-License-Identifier: MIT */
/* One line for operators, to stderr or syslog, below a level, rate-limited (a burst, then one a
 * second; what is swallowed is counted in the next line). A log level never ends the process.
 * What was written last is remembered, for those who cannot read it where it went. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum { LOG_LINE = 512 };

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* Before the first call: stderr, notice. SYSLOG needs ENABLE_SYSLOG. */
void log_open(bool syslog, enum log_level);
/* A socket that is connected to the syslog daemon. Descriptor or -errno. */
int log_connect(void);
/* From now on it is had by this function; it is only called when a line could not be sent. */
void log_connect_by(int (*connect)(void *ctx), void *ctx);
/* Connects, so that log_open() with SYSLOG need not. */
void log_prepare(void);
void log_line(enum log_level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line that was written, without what stands before every one. */
struct log_entry {
	uint64_t age; /* milliseconds, those of a suspended system included */
	enum log_level level;
	char text[LOG_LINE];
};

/* The oldest line that is remembered from *POSITION (0: the very first) on, and puts *POSITION
 * behind it. False: there is none. Needs ENABLE_LOG_RING. */
bool log_recall(uint64_t *position, struct log_entry *);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
