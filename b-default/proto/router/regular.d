b-default/proto/router/regular.o: proto/router/regular.c \
 b-default/config.h proto/router/regular.h proto/router/limits.h \
 proto/state/state.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h proto/base/counter.h proto/base/event.h \
 proto/packet/message.h proto/base/source.h proto/base/wire.h \
 proto/state/record.h proto/base/timer.h proto/state/walk.h
b-default/config.h:
proto/router/regular.h:
proto/router/limits.h:
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
