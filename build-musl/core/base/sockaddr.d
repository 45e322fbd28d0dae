build-musl/core/base/sockaddr.o: core/base/sockaddr.c build-musl/config.h \
 core/base/sockaddr.h proto/base/addr.h
build-musl/config.h:
core/base/sockaddr.h:
proto/base/addr.h:
