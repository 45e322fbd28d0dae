/* SPDX-License-Identifier: MIT */
/*
 * core/privilege/monitor.c and core/privilege/priv_worker.c: when workers start and have to end,
 * what the next one has of the one before, and that no worker can keep the monitor from its work.
 * The work itself is not core/daemon/daemon.c's here, but a few lines for each test.
 */
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/base/log.h"
#include "core/kernel/mroute.h"
#include "core/privilege/priv.h"
#include "core/config/script.h"
#include "netns.h"

enum { WORKERS = 8, PATIENCE = 15000 };

/* What the test and all processes of the program see. */
static struct {
	volatile unsigned count; /* workers that have started */
	volatile bool ready;	 /* the last one is */
	struct {
		int pid, parent;
		int64_t at;
		bool fresh, first;
		unsigned restarts;
		int death;
	} worker[WORKERS];
	volatile int result; /* of what a worker has looked at: 0 is well */
} * seen;

static void *share(void)
{
	void *result = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);

	if (result == MAP_FAILED)
		abort();
	return result;
}

static int (*act)(struct priv *, unsigned n);
static unsigned v0;
static char file[] = "/tmp/worker-XXXXXX";

static int work(void *ctx, struct priv *priv)
{
	unsigned n = seen->count;

	(void)ctx;
	if (n == WORKERS)
		return 0;
	seen->worker[n].pid = getpid();
	seen->worker[n].parent = getppid();
	seen->worker[n].at = loop_now();
	seen->worker[n].fresh = priv->fresh;
	seen->worker[n].first = priv->first;
	seen->worker[n].restarts = priv->shared->restarts;
	seen->worker[n].death = priv->shared->death;
	seen->ready = false;
	seen->count = n + 1;
	return act(priv, n);
}

static void begin_with(struct priv *priv, uint32_t watchdog)
{
	priv->settings.watchdog = watchdog;
	priv->settings.control = priv->settings.privilege.root = -1;
	priv->settings.path[0] = priv->settings.pidfile[0] = '\0';
	if (priv->fresh && priv_settle(priv))
		_exit(77);
	priv_ready(priv, false);
	seen->ready = true;
}

/* As a daemon does when it has opened everything. */
static void begin(struct priv *priv)
{
	begin_with(priv, 0);
}

static void die(void)
{
	kill(getpid(), SIGKILL);
	pause();
}

/* Until the monitor has the signal passed on. */
static void wait_for_signal(int number)
{
	sigset_t set;
	int got;

	sigemptyset(&set);
	sigaddset(&set, number);
	if (sigwait(&set, &got))
		_exit(78);
}

static bool wait_until(bool (*holds)(void))
{
	int64_t end = loop_now() + PATIENCE;

	while (!holds() && loop_now() < end)
		poll(NULL, 0, 1);
	return holds();
}

static bool is_ready(void)
{
	return seen->ready;
}

/* ---- the program ---- */

/* Its process, the monitor. */
static pid_t start(int (*what)(struct priv *, unsigned n), void (*prepare)(void))
{
	static char word[] = "mcproxy";
	static char *words[] = {word, NULL};
	const struct priv_job job = {.file = file, .argv = words, .work = work};
	pid_t pid;

	*seen = (__typeof__(*seen)){.count = 0};
	act = what;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (prepare)
			prepare();
		_exit(priv_run(&job));
	}
	if (pid < 0)
		abort();
	return pid;
}

/* Its exit status; -1: it has been killed, or does not end. */
static int end_of(pid_t pid)
{
	int64_t end = loop_now() + 2 * PATIENCE;
	int status = 0;
	pid_t got;

	while (!(got = waitpid(pid, &status, WNOHANG)) && loop_now() < end)
		poll(NULL, 0, 1);
	if (got == pid)
		return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

static int run(int (*what)(struct priv *, unsigned n))
{
	return end_of(start(what, NULL));
}

/* ---- when they start and end ---- */

static int fail(struct priv *priv, unsigned n)
{
	(void)priv;
	(void)n;
	return 3;
}

static int fail_settled(struct priv *priv, unsigned n)
{
	(void)n;
	return priv_settle(priv) ? 4 : 5;
}

static int live(struct priv *priv, unsigned n)
{
	(void)n;
	begin(priv);
	wait_for_signal(SIGTERM);
	return 0;
}

static void test_ends(void)
{
	pid_t pid;

	TEST("a start that fails is the end, with its status");
	CHECK(run(fail) == 3 && seen->count == 1);
	CHECK(seen->worker[0].fresh && seen->worker[0].first && !seen->worker[0].restarts);
	CHECK(run(fail_settled) == 5 && seen->count == 1);
	TEST("SIGTERM and SIGINT are the worker's to obey");
	for (int i = 0; i < 2; i++) {
		pid = start(live, NULL);
		CHECK(wait_until(is_ready) && seen->worker[0].parent == pid);
		CHECK(!kill(pid, i ? SIGINT : SIGTERM) && !end_of(pid) && seen->count == 1);
	}
}

/* Dies three times. */
static int die_often(struct priv *priv, unsigned n)
{
	begin(priv);
	if (n < 3)
		die();
	return 0;
}

static void check_deaths(void)
{
	CHECK(seen->count == 4, "%u", seen->count);
	for (unsigned n = 1; n < 4; n++) {
		int64_t gap = seen->worker[n].at - seen->worker[n - 1].at;

		CHECK(!seen->worker[n].fresh && !seen->worker[n].first);
		CHECK(seen->worker[n].restarts == n && WIFSIGNALED(seen->worker[n].death) &&
		      WTERMSIG(seen->worker[n].death) == SIGKILL);
		CHECK(gap >= 50 << n && gap < (50 << n) + 3000, "%u: %d ms", n, (int)gap);
	}
}

static void ignore_children(void)
{
	signal(SIGCHLD, SIG_IGN);
}

/* To stderr nobody listens. */
static void break_log(void)
{
	int end[2];

	signal(SIGPIPE, SIG_DFL);
	if (pipe(end) || dup2(end[1], STDERR_FILENO) < 0 || close(end[0]) || close(end[1]))
		_exit(79);
}

static void test_deaths(void)
{
	TEST("another worker takes the place of one that dies, ever later");
	CHECK(!run(die_often));
	check_deaths();
	TEST("... also if whoever started the program ignores the end of children");
	CHECK(!end_of(start(die_often, ignore_children)));
	check_deaths();
	TEST("... and if nobody reads the log any more");
	CHECK(!end_of(start(die_often, break_log)));
	check_deaths();
}

/* The second one cannot begin with what was left to it, the third one can. */
static int despair(struct priv *priv, unsigned n)
{
	if (n == 1)
		return 1;
	begin(priv);
	if (n == 0)
		die();
	return 0;
}

static int ask_again(struct priv *priv, unsigned n)
{
	begin(priv);
	return n ? 0 : PRIV_REPLACE;
}

static int await_hangup(struct priv *priv, unsigned n)
{
	begin(priv);
	if (n == 0)
		wait_for_signal(SIGHUP);
	return n ? 0 : 1;
}

static void test_files(void)
{
	pid_t pid;

	TEST("where what was left is of no use, the file is");
	CHECK(!run(despair) && seen->count == 3);
	CHECK(!seen->worker[1].fresh && seen->worker[2].fresh && !seen->worker[2].first);
	TEST("a worker that wants it has the file read anew, at once");
	CHECK(!run(ask_again) && seen->count == 2);
	CHECK(seen->worker[1].fresh && !seen->worker[1].first && !seen->worker[1].restarts);
	CHECK(seen->worker[1].at - seen->worker[0].at < 1000);
	TEST("SIGHUP reaches the worker, and the next one if this one dies of it");
	pid = start(await_hangup, NULL);
	CHECK(wait_until(is_ready) && !kill(pid, SIGHUP) && !end_of(pid));
	CHECK(seen->count == 2 && seen->worker[1].fresh);
}

/* ---- what the next one has ---- */

/* Descriptors but those that every process has: how many are sockets of the family; of anything
 * else (FAMILY 0). */
static int count_open(int family)
{
	int count = 0;

	for (int fd = STDERR_FILENO + 1; fd < 1024; fd++) {
		int its = 0;
		socklen_t size = sizeof(its);

		if (fcntl(fd, F_GETFD) < 0)
			continue;
		getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &its, &size);
		count += its == family;
	}
	return count;
}

static bool has_group(void)
{
	return netns_run("ip maddr show dev v0 | grep -q 'inet  224.0.0.22$'");
}

#define LOOK(condition)                          \
	do {                                     \
		if (!(condition)) {              \
			seen->result = __LINE__; \
			return 0;                \
		}                                \
	} while (0)

/* The test's own descriptors are closed before: see close_others(). */
static int leave_all(struct priv *priv)
{
	char text[] = "a ==> b;\n\n";
	const struct script script = {.file = {.text = text, .size = 9},
				      .added = {.text = text + 9, .size = 1}};
	bool kept = true;
	int fd, joined;

	for (int i = 0; i < PROTOCOLS; i++) {
		fd = priv_mroute(priv, (enum protocol)i, 7, &kept);
		LOOK(fd >= 0 && !kept && !mroute_add_vif(fd, (enum protocol)i, 3, v0, 1));
	}
	joined = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	LOOK(!setsockopt(joined, IPPROTO_IP, IP_ADD_MEMBERSHIP,
			 &(struct ip_mreqn){{htonl(0xe0000016)}, {0}, (int)v0},
			 sizeof(struct ip_mreqn)) &&
	     has_group());
	priv_keep(priv, joined);
	LOOK(!priv_rule(priv, NULL, true, &(struct rule){"v0", PROTOCOL_IGMP, 7, false},
			ABI_FRA_IIFNAME));
	LOOK(!priv_rp_filter(priv, PRIV_RP_HOLD, "v0"));
	priv_script(priv, &script);
	priv->shared->vifs[1].index[PROTOCOL_MLD][3] = 4711;
	die();
	return 0;
}

static int find_all(struct priv *priv)
{
	char error[CONF_ERROR];
	struct script script;
	bool kept = false;
	int fd;

	/* The channel, what sends from any address; the text. */
	LOOK(count_open(AF_UNIX) == 1 && count_open(AF_PACKET) == 1 && count_open(0) == 1);
	LOOK(!count_open(AF_INET) && !count_open(AF_INET6) && !count_open(AF_NETLINK));
	LOOK(script_restore(&script, priv->script, priv->script_file, "f", error) &&
	     script.file.size == 9 && script.added.size == 1);
	script_free(&script);
	for (int i = 0; i < PROTOCOLS; i++) {
		fd = priv_mroute(priv, (enum protocol)i, 7, &kept);
		LOOK(fd >= 0 && kept && mroute_has_vif(fd, 3) && !mroute_has_vif(fd, 2));
	}
	LOOK(has_group() && priv->shared->vifs[1].index[PROTOCOL_MLD][3] == 4711);
	LOOK(netns_run("ip mrule | grep -q 'iif v0 lookup 7'"));
	LOOK(netns_run("grep -qx 0 /proc/sys/net/ipv4/conf/v0/rp_filter"));
	LOOK(has_group() && priv_turn(priv, priv->sweep_at) == INT64_MAX);
	LOOK(!has_group() && netns_run("grep -qx 1 /proc/sys/net/ipv4/conf/v0/rp_filter"));
	return 0;
}

static int hand_over(struct priv *priv, unsigned n)
{
	begin(priv);
	/* For commands. */
	signal(SIGCHLD, SIG_DFL);
	return n ? find_all(priv) : leave_all(priv);
}

static void close_others(void)
{
	for (int fd = STDERR_FILENO + 1; fd < 1024; fd++)
		close(fd);
}

static void test_heritage(void)
{
	CHECK(netns_run("echo 1 >/proc/sys/net/ipv4/conf/v0/rp_filter"));
	TEST("tables, joins, rules, rp_filter and text are the next one's, descriptors are not");
	CHECK(!end_of(start(hand_over, close_others)) && seen->count == 2);
	CHECK(!seen->result, "line %d", seen->result);
	TEST("... and nothing of it is left in the end");
	CHECK(netns_run("! ip mrule | grep 'lookup 7' && test $(wc -l </proc/net/raw) -eq 1"));
	CHECK(netns_run("! ip mroute show table 7 | grep ."));
}

/* ---- who does not do what is expected ---- */

/* Cannot be ended but by force, unless there is no monitor, when the test has failed. */
static int persist(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (pause())
		;
	return 0;
}

static int go_deaf(struct priv *priv, unsigned n)
{
	begin(priv);
	if (n)
		return 0;
	close(priv->channel);
	return persist();
}

static int babble(struct priv *priv, unsigned n)
{
	begin(priv);
	if (n)
		return 0;
	while (send(priv->channel, "x", 1, MSG_NOSIGNAL) == 1)
		;
	return persist();
}

static int hang(struct priv *priv, unsigned n)
{
	begin_with(priv, 1);
	return n ? 0 : persist();
}

static int64_t cpu_of_children(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000) +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

/* The first worker, and how long it has lived. */
static void check_killed(int64_t least, int64_t most)
{
	int64_t age = seen->worker[1].at - seen->worker[0].at;

	CHECK(age >= least && age < most, "%d ms", (int)age);
	CHECK(WIFSIGNALED(seen->worker[1].death) && WTERMSIG(seen->worker[1].death) == SIGKILL);
}

static void test_hostile(void)
{
	int64_t before = cpu_of_children();
	__typeof__(seen) first = seen;
	pid_t pid = start(go_deaf, NULL), other;

	/* It takes its time; so, both at once. */
	seen = share();
	other = start(babble, NULL);
	TEST("a worker that says what is no request, and then nothing, is killed");
	CHECK(!end_of(other) && seen->count == 2);
	check_killed(9000, 20000);
	seen = first;
	TEST("... as is one that closes the channel and lives on");
	CHECK(!end_of(pid) && seen->count == 2);
	check_killed(9000, 20000);
	TEST("... and till then the monitor waits");
	CHECK(cpu_of_children() - before < 1000, "%d ms", (int)(cpu_of_children() - before));
	TEST("one that hangs is killed by the watchdog");
	CHECK(!run(hang) && seen->count == 2);
	check_killed(1000, 6000);
}

static int64_t never(void *ctx, int64_t now)
{
	(void)ctx;
	(void)now;
	return INT64_MAX;
}

/* Goes on until there is no monitor. */
static int survive(struct priv *priv, unsigned n)
{
	struct loop loop;

	(void)n;
	LOOK(!loop_open(&loop));
	LOOK(!priv_watch(priv, &loop));
	begin(priv);
	LOOK(!loop_run(&loop, never, NULL) && loop.stop);
	LOOK(priv_pidfile(priv) == -EPIPE);
	seen->result = -1;
	return 0;
}

static bool has_result(void)
{
	return seen->result;
}

static void test_orphan(void)
{
	pid_t pid = start(survive, NULL);

	TEST("a worker whose monitor is gone knows");
	CHECK(wait_until(is_ready) && !kill(pid, SIGKILL) && end_of(pid) == -1);
	CHECK(wait_until(has_result) && seen->result == -1, "line %d", seen->result);
}

int main(void)
{
	if (!ENABLE_PRIVSEP)
		return NETNS_SKIP;
	netns_enter();
	seen = share();
	if (!netns_wire("v0", "v1") || close(mkstemp(file)))
		return 1;
	v0 = if_nametoindex("v0");
	RUN(test_ends, test_deaths, test_files, test_heritage, test_hostile, test_orphan);
	unlink(file);
	return test_end();
}
