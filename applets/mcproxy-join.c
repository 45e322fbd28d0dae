/* SPDX-License-Identifier: MIT */
/*
 * Joins groups as an application would, receives, and says what came. Owns: the options, the
 * commands on standard input, the table. The groups and what came are core/traffic/listener.h's,
 * the rows of the table core/traffic/stream_row.h's.
 */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/base/applet.h"
#include "core/base/error.h"
#include "core/base/format.h"
#include "core/base/loop.h"
#include "core/base/option.h"
#include "core/base/output.h"
#include "core/base/text.h"
#include "core/traffic/listener.h"
#include "core/traffic/stream_row.h"

#define NAME "mcproxy-join"
#define SYNOPSIS "Usage: " NAME " [OPTION]... -g GROUP[+COUNT]...\n"

enum { SOURCES = 64, LINE = 256, STREAMS = 1 << 17, LIMIT = 1000000000 };

struct options {
	struct stream_range range[LISTENER_RANGES];
	unsigned range_count;
	struct addr source[SOURCES];
	unsigned source_count;
	bool exclude; /* the sources */
	const char *interface;
	uint64_t port, count, per_group;
	int64_t limit; /* ms; 0: none */
	bool commands, tabs, quiet;
};

struct join {
	const struct options *options;
	struct loop loop;
	struct listener listener;
	int64_t deadline;
	struct loop_source input;
	char line[LINE];
	size_t line_length;
};

static const struct addr no_source;

const char *mcproxy_join_usage(void)
{
	if (!ENABLE_HELP_TEXT)
		return SYNOPSIS;
	return SYNOPSIS
		"Joins multicast groups, receives, and prints what came and what was lost.\n\n"
		"  -g GROUP[+COUNT]  a group, or COUNT consecutive ones; may be repeated\n"
		"  -i IF             on this interface (default: as the routes say)\n"
		"  -p PORT           UDP port (5000)\n"
		"  -s SOURCE         only from this source; may be repeated\n"
		"  -x SOURCE         not from this source; may be repeated\n"
		"  -c COUNT          end after COUNT packets in all\n"
		"  -C COUNT          end when each group has got COUNT packets\n"
		"  -t SECONDS        end after that time, counted from the joins\n"
		"  -I                read commands from standard input: join GROUP [SOURCE],\n"
		"                    leave GROUP [SOURCE], block GROUP SOURCE,\n"
		"                    unblock GROUP SOURCE, show, quit; each is answered\n"
		"  -q                print the total only\n"
		"  -T                tab-separated: group, received, lost, duplicated, reordered,\n"
		"                    first_delay_us, delay_min_us, delay_avg_us, delay_max_us, "
		"bytes\n\n"
		"Prints \"joined N groups\" when it has. Exit status: 0 what was asked for came\n"
		"(without -c and -C: a packet of each group), 1 it did not, 2 misuse.\n";
}

static const char *explain(int error)
{
	switch (error) {
	case -ENOBUFS:
		return "more sources than igmp_max_msf or mld_max_msf allows";
	case -ENODEV:
		return "no interface for it, -i names one";
	case -EADDRNOTAVAIL:
		return "not joined, or no such source";
	case -EINVAL:
		return "cannot be joined both for all sources and for some";
	case -EADDRINUSE:
		return "joined already, or the port is taken";
	case -EEXIST:
		return "overlaps another range of groups";
	default:
		return error_text(error);
	}
}

static int fail(const char *what, int error)
{
	output_error(NAME ": %s: %s", what, explain(error));
	return EXIT_FAILURE;
}

static bool is_complete(const struct join *join)
{
	if (join->options->count)
		return !join->listener.receiver.wanted;
	return join->listener.satisfied == join->listener.groups;
}

static int64_t end_of_turn(void *ctx, int64_t now)
{
	struct join *join = ctx;
	bool bounded = join->options->count || (join->options->per_group && join->listener.groups);

	if (now >= join->deadline || (bounded && is_complete(join)))
		join->loop.stop = true;
	return join->deadline;
}

/* The table. */

static int widest_name(const struct join *join)
{
	int width = (int)strlen("239.255.255.255");
	char text[TEXT_ADDR];

	for (unsigned i = 0; i < join->listener.range_count; i++) {
		const struct stream_range *groups = &join->listener.range[i].groups;
		struct addr last = stream_range_at(groups, groups->count - 1);
		int length = (int)strlen(text_addr(&last, text));

		width = length > width ? length : width;
	}
	return width;
}

static void print_note(uint64_t count, const char *what)
{
	if (count)
		output_error(NAME ": %" PRIu64 " %s", count, what);
}

static void print_notes(const struct join *join, const struct stream_counts *total)
{
	print_note(total->foreign, "packets of another sender, without numbers");
	print_note(total->untracked, "packets of too many streams, numbers not followed");
	print_note(join->listener.strays, "packets to other addresses");
	print_note(receiver_dropped(&join->listener.receiver),
		   "packets dropped, this program was too slow for them");
}

/* The first delay of the total is the longest. */
static void print_table(const struct join *join)
{
	struct stream_counts total = {0};
	int width = widest_name(join);
	int64_t longest = -1;
	char text[TEXT_ADDR];

	if (!join->options->tabs)
		stream_row_header(width);
	for (unsigned i = 0; i < join->listener.range_count; i++) {
		const struct listener_range *range = &join->listener.range[i];

		for (uint32_t j = 0; j < range->groups.count; j++) {
			const struct listener_group *group = &range->group[j];
			struct addr addr = stream_range_at(&range->groups, j);

			stream_counts_add(&total, &group->stream.counts);
			if (group->first_delay > longest)
				longest = group->first_delay;
			if (!join->options->quiet)
				stream_row_print(join->options->tabs, text_addr(&addr, text), width,
						 &group->stream.counts, group->first_delay);
		}
	}
	stream_row_print(join->options->tabs, "total", width, &total, longest);
	print_notes(join, &total);
}

/* Commands. */

static void answer(const struct addr *group, int error)
{
	if (error)
		output("failed: %p: %s\n", group, explain(error));
	else
		output_text("ok\n");
}

static void change_by_command(struct join *join, enum receiver_change change, char *const *word,
			      unsigned words)
{
	struct stream_range groups;
	struct addr source = no_source, failed;
	bool needs_source = change == RECEIVER_BLOCK || change == RECEIVER_UNBLOCK;
	int error;

	if (words < 2u + needs_source || words > 3 || !stream_to_range(word[1], &groups) ||
	    (words == 3 && (!text_to_addr(word[2], &source) || !addr_is_unicast(&source) ||
			    addr_is_ipv4(&source) != addr_is_ipv4(&groups.first)))) {
		output("failed: %s wants GROUP[+COUNT] %s\n", word[0],
		       needs_source ? "SOURCE" : "[SOURCE]");
		return;
	}
	error = listener_change(&join->listener, &groups, change, &source, &failed);
	answer(&failed, error);
}

static void execute(struct join *join, char *line)
{
	static const char name[][8] = {[RECEIVER_JOIN] = "join",
				       [RECEIVER_LEAVE] = "leave",
				       [RECEIVER_BLOCK] = "block",
				       [RECEIVER_UNBLOCK] = "unblock"};
	char *word[4], *rest = line;
	unsigned words = 0;

	while (words < 4 && (word[words] = strsep(&rest, " \t")))
		words += *word[words] != '\0';
	if (!words)
		return;
	if (!strcmp(word[0], "quit")) {
		join->loop.stop = true;
		return;
	}
	if (!strcmp(word[0], "show")) {
		print_table(join);
		output_text("ok\n");
		return;
	}
	for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if (!strcmp(word[0], name[i])) {
			change_by_command(join, i, word, words);
			return;
		}
	}
	output_text("failed: commands are join, leave, block, unblock, show, quit\n");
}

static void take_character(struct join *join, char character)
{
	if (character != '\n') {
		if (join->line_length < LINE)
			join->line[join->line_length++] = character;
		return;
	}
	if (join->line_length == LINE) { /* no room for its end */
		output_text("failed: line too long\n");
	} else {
		join->line[join->line_length] = '\0';
		execute(join, join->line);
	}
	join->line_length = 0;
	output_flush();
}

/* False at the end of the input, which ends a line, too. */
static bool read_commands(struct join *join)
{
	char text[LINE];
	ssize_t length = read(join->input.fd, text, sizeof(text));

	for (ssize_t i = 0; i < length && !join->loop.stop; i++)
		take_character(join, text[i]);
	if (!length)
		take_character(join, '\n');
	return length > 0 || (length < 0 && (errno == EINTR || errno == EAGAIN));
}

static void input_ready(void *ctx, uint32_t events)
{
	struct join *join = ctx;

	(void)events;
	if (!read_commands(join))
		loop_remove(&join->loop, &join->input);
}

/* A file cannot be waited for: it is read at once. */
static int open_commands(struct join *join)
{
	int error;

	join->input = (struct loop_source){STDIN_FILENO, input_ready, join};
	error = loop_add(&join->loop, &join->input, EPOLLIN);
	if (error != -EPERM)
		return error;
	while (!join->loop.stop && read_commands(join))
		;
	return 0;
}

/* From the options to the end. */

static int join_range(struct join *join, const struct stream_range *groups)
{
	const struct options *options = join->options;
	bool ipv4 = addr_is_ipv4(&groups->first);
	struct addr failed;
	int error = 0;
	char text[TEXT_ADDR];

	if (!options->source_count || options->exclude)
		error = listener_change(&join->listener, groups, RECEIVER_JOIN, &no_source,
					&failed);
	for (unsigned i = 0; i < options->source_count && !error; i++) {
		if (addr_is_ipv4(&options->source[i]) == ipv4)
			error = listener_change(&join->listener, groups,
						options->exclude ? RECEIVER_BLOCK : RECEIVER_JOIN,
						&options->source[i], &failed);
	}
	return error ? fail(text_addr(&failed, text), error) : EXIT_SUCCESS;
}

static int run_join(struct join *join)
{
	const struct options *options = join->options;
	int status = EXIT_SUCCESS, error;

	for (unsigned i = 0; i < options->range_count && status == EXIT_SUCCESS; i++)
		status = join_range(join, &options->range[i]);
	if (status != EXIT_SUCCESS)
		return status;
	output("joined %" PRIu64 " groups\n", join->listener.groups);
	output_flush();
	if (options->limit)
		join->deadline = loop_now() + options->limit;
	error = options->commands ? open_commands(join) : 0;
	if (!error)
		error = loop_run(&join->loop, end_of_turn, join);
	if (error)
		return fail("loop", error);
	receiver_drain(&join->listener.receiver);
	print_table(join);
	return is_complete(join) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void close_join(struct join *join)
{
	listener_close(&join->listener);
	loop_close(&join->loop);
	free(join);
}

static int start_join(const struct options *options)
{
	unsigned ifindex = options->interface ? if_nametoindex(options->interface) : 0;
	struct join *join;
	int error, status;

	if (options->interface && !ifindex) {
		output_error(NAME ": %s: no such interface", options->interface);
		return EXIT_FAILURE;
	}
	join = calloc(1, sizeof(*join));
	if (!join)
		return fail("start", -ENOMEM);
	join->options = options;
	join->listener.stream_room = STREAMS;
	join->listener.per_group = options->per_group ? options->per_group : 1;
	join->deadline = INT64_MAX;
	join->listener.receiver =
		(struct receiver){.loop = &join->loop,
				  .ifindex = ifindex,
				  .port = (uint16_t)options->port,
				  .packet = listener_packet,
				  .ctx = &join->listener,
				  .wanted = options->count ? options->count : UINT64_MAX};
	receiver_raise_limits();
	error = loop_open(&join->loop);
	status = error ? fail("start", error) : run_join(join);
	close_join(join);
	return status;
}

static bool add_group(struct options *options, const char *text)
{
	return options->range_count < LISTENER_RANGES &&
	       stream_to_range(text, &options->range[options->range_count++]);
}

static bool add_source(struct options *options, const char *text, bool exclude)
{
	struct addr *source = &options->source[options->source_count];

	if (options->source_count == SOURCES ||
	    (options->source_count && options->exclude != exclude))
		return false;
	options->exclude = exclude;
	options->source_count++;
	return text_to_addr(text, source) && addr_is_unicast(source);
}

/* False: VALUE cannot be. */
static bool take_option(struct options *options, int option, const char *value)
{
	switch (option) {
	case 'g':
		return add_group(options, value);
	case 's':
	case 'x':
		return add_source(options, value, option == 'x');
	case 'i':
		options->interface = value;
		return true;
	case 'p':
		return text_to_number(value, 1, UINT16_MAX, &options->port);
	case 'c':
		return text_to_number(value, 0, INT64_MAX, &options->count);
	case 'C':
		return text_to_number(value, 0, INT64_MAX, &options->per_group);
	case 't':
		return text_to_milliseconds(value, 0, LIMIT, &options->limit);
	case 'I':
		return options->commands = true;
	case 'q':
		return options->quiet = true;
	default:
		return options->tabs = true;
	}
}

/* An include list without an address of the group's family would receive nothing. */
static bool lacks_source(const struct options *options, const struct stream_range *groups)
{
	for (unsigned i = 0; i < options->source_count; i++) {
		if (addr_is_ipv4(&options->source[i]) == addr_is_ipv4(&groups->first))
			return false;
	}
	return options->source_count && !options->exclude;
}

static const char *find_problem(const struct options *options)
{
	if (!options->range_count && !options->commands)
		return "no group";
	if (options->count && options->per_group)
		return "-c and -C exclude each other";
	for (unsigned i = 0; i < options->range_count; i++) {
		if (lacks_source(options, &options->range[i]))
			return "-s and -g are of different families";
	}
	return NULL;
}

int mcproxy_join_main(int argc, char **argv)
{
	struct options options = {.port = 5000};
	const char *problem;
	struct option_reader reader = {.name = NAME,
				       .usage = mcproxy_join_usage(),
				       .letters = "g:i:p:s:x:c:C:t:IqT",
				       .words = argv + 1};
	int option;

	(void)argc;
	while ((option = option_next(&reader)) > 0) {
		if (!take_option(&options, option, reader.value))
			return applet_misuse(NAME, mcproxy_join_usage(), "-%c cannot be '%s' here",
					     option, reader.value);
	}
	if (option < 0)
		return EXIT_MISUSE;
	problem = find_problem(&options);
	if (problem)
		return applet_misuse(NAME, mcproxy_join_usage(), "%s", problem);
	return start_join(&options);
}
