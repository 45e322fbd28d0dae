/* SPDX-License-Identifier: MIT */
/* What yes or no answers; see question.h. */
#include "core/control/question.h"

#include <string.h>

#include "core/base/text.h"
#include "proto/status.h"

static bool is_called(const struct control_view *view, unsigned vif, const char *name)
{
	return view->interface[vif] && !strcmp(view->interface[vif]->name, name);
}

/* The VIF of the interface called NAME; PROXY_VIFS: it has none in this view. */
static unsigned find_interface(const struct control_view *view, const char *name)
{
	unsigned vif = 0;

	while (vif < PROXY_VIFS && !is_called(view, vif, name))
		vif++;
	return vif;
}

const char *question_running(struct question *question)
{
	question->yes = true;
	return NULL;
}

const char *question_healthy(struct question *question)
{
	const struct control_daemon *daemon = question->daemon;

	question->yes = daemon->healthy(daemon->ctx, question->why);
	return NULL;
}

const char *question_group(struct question *question)
{
	const char *name = question->argument[1];
	bool found = !name;
	struct addr group;

	if (!text_to_addr(question->argument[0], &group) || !addr_is_multicast(&group))
		return "not a multicast address";
	for (const struct control_view *view = question->daemon->view; view; view = view->next) {
		unsigned vif = name ? find_interface(view, name) : PROXY_VIFS;

		if (name && vif == PROXY_VIFS)
			continue;
		found = true;
		question->yes |= proxy_has_group(view->proxy, &group, vif);
	}
	return found ? NULL : "no such interface";
}

const char *question_subscribed(struct question *question)
{
	struct addr group;

	if (!text_to_addr(question->argument[0], &group) || !addr_is_multicast(&group))
		return "not a multicast address";
	for (const struct control_view *view = question->daemon->view; view; view = view->next)
		question->yes |= proxy_is_subscribed(view->proxy, &group);
	return NULL;
}

/* Yes: wherever it is a downstream, of every protocol that runs there. */
const char *question_querier(struct question *question)
{
	bool found = false, downstream = false, all = true;

	for (const struct control_view *view = question->daemon->view; view; view = view->next) {
		for (unsigned entry = 0; entry < view->entry_count; entry++) {
			struct proxy_interface_status status;

			proxy_interface_status(view->proxy, entry, &status);
			if (!is_called(view, status.vif, question->argument[0]))
				continue;
			found = true;
			downstream |= !status.upstream;
			all = all && (status.upstream || (status.up && status.querier));
		}
	}
	question->yes = downstream && all;
	return found ? NULL : "no such interface";
}
