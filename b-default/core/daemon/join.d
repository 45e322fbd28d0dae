b-default/core/daemon/join.o: core/daemon/join.c b-default/config.h \
 core/daemon/join.h proto/proxy.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h proto/base/counter.h proto/base/event.h \
 core/privilege/priv.h core/config/conf.h core/base/log.h \
 core/base/loop.h core/kernel/netlink.h proto/base/wire.h \
 core/kernel/abi.h core/privilege/notify.h core/privilege/pidfile.h \
 core/privilege/privilege.h core/kernel/rpfilter.h core/kernel/rule.h \
 core/base/sockaddr.h
b-default/config.h:
core/daemon/join.h:
proto/proxy.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/counter.h:
proto/base/event.h:
core/privilege/priv.h:
core/config/conf.h:
core/base/log.h:
core/base/loop.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
core/privilege/notify.h:
core/privilege/pidfile.h:
core/privilege/privilege.h:
core/kernel/rpfilter.h:
core/kernel/rule.h:
core/base/sockaddr.h:
