build-musl/proto/forward/flow.o: proto/forward/flow.c build-musl/config.h \
 proto/forward/flow.h proto/state/state.h proto/packet/message.h \
 proto/proxy.h proto/base/addr.h proto/base/counter.h proto/base/values.h \
 proto/base/source.h proto/base/wire.h proto/base/timer.h \
 proto/state/interface.h proto/state/membership.h proto/policy/merge.h \
 proto/policy/policy.h proto/state/route.h
build-musl/config.h:
proto/forward/flow.h:
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
proto/state/membership.h:
proto/policy/merge.h:
proto/policy/policy.h:
proto/state/route.h:
