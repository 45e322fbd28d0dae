build-musl/core/privilege/pidfile.o: core/privilege/pidfile.c \
 build-musl/config.h core/privilege/pidfile.h core/config/conf.h \
 proto/proxy.h proto/base/addr.h proto/base/counter.h proto/base/values.h \
 core/base/log.h core/base/format.h
build-musl/config.h:
core/privilege/pidfile.h:
core/config/conf.h:
proto/proxy.h:
proto/base/addr.h:
proto/base/counter.h:
proto/base/values.h:
core/base/log.h:
core/base/format.h:
