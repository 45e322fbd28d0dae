/* SPDX-License-Identifier: MIT */
/*
 * What one proxy has to do, read from the RFCs in the plainest way: sets and lists, linear
 * searches, everything computed anew. It hears what the proxy hears, is told what the proxy sends
 * and which routes it sets, and compares. It shares nothing with proto/ but the public types.
 *
 * Before the proxy is made to act the model is told the same: model_interface(), model_receive(),
 * model_upcall(), each followed, before proxy_interface() or proxy_tick() runs at NOW, by
 * model_advance(NOW), as is each tick for a timer. What proxy_out says goes to model_sent() and
 * model_route(). After the turn, when proxy_deadline() has no more to do at NOW, model_check().
 *
 * Timers go before packets: what is due at NOW has been ticked before a packet comes in at NOW.
 * Except for model_jump() the proxy is ticked at each of its deadlines, none later: what is due
 * between two calls of model_advance() was not sent in time.
 *
 * Answers and repeats leave at random: any allowed time and packing will do; all else is exact.
 */
#ifndef TESTS_MODEL_MODEL_H
#define TESTS_MODEL_MODEL_H

#include "proto/proxy.h"
#include "proto/status.h"
#include "tests/model/codec.h"
#include "tests/model/reading.h"

struct model;

/* A packet as it came in. */
struct heard {
	unsigned vif;
	struct addr source, destination;
	unsigned ttl;
	bool router_alert;
	const struct message *message;
};

/* The filters of an entry of the configuration as they are written. */
struct model_filter {
	struct reading_filter in, out;
};

/* FILTER: one for each entry. The configuration and what it points to must outlive the model, as
 * must the kernel, to which the world tells a route after model_route(). REVERSE_PATH is that of
 * struct proxy_out. All interfaces are down at first. */
struct model *model_new(const struct proxy_config *, const struct model_filter *filter,
			const struct kernel *,
			unsigned (*reverse_path)(void *ctx, const struct addr *), void *ctx);
void model_free(struct model *);
/* proxy_reconfigure(): what is the same stays. */
void model_reconfigure(struct model *, int64_t now, const struct proxy_config *,
		       const struct model_filter *filter);

/* ---- what happens to the proxy ---- */

void model_interface(struct model *, int64_t now, const struct interface_state *);
/* proxy_adopt() */
void model_adopt(struct model *, int64_t now, const struct route *);
void model_receive(struct model *, int64_t now, const struct heard *);
void model_upcall(struct model *, int64_t now, const struct upcall *);
/* The clock has jumped (the machine slept): what was due before NOW is due at NOW. The world calls
 * it instead of the next model_advance(). */
void model_jump(struct model *, int64_t now);
/* Runs what is due up to and including NOW; from then on what has to be sent is expected. */
void model_advance(struct model *, int64_t now);
/* proxy_shutdown() follows, then model_check_shutdown() and model_free(). */
void model_shutdown(struct model *, int64_t now);

/* ---- what the proxy does: NULL, or why it must not ---- */

/* A packet as codec_decode() has read it (and found well-formed). LENGTH is that of the message. */
const char *model_sent(struct model *, int64_t now, unsigned vif, const struct addr *source,
		       const struct addr *destination, const struct message *, size_t length);
const char *model_route(struct model *, int64_t now, const struct route *);

/* ---- the comparison: NULL, or the first difference ever found ---- */

/* All that should have been sent was, the status and the routes are as they must be. */
const char *model_check(struct model *, int64_t now, struct proxy *);
/* The same for a turn in which nobody looks at them. */
const char *model_check_sent(struct model *, int64_t now);
/* All was left upstream, no route is there. */
const char *model_check_shutdown(struct model *, int64_t now);

/* ---- what the world may ask, too ---- */

/* Does each flow need a route of its own? */
bool model_is_per_source(const struct model *);
/* Where a packet of (S,G) that comes in at VIF has to go: bit n is VIF n. */
uint32_t model_outputs(struct model *, unsigned vif, const struct addr *source,
		       const struct addr *group);

#endif
