build-musl/core/kernel/mroute_dump.o: core/kernel/mroute_dump.c \
 build-musl/config.h core/kernel/mroute_dump.h proto/proxy.h \
 proto/base/addr.h proto/base/counter.h proto/base/values.h \
 core/kernel/netlink.h proto/base/wire.h core/kernel/abi.h
build-musl/config.h:
core/kernel/mroute_dump.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
