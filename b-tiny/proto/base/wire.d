b-tiny/proto/base/wire.o: proto/base/wire.c b-tiny/config.h \
 proto/base/wire.h proto/base/addr.h proto/base/values.h
b-tiny/config.h:
proto/base/wire.h:
proto/base/addr.h:
proto/base/values.h:
