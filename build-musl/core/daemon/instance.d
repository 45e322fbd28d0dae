build-musl/core/daemon/instance.o: core/daemon/instance.c \
 build-musl/config.h core/daemon/instance.h core/config/conf.h \
 proto/proxy.h proto/base/addr.h proto/base/counter.h proto/base/values.h \
 core/base/log.h core/control/control.h core/kernel/iface.h \
 core/base/loop.h core/base/names.h core/kernel/netlink.h \
 proto/base/wire.h core/kernel/abi.h core/config/script.h \
 core/daemon/join.h core/privilege/priv.h core/privilege/notify.h \
 core/privilege/pidfile.h core/privilege/privilege.h \
 core/kernel/rpfilter.h core/daemon/plan.h core/kernel/rule.h \
 core/base/format.h core/kernel/mroute.h core/kernel/mroute_dump.h \
 core/kernel/rawsock.h core/base/text.h
build-musl/config.h:
core/daemon/instance.h:
core/config/conf.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
core/base/log.h:
core/control/control.h:
core/kernel/iface.h:
core/base/loop.h:
core/base/names.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
core/config/script.h:
core/daemon/join.h:
core/privilege/priv.h:
core/privilege/notify.h:
core/privilege/pidfile.h:
core/privilege/privilege.h:
core/kernel/rpfilter.h:
core/daemon/plan.h:
core/kernel/rule.h:
core/base/format.h:
core/kernel/mroute.h:
core/kernel/mroute_dump.h:
core/kernel/rawsock.h:
core/base/text.h:
