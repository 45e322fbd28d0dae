b-default/core/privilege/priv_worker.o: core/privilege/priv_worker.c \
 b-default/config.h core/privilege/priv.h core/config/conf.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 core/base/log.h core/base/loop.h core/kernel/netlink.h proto/base/wire.h \
 core/kernel/abi.h core/privilege/notify.h core/privilege/pidfile.h \
 core/privilege/privilege.h core/kernel/rpfilter.h core/kernel/rule.h \
 core/config/script.h core/config/statement.h core/base/scan.h \
 core/kernel/seccomp.h core/privilege/passing.h core/privilege/request.h
b-default/config.h:
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
core/config/script.h:
core/config/statement.h:
core/base/scan.h:
core/kernel/seccomp.h:
core/privilege/passing.h:
core/privilege/request.h:
