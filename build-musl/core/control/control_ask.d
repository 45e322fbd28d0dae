build-musl/core/control/control_ask.o: core/control/control_ask.c \
 build-musl/config.h core/control/control_ask.h core/control/control.h \
 proto/proxy.h proto/base/addr.h proto/base/counter.h proto/base/values.h \
 core/kernel/iface.h core/base/loop.h core/base/names.h \
 core/kernel/netlink.h proto/base/wire.h core/kernel/abi.h \
 core/config/script.h core/config/conf.h core/base/log.h \
 core/base/format.h
build-musl/config.h:
core/control/control_ask.h:
core/control/control.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
core/kernel/iface.h:
core/base/loop.h:
core/base/names.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
core/config/script.h:
core/config/conf.h:
core/base/log.h:
core/base/format.h:
