build-musl/proto/base/timer.o: proto/base/timer.c build-musl/config.h \
 proto/base/timer.h
build-musl/config.h:
proto/base/timer.h:
