/* SPDX-License-Identifier: MIT */
/* core/base/backoff.c: when the next attempt is. */
#include "core/base/backoff.h"

#include "test.h"

/* Fails at once in the attempt that is due at NOW; the delay to the next one. */
static int64_t fail_at(struct backoff *b, int64_t now)
{
	if (!backoff_begin(b, now))
		return -1;
	backoff_fail(b, now);
	backoff_end(b);
	return b->at - now;
}

int main(void)
{
	struct backoff b;

	backoff_init(&b);
	TEST("nothing has failed: there is no attempt");
	CHECK(b.at == INT64_MAX && !backoff_begin(&b, INT64_MAX - 1));
	TEST("the first attempt is after a second, whatever else fails until then");
	backoff_fail(&b, 100);
	backoff_fail(&b, 900);
	CHECK(b.at == 1100 && !backoff_begin(&b, 1099));
	TEST("then it is after 2, 4 ... 64 s, and 64 s again");
	for (int64_t delay = 2000, now = b.at; now < 1000000; now = b.at) {
		int64_t its = fail_at(&b, now);

		CHECK(its == delay, "%lld ms, not %lld", (long long)its, (long long)delay);
		delay = delay < 64000 ? 2 * delay : delay;
	}
	TEST("an attempt that fails at nothing makes the next failure the first one");
	CHECK(backoff_begin(&b, b.at));
	backoff_end(&b);
	backoff_fail(&b, 5000000);
	CHECK(b.at == 5001000);
	TEST("a delay of other bounds");
	CHECK(backoff_longer(0, 100, 10000) == 100 && backoff_longer(100, 100, 10000) == 200 &&
	      backoff_longer(6400, 100, 10000) == 10000 &&
	      backoff_longer(10000, 100, 10000) == 10000);
	return test_end();
}
