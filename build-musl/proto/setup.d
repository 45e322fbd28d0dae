build-musl/proto/setup.o: proto/setup.c build-musl/config.h proto/adopt.h \
 proto/state/state.h proto/packet/message.h proto/proxy.h \
 proto/base/addr.h proto/base/counter.h proto/base/values.h \
 proto/base/source.h proto/base/wire.h proto/base/timer.h \
 proto/policy/filter.h proto/forward/flow.h proto/forward/forward.h \
 proto/router/group.h proto/host/host.h proto/state/interface.h \
 proto/state/membership.h proto/policy/policy.h proto/router/querier.h
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
proto/policy/filter.h:
proto/forward/flow.h:
proto/forward/forward.h:
proto/router/group.h:
proto/host/host.h:
proto/state/interface.h:
proto/state/membership.h:
proto/policy/policy.h:
proto/router/querier.h:
