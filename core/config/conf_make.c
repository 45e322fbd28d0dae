/* SPDX-License-Identifier: MIT */
/*
 * From statements to a configuration; see conf_make.h. The whole script is one declaration: an
 * interface may be set up before the instance that has it. So definitions come first, then what is
 * set. Owns: the errors that statements have only together.
 */
#include "core/config/conf_make.h"

#include <string.h>

#include "core/base/format.h"
#include "core/base/text.h"
#include "core/config/choose.h"
#include "core/config/define.h"
#include "core/config/implied.h"
#include "core/config/keys.h"

typedef bool action(struct draft *, const struct statement *);

/* Does it with each statement, in the order of the text, until it fails. */
static bool each_statement(struct draft *draft, action *act)
{
	const struct script *script = draft->parser->script;
	const struct statement *s;

	draft->added = false;
	for (s = script->file.first; s; s = s->next)
		if (!act(draft, s))
			return false;
	draft->added = true;
	for (s = script->added.first; ENABLE_RELOAD && s; s = s->next)
		if (!act(draft, s))
			return false;
	return true;
}

/* ---- what is declared ---- */

static const char *name_of(enum protocol protocol)
{
	return protocol == PROTOCOL_IGMP ? "IGMP" : "MLD";
}

static enum protocol protocol_of(const struct statement *statement)
{
	return statement->protocols == 1 << PROTOCOL_IGMP ? PROTOCOL_IGMP : PROTOCOL_MLD;
}

static bool declare_protocol(struct draft *draft, const struct statement *statement)
{
	enum protocol protocol = protocol_of(statement);

	if (draft->highest[protocol])
		return parser_fail_at(draft->parser, &statement->value, "one version of %s only",
				      name_of(protocol));
	draft->highest[protocol] = statement->set.byte;
	return true;
}

static bool declare(struct draft *draft, const struct statement *statement)
{
	switch (statement->kind) {
	case STATEMENT_PROTOCOL:
		return declare_protocol(draft, statement);
	case STATEMENT_DISABLE:
		draft->conf.disabled = true;
		return true;
	case STATEMENT_DEFINE:
		return define_instance(draft, statement);
	case STATEMENT_ADD:
	case STATEMENT_DEL:
		return define_change(draft, statement);
	default:
		return true;
	}
}

/* Without a statement `protocol`, both run that are built in. */
static bool complete_protocols(struct draft *draft)
{
	bool all = !draft->highest[PROTOCOL_IGMP] && !draft->highest[PROTOCOL_MLD];

	if (!draft->definitions && !draft->conf.disabled)
		return parser_fail_at(draft->parser, &draft->parser->script->end, "pinstance");
	draft->runs[PROTOCOL_IGMP] = all ? ENABLE_IGMP : draft->highest[PROTOCOL_IGMP];
	draft->runs[PROTOCOL_MLD] = all ? ENABLE_MLD : draft->highest[PROTOCOL_MLD];
	return true;
}

/* ---- what is set ---- */

/* What concerns only a protocol that does not run is a mistake, but for lists, which may have
 * something for both. */
static bool check_protocol(struct draft *draft, const struct statement *statement)
{
	enum protocol protocol = protocol_of(statement);

	if (statement->key->type >= KEY_GROUPS || statement->protocols == statement->key->protocols)
		return true;
	if (!draft->runs[protocol])
		return parser_fail_at(draft->parser, &statement->value,
				      "something of %s, as %s does not run here",
				      name_of(protocol == PROTOCOL_IGMP), name_of(protocol));
	return statement->key->type != KEY_VERSION || !draft->highest[protocol] ||
	       statement->set.byte <= draft->highest[protocol] ||
	       parser_fail_at(draft->parser, &statement->value,
			      "a version up to that of 'protocol'");
}

/* Is the statement, whose interface is of that name, about this one? */
static bool selects(const struct statement *statement, const char *name,
		    const struct conf_interface *interface)
{
	if (statement->place == PLACE_INSTANCE)
		return true;
	return interface->upstream == (statement->place == PLACE_UPSTREAM) &&
	       (statement_is_pattern(&statement->interface) ? text_matches(name, interface->name)
							    : !strcmp(name, interface->name));
}

static bool add_static_join(struct parser *parser, const struct statement *statement,
			    struct conf_interface *interface)
{
	struct proxy_interface_config *proxy = &interface->proxy[protocol_of(statement)];
	struct static_join *list =
		parser_grow(parser, proxy->static_join, proxy->static_join_count, sizeof(*list));

	if (!list)
		return false;
	list[proxy->static_join_count++] = statement->set.static_join.join;
	proxy->static_join = list;
	return true;
}

static bool set_interfaces(struct draft *draft, const struct statement *statement,
			   const struct definition *its)
{
	char name[IF_NAMESIZE];

	scan_copy(&statement->interface, name, sizeof(name));
	if (statement->place != PLACE_INSTANCE && !statement_is_pattern(&statement->interface) &&
	    !define_knows(its, statement->place, name))
		return parser_fail_at(draft->parser, &statement->interface, "%s of the instance",
				      statement->place == PLACE_UPSTREAM ? "an upstream"
									 : "a downstream");
	for (unsigned i = 0; i < its->conf->interface_count; i++) {
		struct conf_interface *interface = &its->conf->interface[i];

		if (!selects(statement, name, interface))
			continue;
		if (statement->key->type != KEY_STATIC_JOIN)
			keys_put(statement, interface);
		else if (!add_static_join(draft->parser, statement, interface))
			return false;
	}
	return true;
}

static bool set_value(struct draft *draft, const struct statement *statement)
{
	const struct definition *its;

	if (statement->kind != STATEMENT_SET)
		return true;
	if (statement->place == PLACE_PROGRAM) {
		keys_put(statement, &draft->conf);
		draft->conf.control_given |=
			statement->key->offset == offsetof(struct conf, control);
		draft->conf.log_level_given |=
			draft->added && statement->key->offset == offsetof(struct conf, log_level);
		return true;
	}
	its = define_find(draft, statement);
	if (!its)
		return parser_fail_at(draft->parser, &statement->instance,
				      "the name of an instance");
	if (!check_protocol(draft, statement))
		return false;
	if (statement->key->target == KEY_OF_INTERFACE)
		return set_interfaces(draft, statement, its);
	keys_put(statement, its->conf);
	return true;
}

/* ---- what follows from the whole ---- */

static bool is_ssm(const struct proxy_config *proxy, const struct addr *group)
{
	for (size_t i = 0; i < proxy->ssm_range_count; i++)
		if (addr_in_prefix(group, &proxy->ssm_range[i]))
			return true;
	return false;
}

/* Every source of an SSM group is nothing that a host could ask for (RFC 4607 section 5.2). */
static bool check_static_join(struct draft *draft, const struct statement *statement)
{
	const struct static_join *join = &statement->set.static_join.join;

	if (statement->kind != STATEMENT_SET || statement->key->type != KEY_STATIC_JOIN ||
	    !addr_is_any(&join->source) ||
	    !is_ssm(&define_find(draft, statement)->conf->proxy[protocol_of(statement)],
		    &join->group))
		return true;
	return parser_fail_at(draft->parser, &statement->set.static_join.source,
			      "a source, as the group is in ssm-range");
}

/* Notes the last statement that has set a query interval of draft->interface. */
static bool find_interval(struct draft *draft, const struct statement *statement)
{
	char name[IF_NAMESIZE];

	scan_copy(&statement->interface, name, sizeof(name));
	if (statement->kind == STATEMENT_SET && statement->key->type == KEY_QUERY_INTERVAL &&
	    define_find(draft, statement)->conf == draft->instance &&
	    selects(statement, name, draft->interface))
		draft->interval = statement;
	return true;
}

/* The Query Response Interval has to be below the Query Interval (RFC 9776 section 8.3). */
static bool complete_interface(struct draft *draft, struct conf_interface *interface)
{
	for (size_t protocol = 0; protocol < PROTOCOLS; protocol++) {
		struct values *set = &interface->proxy[protocol].values, values;

		if (!set->version)
			set->version = draft->highest[protocol];
		values = *set;
		values_complete(&values, (enum protocol)protocol);
		if (values.query_response_interval < values.query_interval)
			continue;
		draft->interface = interface;
		each_statement(draft, find_interval);
		return parser_fail_at(draft->parser, &draft->interval->value,
				      "a query-response-interval below the query-interval of %s",
				      interface->name);
	}
	return true;
}

static bool complete_interfaces(struct draft *draft)
{
	for (unsigned n = 0; n < draft->conf.instance_count; n++) {
		draft->instance = &draft->conf.instance[n];
		for (unsigned i = 0; i < draft->instance->interface_count; i++)
			if (!complete_interface(draft, &draft->instance->interface[i]))
				return false;
	}
	return true;
}

int conf_make(struct conf *conf, const struct script *script, const char (*present)[IF_NAMESIZE],
	      size_t present_count, char error[CONF_ERROR])
{
	struct draft draft = {.parser = parser_new(script, &script->added, error),
			      .present = present,
			      .present_count = present_count};
	bool valid;

	if (!draft.parser)
		return -1;
	draft.end = &draft.first;
	keys_put_defaults(KEY_OF_PROGRAM, &draft.conf);
	valid = each_statement(&draft, declare) && complete_protocols(&draft) &&
		choose_interfaces(&draft) && each_statement(&draft, set_value) &&
		each_statement(&draft, check_static_join) && complete_interfaces(&draft) &&
		(!ENABLE_FILTER || implied_filters(&draft));
	draft.conf.memory = draft.parser->memory;
	if (valid)
		*conf = draft.conf;
	else
		conf_free(&draft.conf);
	parser_free(draft.parser);
	return valid ? 0 : -1;
}

bool conf_shared(const struct conf *conf, char text[CONF_ERROR])
{
	const struct conf_instance *end = conf->instance + conf->instance_count;

	for (const struct conf_instance *a = conf->instance; a < end; a++)
		for (const struct conf_instance *b = a + 1; b < end; b++)
			for (unsigned i = 0; i < a->interface_count * b->interface_count; i++) {
				const char *name = a->interface[i % a->interface_count].name;

				if (!strcmp(name, b->interface[i / a->interface_count].name))
					return format_text(
						text, CONF_ERROR,
						"%s is in two instances, %s and %s: what comes in "
						"there is routed by one of them only",
						name, a->name, b->name);
			}
	return false;
}

void conf_free(struct conf *conf)
{
	parser_release(conf->memory);
	conf->memory = NULL;
}
