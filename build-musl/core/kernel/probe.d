build-musl/core/kernel/probe.o: core/kernel/probe.c build-musl/config.h \
 core/kernel/abi.h core/base/format.h core/kernel/mroute.h proto/proxy.h \
 proto/base/addr.h proto/base/counter.h proto/base/values.h \
 core/kernel/probe.h
build-musl/config.h:
core/kernel/abi.h:
core/base/format.h:
core/kernel/mroute.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
core/kernel/probe.h:
