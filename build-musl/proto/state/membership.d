build-musl/proto/state/membership.o: proto/state/membership.c \
 build-musl/config.h proto/state/membership.h proto/state/state.h \
 proto/packet/message.h proto/proxy.h proto/base/addr.h \
 proto/base/counter.h proto/base/values.h proto/base/source.h \
 proto/base/wire.h proto/base/timer.h proto/forward/flow.h
build-musl/config.h:
proto/state/membership.h:
proto/state/state.h:
proto/packet/message.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
proto/base/timer.h:
proto/forward/flow.h:
