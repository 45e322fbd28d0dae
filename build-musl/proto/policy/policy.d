build-musl/proto/policy/policy.o: proto/policy/policy.c \
 build-musl/config.h proto/policy/policy.h proto/state/state.h \
 proto/packet/message.h proto/proxy.h proto/base/addr.h \
 proto/base/counter.h proto/base/values.h proto/base/source.h \
 proto/base/wire.h proto/base/timer.h proto/policy/filter.h \
 proto/state/interface.h proto/state/route.h
build-musl/config.h:
proto/policy/policy.h:
proto/state/state.h:
proto/packet/message.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
proto/base/timer.h:
proto/policy/filter.h:
proto/state/interface.h:
proto/state/route.h:
