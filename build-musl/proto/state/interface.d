build-musl/proto/state/interface.o: proto/state/interface.c \
 build-musl/config.h proto/state/interface.h proto/state/state.h \
 proto/packet/message.h proto/proxy.h proto/base/addr.h \
 proto/base/counter.h proto/base/values.h proto/base/source.h \
 proto/base/wire.h proto/base/timer.h
build-musl/config.h:
proto/state/interface.h:
proto/state/state.h:
proto/packet/message.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
proto/base/timer.h:
