/* SPDX-License-Identifier: MIT */
/* Commands, and the question of health; see command.h. */
#include "core/daemon/command.h"

#include <errno.h>

#include "core/base/error.h"
#include "core/base/format.h"
#include "core/base/log.h"
#include "core/daemon/neighbors.h"
#include "core/daemon/settings.h"
#include "core/daemon/trouble.h"

static bool lacks_reload(char error[CONF_ERROR])
{
	return !ENABLE_RELOAD && format_text(error, CONF_ERROR, "option RELOAD is off");
}

/* LINE as a statement of the language, which is in force until the end. */
static bool add_statement(struct daemon *d, const char *line, char error[CONF_ERROR])
{
	struct part before;
	struct conf conf;
	bool done;

	if (lacks_reload(error) || !script_add(&d->script, line, &before, error))
		return false;
	done = !settings_make(d, &d->script, &conf, error);
	script_settle(&d->script, &before, done);
	if (done)
		settings_take(d, &conf);
	return done;
}

static bool upgrade(struct daemon *d, char error[CONTROL_ERROR])
{
	char why[PRIV_TEXT];

	if (priv_upgrade(d->priv, why)) {
		format_text(error, CONTROL_ERROR, "%s", why);
		return false;
	}
	log_notice("another program goes on");
	d->replaced = d->common.loop.stop = true;
	return true;
}

_Static_assert((int)CONTROL_ERROR == (int)CONF_ERROR, "a parser's error is what a command answers");

bool command_run(void *ctx, enum control_command command, const char *line,
		 char error[CONTROL_ERROR])
{
	struct daemon *d = ctx;

	switch (command) {
	case CONTROL_STATEMENT:
		return add_statement(d, line, error);
	case CONTROL_RELOAD:
		return !lacks_reload(error) && settings_reload(d, error);
	case CONTROL_UPGRADE:
		return upgrade(d, error);
	case CONTROL_STOP:
		d->common.loop.stop = true;
	}
	return true;
}

static bool tell(const struct daemon *d, link_teller *of_link, char reason[CONTROL_ERROR])
{
	for (const struct member *m = d->first; m; m = m->next)
		if (instance_tell(&m->instance, of_link, reason))
			return true;
	return false;
}

bool command_healthy(void *ctx, char reason[CONTROL_ERROR])
{
	const struct daemon *d = ctx;
	const char *why = NULL;

	if (*d->missing && d->missing_error == -EADDRINUSE)
		return !format_text(reason, CONTROL_ERROR, "%s", d->common.waiting);
	if (*d->missing)
		return !format_text(reason, CONTROL_ERROR, "instance %s does not run: %s",
				    d->missing, error_text(d->missing_error));
	for (const struct member *m = d->first; m; m = m->next)
		if (instance_waits(&m->instance, reason, CONTROL_ERROR))
			return false;
	if (ENABLE_TROUBLE && tell(d, trouble_tell, reason))
		return false;
	if (ENABLE_MULTI_INSTANCE && *d->shared)
		why = d->shared;
	else if (ENABLE_MULTI_INSTANCE && rule_waits(&d->common.rules))
		why = "rules for tables are missing";
	else if (d->common.ifaces.failed)
		why = "what the interfaces are is not known";
	else if (d->retry.at != INT64_MAX)
		why = "not all is as configured; it is tried again, the log says what";
	if (why)
		return !format_text(reason, CONTROL_ERROR, "%s", why);
	if (!ENABLE_DISCOVERY || !tell(d, neighbors_remark, reason))
		if (ENABLE_TROUBLE)
			tell(d, trouble_remark, reason);
	return true;
}
