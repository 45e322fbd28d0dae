/* SPDX-License-Identifier: MIT */
/* What the kernel's errors are called. Leaves out what none of our calls can meet: libc's table of
 * all of them is three times as long. */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

/* The text of -ERRNO, as strerror() has it; "error ERRNO", until the next one, if it is not known
 * here. */
const char *error_text(int error);

#endif
