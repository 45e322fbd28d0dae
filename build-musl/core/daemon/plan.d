build-musl/core/daemon/plan.o: core/daemon/plan.c build-musl/config.h \
 core/daemon/plan.h core/config/conf.h proto/proxy.h proto/base/addr.h \
 proto/base/counter.h proto/base/values.h core/base/log.h \
 proto/policy/filter.h
build-musl/config.h:
core/daemon/plan.h:
core/config/conf.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
core/base/log.h:
proto/policy/filter.h:
