b-tiny/proto/status.o: proto/status.c b-tiny/config.h proto/status.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 proto/base/counter.h proto/base/event.h proto/state/walk.h \
 proto/forward/forward.h proto/state/state.h proto/packet/message.h \
 proto/base/source.h proto/base/wire.h proto/state/record.h \
 proto/base/timer.h proto/host/subscription.h proto/router/group.h \
 proto/router/limits.h proto/router/reporter.h proto/state/membership.h
b-tiny/config.h:
proto/status.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/counter.h:
proto/base/event.h:
proto/state/walk.h:
proto/forward/forward.h:
proto/state/state.h:
proto/packet/message.h:
proto/base/source.h:
proto/base/wire.h:
proto/state/record.h:
proto/base/timer.h:
proto/host/subscription.h:
proto/router/group.h:
proto/router/limits.h:
proto/router/reporter.h:
proto/state/membership.h:
