build-musl/proto/base/values.o: proto/base/values.c build-musl/config.h \
 proto/base/values.h
build-musl/config.h:
proto/base/values.h:
