build-musl/applets/mcproxy-check.o: applets/mcproxy-check.c \
 build-musl/config.h core/base/applet.h build-musl/applets.h \
 core/kernel/check.h proto/base/values.h core/config/conf.h proto/proxy.h \
 proto/base/addr.h proto/base/counter.h core/base/log.h \
 core/kernel/iface.h core/base/loop.h core/base/names.h \
 core/kernel/netlink.h proto/base/wire.h core/kernel/abi.h \
 core/kernel/probe.h core/base/format.h core/base/option.h \
 core/base/output.h core/base/text.h
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
