b-tiny/proto/packet/codec.o: proto/packet/codec.c b-tiny/config.h \
 proto/packet/codec.h proto/packet/message.h proto/base/counter.h \
 proto/base/event.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h proto/base/source.h proto/base/wire.h \
 proto/packet/igmp.h proto/packet/mld.h
b-tiny/config.h:
proto/packet/codec.h:
proto/packet/message.h:
proto/base/counter.h:
proto/base/event.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
proto/packet/igmp.h:
proto/packet/mld.h:
