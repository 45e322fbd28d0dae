build-musl/proto/base/source.o: proto/base/source.c build-musl/config.h \
 proto/base/source.h proto/base/addr.h
build-musl/config.h:
proto/base/source.h:
proto/base/addr.h:
