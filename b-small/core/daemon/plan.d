b-small/core/daemon/plan.o: core/daemon/plan.c b-small/config.h \
 core/daemon/plan.h core/config/conf.h proto/base/config.h \
 proto/base/addr.h proto/base/values.h core/base/log.h \
 proto/policy/filter.h
b-small/config.h:
core/daemon/plan.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/base/log.h:
proto/policy/filter.h:
