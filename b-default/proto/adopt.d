b-default/proto/adopt.o: proto/adopt.c b-default/config.h proto/adopt.h \
 proto/state/state.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h proto/base/counter.h proto/base/event.h \
 proto/packet/message.h proto/base/source.h proto/base/wire.h \
 proto/state/record.h proto/base/timer.h proto/state/walk.h \
 proto/forward/forward.h proto/host/host.h proto/policy/merge.h \
 proto/policy/policy.h proto/proxy.h proto/router/group.h \
 proto/router/limits.h proto/state/interface.h proto/state/membership.h \
 proto/state/route.h
b-default/config.h:
proto/adopt.h:
proto/state/state.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/counter.h:
proto/base/event.h:
proto/packet/message.h:
proto/base/source.h:
proto/base/wire.h:
proto/state/record.h:
proto/base/timer.h:
proto/state/walk.h:
proto/forward/forward.h:
proto/host/host.h:
proto/policy/merge.h:
proto/policy/policy.h:
proto/proxy.h:
proto/router/group.h:
proto/router/limits.h:
proto/state/interface.h:
proto/state/membership.h:
proto/state/route.h:
