build-musl/core/kernel/check.o: core/kernel/check.c build-musl/config.h \
 core/kernel/check.h proto/base/values.h core/base/format.h \
 core/base/output.h core/kernel/probe.h
build-musl/config.h:
core/kernel/check.h:
proto/base/values.h:
core/base/format.h:
core/base/output.h:
core/kernel/probe.h:
