b-default/core/control/control.o: core/control/control.c \
 b-default/config.h core/control/control.h core/base/loop.h \
 core/control/view.h proto/proxy.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h proto/base/counter.h proto/base/event.h \
 core/config/script.h core/config/statement.h core/base/scan.h \
 core/config/conf.h core/base/log.h core/control/requests.h \
 core/kernel/iface.h core/base/names.h core/kernel/netlink.h \
 proto/base/wire.h core/kernel/abi.h core/control/control_answer.h \
 proto/status.h proto/state/walk.h
b-default/config.h:
core/control/control.h:
core/base/loop.h:
core/control/view.h:
proto/proxy.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/counter.h:
proto/base/event.h:
core/config/script.h:
core/config/statement.h:
core/base/scan.h:
core/config/conf.h:
core/base/log.h:
core/control/requests.h:
core/kernel/iface.h:
core/base/names.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
core/control/control_answer.h:
proto/status.h:
proto/state/walk.h:
