build-musl/proto/router/tracking.o: proto/router/tracking.c \
 build-musl/config.h proto/router/tracking.h proto/state/state.h \
 proto/packet/message.h proto/proxy.h proto/base/addr.h \
 proto/base/counter.h proto/base/values.h proto/base/source.h \
 proto/base/wire.h proto/base/timer.h proto/state/interface.h \
 proto/router/row.h
build-musl/config.h:
proto/router/tracking.h:
proto/state/state.h:
proto/packet/message.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
proto/base/timer.h:
proto/state/interface.h:
proto/router/row.h:
