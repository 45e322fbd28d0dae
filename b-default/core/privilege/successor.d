b-default/core/privilege/successor.o: core/privilege/successor.c \
 b-default/config.h core/privilege/successor.h core/privilege/priv.h \
 core/config/conf.h proto/base/config.h proto/base/addr.h \
 proto/base/values.h core/base/log.h core/base/loop.h \
 core/kernel/netlink.h proto/base/wire.h core/kernel/abi.h \
 core/privilege/notify.h core/privilege/pidfile.h \
 core/privilege/privilege.h core/kernel/rpfilter.h core/kernel/rule.h \
 core/base/child.h core/base/format.h core/base/text.h
b-default/config.h:
core/privilege/successor.h:
core/privilege/priv.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/base/log.h:
core/base/loop.h:
core/kernel/netlink.h:
proto/base/wire.h:
core/kernel/abi.h:
core/privilege/notify.h:
core/privilege/pidfile.h:
core/privilege/privilege.h:
core/kernel/rpfilter.h:
core/kernel/rule.h:
core/base/child.h:
core/base/format.h:
core/base/text.h:
