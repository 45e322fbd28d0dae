build-musl/proto/packet/message.o: proto/packet/message.c \
 build-musl/config.h proto/packet/message.h proto/proxy.h \
 proto/base/addr.h proto/base/counter.h proto/base/values.h \
 proto/base/source.h proto/base/wire.h proto/packet/igmp.h \
 proto/packet/mld.h
build-musl/config.h:
proto/packet/message.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
proto/packet/igmp.h:
proto/packet/mld.h:
