build-musl/core/config/script.o: core/config/script.c build-musl/config.h \
 core/config/script.h core/config/conf.h proto/proxy.h proto/base/addr.h \
 proto/base/counter.h proto/base/values.h core/base/log.h \
 core/base/format.h core/base/scan.h
build-musl/config.h:
core/config/script.h:
core/config/conf.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
core/base/log.h:
core/base/format.h:
core/base/scan.h:
