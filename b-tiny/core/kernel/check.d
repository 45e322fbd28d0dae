b-tiny/core/kernel/check.o: core/kernel/check.c b-tiny/config.h \
 core/kernel/check.h proto/base/values.h core/base/format.h \
 core/base/output.h core/kernel/probe.h
b-tiny/config.h:
core/kernel/check.h:
proto/base/values.h:
core/base/format.h:
core/base/output.h:
core/kernel/probe.h:
