/* SPDX-License-Identifier: MIT */
/*
 * The monitor of PRIVSEP: root, and so small that it can be read in one go. It opens what needs
 * root and keeps a copy, so that the kernel keeps VIFs and routes whatever becomes of the worker;
 * starts a worker, and another one when it dies or hangs; and restores at the end what was changed.
 * It hears no packet, reads no configuration, and allocates nothing but a successor's environment.
 *
 * Owns: when a worker starts and when it has to end, and what is told to whoever started the
 * program. What the worker asks for: monitor_serve.h; what another program in the monitor's place
 * is left: successor.h.
 *
 * A worker that ran for a second is replaced at once when it dies, else after 0.1 s, 0.2 s ... 10
 * s: what comes from the network and kills it shall not keep a router busy with starting workers.
 */
#include "core/privilege/monitor_serve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/control/socket.h"
#include "core/base/backoff.h"
#include "core/base/child.h"
#include "core/base/error.h"
#include "core/base/format.h"
#include "core/base/log.h"
#include "core/kernel/rawsock.h"
#include "core/base/text.h"

enum {
	RIPE = 1000, /* ms that a worker has to run for the next one to start at once */
	DELAY_FIRST = 100,
	DELAY_MOST = 10000,
	PATIENCE = 10000, /* for a worker that is to end */
	LAST_WORDS = 64
};

/* ---- the worker ---- */

/* In the new process: what it starts with. Of the rest it has no use. */
static void become_worker(struct monitor *m, int channel, struct priv *priv)
{
	const struct monitor_state *state = &m->state;

	prctl(PR_SET_NAME, "mcproxy-worker");
	for (unsigned i = 0; i < state->table_count; i++)
		close(state->table[i].fd);
	for (unsigned i = 0; i < state->kept_count; i++)
		close(state->kept[i].fd);
	/* In which it could take memory away from under the monitor. */
	close(state->shared);
	close(state->rpfilter.directory);
	close(m->rules.request.fd);
	if (ENABLE_SYSTEMD)
		notify_close(&m->notify);
	close(m->signals);
	close(m->channel);
	*priv = (struct priv){.file = m->job->file,
			      .fresh = !m->settled,
			      .first = !m->ready,
			      .settings = state->settings,
			      .shared = m->shared,
			      .channel = channel,
			      .script = state->script,
			      .script_file = state->script_file};
}

/* True: this is the new process, and *PRIV is what it has. */
static bool start_worker(struct monitor *m, struct priv *priv)
{
	int channel[2] = {-1, -1};
	int64_t now = loop_now();
	pid_t pid = -1;

	if (!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel)) {
		m->channel = channel[0];
		m->state.worker++;
		m->settled &= !m->hangup;
		m->hangup = false;
		rpfilter_renew(&m->state.rpfilter);
		m->shared->busy = (uint32_t)(now / 1000) + 1;
		pid = child_fork();
	}
	if (!pid) {
		become_worker(m, channel[1], priv);
		return true;
	}
	if (pid < 0)
		log_error("cannot start a worker: %s", error_text(-errno));
	close(channel[1]);
	m->ready_at = m->kill_at = m->start_at = INT64_MAX;
	if (pid > 0) {
		m->pid = pid;
		return false;
	}
	close(channel[0]);
	m->channel = -1;
	m->start_at = now + DELAY_MOST;
	return false;
}

static void stop_worker(struct monitor *m)
{
	m->stop = true;
	/* Who may not send it a signal says the same by the end of the channel. */
	if (m->pid && kill(m->pid, SIGTERM))
		shutdown(m->channel, SHUT_RDWR);
	m->kill_at = loop_now() + PATIENCE;
}

static void read_signal(struct monitor *m)
{
	struct signalfd_siginfo info;

	if (read(m->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
		stop_worker(m);
	if (info.ssi_signo != SIGHUP)
		return;
	m->hangup = true;
	if (m->pid)
		kill(m->pid, SIGHUP);
}

/* ---- its end ---- */

static void log_death(const struct monitor *m, int status)
{
	static const char name[] = "STATUS=";
	bool killed = WIFSIGNALED(status);
	char text[128];

	format_text(text, sizeof(text),
		    "%sthe worker has ended with %s %d; streams go on, another one starts in %d ms",
		    name, killed ? "signal" : "status",
		    killed ? WTERMSIG(status) : WEXITSTATUS(status), (int)m->delay);
	log_error("%s", text + sizeof(name) - 1);
	if (ENABLE_SYSTEMD)
		notify_send(&m->notify, text);
}

/* It was not to end. */
static void plan_next(struct monitor *m, int status)
{
	int64_t now = loop_now();
	bool ripe = m->ready_at <= now - RIPE;

	m->delay = ripe ? 0 : backoff_longer(m->delay, DELAY_FIRST, DELAY_MOST);
	m->shared->restarts++;
	m->shared->death = status;
	log_death(m, status);
	m->start_at = now + m->delay;
}

/* It wanted another one in its place. */
static void replace_worker(struct monitor *m)
{
	int error = m->upgrade ? successor_exec(&m->state, m->path, m->job->argv) : 0;

	if (error)
		log_error("%s cannot be executed: %s", m->path, error_text(error));
	m->settled = m->upgrade;
	/* One that wants nothing else shall not keep the router busy with it. */
	m->start_at = loop_now() + (m->ready_at <= loop_now() - RIPE ? 0 : DELAY_FIRST);
}

/* False: the program ends with *RESULT. */
static bool after_worker(struct monitor *m, int status, int *result)
{
	bool replace = WIFEXITED(status) && WEXITSTATUS(status) == PRIV_REPLACE;
	bool asked = m->stop || (WIFEXITED(status) && !WEXITSTATUS(status));

	*result = replace ? EXIT_SUCCESS : WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
	if (asked || !m->ready)
		return false;
	if (replace) {
		replace_worker(m);
	} else {
		/* With what there was, or with the file: whichever it was not that it failed with.
		 */
		if (m->ready_at == INT64_MAX)
			m->settled = !m->settled;
		plan_next(m, status);
	}
	m->upgrade = false;
	return true;
}

/* True: it has ended. */
static bool reap(struct monitor *m, int *status)
{
	pid_t pid;

	/* There may be others: whoever shows the status. */
	do {
		pid = waitpid(-1, status, WNOHANG);
	} while (pid > 0 && pid != m->pid);
	if (pid != m->pid)
		return false;
	m->pid = 0;
	/* Its last words. */
	for (int i = 0; i < LAST_WORDS && monitor_serve(m); i++)
		;
	close(m->channel);
	m->channel = -1;
	return true;
}

/* ---- time ---- */

static void watch(struct monitor *m, int64_t now)
{
	uint32_t busy = *(volatile uint32_t *)&m->shared->busy, limit = m->state.settings.watchdog;

	if (m->kill_at <= now) {
		log_error("the worker (pid %d) does not end", m->pid);
	} else if (limit && busy && (uint32_t)(now / 1000) + 1 - busy > limit) {
		log_error("the worker (pid %d) hangs", m->pid);
	} else {
		return;
	}
	kill(m->pid, SIGKILL);
	m->kill_at = INT64_MAX;
	m->shared->busy = 0;
}

/* The worker has another watchdog. */
static void notify_alive(struct monitor *m)
{
	int64_t now = loop_now();

	if (m->notify_at > now)
		return;
	notify_send(&m->notify, "WATCHDOG=1");
	m->notify_at = now + m->notify.interval;
}

/* Milliseconds until there may be something to do; -1: never. */
static int wait_time(const struct monitor *m)
{
	int64_t now = loop_now(), next = m->start_at < m->kill_at ? m->start_at : m->kill_at;
	int64_t watchdog = m->pid ? m->state.settings.watchdog * INT64_C(1000) : 0;

	if (watchdog && next - now > watchdog)
		next = now + watchdog;
	if (ENABLE_SYSTEMD && m->notify_at < next)
		next = m->notify_at;
	if (next == INT64_MAX)
		return -1;
	return next <= now ? 0 : next - now > INT_MAX ? INT_MAX : (int)(next - now);
}

/* The worker dies, or else it shall: one that cannot ask is of no use. */
static void close_channel(struct monitor *m)
{
	close(m->channel);
	m->channel = -1;
	if (m->kill_at == INT64_MAX)
		m->kill_at = loop_now() + PATIENCE;
}

static void wait_for_events(struct monitor *m)
{
	struct pollfd source[] = {{.fd = m->signals, .events = POLLIN},
				  {.fd = m->channel, .events = POLLIN}};

	if (poll(source, 2, wait_time(m)) <= 0)
		return;
	if (source[0].revents)
		read_signal(m);
	if (source[1].revents && !monitor_serve(m))
		close_channel(m);
}

/* ---- life ---- */

static int open_signals(void)
{
	static const int number[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	static const long otherwise[8]; /* SIG_DFL, as the kernel has it */
	sigset_t set;
	int fd;

	/* Whoever started the program may ignore it: then no death would be told. libc's way there
	 * is 400 bytes long. */
	syscall(SYS_rt_sigaction, SIGCHLD, otherwise, NULL, (size_t)_NSIG / 8);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		sigaddset(&set, number[i]);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	/* Blocked, and read by nobody, it is as good as ignored. */
	sigaddset(&set, SIGPIPE);
	return sigprocmask(SIG_BLOCK, &set, NULL) ? -1 : fd;
}

/* Where another program finds what this one was told. */
static int open_shared(struct monitor *m, bool inherited)
{
	const size_t size = sizeof(*m->shared);
	void *shared;

	if (!inherited)
		m->state.shared = memfd_create("mcproxy.shared", MFD_CLOEXEC);
	if (m->state.shared < 0 || ftruncate(m->state.shared, (off_t)size))
		return -errno;
	shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, m->state.shared, 0);
	if (shared == MAP_FAILED)
		return -errno;
	m->shared = shared;
	return 0;
}

/* 0 or -errno. */
static int open_monitor(struct monitor *m, const struct priv_job *job)
{
	int inherited = successor_inherit(&m->state), error;

	if (inherited < 0)
		return inherited;
	if (!inherited) {
		m->state.shared = m->state.script = m->state.settings.control = -1;
		m->state.settings.privilege.root = -1;
	}
	if (inherited)
		log_open(m->state.settings.log_syslog, m->state.settings.log_level);
	m->job = job;
	m->channel = -1;
	m->settled = m->ready = inherited;
	m->start_at = 0;
	m->kill_at = m->ready_at = INT64_MAX;
	if (readlinkat(AT_FDCWD, "/proc/self/exe", m->path, sizeof(m->path)) == sizeof(m->path))
		m->path[0] = '\0';
	if (ENABLE_SYSTEMD)
		notify_open(&m->notify);
	m->notify_at = ENABLE_SYSTEMD && m->notify.interval ? 0 : INT64_MAX;
	rpfilter_open(&m->state.rpfilter);
	rawsock_prepare();
	m->signals = open_signals();
	error = m->signals < 0 ? -errno : netlink_open(&m->rules.request, 0);
	return error ? error : open_shared(m, inherited);
}

static void close_monitor(struct monitor *m)
{
	const struct priv_settings *settings = &m->state.settings;

	if (ENABLE_SYSTEMD)
		notify_send(&m->notify, "STOPPING=1");
	monitor_release(m);
	if (settings->control >= 0)
		close(settings->control);
	if (ENABLE_CONTROL && *settings->path)
		socket_remove(settings->path);
	pidfile_set(&m->state.pidfile, "");
}

/* Returns when the program is to end, or, true, in a worker. */
static bool run_workers(struct monitor *m, struct priv *priv, int *result)
{
	int status;

	for (;;) {
		if (!m->pid && m->start_at <= loop_now() && start_worker(m, priv))
			return true;
		wait_for_events(m);
		if (ENABLE_SYSTEMD)
			notify_alive(m);
		if (m->pid && reap(m, &status) && !after_worker(m, status, result))
			return false;
		if (!m->pid && m->stop) {
			*result = EXIT_SUCCESS;
			return false;
		}
		if (m->pid)
			watch(m, loop_now());
	}
}

bool priv_inherits(void)
{
	return successor_inherit(NULL) != 0;
}

int priv_understands(void)
{
	int result = successor_inherit(NULL);

	return result < 0 ? result : 0;
}

int priv_run(const struct priv_job *job)
{
	static struct monitor m;
	struct priv priv;
	int result = EXIT_SUCCESS, error = open_monitor(&m, job);

	if (error) {
		log_error("cannot start: %s", error_text(error));
		return EXIT_FAILURE;
	}
	if (run_workers(&m, &priv, &result))
		return job->work(job->ctx, &priv);
	close_monitor(&m);
	return result;
}
