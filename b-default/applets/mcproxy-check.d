b-default/applets/mcproxy-check.o: applets/mcproxy-check.c \
 b-default/config.h core/base/applet.h b-default/applets.h \
 core/kernel/check.h proto/base/values.h core/config/script.h \
 core/config/statement.h core/base/scan.h core/config/conf.h \
 proto/base/config.h proto/base/addr.h core/base/log.h \
 core/kernel/iface.h core/base/loop.h core/base/names.h \
 core/kernel/netlink.h proto/base/wire.h core/kernel/abi.h \
 core/kernel/probe.h core/base/format.h core/base/option.h \
 core/base/output.h core/base/text.h
b-default/config.h:
core/base/applet.h:
b-default/applets.h:
core/kernel/check.h:
proto/base/values.h:
core/config/script.h:
core/config/statement.h:
core/base/scan.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
core/base/log.h:
core/kernel/iface.h:
core/base/loop.h:
core/base/names.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
core/kernel/probe.h:
core/base/format.h:
core/base/option.h:
core/base/output.h:
core/base/text.h:
