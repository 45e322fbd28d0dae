build-musl/core/traffic/receiver.o: core/traffic/receiver.c \
 build-musl/config.h core/traffic/receiver.h core/base/loop.h \
 core/traffic/stream.h proto/base/addr.h core/base/sockaddr.h
build-musl/config.h:
core/traffic/receiver.h:
core/base/loop.h:
core/traffic/stream.h:
proto/base/addr.h:
core/base/sockaddr.h:
