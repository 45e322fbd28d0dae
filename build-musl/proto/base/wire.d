build-musl/proto/base/wire.o: proto/base/wire.c build-musl/config.h \
 proto/base/wire.h proto/base/addr.h proto/base/values.h
build-musl/config.h:
proto/base/wire.h:
proto/base/addr.h:
proto/base/values.h:
