b-tiny/core/kernel/probe.o: core/kernel/probe.c b-tiny/config.h \
 core/kernel/abi.h core/base/format.h core/base/text.h proto/base/addr.h \
 proto/base/values.h core/kernel/mroute.h proto/proxy.h \
 proto/base/config.h proto/base/counter.h proto/base/event.h \
 core/kernel/probe.h
b-tiny/config.h:
core/kernel/abi.h:
core/base/format.h:
core/base/text.h:
proto/base/addr.h:
proto/base/values.h:
core/kernel/mroute.h:
proto/proxy.h:
proto/base/config.h:
proto/base/counter.h:
proto/base/event.h:
core/kernel/probe.h:
