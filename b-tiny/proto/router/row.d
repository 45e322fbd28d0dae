b-tiny/proto/router/row.o: proto/router/row.c b-tiny/config.h \
 proto/router/row.h proto/state/state.h proto/base/config.h \
 proto/base/addr.h proto/base/values.h proto/base/counter.h \
 proto/base/event.h proto/packet/message.h proto/base/source.h \
 proto/base/wire.h proto/state/record.h proto/base/timer.h \
 proto/state/walk.h proto/router/reporter.h
b-tiny/config.h:
proto/router/row.h:
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
proto/router/reporter.h:
