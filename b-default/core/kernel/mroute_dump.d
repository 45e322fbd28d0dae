b-default/core/kernel/mroute_dump.o: core/kernel/mroute_dump.c \
 b-default/config.h core/kernel/mroute_dump.h proto/proxy.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 proto/base/counter.h proto/base/event.h core/kernel/netlink.h \
 proto/base/wire.h core/kernel/abi.h
b-default/config.h:
core/kernel/mroute_dump.h:
proto/proxy.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/counter.h:
proto/base/event.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
