b-default/core/kernel/netlink.o: core/kernel/netlink.c b-default/config.h \
 core/kernel/netlink.h proto/base/addr.h proto/base/wire.h \
 proto/base/values.h core/kernel/abi.h
b-default/config.h:
core/kernel/netlink.h:
proto/base/addr.h:
proto/base/wire.h:
proto/base/values.h:
core/kernel/abi.h:
