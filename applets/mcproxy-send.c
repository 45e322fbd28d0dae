/* SPDX-License-Identifier: MIT */
/*
 * Sends numbered and timed packets to groups, for mcproxy-join to count. Owns: the options and the
 * summary. Sockets and pace are core/traffic/sender.h's.
 */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/applet.h"
#include "core/base/error.h"
#include "core/traffic/sender.h"
#include "core/base/option.h"
#include "core/base/output.h"
#include "core/base/text.h"

#define NAME "mcproxy-send"
#define SYNOPSIS "Usage: " NAME " [OPTION]... -g GROUP[+COUNT]...\n"

enum { RANGES = 256, LIMIT = 1000000000 };

struct options {
	struct stream_range range[RANGES];
	struct sender_plan plan;
	uint64_t groups;
	const char *interface;
	uint64_t port, hops, length, rate, count;
	bool rate_in_all, count_in_all, counted;
	int64_t limit; /* ms */
	bool tabs;
};

const char *mcproxy_send_usage(void)
{
	if (!ENABLE_HELP_TEXT)
		return SYNOPSIS;
	return SYNOPSIS
		"Sends numbered UDP packets to multicast groups, to each in turn.\n\n"
		"  -g GROUP[+COUNT]  a group, or COUNT consecutive ones; may be repeated\n"
		"  -i IF             out of this interface (default: as the routes say)\n"
		"  -p PORT           UDP port (5000)\n"
		"  -s SOURCE         from this address of ours; one for each family\n"
		"  -c COUNT          end after COUNT packets in all\n"
		"  -C COUNT          end after COUNT packets to each group (10); 0: do not end\n"
		"  -t SECONDS        end after that time; alone, the count has no end\n"
		"  -r RATE           packets a second in all; 0: as fast as can be\n"
		"  -R RATE           packets a second to each group (10)\n"
		"  -l LENGTH         of the UDP payload, 24 to 65487 (100)\n"
		"  -H HOPS           TTL or hop limit, 0 to 255 (16)\n"
		"  -T                tab-separated: groups, sent, failed, bytes, elapsed_us\n\n"
		"Exit status: 0 every packet was sent, 1 not, 2 misuse.\n";
}

static bool add_group(struct options *options, const char *text)
{
	struct stream_range *range = &options->range[options->plan.range_count];

	if (options->plan.range_count == RANGES || !stream_to_range(text, range))
		return false;
	options->plan.range_count++;
	options->groups += range->count;
	return options->groups <= STREAM_GROUPS;
}

static bool set_source(struct sender_plan *plan, const char *text)
{
	struct addr source;

	if (!text_to_addr(text, &source) || !addr_is_unicast(&source))
		return false;
	plan->source[addr_is_ipv4(&source) ? 0 : 1] = source;
	return true;
}

/* False: VALUE cannot be. */
static bool take_option(struct options *options, int option, const char *value)
{
	switch (option) {
	case 'g':
		return add_group(options, value);
	case 's':
		return set_source(&options->plan, value);
	case 'i':
		options->interface = value;
		return true;
	case 'p':
		return text_to_number(value, 1, UINT16_MAX, &options->port);
	case 'c':
	case 'C':
		options->counted = true;
		options->count_in_all = option == 'c';
		return text_to_number(value, 0, LIMIT * UINT64_C(1000), &options->count);
	case 't':
		return text_to_milliseconds(value, 1, LIMIT, &options->limit);
	case 'r':
	case 'R':
		options->rate_in_all = option == 'r';
		return text_to_number(value, 0, LIMIT, &options->rate);
	case 'l':
		return text_to_number(value, STREAM_HEADER, SENDER_LENGTH_MAX, &options->length);
	case 'H':
		return text_to_number(value, 0, UINT8_MAX, &options->hops);
	default:
		return options->tabs = true;
	}
}

static void complete_plan(struct options *options)
{
	struct sender_plan *plan = &options->plan;

	plan->ranges = options->range;
	plan->port = (uint16_t)options->port;
	plan->hops = (unsigned)options->hops;
	plan->length = options->length;
	plan->duration = options->limit * 1000000;
	plan->rate = options->rate * (options->rate_in_all ? 1 : options->groups);
	if (plan->rate > LIMIT)
		plan->rate = LIMIT;
	if (options->counted || !options->limit)
		plan->count = options->count * (options->count_in_all ? 1 : options->groups);
}

static void print_summary(const struct options *options, const struct sender_result *result)
{
	int64_t elapsed = result->elapsed / 1000;
	uint64_t bytes = result->sent * options->length, rate = 0;

	if (result->sent && elapsed)
		rate = (result->sent - 1) * 1000000 / (uint64_t)elapsed;
	if (options->tabs) {
		output("%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRId64 "\n",
		       options->groups, result->sent, result->failed, bytes, elapsed);
		return;
	}
	output("sent %" PRIu64 " packets, %" PRIu64 " bytes, to %" PRIu64 " groups in %" PRId64
	       ".%03d s, %" PRIu64 " packets/s\n",
	       result->sent, bytes, options->groups, elapsed / 1000000,
	       (int)(elapsed / 1000 % 1000), rate);
}

static int start_sending(struct options *options)
{
	struct sender_result result;
	int error;

	complete_plan(options);
	if (options->interface) {
		options->plan.ifindex = if_nametoindex(options->interface);
		if (!options->plan.ifindex) {
			output_error(NAME ": %s: no such interface", options->interface);
			return EXIT_FAILURE;
		}
	}
	error = sender_run(&options->plan, &result);
	if (error) {
		output_error(NAME ": cannot send: %s", error_text(error));
		return EXIT_FAILURE;
	}
	print_summary(options, &result);
	if (!result.failed)
		return EXIT_SUCCESS;
	output_error(NAME ": %" PRIu64 " packets not sent, the last one: %s", result.failed,
		     error_text(result.error));
	return EXIT_FAILURE;
}

int mcproxy_send_main(int argc, char **argv)
{
	struct options options = {.port = 5000, .hops = 16, .length = 100, .rate = 10, .count = 10};
	struct option_reader reader = {.name = NAME,
				       .usage = mcproxy_send_usage(),
				       .letters = "g:i:p:s:c:C:t:r:R:l:H:T",
				       .words = argv + 1};
	int option;

	(void)argc;
	while ((option = option_next(&reader)) > 0) {
		if (!take_option(&options, option, reader.value))
			return applet_misuse(NAME, mcproxy_send_usage(), "-%c cannot be '%s'",
					     option, reader.value);
	}
	if (option < 0)
		return EXIT_MISUSE;
	if (!options.plan.range_count)
		return applet_misuse(NAME, mcproxy_send_usage(), "no group");
	return start_sending(&options);
}
