b-tiny/core/kernel/netlink.o: core/kernel/netlink.c b-tiny/config.h \
 core/kernel/netlink.h proto/base/addr.h proto/base/wire.h \
 proto/base/values.h core/kernel/abi.h
b-tiny/config.h:
core/kernel/netlink.h:
proto/base/addr.h:
proto/base/wire.h:
proto/base/values.h:
core/kernel/abi.h:
