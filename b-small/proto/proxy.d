b-small/proto/proxy.o: proto/proxy.c b-small/config.h proto/proxy.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 proto/base/counter.h proto/base/event.h proto/adopt.h \
 proto/state/state.h proto/packet/message.h proto/base/source.h \
 proto/base/wire.h proto/state/record.h proto/base/timer.h \
 proto/state/walk.h proto/forward/flow.h proto/forward/forward.h \
 proto/host/host.h proto/policy/merge.h proto/host/report.h \
 proto/packet/codec.h proto/router/group.h proto/router/limits.h \
 proto/router/querier.h proto/state/membership.h proto/state/route.h
b-small/config.h:
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
proto/forward/flow.h:
proto/forward/forward.h:
proto/host/host.h:
proto/policy/merge.h:
proto/host/report.h:
proto/packet/codec.h:
proto/router/group.h:
proto/router/limits.h:
proto/router/querier.h:
proto/state/membership.h:
proto/state/route.h:
