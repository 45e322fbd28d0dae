build-musl/proto/policy/merge.o: proto/policy/merge.c build-musl/config.h \
 proto/policy/merge.h proto/state/state.h proto/packet/message.h \
 proto/proxy.h proto/base/addr.h proto/base/counter.h proto/base/values.h \
 proto/base/source.h proto/base/wire.h proto/base/timer.h \
 proto/policy/filter.h proto/policy/policy.h
build-musl/config.h:
proto/policy/merge.h:
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
proto/policy/policy.h:
