b-tiny/core/privilege/pidfile.o: core/privilege/pidfile.c b-tiny/config.h \
 core/privilege/pidfile.h core/config/conf.h proto/base/config.h \
 proto/base/addr.h proto/base/values.h core/base/log.h core/base/format.h
b-tiny/config.h:
core/privilege/pidfile.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/base/log.h:
core/base/format.h:
