b-default/proto/base/wire.o: proto/base/wire.c b-default/config.h \
 proto/base/wire.h proto/base/addr.h proto/base/values.h
b-default/config.h:
proto/base/wire.h:
proto/base/addr.h:
proto/base/values.h:
