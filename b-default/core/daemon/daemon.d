b-default/core/daemon/daemon.o: core/daemon/daemon.c b-default/config.h \
 core/daemon/daemon.h core/base/child.h core/base/format.h \
 core/base/log.h core/base/output.h core/daemon/command.h \
 core/daemon/state.h core/base/backoff.h core/config/script.h \
 core/config/statement.h core/base/scan.h core/config/conf.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 core/control/control.h core/base/loop.h core/control/view.h \
 proto/proxy.h proto/base/counter.h proto/base/event.h \
 core/control/requests.h core/kernel/iface.h core/base/names.h \
 core/kernel/netlink.h proto/base/wire.h core/kernel/abi.h \
 core/daemon/instance.h core/daemon/side.h core/daemon/join.h \
 core/privilege/priv.h core/privilege/notify.h core/privilege/pidfile.h \
 core/privilege/privilege.h core/kernel/rpfilter.h core/kernel/rule.h \
 core/daemon/plan.h core/daemon/members.h core/daemon/program.h \
 core/daemon/settings.h
b-default/config.h:
core/daemon/daemon.h:
core/base/child.h:
core/base/format.h:
core/base/log.h:
core/base/output.h:
core/daemon/command.h:
core/daemon/state.h:
core/base/backoff.h:
core/config/script.h:
core/config/statement.h:
core/base/scan.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/control/control.h:
core/base/loop.h:
core/control/view.h:
proto/proxy.h:
proto/base/counter.h:
proto/base/event.h:
core/control/requests.h:
core/kernel/iface.h:
core/base/names.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
core/daemon/instance.h:
core/daemon/side.h:
core/daemon/join.h:
core/privilege/priv.h:
core/privilege/notify.h:
core/privilege/pidfile.h:
core/privilege/privilege.h:
core/kernel/rpfilter.h:
core/kernel/rule.h:
core/daemon/plan.h:
core/daemon/members.h:
core/daemon/program.h:
core/daemon/settings.h:
