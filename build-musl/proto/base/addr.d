build-musl/proto/base/addr.o: proto/base/addr.c build-musl/config.h \
 proto/base/addr.h
build-musl/config.h:
proto/base/addr.h:
