/* SPDX-License-Identifier: MIT */
/*
 * One line of the table = one function that turns a result into a figure: its text, the number that
 * is compared with igmpproxy's, and whether it meets the target.
 */
#include "table.h"
#include "clock.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum verdict { NO_TARGET, MISSED, MET };

struct figure {
	char text[128];
	double value; /* 0: not to be compared */
	enum verdict verdict;
};

struct line {
	const char *what, *target;
	enum row row;
	void (*figure)(struct result *, struct figure *);
	unsigned ratio; /* igmpproxy's value must be at least as many times that of mcproxy */
	/* ... or of one part of the result, which is there: */
	void (*figure_of_part)(void *part, struct figure *);
	size_t part;
};

#define WHOLE(figure, ratio) figure, ratio, NULL, 0
#define PART(figure, member) NULL, 0, figure, offsetof(struct result, member)

static enum verdict meets(bool condition)
{
	return condition ? MET : MISSED;
}

static void time_text(char *text, size_t size, int64_t time)
{
	if (time == LOST)
		snprintf(text, size, "lost");
	else if (time < MILLISECOND)
		snprintf(text, size, "%.1f us", (double)time / 1e3);
	else if (time < SECOND)
		snprintf(text, size, "%.1f ms", (double)time / 1e6);
	else
		snprintf(text, size, "%.1f s", (double)time / 1e9);
}

static void memory_text(char *text, size_t size, int64_t bytes)
{
	if (bytes < 10000)
		snprintf(text, size, "%" PRId64 " B", bytes);
	else if (bytes < 10000000)
		snprintf(text, size, "%.0f kB", (double)bytes / 1e3);
	else
		snprintf(text, size, "%.1f MB", (double)bytes / 1e6);
}

/* Median and 99th percentile. Returns the median. */
static int64_t series_figure(struct series *series, struct figure *figure)
{
	const int64_t median = series_quantile(series, 500);
	char middle[24], high[24], lost[48] = "";

	time_text(middle, sizeof(middle), median);
	time_text(high, sizeof(high), series_quantile(series, 990));
	if (series->lost)
		snprintf(lost, sizeof(lost), " (%zu of %zu lost)", series->lost, series->count);
	snprintf(figure->text, sizeof(figure->text), "%s / %s%s", middle, high, lost);
	if (median != LOST)
		figure->value = (double)median;
	return median;
}

static void part_series(void *series, struct figure *figure)
{
	series_figure(series, figure);
}

static void report_figure(struct result *result, struct figure *figure)
{
	figure->verdict = meets(series_figure(&result->report_awake, figure) <= 60 * MICROSECOND);
}

/* On a virtual machine most of it is the host's, which has to wake a processor up. */
static void asleep_figure(struct result *result, struct figure *figure)
{
	figure->verdict = meets(series_figure(&result->report, figure) != LOST);
}

/* As the later ones: the medians differ by no more than the jitter of such measurements. */
static void first_figure(struct result *result, struct figure *figure)
{
	struct flow *flow = &result->flow;
	const int64_t later = series_quantile(&flow->later, 500);
	const int64_t first = series_figure(&flow->first, figure);

	figure->verdict = meets(first <= 20 * MICROSECOND && later != LOST &&
				first <= later + later / 4 + MICROSECOND);
}

static void upcall_figure(struct result *result, struct figure *figure)
{
	const struct flow *flow = &result->flow;

	snprintf(figure->text, sizeof(figure->text), "%" PRIu64 " / %ld", flow->cost.wakeups,
		 flow->unresolved);
	figure->verdict = meets(!flow->cost.wakeups && !flow->unresolved);
}

/* But for the jitter of such measurements? By the tenth that other programs disturb least. */
static bool as_fast(struct series *series, struct series *other)
{
	const int64_t time = series_quantile(series, 100), most = series_quantile(other, 100);

	return time != LOST && most != LOST && time <= most + most / 4 + 2 * MICROSECOND;
}

static void rules_report_figure(struct result *result, struct figure *figure)
{
	series_figure(&result->rules.report, figure);
	figure->verdict = meets(as_fast(&result->rules.report, &result->few_rules.report));
}

static void rules_first_figure(struct result *result, struct figure *figure)
{
	series_figure(&result->rules.flow.first, figure);
	figure->verdict = meets(as_fast(&result->rules.flow.first, &result->few_rules.flow.first));
}

static void rules_cpu_figure(struct result *result, struct figure *figure)
{
	const size_t flows = result->rules.flow.first.count;
	char few[24], many[24];

	if (!flows || !result->few_rules.flow.first.count)
		return;
	time_text(few, sizeof(few),
		  result->few_rules.flow.cost.cpu / (int64_t)result->few_rules.flow.first.count);
	time_text(many, sizeof(many), result->rules.flow.cost.cpu / (int64_t)flows);
	snprintf(figure->text, sizeof(figure->text), "%s / %s", few, many);
}

static void reached(void *part, struct figure *figure)
{
	const struct scale *scale = part;
	snprintf(figure->text, sizeof(figure->text), "%" PRIu32 " / %" PRIu32, scale->known,
		 scale->delivered);
	figure->verdict = meets(scale->known == scale->groups && scale->delivered == scale->groups);
}

static void cpu_of_group(void *part, struct figure *figure)
{
	const struct scale *scale = part;
	const int64_t cpu = scale->cost.cpu / scale->groups;

	time_text(figure->text, sizeof(figure->text), cpu);
	figure->value = (double)cpu;
	figure->verdict = meets(cpu <= 6 * MICROSECOND);
}

static void memory_of_group(void *part, struct figure *figure)
{
	const struct scale *scale = part;
	memory_text(figure->text, sizeof(figure->text), scale->cost.memory / scale->groups);
}

static void flood_cpu_figure(struct result *result, struct figure *figure)
{
	const struct cost *cost = &result->flood.cost;
	char cpu[24];

	time_text(cpu, sizeof(cpu), cost->cpu);
	snprintf(figure->text, sizeof(figure->text), "%s / %" PRIu64, cpu, cost->wakeups);
	figure->verdict = meets(!cost->cpu && !cost->wakeups);
}

static void flood_memory_figure(struct result *result, struct figure *figure)
{
	const struct flood *flood = &result->flood;
	char memory[24];

	memory_text(memory, sizeof(memory), flood->cost.memory);
	snprintf(figure->text, sizeof(figure->text), "%s / %ld", memory, flood->routes);
	figure->verdict = meets(flood->cost.memory <= 0 && !flood->routes);
}

static void delivery_figure(void *part, struct figure *figure)
{
	const struct flood *flood = part;

	snprintf(figure->text, sizeof(figure->text), "%" PRIu32 " / %" PRIu32, flood->delivered,
		 flood->leaked);
	figure->verdict = meets(flood->delivered == flood->flows && !flood->leaked);
}

static void flood_rules_cpu_figure(struct result *result, struct figure *figure)
{
	const struct cost *cost = &result->flood_rules.cost;

	time_text(figure->text, sizeof(figure->text), cost->cpu);
	figure->value = (double)cost->cpu;
	figure->verdict = MET;
}

static void mutated_figure(struct result *result, struct figure *figure)
{
	const struct mutated *mutated = &result->mutated;
	char cpu[24], join[24];

	time_text(cpu, sizeof(cpu), mutated->cost.cpu / (mutated->sent ? mutated->sent : 1));
	time_text(join, sizeof(join), mutated->join);
	snprintf(figure->text, sizeof(figure->text), "alive, %s, %s", cpu, join);
	figure->verdict = meets(mutated->join != LOST);
}

static void counted_figure(struct result *result, struct figure *figure)
{
	const struct mutated *mutated = &result->mutated;
	const struct counters *counters = &mutated->counters;

	if (!mutated->counted) {
		snprintf(figure->text, sizeof(figure->text), "does not tell");
		return;
	}
	snprintf(figure->text, sizeof(figure->text), "%" PRIu64 " + %" PRIu64 " of %" PRIu32,
		 counters->accepted, counters->dropped, mutated->seen);
	figure->verdict = meets(counters->accepted + counters->dropped == mutated->seen);
}

/* Median and the longest. */
static int64_t longest_figure(struct series *series, struct figure *figure)
{
	const int64_t median = series_quantile(series, 500);
	char middle[24], high[24];

	time_text(middle, sizeof(middle), median);
	time_text(high, sizeof(high), series_quantile(series, 1000));
	snprintf(figure->text, sizeof(figure->text), "%s / %s", middle, high);
	return median;
}

static void start_figure(struct result *result, struct figure *figure)
{
	const int64_t median = longest_figure(&result->start.start, figure);

	if (result->start.musl)
		figure->verdict = meets(median < 20 * MILLISECOND);
}

static void death_figure(struct result *result, struct figure *figure)
{
	if (result->start.death.count)
		longest_figure(&result->start.death, figure);
	else
		snprintf(figure->text, sizeof(figure->text), "it has none");
}

static void size_figure(struct result *result, struct figure *figure)
{
	const int64_t size = result->footprint.size;

	if (size < 0) {
		snprintf(figure->text, sizeof(figure->text), "? (no strip)");
		return;
	}
	snprintf(figure->text, sizeof(figure->text), "%" PRId64 " B", size);
	figure->value = (double)size;
	if (result->footprint.musl)
		figure->verdict = meets(size <= 192 * 1024);
}

/* What the processes share is there once. */
static void idle_memory_figure(struct result *result, struct figure *figure)
{
	const struct footprint *footprint = &result->footprint;
	char once[24], each[24];

	memory_text(once, sizeof(once), (int64_t)footprint->proportional);
	memory_text(each, sizeof(each), (int64_t)footprint->resident);
	snprintf(figure->text, sizeof(figure->text), "%s / %s", once, each);
	figure->value = (double)footprint->proportional;
	if (footprint->musl)
		figure->verdict = meets(footprint->proportional <= 300000);
}

static void wakeup_figure(struct result *result, struct figure *figure)
{
	const struct footprint *footprint = &result->footprint;
	const double minutes = (double)footprint->time / (60.0 * (double)SECOND);
	const double beyond = (double)footprint->wakeups - (double)footprint->sent;
	const double rate = beyond > 0 && minutes > 0 ? beyond / minutes / LINKS : 0;

	snprintf(figure->text, sizeof(figure->text), "%.1f", rate);
	figure->verdict = meets(rate <= 2);
}

static const struct line lines[] = {
	{"report in -> report out, median / p99", "<= 60 us, ratio >= 100", ROW_REPORT,
	 WHOLE(report_figure, 100)},
	{"the same where the processors have fallen asleep before", "ratio >= 100", ROW_REPORT,
	 WHOLE(asleep_figure, 100)},
	{"join into a stream, a packet every 200 us -> first new packet, median / p99", "",
	 ROW_JOIN, PART(part_series, join)},
	{"first packet of a new flow, group joined, median / p99", "<= 20 us, as later packets",
	 ROW_FLOW, WHOLE(first_figure, 0)},
	{"later packets of these flows, median / p99", "", ROW_FLOW, PART(part_series, flow.later)},
	{"wake-ups of the daemon by 500 new flows / unresolved kernel entries", "0 / 0", ROW_FLOW,
	 WHOLE(upcall_figure, 0)},
	{"2 filters of 10 rules: report in -> report out, median / p99", "", ROW_FEW_RULES,
	 PART(part_series, few_rules.report)},
	{"2 filters of 10,000 rules: report in -> report out", "as with 10", ROW_RULES,
	 WHOLE(rules_report_figure, 0)},
	{"10 rules, per-source: first packet of a new flow, median / p99", "", ROW_FEW_RULES,
	 PART(part_series, few_rules.flow.first)},
	{"10,000 rules, per-source: first packet of a new flow", "as with 10", ROW_RULES,
	 WHOLE(rules_first_figure, 0)},
	{"later packets of these flows", "", ROW_RULES, PART(part_series, rules.flow.later)},
	{"CPU a new flow, 10 / 10,000 rules", "", ROW_RULES, WHOLE(rules_cpu_figure, 0)},
	{"2,000 groups: known upstream / first packets delivered", "2000 / 2000", ROW_SCALE,
	 PART(reached, scale)},
	{"2,000 groups: CPU a group", "<= 6 us", ROW_SCALE, PART(cpu_of_group, scale)},
	{"2,000 groups: memory a group", "", ROW_SCALE, PART(memory_of_group, scale)},
	{"50,000 groups: known upstream / first packets delivered", "50000 / 50000",
	 ROW_SCALE_LARGE, PART(reached, scale_large)},
	{"50,000 groups: CPU a group", "<= 6 us", ROW_SCALE_LARGE, PART(cpu_of_group, scale_large)},
	{"50,000 groups: memory a group", "", ROW_SCALE_LARGE, PART(memory_of_group, scale_large)},
	{"100,000 unwanted packets of 5,000 sources: CPU / wake-ups", "0 / 0", ROW_FLOOD,
	 WHOLE(flood_cpu_figure, 0)},
	{"after these packets: memory / kernel entries more than before", "0 / 0", ROW_FLOOD,
	 WHOLE(flood_memory_figure, 0)},
	{"packets of 5,000 sources to a joined group: delivered / unwanted ones delivered",
	 "5000 / 0", ROW_FLOOD, PART(delivery_figure, flood)},
	{"unwanted packets as above, per-source: CPU", "ratio >= 1", ROW_FLOOD_RULES,
	 WHOLE(flood_rules_cpu_figure, 1)},
	{"packets of 5,000 sources as above, per-source", "5000 / 0", ROW_FLOOD_RULES,
	 PART(delivery_figure, flood_rules)},
	{"20,000 mutated messages: CPU a message, report in -> report out afterwards", "alive",
	 ROW_MUTATED, WHOLE(mutated_figure, 0)},
	{"20,000 mutated messages: accepted + dropped and counted by a reason", "each one",
	 ROW_MUTATED, WHOLE(counted_figure, 0)},
	{"start -> it answers, median / longest", "< 20 ms (musl)", ROW_START,
	 WHOLE(start_figure, 0)},
	{"its worker is killed -> the next one answers, median / longest", "", ROW_START,
	 WHOLE(death_figure, 0)},
	{"program, stripped", "<= 196608 B (musl)", ROW_FOOTPRINT, WHOLE(size_figure, 0)},
	{"memory of all processes, idle: shared pages counted once (Pss) / for each (Rss)",
	 "Pss <= 300 kB (musl)", ROW_FOOTPRINT, WHOLE(idle_memory_figure, 0)},
	{"wake-ups a minute and quiet interface, beyond queries and advertisements", "<= 2",
	 ROW_FOOTPRINT, WHOLE(wakeup_figure, 0)},
};

static struct figure figure_of(const struct line *line, struct result *result)
{
	static const char *const failure[] = {
		[NOT_MEASURED] = "-", [NOT_STARTED] = "did not start", [DIED] = "died"};
	struct figure figure = {"", 0, NO_TARGET};

	if (result->outcome[line->row] == MEASURED && line->figure) {
		line->figure(result, &figure);
	} else if (result->outcome[line->row] == MEASURED) {
		line->figure_of_part((char *)result + line->part, &figure);
	} else {
		snprintf(figure.text, sizeof(figure.text), "%s",
			 failure[result->outcome[line->row]]);
		if (result->outcome[line->row] != NOT_MEASURED)
			figure.verdict = MISSED;
	}
	if (!line->target[0])
		figure.verdict = NO_TARGET;
	return figure;
}

static double ratio_of(const struct figure figure[COLUMNS])
{
	if (figure[MCPROXY_IPV4].value <= 0 || figure[IGMPPROXY_IPV4].value <= 0)
		return 0;
	return figure[IGMPPROXY_IPV4].value / figure[MCPROXY_IPV4].value;
}

/* Of both families, and of the ratio if that is part of the target and known. */
static enum verdict verdict_of(const struct line *line, const struct figure figure[COLUMNS])
{
	const enum verdict ipv4 = figure[MCPROXY_IPV4].verdict;
	const enum verdict ipv6 = figure[MCPROXY_IPV6].verdict;
	const double ratio = ratio_of(figure);

	if (ipv4 == MISSED || ipv6 == MISSED || (line->ratio && ratio > 0 && ratio < line->ratio))
		return MISSED;
	return ipv4 == MET || ipv6 == MET ? MET : NO_TARGET;
}

static bool measured(const struct line *line, const struct result result[COLUMNS])
{
	int column;

	for (column = 0; column < COLUMNS; column++)
		if (result[column].outcome[line->row] != NOT_MEASURED)
			return true;
	return false;
}

static enum verdict print_line(const struct line *line, struct result result[COLUMNS])
{
	static const char *const verdict_text[] = {
		[NO_TARGET] = "", [MISSED] = "NO", [MET] = "yes"};
	struct figure figure[COLUMNS];
	enum verdict verdict;
	char ratio[24] = "";
	int column;

	for (column = 0; column < COLUMNS; column++)
		figure[column] = figure_of(line, &result[column]);
	if (ratio_of(figure) > 0)
		snprintf(ratio, sizeof(ratio), "%.*f", ratio_of(figure) < 10 ? 1 : 0,
			 ratio_of(figure));
	verdict = verdict_of(line, figure);
	printf("| %s | %s | %s | %s | %s | %s | %s |\n", line->what, figure[MCPROXY_IPV4].text,
	       figure[MCPROXY_IPV6].text, figure[IGMPPROXY_IPV4].text, ratio, line->target,
	       verdict_text[verdict]);
	return verdict;
}

unsigned table_print(struct result result[COLUMNS])
{
	unsigned missed = 0;
	size_t i;

	puts("| what | mcproxy, IPv4 | mcproxy, IPv6 | igmpproxy | ratio | target | met |\n"
	     "|---|---|---|---|---|---|---|");
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (measured(&lines[i], result) && print_line(&lines[i], result) == MISSED)
			missed++;
	return missed;
}

static void processor_name(char *name, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256], *value;

	snprintf(name, size, "unknown processor");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "model name", 10))
			continue;
		value = strstr(line, ": ");
		line[strcspn(line, "\n")] = '\0';
		if (value)
			snprintf(name, size, "%s", value + 2);
		break;
	}
	fclose(file);
}

void table_print_machine(void)
{
	struct utsname system;
	char processor[128];

	processor_name(processor, sizeof(processor));
	if (uname(&system))
		return;
	printf("%s %s %s, %s, %ld cores.\n", system.sysname, system.release, system.machine,
	       processor, sysconf(_SC_NPROCESSORS_ONLN));
}
