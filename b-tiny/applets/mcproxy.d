b-tiny/applets/mcproxy.o: applets/mcproxy.c b-tiny/config.h \
 core/base/applet.h b-tiny/applets.h core/base/child.h \
 core/kernel/check.h proto/base/values.h core/config/conf.h \
 proto/base/config.h proto/base/addr.h core/base/log.h \
 core/daemon/daemon.h core/base/option.h core/base/output.h \
 core/privilege/priv.h core/base/loop.h core/kernel/netlink.h \
 proto/base/wire.h core/kernel/abi.h core/privilege/notify.h \
 core/privilege/pidfile.h core/privilege/privilege.h \
 core/kernel/rpfilter.h core/kernel/rule.h
b-tiny/config.h:
core/base/applet.h:
b-tiny/applets.h:
core/base/child.h:
core/kernel/check.h:
proto/base/values.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
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
core/kernel/rule.h:
