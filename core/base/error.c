/* SPDX-License-Identifier: MIT */
/* The texts of errors; see error.h. */
#include "core/base/error.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/format.h"

#define ERRORS(ERROR)                                                   \
	ERROR(EPERM, "Operation not permitted")                         \
	ERROR(ENOENT, "No such file or directory")                      \
	ERROR(ESRCH, "No such process")                                 \
	ERROR(EIO, "Input/output error")                                \
	ERROR(ENXIO, "No such device or address")                       \
	ERROR(ENOEXEC, "Exec format error")                             \
	ERROR(EBADF, "Bad file descriptor")                             \
	ERROR(EAGAIN, "Resource temporarily unavailable")               \
	ERROR(ENOMEM, "Cannot allocate memory")                         \
	ERROR(EACCES, "Permission denied")                              \
	ERROR(EBUSY, "Device or resource busy")                         \
	ERROR(EEXIST, "File exists")                                    \
	ERROR(ENODEV, "No such device")                                 \
	ERROR(ENOTDIR, "Not a directory")                               \
	ERROR(EISDIR, "Is a directory")                                 \
	ERROR(EINVAL, "Invalid argument")                               \
	ERROR(ENFILE, "Too many open files in system")                  \
	ERROR(EMFILE, "Too many open files")                            \
	ERROR(ETXTBSY, "Text file busy")                                \
	ERROR(EFBIG, "File too large")                                  \
	ERROR(ENOSPC, "No space left on device")                        \
	ERROR(EROFS, "Read-only file system")                           \
	ERROR(EPIPE, "Broken pipe")                                     \
	ERROR(ENAMETOOLONG, "File name too long")                       \
	ERROR(ENOSYS, "Function not implemented")                       \
	ERROR(ELOOP, "Too many levels of symbolic links")               \
	ERROR(EPROTO, "Protocol error")                                 \
	ERROR(EMSGSIZE, "Message too long")                             \
	ERROR(ENOPROTOOPT, "Protocol not available")                    \
	ERROR(EPROTONOSUPPORT, "Protocol not supported")                \
	ERROR(EOPNOTSUPP, "Operation not supported")                    \
	ERROR(EAFNOSUPPORT, "Address family not supported by protocol") \
	ERROR(EADDRINUSE, "Address already in use")                     \
	ERROR(EADDRNOTAVAIL, "Cannot assign requested address")         \
	ERROR(ENETDOWN, "Network is down")                              \
	ERROR(ENETUNREACH, "Network is unreachable")                    \
	ERROR(ECONNRESET, "Connection reset by peer")                   \
	ERROR(ENOBUFS, "No buffer space available")                     \
	ERROR(ETIMEDOUT, "Connection timed out")                        \
	ERROR(ECONNREFUSED, "Connection refused")                       \
	ERROR(EHOSTUNREACH, "No route to host")

#define NUMBER(number, text) number,
static const uint8_t numbers[] = {ERRORS(NUMBER)};
#define TEXT(number, text) text "\0"
static const char texts[] = ERRORS(TEXT);

const char *error_text(int error)
{
	static char unknown[sizeof("error -2147483648")];
	const char *text = texts;

	for (size_t i = 0; i < sizeof(numbers); i++, text += strlen(text) + 1)
		if (numbers[i] == -error)
			return text;
	format_text(unknown, sizeof(unknown), "error %d", -error);
	return unknown;
}
