/* SPDX-License-Identifier: MIT */
/* core/privilege/priv_direct.c, the twin of the monitor and its worker in one process, whatever the
 * configuration has. */

#undef ENABLE_PRIVSEP
#define ENABLE_PRIVSEP 0
#include "core/privilege/priv_direct.c"

#include "netns.h"

static char file[] = "/tmp/direct-XXXXXX", pid_path[64];
static unsigned ready_calls;

static bool is_text(const char *path, const char *text)
{
	return netns_run("test \"$(cat %s)\" = '%s'", path, text);
}

static void count_ready(void *ctx, const struct priv_settings *settings)
{
	CHECK(!strcmp(ctx, "context") && !strcmp(settings->pidfile, pid_path));
	ready_calls++;
}

/* The bytes of the configuration. */
static bool reads(struct priv *priv, const char *expected)
{
	char bytes[32] = "";
	int fd = priv_file(priv);
	ssize_t length = read(fd, bytes, sizeof(bytes) - 1);

	close(fd);
	return length == (ssize_t)strlen(expected) && !strcmp(bytes, expected);
}

static void test_tables(struct priv *priv)
{
	char text[PRIV_TEXT];

	for (int i = 0; i < PROTOCOLS; i++) {
		enum protocol protocol = (enum protocol)i;
		bool kept = true;
		int fd = priv_mroute(priv, protocol, 0, &kept);
		unsigned before = test_open();

		TEST(i ? "IPv6: a table is opened, once" : "IPv4: a table is opened, once");
		CHECK(fd >= 0 && !kept);
		CHECK(priv_mroute(priv, protocol, 0, &kept) == -EADDRINUSE && !kept);
		CHECK(priv_mroute(priv, protocol, UINT32_MAX, &kept) == -EINVAL);
		CHECK(test_open() == before, "%u, not %u", test_open(), before);
		CHECK(!priv_holders(priv, protocol, text));
		close(fd);
		fd = priv_mroute(priv, protocol, 0, &kept);
		CHECK(fd >= 0);
		close(fd);
	}
	TEST("what would outlive a worker is closed, or is not");
	{
		int fd = dup(STDOUT_FILENO);

		priv_keep(priv, fd);
		CHECK(fcntl(fd, F_GETFD) >= 0);
		priv_close(priv, fd);
		CHECK(fcntl(fd, F_GETFD) < 0);
		priv_close(priv, -1);
	}
}

static int work(void *ctx, struct priv *priv)
{
	char text[PRIV_TEXT];

	TEST("it begins with the file");
	CHECK(!strcmp(ctx, "context") && priv->fresh && priv->first && !priv->shared);
	CHECK(priv->settings.control == -1 && priv->settings.privilege.root == -1);
	CHECK(!priv_watch(priv, NULL) && !priv_settle(priv) && !priv_inherits() &&
	      !priv_understands());
	CHECK(reads(priv, "one\n"));
	TEST("... in the directory where it was at the start");
	CHECK(netns_run("mv %s %s.dir/file && echo two >%s", file, file, file) &&
	      reads(priv, "two\n"));
	CHECK(!chdir("/proc") && reads(priv, "two\n"));
	CHECK(!unlink(file) && priv_file(priv) == -ENOENT);
	TEST("the pid file");
	snprintf(priv->settings.pidfile, sizeof(priv->settings.pidfile), "%s", pid_path);
	CHECK(!priv_pidfile(priv) && !access(pid_path, F_OK));
	priv_ready(priv, true);
	CHECK(ready_calls == 1 && priv_turn(priv, 0) == INT64_MAX);
	TEST("there is no other process to go on, or to remember anything for");
	CHECK(priv_upgrade(priv, text) == -ENOTSUP && !strcmp(text, "option PRIVSEP is off"));
	CHECK(priv_is_fresh(priv) && !priv_is_settled() && !priv_vifs(priv, 0));
	CHECK(priv->pid == getpid());
	test_tables(priv);
	TEST("rp_filter");
	CHECK(!priv_rp_filter(priv, PRIV_RP_HOLD, "v0") &&
	      !priv_rp_filter(priv, PRIV_RP_HOLD, "v1"));
	CHECK(is_text("/proc/sys/net/ipv4/conf/v0/rp_filter", "0"));
	netns_write("/proc/sys/net/ipv4/conf/v0/rp_filter", "1");
	CHECK(!priv_rp_filter(priv, PRIV_RP_REFRESH, "v0"));
	CHECK(is_text("/proc/sys/net/ipv4/conf/v0/rp_filter", "0"));
	CHECK(!priv_rp_filter(priv, PRIV_RP_RELEASE, "v1"));
	CHECK(is_text("/proc/sys/net/ipv4/conf/v1/rp_filter", "2"));
	return 42;
}

int main(void)
{
	static char context[] = "context";
	const struct priv_job job = {
		.file = file, .ready = count_ready, .work = work, .ctx = context};
	unsigned before;

	netns_enter();
	if (close(mkstemp(file)) || !netns_wire("v0", "v1") ||
	    !netns_run("mkdir %s.dir && echo one >%s", file, file) ||
	    !netns_run("echo 1 >/proc/sys/net/ipv4/conf/v0/rp_filter && "
		       "echo 2 >/proc/sys/net/ipv4/conf/v1/rp_filter"))
		return 1;
	snprintf(pid_path, sizeof(pid_path), "%s.dir/pid", file);
	rawsock_prepare();
	before = test_open();
	CHECK(priv_run(&job) == 42);
	TEST("in the end all is as it was");
	CHECK(access(pid_path, F_OK) && test_open() == before, "%u, not %u", test_open(), before);
	CHECK(is_text("/proc/sys/net/ipv4/conf/v0/rp_filter", "1") &&
	      is_text("/proc/sys/net/ipv4/conf/v1/rp_filter", "2"));
	netns_run("rm -r %s.dir", file);
	return test_end();
}
