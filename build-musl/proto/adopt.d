build-musl/proto/adopt.o: proto/adopt.c build-musl/config.h proto/adopt.h \
 proto/state/state.h proto/packet/message.h proto/proxy.h \
 proto/base/addr.h proto/base/counter.h proto/base/values.h \
 proto/base/source.h proto/base/wire.h proto/base/timer.h \
 proto/forward/forward.h proto/router/group.h proto/host/host.h \
 proto/state/interface.h proto/state/membership.h proto/policy/merge.h \
 proto/policy/policy.h proto/state/route.h
build-musl/config.h:
proto/adopt.h:
proto/state/state.h:
proto/packet/message.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
proto/base/timer.h:
proto/forward/forward.h:
proto/router/group.h:
proto/host/host.h:
proto/state/interface.h:
proto/state/membership.h:
proto/policy/merge.h:
proto/policy/policy.h:
proto/state/route.h:
