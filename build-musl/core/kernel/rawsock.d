build-musl/core/kernel/rawsock.o: core/kernel/rawsock.c \
 build-musl/config.h proto/base/wire.h proto/base/addr.h \
 proto/base/values.h core/kernel/abi.h core/kernel/rawsock.h \
 proto/proxy.h proto/base/counter.h
build-musl/config.h:
proto/base/wire.h:
proto/base/addr.h:
proto/base/values.h:
core/kernel/abi.h:
core/kernel/rawsock.h:
proto/proxy.h:
proto/base/counter.h:
