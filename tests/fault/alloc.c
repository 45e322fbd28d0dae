/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of proto/ fails once: plays a transcript, and at each allocation a child process
 * begins in which it fails. From there on the expectations count for nothing, but what always holds
 * does: what is sent is well formed, no route leads to where nobody wants it, nothing is lost for
 * good. At the end of the case hosts report once more what they are members of, and then the state
 * has to be the same as without the fault, and memory returned. Usage: fault [-MOST] FILE...; MOST
 * of a file's allocations, evenly spread.
 *
 * The player is tests/replay with these functions in between (ld's --wrap).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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
	const char *file;
	unsigned long stride, plays; /* which allocations fail; how many did */
	struct ending ending[CASES];
	unsigned current; /* case */
	bool learning;	  /* there is no fault now */
	bool uncounted;	  /* this one nobody has to count */
	bool struck;	  /* it has failed: this process plays the case to its end */
	bool recovering;  /* what happens now is no longer the transcript's */
	bool checking;	  /* not what the transcript expects, but what always holds */
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
bool __real_proxy_upcall(struct proxy *, int64_t now, const struct upcall *);
bool __wrap_proxy_upcall(struct proxy *, int64_t now, const struct upcall *);

/* Without memory there is no proxy; the next attempt succeeds. */
struct proxy *__wrap_proxy_new(const struct proxy_config *config, const struct proxy_out *out,
			       void *ctx, uint64_t seed)
{
	struct proxy *proxy;

	fault.untold = 0;
	proxy = __real_proxy_new(config, out, ctx, seed);
	if (proxy || !fault.struck)
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

bool __wrap_proxy_upcall(struct proxy *proxy, int64_t now, const struct upcall *upcall)
{
	struct reports *reports = &fault.ending[fault.current].reports;

	if (fault.learning && !fault.recovering && reports->upcall_count < REPORTED_UPCALLS)
		reports->upcall[reports->upcall_count++] = *upcall;
	return __real_proxy_upcall(proxy, now, upcall);
}

static void tell_again(struct world *world)
{
	world->may_act = world->repeat_ok = true;
	for (unsigned vif = 0; vif < world->vif_count; vif++)
		if (fault.untold >> vif & 1 && *world->node[vif].name)
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
	if (fault.learning)
		__real_audit(world);
	else if (fault.struck)
		check(world, recover_check_routes);
}

/* What the transcript expects cannot be had any more. */
void __wrap_world_fail(struct world *world, const char *format, ...)
{
	char text[FAILURE_TEXT];
	va_list arguments;

	if (fault.struck && !fault.checking)
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
	if (!fault.uncounted && !world_no_memory(world) && recover_state(world) != ending->state)
		say_failure(world, "nobody counted it, and the state is another one");
	tell_again(world);
	recover(world, &ending->reports);
	if (ending->reports.snapshot.held_count <= RECOVER_MANY)
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
		else if (fault.struck)
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
	if (fault.struck)
		_exit(fault.failed);
	seams()->allocations = allocations;
	fault.recovering = false;
	fault.current++;
}

/* ---- a file ---- */

/* Here the process divides: in the child the allocation fails, and its case is played to the end;
 * here it does not, and so on to the next one. */
static bool divide(void)
{
	int status;
	pid_t pid;

	if (seams()->allocations % fault.stride)
		return false;
	fault.plays++;
	pid = fork();
	if (!pid) {
		fault.struck = true;
		seams()->fails = NULL;
		return true;
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "%s: when allocation %lu fails\n", fault.file,
			seams()->allocations);
		fault.failed = true;
	}
	return false;
}

/* How many allocations there were. */
static unsigned long play(char *file, bool (*fails)(void))
{
	char name[] = "replay", *arguments[] = {name, file, NULL};

	fault.current = 0;
	fault.learning = !fails;
	*seams() = (struct seams){.fails = fails};
	fault.failed |= __real_main(2, arguments) != 0;
	return seams()->allocations;
}

/* At most MOST allocations fail, evenly spread; 0: all. */
static bool play_all(char *file, unsigned long most)
{
	unsigned long count;

	fault.file = file;
	fault.failed = false;
	fault.plays = 0;
	count = play(file, NULL);
	fault.stride = most && count > most ? count / most : 1;
	if (!fault.failed)
		play(file, divide);
	for (unsigned i = 0; i < CASES; i++) {
		snapshot_free(&fault.ending[i].reports.snapshot);
		fault.ending[i] = (struct ending){.state = 0};
	}
	return !fault.failed;
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
		bool right = play_all(*file, most);

		fprintf(out, "%s %s: %lu allocations\n", right ? "ok" : "not ok", *file,
			fault.plays);
		fflush(out);
		failed += !right;
	}
	return failed != 0;
}
