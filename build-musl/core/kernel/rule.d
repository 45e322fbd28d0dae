build-musl/core/kernel/rule.o: core/kernel/rule.c build-musl/config.h \
 core/kernel/rule.h core/base/loop.h core/kernel/netlink.h \
 proto/base/addr.h proto/base/wire.h proto/base/values.h \
 core/kernel/abi.h core/privilege/priv.h core/config/conf.h proto/proxy.h \
 proto/base/counter.h core/base/log.h core/privilege/notify.h \
 core/privilege/pidfile.h core/privilege/privilege.h \
 core/kernel/rpfilter.h
build-musl/config.h:
core/kernel/rule.h:
core/base/loop.h:
core/kernel/netlink.h:
proto/base/addr.h:
proto/base/wire.h:
proto/base/values.h:
core/kernel/abi.h:
core/privilege/priv.h:
core/config/conf.h:
proto/proxy.h:
proto/base/counter.h:
core/base/log.h:
core/privilege/notify.h:
core/privilege/pidfile.h:
core/privilege/privilege.h:
core/kernel/rpfilter.h:
