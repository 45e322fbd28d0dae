b-small/core/control/column.o: core/control/column.c b-small/config.h \
 core/control/column.h core/control/control_answer.h proto/status.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 proto/base/counter.h proto/base/event.h proto/state/walk.h \
 core/control/view.h proto/proxy.h core/config/script.h \
 core/config/statement.h core/base/scan.h core/config/conf.h \
 core/base/log.h core/control/requests.h core/kernel/iface.h \
 core/base/loop.h core/base/names.h core/kernel/netlink.h \
 proto/base/wire.h core/kernel/abi.h core/base/text.h
b-small/config.h:
core/control/column.h:
core/control/control_answer.h:
proto/status.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/counter.h:
proto/base/event.h:
proto/state/walk.h:
core/control/view.h:
proto/proxy.h:
core/config/script.h:
core/config/statement.h:
core/base/scan.h:
core/config/conf.h:
core/base/log.h:
core/control/requests.h:
core/kernel/iface.h:
core/base/loop.h:
core/base/names.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
core/base/text.h:
