build-musl/applets/mcproxy.o: applets/mcproxy.c build-musl/config.h \
 core/base/applet.h build-musl/applets.h core/kernel/check.h \
 proto/base/values.h core/config/conf.h proto/proxy.h proto/base/addr.h \
 proto/base/counter.h core/base/log.h core/daemon/daemon.h \
 core/base/option.h core/base/output.h core/privilege/priv.h \
 core/base/loop.h core/kernel/netlink.h proto/base/wire.h \
 core/kernel/abi.h core/privilege/notify.h core/privilege/pidfile.h \
 core/privilege/privilege.h core/kernel/rpfilter.h
build-musl/config.h:
core/base/applet.h:
build-musl/applets.h:
core/kernel/check.h:
proto/base/values.h:
core/config/conf.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
core/base/log.h:
core/daemon/daemon.h:
core/base/option.h:
core/base/output.h:
core/privilege/priv.h:
core/base/loop.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
core/privilege/notify.h:
core/privilege/pidfile.h:
core/privilege/privilege.h:
core/kernel/rpfilter.h:
