build-musl/proto/state/route.o: proto/state/route.c build-musl/config.h \
 proto/state/route.h proto/state/state.h proto/packet/message.h \
 proto/proxy.h proto/base/addr.h proto/base/counter.h proto/base/values.h \
 proto/base/source.h proto/base/wire.h proto/base/timer.h
build-musl/config.h:
proto/state/route.h:
proto/state/state.h:
proto/packet/message.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
proto/base/timer.h:
