/* SPDX-License-Identifier: MIT */
/* From the script to what runs; see settings.h. */
#include "core/daemon/settings.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/config/conf_make.h"
#include "core/daemon/members.h"
#include "core/daemon/program.h"

static void names_changed(void *ctx)
{
	((struct daemon *)ctx)->stale = true;
}

/* Watches for names that match the patterns of CONF. False: as before, or no memory, or there is no
 * monitor yet. */
static bool watch_patterns(struct daemon *d, const struct conf *conf)
{
	size_t size = conf->pattern_count * sizeof(*conf->pattern);
	char(*pattern)[IF_NAMESIZE], (*old)[IF_NAMESIZE] = d->pattern;

	if (!ENABLE_RELOAD || d->common.ifaces.events.fd < 0)
		return false;
	if (conf->pattern_count == d->pattern_count &&
	    (!size || !memcmp(conf->pattern, d->pattern, size)))
		return false;
	pattern = malloc(size + 1);
	if (!pattern) {
		d->unfinished = true;
		backoff_fail(&d->retry, loop_now());
		return false;
	}
	if (size)
		memcpy(pattern, conf->pattern, size);
	/* Names that cannot be read now are read later, and have changed then. */
	iface_match(&d->common.ifaces, (const char(*)[IF_NAMESIZE])pattern, conf->pattern_count,
		    names_changed, d);
	d->pattern = pattern;
	d->pattern_count = conf->pattern_count;
	free(old);
	return true;
}

int settings_make(struct daemon *d, const struct script *script, struct conf *conf,
		  char error[CONF_ERROR])
{
	const struct names *names = &d->common.ifaces.names;
	struct conf first;

	if (conf_make(&first, script, (const char(*)[IF_NAMESIZE])names->name, names->count, error))
		return -1;
	if (!watch_patterns(d, &first)) {
		*conf = first;
		return 0;
	}
	conf_free(&first);
	return conf_make(conf, script, (const char(*)[IF_NAMESIZE])names->name, names->count,
			 error);
}

int settings_apply(struct daemon *d, struct conf *conf)
{
	int error;

	if (ENABLE_CONTROL && d->running)
		control_interrupt(&d->control);
	program_set_log(d, conf);
	error = members_set(d, conf);
	error = members_worse(error, program_set(d, conf));
	members_warn(d, conf);
	if (conf->disabled) {
		log_notice("%s says disable", d->options->file);
		d->common.loop.stop = true;
	}
	conf_free(conf);
	d->unfinished |= error != 0;
	if (error)
		backoff_fail(&d->retry, loop_now());
	return error;
}

void settings_take(struct daemon *d, struct conf *conf)
{
	priv_script(d->priv, &d->script);
	settings_apply(d, conf);
	/* Who gave a command may rely on it once it is answered. */
	for (struct member *m = d->first; m; m = m->next)
		instance_turn(&m->instance, loop_now());
}

/* False: nothing has changed, and ERROR says why. */
static bool reread(struct daemon *d, char error[CONF_ERROR])
{
	struct script script;
	struct conf conf;

	if (!script_read(&script, priv_file(d->priv), d->options->file, error))
		return false;
	if (!script_scan(&script, error) || settings_make(d, &script, &conf, error)) {
		script_free(&script);
		return false;
	}
	if (*script.warning)
		log_warning("%s", script.warning);
	script_free(&d->script);
	d->script = script;
	settings_take(d, &conf);
	return true;
}

bool settings_reload(struct daemon *d, char error[CONF_ERROR])
{
	bool done;

	priv_reloading(d->priv, false);
	done = reread(d, error);
	/* Else another worker says so. */
	if (!d->replaced)
		priv_reloading(d->priv, true);
	if (done)
		log_notice("%s has been read again", d->options->file);
	return done;
}

void settings_renew(struct daemon *d)
{
	char error[CONF_ERROR];
	struct conf conf;

	d->stale = d->unfinished = false;
	if (!settings_make(d, &d->script, &conf, error)) {
		settings_apply(d, &conf);
		return;
	}
	log_error("%s", error);
	d->unfinished = true;
	backoff_fail(&d->retry, loop_now());
}
