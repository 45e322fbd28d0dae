b-tiny/proto/router/querier.o: proto/router/querier.c b-tiny/config.h \
 proto/router/querier.h proto/state/state.h proto/base/config.h \
 proto/base/addr.h proto/base/values.h proto/base/counter.h \
 proto/base/event.h proto/packet/message.h proto/base/source.h \
 proto/base/wire.h proto/state/record.h proto/base/timer.h \
 proto/state/walk.h proto/router/group.h proto/router/limits.h \
 proto/packet/codec.h proto/state/interface.h proto/state/membership.h \
 proto/state/route.h proto/router/regular.h proto/router/tracking.h
b-tiny/config.h:
proto/router/querier.h:
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
proto/router/group.h:
proto/router/limits.h:
proto/packet/codec.h:
proto/state/interface.h:
proto/state/membership.h:
proto/state/route.h:
proto/router/regular.h:
proto/router/tracking.h:
