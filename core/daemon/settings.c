/* SPDX-License-Identifier: MIT */
/* From the text to what runs; see settings.h. */
#include "core/daemon/settings.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/daemon/members.h"
#include "core/daemon/program.h"

static void names_changed(void *ctx)
{
	((struct daemon *)ctx)->stale = true;
}

/* Watches for names that match the patterns of CONF. False: as before, or no memory, or there is no
 * monitor yet. */
static bool match(struct daemon *d, const struct conf *conf)
{
	size_t size = conf->pattern_count * sizeof(*conf->pattern);
	char(*pattern)[IF_NAMESIZE], (*old)[IF_NAMESIZE] = d->pattern;

	if (!ENABLE_RELOAD || d->common.monitor.events.fd < 0)
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
	iface_match(&d->common.monitor, (const char(*)[IF_NAMESIZE])pattern, conf->pattern_count,
		    names_changed, d);
	d->pattern = pattern;
	d->pattern_count = conf->pattern_count;
	free(old);
	return true;
}

int settings_parse(struct daemon *d, const struct script *script, struct conf *conf,
		   char error[CONF_ERROR])
{
	struct conf_source source = {
		.name = d->options->file,
		.text = script->text,
		/* Errors at the end are at that of the file. */
		.size = script->size - (script->size == script->file),
		.present = (const char(*)[IF_NAMESIZE])d->common.monitor.names.name,
		.present_count = d->common.monitor.names.count};
	struct conf first;

	if (conf_parse(&first, &source, error))
		return -1;
	if (!match(d, &first)) {
		*conf = first;
		return 0;
	}
	conf_free(&first);
	source.present = (const char(*)[IF_NAMESIZE])d->common.monitor.names.name;
	source.present_count = d->common.monitor.names.count;
	return conf_parse(conf, &source, error);
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

bool settings_change(struct daemon *d, struct script *script, char error[CONF_ERROR])
{
	struct conf conf;

	if (settings_parse(d, script, &conf, error)) {
		script_free(script);
		return false;
	}
	script_free(&d->script);
	d->script = *script;
	priv_script(d->priv, &d->script);
	settings_apply(d, &conf);
	/* Who gave a command may rely on it once it is answered. */
	for (struct member *m = d->first; m; m = m->next)
		instance_turn(&m->instance, loop_now());
	return true;
}

bool settings_reload(struct daemon *d, char error[CONF_ERROR])
{
	struct script script;
	bool done;

	priv_reloading(d->priv, false);
	done = script_read(&script, priv_file(d->priv), d->options->file, error) &&
	       settings_change(d, &script, error);
	/* Else another worker says so. */
	if (!d->again)
		priv_reloading(d->priv, true);
	if (!done)
		return false;
	d->level_told = false;
	log_notice("%s has been read again", d->options->file);
	return true;
}

void settings_renew(struct daemon *d)
{
	char error[CONF_ERROR];
	struct conf conf;

	d->stale = false;
	if (!settings_parse(d, &d->script, &conf, error)) {
		settings_apply(d, &conf);
		return;
	}
	log_error("%s", error);
	d->unfinished = true;
	backoff_fail(&d->retry, loop_now());
}
