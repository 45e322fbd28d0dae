b-small/proto/base/wire.o: proto/base/wire.c b-small/config.h \
 proto/base/wire.h proto/base/addr.h proto/base/values.h
b-small/config.h:
proto/base/wire.h:
proto/base/addr.h:
proto/base/values.h:
