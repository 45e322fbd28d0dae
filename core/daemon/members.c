/* SPDX-License-Identifier: MIT */
/* The list of instances; see members.h. */
#include "core/daemon/members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/config/conf_make.h"

static struct member *find_member(const struct daemon *d, const struct conf_instance *conf)
{
	struct member *m = d->first;

	while (m && !instance_is(&m->instance, conf))
		m = m->next;
	return m;
}

static void want_none(struct daemon *d)
{
	for (struct member *m = d->first; m; m = m->next)
		m->wanted = false;
}

static void close_unwanted(struct daemon *d)
{
	struct member **link = &d->first;

	while (*link) {
		struct member *m = *link;

		if (m->wanted) {
			link = &m->next;
			continue;
		}
		*link = m->next;
		if (d->running)
			log_notice("instance %s ends", m->instance.name);
		instance_close(&m->instance);
		free(m);
	}
}

/* Puts M behind LAST. */
static void move_member(struct daemon *d, struct member *m, struct member *last)
{
	struct member **link = &d->first;

	while (*link && *link != m)
		link = &(*link)->next;
	if (*link)
		*link = m->next;
	link = last ? &last->next : &d->first;
	m->next = *link;
	*link = m;
}

/* 0 or -errno, logged. */
static int open_rules(struct daemon *d, const struct conf *conf)
{
	bool needed = false;
	int error = 0;

	for (unsigned i = 0; i < conf->instance_count; i++)
		needed |= conf->instance[i].table != 0;
	if (needed && d->common.rules.events.fd < 0)
		error = rule_open(&d->common.rules, &d->common.loop, priv_rule, d->priv);
	if (error)
		log_error("cannot make rules for tables: %s", error_text(error));
	return error;
}

/* One more instance, or what has changed of one. 0, or -errno, which has been logged; *RESULT is
 * the member, if there is one. */
static int set_member(struct daemon *d, const struct conf_instance *conf, bool primary,
		      struct member **result)
{
	struct member *m = find_member(d, conf);
	int error = 0;

	*result = m;
	if (ENABLE_RELOAD && m && !instance_reconfigure(&m->instance, conf)) {
		log_error("instance %s: out of memory, not all has changed yet", conf->name);
		return -ENOMEM;
	}
	if (m)
		return 0;
	m = calloc(1, sizeof(*m));
	if (!m) {
		log_error("instance %s: out of memory", conf->name);
		return -ENOMEM;
	}
	m->wanted = true;
	error = instance_open(&m->instance, &d->common, conf, primary);
	if (error) {
		free(m);
		return error;
	}
	*result = m;
	log_notice("instance %s runs", conf->name);
	return 0;
}

static void warn_skipped(const struct conf *conf)
{
	for (unsigned i = 0; i < conf->instance_count; i++)
		if (conf->instance[i].skipped_count)
			log_warning("instance %s: its patterns mean more than %d interfaces; %s "
				    "and %u more are left out",
				    conf->instance[i].name, PROXY_VIFS, conf->instance[i].skipped,
				    conf->instance[i].skipped_count - 1);
}

void members_warn(struct daemon *d, const struct conf *conf)
{
	*d->shared = '\0';
	if (ENABLE_MULTI_INSTANCE && conf_shared(conf, d->shared))
		log_warning("%s", d->shared);
	if (ENABLE_RELOAD)
		warn_skipped(conf);
}

static void note_missing(struct daemon *d, const char *name, int error)
{
	memcpy(d->missing, name, strlen(name) + 1);
	d->missing_error = error;
}

int members_worse(int error, int its)
{
	return its && (!error || error == -EADDRINUSE) ? its : error;
}

static void set_views(struct daemon *d)
{
	const struct control_view *first = NULL;
	struct member *m, *done = NULL;

	/* From the last one to the first. */
	while (done != d->first) {
		for (m = d->first; m->next != done; m = m->next)
			;
		first = instance_views(&m->instance, first);
		done = m;
	}
	d->shown.view = first;
}

int members_set(struct daemon *d, const struct conf *conf)
{
	struct member *m, *last = NULL;
	int error = ENABLE_MULTI_INSTANCE ? open_rules(d, conf) : 0;

	d->shown.view = NULL;
	*d->missing = *d->common.waiting = '\0';
	want_none(d);
	for (unsigned i = 0; i < conf->instance_count; i++) {
		m = find_member(d, &conf->instance[i]);
		if (m)
			m->wanted = true;
	}
	close_unwanted(d);
	for (unsigned i = 0; i < conf->instance_count; i++) {
		int its = set_member(d, &conf->instance[i], !i, &m);

		if (!m && !*d->missing)
			note_missing(d, conf->instance[i].name, its);
		if (its != -ENOPROTOOPT)
			error = members_worse(error, its);
		if (m)
			move_member(d, m, last);
		last = m ? m : last;
	}
	set_views(d);
	return !error && !d->first ? -ENOPROTOOPT : error;
}

void members_close(struct daemon *d)
{
	want_none(d);
	close_unwanted(d);
}
