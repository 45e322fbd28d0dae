/* SPDX-License-Identifier: MIT */
/* Counts as rows of a table; see stream_row.h. */
#include "core/traffic/stream_row.h"

#include <inttypes.h>

#include "core/base/format.h"
#include "core/base/output.h"

static const char *format_delays(const struct stream_counts *counts, char separator, char *text,
				 size_t size)
{
	if (counts->timed)
		format_text(text, size, "%" PRId64 "%c%" PRId64 "%c%" PRId64,
			    counts->delay_min / 1000, separator,
			    (int64_t)(counts->delay_sum / counts->timed) / 1000, separator,
			    counts->delay_max / 1000);
	else
		format_text(text, size, "-%c-%c-", separator, separator);
	return text;
}

static void print_for_scripts(const char *name, const struct stream_counts *counts, int64_t first)
{
	char delays[72], first_delay[24] = "-";

	if (first >= 0)
		format_text(first_delay, sizeof(first_delay), "%" PRId64, first / 1000);
	output("%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\t%s\t%" PRIu64 "\n",
	       name, counts->received, counts->lost, counts->duplicated, counts->reordered,
	       first_delay, format_delays(counts, '\t', delays, sizeof(delays)), counts->bytes);
}

void stream_row_header(int width)
{
	output("%-*s %9s %7s %10s %9s %9s %20s %8s %7s\n", width, "group", "received", "lost",
	       "duplicated", "reordered", "first/ms", "delay/us min/avg/max", "packet/s", "kbit/s");
}

static void print_for_people(const char *name, int width, const struct stream_counts *counts,
			     int64_t first)
{
	uint64_t span = (uint64_t)(counts->last - counts->first) / 1000, packets = 0, kbits = 0;
	char delays[72], first_delay[24] = "-";

	if (first >= 0)
		format_text(first_delay, sizeof(first_delay), "%" PRId64 ".%03d", first / 1000000,
			    (int)(first / 1000 % 1000));
	if (span) {
		packets = (counts->received - 1) * 1000000 / span;
		kbits = counts->bytes / counts->received * (counts->received - 1) * 8000 / span;
	}
	output("%-*s %9" PRIu64 " %7" PRIu64 " %10" PRIu64 " %9" PRIu64 " %9s %20s %8" PRIu64
	       " %7" PRIu64 "\n",
	       width, name, counts->received, counts->lost, counts->duplicated, counts->reordered,
	       first_delay, format_delays(counts, '/', delays, sizeof(delays)), packets, kbits);
}

void stream_row_print(bool tabs, const char *name, int width, const struct stream_counts *counts,
		      int64_t first)
{
	if (tabs)
		print_for_scripts(name, counts, first);
	else
		print_for_people(name, width, counts, first);
}
