b-tiny/proto/packet/message.o: proto/packet/message.c b-tiny/config.h \
 proto/packet/message.h proto/base/counter.h proto/base/event.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 proto/base/source.h proto/base/wire.h
b-tiny/config.h:
proto/packet/message.h:
proto/base/counter.h:
proto/base/event.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
