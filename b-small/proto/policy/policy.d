b-small/proto/policy/policy.o: proto/policy/policy.c b-small/config.h \
 proto/policy/policy.h proto/state/state.h proto/base/config.h \
 proto/base/addr.h proto/base/values.h proto/base/counter.h \
 proto/base/event.h proto/packet/message.h proto/base/source.h \
 proto/base/wire.h proto/state/record.h proto/base/timer.h \
 proto/state/walk.h proto/policy/filter.h proto/state/interface.h \
 proto/state/route.h
b-small/config.h:
proto/policy/policy.h:
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
proto/state/interface.h:
proto/state/route.h:
