b-default/proto/setup.o: proto/setup.c b-default/config.h proto/proxy.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 proto/base/counter.h proto/base/event.h proto/adopt.h \
 proto/state/state.h proto/packet/message.h proto/base/source.h \
 proto/base/wire.h proto/state/record.h proto/base/timer.h \
 proto/state/walk.h proto/base/random.h proto/forward/forward.h \
 proto/host/host.h proto/policy/merge.h proto/policy/policy.h \
 proto/router/querier.h proto/state/interface.h proto/state/membership.h \
 proto/state/route.h
b-default/config.h:
proto/proxy.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/counter.h:
proto/base/event.h:
proto/adopt.h:
proto/state/state.h:
proto/packet/message.h:
proto/base/source.h:
proto/base/wire.h:
proto/state/record.h:
proto/base/timer.h:
proto/state/walk.h:
proto/base/random.h:
proto/forward/forward.h:
proto/host/host.h:
proto/policy/merge.h:
proto/policy/policy.h:
proto/router/querier.h:
proto/state/interface.h:
proto/state/membership.h:
proto/state/route.h:
