build-musl/core/privilege/monitor_serve.o: core/privilege/monitor_serve.c \
 build-musl/config.h core/privilege/monitor.h core/privilege/notify.h \
 core/privilege/passing.h core/privilege/priv.h core/config/conf.h \
 proto/proxy.h proto/base/addr.h proto/base/counter.h proto/base/values.h \
 core/base/log.h core/base/loop.h core/kernel/netlink.h proto/base/wire.h \
 core/kernel/abi.h core/privilege/pidfile.h core/privilege/privilege.h \
 core/kernel/rpfilter.h core/kernel/rule.h core/kernel/mroute.h \
 core/kernel/probe.h core/kernel/rawsock.h
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
core/kernel/mroute.h:
core/kernel/probe.h:
core/kernel/rawsock.h:
