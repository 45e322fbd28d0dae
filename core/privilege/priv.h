/* SPDX-License-Identifier: MIT */
/*
 * What needs the rights of root, and what is to outlive the process that hears packets. Two
 * implementations: priv_direct.c does it itself, in the only process that there is. With PRIVSEP
 * there are two: the worker, which has no rights (privilege.h, seccomp.h), asks for it by
 * priv_worker.c; the monitor (monitor.c, monitor_serve.c), which is root and hears no packet, does
 * it, keeps a copy of what it opened, and starts another worker when this one dies.
 */
#ifndef CORE_PRIV_H
#define CORE_PRIV_H

#include <net/if.h>

#include "core/config/conf.h"
#include "core/base/loop.h"
#include "core/kernel/netlink.h"
#include "core/privilege/notify.h"
#include "core/privilege/pidfile.h"
#include "core/privilege/privilege.h"
#include "core/kernel/rpfilter.h"
#include "core/kernel/rule.h"

struct script;

enum { PRIV_TEXT = 160 };
/* Of a General Query without what may follow it; the versions of IGMP. */
enum { PRIV_QUERY = 28, PRIV_VERSIONS = 3 };

/* Exit status of a worker that wants another one in its place, which goes on with what it leaves in
 * the kernel: one that reads the file anew, as root; or one of the program as it is on disk now. */
enum { PRIV_REPLACE = 99 };

/* What is settled while a start is root still, once. */
struct priv_settings {
	struct privilege privilege;
	int control; /* the listening socket; -1: none */
	bool log_syslog;
	enum log_level log_level;
	uint32_t watchdog;    /* a turn that takes longer, in seconds, is a hung one; 0: none is */
	char path[CONF_PATH]; /* of the control socket */
	char pidfile[CONF_PATH];
};

/* A message that another worker is to hear, too. */
struct priv_query {
	int64_t at;
	struct addr source, destination;
	bool router_alert;
	uint8_t length; /* 0: there is none */
	uint8_t data[PRIV_QUERY];
};

/* Which interface each VIF of a table is of, and the last General Query of each version that was
 * heard there (proxy_packet()): what the kernel cannot be asked for. */
struct priv_vifs {
	char name[PROXY_VIFS][IF_NAMESIZE];
	uint32_t index[PROTOCOLS][PROXY_VIFS]; /* 0: there is none */
	struct priv_query query[PROXY_VIFS][PROTOCOLS][PRIV_VERSIONS];
};

/* In memory that both processes see, and that the worker may have spoilt. What is looked at first
 * comes first: pages that nobody has touched cost nothing. */
struct priv_shared {
	uint32_t busy; /* of the worker's loop (loop.h) */
	/* the monitor's: */
	uint32_t restarts; /* how often a worker has died, */
	int32_t death;	   /* and how the last one did: its wait status */
	struct priv_table {
		uint32_t used; /* bit of each protocol that has the table */
		uint32_t table;
	} table[CONFIG_MAX_TABLES];
	struct priv_vifs vifs[CONFIG_MAX_TABLES]; /* of those tables */
};

struct priv {
	const char *file; /* the configuration */
	bool fresh;	  /* priv_is_fresh() */
	bool first;	  /* nothing has run before */
	struct priv_settings settings;
	struct priv_shared *shared; /* NULL: there is one process */
	int pid;		    /* of what is to be told to end */
	uint32_t user;
	const char *root;     /* its directory, once confined; NULL: not said */
	int seccomp;	      /* seccomp_enter(), once confined */
	int script;	      /* script_save(), of the worker before; -1: none */
	uint32_t script_file; /* of it, the file's bytes */
#if ENABLE_PRIVSEP
	int channel;		   /* to the monitor */
	struct loop_source source; /* its end is the monitor's */
	int64_t sweep_at;	   /* INT64_MAX: what the workers before kept is gone */
#else
	const struct priv_job *job;
	int directory; /* of the file; negative: it cannot be opened */
	struct pidfile pidfile;
	struct rpfilter rpfilter;
	struct notify notify;
	int64_t notify_at; /* INT64_MAX: no watchdog waits for it */
#endif
};

/* What runs as this program. */
struct priv_job {
	const char *file;
	char **argv; /* of the program, for another one in its place */
	/* With PRIVSEP in the monitor, when the first worker is ready. */
	void (*ready)(void *ctx, const struct priv_settings *);
	/* Does the work; returns the exit status. Also called in each worker. */
	int (*work)(void *ctx, struct priv *);
	void *ctx;
	bool forks; /* ready() leaves a process behind */
};

/* Does another program, which was the monitor before, have its place taken by this one? */
bool priv_inherits(void);
/* -EPROTO if it is one that this one cannot be the next of; else 0. */
int priv_understands(void);
/* Runs the job. Returns the exit status; with PRIVSEP in every process that there is. */
int priv_run(const struct priv_job *);
/* With PRIVSEP: the monitor's end is the loop's (loop->stop) from now on. 0 or -errno. */
int priv_watch(struct priv *, struct loop *);
/* Is there no script from before? Then the file is to be read, as root still, and settled. */
bool priv_is_fresh(const struct priv *);
/* Hands over what has been settled, priv->settings. 0 or -errno. */
int priv_settle(struct priv *);
/* May settings never change in this process? Then another worker has to settle new ones. */
bool priv_is_settled(void);
/* Whoever it shall be, in which root directory (privilege_find()), into settings.privilege. "": not
 * said; of a worker that is nobody, in an empty directory if one can be made. 0, or -errno with
 * what failed. */
int priv_find(struct priv *, const char *user, const char *group, const char *chroot,
	      enum privilege_failure *);
/* Gives up the rights that are not needed any more: a worker before anything is OPENED, else after
 * that. 0, or -errno with what failed. */
int priv_confine(struct priv *, bool opened, enum privilege_failure *);
/* Writes the file that settings.pidfile names, if it is not written yet (pidfile.h). 0 or -errno.
 */
int priv_pidfile(struct priv *);
/* Everything is open. GUESSES: what the workers before kept is needed until everybody on the links
 * has been asked; else no longer. */
void priv_ready(struct priv *, bool guesses);
/* The file is being read again (DONE: it has been). */
void priv_reloading(struct priv *, bool done);
/* What is due in a turn of the loop. Returns when the next one is. */
int64_t priv_turn(struct priv *, int64_t now);

/* A multicast routing socket that has taken TABLE (rawsock_open(), mroute_init()): a descriptor, or
 * -errno as theirs. KEPT: a worker before had it, and what it made of it is there still. */
int priv_mroute(struct priv *, enum protocol, uint32_t table, bool *kept);
/* It is given back (mroute_done()) and closed. */
void priv_mroute_done(struct priv *, enum protocol, uint32_t table);
/* Who else holds multicast routing, as text; false: nobody who can be named. */
bool priv_holders(struct priv *, enum protocol, char text[PRIV_TEXT]);
/* Socket FD is to stay open when the worker dies, until the next one does not need it any more. */
void priv_keep(struct priv *, int fd);
/* Closes it. No harm if it was not kept, or is -1. */
void priv_close(struct priv *, int fd);
/* As rule_change(), for rule_open(). */
int priv_rule(void *priv, struct netlink *, bool add, const struct rule *, uint16_t attribute);
enum priv_rp_filter { PRIV_RP_HOLD, PRIV_RP_RELEASE, PRIV_RP_REFRESH };
/* As rpfilter.h. 0 or -errno. */
int priv_rp_filter(struct priv *, enum priv_rp_filter, const char *name);
/* The configuration file, open. Descriptor or -errno. */
int priv_file(struct priv *);
/* The text that runs, for the next worker. */
void priv_script(struct priv *, const struct script *);
/* Whether the program that is on disk now can take over: 0; -errno, with what is wrong in TEXT.
 * After that, exit status PRIV_REPLACE makes it do so. */
int priv_upgrade(struct priv *, char text[PRIV_TEXT]);
/* For the VIFs of TABLE; NULL: there is no place, or nothing to remember them for. */
struct priv_vifs *priv_vifs(struct priv *, uint32_t table);
/* Whether the protocol has TABLE, so that its place is nobody else's. */
void priv_use(struct priv *, struct priv_vifs *, enum protocol, uint32_t table, bool used);

#endif
