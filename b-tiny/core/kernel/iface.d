b-tiny/core/kernel/iface.o: core/kernel/iface.c b-tiny/config.h \
 core/kernel/iface.h proto/base/addr.h core/base/loop.h core/base/names.h \
 core/kernel/netlink.h proto/base/wire.h proto/base/values.h \
 core/kernel/abi.h core/base/log.h
b-tiny/config.h:
core/kernel/iface.h:
proto/base/addr.h:
core/base/loop.h:
core/base/names.h:
core/kernel/netlink.h:
proto/base/wire.h:
proto/base/values.h:
core/kernel/abi.h:
core/base/log.h:
