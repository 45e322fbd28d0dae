/* SPDX-License-Identifier: MIT */
/*
 * The grammar of the configuration language, one function a rule, and the file that it is read
 * from. The whole text is one declaration: an interface may be set up before the instance that has
 * it. So it is read twice, see struct parser. Leaves out: the keys of `set`, which are
 * conf_set.c's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "conf_set.h"
#include "format.h"
#include "parser.h"
#include "text.h"

static const char no_filters[] = "(this version has no filters)";

/* ---- interfaces ---- */

static bool is_pattern(const char *text)
{
	return strpbrk(text, "*?");
}

/* What the kernel takes as an interface's name. */
static bool is_interface_name(const char *name)
{
	return !strpbrk(name, "/: ") && strcmp(name, ".") && strcmp(name, "..");
}

static bool is_known(const struct conf_instance *instance, const char *name)
{
	for (unsigned i = 0; i < instance->interface_count; i++)
		if (!strcmp(instance->interface[i].name, name))
			return true;
	return false;
}

/* One VIF is the upstream's, also where there is none. */
static unsigned most_interfaces(const struct conf_instance *instance, bool upstream)
{
	return upstream || instance->interface[0].upstream ? PROXY_VIFS : PROXY_VIFS - 1;
}

/* One more interface of the instance. */
static bool define_interface(struct parser *parser, bool upstream)
{
	struct conf_instance *instance = parser->conf.instance;
	struct conf_interface interface = {.upstream = upstream};
	unsigned most = most_interfaces(instance, upstream);
	struct token token;

	if (instance->interface_count == most)
		return parser_fail(parser, "';' after %u interfaces", most);
	if (!upstream && scan_is(&parser->scanner, "peer", 4))
		return parser_fail(parser, "';' (this version has no peering; quote the name of an "
					   "interface that is called so)");
	scan_as(&parser->scanner, TOKEN_PATTERN);
	token = parser->scanner.token;
	if (!parser_name(parser, interface.name, sizeof(interface.name),
			 instance->interface_count > 1 ? "';' or an interface's name"
						       : "an interface's name"))
		return false;
	if (token.type == TOKEN_PATTERN && is_pattern(interface.name))
		return parser_fail_at(parser, &token,
				      "an interface's name (this version has no patterns here)");
	if (!is_interface_name(interface.name))
		return parser_fail_at(parser, &token, "a name that an interface can have");
	if (is_known(instance, interface.name))
		return parser_fail_at(parser, &token, "an interface that was not named before");
	conf_set_interface_defaults(&interface);
	for (size_t i = 0; i < PROTOCOLS; i++)
		interface.proxy[i].upstream = upstream;
	instance->interface[instance->interface_count++] = interface;
	return true;
}

/* Takes the name or pattern of interfaces that a key is set for and selects them. */
static bool select_interfaces(struct parser *parser, bool upstream)
{
	const struct conf_instance *instance = parser->conf.instance;
	bool pattern = scan_as(&parser->scanner, TOKEN_PATTERN);
	struct token token = parser->scanner.token;
	char name[CONF_NAME];

	if (!parser_name(parser, name, sizeof(name), "an interface's name or pattern"))
		return false;
	pattern = pattern && is_pattern(name);
	parser->selected = 0;
	if (parser->declaring)
		return true;
	for (unsigned i = 0; i < instance->interface_count; i++) {
		const struct conf_interface *interface = &instance->interface[i];

		if (interface->upstream == upstream &&
		    (pattern ? text_matches(name, interface->name)
			     : !strcmp(name, interface->name)))
			parser->selected |= 1u << i;
	}
	if (!pattern && !parser->selected)
		return parser_fail_at(parser, &token, "%s of the instance",
				      upstream ? "an upstream" : "a downstream");
	return true;
}

/* ---- statements; the semicolon is parse()'s ---- */

/* The second time, what has taken effect the first time is passed by. */
static bool skip_statement(struct parser *parser)
{
	while (parser->scanner.token.type != ';')
		scan_next(&parser->scanner);
	return true;
}

static bool parse_protocol(struct parser *parser)
{
	struct token token = parser->scanner.token;
	enum protocol protocol;
	uint8_t version;

	if (!parser->declaring)
		return skip_statement(parser);
	if (!parser_version(parser, &protocol, &version))
		return false;
	if (parser->highest[protocol])
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
	return parser_fail(parser, "no table %s", no_filters);
}

static bool parse_upstreams(struct parser *parser)
{
	if (parser_accept(parser, TOKEN_ARROW))
		return true;
	if (!define_interface(parser, true))
		return false;
	return parser_accept(parser, TOKEN_ARROW) ||
	       parser_fail(parser, "'==>' (this version has one upstream)");
}

/* NAME: UP ==> DOWN..., from the colon on. */
static bool parse_definition(struct parser *parser, const struct token *token, const char *name)
{
	if (!parser->declaring)
		return skip_statement(parser);
	if (parser->defined)
		return parser_fail_at(parser, token,
				      "another statement (this version has one instance)");
	parser->defined = true;
	strcpy(parser->conf.instance->name, name);
	if (!parser_symbol(parser, ':') || !parse_upstreams(parser))
		return false;
	do {
		if (!define_interface(parser, false))
			return false;
	} while (parser->scanner.token.type != ';');
	return true;
}

static bool parse_interface_set(struct parser *parser, bool upstream)
{
	if (!select_interfaces(parser, upstream))
		return false;
	if (scan_is(&parser->scanner, "in", 2) || scan_is(&parser->scanner, "out", 3))
		return parser_fail(parser, "set %s", no_filters);
	if (!parser_keyword(parser, "set"))
		return parser_fail(parser, "set");
	return conf_set(parser, upstream ? CONF_UPSTREAM : CONF_DOWNSTREAM);
}

static bool parse_instance(struct parser *parser)
{
	struct token token = parser->scanner.token;
	char name[CONF_NAME];

	if (!parser_name(parser, name, sizeof(name), "an instance's name"))
		return false;
	if (parser->scanner.token.type == ':')
		return parse_definition(parser, &token, name);
	if (parser->scanner.token.type == '(')
		return parser_fail(parser, "':' (this version has no numbered tables)");
	if (!parser->declaring && strcmp(name, parser->conf.instance->name))
		return parser_fail_at(parser, &token, "the name of an instance");
	if (parser_keyword(parser, "set"))
		return conf_set(parser, CONF_INSTANCE);
	if (parser_keyword(parser, "upstream"))
		return parse_interface_set(parser, true);
	if (parser_keyword(parser, "downstream"))
		return parse_interface_set(parser, false);
	return parser_fail(parser, "':', set, upstream or downstream");
}

/* The keyword has been taken when the rule is called. */
static bool parse_statement(struct parser *parser)
{
	static const struct {
		char keyword[16];
		bool (*parse)(struct parser *);
	} statements[] = {
		{"protocol", parse_protocol}, {"pinstance", parse_instance},
		{"set", parse_program_set},   {"disable", parse_disable},
		{"table", parse_table},
	};

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (parser_keyword(parser, statements[i].keyword))
			return statements[i].parse(parser);
	return parser_fail(parser, "protocol, pinstance, set or disable");
}

static bool parse(struct parser *parser, const char *text, size_t size, bool declaring)
{
	parser->declaring = declaring;
	scan_start(&parser->scanner, text, size);
	while (parser->scanner.token.type != TOKEN_END)
		if (!parse_statement(parser) || !parser_symbol(parser, ';'))
			return false;
	return true;
}

/* ---- what follows from the whole ---- */

/* Without a statement `protocol`, both run that are built in. */
static bool complete_protocols(struct parser *parser)
{
	bool *runs = parser->conf.instance->protocol;
	bool all = !parser->highest[PROTOCOL_IGMP] && !parser->highest[PROTOCOL_MLD];

	if (!parser->defined && !parser->conf.disabled)
		return parser_fail(parser, "pinstance");
	runs[PROTOCOL_IGMP] = all ? ENABLE_IGMP : parser->highest[PROTOCOL_IGMP];
	runs[PROTOCOL_MLD] = all ? ENABLE_MLD : parser->highest[PROTOCOL_MLD];
	return true;
}

static bool complete_interfaces(struct parser *parser)
{
	for (unsigned i = 0; i < parser->conf.instance->interface_count; i++) {
		struct conf_interface *interface = &parser->conf.instance->interface[i];

		for (size_t protocol = 0; protocol < PROTOCOLS; protocol++) {
			struct values *set = &interface->proxy[protocol].values, values;

			if (!set->version)
				set->version = parser->highest[protocol];
			values = *set;
			values_complete(&values, (enum protocol)protocol);
			if (values.query_response_interval >= values.query_interval)
				return parser_fail_at(parser, &parser->interval[i],
						      "a query-response-interval below the "
						      "query-interval of %s",
						      interface->name);
		}
	}
	return true;
}

/* The instance and its interfaces move to where they stay. */
static bool keep_instance(struct parser *parser)
{
	struct conf *conf = &parser->conf;
	struct conf_instance *instance = parser_allocate(parser, sizeof(*instance));
	unsigned count = parser->instance.interface_count;

	if (!instance)
		return false;
	*instance = parser->instance;
	instance->interface = parser_allocate(parser, count * sizeof(*instance->interface));
	if (!instance->interface)
		return false;
	memcpy(instance->interface, parser->interface, count * sizeof(*instance->interface));
	conf->instance = instance;
	conf->instance_count = count > 0;
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
	parser->name = source->name;
	parser->error = error;
	parser->conf.instance = &parser->instance;
	parser->instance.interface = parser->interface;
	conf_set_defaults(&parser->conf);
	valid = parse(parser, source->text, source->size, true) && complete_protocols(parser) &&
		parse(parser, source->text, source->size, false) && complete_interfaces(parser) &&
		keep_instance(parser);
	if (valid)
		*conf = parser->conf;
	else
		parser_release(parser->conf.memory);
	free(parser);
	return valid ? 0 : -1;
}

/* Reads up to SIZE bytes, to the end of the file or the error; -errno, or how many. */
static ssize_t read_all(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t used = 0;
	ssize_t got;

	if (fd < 0)
		return -errno;
	do {
		got = read(fd, buf + used, size - used);
		if (got > 0)
			used += (size_t)got;
	} while ((got > 0 && used < size) || (got < 0 && errno == EINTR));
	got = got < 0 ? -errno : (ssize_t)used;
	close(fd);
	return got;
}

int conf_load(const char *path, char **text, size_t *size, char error[CONF_ERROR])
{
	/* One byte more shows that the file is too long. Untouched pages cost nothing. */
	const size_t room = CONFIG_CONF_MAX_SIZE + 1;
	char *buf = malloc(room);
	ssize_t length = buf ? read_all(path, buf, room) : -ENOMEM;

	if (length >= 0 && (size_t)length < room) {
		*text = buf;
		*size = (size_t)length;
		return 0;
	}
	if (length < 0)
		format_text(error, CONF_ERROR, "%.128s: %s", path, strerror((int)-length));
	else
		format_text(error, CONF_ERROR, "%.128s: more than %d bytes", path,
			    CONFIG_CONF_MAX_SIZE);
	free(buf);
	return -1;
}

int conf_read(struct conf *conf, const char *path, char error[CONF_ERROR])
{
	struct conf_source source = {.name = path};
	char *text;
	int result;

	if (conf_load(path, &text, &source.size, error))
		return -1;
	source.text = text;
	result = conf_parse(conf, &source, error);
	free(text);
	return result;
}

void conf_free(struct conf *conf)
{
	parser_release(conf->memory);
	conf->memory = NULL;
}
