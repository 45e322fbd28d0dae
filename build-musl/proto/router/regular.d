build-musl/proto/router/regular.o: proto/router/regular.c \
 build-musl/config.h proto/router/regular.h proto/state/state.h \
 proto/packet/message.h proto/proxy.h proto/base/addr.h \
 proto/base/counter.h proto/base/values.h proto/base/source.h \
 proto/base/wire.h proto/base/timer.h proto/state/interface.h
build-musl/config.h:
proto/router/regular.h:
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
