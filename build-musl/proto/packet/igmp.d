build-musl/proto/packet/igmp.o: proto/packet/igmp.c build-musl/config.h \
 proto/packet/igmp.h proto/packet/message.h proto/proxy.h \
 proto/base/addr.h proto/base/counter.h proto/base/values.h \
 proto/base/source.h proto/base/wire.h
build-musl/config.h:
proto/packet/igmp.h:
proto/packet/message.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
