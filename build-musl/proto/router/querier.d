build-musl/proto/router/querier.o: proto/router/querier.c \
 build-musl/config.h proto/router/querier.h proto/state/state.h \
 proto/packet/message.h proto/proxy.h proto/base/addr.h \
 proto/base/counter.h proto/base/values.h proto/base/source.h \
 proto/base/wire.h proto/base/timer.h proto/router/group.h \
 proto/state/interface.h proto/state/membership.h proto/router/regular.h \
 proto/router/tracking.h
build-musl/config.h:
proto/router/querier.h:
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
proto/state/interface.h:
proto/state/membership.h:
proto/router/regular.h:
proto/router/tracking.h:
