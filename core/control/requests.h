/* SPDX-License-Identifier: MIT */
/*
 * The control socket: a Unix stream socket at which the daemon tells its state and takes commands.
 * One line asks, "REQUEST [ARGUMENT...]"; lines of tab-separated columns answer; a last line
 * without a tab, "ok" or "error TEXT", ends the answer and the connection. mcproxy-stat(8) lists
 * the requests and their columns, mcproxy-ctl(8) the commands.
 *
 * All that can be asked, a row each. From the rows come what the daemon understands
 * (control_answer.c), which function of its does it, and what mcproxy-stat and mcproxy-ctl take and
 * say in their help. Whoever expands a list defines the macros of its rows.
 *
 * TABLE(NAME, FUNCTION, SCOPE, PART, COLUMN...): lines of tab-separated columns. table_FUNCTION()
 * writes them, EACH: those of a view, or ONCE: all. PART of what mcproxy-stat shows by itself,
 * OVERVIEW, or with "all", REST, or ALONE; as which columns, {TITLE, cell of the line, kind,
 * width}.
 *
 * QUESTION(NAME, REQUEST, LEAST, MOST, FUNCTION, USAGE): mcproxy-stat's NAME with so many arguments
 * is REQUEST at the socket, and question_FUNCTION() answers it.
 *
 * COMMAND(NAME, LEAST, MOST, COMMAND, USAGE): mcproxy-ctl's, with so many arguments; which of enum
 * control_command it is, all of which core/daemon/command.c carries out.
 */
#ifndef CORE_REQUESTS_H
#define CORE_REQUESTS_H

enum {
	CONTROL_REQUEST = 1024, /* bytes of a request, with its newline */
	CONTROL_LINE = 1024,	/* bytes of any line of an answer, with its newline */
	CONTROL_ERROR = 512,	/* bytes of what is wrong with a request */
	CONTROL_ANY = 0xffff,	/* number of arguments */
};

/* A statement of the language, or an order. */
enum control_command { CONTROL_STATEMENT, CONTROL_RELOAD, CONTROL_UPGRADE, CONTROL_STOP };

/* clang-format off */

#define CONTROL_TABLES(TABLE) \
	TABLE("summary", summary, EACH, OVERVIEW, \
	      {"INSTANCE", 0, LEFT, 8}, {"PROTOCOL", 1, LEFT, 8}, {"SUMMARY", 2, LEFT, 13}, \
	      {"VALUE", 3, VALUE, 10}) \
	TABLE("instances", instances, EACH, OVERVIEW, \
	      {"INSTANCE", 0, LEFT, 8}, {"PROTOCOL", 1, LEFT, 8}, {"TABLE", 2, RIGHT, 5}, \
	      {"FORWARDING", 3, LEFT, 10}, {"WHY", 4, LEFT, 10}, {"GROUPS", 5, RIGHT, 6}, \
	      {"GROUP-RTS", 6, RIGHT, 9}, {"SRC-RTS", 7, RIGHT, 9}) \
	/* Long addresses push nothing aside at the end. */ \
	TABLE("interfaces", interfaces, EACH, OVERVIEW, \
	      {"INTERFACE", 1, LEFT, 9}, {"PROTOCOL", 2, LEFT, 8}, {"ROLE", 3, LEFT, 10}, \
	      {"STATE", 4, LEFT, 6}, {"VERSION", 7, RIGHT, 7}, {"GROUPS", 8, RIGHT, 6}, \
	      {"NEXT", 9, SECONDS, 5}, {"QUERIER", 6, LEFT, 10}, {"FORWARDER", 16, LEFT, 10}, \
	      {"ADDRESS", 5, LEFT, 0}) \
	TABLE("groups", groups, EACH, REST, \
	      {"INTERFACE", 1, LEFT, 9}, {"GROUP", 2, LEFT, 15}, {"SOURCE", 3, LEFT, 15}, \
	      {"MODE", 4, LEFT, 7}, {"VERSION", 5, RIGHT, 7}, {"EXPIRES", 6, SECONDS, 7}, \
	      {"HOSTS", 7, RIGHT, 5}) \
	TABLE("upstream", upstream, EACH, REST, \
	      {"INTERFACE", 1, LEFT, 9}, {"GROUP", 2, LEFT, 15}, {"SOURCE", 3, LEFT, 15}, \
	      {"MODE", 4, LEFT, 7}) \
	TABLE("routes", routes, EACH, REST, \
	      {"SOURCE", 1, LEFT, 15}, {"GROUP", 2, LEFT, 15}, {"INPUT", 3, LEFT, 9}, \
	      {"OUTPUTS", 4, LEFT, 19}, {"PACKETS", 5, RIGHT, 10}, {"BYTES", 6, RIGHT, 12}, \
	      {"WRONG-IF", 7, RIGHT, 8}) \
	/* In the overview, those that count trouble. */ \
	TABLE("counters", counters, EACH, OVERVIEW, \
	      {"INTERFACE", 1, LEFT, 9}, {"PROTOCOL", 2, LEFT, 8}, {"COUNTER", 3, LEFT, 20}, \
	      {"VALUE", 4, RIGHT, 10}) \
	TABLE("log", log, ONCE, ALONE, \
	      {"AGO", 0, SECONDS, 9}, {"LEVEL", 1, LEFT, 7}, {"EVENT", 2, LEFT, 5})

#define CONTROL_QUESTIONS(QUESTION) \
	QUESTION("running", "running", 0, 0, running, \
		 "running               is it?\n") \
	QUESTION("healthy", "healthy", 0, 0, healthy, \
		 "healthy               does it answer, and is all as configured?\n") \
	QUESTION("group", "group", 1, 2, group, \
		 "group GROUP [IF]      has a host (behind IF) joined GROUP?\n") \
	QUESTION("upstream", "subscribed", 1, 1, subscribed, \
		 "upstream GROUP        is GROUP joined upstream?\n") \
	QUESTION("querier", "querier", 1, 1, querier, \
		 "querier IF            is mcproxy the querier on IF?\n")

/* With one TABLE, which is mcproxy-ctl's as it is. */
#define CONTROL_COMMANDS(COMMAND, TABLE) \
	COMMAND("reload", 0, 0, CONTROL_RELOAD, \
		"reload                      read the file again; what did not change goes on\n") \
	COMMAND("add", 3, 3, CONTROL_STATEMENT, \
		"add NAME downstream IF      one more interface of the instance NAME\n") \
	COMMAND("del", 3, 3, CONTROL_STATEMENT, \
		"del NAME downstream IF      one less (upstream and peer are the same)\n") \
	COMMAND("set", 2, CONTROL_ANY, CONTROL_STATEMENT, \
		"set STATEMENT               as in the file, which is not changed:\n" \
		"                              set pinstance NAME downstream IF KEY VALUE\n") \
	COMMAND("log-level", 1, 1, CONTROL_STATEMENT, \
		"log-level LEVEL             error, warning, notice, info or debug\n") \
	TABLE("dump-config", configuration, ONCE, ALONE, \
		"dump-config                 print a file that says what is in force\n") \
	COMMAND("upgrade", 0, 0, CONTROL_UPGRADE, \
		"upgrade                     the program as it is on disk now goes on\n") \
	COMMAND("stop", 0, 0, CONTROL_STOP, \
		"stop                        end\n")

/* clang-format on */

#endif
