build-musl/proto/status.o: proto/status.c build-musl/config.h \
 proto/forward/forward.h proto/state/state.h proto/packet/message.h \
 proto/proxy.h proto/base/addr.h proto/base/counter.h proto/base/values.h \
 proto/base/source.h proto/base/wire.h proto/base/timer.h \
 proto/router/group.h proto/host/host.h proto/state/membership.h \
 proto/router/tracking.h
build-musl/config.h:
proto/forward/forward.h:
proto/state/state.h:
proto/packet/message.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
proto/base/timer.h:
proto/router/group.h:
proto/host/host.h:
proto/state/membership.h:
proto/router/tracking.h:
