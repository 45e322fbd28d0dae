build-musl/core/kernel/netlink.o: core/kernel/netlink.c \
 build-musl/config.h core/kernel/netlink.h proto/base/addr.h \
 proto/base/wire.h proto/base/values.h core/kernel/abi.h
build-musl/config.h:
core/kernel/netlink.h:
proto/base/addr.h:
proto/base/wire.h:
proto/base/values.h:
core/kernel/abi.h:
