/* SPDX-License-Identifier: MIT */
/*
 * The grammar of the configuration language, one function a rule, and the file that it is read
 * from. The whole text is one declaration: an interface may be set up before the instance that has
 * it. So it is read three times, see enum phase. Leaves out: definitions, which are
 * conf_define.c's, tables and filters, conf_filter.c's, and the keys of `set`, conf_set.c's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config/conf.h"
#include "core/config/conf_define.h"
#include "core/config/conf_filter.h"
#include "core/config/conf_set.h"
#include "core/base/format.h"
#include "core/config/parser.h"
#include "core/base/text.h"

/* What has taken effect in another phase is passed by, up to the semicolon. */
static bool skip_statement(struct parser *parser)
{
	while (parser->scanner.token.type != ';')
		scan_next(&parser->scanner);
	return true;
}

/* ---- what is said of interfaces ---- */

/* How the statement names its interfaces. */
struct selector {
	struct token token;
	char name[IF_NAMESIZE];
	bool pattern;
};

/* Takes the name or pattern of interfaces and selects them. */
static bool select_interfaces(struct parser *parser, bool upstream, struct selector *selector)
{
	const struct conf_instance *instance;

	if (!conf_define_name(parser, "an interface's name or pattern", &selector->token,
			      selector->name, &selector->pattern))
		return false;
	if (parser->phase != PHASE_INTERFACE)
		return true;
	if (!selector->pattern && !conf_define_knows(parser, parser->its, upstream, selector->name))
		return parser_fail_at(parser, &selector->token, "%s of the instance",
				      upstream ? "an upstream" : "a downstream");
	instance = parser->its->conf;
	for (unsigned i = 0; i < instance->interface_count; i++) {
		const char *name = instance->interface[i].name;

		if (instance->interface[i].upstream == upstream &&
		    (selector->pattern ? text_matches(selector->name, name)
				       : !strcmp(selector->name, name)))
			parser->selected |= (uint64_t)1 << i;
	}
	return true;
}

/* upstream * out rulematching all|first, upstream * in rulematching first|mutex MILLISECONDS */
static bool parse_matching(struct parser *parser, bool upstream, bool out,
			   const struct selector *selector)
{
	struct conf_instance *instance = parser->phase == PHASE_INSTANCE ? parser->its->conf : NULL;
	uint32_t mutex = 0;
	bool first;

	if (!upstream || !selector->pattern || strcmp(selector->name, "*"))
		return parser_fail_at(parser, &selector->token, "upstream * before rulematching");
	if (!ENABLE_MULTI_UPSTREAM)
		return parser_fail(parser, "';' (option MULTI_UPSTREAM is off)");
	first = parser_keyword(parser, "first");
	if (out && !first && !parser_keyword(parser, "all"))
		return parser_fail(parser, "all|first");
	if (!out && !first) {
		if (!parser_keyword(parser, "mutex"))
			return parser_fail(parser, "first|mutex");
		if (!parser_number(parser, 1, 3600000, "milliseconds", &mutex))
			return false;
	}
	if (instance && out)
		instance->out_first = first;
	else if (instance)
		instance->mutex = (int32_t)mutex;
	return true;
}

/* Takes what is behind the direction. */
static bool parse_binding(struct parser *parser, bool upstream, bool out,
			  const struct selector *selector)
{
	bool white;

	if (parser_keyword(parser, "rulematching"))
		return parse_matching(parser, upstream, out, selector);
	white = parser_keyword(parser, "whitelist");
	if (!white && !parser_keyword(parser, "blacklist"))
		return parser_fail(parser, "whitelist, blacklist or rulematching");
	if (!ENABLE_FILTER)
		return parser_fail(parser, "no filter (option FILTER is off)");
	if (parser->phase == PHASE_DECLARE)
		return conf_filter_read(parser, white);
	if (parser->phase == PHASE_INTERFACE)
		conf_filter_bind(parser, out);
	return skip_statement(parser);
}

static bool parse_interface(struct parser *parser, bool upstream)
{
	struct selector selector;

	if (!select_interfaces(parser, upstream, &selector))
		return false;
	if (parser_keyword(parser, "set"))
		return conf_set(parser, upstream ? CONF_UPSTREAM : CONF_DOWNSTREAM);
	if (parser_keyword(parser, "in"))
		return parse_binding(parser, upstream, false, &selector);
	if (parser_keyword(parser, "out"))
		return parse_binding(parser, upstream, true, &selector);
	return parser_fail(parser, "set, in or out");
}

/* ---- statements; the semicolon is parse()'s ---- */

static bool parse_protocol(struct parser *parser)
{
	struct token token = parser->scanner.token;
	enum protocol protocol;
	uint8_t version;

	if (!parser_version(parser, &protocol, &version))
		return false;
	if (parser->phase == PHASE_DECLARE && parser->highest[protocol])
		return parser_fail_at(parser, &token, "one version of %s only",
				      protocol == PROTOCOL_IGMP ? "IGMP" : "MLD");
	parser->highest[protocol] = version;
	return true;
}

static bool parse_disable(struct parser *parser)
{
	parser->conf.disabled = true;
	return true;
}

static bool parse_program_set(struct parser *parser)
{
	return conf_set(parser, CONF_PROGRAM);
}

static bool parse_table(struct parser *parser)
{
	if (!ENABLE_FILTER)
		return parser_fail(parser, "no table (option FILTER is off)");
	return parser->phase == PHASE_DECLARE ? conf_filter_table(parser) : skip_statement(parser);
}

static bool parse_change(struct parser *parser, const struct token *token, const char *name,
			 bool add)
{
	struct definition *definition = parser_known(parser, NAME_INSTANCE, 0, name);

	if (parser->phase != PHASE_DECLARE)
		return skip_statement(parser);
	if (!definition)
		return parser_fail_at(parser, token, "an instance that is defined before");
	return conf_define_change(parser, definition, add);
}

static bool parse_instance(struct parser *parser)
{
	struct token token = parser->scanner.token;
	char name[CONF_NAME];

	if (!parser_name(parser, name, sizeof(name), "an instance's name"))
		return false;
	if (parser->scanner.token.type == ':' || parser->scanner.token.type == '(')
		return parser->phase == PHASE_DECLARE ? conf_define(parser, &token, name)
						      : skip_statement(parser);
	if (parser_keyword(parser, "add"))
		return parse_change(parser, &token, name, true);
	if (parser_keyword(parser, "del"))
		return parse_change(parser, &token, name, false);
	if (parser->phase != PHASE_DECLARE)
		parser->its = parser_known(parser, NAME_INSTANCE, 0, name);
	if (parser->phase != PHASE_DECLARE && !parser->its)
		return parser_fail_at(parser, &token, "the name of an instance");
	if (parser_keyword(parser, "set"))
		return conf_set(parser, CONF_INSTANCE);
	if (parser_keyword(parser, "upstream"))
		return parse_interface(parser, true);
	if (parser_keyword(parser, "downstream"))
		return parse_interface(parser, false);
	return parser_fail(parser, "':', set, upstream, downstream, add or del");
}

/* ---- the oldest form: one statement a line, without semicolons ---- */

/* Is there an arrow on this line, behind nothing but names? */
static bool is_old_definition(const struct parser *parser)
{
	struct scanner scanner = parser->scanner;
	size_t line = scanner.token.line;

	while (scanner.token.line == line &&
	       (scan_as(&scanner, TOKEN_PATTERN) || scanner.token.type == TOKEN_QUOTED))
		scan_next(&scanner);
	return scanner.token.line == line && scanner.token.type == TOKEN_ARROW;
}

static bool parse_old_definition(struct parser *parser)
{
	size_t line = parser->scanner.token.line;

	if (parser->phase == PHASE_DECLARE)
		return conf_define_line(parser);
	while (parser->scanner.token.line == line && parser->scanner.token.type != ';' &&
	       parser->scanner.token.type != TOKEN_END)
		scan_next(&parser->scanner);
	return true;
}

/* What can stand in the oldest form needs no semicolon at the end of its line. */
static bool end_statement(struct parser *parser, bool old)
{
	if (old && (parser->scanner.token.type == TOKEN_END ||
		    parser->scanner.token.line != parser->scanner.last_line))
		return true;
	return parser_symbol(parser, ';');
}

/* The keyword has been taken when the rule is called. */
static bool parse_statement(struct parser *parser)
{
	static const struct {
		char keyword[15];
		bool old;
		bool (*parse)(struct parser *);
	} statements[] = {
		{"protocol", true, parse_protocol}, {"pinstance", false, parse_instance},
		{"set", false, parse_program_set},  {"disable", true, parse_disable},
		{"table", false, parse_table},
	};

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (parser_keyword(parser, statements[i].keyword))
			return statements[i].parse(parser) &&
			       end_statement(parser, statements[i].old);
	if (is_old_definition(parser))
		return parse_old_definition(parser) && end_statement(parser, true);
	return parser_fail(parser, "protocol, pinstance, table, set or disable");
}

static bool parse(struct parser *parser, enum phase phase)
{
	parser->phase = phase;
	scan_start(&parser->scanner, parser->source->text, parser->source->size);
	while (parser->scanner.token.type != TOKEN_END) {
		parser->selected = 0;
		if (!parse_statement(parser))
			return false;
	}
	return true;
}

/* ---- what follows from the whole ---- */

/* Without a statement `protocol`, both run that are built in. */
static bool complete_protocols(struct parser *parser)
{
	bool all = !parser->highest[PROTOCOL_IGMP] && !parser->highest[PROTOCOL_MLD];

	if (!parser->definitions && !parser->conf.disabled)
		return parser_fail(parser, "pinstance");
	parser->runs[PROTOCOL_IGMP] = all ? ENABLE_IGMP : parser->highest[PROTOCOL_IGMP];
	parser->runs[PROTOCOL_MLD] = all ? ENABLE_MLD : parser->highest[PROTOCOL_MLD];
	return true;
}

static bool complete_interface(struct parser *parser, struct conf_interface *interface,
			       const struct entry *entry)
{
	for (size_t protocol = 0; protocol < PROTOCOLS; protocol++) {
		struct values *set = &interface->proxy[protocol].values, values;

		interface->proxy[protocol].upstream = interface->upstream;
		if (!set->version)
			set->version = parser->highest[protocol];
		values = *set;
		values_complete(&values, (enum protocol)protocol);
		if (values.query_response_interval >= values.query_interval)
			return parser_fail_at(parser, &entry->interval,
					      "a query-response-interval below the query-interval "
					      "of %s",
					      interface->name);
	}
	return true;
}

static bool complete_interfaces(struct parser *parser)
{
	for (const struct definition *its = parser->first; its; its = its->next)
		for (unsigned i = 0; i < its->conf->interface_count; i++)
			if (!complete_interface(parser, &its->conf->interface[i], &its->entry[i]))
				return false;
	return true;
}

int conf_parse(struct conf *conf, const struct conf_source *source, char error[CONF_ERROR])
{
	/* On the stack it would stay resident for as long as the program runs. */
	struct parser *parser = calloc(1, sizeof(*parser));
	bool valid;

	if (!parser) {
		format_text(error, CONF_ERROR, "%.128s: out of memory", source->name);
		return -1;
	}
	parser->source = source;
	parser->error = error;
	parser->end = &parser->first;
	parser->last_binding = &parser->binding;
	conf_set_defaults(&parser->conf);
	valid = parse(parser, PHASE_DECLARE) && complete_protocols(parser) &&
		conf_define_all(parser) && parse(parser, PHASE_INSTANCE) &&
		parse(parser, PHASE_INTERFACE) && complete_interfaces(parser) &&
		(!ENABLE_FILTER || conf_filter_complete(parser));
	if (valid)
		*conf = parser->conf;
	else
		parser_release(parser->conf.memory);
	parser_release(parser->scratch);
	free(parser->rule);
	free(parser);
	return valid ? 0 : -1;
}

/* Reads up to SIZE bytes, to the end of the file or the error; -errno, or how many. */
static ssize_t read_all(int fd, char *buf, size_t size)
{
	size_t used = 0;
	ssize_t got;

	do {
		got = read(fd, buf + used, size - used);
		if (got > 0)
			used += (size_t)got;
	} while ((got > 0 && used < size) || (got < 0 && errno == EINTR));
	return got < 0 ? -errno : (ssize_t)used;
}

int conf_open(int directory, const char *path)
{
	int fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

int conf_load(int fd, const char *name, char **text, size_t *size, char error[CONF_ERROR])
{
	/* One byte more shows that the file is too long. Untouched pages cost nothing. */
	const size_t room = CONFIG_CONF_MAX_SIZE + 1;
	char *buf = malloc(room);
	ssize_t length = fd < 0 ? fd : buf ? read_all(fd, buf, room) : -ENOMEM;

	if (fd >= 0)
		close(fd);
	if (length >= 0 && (size_t)length < room) {
		*text = buf;
		*size = (size_t)length;
		return 0;
	}
	if (length < 0)
		format_text(error, CONF_ERROR, "%.128s: %s", name, strerror((int)-length));
	else
		format_text(error, CONF_ERROR, "%.128s: more than %d bytes", name,
			    CONFIG_CONF_MAX_SIZE);
	free(buf);
	return -1;
}

void conf_free(struct conf *conf)
{
	parser_release(conf->memory);
	conf->memory = NULL;
}
