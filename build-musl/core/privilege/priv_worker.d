build-musl/core/privilege/priv_worker.o: core/privilege/priv_worker.c \
 build-musl/config.h core/privilege/priv.h core/config/conf.h \
 proto/proxy.h proto/base/addr.h proto/base/counter.h proto/base/values.h \
 core/base/log.h core/base/loop.h core/kernel/netlink.h proto/base/wire.h \
 core/kernel/abi.h core/privilege/notify.h core/privilege/pidfile.h \
 core/privilege/privilege.h core/kernel/rpfilter.h \
 core/privilege/monitor.h core/privilege/passing.h core/kernel/rule.h
build-musl/config.h:
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
core/privilege/notify.h:
core/privilege/pidfile.h:
core/privilege/privilege.h:
core/kernel/rpfilter.h:
core/privilege/monitor.h:
core/privilege/passing.h:
core/kernel/rule.h:
