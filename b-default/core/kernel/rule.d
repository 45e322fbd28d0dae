b-default/core/kernel/rule.o: core/kernel/rule.c b-default/config.h \
 core/kernel/rule.h core/base/loop.h core/kernel/netlink.h \
 proto/base/addr.h proto/base/wire.h proto/base/values.h \
 core/kernel/abi.h core/base/backoff.h core/base/log.h
b-default/config.h:
core/kernel/rule.h:
core/base/loop.h:
core/kernel/netlink.h:
proto/base/addr.h:
proto/base/wire.h:
proto/base/values.h:
core/kernel/abi.h:
core/base/backoff.h:
core/base/log.h:
