b-small/core/privilege/pidfile.o: core/privilege/pidfile.c \
 b-small/config.h core/privilege/pidfile.h core/config/conf.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 core/base/log.h core/base/format.h
b-small/config.h:
core/privilege/pidfile.h:
core/config/conf.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
core/base/log.h:
core/base/format.h:
