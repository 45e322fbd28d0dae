b-default/core/privilege/monitor.o: core/privilege/monitor.c \
 b-default/config.h core/privilege/monitor_serve.h \
 core/privilege/notify.h core/privilege/request.h core/privilege/priv.h \
 core/config/conf.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h core/base/log.h core/base/loop.h \
 core/kernel/netlink.h proto/base/wire.h core/kernel/abi.h \
 core/privilege/pidfile.h core/privilege/privilege.h \
 core/kernel/rpfilter.h core/kernel/rule.h core/privilege/successor.h \
 core/control/socket.h core/base/backoff.h core/base/child.h \
 core/base/format.h core/kernel/rawsock.h proto/proxy.h \
 proto/base/counter.h proto/base/event.h core/base/text.h
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
core/control/socket.h:
core/base/backoff.h:
core/base/child.h:
core/base/format.h:
core/kernel/rawsock.h:
proto/proxy.h:
proto/base/counter.h:
proto/base/event.h:
core/base/text.h:
