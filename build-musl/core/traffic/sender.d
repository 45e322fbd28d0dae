build-musl/core/traffic/sender.o: core/traffic/sender.c \
 build-musl/config.h core/traffic/sender.h core/traffic/stream.h \
 proto/base/addr.h core/base/sockaddr.h
build-musl/config.h:
core/traffic/sender.h:
core/traffic/stream.h:
proto/base/addr.h:
core/base/sockaddr.h:
