build-musl/core/privilege/monitor.o: core/privilege/monitor.c \
 build-musl/config.h core/privilege/monitor.h core/privilege/notify.h \
 core/privilege/passing.h core/privilege/priv.h core/config/conf.h \
 proto/proxy.h proto/base/addr.h proto/base/counter.h proto/base/values.h \
 core/base/log.h core/base/loop.h core/kernel/netlink.h proto/base/wire.h \
 core/kernel/abi.h core/privilege/pidfile.h core/privilege/privilege.h \
 core/kernel/rpfilter.h core/kernel/rule.h core/control/control.h \
 core/kernel/iface.h core/base/names.h core/config/script.h \
 core/base/format.h core/kernel/rawsock.h core/base/text.h
build-musl/config.h:
core/privilege/monitor.h:
core/privilege/notify.h:
core/privilege/passing.h:
core/privilege/priv.h:
core/config/conf.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
core/base/log.h:
core/base/loop.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
core/privilege/pidfile.h:
core/privilege/privilege.h:
core/kernel/rpfilter.h:
core/kernel/rule.h:
core/control/control.h:
core/kernel/iface.h:
core/base/names.h:
core/config/script.h:
core/base/format.h:
core/kernel/rawsock.h:
core/base/text.h:
