/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of proto/ fails once: plays a transcript as often as it allocates, and each time
 * another one fails. From there on its expectations count for nothing, but what always holds does:
 * what is sent is well formed, no route leads to where nobody wants it, nothing is lost for good.
 * At the end of the case hosts report once more what they are members of, and then the state has to
 * be the same as without the fault, and memory returned. Usage: fault [-MOST] FILE...; MOST
 * plays of a file, evenly spread.
 *
 * The player is tests/replay with these functions in between (ld's --wrap).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../fuzz/seams.h"
#include "recover.h"

enum { CASES = 200 /* of a file */ };

/* How the cases of a file end without a fault. */
struct ending {
	struct reports reports;
	uint64_t state; /* now */
	uint64_t later; /* after a round of reports */
};

static struct fault {
	struct ending ending[CASES];
	unsigned current;     /* case */
	bool learning;	      /* there is no fault now */
	bool uncounted;	      /* this one nobody has to count */
	unsigned long before; /* allocations at the start of the case */
	bool recovering;      /* what happens now is no longer the transcript's */
	bool checking;	      /* not what the transcript expects, but what always holds */
	bool failed;
	uint32_t untold; /* VIFs */
} fault;

/* ---- the player's functions, and what comes in their place ---- */

int __real_main(int argc, char **argv);
void __real_audit(struct world *);
void __real_world_free(struct world *);
void __real_world_fail(struct world *, const char *format, ...);
struct proxy *__real_proxy_new(const struct proxy_config *, const struct proxy_out *, void *ctx,
			       uint64_t seed);
bool __real_proxy_interface(struct proxy *, int64_t now, const struct interface_state *);
int __wrap_main(int argc, char **argv);
void __wrap_audit(struct world *);
void __wrap_world_free(struct world *);
void __wrap_world_fail(struct world *, const char *format, ...);
struct proxy *__wrap_proxy_new(const struct proxy_config *, const struct proxy_out *, void *ctx,
			       uint64_t seed);
bool __wrap_proxy_interface(struct proxy *, int64_t now, const struct interface_state *);
void __real_proxy_upcall(struct proxy *, int64_t now, const struct upcall *);
void __wrap_proxy_upcall(struct proxy *, int64_t now, const struct upcall *);

/* Has it happened, in this case? */
static bool has_struck(void)
{
	const struct seams *s = seams();

	return s->fail_at && s->fail_at > fault.before && s->allocations >= s->fail_at;
}

/* Without memory there is no proxy; the next attempt succeeds. */
struct proxy *__wrap_proxy_new(const struct proxy_config *config, const struct proxy_out *out,
			       void *ctx, uint64_t seed)
{
	struct proxy *proxy;

	fault.before = seams()->allocations;
	fault.uncounted = false;
	fault.untold = 0;
	proxy = __real_proxy_new(config, out, ctx, seed);
	if (proxy || !has_struck())
		return proxy;
	fault.uncounted = true;
	return __real_proxy_new(config, out, ctx, seed);
}

/* What it could not take in the proxy is told again, by tell_again(). */
bool __wrap_proxy_interface(struct proxy *proxy, int64_t now, const struct interface_state *state)
{
	bool complete = __real_proxy_interface(proxy, now, state);

	fault.untold &= ~(UINT32_C(1) << state->vif);
	fault.untold |= (uint32_t)!complete << state->vif;
	return complete;
}

void __wrap_proxy_upcall(struct proxy *proxy, int64_t now, const struct upcall *upcall)
{
	struct reports *reports = &fault.ending[fault.current].reports;

	if (fault.learning && !fault.recovering && reports->upcall_count < REPORTED_UPCALLS)
		reports->upcall[reports->upcall_count++] = *upcall;
	__real_proxy_upcall(proxy, now, upcall);
}

static void tell_again(struct world *world)
{
	world->may_act = world->repeat_ok = true;
	for (unsigned vif = 0; vif < world->config.interface_count; vif++)
		if (fault.untold >> vif & 1)
			__real_proxy_interface(world->proxy, world->now, &world->node[vif].state);
	world->may_act = false;
	fault.untold = 0;
}

/* With failures that count. */
static void check(struct world *world, void (*what)(struct world *))
{
	bool before = fault.checking;

	fault.checking = true;
	if (!world->failed_line)
		what(world);
	fault.checking = before;
}

void __wrap_audit(struct world *world)
{
	if (!has_struck())
		__real_audit(world);
	else
		check(world, recover_check_routes);
}

/* What the transcript expects cannot be had any more. */
void __wrap_world_fail(struct world *world, const char *format, ...)
{
	char text[FAILURE_TEXT];
	va_list arguments;

	if (has_struck() && !fault.checking)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	__real_world_fail(world, "%s", text);
}

/* ---- the end of a case ---- */

static void say_failure(struct world *world, const char *what)
{
	fprintf(stderr, "%s:%u: %s\n", world->file, world->line, what);
	fault.failed = true;
}

static void learn_ending(struct world *world, struct ending *ending)
{
	snapshot_take(world, &ending->reports.snapshot);
	ending->state = recover_state(world);
	recover(world, &ending->reports);
	check(world, __real_audit);
	ending->later = recover_state(world);
}

static void check_ending(struct world *world, const struct ending *ending)
{
	if (!fault.uncounted && !recover_counted(world) && recover_state(world) != ending->state)
		say_failure(world, "nobody counted it, and the state is another one");
	tell_again(world);
	recover(world, &ending->reports);
	check(world, __real_audit);
	if (!world->failed_line && recover_state(world) != ending->later)
		say_failure(world, "after a round of reports the state is another one");
}

void __wrap_world_free(struct world *world)
{
	struct ending *ending = &fault.ending[fault.current];
	unsigned long allocations = seams()->allocations;

	fault.recovering = true;
	if (world->proxy && !world->failed_line && !world->ended) {
		if (fault.learning)
			learn_ending(world, ending);
		else if (has_struck())
			check_ending(world, ending);
	}
	if (world->failed_line)
		say_failure(world, world->failure);
	__real_world_free(world);
	if (seams()->blocks) {
		fprintf(stderr, "%ld blocks are not freed\n", seams()->blocks);
		fault.failed = true;
	}
	seams()->blocks = 0;
	seams()->allocations = allocations;
	fault.recovering = false;
	fault.current++;
}

/* ---- a file ---- */

/* Plays FILE with the allocation FAIL_AT failing; how many there were. */
static unsigned long play(char *file, unsigned long fail_at)
{
	char name[] = "replay", *arguments[] = {name, file, NULL};

	fault.current = 0;
	fault.learning = !fail_at;
	fault.failed = false;
	*seams() = (struct seams){.fail_at = fail_at};
	fault.failed |= __real_main(2, arguments) != 0;
	return seams()->allocations;
}

static bool play_all(char *file, unsigned long most, unsigned long *plays)
{
	unsigned long count = play(file, 0), stride = most && count > most ? count / most : 1;
	bool right = !fault.failed;

	for (unsigned long n = 1; n <= count && right; n += stride) {
		play(file, n);
		++*plays;
		right = !fault.failed;
		if (!right)
			fprintf(stderr, "%s: when allocation %lu of %lu fails\n", file, n, count);
	}
	for (unsigned i = 0; i < CASES; i++) {
		snapshot_free(&fault.ending[i].reports.snapshot);
		fault.ending[i] = (struct ending){.state = 0};
	}
	return right;
}

/* What the player prints about each time is of no interest. */
static FILE *silence(void)
{
	int fd = dup(STDOUT_FILENO);

	if (fd < 0 || !freopen("/dev/null", "w", stdout))
		abort();
	return fdopen(fd, "w");
}

int __wrap_main(int argc, char **argv)
{
	unsigned long most = argc > 1 && argv[1][0] == '-' ? strtoul(argv[1] + 1, NULL, 10) : 0;
	char **file = argv + 1 + (argc > 1 && argv[1][0] == '-');
	FILE *out = silence();
	int failed = 0;

	for (; *file; file++) {
		unsigned long plays = 0;
		bool right = play_all(*file, most, &plays);

		fprintf(out, "%s %s: %lu allocations\n", right ? "ok" : "not ok", *file, plays);
		fflush(out);
		failed += !right;
	}
	return failed != 0;
}
