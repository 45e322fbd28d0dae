build-musl/core/kernel/mroute.o: core/kernel/mroute.c build-musl/config.h \
 core/kernel/abi.h core/kernel/mroute.h proto/proxy.h proto/base/addr.h \
 proto/base/counter.h proto/base/values.h
build-musl/config.h:
core/kernel/abi.h:
core/kernel/mroute.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
