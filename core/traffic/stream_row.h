/* SPDX-License-Identifier: MIT */
/* What came of a stream as a row of a table: for people, or, TABS, for scripts, as mcproxy-join(8)
 * describes both. */
#ifndef CORE_STREAM_ROW_H
#define CORE_STREAM_ROW_H

#include "core/traffic/stream.h"

/* For people; names are WIDTH wide. */
void stream_row_header(int width);
/* FIRST: ns until the first packet; negative: none came. */
void stream_row_print(bool tabs, const char *name, int width, const struct stream_counts *,
		      int64_t first);

#endif
