b-default/core/daemon/inherit.o: core/daemon/inherit.c b-default/config.h \
 core/daemon/inherit.h core/daemon/side.h core/base/backoff.h \
 core/base/log.h core/base/loop.h core/config/conf.h proto/base/config.h \
 proto/base/addr.h proto/base/values.h core/control/view.h proto/proxy.h \
 proto/base/counter.h proto/base/event.h core/config/script.h \
 core/config/statement.h core/base/scan.h core/control/requests.h \
 core/kernel/iface.h core/base/names.h core/kernel/netlink.h \
 proto/base/wire.h core/kernel/abi.h core/daemon/join.h \
 core/privilege/priv.h core/privilege/notify.h core/privilege/pidfile.h \
 core/privilege/privilege.h core/kernel/rpfilter.h core/kernel/rule.h \
 core/daemon/plan.h core/base/text.h core/kernel/mroute.h \
 core/kernel/mroute_dump.h proto/status.h proto/state/walk.h
b-default/config.h:
core/daemon/inherit.h:
core/daemon/side.h:
core/base/backoff.h:
core/base/log.h:
core/base/loop.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/control/view.h:
proto/proxy.h:
proto/base/counter.h:
proto/base/event.h:
core/config/script.h:
core/config/statement.h:
core/base/scan.h:
core/control/requests.h:
core/kernel/iface.h:
core/base/names.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
core/daemon/join.h:
core/privilege/priv.h:
core/privilege/notify.h:
core/privilege/pidfile.h:
core/privilege/privilege.h:
core/kernel/rpfilter.h:
core/kernel/rule.h:
core/daemon/plan.h:
core/base/text.h:
core/kernel/mroute.h:
core/kernel/mroute_dump.h:
proto/status.h:
proto/state/walk.h:
