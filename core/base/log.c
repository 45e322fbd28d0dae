/* SPDX-License-Identifier: MIT */
/*
 * Log lines. Owns: where they go (stderr, or the local syslog socket, RFC 3164 section 5.4 without
 * the time, which every local syslogd adds itself), the level, the rate limit, the last lines.
 * Leaves out: libc's syslog(), which brings the time zone database along and opens its socket when
 * it is too late. The time of day is not looked at: a router may learn it long after its start.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "core/base/format.h"
#include "core/base/log.h"

#define LOG_SOCKET "/dev/log"

/* A bucket for each level: a flood of notices must not swallow the error that explains it. */
static struct {
	const uint16_t burst, per_second;
	uint16_t used;
	uint32_t swallowed, refilled; /* lines, seconds */
} bucket[] = {
	[LOG_LEVEL_ERROR] = {.burst = 20, .per_second = 1},
	[LOG_LEVEL_WARNING] = {.burst = 20, .per_second = 1},
	[LOG_LEVEL_NOTICE] = {.burst = 20, .per_second = 1},
	[LOG_LEVEL_INFO] = {.burst = 20, .per_second = 1},
	[LOG_LEVEL_DEBUG] = {.burst = 1000, .per_second = 100},
};

static enum log_level log_level = LOG_LEVEL_NOTICE;
static int log_socket = -1;
static bool log_to_syslog;

/* What stands before the text of a remembered line. */
struct mark {
	uint32_t tenths; /* when */
	uint16_t length;
	uint8_t level;
};

/* What was written from BEGIN to END, positions in all that was ever put here, whole lines. What
 * the rate limit swallows stays out: a flood would push out what explains it. */
static struct {
	uint64_t begin, end;
	char byte[CONFIG_LOG_RING_SIZE];
} ring;

/* Tenths of a second; as so few bits, they are good for differences of up to 13 years. */
static uint32_t read_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint32_t)now.tv_sec * 10 + (uint32_t)now.tv_nsec / 100000000;
}

/* Is there room for one more line? */
static bool take_token(enum log_level level, uint32_t now)
{
	uint32_t second = now / 10;
	uint64_t refill = (uint64_t)(second - bucket[level].refilled) * bucket[level].per_second;

	bucket[level].refilled = second;
	bucket[level].used =
		(uint16_t)(refill < bucket[level].used ? bucket[level].used - refill : 0);
	if (bucket[level].used < bucket[level].burst) {
		bucket[level].used++;
		return true;
	}
	bucket[level].swallowed++;
	return false;
}

/* ---- the last lines ---- */

static void put_in_ring(const void *bytes, size_t size)
{
	const char *byte = bytes;

	while (size--)
		ring.byte[ring.end++ % sizeof(ring.byte)] = *byte++;
}

static void get_from_ring(uint64_t *position, void *bytes, size_t size)
{
	char *byte = bytes;

	while (size--)
		*byte++ = ring.byte[(*position)++ % sizeof(ring.byte)];
}

static void remember(uint32_t tenths, enum log_level level, const char *text, size_t length)
{
	struct mark old, mark = {tenths, (uint16_t)length, (uint8_t)level};

	while (ring.end + sizeof(mark) + length - ring.begin > sizeof(ring.byte)) {
		get_from_ring(&ring.begin, &old, sizeof(old));
		ring.begin += old.length;
	}
	put_in_ring(&mark, sizeof(mark));
	put_in_ring(text, length);
}

bool log_recall(uint64_t *position, struct log_entry *entry)
{
	struct mark mark;

	if (*position < ring.begin)
		*position = ring.begin;
	if (*position >= ring.end)
		return false;
	get_from_ring(position, &mark, sizeof(mark));
	get_from_ring(position, entry->text, mark.length);
	entry->text[mark.length] = '\0';
	entry->level = mark.level;
	entry->age = (uint64_t)(read_clock() - mark.tenths) * 100;
	return true;
}

/* ---- where they go ---- */

int log_connect(void)
{
	static const struct sockaddr_un address = {AF_UNIX, LOG_SOCKET};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

static int connect_directly(void *ctx)
{
	(void)ctx;
	return log_connect();
}

static int (*connector)(void *ctx) = connect_directly;
static void *connector_ctx;

void log_connect_by(int (*connect)(void *ctx), void *ctx)
{
	connector = connect;
	connector_ctx = ctx;
}

static void connect_syslog(void)
{
	int fd = connector(connector_ctx);

	if (fd < 0)
		return;
	if (log_socket >= 0)
		close(log_socket);
	log_socket = fd;
}

void log_prepare(void)
{
	if (ENABLE_SYSLOG && log_socket < 0)
		connect_syslog();
}

static bool send_syslog(const char *line, size_t length)
{
	if (send(log_socket, line, length, MSG_NOSIGNAL) >= 0)
		return true;
	/* A syslogd that was started again has another socket under the same name. */
	connect_syslog();
	return send(log_socket, line, length, MSG_NOSIGNAL) >= 0;
}

__attribute__((format(printf, 2, 0))) static void write_line(enum log_level level,
							     const char *format, va_list arguments)
{
	static const uint8_t priority[] = {LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG};
	char line[LOG_LINE], *rest = line;
	size_t start = 0, text, length;
	uint32_t now;

	if (level > log_level)
		return;
	now = read_clock();
	if (!take_token(level, now))
		return;
	if (ENABLE_SYSLOG && log_to_syslog)
		start = format_text(line, sizeof(line),
				    "<%d>mcproxy[%d]: ", LOG_DAEMON | priority[level],
				    (int)getpid());
	else
		start = format_text(line, sizeof(line), "mcproxy: ");
	text = start;
	if (bucket[level].swallowed)
		start += format_text(line + start, sizeof(line) - start, "(%lu lines lost) ",
				     (unsigned long)bucket[level].swallowed);
	bucket[level].swallowed = 0;
	length = start + format_list(line + start, sizeof(line) - start - 1, format, arguments);
	/* A name from outside must not forge a second line. */
	for (size_t i = start; i < length; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = '?';
	if (ENABLE_LOG_RING)
		remember(now, level, line + text, length - text);
	if (ENABLE_SYSLOG && log_to_syslog) {
		if (send_syslog(line, length))
			return;
		rest = strchr(line, '>') + 1; /* the priority is for syslogd */
	}
	line[length] = '\n';
	/* One write(): lines of two processes do not mix. Nobody is left to tell of its failure. */
	if (write(STDERR_FILENO, rest, (size_t)(line + length + 1 - rest)) < 0)
		return;
}

void log_open(bool syslog, enum log_level level)
{
	log_level = level;
	log_to_syslog = ENABLE_SYSLOG && syslog;
	if (log_to_syslog)
		log_prepare();
}

void log_line(enum log_level level, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(level, format, arguments);
	va_end(arguments);
}
