build-musl/proto/host/host.o: proto/host/host.c build-musl/config.h \
 proto/host/host.h proto/state/state.h proto/packet/message.h \
 proto/proxy.h proto/base/addr.h proto/base/counter.h proto/base/values.h \
 proto/base/source.h proto/base/wire.h proto/base/timer.h \
 proto/state/interface.h proto/state/membership.h proto/policy/merge.h
build-musl/config.h:
proto/host/host.h:
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
