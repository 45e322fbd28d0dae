b-default/core/privilege/monitor_serve.o: core/privilege/monitor_serve.c \
 b-default/config.h core/privilege/monitor_serve.h \
 core/privilege/notify.h core/privilege/request.h core/privilege/priv.h \
 core/config/conf.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h core/base/log.h core/base/loop.h \
 core/kernel/netlink.h proto/base/wire.h core/kernel/abi.h \
 core/privilege/pidfile.h core/privilege/privilege.h \
 core/kernel/rpfilter.h core/kernel/rule.h core/privilege/successor.h \
 core/config/script.h core/config/statement.h core/base/scan.h \
 core/kernel/mroute.h proto/proxy.h proto/base/counter.h \
 proto/base/event.h core/kernel/probe.h core/kernel/rawsock.h \
 core/privilege/passing.h
b-default/config.h:
core/privilege/monitor_serve.h:
core/privilege/notify.h:
core/privilege/request.h:
core/privilege/priv.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
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
core/privilege/successor.h:
core/config/script.h:
core/config/statement.h:
core/base/scan.h:
core/kernel/mroute.h:
proto/proxy.h:
proto/base/counter.h:
proto/base/event.h:
core/kernel/probe.h:
core/kernel/rawsock.h:
core/privilege/passing.h:
