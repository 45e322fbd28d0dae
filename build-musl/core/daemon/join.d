build-musl/core/daemon/join.o: core/daemon/join.c build-musl/config.h \
 core/daemon/join.h proto/proxy.h proto/base/addr.h proto/base/counter.h \
 proto/base/values.h core/privilege/priv.h core/config/conf.h \
 core/base/log.h core/base/loop.h core/kernel/netlink.h proto/base/wire.h \
 core/kernel/abi.h core/privilege/notify.h core/privilege/pidfile.h \
 core/privilege/privilege.h core/kernel/rpfilter.h core/base/sockaddr.h
build-musl/config.h:
core/daemon/join.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
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
core/base/sockaddr.h:
