build-musl/proto/base/counter.o: proto/base/counter.c build-musl/config.h \
 proto/base/counter.h
build-musl/config.h:
proto/base/counter.h:
