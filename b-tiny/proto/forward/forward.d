b-tiny/proto/forward/forward.o: proto/forward/forward.c b-tiny/config.h \
 proto/forward/forward.h proto/state/state.h proto/base/config.h \
 proto/base/addr.h proto/base/values.h proto/base/counter.h \
 proto/base/event.h proto/packet/message.h proto/base/source.h \
 proto/base/wire.h proto/state/record.h proto/base/timer.h \
 proto/state/walk.h proto/policy/filter.h proto/forward/flow.h \
 proto/state/interface.h proto/state/membership.h proto/policy/merge.h \
 proto/policy/policy.h proto/state/route.h
b-tiny/config.h:
proto/forward/forward.h:
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
proto/policy/filter.h:
proto/forward/flow.h:
proto/state/interface.h:
proto/state/membership.h:
proto/policy/merge.h:
proto/policy/policy.h:
proto/state/route.h:
