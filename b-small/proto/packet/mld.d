b-small/proto/packet/mld.o: proto/packet/mld.c b-small/config.h \
 proto/packet/mld.h proto/packet/message.h proto/base/counter.h \
 proto/base/event.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h proto/base/source.h proto/base/wire.h
b-small/config.h:
proto/packet/mld.h:
proto/packet/message.h:
proto/base/counter.h:
proto/base/event.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/source.h:
proto/base/wire.h:
