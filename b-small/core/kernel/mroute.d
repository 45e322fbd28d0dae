b-small/core/kernel/mroute.o: core/kernel/mroute.c b-small/config.h \
 core/kernel/abi.h core/kernel/mroute.h proto/proxy.h proto/base/config.h \
 proto/base/addr.h proto/base/values.h proto/base/counter.h \
 proto/base/event.h
b-small/config.h:
core/kernel/abi.h:
core/kernel/mroute.h:
proto/proxy.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/counter.h:
proto/base/event.h:
